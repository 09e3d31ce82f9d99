import { assert, look, open, test } from "./harness.mjs";
import { saved } from "./sources.mjs";

const token = process.env.PAGE_TOKEN;

for (const width of [390, 1440]) {
  await test(`a call is found, opened and copied at ${width}`, { token, width, dark: width === 390 }, async (page) => {
    await open(page, "#/api");
    await page.getByLabel("Find a call").fill("statement reads");
    const call = page.locator("summary").first();
    await call.focus();
    await page.keyboard.press("Enter");
    await page.getByRole("rowheader", { name: /^timeout_ms/ }).waitFor();
    await look(page, `api call ${width}`);
    await page.getByRole("button", { name: "Copy as curl" }).click();
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    assert(copied.includes("/api/v1/data/query") && copied.includes("$TOKEN") && !copied.includes(token), copied);
  });
}

await test("every call of the document is shown, and the document is saved whole", { token }, async (page) => {
  await open(page, "#/api");
  const { text } = await saved(page, () => page.getByRole("button", { name: "Download OpenAPI" }).click());
  const { paths } = JSON.parse(text);
  const whole = Object.entries(paths).filter(([path]) => !paths[path.replace(/^\/(data|projects)\//, "/$1/{workspace_id}/")]);
  const shown = await page.locator(".api-path").allTextContents();
  for (const [path] of whole) assert(shown.includes(path), `${path} is not shown`);
});

await test("every call can be opened", { token }, async (page) => {
  await open(page, "#/api");
  for (const summary of await page.locator("summary").all()) await summary.click();
  const opened = await page.locator(".api-inside").count();
  assert(opened === (await page.locator("summary").count()), `${opened} are open`);
});
