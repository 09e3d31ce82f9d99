// First run, login, and what there is: the sources of the caller's default workspace.

import { call, session } from "./api.js";
import { element, form, show } from "./dom.js";

function setUp(token) {
  show(element("section", {},
    element("h2", {}, "Welcome"),
    element("p", {}, "Make the first admin of this server. The link works once."),
    form([
      ["username", "User name", { autocomplete: "username", value: "admin" }],
      ["organization", "Organization", { autocomplete: "organization", value: "default" }],
      ["password", "Password", { type: "password", autocomplete: "new-password", minlength: "12" }, "12 characters or more; a few words do well."],
    ], "Make the admin", async (fields) => {
      const made = await call("POST", "/auth/setup", { token, ...fields });
      session.token = made.token;
      history.replaceState(null, "", ".");
      await home();
    })));
}

function logIn() {
  show(element("section", {},
    element("h2", {}, "Log in"),
    form([
      ["username", "User name", { autocomplete: "username" }],
      ["password", "Password", { type: "password", autocomplete: "current-password" }],
    ], "Log in", async (fields) => {
      session.token = (await call("POST", "/auth/login", fields)).token;
      await home();
    })));
}

function sourceTable(sources) {
  const row = (source) => element("tr", {},
    element("td", {}, source.name),
    element("td", {}, source.engine ?? source.type),
    element("td", {}, String(source.table_count)),
    element("td", {}, source.status));
  return element("div", { class: "scroll" }, element("table", {},
    element("thead", {}, element("tr", {}, ...["Source", "Engine", "Tables", "Status"].map((title) => element("th", { scope: "col" }, title)))),
    element("tbody", {}, ...sources.map(row))));
}

// What a test found: each stage with its time, and what to do where one failed.
function report(data, failure) {
  const stages = (data?.stages ?? []).map((stage) =>
    element("li", { class: stage.ok ? "" : "bad" }, `${stage.ok ? "✓" : "✗"} ${stage.stage.replace("_", " ")} · ${stage.ms} ms`));
  const found = failure
    ? element("p", { class: "bad" }, `${failure.message} ${failure.hint}`)
    : element("p", {}, `${data.server.product} ${data.server.version} · ${data.access.tables} tables`);
  return [element("ol", { class: "stages" }, ...stages), found];
}

function addSource() {
  const result = element("div", { "aria-live": "polite" });
  const add = form([
    ["url", "Connection URL", { placeholder: "postgres://user:password@host:5432/database", spellcheck: "false", autocomplete: "off" }, "Of PostgreSQL, MySQL, MariaDB, MongoDB, or sqlite:FILE below the files folder."],
  ], "Test and connect", async ({ url }) => {
    result.replaceChildren("Testing…");
    let tested;
    try {
      tested = await call("POST", "/data/default/test-connection", { database: { url } });
    } catch (error) {
      result.replaceChildren(...(error.data ? report(error.data, error) : []));
      if (!error.data) throw error;
      return;
    }
    result.replaceChildren(...report(tested));
    await call("POST", "/data/default/connect", { database: { url } });
    await home();
  });
  return [add, result];
}

function curlLine() {
  const url = new URL("api/v1/data/default/connect", location.href);
  return [
    `curl -X POST '${url}' \\`,
    "  -H 'Content-Type: application/json' -H \"Authorization: Bearer $TOKEN\" \\",
    "  -d '{\"database\": {\"url\": \"postgres://user:password@host:5432/database\"}}'",
  ].join("\n");
}

async function home() {
  let me;
  try {
    me = await call("GET", "/auth/me");
  } catch (error) {
    if (error.status !== 401) throw error;
    session.token = null;
    return logIn();
  }
  const sources = await call("GET", "/data/default/list");
  const line = curlLine();
  show(
    element("section", {},
      element("h2", {}, "Sources"),
      sources.length ? sourceTable(sources) : element("p", {}, "There is no source yet."),
      element("h2", {}, "Add a source"),
      ...addSource(),
      element("p", { class: "quiet" }, "The same as a call, with a token of yours in $TOKEN:"),
      element("pre", {}, line),
      element("button", { class: "plain", onclick: () => navigator.clipboard.writeText(line) }, "Copy")),
    element("div", { class: "row" },
      element("p", { class: "quiet" }, `${me.name} · ${me.organization} · ${me.role}`),
      element("button", { class: "plain", onclick: () => { session.token = null; logIn(); } }, "Log out")));
}

const link = new URLSearchParams(location.hash.slice(1)).get("setup");
if (link) setUp(link);
else if (session.token) await home();
else logIn();
