// Databases: a real PostgreSQL, where the run has one, and the demo's SQLite.

import { createServer, request } from "node:http";
import { createServer as listen } from "node:net";
import { URL_OF_SERVER, assert, look, open, settled, test } from "./harness.mjs";

const token = process.env.PAGE_TOKEN;
const port = process.env.PAGE_POSTGRES_PORT;
const button = (page, name) => page.getByRole("button", { name, exact: true });
const url = (page) => page.getByLabel("Connection URL");
const name = (page) => page.getByLabel("Name (optional)", { exact: true });
const refused = /40[0-9]|422/;

if (port) {
  await test("a pasted URL fills the form and hides its password, and each stage is told with its time", { token }, async (page) => {
    await open(page, "#/sources/add");
    await url(page).fill(`postgres://reader:reader-pass@127.0.0.1:${port}/shop?sslmode=require`);
    assert((await url(page).inputValue()) === `postgres://reader@127.0.0.1:${port}/shop?sslmode=require`, "the password is taken out of the URL");
    assert((await page.getByLabel("Host").inputValue()) === "127.0.0.1" && (await page.getByLabel("User", { exact: true }).inputValue()) === "reader", "the fields are filled");
    const password = page.getByLabel("Password", { exact: true });
    assert((await password.inputValue()) === "reader-pass" && (await password.getAttribute("type")) === "password", "the password is hidden");
    await button(page, "Test").click();
    await page.getByText("It works").waitFor();
    for (const stage of ["Find the address", "Reach the server", "Encrypt", "Log in", "Open the database", "Read the catalog"]) {
      await page.locator(".stage.passed", { hasText: stage }).getByText(/ms$/).waitFor();
    }
    await page.getByText("TLSv1.3").waitFor();
    await page.getByText("Certificate not checked", { exact: true }).waitFor();
    await look(page, "tested");
    await page.getByRole("button", { name: "Show as curl or Python" }).click();
    assert(!(await page.content()).includes("reader-pass"), "the calls that are shown hold no password");
    await page.keyboard.press("Escape");
    await name(page).fill("warehouse");
    await button(page, "Connect").click();
    await page.getByText("warehouse is connected").waitFor();
    await settled(page);
  });

  await test("a wrong password fails at the login, in a sentence with what to do", { token }, async (page) => {
    await open(page, "#/sources/add");
    await url(page).fill(`postgres://reader:wrong@127.0.0.1:${port}/shop`);
    await button(page, "Test").click();
    await page.locator(".stage.failed", { hasText: "Log in" }).waitFor();
    await page.getByText("refused the user 'reader' with this password.").waitFor();
    await page.getByText("Check user and password.").waitFor();
    await look(page, "wrong password");
    await page.getByLabel("Password", { exact: true }).fill("reader-pass");
    assert((await page.locator(".stage").count()) === 0, "what was tested is not what stands there now");
    await button(page, "Test").click();
    await page.getByText("It works").waitFor();
  });
}

await test("a dead host fails at its stage", { token, width: 390, dark: true }, async (page) => {
  await open(page, "#/sources/add");
  await page.getByLabel("PostgreSQL").check();
  await page.getByLabel("Host").fill("127.0.0.1");
  await page.getByLabel("Port").fill("1");
  await page.getByLabel("User", { exact: true }).fill("ann");
  await button(page, "Test").click();
  await page.locator(".stage.failed", { hasText: "Reach the server" }).waitFor();
  await page.getByText("Nothing listens at 127.0.0.1:1").waitFor();
  await look(page, "dead host");
});

const silent = listen(() => {});
await new Promise((ready) => silent.listen(0, "127.0.0.1", ready));
await test("a test that goes on is cancelled", { token }, async (page) => {
  await open(page, "#/sources/add");
  await url(page).fill(`postgres://ann:secret@127.0.0.1:${silent.address().port}/shop`);
  await button(page, "Test").click();
  await page.getByRole("button", { name: "Cancel" }).click();
  await page.getByText("Cancelled").waitFor();
  await button(page, "Test").waitFor();
});
silent.close();

await test("what a field is wrong about is said at the field", { token, expected: refused }, async (page) => {
  await open(page, "#/sources/add");
  await page.getByLabel("MySQL").check();
  await page.getByLabel("Host").fill("db.example.com:3306");
  await page.getByLabel("User", { exact: true }).fill("ann");
  await button(page, "Test").click();
  const field = page.locator("[aria-invalid=true]");
  await field.waitFor();
  assert((await field.inputValue()) === "db.example.com:3306", "it is the host");
  await page.getByText("`host` holds a port too.").waitFor();
});

await test("tables are chosen, by keyboard alone, and a name is taken once", { token, expected: refused }, async (page) => {
  await open(page, "#/sources/add");
  await page.keyboard.type("sqlite:demo/shop.sqlite");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  await page.keyboard.type("shop");
  await page.keyboard.press("Enter");
  await page.getByText("It works").waitFor();
  await look(page, "sqlite tested");
  await tabTo(page, "Choose tables");
  await page.keyboard.press("Enter");
  await page.getByRole("tree").waitFor();
  await tabTo(page, "Tables");
  await page.keyboard.press("Home");
  await page.keyboard.press("Space");
  await page.getByText("9 of 10").waitFor();
  await look(page, "tables chosen");
  await name(page).focus();
  await page.keyboard.press("Enter");
  await page.getByText("This workspace has a source of that name.").waitFor();
  await page.keyboard.press("ControlOrMeta+A");
  await page.keyboard.type("some of the shop");
  await page.keyboard.press("Enter");
  await page.getByText("some of the shop is connected").waitFor();
  await open(page, "#/sources");
  await page.getByRole("row", { name: "some of the shop" }).getByRole("cell", { name: "9", exact: true }).waitFor();
});

// A server that tells of each stage when it has passed: what it says is held back, line by line.
const proxy = createServer((incoming, answer) => {
  const target = new URL(incoming.url, URL_OF_SERVER);
  if (target.pathname.endsWith("/test-connection")) return hold(answer);
  const onward = request(target, { method: incoming.method, headers: { ...incoming.headers, host: target.host } }, (reply) => {
    answer.writeHead(reply.statusCode, reply.headers);
    reply.pipe(answer);
  });
  return incoming.pipe(onward);
});
let held;
function hold(answer) {
  answer.writeHead(200, { "Content-Type": "application/x-ndjson" });
  held = { say: (line) => answer.write(`${JSON.stringify(line)}\n`), end: () => answer.end() };
}
await new Promise((ready) => proxy.listen(0, "127.0.0.1", ready));
await test("stages show as they pass, where the server tells them so", { token, url: `http://127.0.0.1:${proxy.address().port}/` }, async (page) => {
  await open(page, "#/sources/add");
  await page.getByLabel("PostgreSQL").check();
  const asked = page.waitForRequest(/test-connection/);
  await button(page, "Test").click();
  assert((await asked).headers().accept === "application/x-ndjson", "lines are asked for");
  await page.locator(".stage.running", { hasText: "Find the address" }).waitFor();
  held.say({ stage: "resolve", ok: true, ms: 12 });
  await page.locator(".stage.passed", { hasText: "Find the address" }).getByText("12 ms").waitFor();
  await page.locator(".stage.running", { hasText: "Reach the server" }).waitFor();
  await look(page, "stages");
  const stages = [{ stage: "resolve", ok: true, ms: 12 }, { stage: "connect", ok: false, ms: 3 }];
  held.say(stages[1]);
  held.say({ status: "error", message: "Nothing listens there.", data: { stages }, error: { code: "connection_refused", hint: "Look whether it runs.", details: { stage: "connect" } } });
  held.end();
  await page.locator(".stage.failed", { hasText: "Reach the server" }).waitFor();
  await page.getByText("Nothing listens there.").waitFor();
});
proxy.close();
proxy.closeAllConnections();

async function tabTo(page, label) {
  for (let tries = 0; tries < 40; tries += 1) {
    const here = await page.evaluate(() => document.activeElement.getAttribute("aria-label") ?? document.activeElement.textContent.trim());
    if (here === label) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`the Tab key never comes to ${label}`);
}
