// Backups by the clock, and what to harden.

import { assert, look, open, test } from "./harness.mjs";
import { api } from "./sources.mjs";

const token = process.env.PAGE_TOKEN;
/** The first one is due at the start. */
async function made() {
  for (const end = Date.now() + 15_000; Date.now() < end; ) {
    const [first] = await api("GET", "/admin/backups");
    const { running } = (await api("GET", "/admin/status")).backups;
    if (first && !running) return first;
  }
  throw new Error("the clock makes no backup");
}
const backup = await made();
const fact = (page, label) => page.locator(".fact", { has: page.getByText(label, { exact: true }) }).locator("dd");

for (const [width, dark] of [[1440, true], [390, false]]) {
  await test(`the schedule is told with what it made and when the next is due at ${width}`, { token, width, dark }, async (page) => {
    await open(page, "#/status");
    assert((await fact(page, "Schedule").textContent()) === "Every day", await fact(page, "Schedule").textContent());
    assert((await fact(page, "Kept of them").textContent()) === "The last 3", await fact(page, "Kept of them").textContent());
    assert(/^in (23 hours|1 day|.*tomorrow)|tomorrow/.test(await fact(page, "Next one").textContent()), await fact(page, "Next one").textContent());
    await page.getByRole("row", { name: backup.name }).getByText("Scheduled", { exact: true }).waitFor();
    await look(page, `status schedule ${width}`);
  });
}

await test("each thing to harden has its next step", { token }, async (page) => {
  await open(page, "#/status");
  const { hardening } = await api("GET", "/admin/status");
  const listed = page.getByRole("region", { name: "What to harden" }).getByRole("listitem");
  assert(hardening.length > 1 && (await listed.count()) === hardening.length, `${await listed.count()} of ${hardening.length}`);
  for (const { message, hint } of hardening) await listed.filter({ hasText: message }).getByText(hint).waitFor();
  const demo = listed.filter({ hasText: "user of the demo" });
  await demo.getByRole("button", { name: "Copy command" }).click();
  const command = await page.evaluate(() => navigator.clipboard.readText());
  assert(command === "headwater user disable demo --organization demo", command);
  await demo.getByRole("link", { name: "Go to users" }).click();
  await page.getByRole("region", { name: "Users" }).waitFor();
});

await test("without a backup the way to one is offered where that is said", { token }, async (page) => {
  await api("DELETE", `/admin/backups/${backup.name}`);
  await open(page, "#/status");
  const missing = page.getByRole("region", { name: "What to harden" }).getByRole("listitem").filter({ hasText: "There is no backup" });
  await missing.getByRole("button", { name: "Make one" }).click();
  await page.getByRole("button", { name: "Make the backup" }).click();
  await page.getByText("Backup made").waitFor();
  await missing.waitFor({ state: "detached" });
});
