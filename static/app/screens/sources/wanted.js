import { html } from "../../html.js";
import { Fact } from "../../ui/bits.js";
import { SecretField } from "../../ui/secret-field.js";

/** Of a source that came without its secrets: where it leads, and the fields of those secrets alone. */
export function Wanted({ engine, values, set }) {
  const { host, port, database, base_url, username } = values;
  const place = base_url || [[host, port].filter(Boolean).join(":"), database].filter(Boolean).join("/");
  const password = { value: values.password, onInput: (event) => set({ password: event.target.value }) };
  const secrets = wantedBy(engine, values);
  return html`
    <dl class="facts"><${Fact} label="Kind">${engine.title}<//><${Fact} label="Place"><code>${place}</code><//>${username && html`<${Fact} label="User">${username}<//>`}</dl>
    ${secrets.includes("password") && html`<${SecretField} label="Password" name="password" path="database.password" input=${{ ...password, autofocus: true }} />`}
    ${secrets.includes("tls_key") && html`<${SecretField} label="Key of the client certificate" name="tls_key" path="database.options.tls_key" rows=${3} />`}
    ${secrets.includes("api_key") && html`<${SecretField} label=${values.auth === "bearer" ? "Token" : "API key"} name="api_key" path="database.password" input=${{ autofocus: true }} />`}
    ${secrets.includes("headers") && html`<${SecretField} label="Headers" name="headers" path="database.headers" rows=${3} optional help="One a line, as Name: value, where it had some." />`}
    ${secrets.length === 0 && html`<p class="quiet">It has no secret. Test it, and it is connected.</p>`}`;
}

/** Which secrets a source of these settings may have. */
export function wantedBy(engine, values) {
  if (engine.name === "api") return [...({ basic: ["password"], bearer: ["api_key"], api_key: ["api_key"] }[values.auth] ?? []), "headers"];
  if (!engine.capability.network) return [];
  return ["password", ...(values.tls_certificate ? ["tls_key"] : [])];
}
