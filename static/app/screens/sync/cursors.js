import { html, useId } from "../../html.js";
import { here } from "../../workspace.js";
import { Fold } from "../../ui/bits.js";
import { Button } from "../../ui/button.js";
import { useLoad } from "../../ui/work.js";

/** By table, the column that tells what changed; the server finds one by itself where none is named. */
export function Cursors({ tables, cursors, onChange }) {
  const free = tables.filter((table) => !cursors.some((cursor) => cursor.table === table.id));
  const change = (at, next) => onChange(cursors.map((one, index) => (index === at ? { ...one, ...next } : one)));
  const several = new Set(tables.map((table) => table.source.id)).size > 1;
  const nameOf = (table) => [several && table.source.name, table.schema, table.name].filter(Boolean).join(" · ");
  return html`<${Fold} title="What tells of changes" note=${cursors.length ? null : "found by itself"}>
    <p class="quiet">An indexed column such as updated_at, else a key of one whole number, is taken unless you name another.</p>
    ${cursors.map((cursor, at) => html`<${Row} key=${cursor.table} cursor=${cursor} tables=${tables.filter((table) => table.id === cursor.table || free.includes(table))} nameOf=${nameOf}
      onChange=${(next) => change(at, next)} onRemove=${() => onChange(cursors.filter((_, index) => index !== at))} />`)}
    <div class="row"><${Button} small icon="add" disabled=${free.length === 0} onClick=${() => onChange([...cursors, { table: free[0].id, column: "" }])}>Name a column<//></div>
  <//>`;
}

function Row({ cursor, tables, nameOf, onChange, onRemove }) {
  const list = useId();
  const table = tables.find((one) => one.id === cursor.table);
  const about = { source_id: table?.id };
  const { data } = useLoad(async (signal) => (table ? here.get("data/schema", about, { signal, quiet: true }) : null), [cursor.table]);
  const columns = data?.tables?.find((one) => one.id === cursor.table || one.name === table?.name)?.columns ?? [];
  return html`<div class="cursor-row">
    <select class="input" aria-label="Table" value=${cursor.table} onChange=${(event) => onChange({ table: event.target.value, column: "" })}>${tables.map((one) => html`<option key=${one.id} value=${one.id}>${nameOf(one)}</option>`)}</select>
    <input class="input" aria-label=${`Column of ${table?.name ?? "the table"}`} list=${list} value=${cursor.column} placeholder="updated_at" onInput=${(event) => onChange({ column: event.target.value })} autocomplete="off" spellcheck=${false} />
    <datalist id=${list}>${columns.map((column) => html`<option key=${column.name} value=${column.name}>${column.logical_type}</option>`)}</datalist>
    <${Button} kind="quiet" icon="trash" label="Remove" onClick=${onRemove} />
  </div>`;
}
