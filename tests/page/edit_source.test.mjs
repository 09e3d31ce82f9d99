import { createServer } from "node:http";
import { readFileSync } from "node:fs";
import { assert, at, look, open, test } from "./harness.mjs";
import { api } from "./sources.mjs";

const token = process.env.PAGE_TOKEN;
const button = (page, name) => page.getByRole("button", { name, exact: true });

// Two places that look the same: what is sent to each is remembered.
const sent = { one: [], two: [] };
const place = (name) => createServer((request, answer) => {
  sent[name].push(request.headers["x-api-key"]);
  answer.setHeader("Content-Type", "application/json");
  answer.end('[{"id": 1}, {"id": 2}, {"id": 3}]');
});
const servers = { one: place("one"), two: place("two") };
for (const server of Object.values(servers)) await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
const url = (name) => `http://127.0.0.1:${servers[name].address().port}/rows`;

await test("a source is edited without its secret; another place wants it again, at its field", { token, expected: /400/ }, async (page) => {
  await open(page, "#/sources/add");
  await page.getByLabel("Connection URL").fill(url("one"));
  await page.getByLabel("Name (optional)", { exact: true }).fill("keyed");
  await page.getByLabel("Login").selectOption("api_key");
  await page.getByLabel("API key", { exact: true }).last().fill("the-key");
  await button(page, "Connect").click();
  await page.getByText("keyed is connected").waitFor();
  await open(page, "#/sources");
  await button(page, "More of keyed").click();
  await look(page, "source menu");
  await page.getByRole("menuitem", { name: "Edit" }).click();
  await at(page, "Edit keyed");
  assert(!(await page.content()).includes("the-key"), "no secret comes back");
  await page.getByText("Set", { exact: true }).waitFor();
  const before = sent.one.length;
  await button(page, "Test").click();
  await page.getByText("It works").waitFor();
  assert(sent.one.slice(before).every((key) => key === "the-key"), "the kept key is sent to its own place");
  await look(page, "source edited");

  await page.getByLabel("Base URL").fill(url("two"));
  await button(page, "Save").click();
  const key = page.locator("[aria-invalid=true]");
  await key.waitFor();
  await page.getByText("Give the password again.").waitFor();
  assert(await key.evaluate((input) => input === document.activeElement), "the field has the focus");
  assert(sent.two.length === 0, "nothing was sent to the other place");
  await look(page, "key wanted again");
  await key.fill("another-key");
  await button(page, "Save").click();
  await page.getByText("keyed is saved").waitFor();
  assert(sent.two.length > 0 && sent.two.every((one) => one === "another-key"), "the new key goes there");
});

for (const [width, dark] of [[1440, true], [390, false]]) {
  await test(`a source is renamed and stays what it is at ${width}`, { token, width, dark, expected: /409/ }, async (page) => {
    const path = (await api("GET", "/data/list")).find(({ name }) => name === "keyed").id;
    await open(page, `#/sources/${path}/edit`);
    const name = page.getByLabel("Name", { exact: true });
    assert(await button(page, "Rename").isDisabled(), "there is nothing to do yet");
    await name.fill("shop");
    await button(page, "Rename").click();
    await page.getByText("This workspace has another source of that name. Choose another name").waitFor();
    assert(await name.evaluate((input) => input === document.activeElement && input.ariaInvalid === "true"), "it is said at the field");
    await look(page, `rename taken ${width}`);
    await name.fill("  keys and locks ");
    await button(page, "Rename").click();
    await at(page, "Edit keys and locks");
    await page.getByText("It is called keys and locks now").waitFor();
    await look(page, `renamed ${width}`);
    // What is saved after that is the same source.
    await button(page, "Save").click();
    await page.getByText("keys and locks is saved").waitFor();
    const sources = await api("GET", "/data/list");
    assert(sources.find(({ id }) => id === path).name === "keys and locks" && !sources.some((one) => one.name === "keyed"), JSON.stringify(sources));
    await api("POST", `/data/default/sources/${path}/rename`, { name: "keyed" });
  });
}

await test("a source is tested again from the list", { token }, async (page) => {
  await open(page, "#/sources");
  await button(page, "More of shop").click();
  await page.getByRole("menuitem", { name: "Test again" }).click();
  await page.getByText(/shop answers, in \d+ ms/).waitFor();
  servers.two.close();
  servers.two.closeAllConnections();
  await button(page, "More of keyed").click();
  await page.getByRole("menuitem", { name: "Test again" }).click();
  await page.getByText("keyed: Nothing listens").waitFor();
  await page.getByRole("row", { name: "keyed" }).getByText("Unreachable").waitFor();
});

await test("a source is deleted by its name, once it is said what goes", { token }, async (page) => {
  await open(page, "#/sync/new");
  await page.getByRole("treeitem", { name: "keyed" }).click();
  await button(page, "Copy 8 tables").click();
  await page.getByText("Done", { exact: true }).waitFor();
  await open(page, "#/sources");
  await button(page, "More of shop").click();
  await page.getByRole("menuitem", { name: "Delete" }).click();
  await page.getByText("What is known of its 10 tables").waitFor();
  await page.getByText("453 local rows of 8 copied tables").waitFor();
  await look(page, "delete source");
  const [file] = await Promise.all([page.waitForEvent("download"), button(page, "Export it first").click()]);
  assert(JSON.parse(readFileSync(await file.path(), "utf8")).summary.rows_exported === 453, "the rows are in the export");
  assert(await button(page, "Delete source").isDisabled(), "the name has to be typed");
  await page.getByLabel("Type").fill("shop");
  await button(page, "Delete source").click();
  await page.getByText("Source shop deleted").waitFor();
  await page.getByRole("row", { name: "demo/shop.sqlite" }).waitFor({ state: "detached" });
});

await test("the sample is offered where nobody has it", { token }, async (page) => {
  await open(page, "#/sources/add");
  await button(page, "Use the sample").click();
  await button(page, "Test").click();
  await page.getByText("It works").waitFor();
  await button(page, "Connect").click();
  await page.getByText("shop is connected").waitFor();
});
servers.one.close();
servers.one.closeAllConnections();
