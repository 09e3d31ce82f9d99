import { assert, look, open, test } from "./harness.mjs";
import { api, source, write } from "./sources.mjs";

const token = process.env.PAGE_TOKEN;
const server = await source("postgresql");
const ask = (sql) => api("POST", "/data/query", { source_id: server.id, sql });
const RUNAWAY = "SELECT count(*) AS runaway FROM generate_series(1, 1000000) AS a, generate_series(1, 1000000) AS b";
const running = async () => (await ask("SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%AS runaway%' AND state = 'active' AND pid <> pg_backend_pid()")).rows[0][0];

/** Asks until the server answers this. */
async function until(wanted) {
  for (const end = Date.now() + 15_000; (await running()) !== wanted; ) {
    if (Date.now() > end) throw new Error(`${await running()} run, not ${wanted}`);
  }
}

await test("a statement that runs away is stopped, at the server too", { token }, async (page) => {
  await open(page, `#/query?source=${server.id}`);
  await write(page, RUNAWAY);
  await page.keyboard.press("Control+Enter");
  const stop = page.getByRole("button", { name: "Stop" });
  await stop.waitFor();
  await until(1);
  await look(page, "query running");
  await stop.click();
  await page.getByText(/^Stopped after/).waitFor();
  await page.getByRole("tab", { name: "Result 1 stopped" }).waitFor();
  await until(0);
  await look(page, "query stopped");
});

await test("leaving the screen stops it as well", { token }, async (page) => {
  await open(page, `#/query?source=${server.id}`);
  await write(page, RUNAWAY);
  await page.keyboard.press("Control+Enter");
  await page.getByRole("button", { name: "Stop" }).waitFor();
  await until(1);
  await page.getByRole("link", { name: "Sources" }).click();
  await until(0);
});

await test("the character that PostgreSQL objects to is marked", { token, expected: /422/ }, async (page) => {
  await open(page, `#/query?source=${server.id}`);
  await write(page, "SELECT 'é🎉', nam FROM customers");
  await page.keyboard.press("Control+Enter");
  await page.locator(".error-box").waitFor();
  assert((await page.locator(".cm-wrong").textContent()) === "nam", await page.locator(".cm-wrong").textContent());
  await look(page, "query error postgres");
});

await test("numbers keep all their digits, and a time with a zone says so", { token }, async (page) => {
  await open(page, `#/query?source=${server.id}`);
  await write(page, `SELECT $1::bigint AS big, ''::text AS empty, NULL AS nothing, timestamptz '2026-11-22 16:30:36+01' AS at, '{"n": [9007199254740993, 0.12345678901234567890123, 1.5]}'::jsonb AS doc`);
  await page.getByRole("button", { name: /1,000 rows/ }).click();
  await page.getByRole("textbox", { name: "Parameters" }).fill('["9007199254740993"]');
  await page.getByRole("button", { name: "Use these" }).click();
  await page.getByRole("button", { name: "Run" }).click();
  await page.getByText("9007199254740993", { exact: true }).waitFor();
  await page.getByText('{"n":[9007199254740993,0.12345678901234567890123,1.5]}', { exact: true }).waitFor();
  await page.getByText("Times are in UTC").waitFor();
  assert((await page.locator(".grid-cell .null").count()) === 1, "NULL is one, and the empty text none");
  await look(page, "query types");
});
