// Workspaces as archives, which are never held in memory; the server of this test takes 1 MB of them.

import { randomBytes } from "node:crypto";
import { readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { assert, at, look, open, test } from "./harness.mjs";
import { api, source } from "./sources.mjs";

const token = process.env.PAGE_TOKEN;
const shop = await source("shop");
await api("POST", "/data/sync", { source_ids: [shop.id] });
const ZSTD = Buffer.from([0x28, 0xb5, 0x2f, 0xfd]);
const PASSPHRASE = "korrekt Pferd Batterie ü€";
const region = (page) => page.getByRole("region", { name: "Import" });
const look_ = (page) => page.getByRole("button", { name: "See what would happen" }).click();

/** Chooses bytes as a file. */
const choose = (page, name, buffer) => page.locator("input[type=file]").setInputFiles({ name, mimeType: "application/zstd", buffer });
/** An archive of the workspace, by the page. */
async function exported(page) {
  const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Export and download" }).click()]);
  return { name: file.suggestedFilename(), bytes: readFileSync(await file.path()) };
}

await test("a workspace is exported as an archive, sealed, looked at and imported, and no script reads the file", { token }, async (page) => {
  await page.addInitScript(() => {
    window.read = 0;
    for (const name of ["arrayBuffer", "text"]) {
      const before = Blob.prototype[name];
      Blob.prototype[name] = function read() {
        window.read = Math.max(window.read, this.size);
        return before.call(this);
      };
    }
  });
  await open(page, "#/transfer");
  await page.getByLabel("Take the copied rows along").check();
  await page.getByLabel("Take the credentials along, sealed").check();
  await page.getByLabel("Passphrase", { exact: true }).fill(PASSPHRASE);
  await look(page, "export archive");
  const archive = await exported(page);
  assert(archive.name === "Default.tar.zst" && archive.bytes.subarray(0, 4).equals(ZSTD), archive.name);
  await page.getByText(/^Saved as Default.tar.zst \(\d/).waitFor();

  await choose(page, archive.name, archive.bytes);
  await region(page).getByLabel("Name (optional)", { exact: true }).fill("Carried over");
  await region(page).getByLabel("Passphrase", { exact: true }).fill(PASSPHRASE);
  await look(page, "import archive");
  const before = (await api("GET", "/workspaces/list")).length;
  const [request] = await Promise.all([page.waitForRequest(/import-tables.*dry_run=true/), look_(page)]);
  assert((await request.headerValue("x-headwater-passphrase")) !== null && !request.url().includes("Pferd"), "the passphrase stands in a header");
  await page.getByText("The workspace Carried over would be made.").waitFor();
  await page.getByText(/1 source would be added, with 10 tables/).waitFor();
  await page.getByText("453 copied rows would come along.").waitFor();
  await look(page, "import archive plan");
  assert((await api("GET", "/workspaces/list")).length === before, "nothing has happened yet");
  await page.getByRole("button", { name: "Import", exact: true }).click();
  await page.getByText("The workspace Carried over was made.").waitFor();
  const read = await page.evaluate(() => window.read);
  assert(read <= 64 && archive.bytes.length > 1000, `${read} bytes of a file were read`);
  await page.getByRole("link", { name: "Open the workspace" }).click();
  await at(page, "Sources");
  const made = (await api("GET", "/workspaces/list")).find((one) => one.name === "Carried over");
  const [copied] = await api("GET", `/data/${made.id}/list`);
  assert(copied.status !== "needs_credentials" && copied.last_synced_at, JSON.stringify(copied));
});

await test("an archive goes into the workspace that is open, where its sources are told as they stand", { token, width: 390, dark: true }, async (page) => {
  await open(page, "#/transfer");
  const archive = await exported(page);
  await choose(page, archive.name, archive.bytes);
  await page.getByLabel("Where it goes").selectOption({ label: "The open workspace, Default" });
  await page.getByLabel("Where an id is taken").selectOption("skip");
  await look(page, "import archive 390");
  await look_(page);
  await page.getByText("1 source that is there already stays as it is").waitFor();
  await look(page, "import archive plan 390");
});

await test("a wrong passphrase is said at its field, and one that no header can hold", { token, expected: /400|422/ }, async (page) => {
  await open(page, "#/transfer");
  await page.getByLabel("Take the credentials along, sealed").check();
  await page.getByLabel("Passphrase", { exact: true }).fill(" with a blank before it");
  await page.getByRole("button", { name: "Export and download" }).click();
  await page.getByText("begins and ends with no blank").waitFor();
  await page.getByLabel("Passphrase", { exact: true }).fill(PASSPHRASE);
  const archive = await exported(page);
  await choose(page, archive.name, archive.bytes);
  const passphrase = region(page).getByLabel("Passphrase", { exact: true });
  await passphrase.fill("another horse entirely ");
  await look_(page);
  await region(page).getByText("begins and ends with no blank").waitFor();
  await passphrase.fill("another horse entirely");
  await look_(page);
  await region(page).locator("[aria-invalid=true], .error-box").first().waitFor();
  assert(!(await region(page).getByText("begins and ends with no blank").count()), "it is another error");
  await look(page, "import archive wrong passphrase");
});

await test("a broken archive, and one that is too large, are refused in words", { token, expected: /400|413|422|ERR_/ }, async (page) => {
  await open(page, "#/transfer");
  await choose(page, "broken.tar.zst", Buffer.concat([ZSTD, randomBytes(5000)]));
  await look_(page);
  await region(page).locator(".error-box").waitFor();
  await look(page, "import archive broken");
  await page.getByRole("button", { name: "Another file" }).click();
  const large = join(tmpdir(), `headwater-large-${process.pid}.tar.zst`);
  writeFileSync(large, ZSTD);
  truncateSync(large, 40_000_000);
  await page.locator("input[type=file]").setInputFiles(large);
  await look_(page);
  await region(page).getByText("The archive is larger than 1 MB.").waitFor();
  await look(page, "import archive too large");
  rmSync(large);
});

await test("how much has gone is told, and sending it is cancelled", { token }, async (page) => {
  const file = join(tmpdir(), `headwater-slow-${process.pid}.tar.zst`);
  writeFileSync(file, Buffer.concat([ZSTD, randomBytes(900_000)]));
  await open(page, "#/transfer");
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("Network.emulateNetworkConditions", { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: 100_000 });
  await page.locator("input[type=file]").setInputFiles(file);
  await look_(page);
  await page.getByText(/^\d.* of 900 kB sent$/).waitFor();
  await page.locator("progress[value]").waitFor();
  await look(page, "import archive under way");
  await page.getByRole("button", { name: "Cancel" }).click();
  await page.getByText(/ sent$/).waitFor({ state: "detached" });
  await page.getByRole("button", { name: "See what would happen" }).and(page.locator(":enabled")).waitFor();
  assert((await page.locator(".error-box").count()) === 0, "who cancels is told no error");
  rmSync(file);
});
