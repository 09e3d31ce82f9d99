import { PASSWORD, assert, at, look, settled, test } from "./harness.mjs";

const refused = /401/;

async function logIn(page, password = PASSWORD) {
  await page.getByLabel("User name").fill("admin");
  await page.getByLabel("Password").fill(password);
  await page.keyboard.press("Enter");
}

await test("a wrong password is told, and a right one leads to where the link pointed", { expected: refused }, async (page) => {
  await page.goto(`${page.base}#/projects?scope=organization`);
  await at(page, "Log in");
  await look(page, "login");
  await logIn(page, "not the password");
  await page.getByRole("alert").waitFor();
  await look(page, "login wrong");
  await logIn(page);
  await at(page, "Projects");
  assert(page.url().endsWith("#/projects?scope=organization"), page.url());
});

await test("a token that ended leads to the login, and from there back", { width: 390, expected: refused }, async (page) => {
  await page.goto(page.base);
  await logIn(page);
  await at(page, "Sources");
  const token = await page.evaluate(() => sessionStorage.getItem("token"));
  const ended = await page.request.post(`${page.base}api/v1/auth/revoke-all`, { headers: { Authorization: `Bearer ${token}` }, data: {} });
  assert(ended.ok(), "the tokens were ended");
  await page.getByRole("button", { name: "Navigation" }).click();
  await look(page, "navigation 390");
  await page.getByRole("link", { name: "Settings" }).click();
  await page.getByText("Your session has ended").waitFor();
  await logIn(page);
  await at(page, "Settings");
});

await test("logging out ends the token and forgets it", {}, async (page) => {
  await page.goto(page.base);
  await logIn(page);
  await at(page, "Sources");
  const token = await page.evaluate(() => sessionStorage.getItem("token"));
  await page.getByRole("button", { name: "User admin" }).click();
  await look(page, "user menu");
  await page.getByRole("menuitem", { name: "Log out" }).click();
  await at(page, "Log in");
  assert((await page.evaluate(() => sessionStorage.length)) === 0, "nothing is kept");
  const again = await page.request.get(`${page.base}api/v1/auth/me`, { headers: { Authorization: `Bearer ${token}` } });
  assert(again.status() === 401, "the token has ended at the server");
});

await test("a server that is gone is told in words", { expected: /ERR_FAILED/ }, async (page) => {
  await page.goto(page.base);
  await at(page, "Log in");
  await page.route("**/api/v1/**", (route) => route.abort());
  await logIn(page);
  await page.getByText("The server cannot be reached.").waitFor();
  await page.unroute("**/api/v1/**");
  await logIn(page);
  await settled(page);
});
