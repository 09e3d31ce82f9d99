import { assert, at, look, open, test } from "./harness.mjs";
import { api, saved, source } from "./sources.mjs";

const token = process.env.PAGE_TOKEN;
const shop = await source("shop");
await api("POST", "/data/sync", { source_ids: [shop.id] });
await api("POST", "/projects/save", { project: { name: "Churn", source_ids: [shop.id] } });

const exported = (page) => saved(page, () => page.getByRole("button", { name: "Export and download" }).click());
const choose = (page, text) => page.locator("input[type=file]").setInputFiles({ name: "workspace.json", mimeType: "application/json", buffer: Buffer.from(text) });

await test("a workspace is exported with its rows and sealed, and imported into a fresh one", { token }, async (page) => {
  await open(page, "#/transfer");
  await page.getByLabel("Format").selectOption("document");
  const plain = await exported(page);
  assert(plain.name === "Default.json" && JSON.parse(plain.text).data.secrets === null, plain.name);
  await page.getByLabel("Take the copied rows along").check();
  await page.getByLabel("Take the credentials along, sealed").check();
  await page.getByLabel("Passphrase", { exact: true }).fill("correct horse battery");
  await look(page, "export");
  const whole = await exported(page);
  await page.getByText(/Saved as Default.json .*1 source, 10 tables, 1 project/).waitFor();
  await choose(page, whole.text);
  await page.getByLabel("Name", { exact: true }).fill("Carried");
  await page.getByRole("region", { name: "Import" }).getByLabel("Passphrase", { exact: true }).fill("correct horse battery");
  await look(page, "import");
  const before = (await api("GET", "/workspaces/list")).length;
  await page.getByRole("button", { name: "See what would happen" }).click();
  await page.getByText("The workspace Carried would be made.").waitFor();
  await page.getByText(/1 source would be added, with 10 tables/).waitFor();
  await look(page, "import plan");
  assert((await api("GET", "/workspaces/list")).length === before, "nothing has happened yet");
  await page.getByRole("button", { name: "Import", exact: true }).click();
  await page.getByText("The workspace Carried was made.").waitFor();
  await page.getByText("1 project came in.").waitFor();
  await look(page, "import done");
  await page.getByRole("link", { name: "Open the workspace" }).click();
  await at(page, "Sources");
  await page.getByRole("rowheader", { name: /^shop/ }).waitFor();
  assert((await api("GET", "/workspaces/list")).some((one) => one.name === "Carried" && one.project_count === 1), "it is there");
});

await test("a source without credentials leads to where they are given", { token, width: 390, dark: true }, async (page) => {
  await open(page, "#/transfer");
  await page.getByLabel("Format").selectOption("document");
  const plain = await exported(page);
  await choose(page, plain.text);
  await page.getByRole("button", { name: "See what would happen" }).click();
  await page.getByText("The workspace Default 2 would be made.").waitFor();
  await page.getByText("shop would wait for credentials.").waitFor();
  await page.getByRole("button", { name: "Import", exact: true }).click();
  const link = page.getByRole("link", { name: "shop", exact: true });
  await link.waitFor();
  assert(/#\/sources\/[^/]+\/edit\?workspace=ws_/.test(await link.getAttribute("href")), await link.getAttribute("href"));
  await look(page, "import waits 390");
});

await test("a wrong passphrase imports nothing", { token, expected: /4\d\d/ }, async (page) => {
  const document = await api("POST", "/workspaces/default/export-tables", { passphrase: "correct horse battery" });
  await open(page, "#/transfer");
  await choose(page, JSON.stringify(document));
  await page.getByLabel("Passphrase", { exact: true }).fill("another horse entirely");
  await page.getByRole("button", { name: "See what would happen" }).click();
  await page.locator("[aria-invalid=true], .error-box").first().waitFor();
  await look(page, "import wrong passphrase");
});

await test("a file that is none, and a passphrase that is too short, are told", { token, expected: /400/ }, async (page) => {
  await open(page, "#/transfer");
  await choose(page, '{"format": "headwater-project"}');
  await page.getByText("This file is no exported workspace.").waitFor();
  await look(page, "import wrong file");
  await page.getByLabel("Take the credentials along, sealed").check();
  await page.getByLabel("Passphrase", { exact: true }).fill("short");
  await page.getByRole("button", { name: "Export and download" }).click();
  await page.locator("[aria-invalid=true]").waitFor();
});
