import { html } from "../html.js";
import { href, setQuery } from "../router.js";
import { findTable, listTables } from "../tables.js";
import { Empty, Skeleton } from "../ui/bits.js";
import { Button } from "../ui/button.js";
import { ErrorBox } from "../ui/error-box.js";
import { Page } from "../ui/page.js";
import { loadStyle } from "../ui/style.js";
import { useLoad } from "../ui/work.js";
import { namesOf } from "./query/names.js";
import { Workbench } from "./query/workbench.js";

await loadStyle(new URL("query/query.css", import.meta.url));

/** Files and APIs take no statements; their copies do. */
const ENGINES = ["postgresql", "mysql", "mariadb", "sqlite", "mongodb"];
const LOCAL = { id: "local", name: "Copies of this workspace", engine: "sqlite", local: true };

/** Statements that only read, at a source or on the workspace's own copies. */
export default function Query({ query }) {
  const { data, error, reload } = useLoad(listTables, []);
  if (!data) return html`<${Page} title="Query">${error ? html`<${ErrorBox} error=${error} retry=${reload} />` : html`<${Skeleton} />`}<//>`;
  const asked = data.filter((source) => ENGINES.includes(source.engine));
  const targets = [...asked, ...(data.length > 0 ? [LOCAL] : [])];
  // A link may name a table alone; its source is what is asked.
  const target = targets.find((one) => one.id === query.source) ?? asked.find((one) => one.tables.some((table) => table.id === query.source)) ?? targets[0];
  if (!target) {
    return html`<${Page} title="Query"><${Empty} icon="query" title="Nothing to query yet" actions=${html`<${Button} href=${href("/sources")}>Go to sources<//>`}>
      Connect a source first. It is asked for rows, and never changed.<//><//>`;
  }
  const copied = data.filter((source) => source.last_synced_at !== null);
  const names = namesOf(target.local ? copied : [target], target);
  const of = target.local ? copied.flatMap((source) => findTable(source, query.table) ?? [])[0] : findTable(target, query.table ?? query.source);
  const table = of && names.tables.find((one) => one.id === of.id);
  const choose = (id) => setQuery({ source: id, table: "" });
  return html`<${Workbench} key=${target.id} targets=${targets} target=${target} names=${names} table=${table} onTarget=${choose} />`;
}
