import { html, useMemo, useState } from "../html.js";
import { send } from "../api.js";
import { save } from "../files.js";
import { plural } from "../format.js";
import { Empty, Skeleton } from "../ui/bits.js";
import { Button } from "../ui/button.js";
import { ErrorBox } from "../ui/error-box.js";
import { Page } from "../ui/page.js";
import { loadStyle } from "../ui/style.js";
import { useLoad } from "../ui/work.js";
import { Call } from "./api-reference/call.js";
import { groupsOf } from "./api-reference/document.js";

await loadStyle(new URL("api-reference/api-reference.css", import.meta.url));

/** All calls of the API, from the document that the server itself gives: nothing comes from elsewhere. */
export default function ApiReference({ query }) {
  const { data, error, reload } = useLoad(async (signal) => (await send("GET", "/openapi.json", { signal })).text(), []);
  const document = useMemo(() => data && JSON.parse(data), [data]);
  const groups = useMemo(() => document && groupsOf(document), [document]);
  const [wanted, setWanted] = useState("");
  const words = wanted.trim().toLowerCase().split(/\s+/);
  const fits = (call) => words.every((word) => call.text.includes(word));
  const shown = groups?.map((group) => ({ ...group, calls: group.calls.filter(fits) })).filter((group) => group.calls.length > 0);
  const all = groups?.reduce((sum, group) => sum + group.calls.length, 0);
  const about = document && html`${plural(all, "call")}, all below <code>${new URL("api/v1", globalThis.document.baseURI).href}</code>. A token from Settings stands in <code>$TOKEN</code>.`;
  return html`<${Page} title="API" about=${about}
    actions=${html`<${Button} icon="download" disabled=${!data} onClick=${() => save(data, "openapi.json", "application/json")}>Download OpenAPI<//>`}>
    ${error && html`<${ErrorBox} error=${error} retry=${reload} />`}
    ${!data && !error && html`<${Skeleton} lines=${8} />`}
    ${groups && html`<div class="toolbar"><input class="input api-search" type="search" aria-label="Find a call" placeholder="Find a call" spellcheck=${false} value=${wanted} onInput=${(event) => setWanted(event.target.value)} /></div>`}
    ${shown?.length === 0 && html`<${Empty} icon="search" title="No such call">Try a part of its path, or of what it does.<//>`}
    ${shown?.map((group) => html`<section key=${group.name} class="section"><h2>${group.name}</h2>
      <div class="api-calls">${group.calls.map((call) => html`<${Call} key=${call.id} call=${call} document=${document} opened=${query.call === call.id} />`)}</div></section>`)}
  <//>`;
}
