import { html, useState } from "../../html.js";
import { plural, short } from "../../format.js";
import { go, href } from "../../router.js";
import { fullName } from "../../tables.js";
import { Badge, Empty, Skeleton } from "../../ui/bits.js";
import { Button } from "../../ui/button.js";
import { ErrorBox } from "../../ui/error-box.js";
import { Page } from "../../ui/page.js";
import { Tree } from "../../ui/tree.js";

/** All tables of the workspace, or of one source: the way to the rows of each. */
export function Choose({ data, error, reload, source, missing }) {
  const [wanted, setWanted] = useState("");
  const sources = source ? [source] : data ?? [];
  const all = sources.flatMap((one) => one.tables.map((table) => ({ ...table, source: one, text: fullName(table) })));
  const shown = all.filter((table) => table.text.toLowerCase().includes(wanted.trim().toLowerCase()));
  const open = (table) => go("/preview", { source: table.source.id, table: table.id });
  return html`<${Page} title="Rows" about=${all.length ? `Choose one of ${plural(all.length, "table")}.` : null} fill>
    ${error && html`<${ErrorBox} error=${error} retry=${reload} />`}
    ${!data && !error && html`<${Skeleton} />`}
    ${data && missing && !source && html`<p class="note warn">The source that the link names is not in this workspace.</p>`}
    ${data && all.length === 0 && html`<${Empty} icon="table" title="No table yet" actions=${html`<${Button} href=${href("/sources")}>Go to sources<//>`}>Connect a source to look at its rows.<//>`}
    ${all.length > 0 && html`
      <div class="toolbar"><input class="input" type="search" aria-label="Find a table" placeholder="Find a table" spellcheck=${false} value=${wanted} onInput=${(event) => setWanted(event.target.value)} /></div>
      <${Tree} key=${wanted} label="Tables" items=${shown} idOf=${(table) => table.id} textOf=${(table) => table.name} onChoose=${open} render=${line} />`}
  <//>`;
}

const line = (table) => html`<span class="truncate grow">${table.text}${table.type !== "table" && html` <${Badge}>${table.type.replaceAll("_", " ")}<//>`}</span>
  <span class="quiet small-text truncate">${table.source.name}</span><span class="quiet small-text number choose-count">${short(table.row_count ?? table.row_count_estimate)}</span>`;
