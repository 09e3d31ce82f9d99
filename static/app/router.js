// Where one is, from `location.hash`: `#/sources/src_1?workspace=ws_1`. The server knows nothing of it,
// so the page works below any path of a proxy.

import { computed, signal } from "./html.js";
import { forget } from "./calls.js";
import { screens } from "./screens/index.js";

const hash = signal(location.hash);
/** Whether the reader has gone somewhere: the first screen takes no focus from the browser. */
export const moved = signal(false);

/** The route: `{path, query, params, screen}`; `screen` is null where there is none. */
export const route = computed(() => parse(hash.value));

addEventListener("hashchange", () => {
  const before = route.peek().path;
  hash.value = location.hash;
  if (route.peek().path !== before) {
    forget();
    moved.value = true;
  }
});

/**
 * A link to a screen, in the workspace that is open unless `query` names another.
 * @param {string} path such as `/sources/src_1`
 * @param {object} [query]
 */
export function href(path, query = {}) {
  const { workspace, scope } = route.value.query;
  const all = { workspace, scope, ...query };
  const parts = new URLSearchParams();
  for (const [name, value] of Object.entries(all)) {
    if (value !== undefined && value !== null && value !== "") parts.set(name, value);
  }
  const text = parts.toString();
  return `#${path}${text ? `?${text}` : ""}`;
}

/** Goes there, as a link does; with `replace` in place of where one is. */
export function go(path, query, { replace = false } = {}) {
  const target = href(path, query);
  if (!replace) {
    location.hash = target;
    return;
  }
  history.replaceState(null, "", target);
  dispatchEvent(new HashChangeEvent("hashchange"));
}

/** Changes the query of the screen that is open, without a step in the history. */
export function setQuery(query) {
  go(route.peek().path, { ...route.peek().query, ...query }, { replace: true });
}

function parse(text) {
  const [path, query = ""] = text.replace(/^#/, "").split("?");
  const named = path || "/";
  for (const screen of screens) {
    const params = match(screen.path, named);
    if (params) return { path: named, query: Object.fromEntries(new URLSearchParams(query)), params, screen };
  }
  return { path: named, query: Object.fromEntries(new URLSearchParams(query)), params: {}, screen: null };
}

function match(pattern, path) {
  const wanted = pattern.split("/");
  const given = path.split("/");
  if (wanted.length !== given.length) return null;
  const params = {};
  for (const [at, part] of wanted.entries()) {
    if (part.startsWith(":")) params[part.slice(1)] = decode(given[at]);
    else if (part !== given[at]) return null;
  }
  return params;
}

function decode(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
