import { html } from "../../html.js";
import { count } from "../../format.js";
import { href } from "../../router.js";
import { Badge } from "../../ui/bits.js";

const ACTIONS = { restrict: "restrict", cascade: "cascade", set_null: "set null", set_default: "set default", unknown: "unknown" };

/** What a table refers to, and what refers to it: declared, or supposed and why. */
export function References({ id, model, table }) {
  const [out, into] = [model.out(table), model.in(table).filter((of) => !isInherited(model, of))];
  if (out.length + into.length === 0) return null;
  return html`<section class="section references">
    ${out.length > 0 && html`<div class="stack tight"><h3>Refers to <span class="quiet">${count(out.length)}</span></h3>
      <ul>${out.map((of) => html`<${Reference} key=${of.id} id=${id} model=${model} of=${of} other=${of.to} name=${of.toTable} own=${of.columns} theirs=${of.toColumns} />`)}</ul></div>`}
    ${into.length > 0 && html`<div class="stack tight"><h3>Referred to by <span class="quiet">${count(into.length)}</span></h3>
      <ul>${into.map((of) => html`<${Reference} key=${of.id} id=${id} model=${model} of=${of} other=${of.from} own=${of.toColumns} theirs=${of.columns} incoming />`)}</ul></div>`}
  </section>`;
}

// What a partition refers to because its parent does is told once.
function isInherited(model, { from, to, columns }) {
  const parent = from.partition_of && model.named(from.partition_of.schema, from.partition_of.name);
  return Boolean(parent) && model.out(parent).some((of) => of.to === to && of.columns.join() === columns.join());
}

function Reference({ id, model, of, other, name, own, theirs, incoming }) {
  const link = other && href(`/sources/${encodeURIComponent(id)}`, { table: other.id, column: theirs[0] });
  const title = other ? model.title(other) : [of.toSchema, name].filter(Boolean).join(".");
  const target = html`${title}<span class="quiet">(${theirs.join(", ")})</span>`;
  return html`<li class="reference">
    <code>${own.join(", ")}</code><span class="quiet" aria-label=${incoming ? "from" : "to"}>${incoming ? "←" : "→"}</span>
    <code>${link ? html`<a href=${link}>${target}</a>` : target}</code>
    ${of.declared ? html`<${Declared} of=${of.declared} />` : html`<${Badge}>Supposed<//><span class="quiet small-text">${of.reason}</span>`}
    ${!other && html`<span class="quiet small-text">not in this selection</span>`}
  </li>`;
}

function Declared({ of }) {
  const notes = [
    ACTIONS[of.on_delete] && `on delete ${ACTIONS[of.on_delete]}${of.on_delete_columns?.length ? ` (${of.on_delete_columns.join(", ")})` : ""}`,
    ACTIONS[of.on_update] && `on update ${ACTIONS[of.on_update]}`,
    of.match && `match ${of.match}`,
    of.deferrable && (of.initially_deferred ? "deferred" : "deferrable"),
    of.not_validated && "not validated",
    of.not_enforced && "not enforced",
  ].filter(Boolean);
  return html`<span class="quiet small-text">${[of.name, ...notes].filter(Boolean).join(" · ")}</span>${of.comment && html`<span class="small-text">${of.comment}</span>`}`;
}
