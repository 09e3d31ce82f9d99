// What tests of rows and statements share: the API beside the page, and the editor.

import { readFileSync } from "node:fs";
import { URL_OF_SERVER } from "./harness.mjs";

const token = process.env.PAGE_TOKEN;

/** `data` of a call that is made beside the page. */
export async function api(method, path, body) {
  const headers = { Authorization: `Bearer ${token}`, ...(body && { "Content-Type": "application/json" }) };
  const answer = await (await fetch(`${URL_OF_SERVER}/api/v1${path}`, { method, headers, body: body && JSON.stringify(body) })).json();
  if (answer.status !== "success") throw new Error(`${path}: ${answer.message}`);
  return answer.data;
}

/** A source of the default workspace, with its tables. */
export async function source(name) {
  return (await api("GET", "/data/list?tables=true")).find((one) => one.name === name);
}

/** Waits for the editor, and writes in place of what stands there. */
export async function write(page, text) {
  await page.locator("[data-ready]").waitFor();
  await page.getByRole("textbox", { name: "Statement", exact: true }).click();
  await page.keyboard.press("Control+A");
  await page.keyboard.press("Delete");
  await page.keyboard.insertText(text);
}

/** The text of a file that a click saves. */
export async function saved(page, click) {
  const [file] = await Promise.all([page.waitForEvent("download"), click()]);
  return { name: file.suggestedFilename(), text: readFileSync(await file.path(), "utf8") };
}
