import { html } from "../../html.js";
import { count, duration, inWhichZone, plural } from "../../format.js";
import { setQuery } from "../../router.js";
import { Badge } from "../../ui/bits.js";
import { Button } from "../../ui/button.js";
import { SIZES } from "./request.js";

const ZONED = /^timestamptz/;

/** Which rows these are, the way to the others, and what the reader has to know of the values. */
export function Foot({ data, request }) {
  const first = (request.page - 1) * request.limit + 1;
  const last = first + data.rows.length - 1;
  const more = data.truncated_by === "limit";
  const words = request.page === 1 && !more ? plural(data.rows.length, "row") : `Rows ${count(first)} to ${count(last)}${more ? ", and more" : ""}`;
  const zoned = data.columns.some((column) => ZONED.test(column.logical_type));
  const turn = (page) => setQuery({ page: page > 1 ? page : "" });
  return html`<div class="grid-foot preview-foot">
    <span role="status">${words} · ${duration(data.seconds * 1000)}</span>
    ${data.truncated_by === "bytes" && html`<${Badge} kind="warn">Cut at 10 MiB<//>`}
    ${data.cut_values > 0 && html`<${Badge} kind="warn">${count(data.cut_values)} long values are cut<//>`}
    ${zoned && html`<span>${inWhichZone()}</span>`}
    <span class="grow"></span>
    <label class="row">Rows a page <select class="input" value=${request.limit} onChange=${(event) => setQuery({ limit: event.target.value, page: "" })}>
      ${SIZES.map((size) => html`<option key=${size} value=${size} selected=${size === request.limit}>${count(size)}</option>`)}
    </select></label>
    <span class="row">
      <${Button} small icon="back" label="Page before" disabled=${request.page === 1} onClick=${() => turn(request.page - 1)} />
      <span>Page ${count(request.page)}</span>
      <${Button} small icon="expand" label="Next page" disabled=${!more} onClick=${() => turn(request.page + 1)} />
    </span>
  </div>`;
}
