import { html, useMemo, useState } from "../../html.js";
import { count, short } from "../../format.js";
import { Empty } from "../../ui/bits.js";
import { Icon } from "../../ui/icon.js";
import { Tree } from "../../ui/tree.js";
import { kindOf } from "./kinds.js";

/** Up to so many tables all namespaces are open at first. */
const FEW = 200;

/**
 * The tables of a source by their namespaces, partitions below their parents; what is typed narrows them.
 * @param {{model: import("./model.js").Model, chosen?: string, onChoose: (table: object) => void}} props
 */
export function TableTree({ model, chosen, onChoose }) {
  const [text, setText] = useState("");
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const filter = words.join(" ");
  const { items, found } = useMemo(() => entries(model, words), [model, filter]);
  const opened = useMemo(() => items.filter((item) => item.tables && (filter || model.tables.length <= FEW || items.length === 1)).map(idOf), [items]);
  return html`<div class="source-tables">
    <input class="input" type="search" aria-label="Filter tables" placeholder="Filter ${count(model.tables.length)} tables" value=${text} spellcheck="false" autocomplete="off"
      onInput=${(event) => setText(event.target.value)} />
    <p class="unseen" role="status">${filter ? `${found} found` : ""}</p>
    ${found === 0
      ? html`<${Empty} title="No such table">Ctrl K looks for columns and comments too.<//>`
      : html`<${Tree} key=${filter ? `filtered ${items.filter((item) => item.tables).map(idOf)}` : "all"} label="Tables" items=${items} idOf=${idOf} textOf=${nameOf} childrenOf=${(item) => item.tables ?? (filter ? undefined : model.partitions.get(item.id))}
          chosen=${chosen} opened=${opened} onChoose=${onChoose} isGroup=${(item) => Boolean(item.tables)} render=${row} />`}
  </div>`;
}

const idOf = (item) => item.id;
const nameOf = (item) => item.name || "(no name)";

function row(item) {
  if (item.tables) return html`<${Icon} name="sources" /><span class="truncate grow">${nameOf(item)}</span><span class="quiet small-text">${count(item.tables.length)}</span>`;
  const { icon, label } = kindOf(item);
  const rows = item.row_count_estimate;
  return html`<${Icon} name=${icon} /><span class="unseen">${label} </span><span class="truncate grow" title=${item.name}>${nameOf(item)}</span>
    ${rows > 0 && html`<span class="quiet small-text" title=${`About ${count(rows)} rows`}>${short(rows)}</span>`}`;
}

function entries(model, words) {
  const matches = (table) => words.every((word) => `${table.schema ?? ""}.${table.name}`.toLowerCase().includes(word));
  const top = words.length ? model.tables.filter(matches) : model.tables.filter((table) => !isBelow(model, table));
  if (model.namespaces.length < 2) return { items: top, found: top.length };
  const groups = Map.groupBy(top, (table) => table.schema ?? "");
  return { items: [...groups].map(([name, tables]) => ({ id: `schema ${name}`, name, tables })), found: top.length };
}

const isBelow = (model, table) => Boolean(table.partition_of && model.named(table.partition_of.schema, table.partition_of.name));
