import { assert, at, look, open, test } from "./harness.mjs";
import { frames } from "./frames.mjs";

const token = process.env.PAGE_TOKEN;

await test("of 5,000 tables those in sight are drawn, also while one scrolls, and they are filtered as one types", { token }, async (page) => {
  await open(page, "#/sources");
  const link = page.getByRole("link", { name: "large", exact: true });
  await link.waitFor();
  await page.evaluate(() => {
    window.from = 0;
    addEventListener("click", () => { window.from = performance.now(); }, { capture: true, once: true });
    const watcher = new MutationObserver(() => {
      if (!document.querySelector("[role=treeitem]")) return;
      watcher.disconnect();
      requestAnimationFrame(() => setTimeout(() => { window.took = Math.round(performance.now() - window.from); }));
    });
    watcher.observe(document.body, { childList: true, subtree: true });
  });
  await link.click();
  await at(page, "large");
  await page.getByRole("treeitem").first().waitFor();
  await page.waitForFunction(() => window.took);
  const took = await page.evaluate(() => window.took);
  await look(page, "schema 5000 tables");
  const { work, apart } = await frames(page, () => page.evaluate(() => new Promise((resolve) => {
    const tree = document.querySelector("[role=tree]");
    let left = 60;
    const next = () => {
      tree.scrollTop += 1000;
      left -= 1;
      if (left > 0) requestAnimationFrame(next);
      else resolve();
    };
    requestAnimationFrame(next);
  })));
  console.log(`5,000 tables are there after ${took} ms; a frame of scrolling is ${work.toFixed(1)} ms of work, and ${apart.toFixed(1)} ms from the next`);
  assert((await page.getByRole("treeitem").count()) < 100, "those in sight alone are there");
  await page.getByLabel("Filter tables").fill("t_4999");
  await page.getByRole("treeitem").click();
  await page.getByRole("heading", { name: "t_4999", exact: true }).waitFor();
  await page.getByRole("link", { name: "t_1666(id)" }).click();
  await page.getByRole("heading", { name: "t_1666", exact: true }).waitFor();
  await page.getByRole("navigation", { name: "Parts of this source" }).getByRole("link", { name: "Diagram" }).click();
  await page.locator(".er-count", { hasText: "of 5,000" }).waitFor();
  assert((await page.getByRole("button", { name: "Whole schema" }).count()) === 0, "all of them are no drawing");
});
