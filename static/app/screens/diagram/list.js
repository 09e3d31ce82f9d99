import { html } from "../../html.js";
import { href } from "../../router.js";
import { wordsOf } from "./drawing.js";

/** The same as the drawing, in words: each table with its references. */
export function List({ id, model, tables, relations }) {
  const base = `/sources/${encodeURIComponent(id)}`;
  return html`<ul class="er-list" aria-label="Tables of the diagram">${tables.map((table) => html`<li key=${table.id}>
    <h2><a class="mono" href=${href(base, { table: table.id })}>${model.title(table)}</a></h2>
    <ul>${relations.filter((of) => of.from === table).map((of) => html`<li key=${of.id}>${wordsOf(model, of)}</li>`)}</ul>
  </li>`)}</ul>`;
}
