import { PASSWORD, assert, at, look, open, test } from "./harness.mjs";
import { api } from "./sources.mjs";

const token = process.env.PAGE_TOKEN;

await test("a backup is made, fetched and deleted", { token }, async (page) => {
  await open(page, "#/status");
  await page.getByText("No backup yet").waitFor();
  await look(page, "status");
  await page.getByRole("button", { name: "Back up now" }).click();
  await look(page, "back up");
  await page.getByRole("button", { name: "Make the backup" }).click();
  const fetch = page.getByRole("button", { name: /^Download headwater-/ });
  await fetch.waitFor();
  const [made] = await api("GET", "/admin/backups");
  assert(!made.includes_key, "the keys stay out unless asked for");
  const [file] = await Promise.all([page.waitForEvent("download"), fetch.click()]);
  assert(file.suggestedFilename() === made.name, file.suggestedFilename());
  await look(page, "status with a backup");
  await page.getByRole("button", { name: `Delete ${made.name}` }).click();
  await page.getByRole("button", { name: "Delete backup" }).click();
  await page.getByText("No backup yet").waitFor();
  assert((await api("GET", "/admin/backups")).length === 0, "it is gone");
});

await test("the state of it all is told, with what to harden", { token, width: 390, dark: true }, async (page) => {
  await open(page, "#/status");
  const status = await api("GET", "/admin/status");
  await page.getByText(status.key.fingerprint).waitFor();
  for (const { message } of status.hardening) await page.getByText(message).waitFor();
  assert(status.hardening.length > 0, "the demo has something to harden");
  await page.getByRole("region", { name: "Health of sources" }).getByText("shop").waitFor();
});

await test("a user is added, made an editor, given a password, disabled and enabled", { token, expected: /400|409/ }, async (page) => {
  await open(page, "#/settings");
  const more = async (name, item) => {
    await page.getByRole("button", { name: `More of ${name}` }).click();
    await page.getByRole("menuitem", { name: item }).click();
  };
  const row = (name) => page.getByRole("region", { name: "Users" }).getByRole("row").filter({ has: page.getByRole("rowheader", { name }) });
  await page.getByRole("button", { name: "Add a user" }).click();
  await page.getByLabel("User name").fill("ben");
  await page.getByLabel("First password").fill("short");
  await page.getByRole("button", { name: "Add user" }).click();
  await page.locator("dialog [aria-invalid=true]").waitFor();
  await look(page, "add user");
  await page.getByLabel("First password").fill(PASSWORD);
  await page.getByRole("button", { name: "Add user" }).click();
  await row("ben").getByText("Viewer").waitFor();
  await more("ben", "Change role");
  await page.getByLabel("Role", { exact: true }).selectOption("Editor");
  await page.getByRole("button", { name: "Change role" }).click();
  await row("ben").getByText("Editor").waitFor();
  await more("ben", "Set a new password");
  await page.getByLabel("New password").last().fill("a phrase of some length");
  await page.getByRole("button", { name: "Set password" }).click();
  await page.getByText("Password of ben set").waitFor();
  await more("ben", "Disable");
  await page.getByRole("button", { name: "Disable", exact: true }).click();
  await row("ben").getByText("Disabled").waitFor();
  await look(page, "users");
  await more("ben", "Enable");
  await row("ben").getByText("Disabled").waitFor({ state: "detached" });
});

await test("the only admin is not disabled", { token, width: 390 }, async (page) => {
  await open(page, "#/settings");
  await page.getByRole("button", { name: "More of demo" }).click();
  for (const name of [/^Change role/, /^Disable/]) assert(await page.getByRole("menuitem", { name }).isDisabled(), `${name} is offered`);
  await look(page, "users 390");
});

await test("who rules nothing is offered nothing of it", { token: process.env.PAGE_VIEWER, expected: /403/ }, async (page) => {
  await open(page, "#/settings");
  await at(page, "Settings");
  assert((await page.getByText("Add a user").count()) === 0, "no users");
  assert((await page.getByRole("link", { name: "Status" }).count()) === 0, "no status");
  await open(page, "#/status");
  await page.getByText("This is for who runs the installation").waitFor();
});
