// A tree, or a flat list, of thousands of entries, of which those in sight are there.

import { html, useEffect, useId, useMemo, useRef, useState } from "../html.js";
import { Icon } from "./icon.js";
import { pixels, useVirtual } from "./virtual.js";

const ROW = 1.75;
const INDENT = 1;
/** Letters typed within this time belong to one word. */
const PAUSE_MS = 700;

/**
 * Arrow keys move, open and close; Home and End; letters go to the next entry that begins with them;
 * Enter or Space chooses.
 * @param {{label: string, items: any[], idOf: (item: any) => string, textOf: (item: any) => string, childrenOf?: (item: any) => any[] | undefined,
 *   chosen?: string, onChoose?: (item: any) => void, isGroup?: (item: any) => boolean, render?: (item: any) => any, opened?: Iterable<string>, checkedOf?: (item: any) => "true" | "false" | "mixed", height?: string}} props
 *   `childrenOf` answers undefined for leaves; `opened` are the ids that are open at first, and what is around
 *   `chosen` is opened as well; where there is an `onChoose`, those that `isGroup` are opened and closed in its place;
 *   with `checkedOf` entries are ticked rather than chosen
 */
export function Tree({ label, items, idOf, textOf, childrenOf = () => undefined, chosen, onChoose, isGroup = () => !onChoose, render = textOf, opened = [], checkedOf, height }) {
  const element = useRef(null);
  const id = useId();
  const [open, setOpen] = useState(() => new Set([...opened, ...around(items, childrenOf, idOf, chosen)]));
  const [at, setAt] = useState(0);
  const typed = useRef({ text: "", when: 0 });
  const rows = useMemo(() => flat(items, childrenOf, idOf, open), [items, open]);
  const size = pixels(ROW);
  const { first, last, show } = useVirtual(element, { count: rows.length, size });
  useEffect(() => {
    if (!chosen) return;
    const next = new Set([...open, ...around(items, childrenOf, idOf, chosen)]);
    const index = flat(items, childrenOf, idOf, next).findIndex((row) => idOf(row.item) === chosen);
    if (next.size > open.size) setOpen(next);
    if (index >= 0) go(index, Infinity);
  }, [chosen]);
  useEffect(() => setAt((before) => Math.max(0, Math.min(before, rows.length - 1))), [rows.length]);

  const go = (index, most = rows.length - 1) => {
    const next = Math.max(0, Math.min(most, index));
    setAt(next);
    show(next);
  };
  const turn = (row, wanted = !open.has(idOf(row.item))) => {
    const next = new Set(open);
    if (wanted) next.add(idOf(row.item));
    else next.delete(idOf(row.item));
    setOpen(next);
  };
  const sideways = (row, right) => {
    if (right && row.children && !row.open) turn(row, true);
    else if (right && row.children) go(at + 1);
    else if (!right && row.children && row.open) turn(row, false);
    else if (!right && row.parent >= 0) go(row.parent);
  };
  const find = (letter) => {
    const now = Date.now();
    typed.current = { text: (now - typed.current.when < PAUSE_MS ? typed.current.text : "") + letter.toLowerCase(), when: now };
    const from = typed.current.text.length === 1 ? at + 1 : at;
    const turned = rows.map((_, index) => (from + index) % rows.length);
    const found = turned.find((index) => textOf(rows[index].item).toLowerCase().startsWith(typed.current.text));
    if (found !== undefined) go(found);
  };
  const keys = (event) => {
    const row = rows[at];
    if (!row || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "ArrowDown") go(at + 1);
    else if (event.key === "ArrowUp") go(at - 1);
    else if (event.key === "Home") go(0);
    else if (event.key === "End") go(rows.length - 1);
    else if (event.key === "PageDown") go(at + 15);
    else if (event.key === "PageUp") go(at - 15);
    else if (event.key === "ArrowRight" || event.key === "ArrowLeft") sideways(row, event.key === "ArrowRight");
    else if (event.key === "Enter" || event.key === " ") (isGroup(row.item) ? turn(row) : onChoose(row.item));
    else if (event.key.length === 1) find(event.key);
    else return;
    event.preventDefault();
  };
  const visible = rows.slice(first, last);
  return html`<div class="tree" role="tree" aria-label=${label} tabIndex="0" ref=${element} style=${{ height }} onKeyDown=${keys}
      aria-activedescendant=${at >= first && at < Math.min(last, rows.length) ? `${id}-${at}` : undefined}>
    <div class="tree-body" role="presentation" style=${{ height: `${rows.length * size}px` }}>
      ${visible.map((row, offset) => {
        const index = first + offset;
        const chosenHere = chosen !== undefined && idOf(row.item) === chosen;
        return html`<div key=${idOf(row.item)} id=${`${id}-${index}`} class=${index === at ? "tree-row active" : "tree-row"} role="treeitem" aria-level=${row.level + 1}
          aria-setsize=${row.siblings} aria-posinset=${row.position + 1} aria-expanded=${row.children ? String(row.open) : undefined} aria-selected=${checkedOf ? undefined : chosenHere ? "true" : "false"} aria-checked=${checkedOf?.(row.item)}
          style=${{ top: `${index * size}px`, paddingInlineStart: `${row.level * INDENT}rem` }} onClick=${() => { setAt(index); if (!isGroup(row.item)) onChoose(row.item); else if (row.children) turn(row); }}>
          <span class="tree-twist" onClick=${(event) => { if (row.children) { event.stopPropagation(); turn(row); } }}>${row.children && html`<${Icon} name="expand" />`}</span>
          ${render(row.item)}
        </div>`;
      })}
    </div>
  </div>`;
}

/** The ids of the entries that an entry stands in, the outermost first. */
function around(items, childrenOf, idOf, wanted) {
  if (!wanted) return [];
  for (const item of items) {
    if (idOf(item) === wanted) return [];
    const children = childrenOf(item);
    if (!children) continue;
    if (children.some((child) => idOf(child) === wanted)) return [idOf(item)];
    const inside = around(children, childrenOf, idOf, wanted);
    if (inside.length) return [idOf(item), ...inside];
  }
  return [];
}

/** The entries that are not inside of a closed one, in their order. */
function flat(items, childrenOf, idOf, open) {
  const rows = [];
  const add = (list, level, parent) => {
    for (const [position, item] of list.entries()) {
      const children = childrenOf(item);
      const isOpen = Boolean(children) && open.has(idOf(item));
      const index = rows.push({ item, level, parent, position, siblings: list.length, children: Boolean(children), open: isOpen }) - 1;
      if (isOpen) add(children, level + 1, index);
    }
  };
  add(items, 0, -1);
  return rows;
}
