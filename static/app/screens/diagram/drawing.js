// Tables and references as SVG: on the screen, and in the file that is saved.

import { html } from "../../html.js";
import { plural } from "../../format.js";
import { HEAD, PAD, ROW, cut, lineOf, room } from "./geometry.js";

/**
 * A table. Where `far` it is its name alone.
 * @param {object} node
 * @param {{far?: boolean, active?: boolean, missing?: number, id?: string, label?: string}} [props] `missing` is how many neighbours are not shown
 */
export function boxed(node, { far, active, missing = 0, id, label } = {}) {
  const { box, place } = node;
  return html`<g key=${box.table.id} id=${id} class=${active ? "er-box active" : "er-box"} data-table=${box.table.id} role="img" aria-label=${label ?? box.table.name} transform=${`translate(${place.x} ${place.y})`}>
    ${far ? named(box) : whole(box, missing)}</g>`;
}

function whole(box, missing) {
  const { width, height, rows, more, title, table } = box;
  const view = table.kind.includes("view") ? " view" : "";
  return html`
    <rect class=${`er-frame${view}`} width=${width} height=${height} rx="6" />
    <path class="er-head" d=${`M0 6a6 6 0 0 1 6-6H${width - 6}a6 6 0 0 1 6 6V${HEAD}H0z`} />
    <text class="er-name" x=${PAD} y=${HEAD / 2 + 4.5}>${title}<title>${table.name}</title></text>
    ${rows.map((row, at) => html`<text class="er-row" y=${HEAD + at * ROW + 15}>
      <tspan class="er-mark" x=${PAD}>${row.mark}</tspan><tspan x=${PAD + 24}>${cut(row.name, room(box, row))}</tspan></text>
      ${row.type && html`<text class="er-row er-type" x=${width - PAD} y=${HEAD + at * ROW + 15}>${row.type}</text>`}`)}
    ${more > 0 && html`<text class="er-row er-type er-rest" x=${PAD + 24} y=${HEAD + rows.length * ROW + 15}>${cut(`and ${plural(more, "more column")}`, room(box, { type: "" }))}</text>`}
    ${missing > 0 && html`<g class="er-grow"><title>Show ${plural(missing, "more neighbour")}</title><rect x=${width - 34} y="6" width="28" height="18" rx="9" /><text x=${width - 20} y="19">+${missing > 99 ? "" : missing}</text></g>`}`;
}

// As large as the box has room for: far away only the largest letters can be read.
function named({ width, height, title }) {
  const size = Math.max(12, Math.min((width - 12) / (title.length * 0.62), height - 8, 44));
  return html`<rect class="er-frame er-far" width=${width} height=${height} rx="6" />
    <text class="er-name er-middle" x=${width / 2} y=${height / 2 + size * 0.35} style=${{ fontSize: `${size}px` }}>${title}</text>`;
}

/** A reference: what is declared as a whole line, what is supposed dashed. */
export function lined(relation, from, to, { active, feet }) {
  const drawn = lineOf(relation, from, to);
  const kind = `er-line${relation.declared ? "" : " supposed"}${active ? " active" : ""}`;
  return html`<g key=${relation.id} class=${kind}><path d=${drawn.line} />${feet && html`<path class="er-foot" d=${drawn.feet} />${drawn.ring && html`<circle cx=${drawn.ring.x} cy=${drawn.ring.y} r="4" />`}`}</g>`;
}

/** A reference in words. */
export function wordsOf(model, relation) {
  const { from, to, columns, toColumns, declared, reason } = relation;
  const many = relation.unique ? "at most one" : "many";
  const end = `${model.title(from)}.${columns.join(", ")} refers to ${model.title(to)}.${toColumns.join(", ")}`;
  return `${end}: ${many} to ${relation.optional ? "one or none" : "one"}${declared ? "" : `, supposed: ${reason}`}`;
}
