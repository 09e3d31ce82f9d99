import { html, useEffect, useId, useLayoutEffect, useMemo, useRef } from "../../html.js";
import { plural } from "../../format.js";
import { Button } from "../../ui/button.js";
import { boxed, lined } from "./drawing.js";
import { around } from "./geometry.js";
import { READABLE, usePointers, useView } from "./view.js";

const STEP = 1.25;
const NUDGE = 20;
/** Of more tables than these in sight columns are too much to be drawn at each step. */
const DETAILED = 90;

/**
 * The drawing, to be moved about in.
 * @param {{model: object, nodes: Map<string, object>, relations: object[], active: string, onActive: (id: string) => void, onOpen: (id: string) => void,
 *   onGrow: (id: string) => void, onMove: (id: string, dx: number, dy: number) => void, missing: (id: string) => number, fitted: unknown}} props
 *   all of it is brought into sight whenever `fitted` is another one
 */
export function Canvas({ model, nodes, relations, active, onActive, onOpen, onGrow, onMove, missing, fitted }) {
  const [svg, stage] = [useRef(null), useRef(null)];
  const id = useId();
  const view = useView(svg, stage);
  const { seen } = view;
  const drawn = useRef(null);
  drawn.current ??= remembered();
  const list = useMemo(() => [...nodes.values()], [nodes]);
  const fit = () => view.fit(around(list));
  useLayoutEffect(() => {
    if (list.length === 0) return;
    fit();
    // What is too much to be read at once begins at the chosen table.
    if (view.at.current.zoom < READABLE && list.length <= 60 && nodes.has(active)) view.fit(rectangle(nodes.get(active)), 0.8);
  }, [fitted]);
  useEffect(() => {
    if (nodes.has(active)) view.reveal(rectangle(nodes.get(active)));
  }, [active]);

  const tableAt = (target) => target.closest("[data-table]")?.dataset.table;
  const pointers = usePointers({
    view,
    grab: (event) => tableAt(event.target),
    onMove,
    onTap: (table, target) => {
      if (!table) return;
      if (target.closest(".er-grow")) onGrow(table);
      else onActive(table);
    },
  });
  const keys = (event) => {
    if (event.ctrlKey || event.metaKey) return;
    const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (way && event.altKey) onMove(active, way[0] * NUDGE, way[1] * NUDGE);
    else if (way) onActive(next(nodes, active, way) ?? active);
    else if (event.key === "+" || event.key === "=") view.zoom(STEP);
    else if (event.key === "-") view.zoom(1 / STEP);
    else if (event.key === "0") fit();
    else if (event.key === "Enter") onOpen(active);
    else if (event.key === " ") onGrow(active);
    else return;
    event.preventDefault();
  };

  const shown = list.filter(({ place, box, table }) => table.id === active || (place.x < seen.right && place.x + box.width > seen.left && place.y < seen.bottom && place.y + box.height > seen.top));
  const lines = relations.filter((of) => crosses(nodes.get(of.from.id), nodes.get(of.to.id), seen));
  const far = !seen.near || shown.length > DETAILED;
  const isActive = (of) => of.from.id === active || of.to.id === active;
  const line = (of) => drawn.current.line(of, nodes.get(of.from.id), nodes.get(of.to.id), isActive(of), !far || isActive(of));
  const box = (node) => drawn.current.box(node, far, node.table.id === active, missing(node.table.id), () => ({ id: `${id}-${node.table.id}`, label: label(model, node.table, missing(node.table.id)) }));
  return html`<div class="er" role="application" tabIndex="0" aria-label=${`Diagram of ${plural(nodes.size, "table")}`} aria-describedby=${`${id}-keys`} aria-activedescendant=${nodes.has(active) ? `${id}-${active}` : undefined} onKeyDown=${keys}>
    <svg class="er-svg" ref=${svg} role="presentation" ...${pointers} onDblClick=${(event) => tableAt(event.target) && onOpen(tableAt(event.target))}>
      <g ref=${stage} class=${far ? "er-stage far" : "er-stage"}>
        ${lines.filter((of) => !isActive(of)).map(line)}
        ${lines.filter(isActive).map(line)}
        ${shown.map(box)}
      </g>
    </svg>
    <div class="er-zoom">
      <${Button} small icon="add" label="Zoom in" onClick=${() => view.zoom(STEP)} />
      <${Button} small icon="minus" label="Zoom out" onClick=${() => view.zoom(1 / STEP)} />
      <${Button} small icon="fit" label="Show all of it" onClick=${fit} />
    </div>
    <p class="unseen" id=${`${id}-keys`}>Arrow keys go to the next table, Enter opens it, Space adds its neighbours, plus, minus and 0 zoom, Alt and arrows move it.</p>
  </div>`;
}

// What is as it was is the same element again, which is not looked at any further: a hand moves one box
// among hundreds.
function remembered() {
  const [boxes, lines] = [new WeakMap(), new WeakMap()];
  const again = (kept, thing, about, make) => {
    const before = kept.get(thing);
    if (before?.about.every((part, at) => part === about[at])) return before.element;
    const element = make();
    kept.set(thing, { about, element });
    return element;
  };
  return {
    box: (node, far, active, missing, more) => again(boxes, node, [far, active, missing], () => boxed(node, { far, active, missing, ...more() })),
    line: (of, from, to, active, feet) => again(lines, of, [from, to, active, feet], () => lined(of, from, to, { active, feet })),
  };
}

function label(model, table, missing) {
  const [out, into] = [model.out(table).length, model.in(table).length];
  return `${model.title(table)}, ${plural(table.columns.length, "column")}, ${plural(out, "reference")} out, ${into} in${missing ? `, ${plural(missing, "neighbour")} not shown` : ""}`;
}

const rectangle = ({ place, box }) => ({ ...place, width: box.width, height: box.height });

function crosses(from, to, seen) {
  const [left, right] = [Math.min(from.place.x, to.place.x), Math.max(from.place.x + from.box.width, to.place.x + to.box.width)];
  const [top, bottom] = [Math.min(from.place.y, to.place.y), Math.max(from.place.y + from.box.height, to.place.y + to.box.height)];
  return left < seen.right + 150 && right > seen.left - 150 && top < seen.bottom && bottom > seen.top;
}

/** The nearest table in a direction: what lies straight ahead counts more than what lies aside. */
function next(nodes, active, [dx, dy]) {
  const centre = ({ place, box }) => ({ x: place.x + box.width / 2, y: place.y + box.height / 2 });
  const from = nodes.get(active) ? centre(nodes.get(active)) : { x: 0, y: 0 };
  let best = null;
  for (const [id, node] of nodes) {
    const to = centre(node);
    const ahead = (to.x - from.x) * dx + (to.y - from.y) * dy;
    const aside = Math.abs((to.x - from.x) * dy) + Math.abs((to.y - from.y) * dx);
    if (id === active || ahead <= 1) continue;
    const far = ahead + 2 * aside;
    if (!best || far < best.far) best = { id, far };
  }
  return best?.id;
}
