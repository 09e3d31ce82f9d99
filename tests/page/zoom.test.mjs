// A page at 200 %, and one of 320 px (WCAG 2.2, 1.4.10): all of it is there, and is read by scrolling one way. Grids of data,
// the diagram and code may be wider, and a strip of tabs is scrolled by itself.

import { assert, look, open, test } from "./harness.mjs";
import { SCREENS } from "./all_screens.mjs";

const token = process.env.PAGE_TOKEN;
/** What may be scrolled sideways, or hide a part of itself. */
const WIDE = ".grid, .tree, .table-wrap:not([aria-label=Sources]), .code-block, .query-editor, .diagram, .tabs, .source-tabs, .truncate";
/** What is not to be seen, or has a way of its own to be read on. */
const LEFT = "svg, .unseen, .skip, .search-words, input, select, textarea, .query-editor, .truncate, .grid";

/** The elements that stand out of the window or of what holds them. */
const cut = (page) => page.evaluate(({ wide, left }) => {
  const found = [];
  for (const element of document.querySelectorAll("body *")) {
    const box = element.getBoundingClientRect();
    if (box.width === 0 || box.height === 0 || element.closest(left)) continue;
    const style = getComputedStyle(element);
    if (style.visibility === "hidden") continue;
    const name = `${element.tagName.toLowerCase()}.${[...element.classList].join(".")} ${element.textContent.trim().slice(0, 40)}`;
    const over = element.scrollWidth > element.clientWidth + 1 && element.clientWidth > 0;
    // Beyond its own box it stands on what is beside it.
    if (over && style.overflowX === "visible" && style.display !== "inline") found.push(`${name}: ${element.scrollWidth} spill out of ${element.clientWidth}`);
    if (element.closest(wide)) continue;
    if (box.right > innerWidth + 1 || box.left < -1) found.push(`${name}: from ${Math.round(box.left)} to ${Math.round(box.right)}`);
    if (over && style.overflowX !== "visible") found.push(`${name}: ${element.scrollWidth} in ${element.clientWidth}`);
  }
  // A short name that stands in two lines is two words to whoever reads it.
  for (const type of document.querySelectorAll(".type code")) {
    if (type.textContent.length < 12 && type.getClientRects().length > 1) found.push(`the type ${type.textContent} is broken`);
  }
  return found;
}, { wide: WIDE, left: LEFT });

for (const [width, height, words] of [[720, 450, "1440 px at 200 %"], [320, 640, "320 px"]]) {
  await test(`nothing is cut off at ${words}`, { token, width, height }, async (page) => {
    for (const [name, hash] of Object.entries(SCREENS)) {
      await open(page, hash);
      await look(page, `zoom ${name} ${width}`);
      const found = await cut(page);
      assert(found.length === 0, `${name} at ${width}:\n    ${found.join("\n    ")}`);
    }
  });
}
