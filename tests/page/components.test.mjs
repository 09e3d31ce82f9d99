// Components by themselves, mounted where a screen would stand, with more than fits.

import { assert, look, open, test } from "./harness.mjs";

const token = process.env.PAGE_TOKEN;

/** Mounts `make(modules)` in place of the screen. */
async function mount(page, make) {
  await open(page, "#/nothing");
  await page.evaluate(async (source) => {
    const load = (name) => import(new URL(`app/${name}`, document.baseURI));
    const [core, grid, tree, bits, secret, form] = await Promise.all(["html.js", "ui/data-grid.js", "ui/tree.js", "ui/bits.js", "ui/secret-field.js", "ui/form.js"].map(load));
    const modules = { ...core, ...grid, ...tree, ...bits, ...secret, ...form };
    const app = document.getElementById("app");
    const frame = (inside) => core.html`<main id="main" class="main" style=${{ height: "100dvh" }}><div class="page fill">${inside}</div></main>`;
    core.render(null, app);
    core.render(frame(window.made(source, modules)), app);
  }, make);
}

const GRID = "grid";
const TREE = "tree";
const makers = (page) => page.addInitScript(() => {
  window.made = (what, { html, DataGrid, Tree, SecretField, Progress }) => {
    if (what === "grid") {
      const columns = [
        { name: "id", type: "bigint", logical_type: "int64" }, { name: "name", type: "text", logical_type: "string" },
        { name: "total", type: "numeric(12,2)", logical_type: "decimal(12,2)" }, { name: "at", type: "timestamptz", logical_type: "timestamptz" },
        { name: "note", type: "jsonb", logical_type: "json" },
        ...Array.from({ length: 1995 }, (_, at) => ({ name: `column_${at}`, type: "text", logical_type: "string" })),
      ];
      const rows = Array.from({ length: 10_000 }, (_, at) => [at === 0 ? 9007199254740993n : at, at % 3 ? `Customer ${at}` : null, `${at}.50`, "2026-11-22T16:30:36Z",
        at % 2 ? { deep: { list: [1, 2, 3], text: "x".repeat(500) } } : "", ...Array.from({ length: 1995 }, (_, column) => `${at}/${column}`)]);
      return html`<h1>Rows</h1><${DataGrid} label="Rows" columns=${columns} rows=${rows} />`;
    }
    if (what === "tree") {
      const items = Array.from({ length: 5000 }, (_, at) => ({ id: `t${at}`, name: `table_${String(at).padStart(4, "0")}`, columns: [{ id: `t${at}.id`, name: "id" }, { id: `t${at}.name`, name: "name" }] }));
      items[4000].name = "zebra";
      return html`<h1>Tables</h1><${Tree} label="Tables" height="30rem" items=${items} idOf=${(item) => item.id} textOf=${(item) => item.name} childrenOf=${(item) => item.columns} />`;
    }
    return html`<h1>Controls</h1><${SecretField} label="Password" name="password" set /><${Progress} label="Reading" value=${0.4} /><${Progress} label="Waiting" />`;
  };
});

for (const width of [390, 1440]) {
  await test(`a grid of 10,000 rows and 2,000 columns is walked through by keys at ${width}`, { token, width, dark: width === 390 }, async (page) => {
    await makers(page);
    await mount(page, GRID);
    const grid = page.getByRole("grid");
    await grid.focus();
    await look(page, `grid ${width}`);
    const cells = await page.locator("[role=gridcell]").count();
    assert(cells < 1500, `${cells} cells are there at once`);
    await page.getByText("9007199254740993").waitFor();
    await page.keyboard.press("Control+End");
    await page.getByText("9999/1994", { exact: true }).waitFor();
    await page.keyboard.press("Control+Home");
    await page.getByText("9007199254740993").waitFor();
    assert((await page.locator(".null").count()) > 3, "NULL is to be seen");
    for (const key of ["ArrowDown", "ArrowRight", "ArrowRight", "ArrowRight", "ArrowRight", "Enter"]) await page.keyboard.press(key);
    await page.getByRole("dialog").waitFor();
    assert((await page.locator("dialog pre").textContent()).includes("x".repeat(500)), "all of the value is shown");
    await look(page, `cell ${width}`);
    await page.keyboard.press("Escape");
    const wide = () => page.getByRole("columnheader", { name: /^note/ }).evaluate((element) => element.offsetWidth);
    const before = await wide();
    await page.keyboard.press("Alt+ArrowLeft");
    assert((await wide()) === before - 24, "the column is narrower");
  });
}

await test("a tree of 5,000 tables is opened, closed and searched by letters", { token }, async (page) => {
  await makers(page);
  await mount(page, TREE);
  const current = () => page.locator(".tree-row.active").textContent();
  await page.getByRole("tree").focus();
  for (const key of ["ArrowRight", "ArrowRight"]) await page.keyboard.press(key);
  assert((await current()) === "id", await current());
  await look(page, "tree");
  for (const key of ["ArrowLeft", "ArrowLeft"]) await page.keyboard.press(key);
  assert((await current()) === "table_0000", await current());
  await page.keyboard.type("ze");
  assert((await current()) === "zebra", await current());
  assert((await page.getByRole("treeitem").count()) < 80, "few entries are there at once");
});

await test("a secret that is set shows no value, and can be replaced", { token }, async (page) => {
  await makers(page);
  await mount(page, "controls");
  await look(page, "controls");
  assert((await page.locator("input").count()) === 0, "there is no input");
  await page.getByRole("button", { name: "Replace password" }).click();
  await page.getByLabel("Password", { exact: true }).waitFor();
});
