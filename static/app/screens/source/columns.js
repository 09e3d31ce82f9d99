import { html, useEffect, useMemo, useRef, useState } from "../../html.js";
import { count } from "../../format.js";
import { Button } from "../../ui/button.js";
import { Marks, marksOf } from "./marks.js";

/** Of a table with more columns so many are shown at first. */
const SHOWN = 200;
/** From so many columns on they can be filtered. */
const MANY = 20;
const VALUES = 12;

export function Columns({ id, model, table, chosen }) {
  const element = useRef(null);
  const [all, setAll] = useState(false);
  const [text, setText] = useState("");
  const marks = useMemo(() => marksOf(model, table), [model, table]);
  const wanted = text.trim().toLowerCase();
  const matching = table.columns.filter((column) => `${column.name} ${column.type} ${column.comment ?? ""}`.toLowerCase().includes(wanted));
  const shown = all || matching.findIndex((column) => column.name === chosen) >= SHOWN ? matching : matching.slice(0, SHOWN);
  useEffect(() => {
    if (chosen) element.current?.querySelector("[aria-current=true]")?.scrollIntoView({ block: "center" });
  }, [chosen, table]);
  const has = { defaults: table.columns.some((column) => hasDefault(column) || model.typeOf(column)?.default), comments: table.columns.some((column) => column.comment) };
  return html`<section class="section">
    <div class="section-head"><h3>Columns <span class="quiet">${count(table.columns.length)}</span></h3>
      ${table.columns.length >= MANY && html`<input class="input column-filter" type="search" aria-label="Filter columns" placeholder="Filter columns" value=${text} onInput=${(event) => setText(event.target.value)} />`}</div>
    <div class="table-wrap" tabIndex="0" role="region" aria-label="Columns" ref=${element}><table class="table columns">
      <thead><tr><th scope="col" class="number wide-only">#</th><th scope="col">Name</th><th scope="col">Type</th><th scope="col" class="wide-only">Family</th><th scope="col">Null</th>${has.defaults && html`<th scope="col">Default</th>`}${has.comments && html`<th scope="col">Comment</th>`}</tr></thead>
      <tbody>${shown.map((column) => html`<${Row} key=${column.position} id=${id} model=${model} column=${column} marks=${marks.get(column.name)} has=${has} current=${column.name === chosen} />`)}</tbody>
    </table></div>
    ${shown.length < matching.length && html`<div><${Button} onClick=${() => setAll(true)}>Show all ${count(matching.length)} columns<//></div>`}
    ${matching.length === 0 && html`<p class="quiet">No column has “${text}” in its name, type or comment.</p>`}
  </section>`;
}

function Row({ id, model, column, marks, has, current }) {
  const type = model.typeOf(column);
  const values = column.values ?? type?.values;
  return html`<tr aria-current=${current ? "true" : undefined}>
    <td class="number quiet wide-only">${column.position}</td>
    <th scope="row"><span class="column-name"><span class="mono">${column.name || "(no name)"}</span><${Marks} id=${id} marks=${marks} /></span></th>
    <td class="type"><code>${column.type || "–"}</code>${values && html`<div class="small-text values">${values.slice(0, VALUES).map((value) => html`<code>${value}</code>`)}${values.length > VALUES && html`<span class="quiet">and ${values.length - VALUES} more</span>`}</div>`}</td>
    <td class="wide-only quiet mono">${column.logical_type}</td>
    <td class="fit">${column.nullable ? html`<span class="quiet">null</span>` : "not null"}</td>
    ${has.defaults && html`<td><${Default} column=${column} type=${type} /></td>`}
    ${has.comments && html`<td class="comment">${column.comment}</td>`}
  </tr>`;
}

// Whether the column of defaults has anything to say of it.
function hasDefault(column) {
  const { default: value, generated, identity, auto_increment: counts, on_update: update, collation, invisible, srid } = column;
  return Boolean(generated || identity || counts || update || collation || invisible) || (value ?? srid ?? null) !== null;
}

function Default({ column, type }) {
  const { generated, identity } = column;
  const notes = [
    identity && `identity, ${identity.generation === "always" ? "always" : "by default"}`,
    column.auto_increment && "counts by itself",
    column.on_update && `on update ${column.on_update}`,
    column.collation && `collation ${column.collation}`,
    column.invisible && "invisible",
    column.srid !== undefined && `SRID ${column.srid}`,
  ].filter(Boolean);
  const value = column.default ?? type?.default;
  return html`${value !== null && value !== undefined && html`<code>${value}</code>`}
    ${generated && html`<span class="quiet">${generated.stored ? "stored" : "computed"} as </span><code>${generated.expression}</code>`}
    ${notes.length > 0 && html`<div class="quiet small-text">${notes.join(", ")}</div>`}`;
}
