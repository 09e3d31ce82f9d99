// What is no database: files that are sent, and an API.

import { createServer } from "node:http";
import { assert, at, look, open, test } from "./harness.mjs";

const token = process.env.PAGE_TOKEN;
const button = (page, name) => page.getByRole("button", { name, exact: true });

await test("a file is sent, looked into, told how it is written, and connected", { token }, async (page) => {
  await open(page, "#/sources/add");
  await page.getByLabel("Files").check();
  const buffer = Buffer.from("id;zip;since\n1;00501;2024-01-02\n2;;\n");
  await page.locator("input[type=file]").setInputFiles({ name: "people.csv", mimeType: "text/csv", buffer });
  await page.getByText("What was found").waitFor();
  await page.getByRole("row", { name: "zip string no" }).or(page.getByRole("row", { name: "zip string yes" })).waitFor();
  await page.getByText("Values are parted by “;”; the first row holds the names").waitFor();
  await look(page, "file sent");
  await page.getByText("How it is written").click();
  await page.getByLabel("The first row holds the names").selectOption("false");
  await button(page, "Test").click();
  await page.getByRole("row", { name: /column_?1/i }).waitFor();
  await page.getByLabel("The first row holds the names").selectOption("");
  await button(page, "Connect").click();
  await page.getByText("people is connected").waitFor();
});

await test("a file is dropped on the form", { token, width: 390 }, async (page) => {
  await open(page, "#/sources/add");
  await page.getByLabel("Files").check();
  await page.locator(".drop").waitFor();
  const data = await page.evaluateHandle(() => {
    const transfer = new DataTransfer();
    transfer.items.add(new File(['{"a": 1}\n{"a": 2}\n'], "lines.jsonl"));
    return transfer;
  });
  await page.locator(".drop").dispatchEvent("dragover", { dataTransfer: data });
  await page.locator(".drop.over").waitFor();
  await page.locator(".drop").dispatchEvent("drop", { dataTransfer: data });
  await page.getByText("What was found").waitFor();
  assert((await page.getByLabel("Path", { exact: true }).inputValue()) === "uploads/lines.jsonl", "it is the one that was dropped");
  await look(page, "file dropped 390");
  await page.getByRole("button", { name: "Delete lines.jsonl" }).click();
  await look(page, "file deleted 390");
  await page.getByRole("button", { name: "Delete file" }).click();
  await page.getByLabel("lines.jsonl", { exact: true }).waitFor({ state: "detached" });
});

const asked = [];
const api = createServer((request, answer) => {
  const url = new URL(request.url, "http://api");
  asked.push({ path: url.pathname, authorization: request.headers.authorization });
  if (request.headers.authorization !== "Bearer shown-to-nobody") return answer.writeHead(401).end("{}");
  answer.setHeader("Content-Type", "application/json");
  const rows = Number(url.searchParams.get("page") ?? 1) > 2 ? [] : [{ id: Number(url.searchParams.get("page") ?? 1), city: "Lyon" }];
  return answer.end(JSON.stringify({ items: rows }));
});
await new Promise((ready) => api.listen(0, "127.0.0.1", ready));

await test("an API is tried, its first page is shown, and it is connected", { token }, async (page) => {
  await open(page, "#/sources/add");
  await page.getByLabel("Connection URL").fill(`http://127.0.0.1:${api.address().port}/v1`);
  await page.getByLabel("Name (optional)", { exact: true }).fill("shops");
  await page.getByLabel("Login").selectOption("bearer");
  await page.getByLabel("Token", { exact: true }).fill("wrong");
  await button(page, "Add an endpoint").click();
  await page.getByLabel("Path").fill("/shops");
  await page.getByLabel("Pages").selectOption("page");
  await button(page, "Test").click();
  await page.locator(".stage.failed", { hasText: "Log in" }).waitFor();
  await page.getByLabel("Token", { exact: true }).fill("shown-to-nobody");
  await button(page, "Test").click();
  await page.getByRole("row", { name: "city string no" }).waitFor();
  await look(page, "api tried");
  await button(page, "Connect").click();
  await page.getByText("shops is connected").waitFor();
  assert(asked.some(({ path }) => path === "/v1/shops"), "the endpoint was asked");
});

await test("an API is changed without its token being typed again", { token }, async (page) => {
  await open(page, "#/sources");
  await button(page, "More of shops").click();
  await page.getByRole("menuitem", { name: "Edit" }).click();
  await at(page, "Edit shops");
  assert((await page.getByLabel("Path").inputValue()) === "/shops", "the endpoint stands there");
  await button(page, "Replace token").waitFor();
  await look(page, "api edited");
  await page.getByLabel("Table name").fill("stores");
  const before = asked.length;
  await button(page, "Save").click();
  await page.getByText("shops is saved").waitFor();
  assert(asked.length > before && asked.at(-1).authorization === "Bearer shown-to-nobody", "the kept token was sent");
});
api.close();
api.closeAllConnections();
