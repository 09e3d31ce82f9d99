import { readFileSync } from "node:fs";
import { assert, at, look, open, settled, test } from "./harness.mjs";

const token = process.env.PAGE_TOKEN;
const copied = (page) => page.evaluate(() => navigator.clipboard.readText());

/** Opens a source from the list, as a reader does. */
async function source(page, name) {
  await open(page, "#/sources");
  await page.getByRole("link", { name, exact: true }).click();
  await at(page, name);
  await page.getByRole("tree").waitFor();
}

/** Chooses something of a menu, and waits until it is in the clipboard. */
async function copy(page, what, has) {
  await page.getByRole("button", { name: "Copy as" }).click();
  await page.getByRole("menuitem", { name: what, exact: true }).click();
  await page.waitForFunction(async (text) => (await navigator.clipboard.readText()).includes(text), has);
  return copied(page);
}

await test("a table is found by keys alone and shows its columns, keys and references", { token }, async (page) => {
  await source(page, "shop");
  await look(page, "schema no table");
  await page.getByLabel("Filter tables").fill("order");
  assert((await page.getByRole("treeitem").count()) === 3, "order_items, order_totals and orders");
  await page.keyboard.press("Tab");
  await page.keyboard.press("End");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "orders", exact: true }).waitFor();
  await look(page, "schema orders");
  const row = page.getByRole("row", { name: /customer_id/ }).first();
  await row.getByRole("link", { name: "FK: Refers to customers.id" }).waitFor();
  assert((await row.textContent()).includes("not null"), await row.textContent());
  const supposed = page.locator(".reference", { hasText: "Supposed" });
  assert((await supposed.textContent()).includes("'order_id' is the name of 'orders'"), await supposed.textContent());
  await page.getByRole("link", { name: "addresses(id)" }).click();
  await page.getByRole("heading", { name: "addresses", exact: true }).waitFor();
  await page.locator("tr[aria-current=true]", { hasText: "id" }).waitFor();
  await page.goBack();
  await page.getByRole("heading", { name: "orders", exact: true }).waitFor();
});

await test("a table is copied as SQL, Markdown, DBML, mermaid and JSON, and the whole schema is saved", { token }, async (page) => {
  await source(page, "shop");
  await page.getByRole("treeitem", { name: "orders", exact: false }).filter({ hasText: "orders" }).last().click();
  await page.getByRole("heading", { name: "orders", exact: true }).waitFor();
  const sql = await copy(page, "SQL", "CREATE TABLE");
  for (const line of ["CREATE TABLE orders (", "  customer_id INTEGER NOT NULL", "FOREIGN KEY (customer_id) REFERENCES customers (id)", "CREATE INDEX open_orders"]) assert(sql.includes(line), sql);
  await copy(page, "Markdown", "| `customer_id`");
  await copy(page, "DBML", 'Table "orders"');
  await copy(page, "mermaid", "erDiagram");
  assert(JSON.parse(await copy(page, "JSON", '"name": "orders"')).columns.length === 7, "all columns");
  const saved = page.waitForEvent("download");
  await page.getByRole("button", { name: "Download the schema" }).click();
  await page.getByRole("menuitem", { name: "SQL" }).click();
  const text = readFileSync(await (await saved).path(), "utf8");
  assert(text.includes("CREATE TABLE addresses") && text.includes("CREATE VIEW order_totals"), text);
});

await test("a reading that finds nothing new says so", { token }, async (page) => {
  await source(page, "shop");
  await page.getByRole("button", { name: "Refresh" }).click();
  await page.getByText("Read again just now: nothing has changed.").waitFor();
  await page.getByRole("link", { name: "Changes" }).click();
  await page.getByText("No change yet").waitFor();
  await look(page, "schema no change");
});

for (const [width, dark] of [[1440, false], [390, true]]) {
  await test(`what changed stands in words, and hostile names are text, at ${width}`, { token, width, dark }, async (page) => {
    await source(page, "moving");
    await page.getByRole("treeitem").filter({ hasText: "<img src=x" }).click();
    await page.getByRole("cell", { name: "'</script>'" }).waitFor();
    await look(page, `schema hostile ${width}`);
    assert((await copy(page, "SQL", "CREATE TABLE")).includes('"a`b""c" TEXT'), "the name is quoted");
    await page.getByRole("link", { name: "Changes" }).click();
    await page.getByText("Column bills.paid_at was added", { exact: false }).first().waitFor();
    await page.getByText("Removed", { exact: true }).first().waitFor();
    await settled(page);
    await look(page, `schema changes ${width}`);
    await page.getByRole("link", { name: "bills", exact: true }).click();
    await page.getByRole("row", { name: /paid_at/ }).waitFor();
  });
}

await test("a source or a table that is not there is told, with the way on", { token, expected: /404/ }, async (page) => {
  await open(page, "#/sources/nothing");
  await page.getByText("There is no such source in this workspace.").waitFor();
  await look(page, "schema no source");
  await source(page, "shop");
  await page.evaluate(() => { location.hash += "?table=nothing"; });
  await page.getByText("No such table").waitFor();
});

await test("Ctrl-K finds a column with a typing error and leads to it", { token }, async (page) => {
  await open(page, "#/projects");
  await page.keyboard.press("Control+K");
  await page.getByRole("combobox").waitFor();
  const answered = page.waitForResponse((response) => response.url().includes("q=custmer_id&"));
  await page.keyboard.type("custmer_id");
  await answered;
  const found = page.getByRole("option");
  await found.filter({ hasText: "orders.customer_id" }).waitFor();
  await page.locator("[role=listbox][aria-busy=false]").waitFor();
  await look(page, "search");
  await page.keyboard.press("ArrowDown");
  const chosen = await page.locator("[role=option][aria-selected=true]").textContent();
  await page.keyboard.press("Enter");
  await at(page, "shop");
  const [table] = chosen.trim().split(".");
  await page.getByRole("heading", { name: table, exact: true }).waitFor();
  await page.locator("tr[aria-current=true]", { hasText: "customer_id" }).waitFor();
  await page.keyboard.press("Control+K");
  await page.getByRole("combobox").waitFor();
  await page.keyboard.type("reviews");
  await found.first().filter({ hasText: "reviews" }).waitFor();
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "reviews", exact: true }).waitFor();
  await page.keyboard.press("Control+K");
  await page.getByRole("combobox").waitFor();
  await page.keyboard.type("qqqqqq");
  await page.getByText("Nothing found").waitFor();
});
