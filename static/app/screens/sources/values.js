// What a source's form holds, and the connection that the API takes: one made of the other.

import { unfielded } from "./connection-url.js";

/** The values of an empty form for an engine. Secrets are not among them: their fields are the form's own. */
export const empty = {
  engine: "", url: "", extra: false, name: "", host: "", port: "", database: "", username: "", password: "", schema: "",
  tls: "", tls_ca: "", tls_certificate: "", options: {}, tables: [], ignoreTables: [], query: "",
  base_url: "", auth: "", auth_name: "", auth_in: "header", endpoints: [], kept: {},
};

/** A form's endpoint of an API, with nothing in it. */
export const emptyEndpoint = { name: "", path: "", record_path: "", primary_key: "", cursor_field: "", cursor_param: "", pagination: {}, rest: {} };

/** The values for a source as `data/sources/:id` shows it. */
export function valuesOf(source) {
  const { hosts, database, username, tls, options, selection, api } = source.settings;
  const several = hosts.length > 1;
  return {
    ...empty,
    engine: source.engine, name: source.name, database: database ?? "", username: username ?? "", options,
    host: several ? hosts.map(written).join(",") : hosts[0]?.name ?? "", port: several ? "" : String(hosts[0]?.port ?? ""),
    tls: tls.mode ?? "", tls_ca: tls.ca ?? "", tls_certificate: tls.client_certificate ?? "",
    schema: selection.schema ?? "", tables: selection.tables, ignoreTables: selection.ignore_tables, query: selection.query ?? "",
    kept: { selectedColumns: selection.columns, ignoreColumns: selection.ignore_columns },
    ...(api ? ofApi(api) : {}),
  };
}

function ofApi({ base_url, endpoints, login }) {
  const kinds = { bearer: { auth: "bearer" }, basic: { auth: "basic" } };
  const key = login && typeof login === "object" ? Object.entries(login)[0] : null;
  const auth = key ? { auth: "api_key", auth_in: key[0], auth_name: key[1] } : kinds[login] ?? {};
  return { base_url, ...auth, endpoints: endpoints.map(endpointOf) };
}

function endpointOf({ name, path, record_path, primary_key, cursor_field, cursor_param, pagination, ...rest }) {
  const text = (value) => (Array.isArray(value) ? value.join(", ") : value ?? "");
  return {
    name: text(name), path: text(path), record_path: text(record_path), primary_key: text(primary_key),
    cursor_field: text(cursor_field), cursor_param: text(cursor_param), pagination: pagination ?? {}, rest: given(rest),
  };
}

/**
 * The connection, as `database` of a call takes it. All of it is said, so that what was emptied is empty; a secret that
 * is left out stays as it is kept.
 * @param {typeof empty} values
 * @param {object} secrets the form's fields that hold secrets
 */
export function connectionOf(values, engine, secrets) {
  const shared = given({ databaseType: engine.name, name: values.name.trim(), tables: values.tables, ignoreTables: values.ignoreTables, ...values.kept });
  const options = given({ ...values.options, tls: values.tls, tls_ca: values.tls_ca, tls_certificate: values.tls_certificate, tls_key: secrets.tls_key });
  if (engine.name === "api") return { ...shared, ...apiOf(values, secrets), options };
  if (!engine.capability.network) return { ...shared, database: values.database.trim(), query: values.query || undefined, options };
  const several = values.host.includes(",");
  const place = values.extra || several ? { url: carrier(values, engine) } : {};
  const host = several ? {} : given({ host: values.host.trim(), port: Number(values.port) || undefined });
  return { ...shared, ...place, ...host, ...given({ database: values.database.trim(), username: values.username.trim(), password: secrets.password, schema: values.schema.trim(), query: values.query }), options };
}

// What fields cannot say: several hosts, parameters, and what a scheme means by itself.
function carrier({ url, host }, engine) {
  const [, scheme] = /^((?:jdbc:)?[a-z][a-z0-9+.-]*):/i.exec(url) ?? [null, engine.url_schemes[0]];
  const query = url.includes("?") ? unfielded(url.slice(url.indexOf("?") + 1), engine) : "";
  return `${scheme}://${host.trim()}/${query && `?${query}`}`;
}

/** Whether the servers are found by an SRV entry, as `mongodb+srv://` has it. */
export const bySrv = ({ url, options }) => /^mongodb\+srv:/i.test(url.trim()) || options.srv === "true";

function apiOf(values, secrets) {
  const kinds = {
    bearer: () => ({ type: "bearer", token: secrets.api_key }),
    basic: () => ({ type: "basic", username: values.username.trim(), password: secrets.password }),
    api_key: () => ({ type: "api_key", in: values.auth_in, name: values.auth_name.trim(), api_key: secrets.api_key }),
  };
  const auth = kinds[values.auth]?.();
  const headers = headersOf(secrets.headers);
  return given({ base_url: values.base_url.trim(), auth: auth && given(auth), headers, endpoints: values.endpoints.map(endpointFor) });
}

function endpointFor({ rest, primary_key, pagination, ...texts }) {
  const keys = primary_key.split(",").map((key) => key.trim()).filter(Boolean);
  const by = pagination.type ? given({ ...pagination, size: Number(pagination.size) || undefined }) : undefined;
  return given({ ...rest, ...texts, primary_key: keys.length > 1 ? keys : keys[0], pagination: by });
}

/** Headers as they are written in a field: `Name: value`, one a line. */
export function headersOf(text = "") {
  const pairs = text.split("\n").map((line) => line.split(/:(.*)/s)).filter(([name]) => name.trim());
  return pairs.length ? Object.fromEntries(pairs.map(([name, value = ""]) => [name.trim(), value.trim()])) : undefined;
}

/** Without what is not there: null, "", and empty lists and objects. */
export function given(object) {
  const there = (value) => value !== undefined && value !== null && value !== "" && !(typeof value === "object" && Object.keys(value).length === 0);
  return Object.fromEntries(Object.entries(object).filter(([, value]) => there(value)));
}

const written = ({ name, port }) => `${name.includes(":") ? `[${name}]` : name}${port ? `:${port}` : ""}`;
