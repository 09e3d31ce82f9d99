import { html, useMemo, useState } from "../../html.js";
import { count, plural } from "../../format.js";
import { Icon } from "../../ui/icon.js";
import { Tree } from "../../ui/tree.js";

const LEFT_OUT = ["view", "partition", "virtual_table"];

/** Whether a table is copied where nobody names it. */
export const usual = (table) => !LEFT_OUT.includes(table.type);

/** The ids that say what is taken: those of whole sources, and of single tables; undefined for all that there is. */
export function idsOf(sources, taken) {
  const whole = (source) => source.tables.every((table) => taken.has(table.id) === usual(table));
  if (sources.every(whole)) return undefined;
  return sources.flatMap((source) => (whole(source) && source.tables.length > 0 ? [source.id] : source.tables.filter((table) => taken.has(table.id)).map((table) => table.id)));
}

/** Sources and their tables, to be ticked. */
export function Choice({ sources, taken, onChange, first }) {
  const [wanted, setWanted] = useState("");
  const shown = useMemo(() => narrowed(sources, wanted.toLowerCase()), [sources, wanted]);
  const isOpen = wanted !== "" || shown.length === 1;
  const rows = shown.length + (isOpen ? shown.reduce((sum, source) => sum + source.tables.length, 0) : 5);
  const stateOf = (item) => {
    const ids = item.tables ? item.tables.map((table) => table.id) : [item.id];
    const there = ids.filter((id) => taken.has(id)).length;
    return there === 0 ? "false" : there === ids.length ? "true" : "mixed";
  };
  const toggle = (item) => {
    const next = new Set(taken);
    const wished = item.tables?.filter(usual) ?? [item];
    const on = wished.some((table) => !taken.has(table.id));
    for (const table of item.tables ?? [item]) next.delete(table.id);
    if (on) for (const table of wished) next.add(table.id);
    onChange(next);
  };
  const figure = (item) => {
    if (item.tables) return plural(item.tables.length, "table");
    if (!usual(item)) return item.type.replace("_", " ");
    const rows = item.row_count ?? item.row_count_estimate;
    return rows === null ? "" : `${count(rows)} rows`;
  };
  const render = (item) => html`<span class=${`box ${stateOf(item)}`} aria-hidden="true">${stateOf(item) !== "false" && html`<${Icon} name=${stateOf(item) === "mixed" ? "some" : "check"} />`}</span>
    <span class="grow truncate">${nameOf(item)}</span><span class="quiet number small-text">${figure(item)}</span>`;
  return html`
    <input class="input" type="search" aria-label="Find a table" placeholder="Find a table" value=${wanted} onInput=${(event) => setWanted(event.target.value)} autocomplete="off" />
    <div class="tables-list"><${Tree} key=${wanted} label="Sources and tables" items=${shown} idOf=${(item) => item.id} textOf=${nameOf} childrenOf=${(item) => (item.tables?.length ? item.tables : undefined)} checkedOf=${stateOf} onChoose=${toggle} render=${render}
      opened=${isOpen ? shown.map((source) => source.id) : [first].filter(Boolean)} height=${`${Math.min(13, Math.max(5, rows)) * 1.75}rem`} /></div>
    <p class="quiet small-text">Views are copied where they are ticked. Space ticks, arrows open and close.</p>`;
}

const nameOf = (item) => (item.schema ? `${item.schema}.${item.name}` : item.name);

function narrowed(sources, wanted) {
  if (!wanted) return sources;
  return sources.map((source) => ({ ...source, tables: source.tables.filter((table) => nameOf(table).toLowerCase().includes(wanted)) })).filter((source) => source.tables.length > 0);
}
