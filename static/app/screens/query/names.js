// The names that a statement may use: tables by their paths, and their columns once they are wanted.

import { here } from "../../workspace.js";

/** Words that are names only in quotes, in one dialect or another. */
const RESERVED = new Set(`all alter and any as asc between by case cast check collate column constraint create cross current_date current_time
 current_timestamp default delete desc distinct drop else end except exists false fetch for foreign from full group having in index inner insert
 intersect into is join key left like limit natural not null offset on only or order outer primary references right select session_user set some
 table then to true union unique update user using values when where window with`.split(/\s+/));

/** Where names without a schema are looked up. */
const USUAL_SCHEMA = "public";

/**
 * The tables of a source, or with `local` the copies of all of them.
 * @param {{name: string, engine: string, tables: object[], last_synced_at: string | null}[]} sources
 */
export function namesOf(sources, { local, engine }) {
  const own = engine === "mysql" || engine === "mariadb" ? "`" : '"';
  const paths = sources.flatMap((source) => source.tables.map((table) => ({
    id: table.id,
    kind: table.type,
    name: table.name,
    path: [local && source.name, table.schema, table.name].filter(Boolean),
  })));
  const usual = (table) => !local && (table.path.length === 1 || table.path[0] === USUAL_SCHEMA || engine === "mysql" || engine === "mariadb");
  const quote = (name) => (/^[a-z_][a-z_\d]*$/.test(name) && !RESERVED.has(name) ? name : own + name.replaceAll(own, own + own) + own);
  const written = (table) => (usual(table) ? [table.name] : table.path).map(quote).join(".");
  return { tables: paths, quote, written, find: (parts) => findTable(paths, parts), columns: columnsOf };
}

/** The table whose path ends so. */
function findTable(tables, parts) {
  const wanted = parts.map((part) => part.toLowerCase());
  return tables.find(({ path }) => wanted.length <= path.length && wanted.every((part, at) => path[path.length - wanted.length + at].toLowerCase() === part));
}

const known = new Map();

/** The columns of one table, `{name, type}`: read when they are first wanted. Of documents all paths. */
export function columnsOf(table) {
  if (!known.has(table.id)) {
    const reading = here.get("data/schema", { source_id: table.id }, { quiet: true }).then(({ tables }) => flat(tables[0]));
    reading.catch(() => known.delete(table.id));
    known.set(table.id, reading);
  }
  return known.get(table.id);
}

function flat(table) {
  if (!table) return [];
  const paths = [];
  const add = (fields) => {
    for (const field of fields ?? []) {
      paths.push({ name: field.path ?? field.name, type: field.logical_type });
      add(field.fields);
    }
  };
  add(table.fields);
  return paths.length > 0 ? paths : table.columns.map(({ name, type }) => ({ name, type }));
}
