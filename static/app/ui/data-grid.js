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

/**
 * Arrow keys, Home, End and Page keys move; Enter or a double click shows a value whole; Ctrl-C copies it;
 * Alt and arrow left or right make a column narrower or wider.
 * @param {{label: string, columns: {name: string, type?: string, logical_type?: string}[], rows: any[][], height?: string}} props
 */
export function DataGrid({ label, columns, rows, height }) {
  const element = useRef(null);
  const id = useId();
  const [active, setActive] = useState({ row: 0, column: 0 });
  const [whole, setWhole] = useState(null);
  const [widths, setWidths] = useState([]);
  useEffect(() => {
    setWidths(columns.map((column, at) => firstWidth(column, rows, at)));
    setActive({ row: 0, column: 0 });
  }, [columns]);
  const size = pixels(ROW);
  const head = pixels(HEAD);
  const { first, last, view, show } = useVirtual(element, { count: rows.length, size, before: head });
  const lefts = offsets(columns.map((_, at) => widths[at] ?? 120));
  const shown = columns.map((_, at) => at).filter((at) => lefts[at + 1] >= view.left - 200 && lefts[at] <= view.left + view.width + 200);
  const resize = (at, width) => setWidths((before) => before.with(at, Math.max(NARROWEST, Math.round(width))));
  const place = (at) => ({ left: `${lefts[at]}px`, width: `${lefts[at + 1] - lefts[at]}px` });

  const move = (row, column) => {
    const next = { row: clamp(row, rows.length), column: clamp(column, columns.length) };
    setActive(next);
    show(next.row);
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
      navigator.clipboard?.writeText(textOf(rows[row]?.[column]));
    } else if (event.key === "Enter" && rows[row]) {
      setWhole({ column: columns[column], value: rows[row][column] });
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
      onMouseDown=${() => setActive({ row, column: at })} onDblClick=${() => setWhole({ column: columns[at], value: rows[row][at] })}><${Cell} value=${rows[row][at]} /></div>`;
  const visible = Array.from({ length: Math.max(0, last - first) }, (_, at) => first + at);
  return html`<div class="grid" role="grid" aria-label=${label} aria-rowcount=${rows.length + 1} aria-colcount=${columns.length} tabIndex="0" ref=${element}
      style=${{ height }} aria-activedescendant=${active.row >= first && active.row < last && shown.includes(active.column) ? `${id}-${active.row}-${active.column}` : undefined} onKeyDown=${keys}>
    <div class="grid-body" role="presentation" style=${{ height: `${head + rows.length * size}px`, width: `${lefts.at(-1)}px`, minWidth: "100%" }}>
      <div class="grid-head" role="row" aria-rowindex="1">
        ${shown.map((at) => html`<div key=${at} role="columnheader" aria-colindex=${at + 1} style=${place(at)} class=${numbers[at] ? "number" : ""} title=${columns[at].name}>
          <span class="grid-name truncate">${columns[at].name}</span><span class="grid-type truncate">${typeText(columns[at])}</span>
          <${Dragged} width=${widths[at]} onWidth=${(width) => resize(at, width)} />
        </div>`)}
      </div>
      ${visible.map((row) => html`<div key=${row} class="grid-row" role="row" aria-rowindex=${row + 2} style=${{ top: `${head + row * size}px` }}>${shown.map((at) => cell(row, at))}</div>`)}
    </div>
  </div>
  ${whole && html`<${CellDialog} ...${whole} onClose=${() => setWhole(null)} />`}`;
}

// Wide enough for the name and the first values, within reason.
function firstWidth(column, rows, at) {
  const longest = rows.slice(0, 50).reduce((most, row) => Math.max(most, Math.min(60, textOf(row[at]).length)), 4);
  const letters = Math.max(longest, column.name.length + 1, Math.min(24, typeText(column).length));
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
