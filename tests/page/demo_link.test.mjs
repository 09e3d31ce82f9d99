// The link that a start with its demo prints.

import { assert, at, look, test } from "./harness.mjs";

const token = process.env.PAGE_TOKEN;
const link = new URL(process.env.PAGE_LINK);
const password = new URLSearchParams(link.hash.split("?")[1]).get("password");

for (const [width, dark] of [[1440, false], [390, true]]) {
  await test(`the link fills the login in, and logs nobody in, at ${width}`, { width, dark }, async (page) => {
    const sent = [];
    page.on("request", (request) => sent.push(`${request.url()} ${request.postData() ?? ""} ${JSON.stringify(request.headers())}`));
    await page.goto(link.href);
    await at(page, "Log in");
    await page.getByText("The link filled in the login of demo.").waitFor();
    assert((await page.getByLabel("User name").inputValue()) === "demo" && (await page.getByLabel("Password").inputValue()) === password, "both are filled in");
    assert(!page.url().includes("login") && !page.url().includes(password), page.url());
    assert(!sent.some((one) => one.includes(password)), "nothing of it left the browser");
    assert((await page.evaluate(() => sessionStorage.getItem("token"))) === null, "nobody is logged in");
    await look(page, `login filled in ${width}`);
    await page.getByRole("button", { name: "Log in" }).click();
    await at(page, "Sources");
    await page.goBack().catch(() => null);
    assert(!page.url().includes(password), "no step back leads to it");
  });
}

await test("a link without a password fills in the name alone", {}, async (page) => {
  await page.goto(`${page.base}#/login?user=demo`);
  await page.getByText("The link filled in the name demo.").waitFor();
  assert((await page.getByLabel("Password").inputValue()) === "", "no password");
  assert(await page.getByLabel("Password").evaluate((input) => input === document.activeElement), "it is what is asked for next");
});

await test("who is logged in stays so, whatever the link names", { token }, async (page) => {
  await page.goto(page.base);
  await at(page, "Sources");
  await page.evaluate(() => { location.hash = "#/login?user=mallory&password=mallorys"; });
  await page.waitForFunction(() => !location.hash.includes("login"));
  await at(page, "Sources");
  assert((await page.evaluate(() => sessionStorage.getItem("token"))) === token, "the session is the same");
});
