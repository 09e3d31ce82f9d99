import { html, useMemo } from "../html.js";
import { go, href } from "../router.js";
import { Empty } from "../ui/bits.js";
import { useNarrow } from "../ui/narrow.js";
import { Splitter } from "../ui/splitter.js";
import { SourceFrame } from "./source/frame.js";
import { TableDetail } from "./source/table-detail.js";
import { TableTree } from "./source/table-tree.js";

/** The schema of a source: all tables beside the chosen one. */
export default function Source({ params, query }) {
  const narrow = useNarrow();
  return html`<${SourceFrame} id=${params.id} tab="" query=${query} fill=${!narrow || !query.table}>
    ${(model) => html`<${Browser} id=${params.id} model=${model} query=${query} narrow=${narrow} />`}
  <//>`;
}

function Browser({ id, model, query, narrow }) {
  const table = useMemo(() => model.find(query.table), [model, query.table]);
  const path = `/sources/${encodeURIComponent(id)}`;
  const tree = html`<${TableTree} model=${model} chosen=${table?.id} onChoose=${(chosen) => go(path, { table: chosen.id })} />`;
  const detail = table
    ? html`<${TableDetail} key=${table.id} id=${id} model=${model} table=${table} column=${query.column} />`
    : query.table
      ? html`<${Empty} icon="table" title="No such table">The schema has no table <code>${query.table}</code>. It may have been renamed or dropped; Refresh reads the schema again.<//>`
      : html`<${Empty} icon="table" title="Choose a table">Its columns, keys, references and indexes stand here. Ctrl K finds any column.<//>`;
  if (narrow) return query.table ? html`<a class="page-back" href=${href(path)}>All tables</a>${detail}` : tree;
  return html`<${Splitter} name="source" label="Width of the list of tables" side=${tree} width=${280}><div class="source-detail">${detail}</div><//>`;
}
