// The tables of a sync: as they are being copied, and what became of each.

import { html, useState } from "../../html.js";
import { bytes, count, duration } from "../../format.js";
import { Progress } from "../../ui/bits.js";
import { Button } from "../../ui/button.js";
import { PhaseBadge } from "./words.js";

const SHOWN = 200;
const ORDER = ["failed", "copying", "comparing", "finishing", "waiting", "copied", "skipped"];
const STRATEGIES = { full_refresh: "All rows", upsert: "What changed", append: "Added" };
const byPhase = (one, other) => ORDER.indexOf(one.phase ?? one.status) - ORDER.indexOf(other.phase ?? other.status) || nameOf(one).localeCompare(nameOf(other));
const nameOf = (table) => [table.schema, table.name].filter(Boolean).join(".");

/** A long list by pieces, with a field that narrows it. */
function useSome(tables) {
  const [wanted, setWanted] = useState("");
  const [shown, setShown] = useState(SHOWN);
  const found = tables.filter((table) => nameOf(table).toLowerCase().includes(wanted.toLowerCase())).toSorted(byPhase);
  return {
    some: found.slice(0, shown),
    search: tables.length > 15 && html`<input class="input narrow" type="search" aria-label="Find a table" placeholder="Find a table" value=${wanted} onInput=${(event) => setWanted(event.target.value)} />`,
    more: found.length > shown && html`<div class="row"><${Button} onClick=${() => setShown(shown + SHOWN)}>Show ${count(Math.min(SHOWN, found.length - shown))} more<//><span class="quiet">${count(shown)} of ${count(found.length)}</span></div>`,
  };
}

/** Tables that are under way, or, where their sync is not `running`, how far it had got. */
export function Moving({ tables, running }) {
  const phaseOf = (table) => (running || ["copied", "skipped", "failed"].includes(table.phase) ? table.phase : "unfinished");
  const { some, search, more } = useSome(tables);
  if (tables.length === 0) return null;
  return html`<section class="section"><div class="section-head"><h2>Tables</h2>${search}</div>
    <div class="table-wrap" tabIndex="0" role="region" aria-label="Tables"><table class="table">
      <thead><tr><th scope="col">Table</th><th scope="col">Phase</th><th scope="col" class="wide-only bar">Progress</th><th scope="col" class="number">Rows</th></tr></thead>
      <tbody>${some.map((table) => html`<tr key=${table.id}>
        <th scope="row">${nameOf(table)}</th>
        <td class="fit"><${PhaseBadge} phase=${phaseOf(table)} /></td>
        <td class="wide-only">${["copying", "comparing", "finishing"].includes(phaseOf(table)) && html`<${Progress} label=${`Progress of ${nameOf(table)}`} value=${table.rows_estimate ? Math.min(table.rows_done, table.rows_estimate) : undefined} max=${table.rows_estimate || 1} />`}</td>
        <td class="number">${count(table.rows_done)}${table.rows_estimate ? html`<span class="quiet"> of ${count(table.rows_estimate)}</span>` : ""}</td>
      </tr>`)}</tbody></table></div>${more}</section>`;
}

/** What became of each table of each source. */
export function Report({ sources }) {
  return sources.map((source) => html`<${OfSource} key=${source.id} source=${source} />`);
}

function OfSource({ source }) {
  const { some, search, more } = useSome(source.tables);
  return html`<section class="section"><div class="section-head"><h2>${source.name}</h2><span class="quiet">${count(source.rows_written)} rows new or changed</span>${search}</div>
    ${source.error && html`<p class="why">${source.error.message} ${source.error.hint}</p>`}
    ${some.length > 0 && html`<div class="table-wrap" tabIndex="0" role="region" aria-label=${`Tables of ${source.name}`}><table class="table report">
      <thead><tr><th scope="col">Table</th><th scope="col">State</th><th scope="col" class="wide-only">How</th><th scope="col" class="number">Read</th><th scope="col" class="number">Written</th><th scope="col" class="number wide-only">Unchanged</th>
        <th scope="col" class="number wide-only">Deleted</th><th scope="col" class="number wide-only">In the copy</th><th scope="col" class="number wide-only">Bytes</th><th scope="col" class="number wide-only">Took</th></tr></thead>
      <tbody>${some.map((table) => html`<${Row} key=${table.id ?? nameOf(table)} table=${table} />`)}</tbody></table></div>`}
    ${more}</section>`;
}

function Row({ table }) {
  const { cursor, blind_spots: blind = [], schema_changes: changes = [], error } = table;
  const skipped = table.status === "skipped";
  const figure = (value, of = count) => (skipped ? "" : of(value));
  return html`<tr>
    <th scope="row">${nameOf(table)}
      ${error && html`<div class="why small-text">${error.message} ${error.hint}</div>${error.server_message && html`<div class="mono small-text quiet">${error.server_message}</div>`}`}
      ${table.reason && html`<div class="quiet small-text">${table.reason}</div>`}
      ${changes.map((line) => html`<div class="quiet small-text">${line}</div>`)}
      ${cursor && html`<div class="quiet small-text">Goes on from <code>${cursor.column} = ${textOf(cursor.value)}</code></div>`}
      ${blind.length > 0 && html`<details class="small-text quiet"><summary>Cannot be seen this way</summary><ul class="goes">${blind.map((line) => html`<li>${line}</li>`)}</ul></details>`}</th>
    <td class="fit"><${PhaseBadge} phase=${table.status} /></td>
    <td class="wide-only fit">${STRATEGIES[table.strategy] ?? ""}</td>
    <td class="number">${figure(table.rows_read)}</td>
    <td class="number">${figure(table.rows_written)}</td>
    <td class="number wide-only">${figure(table.rows_unchanged)}</td>
    <td class="number wide-only">${figure(table.rows_deleted)}</td>
    <td class="number wide-only">${figure(table.rows_total)}</td>
    <td class="number wide-only">${figure(table.bytes_read, bytes)}</td>
    <td class="number wide-only">${figure(table.seconds * 1000, duration)}</td>
  </tr>`;
}

const textOf = (value) => (typeof value === "string" ? value : JSON.stringify(value));
