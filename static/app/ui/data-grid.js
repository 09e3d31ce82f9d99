// Rows and columns of data: thousands of either, of which those in sight are there.

import { html, useEffect, useId, useRef, useState } from "../html.js";
import { instant } from "../format.js";
import { Cell, isNumber, textOf, typeText } from "./cell.js";
import { CellDialog } from "./cell-dialog.js";
import { Dragged } from "./column-resize.js";
import { pixels, useVirtual } from "./virtual.js";

const ROW = 1.75;
const HEAD = 2.75;
const NARROWEST = 48;
/** The head, as a row that one comes to. */
const HEADED = -1;

/**
 * Arrow keys, Home, End and Page keys move; Enter or a double click shows a value whole; Ctrl-C copies it;
 * Alt and arrow left or right make a column narrower or wider. With `onSort` the head is a row that one
 * comes to as well, where Enter or a click sorts.
 * @param {{label: string, columns: {name: string, type?: string, logical_type?: string}[], rows: any[][], height?: string,
 *   sort?: {column: string, descending: boolean}, onSort?: (column: string) => void}} props
 */
export function DataGrid({ label, columns, rows, height, sort, onSort }) {
  const element = useRef(null);
  const id = useId();
  const [active, setActive] = useState({ row: 0, column: 0 });
  const [whole, setWhole] = useState(null);
  const [widths, setWidths] = useState([]);
  const shape = columns.map((column) => `${column.name} ${typeText(column)}`).join("\n");
  useEffect(() => {
    setWidths(columns.map((column, at) => firstWidth(column, rows, at)));
    setActive({ row: 0, column: 0 });
  }, [shape]);
  // Other rows of the same columns begin at their first; who sorts stays at the head.
  useEffect(() => {
    element.current.scrollTop = 0;
    setActive((before) => ({ row: Math.min(before.row, 0), column: before.column }));
  }, [rows]);
  const size = pixels(ROW);
  const head = pixels(HEAD);
  const { first, last, view, show } = useVirtual(element, { count: rows.length, size, before: head });
  const lefts = offsets(columns.map((_, at) => widths[at] ?? 120));
  const shown = columns.map((_, at) => at).filter((at) => lefts[at + 1] >= view.left - 200 && lefts[at] <= view.left + view.width + 200);
  const resize = (at, width) => setWidths((before) => before.with(at, Math.max(NARROWEST, Math.round(width))));
  const place = (at) => ({ left: `${lefts[at]}px`, width: `${lefts[at + 1] - lefts[at]}px` });

  const move = (row, column) => {
    const next = { row: row < 0 && onSort ? HEADED : clamp(row, rows.length), column: clamp(column, columns.length) };
    setActive(next);
    if (next.row >= 0) show(next.row);
    const box = element.current;
    if (lefts[next.column] < box.scrollLeft) box.scrollLeft = lefts[next.column];
    else if (lefts[next.column + 1] > box.scrollLeft + box.clientWidth) box.scrollLeft = lefts[next.column + 1] - box.clientWidth;
  };
  const keys = (event) => {
    const { row, column } = active;
    const page = Math.max(1, Math.floor((view.height - head) / size) - 1);
    if (event.altKey && ["ArrowLeft", "ArrowRight"].includes(event.key)) {
      resize(column, widths[column] + (event.key === "ArrowRight" ? 24 : -24));
    } else if ((event.ctrlKey || event.metaKey) && event.key === "c" && !String(getSelection())) {
      navigator.clipboard?.writeText(row === HEADED ? columns[column].name : textOf(rows[row]?.[column]));
    } else if (event.key === "Enter" && row === HEADED) {
      onSort(columns[column].name);
    } else if (event.key === "Enter" && rows[row]) {
      setWhole({ row, column });
    } else {
      const far = event.ctrlKey || event.metaKey;
      const to = {
        ArrowDown: [row + 1, column], ArrowUp: [row - 1, column], ArrowRight: [row, column + 1], ArrowLeft: [row, column - 1],
        PageDown: [row + page, column], PageUp: [row - page, column], Home: [far ? 0 : row, 0], End: [far ? rows.length : row, columns.length],
      }[event.key];
      if (!to) return;
      move(...to);
    }
    event.preventDefault();
  };
  const numbers = columns.map(isNumber);
  const cell = (row, at) => html`<div key=${at} role="gridcell" id=${`${id}-${row}-${at}`} aria-colindex=${at + 1} style=${place(at)}
      class=${`grid-cell${numbers[at] ? " number" : ""}${active.row === row && active.column === at ? " active" : ""}`} title=${timeTitle(columns[at], rows[row][at])}
      onMouseDown=${() => setActive({ row, column: at })} onDblClick=${() => setWhole({ row, column: at })}><${Cell} value=${rows[row][at]} /></div>`;
  const heading = (at) => html`<div key=${at} role="columnheader" id=${`${id}-${HEADED}-${at}`} aria-colindex=${at + 1} style=${place(at)} title=${columns[at].name}
      class=${`${numbers[at] ? "number" : ""}${onSort ? " sortable" : ""}${active.row === HEADED && active.column === at ? " active" : ""}`}
      aria-sort=${sort?.column === columns[at].name ? (sort.descending ? "descending" : "ascending") : undefined}
      onClick=${onSort && (() => { setActive({ row: HEADED, column: at }); onSort(columns[at].name); })}>
    <span class="grid-name truncate">${columns[at].name}</span><span class="grid-type truncate">${typeText(columns[at])}</span>
    <${Dragged} width=${widths[at]} onWidth=${(width) => resize(at, width)} />
  </div>`;
  const inSight = (active.row === HEADED || (active.row >= first && active.row < last)) && shown.includes(active.column);
  const visible = Array.from({ length: Math.max(0, last - first) }, (_, at) => first + at);
  return html`<div class="grid" role="grid" aria-label=${label} aria-rowcount=${rows.length + 1} aria-colcount=${columns.length} tabIndex="0" ref=${element}
      style=${{ height }} aria-activedescendant=${inSight ? `${id}-${active.row}-${active.column}` : undefined} onKeyDown=${keys}>
    <div class="grid-body" role="presentation" style=${{ height: `${head + rows.length * size}px`, width: `${lefts.at(-1)}px`, minWidth: "100%" }}>
      <div class="grid-head" role="row" aria-rowindex="1">
        ${shown.map(heading)}
      </div>
      ${visible.map((row) => html`<div key=${row} class="grid-row" role="row" aria-rowindex=${row + 2} style=${{ top: `${head + row * size}px` }}>${shown.map((at) => cell(row, at))}</div>`)}
    </div>
  </div>
  ${whole && rows[whole.row] && html`<${CellDialog} columns=${columns} row=${rows[whole.row]} at=${whole.column} onClose=${() => setWhole(null)} />`}`;
}

// Wide enough for the name and the first values, within reason.
function firstWidth(column, rows, at) {
  const longest = rows.slice(0, 50).reduce((most, row) => Math.max(most, Math.min(60, textOf(row[at]).length)), 4);
  const letters = Math.max(longest, column.name.length + 3, Math.min(24, typeText(column).length));
  return Math.round(Math.min(360, letters * 8.2 + 20));
}

function offsets(widths) {
  const found = [0];
  for (const width of widths) found.push(found.at(-1) + width);
  return found;
}

// The instant in the reader's own zone, beside the one that is shown.
function timeTitle(column, value) {
  const at = column.logical_type === "timestamptz" && typeof value === "string" ? new Date(value) : null;
  return at && !Number.isNaN(at.getTime()) ? instant(at) : undefined;
}

const clamp = (value, count) => Math.max(0, Math.min(count - 1, value));
