import { html, useMemo, useState } from "../html.js";
import { count, plural } from "../format.js";
import { href } from "../router.js";
import { here } from "../workspace.js";
import { Badge, Empty, RelativeTime, Skeleton } from "../ui/bits.js";
import { Button } from "../ui/button.js";
import { ErrorBox } from "../ui/error-box.js";
import { useNarrow } from "../ui/narrow.js";
import { useLoad } from "../ui/work.js";
import { SourceFrame } from "./source/frame.js";

const SHOWN = 300;

/** What became otherwise from one reading of the schema to another, in sentences. */
export default function Changes({ params, query }) {
  const narrow = useNarrow();
  return html`<${SourceFrame} id=${params.id} tab="/changes" query=${query} fill=${!narrow}>
    ${(model) => html`<${Versions} id=${params.id} model=${model} query=${query} />`}
  <//>`;
}

function Versions({ id, model, query }) {
  const { data, error, reload } = useLoad((signal) => here.get("data/schema/versions", { source_id: id }, { signal }), [id, model.schema.version]);
  const [all, setAll] = useState(false);
  if (error) return html`<${ErrorBox} error=${error} retry=${reload} />`;
  if (!data) return html`<${Skeleton} />`;
  const { versions } = data;
  if (versions.length < 2) return html`<${Empty} icon="jobs" title="No change yet">This is the first reading of the schema. Refresh reads it again; whatever is otherwise then stands here.<//>`;
  const to = Number(query.to) || versions[0].version;
  const shown = all ? versions : versions.slice(0, 50);
  return html`<div class="changes">
    <nav class="stack tight" aria-label="Versions"><h2>Versions</h2>
      <ol class="versions">${shown.map((one) => html`<li key=${one.version}><a class="version" href=${href(`/sources/${encodeURIComponent(id)}/changes`, { to: one.version })} aria-current=${one.version === to ? "true" : undefined}>
        <span><strong>Version ${one.version}</strong> <${RelativeTime} at=${one.captured_at} /></span>
        <span class="quiet small-text">${plural(one.table_count, "table")}, ${plural(one.column_count, "column")}</span></a></li>`)}</ol>
      ${shown.length < versions.length && html`<${Button} onClick=${() => setAll(true)}>Show all ${count(versions.length)} versions<//>`}
    </nav>
    <${Between} key=${`${query.from} ${to}`} id=${id} model=${model} from=${query.from} to=${to} oldest=${versions.at(-1).version === to} />
  </div>`;
}

function Between({ id, model, from, to, oldest }) {
  const { data, error, reload } = useLoad((signal) => here.get("data/schema/changes", { source_id: id, from, to }, { signal }), [id, from, to]);
  const [shown, setShown] = useState(SHOWN);
  const groups = useMemo(() => data && [...Map.groupBy(data.changes.slice(0, shown), (change) => (change.table ? [change.schema, change.table].filter(Boolean).join(".") : ""))], [data, shown]);
  if (error) return html`<${ErrorBox} error=${error} retry=${reload} />`;
  if (!data) return html`<${Skeleton} />`;
  const before = data.from?.version ?? data.from;
  const title = before ? `Version ${to}, since version ${before}` : `Version ${to}`;
  return html`<section class="stack" aria-label="Changes">
    <div class="section-head"><h2>${title}</h2><span class="quiet">${plural(data.changes.length, "change")}</span></div>
    ${oldest && html`<p class="quiet">This is the oldest version that is kept; there is nothing to compare it with.</p>`}
    ${groups.map(([name, changes]) => html`<section key=${name} class="change-group">
      <h3 class="mono">${name ? html`<${TableName} id=${id} model=${model} name=${name} table=${changes[0].table_id} />` : "The whole schema"}</h3>
      <ul>${changes.map((change, at) => html`<li key=${at}><${Sign} kind=${change.kind} /><span>${change.text}</span></li>`)}</ul>
    </section>`)}
    ${data.changes.length > shown && html`<div><${Button} onClick=${() => setShown(Infinity)}>Show all ${count(data.changes.length)} changes<//></div>`}
  </section>`;
}

function TableName({ id, model, name, table }) {
  return model.byId.has(table) ? html`<a href=${href(`/sources/${encodeURIComponent(id)}`, { table })}>${name}</a>` : name;
}

function Sign({ kind }) {
  if (kind.endsWith("_added")) return html`<${Badge} kind="good">Added<//>`;
  if (kind.endsWith("_removed")) return html`<${Badge} kind="bad">Removed<//>`;
  return html`<${Badge}>${kind.endsWith("_renamed") ? "Renamed" : kind.endsWith("_moved") ? "Moved" : "Changed"}<//>`;
}
