// What a connection has, read before it is kept: columns as they were inferred, and which tables to take.

import { html, useMemo, useState } from "../../html.js";
import { count, plural } from "../../format.js";
import { Button } from "../../ui/button.js";
import { ErrorBox } from "../../ui/error-box.js";
import { Field, Select } from "../../ui/form.js";
import { Skeleton } from "../../ui/bits.js";
import { Icon } from "../../ui/icon.js";
import { Tree } from "../../ui/tree.js";

const SHOWN = 20;

/** The tables of a file or an API with their columns: what was inferred. */
export function Inferred({ tables, note }) {
  return html`<section class="inferred" aria-label="What was found">
    <div class="section-head"><h2>What was found</h2><span class="quiet">${plural(tables.length, "table")}</span></div>
    ${note && html`<p class="quiet">${note}</p>`}
    ${tables.slice(0, SHOWN).map((table) => html`<div key=${table.name} class="stack tight">
      <h3>${table.name} ${table.row_count_estimate !== undefined && table.row_count_estimate !== null && html`<span class="quiet">${plural(table.row_count_estimate, "row")}</span>`}</h3>
      <div class="inferred-table" tabIndex="0" role="region" aria-label=${`Columns of ${table.name}`}><table class="table">
        <thead><tr><th scope="col">Column</th><th scope="col">Type</th><th scope="col">May be NULL</th></tr></thead>
        <tbody>${table.columns.map((column) => html`<tr key=${column.name}><th scope="row">${column.name}</th><td class="mono">${column.logical_type}</td><td class="quiet">${column.nullable ? "yes" : "no"}</td></tr>`)}</tbody>
      </table></div></div>`)}
    ${tables.length > SHOWN && html`<p class="quiet">And ${plural(tables.length - SHOWN, "more table")}.</p>`}
  </section>`;
}

const full = (table) => [table.schema, table.name].filter(Boolean).join(".");
const isChosen = (values, table) => {
  const has = (list) => list.includes(full(table)) || list.includes(table.name);
  return (values.tables.length === 0 || has(values.tables)) && !has(values.ignoreTables);
};

/**
 * Which tables are taken: all, but for those that are unticked. Tables that come to be later are taken along, or not.
 * @param {{tables: any[], values: object, set: (change: object) => void}} props
 */
export function TableChoice({ tables, values, set }) {
  const [wanted, setWanted] = useState("");
  const [only, setOnly] = useState(values.tables.length > 0);
  const taken = useMemo(() => new Set(tables.filter((table) => isChosen(values, table)).map(full)), [tables, values.tables, values.ignoreTables]);
  const shown = useMemo(() => grouped(tables.filter((table) => full(table).toLowerCase().includes(wanted.toLowerCase()))), [tables, wanted]);
  const apply = (names, limited = only) => {
    const all = names.size === tables.length;
    if (limited) set({ tables: [...names], ignoreTables: [] });
    else set({ tables: [], ignoreTables: all ? [] : tables.map(full).filter((name) => !names.has(name)) });
  };
  const toggle = (item) => {
    const names = (item.tables ?? [item]).map(full);
    const next = new Set(taken);
    const all = names.every((name) => taken.has(name));
    for (const name of names) if (all) next.delete(name); else next.add(name);
    if (next.size > 0) apply(next);
  };
  const later = (event) => {
    setOnly(event.target.value === "only");
    apply(taken, event.target.value === "only");
  };
  const stateOf = (item) => {
    const names = (item.tables ?? [item]).map(full);
    const there = names.filter((name) => taken.has(name)).length;
    return there === 0 ? "false" : there === names.length ? "true" : "mixed";
  };
  const render = (item) => html`<span class=${`box ${stateOf(item)}`} aria-hidden="true">${stateOf(item) !== "false" && html`<${Icon} name=${stateOf(item) === "mixed" ? "some" : "check"} />`}</span>
    <span class="grow truncate">${item.name}</span><span class="quiet number small-text">${item.tables ? plural(item.tables.length, "table") : item.row_count_estimate != null ? `${count(item.row_count_estimate)} rows` : item.kind}</span>`;
  return html`<section class="stack" aria-label="Tables to take">
    <div class="section-head"><h2>Tables to take</h2><span class="quiet" role="status">${count(taken.size)} of ${count(tables.length)}</span></div>
    ${tables.length > 10 && html`<${Field} label="Find" type="search" value=${wanted} onInput=${(event) => setWanted(event.target.value)} autocomplete="off" />`}
    <div class="tables-list"><${Tree} key=${wanted} label="Tables" items=${shown} idOf=${(item) => (item.tables ? `schema ${item.name}` : full(item))} textOf=${(item) => item.name} childrenOf=${(item) => item.tables}
      opened=${shown.filter((item) => item.tables).map((item) => `schema ${item.name}`)} checkedOf=${stateOf} onChoose=${toggle} render=${render} height=${`${Math.min(14, Math.max(5, tables.length + 1)) * 1.75}rem`} /></div>
    <${Select} label="Tables that come later" value=${only ? "only" : "all"} onChange=${later} options=${[{ value: "all", label: "Are taken too" }, { value: "only", label: "Are left out" }]} />
  </section>`;
}

function grouped(tables) {
  const schemas = Map.groupBy(tables, (table) => table.schema);
  if (schemas.size < 2) return tables;
  return [...schemas].map(([name, list]) => ({ name, tables: list }));
}

/** Reads what there is, on demand. */
export function Look({ action, label, about }) {
  if (action.error) return html`<${ErrorBox} error=${action.error} retry=${action.run} />`;
  if (action.busy) return html`<${Skeleton} lines=${3} />`;
  return html`<div class="row"><${Button} icon="table" onClick=${() => action.run()}>${label}<//>${about && html`<span class="quiet">${about}</span>`}</div>`;
}
