import { readFileSync } from "node:fs";
import { assert, at, look, open, test } from "./harness.mjs";
import { frames } from "./frames.mjs";

const token = process.env.PAGE_TOKEN;

/** Opens the diagram of a source, from its tables. */
async function diagram(page, name, table) {
  await open(page, "#/sources");
  await page.getByRole("link", { name, exact: true }).click();
  await at(page, name);
  if (table) {
    await page.getByRole("treeitem").filter({ hasText: table }).first().click();
    await page.getByRole("article").getByRole("link", { name: "Diagram" }).click();
  } else await page.getByRole("link", { name: "Diagram" }).click();
  await page.locator(".er-box").first().waitFor();
}

const tables = (page) => page.locator(".er-box").evaluateAll((boxes) => boxes.map((box) => box.getAttribute("aria-label").split(",")[0]).sort());
const count = (page, words) => page.locator(".er-count", { hasText: words }).waitFor();
const scale = (page) => page.locator(".er-stage").evaluate((stage) => Number(/scale\((.*)\)/.exec(stage.getAttribute("transform"))[1]));
const place = (page, table) => page.locator(`.er-box[aria-label^="${table},"]`).evaluate((box) => box.getAttribute("transform"));
/** Waits until the picture was drawn as it was moved. */
const drawn = (page) => page.evaluate(() => new Promise((resolve) => { requestAnimationFrame(() => requestAnimationFrame(resolve)); }));

for (const [width, dark] of [[1440, false], [390, true]]) {
  await test(`a table is drawn with its neighbours, and more of them by click, at ${width}`, { token, width, dark }, async (page) => {
    await diagram(page, "shop", "payments");
    await count(page, "2 tables of 10, 1 reference");
    assert((await tables(page)).join() === "orders,payments", (await tables(page)).join());
    await look(page, `diagram ${width}`);
    await page.getByRole("button", { name: "Show all of it" }).click();
    await drawn(page);
    await page.locator(".er-grow").click();
    await count(page, "6 tables of 10, 6 references");
    assert((await page.locator(".er-line.supposed").count()) === 1, "the reference of the view is supposed");
    await page.getByRole("button", { name: "Show all of it" }).click();
    await drawn(page);
    await look(page, `diagram grown ${width}`);
    await page.getByRole("button", { name: "Whole schema" }).click();
    await count(page, /^10 tables, 12 references$/);
    await look(page, `diagram whole ${width}`);
    await page.getByRole("button", { name: "List", exact: true }).click();
    await page.getByText("payments.order_id refers to orders.id: at most one to one").waitFor();
    await look(page, `diagram list ${width}`);
  });
}

await test("the diagram is walked through, moved, zoomed and left by keys", { token }, async (page) => {
  await diagram(page, "shop", "orders");
  await page.getByRole("application").focus();
  const active = () => page.getByRole("application").evaluate((element) => document.getElementById(element.getAttribute("aria-activedescendant")).getAttribute("aria-label").split(",")[0]);
  assert((await active()) === "orders", await active());
  await page.keyboard.press("ArrowLeft");
  const left = await active();
  assert(["payments", "order_items", "order_totals"].includes(left), left);
  await page.keyboard.press("ArrowRight");
  assert((await active()) === "orders", await active());
  const [before, zoom] = [await place(page, "orders"), await scale(page)];
  await page.keyboard.press("Alt+ArrowDown");
  assert((await place(page, "orders")) !== before, "the table was moved");
  await page.keyboard.press("+");
  await drawn(page);
  assert((await scale(page)) > zoom, "closer");
  await page.keyboard.press("0");
  await drawn(page);
  for (const right of ["addresses", "customers"]) {
    await page.keyboard.press("ArrowRight");
    assert((await active()) === right, await active());
  }
  await page.keyboard.press(" ");
  await page.waitForFunction(() => document.querySelectorAll(".er-box").length > 6);
  await page.keyboard.press("Enter");
  await page.getByRole("article").waitFor();
});

await test("tables are dragged, the picture is moved and zoomed by the mouse", { token }, async (page) => {
  await diagram(page, "shop", "orders");
  const box = await page.locator('.er-box[aria-label^="orders,"]').boundingBox();
  const [before, zoom] = [await place(page, "orders"), await scale(page)];
  await page.mouse.move(box.x + 20, box.y + 10);
  await page.mouse.down();
  await page.mouse.move(box.x + 80, box.y + 60, { steps: 4 });
  await page.mouse.up();
  assert((await place(page, "orders")) !== before, "the table was dragged");
  await page.mouse.wheel(0, -300);
  await page.waitForFunction((was) => Number(/scale\((.*)\)/.exec(document.querySelector(".er-stage").getAttribute("transform"))[1]) > was, zoom);
});

await test("the diagram is saved as SVG and as mermaid", { token }, async (page) => {
  await diagram(page, "shop");
  await count(page, /^10 tables/);
  const export_ = async (what) => {
    const saved = page.waitForEvent("download");
    await page.getByRole("button", { name: "Export" }).click();
    await page.getByRole("menuitem", { name: what }).click();
    return readFileSync(await (await saved).path(), "utf8");
  };
  const svg = await export_("SVG file");
  // The page itself may make no document of a text.
  const elsewhere = await page.context().newPage();
  const parsed = await elsewhere.evaluate((text) => {
    const found = new DOMParser().parseFromString(text, "image/svg+xml");
    return { wrong: found.querySelector("parsererror")?.textContent, names: [...found.querySelectorAll(".er-name")].map((name) => name.firstChild.textContent), lines: found.querySelectorAll(".er-line").length, outside: [...found.querySelectorAll("*")].some((element) => element.localName === "script" || [...element.attributes].some((one) => one.name.startsWith("on"))) };
  }, svg);
  assert(!parsed.wrong && !parsed.outside, parsed.wrong);
  assert(parsed.names.length === 10 && parsed.names.includes("order_items") && parsed.lines === 12, JSON.stringify(parsed));
  const mermaid = await export_("mermaid file");
  assert(mermaid.startsWith("erDiagram") && parsed.names.every((name) => mermaid.includes(name)), mermaid);
});

await test("500 tables are laid out in pieces and moved", { token }, async (page) => {
  await page.addInitScript(() => {
    window.held = [];
    new PerformanceObserver((list) => list.getEntries().forEach((entry) => window.held.push(Math.round(entry.duration)))).observe({ entryTypes: ["longtask"] });
  });
  await diagram(page, "wide");
  await page.evaluate(() => { window.held.length = 0; window.from = performance.now(); });
  await page.getByRole("button", { name: "Whole schema" }).click();
  await count(page, /^500 tables, 978 references$/);
  await drawn(page);
  const [took, held] = await page.evaluate(() => [Math.round(performance.now() - window.from), window.held]);
  await look(page, "diagram 500 tables");
  const box = await page.getByRole("application").boundingBox();
  await page.mouse.move(box.x + 20, box.y + 20);
  await page.mouse.down();
  const { work, apart } = await frames(page, async () => {
    for (let step = 0; step < 60; step += 1) await page.mouse.move(box.x + 20 + step * 3, box.y + 20 + step);
  });
  await page.mouse.up();
  console.log(`500 tables laid out in ${took} ms, held up for ${held.join(", ") || "less than 50"} ms; a frame of moving is ${work.toFixed(1)} ms of work, and ${apart.toFixed(1)} ms from the next`);
  // How long it takes, this machine's other work decides; that it went to pieces does not depend on it.
  assert(held.length === 0 || Math.max(...held) < took, `all of it was one piece of ${took} ms`);
});
