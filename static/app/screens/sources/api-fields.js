import { html } from "../../html.js";
import { plural } from "../../format.js";
import { Fold } from "../../ui/bits.js";
import { Button } from "../../ui/button.js";
import { Field, Select } from "../../ui/form.js";
import { SecretField } from "../../ui/secret-field.js";
import { emptyEndpoint } from "./values.js";

const AUTH = [{ value: "", label: "None" }, { value: "api_key", label: "API key" }, { value: "bearer", label: "Bearer token" }, { value: "basic", label: "User and password" }];
const PLACES = [{ value: "header", label: "Header" }, { value: "query", label: "Parameter of the address" }];
const PAGES = [{ value: "", label: "One page has it all" }, { value: "page", label: "By page number" }, { value: "offset", label: "By offset" }, { value: "cursor", label: "By a cursor in the answer" }, { value: "link", label: "By a link to the next page" }];
/** The parameters of each way of paging, with what is meant where they are left out. */
const PARAMETERS = {
  page: [["page_param", "Page parameter", "page"], ["size_param", "Size parameter", "none"], ["size", "Page size", ""]],
  offset: [["offset_param", "Offset parameter", "offset"], ["limit_param", "Limit parameter", "limit"], ["size", "Page size", "100"]],
  cursor: [["cursor_param", "Cursor parameter", "cursor"], ["cursor_path", "Where the cursor stands", "next_cursor"]],
  link: [["cursor_path", "Where the link stands", "the header Link"]],
};
const plain = { autocomplete: "off", spellcheck: false, autocapitalize: "none" };

/** The fields of an HTTP API: where, as whom, and what becomes tables. */
export function ApiFields({ values, set, kept = [] }) {
  const text = (name, path) => ({ value: values[name], path: `database.${path}`, onInput: (event) => set({ [name]: event.target.value }), ...plain });
  const secret = (label, name) => html`<${SecretField} key=${`${name} ${values.auth}`} label=${label} name=${name} path="database.password" set=${kept.includes(name)}
    input=${name === "password" ? { value: values.password, onInput: (event) => set({ password: event.target.value }) } : {}} />`;
  const change = (at, next) => set({ endpoints: values.endpoints.map((one, index) => (index === at ? { ...one, ...next } : one)) });
  return html`
    <${Field} label="Base URL" ...${text("base_url", "base_url")} placeholder="https://api.example.com/v1" help="Where the paths of its endpoints begin." />
    <${Select} label="Login" path="database.auth" options=${AUTH} value=${values.auth} onChange=${(event) => set({ auth: event.target.value })} />
    ${values.auth === "api_key" && html`<div class="field-pair">
        <${Select} label="Key stands in" options=${PLACES} value=${values.auth_in} onChange=${(event) => set({ auth_in: event.target.value })} />
        <${Field} label="Its name" ...${text("auth_name", "auth.name")} placeholder=${values.auth_in === "query" ? "api_key" : "X-API-Key"} />
      </div>${secret("API key", "api_key")}`}
    ${values.auth === "bearer" && secret("Token", "api_key")}
    ${values.auth === "basic" && html`<div class="field-pair"><${Field} label="User" ...${text("username", "auth.username")} />${secret("Password", "password")}</div>`}
    <${Fold} title="Headers" note=${kept.includes("headers") ? "set" : null}>
      <${SecretField} label="Headers" name="headers" path="database.headers" rows=${3} set=${kept.includes("headers")} optional help="One a line, as Name: value. They are kept sealed." />
    <//>
    <div class="section-head"><h2>Endpoints</h2><span class="quiet">${values.endpoints.length ? plural(values.endpoints.length, "table") : "Without any the base URL itself is one table."}</span></div>
    ${values.endpoints.map((endpoint, at) => html`<${Endpoint} key=${at} endpoint=${endpoint} at=${at} onChange=${(next) => change(at, next)}
      onRemove=${() => set({ endpoints: values.endpoints.filter((_, index) => index !== at) })} />`)}
    <div class="row"><${Button} icon="add" onClick=${() => set({ endpoints: [...values.endpoints, emptyEndpoint] })}>Add an endpoint<//></div>`;
}

function Endpoint({ endpoint, at, onChange, onRemove }) {
  const base = `database.endpoints[${at}]`;
  const text = (name) => ({ value: endpoint[name], path: `${base}.${name}`, onInput: (event) => onChange({ [name]: event.target.value }), ...plain });
  const { pagination } = endpoint;
  const page = (name, value) => onChange({ pagination: { ...pagination, [name]: value || undefined } });
  const title = endpoint.name || endpoint.path || `Endpoint ${at + 1}`;
  const method = [{ value: "GET", label: "GET" }, { value: "POST", label: "POST" }];
  return html`<div class="endpoint" role="group" aria-label=${title}>
    <div class="endpoint-head"><h3 class="truncate">${title}</h3><${Button} kind="quiet" small icon="trash" label=${`Remove ${title}`} onClick=${onRemove} /></div>
    <div class="field-pair">
      <${Field} label="Path" ...${text("path")} placeholder="/orders" />
      <${Field} label="Table name" optional ...${text("name")} placeholder="the path's last part" />
    </div>
    <${Select} label="Pages" path=${`${base}.pagination`} options=${PAGES} value=${pagination.type ?? ""} onChange=${(event) => onChange({ pagination: event.target.value ? { type: event.target.value } : {} })} />
    ${pagination.type && html`<div class="field-pair">${PARAMETERS[pagination.type].map(([name, label, usual]) => html`<${Field} key=${name} label=${label} optional path=${`${base}.pagination.${name}`}
      value=${String(pagination[name] ?? "")} onInput=${(event) => page(name, event.target.value)} placeholder=${usual} ...${plain} />`)}</div>`}
    <${Fold} title="Records, keys and changes">
      <${Select} label="Method" options=${method} value=${endpoint.rest.method ?? "GET"} onChange=${(event) => onChange({ rest: { ...endpoint.rest, method: event.target.value } })} />
      <${Field} label="Where the records stand" optional ...${text("record_path")} placeholder="data.items" help="Names with dots. Without it the list is looked for." />
      <${Field} label="Primary key" optional ...${text("primary_key")} placeholder="id" help="A field, or several with commas between them." />
      <div class="field-pair">
        <${Field} label="Field that tells of changes" optional ...${text("cursor_field")} placeholder="updated_at" />
        <${Field} label="Parameter that asks from there on" optional ...${text("cursor_param")} placeholder="updated_since" />
      </div>
    <//>
  </div>`;
}
