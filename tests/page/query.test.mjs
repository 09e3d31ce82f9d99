import { assert, look, open, settled, test } from "./harness.mjs";
import { api, saved, source, write } from "./sources.mjs";

const token = process.env.PAGE_TOKEN;
const shop = await source("shop");
const query = `#/query?source=${shop.id}`;
const status = (page) => page.locator(".query-results .grid-foot [role=status]");
const result = (page) => page.getByRole("grid", { name: "Result" });

for (const [width, dark] of [[1440, false], [390, true]]) {
  await test(`names are completed, and Ctrl+Enter runs the statement at the cursor at ${width}`, { token, width, dark }, async (page) => {
    await open(page, query);
    await write(page, "SELECT * FROM orders o WHERE o.");
    await page.keyboard.type("cus");
    await page.locator(".cm-tooltip-autocomplete").getByText("customer_id").waitFor();
    await look(page, `query completion ${width}`);
    await page.keyboard.press("Enter");
    await page.keyboard.type(" = 12");
    await page.locator(".cm-content").getByText("o.customer_id = 12").waitFor();
    await page.keyboard.press("Escape");
    await page.keyboard.insertText(";\nSELECT 'second', ';';");
    await page.keyboard.press("Control+Enter");
    await status(page).getByText("1 row in").waitFor();
    await result(page).getByText("second").first().waitFor();
    await page.keyboard.press("Control+Home");
    await page.keyboard.press("Control+Enter");
    await page.getByRole("columnheader", { name: /^customer_id/ }).waitFor();
    await look(page, `query ${width}`);
    await page.getByRole("tab", { name: "Result 1 1 row" }).click();
    await result(page).getByText("second").first().waitFor();
  });
}

await test("columns of the tables that are named are read, and of no others", { token }, async (page) => {
  const read = [];
  page.on("request", (request) => request.url().includes("/schema?") && read.push(new URL(request.url()).searchParams.get("source_id")));
  await open(page, query);
  await write(page, "SELECT  FROM payments");
  await page.keyboard.press("Control+Home");
  for (let at = 0; at < 7; at += 1) await page.keyboard.press("ArrowRight");
  await page.keyboard.type("am");
  await page.locator(".cm-tooltip-autocomplete").getByText("amount").first().waitFor();
  const payments = shop.tables.find((table) => table.name === "payments").id;
  assert(read.length === 1 && read[0] === payments, JSON.stringify(read));
});

await test("what the server objects to is marked, and selected text runs alone", { token, expected: /422/ }, async (page) => {
  await open(page, query);
  await write(page, "SELECT 1;\nSELECT * FROMM orders WHERE 1");
  await page.keyboard.press("Control+Enter");
  await page.locator(".error-box").getByText("syntax error").waitFor();
  assert((await page.locator(".cm-wrong").textContent()) === "FROMM", "the word is marked");
  await look(page, "query error");
  await page.getByRole("textbox", { name: "Statement", exact: true }).click();
  await page.keyboard.press("Control+Home");
  await page.keyboard.press("Shift+End");
  await page.keyboard.press("Control+Enter");
  await status(page).getByText("1 row in").waitFor();
});

await test("an answer that is cut says so, and its rows are saved whole", { token }, async (page) => {
  await open(page, query);
  await page.getByRole("button", { name: /1,000 rows/ }).click();
  await page.getByLabel("Rows at most").selectOption("100");
  await page.getByRole("textbox", { name: "Parameters" }).fill("[1000]");
  await look(page, "query options");
  await page.getByRole("button", { name: "Use these" }).click();
  await write(page, "SELECT * FROM order_items WHERE order_id <= ?");
  await page.keyboard.press("Control+Enter");
  await page.getByText("Cut at 100 rows").waitFor();
  const csv = await saved(page, async () => {
    await page.getByRole("button", { name: "Download" }).click();
    await page.getByRole("menuitem", { name: /^CSV/ }).click();
  });
  assert(csv.text.trim().split("\n").length === 162, `${csv.text.split("\n").length} lines`);
});

await test("what was not run yet is there again after the page was loaded anew, in this workspace alone", { token }, async (page) => {
  await open(page, query);
  await write(page, "SELECT 'not yet'");
  await page.reload();
  await settled(page);
  await page.locator(".cm-content").getByText("'not yet'").waitFor();
});

await test("what ran is kept in this browser, comes back, and is cleared", { token }, async (page) => {
  await open(page, query);
  await write(page, "SELECT 'kept' AS word");
  await page.getByRole("button", { name: "Run" }).click();
  await status(page).getByText("1 row in").waitFor();
  await page.reload();
  await settled(page);
  await page.getByRole("button", { name: "History" }).click();
  await look(page, "query history");
  await page.getByRole("button", { name: /SELECT 'kept'/ }).click();
  await page.locator(".cm-content").getByText("'kept'").waitFor();
  const kept = await page.evaluate(() => JSON.stringify(localStorage));
  assert(kept.includes("kept") && !kept.includes(token), "no token is kept");
  await page.getByRole("button", { name: "History" }).click();
  await page.getByRole("button", { name: "Clear history" }).click();
  await page.getByText("Nothing was run yet").waitFor();
  assert(!(await page.evaluate(() => JSON.stringify(localStorage))).includes("kept"), "it is cleared");
});

await test("tables of different sources are asked together in the workspace's own copies", { token }, async (page) => {
  await api("POST", "/data/sync", { source_ids: [shop.id] });
  await open(page, "#/query?source=local");
  await write(page, "SELECT c.id, count(*) AS n FROM shop.customers c JOIN shop.orders o ON o.customer_id = c.id GROUP BY c.");
  await page.keyboard.type("i");
  await page.locator(".cm-tooltip-autocomplete").getByText("id", { exact: true }).click();
  await page.keyboard.press("Control+Enter");
  await page.getByRole("columnheader", { name: /^n/ }).waitFor();
});

await test("a link to a table begins with it, and its columns stand beside", { token }, async (page) => {
  await open(page, `${query}&table=reviews`);
  await page.locator(".cm-content").getByText("reviews").waitFor();
  await page.getByRole("treeitem", { name: "products" }).click();
  await page.getByRole("region", { name: "Columns of products" }).getByText("price").first().waitFor();
  await look(page, "query columns");
});
