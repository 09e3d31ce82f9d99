// A source that came without its secret: listed so, given the secret alone, and connected.

import { createServer } from "node:http";
import { assert, at, look, open, test } from "./harness.mjs";
import { api } from "./sources.mjs";

const token = process.env.PAGE_TOKEN;
const asked = [];
const server = createServer((request, answer) => {
  asked.push(request.headers.authorization);
  if (request.headers.authorization !== "Bearer the-token") return answer.writeHead(401).end("{}");
  answer.setHeader("Content-Type", "application/json");
  return answer.end('[{"id": 1}]');
});
await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
const base_url = `http://127.0.0.1:${server.address().port}/v1`;

await api("POST", "/data/connect", { database: { base_url, name: "sales", auth: { type: "bearer", token: "the-token" }, endpoints: [{ path: "/orders" }] } });
const document = await api("POST", "/workspaces/default/export-tables", {});
for (const id of ["ws_wide", "ws_narrow"]) await api("POST", "/workspaces/import-tables", { export_data: document, workspace_id: id });

for (const [width, dark, id] of [[1440, false, "ws_wide"], [390, true, "ws_narrow"]]) {
  await test(`a source that waits for its token is given it from the list at ${width}`, { token, width, dark }, async (page) => {
    await open(page, `#/sources?workspace=${id}`);
    const row = page.getByRole("row", { name: "sales" });
    await row.getByText("Needs credentials").waitFor();
    await look(page, `sources wait ${width}`);
    await row.getByRole("link", { name: "Give credentials of sales" }).click();
    await at(page, "Edit sales");
    await page.getByText("This source came without its credentials.").waitFor();
    assert((await page.locator("form input:not([type=hidden]), form textarea, form select").count()) <= 2, "the secret is wanted, and optional headers, and nothing else");
    await page.getByText(base_url).waitFor();
    await look(page, `credentials wanted ${width}`);
    await page.getByLabel("Token", { exact: true }).fill("another");
    await page.getByRole("button", { name: "Test", exact: true }).click();
    await page.locator(".stage.failed", { hasText: "Log in" }).waitFor();
    await page.getByLabel("Token", { exact: true }).fill("the-token");
    await page.getByRole("button", { name: "Connect", exact: true }).click();
    await page.getByText("sales is connected").waitFor();
    const [source] = (await api("GET", `/data/${id}/list?tables=true`)).filter(({ name }) => name === "sales");
    assert(source.status === "connected" && source.tables[0].name === "orders", JSON.stringify(source));
    assert(asked.includes("Bearer another") && asked.at(-1) === "Bearer the-token", "both were tried");
    await open(page, `#/sources?workspace=${id}`);
    await page.getByRole("row", { name: "sales" }).getByText("Connected", { exact: true }).waitFor();
  });
}

await test("all settings are there for who wants them", { token }, async (page) => {
  await api("POST", "/workspaces/import-tables", { export_data: document, workspace_id: "ws_all" });
  await open(page, "#/sources?workspace=ws_all");
  await page.getByRole("link", { name: "Give credentials of sales" }).click();
  await page.getByRole("button", { name: "Show all settings" }).click();
  assert((await page.getByLabel("Base URL").inputValue()) === base_url, "the settings came along");
  await page.getByRole("link", { name: "Sources" }).first().click();
  await page.getByRole("link", { name: "Connect shop" }).click();
  await page.getByText("It has no secret. Test it, and it is connected.").waitFor();
  await page.getByRole("button", { name: "Connect", exact: true }).click();
  await page.getByText("shop is connected").waitFor();
});
server.close();
server.closeAllConnections();
