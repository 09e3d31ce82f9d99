// What the editor offers: tables and columns in SQL; collections, fields and operators in MongoDB's JSON.
// Columns are read for the tables that the statement names, and for no others.

import { syntaxTree } from "../../../vendor/codemirror-language.js";
import { statementAt } from "./statement.js";

/** @typedef {(context: import("../../../vendor/codemirror-autocomplete.js").CompletionContext) => Promise<object | null>} Source */

const NAME = `(?:"(?:[^"]|"")*"|\`(?:[^\`]|\`\`)*\`|[\\w$]+)`;
const BEFORE = new RegExp(`((?:${NAME}\\.)*)("[^"]*|\`[^\`]*|[\\w$]*)$`);
const TABLES = new RegExp(`\\b(?:from|join|update|into)\\s+(${NAME}(?:\\.${NAME})*)(?:\\s+(?:as\\s+)?(${NAME}))?((?:\\s*,\\s*${NAME}(?:\\.${NAME})*(?:\\s+(?:as\\s+)?${NAME})?)*)`, "gi");
const LISTED = new RegExp(`,\\s*(${NAME}(?:\\.${NAME})*)(?:\\s+(?:as\\s+)?(${NAME}))?`, "gi");
const NOT_ALIAS = /^(on|where|join|left|right|inner|outer|full|cross|natural|group|order|limit|having|union|using|set|window|offset|fetch|for|except|intersect)$/i;
const SILENT = /Comment|^String$/;

/** @returns {Source} */
export function sqlNames(names) {
  let all;
  return async (context) => {
    if (SILENT.test(syntaxTree(context.state).resolveInner(context.pos, -1).name)) return null;
    const line = context.state.doc.lineAt(context.pos);
    const [, path, last] = BEFORE.exec(line.text.slice(0, context.pos - line.from));
    if (!path && !last && !context.explicit) return null;
    const from = context.pos - last.length;
    const used = usedTables(names, statementAt(context.state).text);
    const parents = split(path);
    const options = parents.length > 0 ? await below(names, used, parents) : [...await columnsIn(names, used), ...(all ??= names.tables.map((table) => option(names, table)))];
    return options.length > 0 && !context.aborted ? { from, options, validFor: /^["`]?[\w$]*$/ } : null;
  };
}

/** The tables that a statement names, by how it calls them. */
function usedTables(names, text) {
  const used = new Map();
  const add = (written, alias) => {
    const parts = split(written);
    const table = names.find(parts);
    if (table) used.set((alias && !NOT_ALIAS.test(alias) ? bare(alias) : parts.at(-1)).toLowerCase(), table);
  };
  for (const [, first, alias, others] of text.matchAll(TABLES)) {
    add(first, alias);
    for (const [, written, second] of (others ?? "").matchAll(LISTED)) add(written, second);
  }
  return used;
}

async function columnsIn(names, used) {
  const lists = await Promise.all([...used].map(async ([called, table]) => asColumns(names, await known(names, table), called)));
  return lists.flat();
}

async function below(names, used, parents) {
  const table = (parents.length === 1 && used.get(parents[0].toLowerCase())) || names.find(parents);
  if (table) return asColumns(names, await known(names, table));
  const inside = names.tables.filter(({ path }) => path.length > parents.length && parents.every((part, at) => path[at].toLowerCase() === part.toLowerCase()));
  const next = new Map(inside.map((one) => [one.path[parents.length], one]));
  return [...next].map(([name, one]) => ({ label: name, apply: names.quote(name), type: "class", detail: one.path.length === parents.length + 1 ? one.kind : "schema" }));
}

// A schema that cannot be read offers nothing; the reader sees why when the statement runs.
const known = (names, table) => names.columns(table).catch(() => []);

const asColumns = (names, columns, of) => columns.map(({ name, type }) => ({ label: name, apply: names.quote(name), type: "property", detail: of ? `${of} · ${type}` : type, boost: 1 }));

const option = (names, table) => ({ label: table.name, apply: names.written(table), type: "class", detail: table.path.slice(0, -1).join(".") || table.kind.replaceAll("_", " ") });

const split = (path) => (path.match(new RegExp(NAME, "g")) ?? []).map(bare);

const bare = (name) => (/^["`]/.test(name) ? name.slice(1, -1).replaceAll(name[0] + name[0], name[0]) : name);

const OPERATORS = `$match $group $project $sort $limit $skip $unwind $lookup $count $addFields $facet $bucket $sample $replaceRoot
 $eq $ne $gt $gte $lt $lte $in $nin $exists $regex $and $or $not $elemMatch $size $type $sum $avg $min $max $first $last $push $oid $date $numberDecimal`.split(/\s+/);
const KEYS = ["find", "filter", "projection", "sort", "limit", "skip"];

/** @param {() => string} collection the one that is chosen beside the editor @returns {Source} */
export function documentNames(names, collection) {
  return async (context) => {
    const before = context.matchBefore(/"[\w$.]*/);
    if (!before && !context.explicit) return null;
    const named = /"find"\s*:\s*"([^"]+)"/.exec(context.state.doc.toString())?.[1] ?? collection();
    const table = named && names.find([named]);
    const fields = table ? await known(names, table) : [];
    const from = before ? before.from + 1 : context.pos;
    const options = [
      ...fields.map(({ name, type }) => ({ label: name, type: "property", detail: type, boost: 2 })),
      ...names.tables.map(({ name }) => ({ label: name, type: "class", detail: "collection", boost: 1 })),
      ...KEYS.map((label) => ({ label, type: "keyword" })), ...OPERATORS.map((label) => ({ label, type: "keyword" })),
    ];
    return context.aborted ? null : { from, options, validFor: /^[\w$.]*$/ };
  };
}
