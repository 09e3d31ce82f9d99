// The body of `query`, from what stands on the screen.

import { ApiError } from "../../api.js";
import { parseExact } from "../../exact-json.js";

export const KINDS = [{ id: "find", label: "Find" }, { id: "pipeline", label: "Pipeline" }];

/** What an editor begins with. */
export function starter(kind, names, table) {
  if (kind === "pipeline") return '[\n  {"$match": {}},\n  {"$limit": 100}\n]';
  if (kind === "find") return `{\n  "find": ${JSON.stringify(table?.name ?? "")},\n  "filter": {}\n}`;
  return table ? `SELECT *\nFROM ${names.written(table)}` : "SELECT 1";
}

/** @throws {ApiError} where the text is not what its kind asks for */
export function requestOf({ kind, text, collection, options, target }) {
  const shared = { source_id: target.id, limit: options.limit, timeout_ms: options.timeout };
  if (!text.trim()) throw wrong("There is no statement.", "Write one, or choose one from the history.");
  if (kind === "find") {
    const find = parse(text, "The statement");
    if (Array.isArray(find) || typeof find !== "object" || find === null) throw wrong("A find is an object.", 'Write {"find": "collection", "filter": {}}, or choose Pipeline for a list of stages.');
    return { ...shared, find };
  }
  if (kind === "pipeline") {
    const pipeline = parse(text, "The pipeline");
    if (!Array.isArray(pipeline)) throw wrong("A pipeline is a list of stages.", 'Write [{"$match": {}}], or choose Find.');
    return { ...shared, collection, pipeline };
  }
  const params = options.params.trim() ? parse(options.params, "The list of parameters") : undefined;
  if (params && !Array.isArray(params)) throw wrong("Parameters are a list.", 'Write them as JSON: [1, "text", null].');
  return { ...shared, sql: text, params };
}

function parse(text, what) {
  try {
    return parseExact(text);
  } catch (error) {
    throw wrong(`${what} is no JSON.`, `${error.message}.`);
  }
}

const wrong = (message, hint) => new ApiError({ message, hint, code: "invalid_field" });
