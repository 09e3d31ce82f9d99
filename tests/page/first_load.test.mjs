import { assert, open, test } from "./harness.mjs";

const LIMIT = 80_000;

await test("the first screen takes at most 80 kB", { token: process.env.PAGE_TOKEN }, async (page) => {
  await open(page);
  const files = await page.evaluate(() => {
    const all = [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")];
    return all.map((one) => ({ name: one.name, bytes: one.encodedBodySize }));
  });
  const total = files.reduce((sum, one) => sum + one.bytes, 0);
  console.log(`${total} bytes in ${files.length} files`);
  assert(files.length > 20 && total > 10_000, "the files were counted");
  assert(total <= LIMIT, files.map((one) => `${one.bytes} ${one.name}`).join("\n"));
});

for (const [what, token, least] of [["the first screen", process.env.PAGE_TOKEN, 40], ["the login", undefined, 20]]) {
  await test(`all that ${what} is made of is named at once`, { token }, async (page) => {
    await open(page);
    const [named, came] = await page.evaluate(() => {
      const { loadEventStart } = performance.getEntriesByType("navigation")[0];
      const inside = sessionStorage.getItem("token");
      // What stands behind the login comes once that is there.
      const first = performance.getEntriesByType("resource").filter((one) => inside || one.startTime < loadEventStart);
      return [
        [...document.querySelectorAll("link[rel=modulepreload], script[type=module]")].map((one) => one.href || one.src),
        first.map((one) => one.name).filter((name) => name.endsWith(".js") && !name.endsWith("/early.js")),
      ];
    });
    const late = came.filter((name) => !named.includes(name));
    const unused = named.filter((name) => !came.includes(name));
    assert(came.length > least && late.length === 0, `index.html lacks ${late.join(", ")}`);
    assert(unused.length === 0, `index.html names without need ${unused.join(", ")}`);
  });
}

// Told, and held against nothing: a machine with much else to do would fail it.
for (const [name, token, heading] of [["the list of sources", process.env.PAGE_TOKEN, "Sources"], ["the login", undefined, "Log in"]]) {
  await test(`${name} is there soon`, { token }, async (page) => {
    await page.addInitScript((wanted) => {
      const look = () => {
        if (window.there || document.querySelector("h1")?.textContent !== wanted || document.querySelector(".skeleton")) return;
        // Behind the next frame it is drawn, and its handlers are there.
        requestAnimationFrame(() => { window.there ??= performance.now(); });
      };
      new MutationObserver(look).observe(document, { childList: true, subtree: true });
    }, heading);
    const times = [];
    for (let at = 0; at < 5; at += 1) {
      await page.goto("about:blank");
      await open(page);
      times.push(await (await page.waitForFunction(() => window.there)).jsonValue());
    }
    const ms = times.map(Math.round);
    console.log(`${name}: ${ms[0]} ms after the navigation began, then from the cache ${ms.slice(1).sort((a, b) => a - b)[2]} ms`);
  });
}
