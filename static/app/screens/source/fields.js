// The tree of a collection's fields, with how often each is there and of which types.

import { exactText } from "../../exact-json.js";
import { html, useMemo, useState } from "../../html.js";
import { count } from "../../format.js";
import { Badge } from "../../ui/bits.js";
import { Button } from "../../ui/button.js";
import { Icon } from "../../ui/icon.js";
import { Marks, marksOf } from "./marks.js";

/** Up to so many fields all are open at first. */
const FEW = 120;
const SHOWN = 500;
const ORIGINS = { validator: "validator only", earlier: "earlier sample" };

export function Fields({ id, model, table, chosen }) {
  const all = useMemo(() => flat(table.fields), [table]);
  const marks = useMemo(() => marksOf(model, table), [model, table]);
  const [closed, setClosed] = useState(() => new Set(all.length <= FEW ? [] : all.filter((row) => row.children && !chosen?.startsWith(row.field.path)).map((row) => row.field.path)));
  const [shown, setShown] = useState(SHOWN);
  const has = { values: all.some(valuesOf), comments: all.some((row) => row.field.comment) };
  const visible = all.filter((row) => !row.above.some((path) => closed.has(path)));
  const turn = (path) => setClosed((before) => {
    const next = new Set(before);
    if (!next.delete(path)) next.add(path);
    return next;
  });
  return html`<section class="section">
    <h3>Fields <span class="quiet">${count(all.length)}</span></h3>
    <div class="table-wrap" tabIndex="0" role="region" aria-label="Fields"><table class="table fields">
      <thead><tr><th scope="col">Field</th><th scope="col">Present</th><th scope="col">Types</th>${has.values && html`<th scope="col" class="wide-only">Values</th>`}${has.comments && html`<th scope="col">Comment</th>`}</tr></thead>
      <tbody>${visible.slice(0, shown).map((row) => html`<${Row} key=${row.field.path} id=${id} row=${row} open=${!closed.has(row.field.path)} turn=${turn} marks=${marks.get(row.field.path)} has=${has} current=${row.field.path === chosen} />`)}</tbody>
    </table></div>
    ${visible.length > shown && html`<div><${Button} onClick=${() => setShown(visible.length)}>Show all ${count(visible.length)} fields<//></div>`}
  </section>`;
}

function Row({ id, row, open, turn, marks, has, current }) {
  const { field, depth, children, array } = row;
  return html`<tr aria-current=${current ? "true" : undefined}>
    <th scope="row"><span class="column-name" style=${{ paddingInlineStart: `${depth}rem` }}>
      ${children ? html`<button type="button" class="field-twist" aria-expanded=${open ? "true" : "false"} aria-label=${`Fields of ${field.path}`} onClick=${() => turn(field.path)}><${Icon} name="expand" /></button>` : html`<span class="field-twist"></span>`}
      <span class="mono" title=${field.path}>${field.map ? `${field.name}.*` : field.name || "(no name)"}${array ? "[]" : ""}</span>
      ${field.required && html`<${Badge} kind="info">Required<//>`}${ORIGINS[field.origin] && html`<${Badge}>${ORIGINS[field.origin]}<//>`}<${Marks} id=${id} marks=${marks} /></span></th>
    <td class="fit"><${Share} value=${field.presence} always=${field.always} unseen=${field.origin === "validator"} /></td>
    <td class="type"><${Types} types=${field.types} />${array && html`<div class="quiet small-text">of <${Types} types=${array.types} /></div>`}</td>
    ${has.values && html`<td class="wide-only"><div class="values small-text">${valuesOf(row)?.map((value) => html`<code>${exactText(value)}</code>`)}</div></td>`}
    ${has.comments && html`<td class="comment">${field.comment}</td>`}
  </tr>`;
}

const valuesOf = ({ field, array }) => field.values ?? array?.values;

function Share({ value, always, unseen }) {
  if (unseen) return html`<span class="quiet">–</span>`;
  return html`<span class="share"><span class="share-bar" aria-hidden="true"><span style=${{ inlineSize: `${Math.max(2, value * 100)}%` }}></span></span><span class="number">${percent(always ? 1 : value)}</span></span>`;
}

function Types({ types }) {
  return types.map(({ type, share }, at) => html`${at > 0 && " "}<code>${type}</code>${types.length > 1 && share !== undefined && html`<span class="quiet small-text number"> ${percent(share)}</span>`}`);
}

// 100 % is what is always there; the last of many thousands is not rounded away.
function percent(share) {
  if (share >= 1) return "100\u00a0%";
  const value = share * 100;
  return `${value > 99 || value < 1 ? value.toFixed(1).replace(/^100\.0$/, "99.9") : Math.round(value)}\u00a0%`;
}

/** The fields as rows in their order; those inside of arrays stand below the array. */
function flat(fields, depth = 0, above = [], rows = []) {
  for (const field of fields) {
    const array = innermost(field.items);
    const inside = field.fields?.length ? field.fields : (array?.fields ?? []);
    rows.push({ field, depth, above, array, children: inside.length > 0 });
    if (inside.length) flat(inside, depth + 1, [...above, field.path], rows);
  }
  return rows;
}

function innermost(items) {
  return items?.items ? innermost(items.items) : items;
}
