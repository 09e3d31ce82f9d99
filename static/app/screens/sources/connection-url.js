// A connection URL taken apart: its secret is out of sight before anybody looks.

const SECRET = /^(password|passwd|pwd|api_?key|token|secret)$/i;

/**
 * The parts of a URL, or null where the text is none yet. `text` is the URL without its secrets, `extra` whether it
 * says more than the fields of a form do (parameters, several hosts, a scheme with a meaning of its own). A parameter
 * that is an option of the engine, or its word for TLS, stands in that field.
 * @param {string} written
 * @param {{name: string, url_schemes: string[], options: {name: string}[], capability: {network: boolean}}[]} engines
 */
export function parseUrl(written, engines) {
  const text = written.trim();
  const [, prefix, scheme, rest] = /^((?:jdbc:)?([a-z][a-z0-9+.-]*):)(.*)$/is.exec(text) ?? [];
  const engine = engines.find((one) => one.url_schemes.includes(scheme?.toLowerCase()));
  if (!engine || rest === "") return null;
  const [body, query = ""] = cut(rest, rest.search(/[?#]/));
  if (!engine.capability.network) return { engine: engine.name, text, parts: { database: body.replace(/^\/\//, "") }, extra: query !== "" };
  if (!body.startsWith("//")) return null;
  const { login, place } = split(body.slice(2));
  const { kept, secret } = parameters(query);
  const password = login?.password || secret;
  const clean = `${prefix}//${login ? `${encodeURIComponent(login.username)}@` : ""}${place}${kept ? `?${kept}` : ""}`;
  if (engine.name === "api") return { engine: "api", text: clean, parts: { base_url: `${prefix}//${place}${kept ? `?${kept}` : ""}`, ...named(login, password), ...(login ? { auth: "basic" } : {}) }, extra: false };
  const slash = place.indexOf("/");
  const hosts = slash < 0 ? place : place.slice(0, slash);
  const parts = { database: slash < 0 ? "" : decode(place.slice(slash + 1)), ...hostAndPort(hosts), ...named(login, password), ...fieldsOf(kept, engine) };
  return { engine: engine.name, text: clean, parts, extra: kept !== "" || hosts.includes(",") || scheme.includes("+srv") || scheme === "mysqls" };
}

const TLS_WORDS = { postgresql: "sslmode", mysql: "ssl-mode", mariadb: "ssl-mode" };
const TLS_MODES = ["disable", "prefer", "require", "verify-ca", "verify-full"];

/** Which field of a form a parameter of a URL stands in: `tls`, the name of an option, or null for none. */
function fieldOf(name, value, engine) {
  if (name === TLS_WORDS[engine.name] && TLS_MODES.includes(value.toLowerCase())) return "tls";
  return engine.options.some((option) => option.name === name) ? name : null;
}

function fieldsOf(query, engine) {
  const fields = { options: {} };
  for (const pair of query.split("&").filter(Boolean)) {
    const [name, value] = pairOf(pair);
    const field = fieldOf(name, value, engine);
    if (field === "tls") fields.tls = value.toLowerCase();
    else if (field) fields.options[field] = value;
  }
  return fields;
}

/** The parameters of a URL that stand in no field, as they were written. */
export function unfielded(query, engine) {
  return query.split("&").filter((pair) => pair && !fieldOf(...pairOf(pair), engine)).join("&");
}

function pairOf(pair) {
  const [name, value = ""] = cut(pair, pair.indexOf("="));
  return [decode(name), decode(value)];
}

// The login ends at the last @ before the parameters: passwords are often pasted as they are, / and : included.
function split(text) {
  const at = text.lastIndexOf("@");
  const [, username, password] = (at >= 0 && /^([^:/]*)(?::(.*))?$/s.exec(text.slice(0, at))) || [];
  if (username === undefined || /^\d+\//.test(password ?? "")) return { login: null, place: text };
  return { login: { username: decode(username), password: decode(password ?? "") }, place: text.slice(at + 1) };
}

function hostAndPort(hosts) {
  if (hosts.includes(",")) return { host: hosts, port: "" };
  const [, host, port] = /^(.*?)(?::(\d*))?$/s.exec(hosts);
  return { host: decode(host), port: port ?? "" };
}

function parameters(query) {
  let secret = "";
  const kept = query.split("&").filter((pair) => {
    const [name, value = ""] = pair.split("=");
    if (!SECRET.test(name)) return pair !== "";
    secret = decode(value);
    return false;
  });
  return { kept: kept.join("&"), secret };
}

const named = (login, password) => ({ ...(login?.username ? { username: login.username } : {}), ...(password ? { password } : {}) });
const cut = (text, at) => (at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)]);

function decode(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
