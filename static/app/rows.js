// Rows of previews and queries as files. The server writes them: it knows how a value keeps all of itself.

import { send } from "./api.js";
import { save } from "./files.js";
import { path, scope } from "./workspace.js";

/** The forms that rows are saved in. */
export const FORMS = [
  { id: "csv", label: "CSV", accept: "text/csv", ending: "csv" },
  { id: "json", label: "JSON", accept: "application/x-ndjson", ending: "json" },
  { id: "lines", label: "JSON Lines", accept: "application/x-ndjson", ending: "jsonl" },
];

/**
 * Asks once more, for a file.
 * @param {string} short such as `data/query`
 * @param {object} body
 * @param {{id: string, accept: string, ending: string}} form
 * @param {string} name of the file, without its ending
 */
export async function saveRows(short, body, form, name) {
  const response = await send("POST", path(short), { body: { scope: scope.value, ...body }, accept: form.accept });
  const content = form.id === "json" ? asList(await response.text()) : await response.blob();
  save(content, `${name}.${form.ending}`, "application/json");
  return response.headers.get("Headwater-Truncated");
}

// Put together as text: a number that was read and written again would have lost digits.
function asList(lines) {
  return `[\n${lines.trimEnd().split("\n").filter(Boolean).join(",\n")}\n]\n`;
}
