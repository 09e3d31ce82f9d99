// The smaller parts of a table. Each is nothing where the table has none of it.

import { html } from "../../html.js";
import { count } from "../../format.js";
import { href } from "../../router.js";
import { Badge } from "../../ui/bits.js";
import { CodeBlock } from "../../ui/show-as.js";

/** Of longer lists so much is shown. */
const SHOWN = 200;

function Part({ title, list = [], heads, row, notes }) {
  if (list.length === 0) return null;
  const noted = notes && list.some((one) => notes(one).some(Boolean));
  return html`<section class="section"><h3>${title} <span class="quiet">${count(list.length)}</span></h3>
    <div class="table-wrap" tabIndex="0" role="region" aria-label=${title}><table class="table">
      <thead><tr>${heads.map((head) => html`<th scope="col">${head}</th>`)}${noted && html`<th scope="col">Notes</th>`}</tr></thead>
      <tbody>${list.slice(0, SHOWN).map((one, at) => html`<tr key=${at}>${row(one)}${noted && html`<td>${words(notes(one))}</td>`}</tr>`)}</tbody>
    </table></div>
    ${list.length > SHOWN && html`<p class="quiet">and ${count(list.length - SHOWN)} more</p>`}
  </section>`;
}

const named = (name, comment) => html`<th scope="row"><span class="mono">${name ?? html`<span class="quiet">no name</span>`}</span>${comment && html`<div class="quiet small-text">${comment}</div>`}</th>`;
const words = (list) => html`<span class="quiet small-text">${list.filter(Boolean).join(", ")}</span>`;

export function Keys({ table }) {
  // A primary key alone is told by its columns already.
  const keys = table.keys ?? [];
  if (keys.every((key) => key.primary && !key.comment)) return null;
  return html`<${Part} title="Keys" list=${keys} heads=${["Name", "Kind", "Columns"]} row=${(key) => html`
    ${named(key.name, key.comment)}<td>${key.primary ? "Primary" : "Unique"}</td><td class="mono">${key.columns.join(", ")}</td>`}
    notes=${(key) => [key.nulls_not_distinct && "nulls not distinct", key.without_overlaps && "without overlaps", key.deferrable && (key.initially_deferred ? "deferred" : "deferrable")]} />`;
}

export function Indexes({ table }) {
  return html`<${Part} title="Indexes" list=${table.indexes} heads=${["Name", "Columns", "Kind"]} row=${(index) => html`
    ${named(index.name, index.comment)}<td class="mono">${index.columns.map(partOf).join(", ")}${index.included?.length ? html` <span class="quiet">include</span> ${index.included.join(", ")}` : ""}
      ${index.predicate && html`<div class="small-text"><span class="quiet">where</span> ${index.predicate}</div>`}</td>
    <td class="fit">${index.primary ? html`<${Badge} kind="info">Primary<//>` : index.unique ? html`<${Badge}>Unique<//>` : ""} ${words([index.method])}</td>`}
    notes=${(index) => [index.nulls_not_distinct && "nulls not distinct", index.sparse && "sparse", index.invisible && "invisible", index.invalid && "invalid", index.expire_after_seconds !== undefined && `expires after ${index.expire_after_seconds} s`]} />`;
}

function partOf(part) {
  const text = part.name ?? `(${part.expression})`;
  return [`${text}${part.prefix_length ? `(${part.prefix_length})` : ""}`, part.order === "desc" ? "desc" : "", part.method].filter(Boolean).join(" ");
}

export function Checks({ table }) {
  const list = [...(table.checks ?? []), ...(table.exclusions ?? []).map((one) => ({ ...one, expression: one.definition }))];
  return html`<${Part} title="Checks" list=${list} heads=${["Name", "Condition"]} row=${(check) => html`
    ${named(check.name, check.comment)}<td class="mono">${check.expression}</td>`}
    notes=${(check) => [check.not_validated && "not validated", check.not_enforced && "not enforced", check.no_inherit && "not inherited"]} />`;
}

export function Partitions({ id, model, table }) {
  const link = (schema, name) => {
    const other = model.named(schema, name);
    return other ? html`<a class="mono" href=${href(`/sources/${encodeURIComponent(id)}`, { table: other.id })}>${name}</a>` : html`<span class="mono">${name}</span>`;
  };
  const { partition_of: of, partitioning } = table;
  return html`
    ${of && html`<section class="section"><h3>Partition of</h3><p>${link(of.schema, of.name)} <code>${of.bound}</code></p></section>`}
    ${partitioning && html`<p>Dealt out by ${partitioning.strategy} of <code>${partitioning.key}</code>${partitioning.subpartitioning && html`, then by ${partitioning.subpartitioning.strategy} of <code>${partitioning.subpartitioning.key}</code>`}</p>
      <${Part} title="Partitions" list=${partitioning.partitions} heads=${["Name", "Rows"]} row=${(one) => html`<th scope="row">${link(one.schema, one.name)}</th><td class="mono">${one.bound}</td>`} />`}`;
}

export function Triggers({ table }) {
  if (!table.triggers?.length) return null;
  return html`<section class="section"><h3>Triggers <span class="quiet">${count(table.triggers.length)}</span></h3>
    ${table.triggers.map((one) => html`<details key=${one.name} class="trigger"><summary><code>${one.name}</code> <span class="quiet">${one.timing.replace("_", " ")} ${one.events.join(" or ")}${one.for_each_row ? ", for each row" : ""}</span> ${one.disabled && html`<${Badge} kind="warn">Off<//>`}</summary>
      ${one.comment && html`<p>${one.comment}</p>`}<${CodeBlock} text=${one.definition} /></details>`)}
  </section>`;
}

export function RowSecurity({ table }) {
  const security = table.row_security;
  if (!security) return null;
  return html`<p>Security by rows is ${security.enabled ? "on" : "off"}${security.forced ? ", for the owner too" : ""}.</p>
    <${Part} title="Policies" list=${security.policies} heads=${["Name", "For", "Condition"]} row=${(one) => html`${named(one.name)}<td>${one.command}${one.roles?.length ? `, ${one.roles.join(", ")}` : ""}${one.permissive ? "" : ", restrictive"}</td>
      <td class="mono">${one.using}${one.with_check && html`<div><span class="quiet">check</span> ${one.with_check}</div>`}</td>`} />`;
}
