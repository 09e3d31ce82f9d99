import { html, useMemo, useState } from "../html.js";
import { count, plural } from "../format.js";
import { save } from "../files.js";
import { go } from "../router.js";
import { Progress } from "../ui/bits.js";
import { Button } from "../ui/button.js";
import { copyText } from "../ui/copy-button.js";
import { Icon } from "../ui/icon.js";
import { Menu } from "../ui/menu.js";
import { loadStyle } from "../ui/style.js";
import { toast } from "../ui/toast.js";
import { Canvas } from "./diagram/canvas.js";
import { saveSvg } from "./diagram/export.js";
import { List } from "./diagram/list.js";
import { useDrawing } from "./diagram/drawn.js";
import { formOf } from "./source/copies.js";
import { SourceFrame } from "./source/frame.js";

loadStyle(new URL("diagram/diagram.css", import.meta.url)).catch(() => {});

const DETAILS = [["all", "All columns"], ["keys", "Keys only"], ["none", "Names only"]];
/** More tables than these are no drawing that anybody reads. */
const MOST = 1500;
/** An address has room for so many ids. */
const NAMED = 200;

/** Tables and their references, drawn: one table with its neighbours at first, more on wish. */
export default function Diagram({ params, query }) {
  return html`<${SourceFrame} id=${params.id} tab="/diagram" query=${query} fill>
    ${(model, source) => html`<${Drawing} key=${query.table} id=${params.id} model=${model} name=${source?.name ?? model.schema.name} wanted=${query.table} />`}
  <//>`;
}

function Drawing({ id, model, name, wanted }) {
  const start = useMemo(() => model.find(wanted) ?? busiest(model), [model, wanted]);
  const [active, setActive] = useState(start.id);
  const [asList, setAsList] = useState(false);
  const drawing = useDrawing(model, start, model.tables.length <= 30 && !wanted);
  const { nodes, relations, detail, progress, whole } = drawing;
  const tables = useMemo(() => [...nodes.values()].map((node) => node.table), [nodes]);
  const open = (table) => go(`/sources/${encodeURIComponent(id)}`, { table });
  const all = model.tables.filter((table) => table.kind !== "partition").length;
  const mermaid = () => formOf(id, "mermaid", tables.length < model.tables.length && tables.length <= NAMED ? tables.map((table) => table.id) : undefined);
  const exports = [
    { heading: "This diagram" },
    { text: "SVG file", icon: "download", onClick: () => saveSvg(name, nodes, relations) },
    { text: "mermaid file", icon: "download", onClick: () => mermaid().then((text) => save(text, `${name}.mmd`, "text/plain"), (error) => toast.bad(error.message)) },
    { text: "Copy as mermaid", icon: "copy", onClick: () => copyText(mermaid) },
  ];
  return html`<div class="toolbar er-bar">
      <span class="quiet er-count" role="status">${plural(nodes.size, "table")}${nodes.size < all ? ` of ${count(all)}` : ""}, ${plural(relations.length, "reference")}</span>
      <span class="grow"></span>
      ${!whole && nodes.size < all && all <= MOST && html`<${Button} small onClick=${drawing.showAll}>Whole schema<//>`}
      ${whole && all > 1 && html`<${Button} small onClick=${() => drawing.showAround(model.byId.get(active) ?? start)}>Only around <span class="mono truncate er-start">${(model.byId.get(active) ?? start).name}</span><//>`}
      <${Menu} small label="Columns" items=${DETAILS.map(([value, text]) => ({ text, current: value === detail, onClick: () => drawing.setDetail(value) }))}>${DETAILS.find(([value]) => value === detail)[1]}<${Icon} name="chevron" /><//>
      <${Button} small onClick=${drawing.tidy}>Tidy<//>
      <${Button} small icon="menu" aria-pressed=${asList ? "true" : "false"} onClick=${() => setAsList(!asList)}>List<//>
      <${Menu} small label="Export" items=${exports}>Export<${Icon} name="chevron" /><//>
    </div>
    ${progress !== null && html`<${Progress} label="Laying out" value=${progress} />`}
    ${asList
      ? html`<${List} id=${id} model=${model} tables=${tables} relations=${relations} />`
      : html`<${Canvas} model=${model} nodes=${nodes} relations=${relations} active=${active} onActive=${setActive} onOpen=${open} onGrow=${drawing.grow} onMove=${drawing.move} missing=${drawing.missing} fitted=${drawing.laidOut} />
        <p class="quiet small-text er-help"><span><i class="er-key"></i> declared</span><span><i class="er-key supposed"></i> supposed</span><span class="wide">Drag tables, scroll to zoom, double click to open. Keys: arrows, Enter, Space for neighbours, + − 0.</span></p>`}`;
}

/** The table that has most to do with others. */
function busiest(model) {
  const links = (table) => model.out(table).length + model.in(table).length;
  return model.tables.reduce((most, table) => (links(table) > links(most) ? table : most));
}
