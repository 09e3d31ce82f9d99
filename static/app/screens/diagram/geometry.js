// Boxes of tables and the lines between them, in the units of the drawing.

export const HEAD = 30;
export const ROW = 20;
export const PAD = 10;
const FOOT = 6;
const NARROWEST = 150;
const WIDEST = 330;
/** What a letter takes: of the names of tables, and of columns and types. */
const WIDE_LETTER = 8;
const LETTER = 7.25;
/** A table shows so many of its columns; the others are counted. */
const MOST_ROWS = 14;
const TYPE_LETTERS = 16;
const MARK = 26;

/**
 * What the box of a table shows, and how large it is.
 * @param {import("../source/model.js").Model} model
 * @param {object} table
 * @param {"all" | "keys" | "none"} detail
 */
export function boxOf(model, table, detail) {
  const keys = new Set(table.primary_key);
  const refers = new Set(model.out(table).flatMap((of) => of.columns));
  const named = model.in(table).flatMap((of) => of.toColumns);
  const isKey = (column) => keys.has(column.name) || refers.has(column.name) || named.includes(column.name);
  const rows = choose(detail === "all" ? columnsOf(table, refers) : detail === "keys" ? columnsOf(table, refers).filter(isKey) : [], isKey)
    .map((column) => ({ name: column.name, type: cut(column.type ?? "", TYPE_LETTERS), mark: keys.has(column.name) ? "PK" : refers.has(column.name) ? "FK" : "" }));
  const more = table.columns.length - rows.length;
  const title = model.title(table);
  const widths = rows.map((row) => MARK + (row.name.length + row.type.length + 2) * LETTER + 2 * PAD);
  const width = Math.round(Math.min(WIDEST, Math.max(NARROWEST, title.length * WIDE_LETTER + 2 * PAD + 34, ...widths)));
  const lines = rows.length + (more > 0 && detail === "all" ? 1 : 0);
  return { table, title: cut(title, Math.floor((width - 2 * PAD - 30) / WIDE_LETTER)), rows, more: detail === "all" ? more : 0, width, height: HEAD + (lines ? lines * ROW + FOOT : 0) };
}

// Fields deep inside of documents that refer are shown beside the topmost ones.
function columnsOf(table, refers) {
  const own = new Set(table.columns.map((column) => column.name));
  return [...table.columns, ...[...refers].filter((name) => !own.has(name)).map((name) => ({ name, type: "" }))];
}

function choose(columns, isKey) {
  if (columns.length <= MOST_ROWS) return columns;
  const first = columns.filter(isKey).slice(0, MOST_ROWS);
  const chosen = new Set([...first, ...columns.filter((column) => !isKey(column)).slice(0, MOST_ROWS - first.length)]);
  return columns.filter((column) => chosen.has(column));
}

/** A name as a box has room for it; the whole of it is in its title. */
export function cut(text, letters) {
  const all = [...text];
  return all.length > letters ? `${all.slice(0, Math.max(1, letters - 1)).join("")}…` : text;
}

/** How many letters of a column's name a box has room for. */
export const room = (box, row) => Math.floor((box.width - 2 * PAD - MARK - (row.type.length + 1) * LETTER) / LETTER);

/** The height at which a reference leaves or meets a box: that of its first column, else the head's. */
function level(box, columns) {
  const at = box.rows.findIndex((row) => row.name === columns[0]);
  return at < 0 ? HEAD / 2 : HEAD + at * ROW + ROW / 2;
}

const REACH = 16;

/**
 * The line of a reference, and the feet at its ends: many or one where it begins, one or none where it leads.
 * @returns {{line: string, feet: string, ring: {x: number, y: number} | null}}
 */
export function lineOf(relation, from, to) {
  const a = { y: from.place.y + level(from.box, relation.columns) };
  const b = { y: to.place.y + level(to.box, relation.toColumns) };
  const [fromRight, toRight] = [from.place.x + from.box.width, to.place.x + to.box.width];
  let [outA, outB] = [1, 1];
  if (from !== to && to.place.x >= fromRight + REACH) outB = -1;
  else if (from !== to && from.place.x >= toRight + REACH) outA = -1;
  a.x = outA > 0 ? fromRight : from.place.x;
  b.x = outB > 0 ? toRight : to.place.x;
  const [ax, bx] = [a.x + outA * REACH, b.x + outB * REACH];
  const bend = Math.max(24, Math.min(120, Math.abs(bx - ax) / 2));
  const line = `M${a.x} ${a.y}H${ax}C${ax + outA * bend} ${a.y} ${bx + outB * bend} ${b.y} ${bx} ${b.y}H${b.x}`;
  const foot = relation.unique ? `M${a.x + outA * 6} ${a.y - 5}v10` : `M${a.x} ${a.y - 6}L${a.x + outA * 11} ${a.y}L${a.x} ${a.y + 6}`;
  const bar = `M${b.x + outB * 6} ${b.y - 5}v10`;
  return { line, feet: foot + bar, ring: relation.optional ? { x: b.x + outB * 12, y: b.y } : null };
}

/** The rectangle around boxes: `{x, y, width, height}`. */
export function around(nodes) {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const { place, box } of nodes) {
    left = Math.min(left, place.x);
    top = Math.min(top, place.y);
    right = Math.max(right, place.x + box.width);
    bottom = Math.max(bottom, place.y + box.height);
  }
  return left === Infinity ? { x: 0, y: 0, width: 1, height: 1 } : { x: left, y: top, width: right - left, height: bottom - top };
}
