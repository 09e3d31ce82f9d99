import { assert, at, look, open, test } from "./harness.mjs";

const token = process.env.PAGE_TOKEN;

/** Presses Tab until the focus is on something with this name. */
async function tabTo(page, name) {
  for (let pressed = 0; pressed < 40; pressed += 1) {
    await page.keyboard.press("Tab");
    const here = await page.evaluate(() => {
      const element = document.activeElement;
      return element === document.body ? "" : (element.getAttribute("aria-label") ?? element.textContent).trim();
    });
    if (here.startsWith(name)) return;
  }
  throw new Error(`Tab does not lead to ${name}`);
}

const focused = (page) => page.evaluate(() => `${document.activeElement.tagName} ${document.activeElement.textContent}`);

await test("the navigation leads to screens whose heading then has the focus", { token }, async (page) => {
  await open(page);
  for (const name of ["Projects", "Settings", "Sources"]) {
    await tabTo(page, name);
    await page.keyboard.press("Enter");
    await at(page, name);
    assert((await focused(page)) === `H1 ${name}`, await focused(page));
    assert((await page.title()) === `${name} · Headwater`, await page.title());
    assert((await page.locator("[aria-current=page]").textContent()) === name, "the navigation shows it");
  }
});

await test("the first stop leads past the navigation", { token }, async (page) => {
  await open(page);
  await page.keyboard.press("Tab");
  await look(page, "skip link");
  await page.keyboard.press("Enter");
  assert((await focused(page)) === "H1 Sources", await focused(page));
});

await test("a menu is walked through and left by keys, and the focus goes back", { token }, async (page) => {
  await open(page);
  await tabTo(page, "Default");
  await page.keyboard.press("Enter");
  await page.getByRole("menuitem", { name: "Manage workspaces" }).waitFor();
  await look(page, "workspace menu");
  await page.keyboard.type("m");
  assert((await focused(page)).includes("Manage workspaces"), await focused(page));
  await page.keyboard.press("Escape");
  await page.getByRole("menu").waitFor({ state: "hidden" });
  assert((await focused(page)).startsWith("BUTTON Default"), await focused(page));
});

await test("Ctrl-K goes to a screen", { token }, async (page) => {
  await open(page);
  await page.keyboard.press("Control+K");
  await page.getByRole("combobox").waitFor();
  await page.keyboard.type("proj");
  await look(page, "palette");
  await page.keyboard.press("Enter");
  await at(page, "Projects");
});

await test("what is typed behind Ctrl-K is there before the search is", { token }, async (page) => {
  let go;
  const held = new Promise((resolve) => { go = resolve; });
  await page.route("**/palette.js", async (route) => {
    await held;
    await route.continue();
  });
  await open(page);
  await page.keyboard.press("Control+K");
  await page.keyboard.type("se");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await look(page, "palette loading");
  assert((await page.getByRole("combobox").inputValue()) === "se", await page.getByRole("combobox").inputValue());
  go();
  // Of Sources and Settings the second.
  await at(page, "Settings");
});

await test("a search that cannot be loaded says so", { token, expected: /ERR_FAILED/ }, async (page) => {
  await page.route("**/palette.js", (route) => route.abort());
  await open(page);
  await page.keyboard.press("Control+K");
  await page.getByText("The search could not be loaded.").waitFor();
});

await test("a toast stands above a dialog, is read out there, and outlives it", { token }, async (page) => {
  await open(page);
  await page.getByRole("button", { name: "Show as curl or Python" }).click();
  await page.getByRole("button", { name: "Copy", exact: true }).first().click();
  const toast = page.locator(".toast", { hasText: "Copied" });
  await toast.waitFor();
  await look(page, "toast above a dialog");
  const onTop = () => toast.evaluate((element) => {
    const { left, top, width, height } = element.getBoundingClientRect();
    return document.elementFromPoint(left + width / 2, top + height / 2).closest(".toast") === element && !element.closest("[inert]") && element.closest("dialog") !== null;
  });
  assert(await onTop(), "nothing covers it");
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  assert((await page.locator("body > #toasts [role=status]").count()) === 1, "its place is there without a dialog");
  await page.getByRole("button", { name: "Show as curl or Python" }).click();
  await page.getByRole("button", { name: "Copy", exact: true }).first().click();
  await toast.last().getByRole("button", { name: "Close" }).click();
  await page.getByRole("dialog").waitFor();
});

await test("a dialog keeps the focus inside and gives it back", { token }, async (page) => {
  await open(page, "#/workspaces");
  await tabTo(page, "New workspace");
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").waitFor();
  for (let pressed = 0; pressed < 8; pressed += 1) {
    await page.keyboard.press("Tab");
    assert(await page.evaluate(() => !document.activeElement || document.activeElement === document.body || document.activeElement.closest("dialog")), "the focus is outside");
  }
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  assert((await focused(page)).includes("New workspace"), await focused(page));
});

await test("the theme is toggled and kept", { token }, async (page) => {
  await open(page);
  await tabTo(page, "Colours");
  const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await ground();
  await page.keyboard.press("Enter");
  await page.keyboard.press("Enter");
  const dark = await ground();
  assert(dark !== light, `${dark} ${await page.evaluate(() => document.documentElement.dataset.theme)}`);
  await page.reload();
  await at(page, "Sources");
  assert((await ground()) === dark, "kept");
});
