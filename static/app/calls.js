// The last calls of the screen that is shown, as somebody else would make them: secrets are `***`,
// the token is $TOKEN.

import { exactText, isSingle } from "./exact-json.js";
import { signal } from "./html.js";

const KEPT = 6;
const SECRET = /pass|secret|token|api_?key|credential|tls_key|authorization/i;

/** The calls, the latest first: `{method, url, body, file, accept, headers}`. */
export const calls = signal([]);

export function remember(call) {
  const kept = { ...call, url: clean(call.url), body: redact(call.body), headers: redact(call.headers ?? {}) };
  const same = (other) => other.method === kept.method && other.url === kept.url;
  calls.value = [kept, ...calls.value.filter((other) => !same(other))].slice(0, KEPT);
}

/** A new screen begins with none. */
export function forget() {
  calls.value = [];
}

export function asCurl({ method, url, body, file, accept, headers = {} }) {
  const lines = [`curl ${quote(url)}`, `-H "Authorization: Bearer $TOKEN"`];
  if (accept) lines.push(`-H ${quote(`Accept: ${accept}`)}`);
  if (body !== undefined) lines.push(`--json ${quote(exactText(body))}`);
  for (const [name, value] of Object.entries(headers)) lines.push(`-H ${quote(`${name}: ${value}`)}`);
  // Unlike --data-binary it sends the file without holding all of it.
  if (file) lines.push(`-T ${quote(file)}`);
  if (method !== (file ? "PUT" : body === undefined ? "GET" : "POST")) lines.push(`-X ${method}`);
  return lines.join(" \\\n  ");
}

export function asPython({ method, url, body, file, accept, headers = {} }) {
  const shown = [`"Authorization": f"Bearer {os.environ['TOKEN']}"`];
  for (const [name, value] of Object.entries({ ...(accept && { Accept: accept }), ...headers })) shown.push(`${JSON.stringify(name)}: ${JSON.stringify(value)}`);
  const parts = [JSON.stringify(url), `headers={${shown.join(", ")}}`];
  if (body !== undefined) parts.push(`json=${python(body)}`);
  if (file) parts.push(`data=open(${JSON.stringify(file)}, "rb")`);
  const answer = accept ? "answer.text" : `answer.json()["data"]`;
  return `import os\nimport requests\n\nanswer = requests.${method.toLowerCase()}(\n    ${parts.join(",\n    ")},\n)\nanswer.raise_for_status()\nprint(${answer})`;
}

/** A value without its secrets, whatever it is nested in. */
export function redact(value, name = "") {
  if (Array.isArray(value)) return value.map((item) => redact(item, name));
  if (!isSingle(value)) {
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, redact(inner, name === "headers" ? "secret" : key)]));
  }
  if (typeof value !== "string") return value;
  if (SECRET.test(name) && value) return "***";
  return clean(value);
}

/** A text without the password of a URL in it. */
export function clean(text) {
  return text.replace(/([a-z][a-z0-9+.-]*:\/\/[^\s/:@]*):[^\s@]*@/gi, "$1:***@");
}

function quote(text) {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

function python(value) {
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (Array.isArray(value)) return `[${value.map(python).join(", ")}]`;
  if (!isSingle(value)) return `{${Object.entries(value).map(([key, inner]) => `${JSON.stringify(key)}: ${python(inner)}`).join(", ")}}`;
  return exactText(value);
}
