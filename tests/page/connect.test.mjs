// A server's database, connected by the form: by its fields, by URLs, and by a certificate.

import { assert, at, look, open, test } from "./harness.mjs";
import { api } from "./sources.mjs";

const env = process.env;
const token = env.PAGE_TOKEN;
const { host, port, database, username, password } = JSON.parse(env.PAGE_CONNECTION);
/** What each engine calls itself in the form, its scheme, and how a client's certificate logs in there. */
const ENGINES = {
  postgresql: { title: "PostgreSQL", scheme: "postgres", options: { application_name: "the page's", target_session_attrs: "any" }, more: "sslmode=require&currentSchema=public", kept: { search_path: "public" }, tls: "require", certified: { user: "tls_client" } },
  mysql: { title: "MySQL", scheme: "mysql", options: {}, more: "ssl-mode=require&charset=utf8mb4", kept: {}, tls: "require", certified: { user: "tls_client", password: "tls-client-pass" } },
  mariadb: { title: "MariaDB", scheme: "mariadb", options: {}, more: "ssl-mode=require&charset=utf8mb4", kept: {}, tls: "require", certified: { user: "tls_client", password: "tls-client-pass" } },
  mongodb: { title: "MongoDB", scheme: "mongodb", options: { authSource: database, readPreference: "nearest", directConnection: "true" }, more: "appName=page&retryWrites=true", kept: {}, tls: null, certified: { user: "", options: { authMechanism: "MONGODB-X509" } } },
};
const engine = ENGINES[env.PAGE_ENGINE];
// MongoDB keeps logins in a database of their own.
const { authSource } = engine.options;
const encoded = encodeURIComponent(password);
const button = (page, name) => page.getByRole("button", { name, exact: true });
const field = (page, name) => page.getByLabel(name, { exact: true });
const url = (page) => page.getByLabel("Connection URL");
const option = (page, name) => page.getByLabel(`${name} (optional)`, { exact: true });
const settings = async (name) => {
  const { id } = (await api("GET", "/data/list")).find((one) => one.name === name);
  return { id, ...(await api("GET", `/data/default/sources/${id}`)) };
};

/** Tests what stands in the form, then connects it under a name. */
async function connect(page, name) {
  await option(page, "Name").fill(name);
  await button(page, "Test").click();
  await page.getByText("It works").waitFor();
  await button(page, "Connect").click();
  await page.getByText(`${name} is connected`).waitFor();
}

for (const [width, dark] of [[1440, false], [390, true]]) {
  await test(`it is connected by its fields, the password as it stands, at ${width}`, { token, width, dark }, async (page) => {
    await open(page, "#/sources/add");
    await page.getByLabel(engine.title, { exact: true }).check();
    await field(page, "Host").fill(host);
    await field(page, "Port").fill(String(port));
    await field(page, "Database").fill(database);
    await field(page, "User").fill(username);
    await field(page, "Password").fill(password);
    if (authSource) {
      await page.getByText("More options").click();
      await option(page, "authSource").fill(authSource);
    }
    await connect(page, `fields ${width}`);
    assert((await settings(`fields ${width}`)).table_count >= 2, "its tables are there");
  });
}

await test("a URL fills the form: a password of odd signs, and options in their own fields", { token }, async (page) => {
  const query = [...Object.entries(engine.options).map(([name, value]) => `${name}=${encodeURIComponent(value)}`), engine.more].join("&");
  await open(page, "#/sources/add");
  await url(page).fill(`${engine.scheme}://${username}:${encoded}@${host}:${port}/${database}?${query}`);
  assert((await field(page, "Password").inputValue()) === password, "it is decoded");
  assert(!(await url(page).inputValue()).includes(encoded), "and taken out of the URL");
  await page.getByText("More options").click();
  for (const [name, value] of Object.entries(engine.options)) assert((await option(page, name).inputValue()) === value, name);
  await page.getByText("Encryption").click();
  assert((await field(page, "TLS").inputValue()) === (engine.tls ?? ""), "the word for TLS is taken");
  await look(page, `connect url ${env.PAGE_ENGINE}`);
  await connect(page, "by URL");
  const made = await settings("by URL");
  for (const [name, value] of Object.entries({ ...engine.options, ...engine.kept })) assert(made.settings.options[name] === value, `${name}: ${JSON.stringify(made.settings.options)}`);
  assert(made.settings.tls.mode === engine.tls, JSON.stringify(made.settings.tls));

  await open(page, `#/sources/${made.id}/edit`);
  await page.getByText("More options").click();
  for (const [name, value] of Object.entries({ ...engine.options, ...engine.kept })) assert((await option(page, name).inputValue()) === value, `${name} in the form`);
  await button(page, "Save").click();
  await page.getByText("by URL is saved").waitFor();
  assert(JSON.stringify((await settings("by URL")).settings) === JSON.stringify(made.settings), "nothing of it changed");
});

await test("an option that is emptied in its field is gone, whatever the URL says", { token }, async (page) => {
  const [first] = Object.entries(engine.options);
  if (!first || first[0] === "authSource") return;
  await open(page, "#/sources/add");
  await url(page).fill(`${engine.scheme}://${username}:${encoded}@${host}:${port}/${database}?${first[0]}=${encodeURIComponent(first[1])}`);
  await page.getByText("More options").click();
  await option(page, first[0]).fill("");
  await connect(page, "emptied");
  assert(!(first[0] in (await settings("emptied")).settings.options), "it is not sent");
});

await test("several hosts are tried in turn, and stay as they are when it is edited", { token }, async (page) => {
  const several = `${host}:1,${host}:${port}`;
  await open(page, "#/sources/add");
  await url(page).fill(`${engine.scheme}://${username}:${encoded}@${several}/${database}${authSource ? `?authSource=${authSource}` : ""}`);
  assert((await field(page, "Host").inputValue()) === several, await field(page, "Host").inputValue());
  assert(await field(page, "Port").isDisabled(), "each host has its own");
  await page.getByText("Several hosts, each with its port, are tried in turn.").waitFor();
  await connect(page, "several");
  const made = await settings("several");
  assert(made.settings.hosts.length === 2 && made.settings.hosts[1].port === port, JSON.stringify(made.settings.hosts));
  await open(page, `#/sources/${made.id}/edit`);
  assert((await field(page, "Host").inputValue()) === several, await field(page, "Host").inputValue());
  await look(page, `connect several ${env.PAGE_ENGINE}`);
  // The password stays kept: the places are the same.
  await button(page, "Test").click();
  await page.getByText("It works").waitFor();
  await button(page, "Save").click();
  await page.getByText("several is saved").waitFor();
  assert(JSON.stringify((await settings("several")).settings.hosts) === JSON.stringify(made.settings.hosts), "they are the same hosts");
});

await test("a certificate, its key and the authority are pasted, and the key is a secret", { token }, async (page) => {
  const { certified } = engine;
  await open(page, "#/sources/add");
  await page.getByLabel(engine.title, { exact: true }).check();
  await field(page, "Host").fill("localhost");
  await field(page, "Port").fill(env.PAGE_TLS_PORT);
  await field(page, "Database").fill("shop");
  await field(page, "User").fill(certified.user);
  if (certified.password) await field(page, "Password").fill(certified.password);
  await page.getByText("Encryption").click();
  await field(page, "TLS").selectOption("verify-full");
  await option(page, "Authority to trust").fill(env.PAGE_CA);
  await option(page, "Client certificate").fill(env.PAGE_CERTIFICATE);
  const key = option(page, "Key of the client certificate");
  await key.fill(env.PAGE_KEY);
  assert((await key.evaluate((area) => getComputedStyle(area).webkitTextSecurity)) === "disc", "it is not to be read over a shoulder");
  if (certified.options) {
    await page.getByText("More options").click();
    for (const [name, value] of Object.entries(certified.options)) await option(page, name).fill(value);
  }
  await look(page, `connect tls ${env.PAGE_ENGINE}`);
  await connect(page, "certified");
  const body = env.PAGE_KEY.split("\n")[1];
  const made = await settings("certified");
  assert(made.secrets.includes("client_key") && !JSON.stringify(made).includes(body), "the key does not come back");
  await open(page, `#/sources/${made.id}/edit`);
  await page.getByText("Encryption").click();
  await button(page, "Replace key of the client certificate").waitFor();
  assert((await option(page, "Authority to trust").inputValue()).trim() === env.PAGE_CA.trim(), "what is no secret does");
  await button(page, "Test").click();
  await page.getByText("Certificate checked").waitFor();
  await button(page, "Show as curl or Python").click();
  assert(!(await page.content()).includes(body), "no call that is shown holds it");
});

if (env.PAGE_ENGINE === "mongodb") {
  await test("mongodb+srv is shown as what it is, and stays it", { token, width: 390 }, async (page) => {
    await open(page, "#/sources/add");
    await url(page).fill(`mongodb+srv://${username}:${encoded}@cluster.invalid/${database}?authSource=admin`);
    await page.getByText("A name with an SRV entry (mongodb+srv)").waitFor();
    assert(await field(page, "Port").isDisabled(), "the entry tells the ports");
    const asked = page.waitForRequest(/test-connection/);
    await button(page, "Test").click();
    assert((await asked).postDataJSON().database.url === "mongodb+srv://cluster.invalid/", JSON.stringify((await asked).postDataJSON().database.url));
    await page.locator(".stage.failed", { hasText: "Find the address" }).waitFor();
    await look(page, "connect srv 390");
  });
}
