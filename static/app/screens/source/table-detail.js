import { exactText } from "../../exact-json.js";
import { html } from "../../html.js";
import { bytes, count, plural } from "../../format.js";
import { href } from "../../router.js";
import { Badge } from "../../ui/bits.js";
import { Button } from "../../ui/button.js";
import { CopyButton } from "../../ui/copy-button.js";
import { Icon } from "../../ui/icon.js";
import { CodeBlock } from "../../ui/show-as.js";
import { screens } from "../index.js";
import { Columns } from "./columns.js";
import { CopyMenu } from "./copies.js";
import { Fields } from "./fields.js";
import { kindOf } from "./kinds.js";
import { Checks, Indexes, Keys, Partitions, RowSecurity, Triggers } from "./parts.js";
import { References } from "./references.js";

/** All that is known of a table, on one page. */
export function TableDetail({ id, model, table, column }) {
  const { icon, label } = kindOf(table);
  const isDocument = table.fields?.length > 0;
  const query = screens.some((screen) => screen.path === "/query") && href("/query", { source: id, table: table.id });
  return html`<article class="stack loose" aria-label=${model.title(table)}>
    <header class="stack tight">
      <div class="table-head">
        <${Icon} name=${icon} /><h2 class="mono">${model.title(table)}</h2><${CopyButton} small text=${model.title(table)} label="Copy name" />
        <${Badge}>${label}<//><span class="grow"></span>
        ${query && html`<${Button} small icon="query" href=${query}>Rows<//>`}
        <${Button} small icon="diagram" href=${href(`/sources/${encodeURIComponent(id)}/diagram`, { table: table.id })}>Diagram<//>
        <${CopyMenu} id=${id} model=${model} table=${table} />
      </div>
      ${table.comment && html`<p class="table-comment">${table.comment}</p>`}
      <${Facts} table=${table} />
    </header>
    ${isDocument ? html`<${Fields} id=${id} model=${model} table=${table} chosen=${column} />` : html`<${Columns} id=${id} model=${model} table=${table} chosen=${column} />`}
    <${References} id=${id} model=${model} table=${table} />
    <${Keys} table=${table} />
    <${Indexes} table=${table} />
    <${Checks} table=${table} />
    <${Partitions} id=${id} model=${model} table=${table} />
    <${Triggers} table=${table} />
    <${RowSecurity} table=${table} />
    ${table.definition && html`<section class="section"><h3>Definition</h3><${CodeBlock} text=${table.definition} /></section>`}
    ${table.validator && html`<section class="section"><h3>Validator <span class="quiet">${table.validator.level}, ${table.validator.action}</span></h3><${CodeBlock} text=${exactText(table.validator.expression, 2)} /></section>`}
  </article>`;
}

function Facts({ table }) {
  const { row_count_estimate: rows, size_bytes: size, index_size_bytes: indexes, sample } = table;
  const options = Object.entries(table.options ?? {}).map(([name, value]) => `${name}: ${typeof value === "object" ? exactText(value) : value}`);
  const facts = [
    rows !== null && rows !== undefined && [sample ? "Documents" : "Rows", `About ${count(rows)}`],
    size !== undefined && ["Size", `${bytes(size)}${indexes ? `, indexes ${bytes(indexes)}` : ""}`],
    table.engine && ["Engine", table.engine],
    table.collation && ["Collation", table.collation],
    table.inherits?.length > 0 && ["Inherits from", table.inherits.map(({ schema, name }) => [schema, name].filter(Boolean).join(".")).join(", ")],
    table.check_option && ["Check option", table.check_option],
    sample && ["Sample", `${plural(sample.documents, "document")}, ${SAMPLES[sample.method] ?? sample.method}`],
    options.length > 0 && ["Options", options.join(", ")],
  ].filter(Boolean);
  if (facts.length === 0) return null;
  return html`<dl class="table-facts">${facts.map(([name, value]) => html`<div key=${name}><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
    ${sample?.cut?.map((line) => html`<p class="note warn">${line}</p>`)}`;
}

const SAMPLES = { all: "all there are", random: "taken at random", ends: "the first and the last", first: "the first" };
