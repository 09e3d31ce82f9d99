import { html, useState } from "../../html.js";
import { address } from "../../api.js";
import { asCurl } from "../../calls.js";
import { Badge } from "../../ui/bits.js";
import { CodeBlock } from "../../ui/show-as.js";
import { exampleOf, fieldsOf, resolved, typeOf } from "./document.js";

/** One call, closed until it is wanted. */
export function Call({ call, document, opened }) {
  const [open, setOpen] = useState(opened);
  return html`<details class="api-call" open=${open} onToggle=${(event) => setOpen(event.currentTarget.open)}>
    <summary><span class=${`api-method ${call.method.toLowerCase()}`}>${call.method}</span><code class="api-path">${call.path}</code><span class="quiet api-summary">${call.summary}</span></summary>
    ${open && html`<${Inside} call=${call} document=${document} />`}
  </details>`;
}

function Inside({ call, document }) {
  const { operation } = call;
  const [bodyType, body] = Object.entries(operation.requestBody?.content ?? {})[0] ?? [];
  const [answerType, answer] = Object.entries(operation.responses?.["200"]?.content ?? {})[0] ?? [];
  const data = resolved(document, answer?.schema).properties?.data;
  const parameters = (operation.parameters ?? []).map((one) => ({ path: `${one.in} ${one.name}`, depth: 0, name: one.name, where: one.in, type: typeOf(document, one.schema), required: one.required, text: one.description ?? "" }));
  const open = Array.isArray(operation.security) && operation.security.length === 0;
  return html`<div class="stack api-inside">
    ${call.also.length > 0 && html`<p class="small-text">Also ${call.also.map((path, at) => html`${at > 0 && ", "}<code>${path}</code>`)}, for the default workspace.</p>`}
    ${open && html`<p class="small-text"><${Badge}>Public<//> It takes no token.</p>`}
    <${CodeBlock} text=${curl(call, document, body, bodyType)} label="Copy as curl" />
    ${parameters.length > 0 && html`<${Fields} title="Parameters" fields=${parameters} />`}
    ${body && html`<${Fields} title="Body" note=${bodyType === "application/json" ? "" : bodyType} fields=${fieldsOf(document, body.schema)} none="The file itself, as it is." />`}
    <${Fields} title=${data ? "Answer, in data" : "Answer"} note=${data ? kind(document, data) : answerType} fields=${fieldsOf(document, data ?? answer?.schema)} none=${data ? typeOf(document, data) : "As it is, without the envelope."} />
  </div>`;
}

const kind = (document, schema) => ([resolved(document, schema).type].flat().includes("array") ? "a list of these" : "");

function Fields({ title, note, fields, none = "Nothing." }) {
  return html`<div class="stack tight"><h3>${title}${note && html` <span class="quiet small-text">${note}</span>`}</h3>
    ${fields.length === 0 ? html`<p class="quiet small-text">${none}</p>` : html`<div class="table-wrap" tabIndex="0" role="region" aria-label=${title}><table class="table api-fields">
      <thead><tr><th scope="col">Name</th><th scope="col">Type</th><th scope="col">What it is</th></tr></thead>
      <tbody>${fields.map((field) => html`<tr key=${field.path}><th scope="row"><code style=${{ paddingInlineStart: `${field.depth}rem` }}>${field.name}</code>${field.required && html` <span class="api-required">required</span>`}</th>
        <td>${field.type}${field.where && html` <span class="quiet">in the ${field.where}</span>`}</td><td>${withCode(field.text)}</td></tr>`)}</tbody></table></div>`}
  </div>`;
}

// What stands between backticks is code, as in the document.
const withCode = (text) => text.split("`").map((part, at) => (at % 2 ? html`<code>${part}</code>` : part));

/** The call as the rest of the page shows its own: the token is $TOKEN. */
function curl(call, document, body, bodyType) {
  const path = call.also[0] ?? call.path;
  const url = decodeURIComponent(address(path).href);
  const sends = body && bodyType === "application/json";
  return asCurl({ method: call.method, url, body: sends ? exampleOf(document, body.schema) : call.method === "POST" && !body ? {} : undefined, file: body && !sends ? "file" : undefined });
}
