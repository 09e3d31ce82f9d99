import { PASSWORD, URL_OF_SERVER, assert, at, look, test } from "./harness.mjs";

const link = `#setup=${process.env.PAGE_SETUP}`;

await test("the link opens a form that tells what is wrong with a field", { expected: /400/ }, async (page) => {
  await page.goto(`${page.base}${link}`);
  await at(page, "Welcome");
  assert(!page.url().includes("setup="), "the token stays in no history");
  await look(page, "welcome");
  await page.getByLabel("Password", { exact: true }).fill("short");
  await page.getByRole("button", { name: "Make the admin" }).click();
  await page.locator("[aria-invalid=true]").waitFor();
  await look(page, "welcome wrong");
});

await test("three fields make the admin and lead to the first source", { width: 390 }, async (page) => {
  await page.goto(`${page.base}${link}`);
  await at(page, "Welcome");
  await look(page, "welcome 390");
  await page.keyboard.press("ControlOrMeta+A");
  await page.keyboard.type("ann");
  await page.keyboard.press("Tab");
  await page.keyboard.type(PASSWORD);
  await page.keyboard.press("Enter");
  await page.getByText(/Add a source|No source yet/).first().waitFor();
  await look(page, "after set-up 390");
});

await test("the link works once", { expected: /401/ }, async (page) => {
  await page.goto(`${URL_OF_SERVER}/${link}`);
  await at(page, "Welcome");
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Make the admin" }).click();
  await page.getByRole("alert").waitFor();
});
