import { html, useMemo, useState } from "../../html.js";
import { href } from "../../router.js";
import { Skeleton } from "../../ui/bits.js";
import { Button } from "../../ui/button.js";
import { ErrorBox } from "../../ui/error-box.js";
import { Tree } from "../../ui/tree.js";
import { useLoad } from "../../ui/work.js";

/** The tables that can be named, and the columns of the one that is chosen. */
export function Side({ names, target, onInsert }) {
  const [wanted, setWanted] = useState("");
  const [chosen, setChosen] = useState(null);
  const text = wanted.trim().toLowerCase();
  const shown = useMemo(() => names.tables.filter((table) => table.path.join(".").toLowerCase().includes(text)), [names, text]);
  // Where all stand in the same one it says nothing.
  const several = useMemo(() => new Set(names.tables.map((table) => table.path.slice(0, -1).join("."))).size > 1, [names]);
  if (names.tables.length === 0) {
    return html`<p class="quiet small-text">${target.local ? "Nothing was copied yet. Sync a source, and its tables stand here side by side with those of others." : "The source has no table."}</p>`;
  }
  return html`<div class="query-side">
    <input class="input" type="search" aria-label="Find a table" placeholder="Find a table" spellcheck=${false} value=${wanted} onInput=${(event) => setWanted(event.target.value)} />
    <${Tree} key=${text} label="Tables" items=${shown} idOf=${(table) => table.id} textOf=${(table) => table.name} chosen=${chosen?.id} onChoose=${setChosen}
      render=${(table) => html`<span class="truncate">${several && table.path.length > 1 && html`<span class="quiet">${table.path.slice(0, -1).join(".")}.</span>`}${table.name}</span>`} />
    ${chosen && html`<${Columns} key=${chosen.id} table=${chosen} names=${names} target=${target} onInsert=${onInsert} />`}
  </div>`;
}

function Columns({ table, names, target, onInsert }) {
  const { data, error, reload } = useLoad(() => names.columns(table), [table.id]);
  const written = target.engine === "mongodb" ? table.name : names.written(table);
  return html`<section class="query-columns" aria-label=${`Columns of ${table.name}`}>
    <div class="row"><strong class="grow truncate">${table.name}</strong>
      <${Button} small icon="table" href=${href("/preview", { source: table.id, from: target.local ? "local" : "" })}>Rows<//>
      <${Button} small icon="add" onClick=${() => onInsert(written)} aria-label=${`Insert ${table.name}`}>Insert<//></div>
    ${error && html`<${ErrorBox} error=${error} retry=${reload} />`}
    ${!data && !error && html`<${Skeleton} lines=${3} />`}
    <ul class="query-column-list" tabIndex="0" aria-label="Columns">${data?.map((column) => html`<li key=${column.name}><span class="truncate grow">${column.name}</span><span class="quiet mono truncate">${column.type}</span></li>`)}</ul>
  </section>`;
}
