// A copy of an API that answers its later pages when it is told to.

import { createServer } from "node:http";
import { assert, at, look, open, test } from "./harness.mjs";

const token = process.env.PAGE_TOKEN;
const button = (page, name) => page.getByRole("button", { name, exact: true });

const PAGES = 12;
/** Pages behind this one wait; the first few are read to learn the columns. */
const OPEN = 8;
let held = [];
let closed = false;
const api = createServer((request, answer) => {
  const number = Number(new URL(request.url, "http://api").searchParams.get("page"));
  const send = () => {
    answer.setHeader("Content-Type", "application/json");
    answer.end(JSON.stringify(number > PAGES ? [] : Array.from({ length: 5_000 }, (_, at) => ({ id: number * 5_000 + at, city: "Lyon" }))));
  };
  if (closed && number > OPEN) held.push(send);
  else send();
});
await new Promise((ready) => api.listen(0, "127.0.0.1", ready));
const release = () => {
  closed = false;
  for (const send of held.splice(0)) send();
};

await test("without a sync the screen says what one is", { token }, async (page) => {
  await open(page, "#/sync");
  await page.getByText("Nothing was copied yet").waitFor();
  await look(page, "sync empty");
});

await test("a sync goes on while one is away, and is stopped, and gone on with", { token }, async (page) => {
  await open(page, "#/sources/add");
  await page.getByLabel("Connection URL").fill(`http://127.0.0.1:${api.address().port}/v1`);
  await page.getByLabel("Name (optional)", { exact: true }).fill("crm");
  await button(page, "Add an endpoint").click();
  await page.getByLabel("Path").fill("/people");
  await page.getByLabel("Pages").selectOption("page");
  await button(page, "Connect").click();
  await page.getByText("crm is connected").waitFor();

  closed = true;
  await open(page, "#/sources");
  await button(page, "More of crm").click();
  await page.getByRole("menuitem", { name: "Sync" }).click();
  await at(page, "New sync");
  await page.getByRole("radio", { name: "All rows anew" }).check();
  await look(page, "sync chosen");
  await button(page, "Copy 1 table").click();
  await at(page, "Sync: crm");
  await page.getByRole("row", { name: /people Copying/ }).waitFor();
  await page.getByText(/\d rows\/s/).waitFor();
  await look(page, "sync running");

  await page.getByRole("link", { name: "Projects" }).click();
  await at(page, "Projects");
  await page.getByRole("link", { name: "Sync", exact: true }).click();
  await at(page, "Sync");
  await page.getByRole("progressbar", { name: "Rows copied" }).waitFor();
  await page.getByText(/[\d,]+ rows · /).first().waitFor();
  await look(page, "sync still running");
  await button(page, "Stop").click();
  await page.getByRole("row", { name: /crm.*Stopped/ }).waitFor();
  assert((await page.getByRole("progressbar").count()) === 0, "nothing runs any more");

  release();
  await page.getByRole("link", { name: "crm" }).first().click();
  await page.getByRole("row", { name: /people Not finished/ }).waitFor();
  await button(page, "Go on with it").click();
  await page.getByRole("link", { name: "an earlier one" }).waitFor();
  await page.getByText("Done", { exact: true }).waitFor();
  await page.getByRole("row", { name: /people Copied All rows 60,000 60,000/ }).waitFor();
});

await test("the report tells of each table what was done, and what cannot be seen", { token }, async (page) => {
  for (const mode of ["All rows anew", "What changed"]) {
    await open(page, "#/sync/new");
    await page.getByRole("treeitem", { name: "crm" }).click();
    await page.getByRole("radio", { name: mode }).check();
    if (mode === "What changed") {
      await page.getByText("What tells of changes").click();
      await button(page, "Name a column").click();
      await page.getByLabel("Table", { exact: true }).selectOption({ label: "orders" });
      await page.getByLabel("Column of orders").fill("id");
    }
    await button(page, "Copy 8 tables").click();
    await page.getByText("Done", { exact: true }).waitFor();
  }
  const orders = page.getByRole("row", { name: /^orders/ });
  await orders.getByText("Goes on from").waitFor();
  await orders.getByText("Cannot be seen this way").click();
  await orders.getByText("Rows that were deleted at the source stay in the copy.").waitFor();
  await page.getByRole("row", { name: /order_totals.*A view is copied where/ }).waitFor();
  await look(page, "sync report");
  await page.setViewportSize({ width: 390, height: 844 });
  await look(page, "sync report 390");
});

await test("what failed is said, with why, also in the history", { token, width: 390, dark: true }, async (page) => {
  api.close();
  api.closeAllConnections();
  await open(page, "#/sync/new");
  await page.getByRole("treeitem", { name: "shop" }).click();
  await button(page, "Copy 1 table").click();
  await page.getByText("Failed", { exact: true }).first().waitFor();
  await page.getByText("Nothing listens at").first().waitFor();
  await look(page, "sync failed 390 dark");
  await open(page, "#/sync");
  await page.getByRole("row", { name: /crm.*Nothing listens at.*Failed/ }).first().waitFor();
  await look(page, "sync history 390 dark");
});
