import { html, useMemo, useState } from "../../html.js";
import { count, plural } from "../../format.js";
import { go, href } from "../../router.js";
import { here, mayWrite } from "../../workspace.js";
import { Empty, Fold, Skeleton } from "../../ui/bits.js";
import { Button } from "../../ui/button.js";
import { ErrorBox } from "../../ui/error-box.js";
import { Checkbox, Field, Form } from "../../ui/form.js";
import { Page } from "../../ui/page.js";
import { loadStyle } from "../../ui/style.js";
import { useLoad } from "../../ui/work.js";
import { Cursors } from "./cursors.js";
import { Choice, idsOf, usual } from "./choice.js";

const styled = loadStyle(new URL("sync.css", import.meta.url));
const MODES = [
  { value: "upsert", label: "What changed", help: "Rows that are new or have changed since the last copy, where a table lets one know; all rows of the others." },
  { value: "full_refresh", label: "All rows anew", help: "The copy is made again, and replaces the last one when it is complete." },
  { value: "append", label: "Add new rows only", help: "Rows from the cursor on are added; each change of a row is one more row." },
];

/** What is copied, and how; then it runs by itself. */
export default function NewSync({ query }) {
  const { data, error, reload } = useLoad(async (signal) => {
    const [sources] = await Promise.all([here.get("data/list", { tables: true }, { signal }), styled]);
    return sources;
  }, []);
  const back = { href: href("/sync"), text: "Sync" };
  const frame = (children) => html`<${Page} title="New sync" back=${back} about="Copies tables into this workspace's own store, where all of them can be queried together.">${children}<//>`;
  if (!mayWrite.value) return frame(html`<${Empty} icon="jobs" title="You may look at this workspace, and not change it">An editor or admin of the organization can start a sync.<//>`);
  if (!data) return frame(error ? html`<${ErrorBox} error=${error} retry=${reload} />` : html`<${Skeleton} lines=${6} />`);
  if (data.length === 0) return frame(html`<${Empty} icon="sources" title="No source yet" actions=${html`<${Button} kind="primary" icon="add" href=${href("/sources/add")}>Add a source<//>`}>Add one first; then its tables can be copied.<//>`);
  return frame(html`<${Start} sources=${data} only=${query.source} />`);
}

function Start({ sources, only }) {
  const [taken, setTaken] = useState(() => new Set(sources.filter((source) => !only || source.id === only).flatMap((source) => source.tables.filter(usual).map((table) => table.id))));
  const [mode, setMode] = useState("upsert");
  const [cursors, setCursors] = useState([]);
  const chosen = useMemo(() => sources.flatMap((source) => source.tables.filter((table) => taken.has(table.id)).map((table) => ({ ...table, source }))), [sources, taken]);
  const start = async (fields) => {
    const named = cursors.filter(({ table, column }) => column.trim() && taken.has(table));
    const options = {
      mode,
      incremental: mode !== "full_refresh",
      cursor_columns: named.length ? Object.fromEntries(named.map(({ table, column }) => [table, column.trim()])) : undefined,
      detect_deletes: mode === "upsert" && fields.detect_deletes === "on" ? true : undefined,
      batch_size: Number(fields.batch_size) || undefined,
      connections: Number(fields.connections) || undefined,
      wait: false,
    };
    const { job_id: id } = await here.post("data/sync", { source_ids: idsOf(sources, taken), sync_options: options });
    go(`/sync/${encodeURIComponent(id)}`);
  };
  const submit = taken.size ? `Copy ${plural(taken.size, "table")}` : "Copy";
  return html`<${Form} wide onSend=${start} submit=${submit} disabled=${taken.size === 0} onCancel=${() => go("/sync")}>
    <div class="sync-form">
      <section class="stack" aria-label="What">
        <div class="section-head"><h2>What</h2><span class="quiet" role="status">${count(taken.size)} of ${count(sources.reduce((sum, source) => sum + source.tables.length, 0))} tables</span></div>
        <${Choice} sources=${sources} taken=${taken} onChange=${setTaken} first=${only} />
      </section>
      <section class="stack" aria-label="How">
        <fieldset class="modes"><legend>How</legend>
          ${MODES.map(({ value, label, help }) => html`<label key=${value} class="mode"><input type="radio" name="mode" value=${value} checked=${value === mode} onChange=${() => setMode(value)} /><span><strong>${label}</strong><span class="quiet small-text">${help}</span></span></label>`)}
        </fieldset>
        ${mode === "upsert" && html`<${Checkbox} label="Look for rows that are gone" name="detect_deletes" help="Reads the keys of all rows too; what is no longer at the source leaves the copy." />`}
        ${mode !== "full_refresh" && html`<${Cursors} tables=${chosen} cursors=${cursors} onChange=${setCursors} />`}
        <${Fold} title="Pace">
          <div class="field-pair">
            <${Field} label="Connections at once" name="connections" path="sync_options.connections" optional inputmode="numeric" placeholder="2" help="To a source, 1 to 4." />
            <${Field} label="Rows at once" name="batch_size" path="sync_options.batch_size" optional inputmode="numeric" help="1 to 50,000." />
          </div>
        <//>
      </section>
    </div>
  <//>`;
}
