// Rows of previews and queries as files. The server writes them: it knows how a value keeps all of itself.

import { send } from "./api.js";
import { count, plural } from "./format.js";
import { save } from "./files.js";
import { path, scope } from "./workspace.js";

/** The forms that rows are saved in. */
export const FORMS = [
  { id: "csv", label: "CSV", accept: "text/csv", ending: "csv" },
  { id: "json", label: "JSON", accept: "application/x-ndjson", ending: "json" },
  { id: "lines", label: "JSON Lines", accept: "application/x-ndjson", ending: "jsonl" },
];

/**
 * Asks once more, for a file. Answers how many rows are in it, why not more where there are more, and how many of
 * their values were cut.
 * @param {string} short such as `data/query`
 * @param {object} body
 * @param {{id: string, accept: string, ending: string}} form
 * @param {string} name of the file, without its ending
 */
export async function saveRows(short, body, form, name) {
  const response = await send("POST", path(short), { body: { scope: scope.value, ...body }, accept: form.accept });
  const content = form.id === "json" ? asList(await response.text()) : await response.blob();
  save(content, `${name}.${form.ending}`, "application/json");
  const number = (header) => Number(response.headers.get(header));
  return { rows: number("Headwater-Row-Count"), cutBy: response.headers.get("Headwater-Truncated"), cutValues: number("Headwater-Cut-Values") };
}

/** The most rows that a file may have. */
export const MOST = 100_000;

/** What was saved, in words; `all` says what all of it is, where nothing is missing. */
export function savedWords({ rows, cutBy, cutValues }, all = "all of them") {
  const most = cutBy === "bytes" ? "10 MiB" : `${count(MOST)} rows`;
  const whole = cutBy ? `the first ones: a file ends at ${most}` : all;
  return `Saved ${plural(rows, "row")}, ${whole}${cutValues ? `; ${plural(cutValues, "long value")} cut` : ""}`;
}

// Put together as text: a number that was read and written again would have lost digits.
function asList(lines) {
  return `[\n${lines.trimEnd().split("\n").filter(Boolean).join(",\n")}\n]\n`;
}
