// How a value of a column stands in a grid, by its logical type.

import { exactText } from "../exact-json.js";
import { html } from "../html.js";

const NUMBERS = /^(u?int\d+|decimal|float\d+)/;

export const isNumber = (column) => NUMBERS.test(column.logical_type ?? "");

/** The type as a head shows it; of times whether they have a zone. */
export function typeText(column) {
  const type = column.type ?? column.logical_type ?? "";
  if (column.logical_type === "timestamp") return `${type} · no zone`;
  if (column.logical_type === "timestamptz") return `${type} · UTC`;
  return type;
}

/** One line of text; NULL and an empty text are told apart. */
export function Cell({ value }) {
  if (value === null || value === undefined) return html`<span class="null">NULL</span>`;
  return lineOf(value);
}

/** The whole value as text, for copying. NULL is nothing. */
export function textOf(value) {
  if (value === null || value === undefined) return "";
  return typeof value === "string" ? value : exactText(value, 2);
}

/** A row as one JSON object; integers keep all their digits. */
export function rowAsJson(columns, row) {
  const parts = columns.map((column, at) => `  ${JSON.stringify(column.name)}: ${exactText(row[at] ?? null)}`);
  return `{\n${parts.join(",\n")}\n}`;
}

/** So much of a long value stands in a cell; all of it in its dialog. */
const SHOWN = 300;

function lineOf(value) {
  const text = typeof value === "string" ? value : exactText(value);
  return text.slice(0, SHOWN).replace(/\s*\n\s*/g, " ⏎ ");
}
