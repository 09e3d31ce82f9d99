// What columns are part of: keys, references, indexes.

import { html } from "../../html.js";
import { href } from "../../router.js";

/** The marks of each column of a table, by its name. */
export function marksOf(model, table) {
  const marks = new Map();
  const add = (name, mark) => marks.set(name, [...(marks.get(name) ?? []), mark]);
  for (const name of table.primary_key) add(name, { text: "PK", kind: "info", title: table.primary_key.length > 1 ? `Part of the primary key (${table.primary_key.join(", ")})` : "Primary key" });
  for (const relation of model.out(table)) {
    for (const [at, name] of relation.columns.entries()) {
      const target = `${relation.to ? model.title(relation.to) : relation.toTable}.${relation.toColumns[at] ?? ""}`;
      const title = relation.declared ? `Refers to ${target}` : `Supposed to refer to ${target}: ${relation.reason}`;
      add(name, { text: relation.declared ? "FK" : "FK?", kind: relation.declared ? "good" : "", title, to: relation.to?.id, column: relation.toColumns[at] });
    }
  }
  const indexes = new Map();
  for (const index of table.indexes) {
    if (index.primary) continue;
    for (const part of index.columns) if (part.name) indexes.set(part.name, [...(indexes.get(part.name) ?? []), index]);
  }
  for (const [name, list] of indexes) {
    const unique = list.find((index) => index.unique && index.columns.length === 1 && !index.predicate);
    add(name, { text: unique ? "U" : "IX", title: `${unique ? "Unique" : "Indexed"}: ${list.map((index) => index.name).join(", ")}` });
  }
  return marks;
}

export function Marks({ id, marks = [] }) {
  return marks.map((mark, at) => (mark.to
    ? html`<a key=${at} class=${`badge mark ${mark.kind}`} title=${mark.title} aria-label=${`${mark.text}: ${mark.title}`} href=${href(`/sources/${encodeURIComponent(id)}`, { table: mark.to, column: mark.column })}>${mark.text}</a>`
    : html`<span key=${at} class=${`badge mark ${mark.kind ?? ""}`} title=${mark.title}>${mark.text}</span>`));
}
