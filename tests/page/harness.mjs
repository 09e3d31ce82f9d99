// What the tests of the page share: a browser that is watched, and words to drive it.
//
//   await test("a sentence", { width: 390, dark: true }, async (page) => { … });
//
// A test fails by itself on: an error or warning in the console, a violation of the content security
// policy, an exception, a request to another origin. `look(page, name)` has axe look at the screen and
// takes a picture into the folder `page-shots` beside the program.

import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";

const env = process.env;
const require = createRequire(join(needed("HEADWATER_TEST_PAGE_MODULES"), "none.js"));
const { chromium } = require("playwright-core");
const AXE = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

export const URL_OF_SERVER = needed("PAGE_URL");
export const PASSWORD = env.PAGE_PASSWORD;
const SHOTS = env.PAGE_SHOTS ?? join(tmpdir(), "page-shots");
const FLAGS = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
];

/**
 * One test in a window of its own, with a profile of its own.
 * @param {string} name a sentence
 * @param {{width?: number, height?: number, dark?: boolean, token?: string, url?: string, expected?: RegExp}} options
 *   `token` logs in; `expected` are console errors that the test causes on purpose, such as a 401
 * @param {(page: import("playwright-core").Page) => Promise<void>} run
 */
export async function test(name, options, run) {
  const profile = mkdtempSync(join(tmpdir(), "headwater-page-"));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: needed("HEADWATER_TEST_CHROMIUM"),
    headless: true,
    args: FLAGS,
    viewport: { width: options.width ?? 1440, height: options.height ?? (options.width === 390 ? 844 : 900) },
    colorScheme: options.dark ? "dark" : "light",
    reducedMotion: "reduce",
    acceptDownloads: true,
  });
  const problems = [];
  try {
    context.setDefaultTimeout(10_000);
    await context.grantPermissions(["clipboard-read", "clipboard-write"]);
    const page = context.pages()[0];
    const base = options.url ?? `${URL_OF_SERVER}/`;
    watch(page, problems, new URL(base).origin, options.expected);
    // Before any script of the page, on this origin alone.
    if (options.token) await page.addInitScript((token) => location.protocol === "about:" || sessionStorage.getItem("gone") || sessionStorage.setItem("token", token), options.token);
    page.base = base;
    await run(page);
  } catch (error) {
    await context.pages()[0]?.screenshot({ path: shot(`failed ${name}`) }).catch(() => {});
    problems.unshift(error.stack);
  } finally {
    await context.close();
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  }
  if (problems.length > 0) {
    console.error(`✗ ${name}\n  ${problems.join("\n  ")}`);
    process.exitCode = 1;
  } else console.log(`✓ ${name}`);
}

/** Opens a screen by its address, such as `#/projects`, and waits for its heading. */
export async function open(page, hash = "") {
  await page.goto(page.base + hash);
  await settled(page);
}

/** Waits until the screen has its heading and nothing of it is being loaded. */
export async function settled(page) {
  await page.locator("h1").first().waitFor();
  await page.waitForFunction(() => !document.querySelector(".skeleton, .query-editor[aria-busy]"));
}

/** Waits for the heading of a screen. */
export async function at(page, heading) {
  await page.getByRole("heading", { level: 1, name: heading, exact: true }).waitFor();
  await settled(page);
}

/** Fails on any finding of axe and where the page is wider than its window; takes a picture. */
export async function look(page, name) {
  await page.screenshot({ path: shot(name) });
  // The policy of the page allows no script but its own: this one comes by the debugger.
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(AXE);
  const found = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  const told = found.violations.flatMap(({ id, help, nodes }) => nodes.map((node) => `${id}: ${help}: ${node.html.slice(0, 200)} ${node.any[0]?.message ?? ""}`));
  if (told.length > 0) throw new Error(`axe on ${name}:\n    ${told.join("\n    ")}`);
  const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  if (over > 0) throw new Error(`${name} is ${over} px wider than its window`);
}

/** @param {unknown} value @param {string} what */
export function assert(value, what) {
  if (!value) throw new Error(what);
}

function watch(page, problems, origin, expected) {
  const add = (text) => expected?.test(text) || problems.push(text);
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) add(`console ${message.type()}: ${message.text()} ${message.location().url ?? ""}`);
  });
  page.on("pageerror", (error) => add(`exception: ${error.stack}`));
  page.on("request", (request) => {
    const url = new URL(request.url());
    if (!["data:", "blob:"].includes(url.protocol) && url.origin !== origin) problems.push(`request to ${url.href}`);
  });
}

function shot(name) {
  mkdirSync(SHOTS, { recursive: true });
  return join(SHOTS, `${name.replace(/[^\w.-]+/g, "-")}.png`);
}

function needed(name) {
  if (!env[name]) {
    console.error(`${name} is not set: run the tests of the page by make test`);
    process.exit(1);
  }
  return env[name];
}
