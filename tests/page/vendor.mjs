// Brings the page's libraries from the npm registry: node tests/page/vendor.mjs
//
// static/vendor/manifest.json is the list: a new library is an entry with `name`, `version`, `from` (its
// path inside the package) and `file`; this fills in `licence` and `sha256` and writes the files. Imports
// of other packages become relative ones, since the page has no import map: its content security
// policy allows no inline script. A package that is imported has to be in the list too.

import { createHash } from "node:crypto";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const VENDOR = fileURLToPath(new URL("../../static/vendor/", import.meta.url));
const MANIFEST = join(VENDOR, "manifest.json");

const entries = JSON.parse(readFileSync(MANIFEST, "utf8"));
const scratch = mkdtempSync(join(tmpdir(), "headwater-vendor-"));
try {
  const packages = new Map();
  for (const { name, version } of entries) {
    const id = `${name}@${version}`;
    if (!packages.has(id)) packages.set(id, fetchPackage(id, packages.size));
  }
  for (const entry of entries) {
    const folder = packages.get(`${entry.name}@${entry.version}`);
    entry.licence = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")).license;
    const text = relative(readFileSync(join(folder, entry.from), "utf8"), entry.file);
    entry.sha256 = createHash("sha256").update(text).digest("hex");
    writeFileSync(join(VENDOR, entry.file), text);
  }
  writeFileSync(join(VENDOR, "licences.txt"), licences(packages));
  writeFileSync(MANIFEST, `${JSON.stringify(entries, null, 2)}\n`);
} finally {
  rmSync(scratch, { recursive: true });
}

function fetchPackage(id, number) {
  const folder = join(scratch, String(number));
  execFileSync("mkdir", [folder]);
  const packed = execFileSync("npm", ["pack", "--silent", id], { cwd: folder, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  execFileSync("tar", ["xzf", packed.trim()], { cwd: folder });
  return join(folder, "package");
}

// Bare specifiers become the file of that package; maps of sources are not brought along.
function relative(text, importer) {
  const place = (_, before, __, specifier) => {
    if (specifier.startsWith(".")) throw new Error(`${importer} imports ${specifier}, a second file of its package`);
    const found = entries.find((entry) => entry.imported_as === specifier || (!entry.imported_as && entry.name === specifier));
    if (!found) throw new Error(`${importer} imports ${specifier}, which the manifest has not`);
    return `${before}"./${found.file}"`;
  };
  return text
    .replace(/((?:^|[;}])(?:import|export)\b(?:[^"';]*?\bfrom)?\s*)(["'])([\w@./-]+)\2/gm, place)
    .replace(/^\/\/# sourceMappingURL=.*\n?/m, "")
    .trimEnd()
    .concat("\n");
}

function licences(packages) {
  return [...packages].map(([id, folder]) => {
    const file = readdirSync(folder).find((name) => /^licen[cs]e/i.test(name));
    const text = file ? readFileSync(join(folder, file), "utf8").trim() : "";
    return `${id}\n${"=".repeat(id.length)}\n\n${text}\n`;
  }).join("\n\n");
}
