import { assert, look, open, test } from "./harness.mjs";
import { source, write } from "./sources.mjs";

const token = process.env.PAGE_TOKEN;
const server = await source("mongodb");

await test("documents are found, and fields completed", { token }, async (page) => {
  await open(page, `#/query?source=${server.id}&table=customers`);
  await page.locator(".cm-content").getByText('"customers"').waitFor();
  await write(page, '{"find": "customers", "sort": {"_id": -1}, "filter": {"');
  await page.keyboard.type("na");
  await page.locator(".cm-tooltip-autocomplete").getByText("name", { exact: true }).waitFor();
  await look(page, "query mongodb completion");
  await write(page, '{"find": "customers", "filter": {"name": "Bob"}}');
  await page.keyboard.press("Control+Enter");
  await page.locator(".query-results .grid-foot [role=status]").getByText("1 row in").waitFor();
  await page.getByRole("gridcell", { name: "Bob" }).waitFor();
  await look(page, "query mongodb");
});

await test("a pipeline runs on the collection that is chosen", { token, width: 390 }, async (page) => {
  await open(page, `#/query?source=${server.id}`);
  await page.getByLabel("Kind of statement").selectOption("Pipeline");
  await page.getByLabel("Collection").fill("orders");
  await write(page, '[{"$group": {"_id": null, "sum": {"$sum": "$total"}}}]');
  await page.getByRole("button", { name: "Run" }).click();
  await page.getByText("505.5").waitFor();
  await look(page, "query pipeline 390");
});

await test("a text that is no JSON is told before it is sent", { token }, async (page) => {
  await open(page, `#/query?source=${server.id}`);
  await write(page, "{find: customers}");
  await page.getByRole("button", { name: "Run" }).click();
  await page.getByText("The statement is no JSON.").waitFor();
  assert((await page.locator(".query-results .error-box").count()) === 0, "nothing was sent");
});
