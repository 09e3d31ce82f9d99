import { html, useState } from "../html.js";
import { count, plural } from "../format.js";
import { FORMS, MOST, saveRows, savedWords } from "../rows.js";
import { href, setQuery } from "../router.js";
import { findTable, fullName, listTables } from "../tables.js";
import { here, mayWrite } from "../workspace.js";
import { Empty, Progress, Skeleton } from "../ui/bits.js";
import { Button } from "../ui/button.js";
import { DataGrid } from "../ui/data-grid.js";
import { ErrorBox } from "../ui/error-box.js";
import { Icon } from "../ui/icon.js";
import { Menu } from "../ui/menu.js";
import { Page } from "../ui/page.js";
import { loadStyle } from "../ui/style.js";
import { toast } from "../ui/toast.js";
import { useAction, useLoad } from "../ui/work.js";
import { Choose } from "./preview/choose.js";
import { Conditions } from "./preview/conditions.js";
import { Foot } from "./preview/foot.js";
import { Search } from "./preview/search.js";
import { readConditions, requestOf } from "./preview/request.js";

await loadStyle(new URL("preview/preview.css", import.meta.url));

/** The rows of a table, at its source or in its copy. All that is chosen stands in the address. */
export default function Preview({ query }) {
  const sources = useLoad(listTables, []);
  const source = sources.data?.find((one) => one.id === query.source || one.tables.some((table) => table.id === query.source));
  const table = findTable(source, query.table ?? query.source);
  if (!query.source || (sources.data && !table)) return html`<${Choose} ...${sources} source=${source} missing=${query.source} />`;
  return html`<${Rows} key=${`${query.source} ${query.table}`} query=${query} source=${source} table=${table} />`;
}

function Rows({ query, source, table }) {
  const request = requestOf(query);
  const { data, error, loading, reload } = useLoad((signal) => here.post("data/preview", request, { signal, exact: true }), [JSON.stringify(request)]);
  const conditions = readConditions(query.where);
  const name = table ? table.name : query.table ?? "Rows";
  const sort = query.order ? { column: query.order, descending: query.down === "1" } : undefined;
  const onSort = (column) => setQuery(nextSort(sort, column));
  const narrowed = conditions.length > 0 || query.search;
  const clear = () => setQuery({ where: "", search: "", page: "" });
  const about = source && html`<span>${source.name}${table?.schema && ` · ${table.schema}`}${about_(table)}</span>`;
  return html`<${Page} title=${name} about=${about} fill back=${source && { href: href(`/sources/${encodeURIComponent(source.id)}`, { table: table?.id }), text: source.name }} actions=${html`<${Actions} query=${query} request=${request} name=${name} data=${data} />`}>
    <div class="toolbar preview-tools">
      <${Search} value=${query.search ?? ""} onChange=${(search) => setQuery({ search, page: "" })} />
      <${From} value=${request.from} copied=${source?.last_synced_at} />
      <${Conditions} all=${conditions} columns=${data?.columns ?? []} onChange=${(all) => setQuery({ where: all.length ? JSON.stringify(all) : "", page: "" })} />
    </div>
    ${error && html`<${ErrorBox} error=${error} retry=${reload}>${failedCopy(request, error)}<//>`}
    <div class="preview-wait">${loading && data && html`<${Progress} label="Reading rows" />`}</div>
    ${!data && !error && html`<${Skeleton} lines=${10} />`}
    ${data?.rows.length === 0 && html`<${Empty} icon="table" title=${narrowed ? "No row fits" : request.page > 1 ? "No row on this page" : "No row in it"}
      actions=${narrowed ? html`<${Button} onClick=${clear}>Clear search and filters<//>` : request.page > 1 ? html`<${Button} onClick=${() => setQuery({ page: "" })}>To the first page<//>` : null}>
      ${narrowed ? "Nothing holds the text, or passes all filters." : "The table is there, and empty."}<//>`}
    ${data?.rows.length > 0 && html`<${DataGrid} label=${`Rows of ${name}`} columns=${data.columns} rows=${data.rows} sort=${sort} onSort=${onSort} />`}
    ${data && html`<${Foot} data=${data} request=${request} />`}
  <//>`;
}

const about_ = (table) => {
  const rows = table?.row_count ?? table?.row_count_estimate;
  if (rows === null || rows === undefined) return "";
  return ` · ${table.row_count === null ? "about " : ""}${plural(rows, "row")}`;
};

function From({ value, copied }) {
  const choose = (event) => setQuery({ from: event.target.value === "local" ? "local" : "", page: "" });
  return html`<select class="input" aria-label="Where the rows are read" value=${value} onChange=${choose}>
    <option value="source" selected=${value === "source"}>From the source</option>
    <option value="local" selected=${value === "local"}>${copied === null ? "From the copy (none yet)" : "From the copy"}</option>
  </select>`;
}

function failedCopy(request, error) {
  if (request.from !== "local" || error.path !== "from") return null;
  return html`<div class="row"><${Button} small onClick=${() => setQuery({ from: "" })}>Look at the source<//>
    ${mayWrite.value && html`<span class="quiet small-text">A sync copies it.</span>`}</div>`;
}

function Actions({ query, request, name, data }) {
  const narrowed = request.search_term || request.column_filters;
  const saving = useAction(async (form, whole) => {
    const wanted = whole ? { ...request, page: 1, limit: MOST } : request;
    const saved = await saveRows("data/preview", wanted, form, name);
    toast(whole ? savedWords(saved, narrowed ? "all that fit" : "all of the table") : savedWords({ ...saved, cutBy: saved.cutBy === "bytes" ? "bytes" : null }, "those of this page"));
  });
  const items = (whole) => FORMS.map((form) => ({ text: form.label, note: `.${form.ending}`, onClick: () => saving.run(form, whole) }));
  const pages = data && (request.page > 1 || data.truncated);
  return html`
    <${Button} icon="query" href=${href("/query", { source: request.from === "local" ? "local" : query.source, table: query.table })}>Query<//>
    <${Menu} items=${[{ heading: `${narrowed ? "All rows that fit" : "All rows"}, up to ${count(MOST)}` }, ...items(true), ...(pages ? [{ heading: "This page alone" }, ...items(false)] : [])]}><${Icon} name="download" />${saving.busy ? "Saving…" : "Download"}<${Icon} name="chevron" /><//>
    ${saving.error && html`<${ErrorBox} error=${saving.error} />`}`;
}

// Up, then down, then as the source has them.
function nextSort(sort, column) {
  if (sort?.column !== column) return { order: column, down: "", page: "" };
  return sort.descending ? { order: "", down: "", page: "" } : { order: column, down: "1", page: "" };
}
