// Tables and references as SVG: on the screen, and in the file that is saved.

import { html, useMemo } from "../../html.js";
import { plural } from "../../format.js";
import { HEAD, PAD, ROW, cut, lineOf, room } from "./geometry.js";

/** Below this zoom nobody can read columns: a box is its name. */
export const READABLE = 0.42;

/**
 * @param {{node: object, zoom: number, active?: boolean, missing?: number, id?: string, label?: string}} props
 *   `missing` is how many neighbours are not shown
 */
export function Box({ node, zoom, active, missing = 0, id, label }) {
  const { box, place } = node;
  // What did not change is not compared again: a hand moves one box among hundreds.
  const inside = useMemo(() => (zoom < READABLE ? html`<${Far} box=${box} zoom=${zoom} />` : html`<${Near} box=${box} missing=${missing} />`), [box, zoom < READABLE ? zoom : 1, missing]);
  return html`<g id=${id} class=${active ? "er-box active" : "er-box"} data-table=${box.table.id} role="img" aria-label=${label} transform=${`translate(${place.x} ${place.y})`}>${inside}</g>`;
}

function Near({ box, missing }) {
  const { width, height, rows, more, title, table } = box;
  const view = table.kind.includes("view") ? " view" : "";
  return html`
    <rect class=${`er-frame${view}`} width=${width} height=${height} rx="6" />
    <path class="er-head" d=${`M0 6a6 6 0 0 1 6-6H${width - 6}a6 6 0 0 1 6 6V${HEAD}H0z`} />
    <text class="er-name" x=${PAD} y=${HEAD / 2 + 4.5}>${title}<title>${table.name}</title></text>
    ${rows.map((row, at) => html`<text class="er-row" y=${HEAD + at * ROW + 15}>
      <tspan class="er-mark" x=${PAD}>${row.mark}</tspan><tspan x=${PAD + 24}>${cut(row.name, room(box, row))}</tspan></text>
      ${row.type && html`<text class="er-row er-type" x=${width - PAD} y=${HEAD + at * ROW + 15}>${row.type}</text>`}`)}
    ${more > 0 && html`<text class="er-row er-type er-rest" x=${PAD + 24} y=${HEAD + rows.length * ROW + 15}>and ${plural(more, "more column")}</text>`}
    ${missing > 0 && html`<g class="er-grow"><title>Show ${plural(missing, "more neighbour")}</title><rect x=${width - 30} y="6" width="24" height="18" rx="9" /><text x=${width - 18} y="19">+${missing > 99 ? "" : missing}</text></g>`}`;
}

function Far({ box, zoom }) {
  const { width, height, title } = box;
  const size = Math.max(13, Math.min(11 / zoom, (width - 12) / (title.length * 0.62), height - 6));
  return html`<rect class="er-frame er-far" width=${width} height=${height} rx="6" />
    <text class="er-name er-middle" x=${width / 2} y=${height / 2 + size * 0.35} font-size=${size}>${title}</text>`;
}

/** A reference: what is declared as a whole line, what is supposed dashed. */
export function Line({ relation, from, to, active, feet }) {
  const { place: a, box: ab } = from;
  const { place: b, box: bb } = to;
  return useMemo(() => {
    const drawn = lineOf(relation, from, to);
    const kind = `er-line${relation.declared ? "" : " supposed"}${active ? " active" : ""}`;
    return html`<g class=${kind}><path d=${drawn.line} />${feet && html`<path class="er-foot" d=${drawn.feet} />${drawn.ring && html`<circle cx=${drawn.ring.x} cy=${drawn.ring.y} r="4" />`}`}</g>`;
  }, [relation, a.x, a.y, b.x, b.y, ab, bb, active, feet]);
}

/** A reference in words. */
export function wordsOf(model, relation) {
  const { from, to, columns, toColumns, declared, reason } = relation;
  const many = relation.unique ? "at most one" : "many";
  const end = `${model.title(from)}.${columns.join(", ")} refers to ${model.title(to)}.${toColumns.join(", ")}`;
  return `${end}: ${many} to ${relation.optional ? "one or none" : "one"}${declared ? "" : `, supposed: ${reason}`}`;
}
