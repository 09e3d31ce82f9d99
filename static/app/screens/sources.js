import { html } from "../html.js";
import { href } from "../router.js";
import { here, mayWrite } from "../workspace.js";
import { engineName, plural, short } from "../format.js";
import { Badge, Empty, RelativeTime, Skeleton } from "../ui/bits.js";
import { Button } from "../ui/button.js";
import { ErrorBox } from "../ui/error-box.js";
import { Page } from "../ui/page.js";
import { useLoad } from "../ui/work.js";
import { hasScreen, screenOf } from "./sources/has-screen.js";
import { RowActions } from "./sources/row-actions.js";

const STATUS = {
  connected: ["good", "Connected"],
  unreachable: ["bad", "Unreachable"],
  needs_credentials: ["warn", "Needs credentials"],
};

/** The sources of the workspace: how each stands, and how fresh what is known of it is. */
export default function Sources() {
  const { data, error, reload } = useLoad((signal) => here.get("data/list", {}, { signal }), []);
  const add = hasScreen("/sources/add") && mayWrite.value
    && html`<${Button} kind="primary" icon="add" href=${href("/sources/add")}>Add a source<//>`;
  const about = data?.length ? plural(data.length, "source") : null;
  return html`<${Page} title="Sources" about=${about} actions=${data?.length ? add : null}>
    ${error && html`<${ErrorBox} error=${error} retry=${reload} />`}
    ${!data && !error && html`<${Skeleton} />`}
    ${data?.length === 0 && html`<${Empty} icon="sources" title="No source yet" actions=${add}>
      A source is a database, a file or an API. Add the first one to see its tables, draw them, and query them.<//>`}
    ${data?.length > 0 && html`<${Table} sources=${data} onChange=${reload} />`}
  <//>`;
}

function Table({ sources, onChange }) {
  return html`<div class="table-wrap" tabIndex="0" role="region" aria-label="Sources"><table class="table">
    <thead><tr><th scope="col">Name</th><th scope="col">Status</th><th scope="col" class="wide-only">Engine</th><th scope="col" class="number">Tables</th><th scope="col" class="wide-only">Schema read</th><th scope="col" class="wide-only">Copied</th><th scope="col"><span class="unseen">Actions</span></th></tr></thead>
    <tbody>${sources.map((source) => html`<${Row} key=${source.id} source=${source} onChange=${onChange} />`)}</tbody>
  </table></div>`;
}

// Two dozen small files are a few rounds to the server: they begin when one is about to go there. Where they cannot be
// fetched, the screen itself says so.
const fetchScreen = () => screenOf("/sources/:id")?.load().catch(() => {});

function Row({ source, onChange }) {
  const waits = source.status === "needs_credentials";
  // A file that came from elsewhere has no secret, and was not opened here yet.
  const bare = waits && !source.host;
  const [kind, words] = bare ? ["warn", "Not connected"] : STATUS[source.status] ?? ["", source.status];
  const place = [source.host, source.database].filter(Boolean).join("/");
  const target = hasScreen("/sources/:id") ? href(`/sources/${encodeURIComponent(source.id)}`) : null;
  return html`<tr>
    <th scope="row">${target ? html`<a href=${target} onPointerEnter=${fetchScreen} onFocus=${fetchScreen}>${source.name}</a>` : source.name}
      ${place && html`<div class="quiet small-text mono">${place}</div>`}</th>
    <td class="fit"><div class="row"><${Badge} kind=${kind}>${words}<//>${waits && mayWrite.value
      && html`<${Button} small icon=${bare ? "sources" : "key"} href=${href(`/sources/${encodeURIComponent(source.id)}/edit`)}>${bare ? "Connect" : "Give credentials"}<span class="unseen"> ${bare ? "" : "of "}${source.name}</span><//>`}</div></td>
    <td class="wide-only">${engineName(source.engine ?? source.type)}</td>
    <td class="number">${short(source.table_count)}</td>
    <td class="fit wide-only"><${RelativeTime} at=${source.schema_captured_at} none="Not yet" /></td>
    <td class="fit wide-only"><${RelativeTime} at=${source.last_synced_at} none="Not yet" /></td>
    <td class="fit"><${RowActions} source=${source} onChange=${onChange} /></td>
  </tr>`;
}
