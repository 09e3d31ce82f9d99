// What stands around the screens of one source: its name, how fresh its schema is, and the ways between them.

import { callOf } from "../../api.js";
import { html, useEffect, useState } from "../../html.js";
import { count, plural } from "../../format.js";
import { href } from "../../router.js";
import { path as pathOf, scope } from "../../workspace.js";
import { Badge, Empty, RelativeTime, Skeleton } from "../../ui/bits.js";
import { Button } from "../../ui/button.js";
import { ErrorBox } from "../../ui/error-box.js";
import { Icon } from "../../ui/icon.js";
import { Page } from "../../ui/page.js";
import { loadStyle } from "../../ui/style.js";
import { screens } from "../index.js";
import { useSource } from "./document.js";
import { DownloadMenu } from "./copies.js";
import { modelOf } from "./model.js";
import { Reading } from "./reading.js";

const styled = loadStyle(new URL("source.css", import.meta.url));
const TABS = [
  { path: "", label: "Tables", icon: "table" },
  { path: "/diagram", label: "Diagram", icon: "diagram" },
  { path: "/changes", label: "Changes", icon: "jobs" },
];
/**
 * @param {{id: string, tab: string, query: object, fill?: boolean, children: (model: import("./model.js").Model, source: object) => any}} props
 *   `children` draws what the tab has, once the schema is there
 */
export function SourceFrame({ id, tab, query, fill, children }) {
  const of = useSource(id);
  const ready = useStyle();
  const { source, schema, error } = of;
  const model = schema && modelOf(schema);
  const title = source?.name ?? schema?.name ?? "Source";
  const actions = model && html`<${Button} icon="refresh" busy=${Boolean(of.reading)} onClick=${of.refresh}>Refresh<//><${DownloadMenu} source=${source ?? schema} model=${model} />`;
  return html`<${Page} title=${title} about=${schema && html`<${About} schema=${schema} />`} actions=${actions} fill=${fill} call=${callOf("GET", pathOf("data/schema"), { query: { scope: scope.value, source_id: id } })} back=${{ href: href("/sources"), text: "Sources" }}>
    <${Tabs} id=${id} tab=${tab} query=${query} />
    ${of.reading && html`<${Reading} ...${of.reading} />`}
    ${error && html`<${ErrorBox} error=${error} retry=${of.reload} />`}
    ${of.refreshError && html`<${ErrorBox} error=${of.refreshError} retry=${of.refresh} />`}
    ${of.news && html`<${News} id=${id} news=${of.news} />`}
    ${schema && html`<${Notes} schema=${schema} />`}
    ${of.stopped && !schema && html`<${Empty} icon="table" title="Not read yet" actions=${html`<${Button} kind="primary" icon="refresh" onClick=${of.refresh}>Read the schema<//>`}>The reading was stopped before its end.<//>`}
    ${(!schema || !ready) && !error && !of.stopped && (of.names?.length > 0 && ready ? html`<${Names} names=${of.names} />` : html`<${Skeleton} lines=${8} />`)}
    ${model && ready && (model.tables.length > 0 ? children(model, source) : html`<${Empty} icon="table" title="No tables">
      ${schema.unreadable.length ? "What is there could not be read; see the note above." : "The database is empty, or its selection leaves nothing. Refresh to look again."}<//>`)}
  <//>`;
}

/** More of them are no help to anybody. */
const MANY = 500;

/** What is known before the schema is there. */
function Names({ names }) {
  return html`<section class="section" aria-label="Tables known by name"><p class="quiet">${plural(names.length, "table")}, whose columns are being read.</p>
    <ul class="source-names">${names.slice(0, MANY).map((name) => html`<li>${name}</li>`)}${names.length > MANY && html`<li class="quiet">and ${count(names.length - MANY)} more</li>`}</ul></section>`;
}

function useStyle() {
  const [ready, setReady] = useState(false);
  useEffect(() => {
    // Without its style the screen is plain, not broken.
    styled.then(() => setReady(true), () => setReady(true));
  }, []);
  return ready;
}

function Tabs({ id, tab, query }) {
  const base = `/sources/${encodeURIComponent(id)}`;
  const others = [["/query", "Query", "query", { source: id, table: query.table }], ["/sync", "Sync", "transfer", { source: id }]];
  return html`<nav class="source-tabs" aria-label="Parts of this source">
    ${TABS.map(({ path, label, icon }) => html`<a key=${path} class="tab" href=${href(`${base}${path}`, path === "/changes" ? {} : { table: query.table })} aria-current=${path === tab ? "page" : undefined}><${Icon} name=${icon} />${label}</a>`)}
    ${others.filter(([path]) => screens.some((screen) => screen.path === path)).map(([path, label, icon, to]) => html`<a key=${path} class="tab" href=${href(path, to)}><${Icon} name=${icon} />${label}</a>`)}
  </nav>`;
}

function About({ schema }) {
  const server = [schema.server_product, schema.server_version].filter(Boolean).join(" ");
  return html`<span class="source-about"><span>${server}</span><span>${plural(schema.tables.length, isDocuments(schema) ? "collection" : "table")}</span><span>Read <${RelativeTime} at=${schema.captured_at} /></span>
    ${schema.stale && html`<${Badge} kind="warn">Stale<//>`}</span>`;
}

const isDocuments = ({ tables }) => tables.length > 0 && tables.every((table) => ["collection", "time_series"].includes(table.kind));

function News({ id, news: { from, to } }) {
  if (from === to) return html`<p class="note good" role="status">Read again just now: nothing has changed.</p>`;
  const link = href(`/sources/${encodeURIComponent(id)}/changes`, { from, to });
  return html`<p class="note" role="status">The schema has changed. ${from ? html`<a href=${link}>See what is new since version ${from}</a>` : ""}</p>`;
}

function Notes({ schema }) {
  const { stale, stale_reason: reason, unreadable } = schema;
  return html`
    ${stale && html`<p class="note warn" role="status">The source could not be read again: ${reason} What is shown was read <${RelativeTime} at=${schema.captured_at} />.</p>`}
    ${unreadable.length > 0 && html`<details class="note warn"><summary>${plural(unreadable.length, "thing")} could not be read</summary>
      <ul class="source-unreadable">${unreadable.map(({ name, why }) => html`<li><code>${name}</code> ${why}</li>`)}</ul></details>`}`;
}
