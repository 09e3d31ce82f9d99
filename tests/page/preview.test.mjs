import { assert, at, look, open, test } from "./harness.mjs";
import { api, saved, source } from "./sources.mjs";

const token = process.env.PAGE_TOKEN;
const shop = await source("shop");
const rows = (table, more = "") => `#/preview?source=${shop.id}&table=${table}${more}`;
const cell = (page, row, column) => page.locator(`.grid-row[aria-rowindex="${row + 2}"] [aria-colindex="${column + 1}"]`).textContent();
const status = (page) => page.locator(".preview-foot [role=status]");

for (const [width, dark] of [[1440, false], [390, true]]) {
  await test(`rows are sorted by their head and narrowed by filters at ${width}`, { token, width, dark }, async (page) => {
    await open(page, rows("orders"));
    await at(page, "orders");
    await page.getByText("80 rows ·").waitFor();
    if (width > 390) assert((await page.locator(".null").count()) > 0, "NULL is to be seen");
    const id = page.getByRole("columnheader", { name: /^id/ });
    await id.click();
    await id.click();
    await page.getByRole("columnheader", { name: /^id/, includeHidden: false }).and(page.locator("[aria-sort=descending]")).waitFor();
    await page.waitForFunction(() => document.querySelector('.grid-row[aria-rowindex="2"] [aria-colindex="1"]').textContent === "80");
    await page.getByRole("button", { name: "Filter" }).click();
    await page.getByLabel("Test").selectOption("is at most");
    await page.getByLabel("Value").fill("3");
    await look(page, `filter ${width}`);
    await page.getByRole("button", { name: "Add filter" }).click();
    await status(page).getByText("3 rows").waitFor();
    assert((await cell(page, 0, 0)) === "3", "the order stays");
    await look(page, `preview ${width}`);
    await page.getByLabel("Search in all columns").fill("nobody has this");
    await page.getByText("No row fits").waitFor();
    await look(page, `preview nothing ${width}`);
    await page.getByRole("button", { name: "Clear search and filters" }).click();
    await status(page).getByText("80 rows").waitFor();
  });
}

await test("a link opens the same rows again", { token }, async (page) => {
  await open(page, rows("orders", "&order=id&down=1&where=%5B%5B%22id%22%2C%22lt%22%2C%2210%22%5D%5D&limit=500"));
  await status(page).getByText("9 rows").waitFor();
  assert((await cell(page, 0, 0)) === "9", await cell(page, 0, 0));
  assert((await page.getByLabel("Rows a page").inputValue()) === "500", "the size of a page");
});

await test("pages are turned", { token }, async (page) => {
  await open(page, rows("order_items"));
  await status(page).getByText("Rows 1 to 100, and more").waitFor();
  await page.getByRole("button", { name: "Next page" }).click();
  await status(page).getByText("Rows 101 to 161").waitFor();
  assert(await page.getByRole("button", { name: "Next page" }).isDisabled(), "there are no more");
});

await test("the rows are saved as CSV and as JSON, and one is copied", { token }, async (page) => {
  await open(page, rows("orders", "&where=%5B%5B%22id%22%2C%22eq%22%2C%221%22%5D%5D"));
  await status(page).getByText("1 row").waitFor();
  const as = async (name) => saved(page, async () => {
    await page.getByRole("button", { name: "Download" }).click();
    await page.getByRole("menuitem", { name }).click();
  });
  const csv = await as(/^CSV/);
  assert(csv.name === "orders.csv" && /^"?id"?,/.test(csv.text) && csv.text.trim().split("\n").length === 2, csv.text);
  const json = await as(/^JSON \.json/);
  assert(JSON.parse(json.text)[0].id === 1 && JSON.parse(json.text)[0].note === null, json.text);
  await page.getByRole("grid").focus();
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Copy row as JSON" }).click();
  const copied = JSON.parse(await page.evaluate(() => navigator.clipboard.readText()));
  assert(copied.id === 1 && "status" in copied, JSON.stringify(copied));
});

for (const [width, dark] of [[1440, true], [390, false]]) {
  await test(`all rows are saved, or those of the page, as one chooses at ${width}`, { token, width, dark }, async (page) => {
    await open(page, rows("order_items", "&order=order_id"));
    await status(page).getByText("Rows 1 to 100, and more").waitFor();
    await page.getByRole("button", { name: "Download" }).click();
    await look(page, `preview download ${width}`);
    const csv = (nth) => saved(page, () => page.getByRole("menuitem", { name: /^CSV/ }).nth(nth).click());
    const whole = await csv(0);
    assert(whole.text.trim().split("\n").length === 162, `${whole.text.split("\n").length} lines`);
    await page.getByText("Saved 161 rows, all of the table").waitFor();
    await page.getByRole("button", { name: "Next page" }).click();
    await status(page).getByText("Rows 101 to 161").waitFor();
    await page.getByRole("button", { name: "Download" }).click();
    const one = await csv(1);
    assert(one.text.trim().split("\n").length === 62, `${one.text.split("\n").length} lines`);
    await page.getByText("Saved 61 rows, those of this page").waitFor();
    await page.getByRole("button", { name: "Download" }).click();
    assert((await csv(0)).text === whole.text, "the page that is shown makes no difference");
  });
}

await test("the head is come to and sorted by keys alone", { token }, async (page) => {
  await open(page, rows("customers"));
  await page.getByRole("grid").focus();
  for (const key of ["ArrowUp", "Enter"]) await page.keyboard.press(key);
  await page.locator("[role=columnheader][aria-sort=ascending]").waitFor();
  await page.keyboard.press("Enter");
  await page.locator("[role=columnheader][aria-sort=descending]").waitFor();
});

await test("the copy is looked at in place of the source", { token, expected: /400/ }, async (page) => {
  await open(page, rows("orders", "&from=local"));
  await page.locator(".error-box").waitFor();
  await look(page, "preview without a copy");
  await api("POST", "/data/sync", { source_ids: [shop.id] });
  await page.getByRole("button", { name: "Try again" }).click();
  await status(page).getByText("80 rows").waitFor();
});

await test("a table is chosen from all of the workspace", { token }, async (page) => {
  await open(page, "#/preview");
  await page.getByLabel("Find a table").fill("addr");
  await page.getByRole("tree").focus();
  await page.keyboard.press("Enter");
  await at(page, "addresses");
});
