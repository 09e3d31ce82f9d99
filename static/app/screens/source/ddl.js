// A table as SQL that reads like what made it. It is made of the schema for people to read and to begin with;
// what a schema does not tell (owners, grants, storage) is not in it.

const RESERVED = new Set(`all analyse analyze and any array as asc both by case cast check collate column constraint create cross current_date current_time
  current_timestamp current_user database default deferrable delete desc distinct do drop else end except exists false fetch for foreign from full grant group having
  if in index inner insert intersect into is join key keys lateral left like limit natural not null offset on only or order outer primary range rank references returning right rows
  select session_user set some table then to trigger true union unique update user using values view when where window with`.split(/\s+/));

/** One table. @param {import("./model.js").Model} model @param {object} table */
export const ddl = (model, table) => tableOf(model, table, referencesOf(model, table));

/** The whole schema, in an order in which nothing is named before it is there; views stand as they were read. */
export function script(model) {
  const { engine, schemas, extensions } = model.schema;
  const quoted = quoter(engine);
  const own = (schemas ?? []).filter(({ name }) => engine === "postgresql" && name !== "public");
  const isView = (table) => Boolean(table.definition);
  const parts = (table) => (table.partition_of ? 1 + parts(model.named(table.partition_of.schema, table.partition_of.name) ?? {}) : 0);
  const tables = model.tables.filter((table) => !isView(table)).toSorted((one, other) => parts(one) - parts(other));
  // SQLite adds no constraint to a table that is there, and looks at none before there are rows.
  const later = engine === "sqlite" ? () => [] : (table) => (table.partition_of ? [] : referencesOf(model, table));
  return [
    ...own.map(({ name }) => `CREATE SCHEMA ${quoted(name)};\n`),
    ...(extensions ?? []).filter(({ name }) => name !== "plpgsql").map(({ name, schema }) => `CREATE EXTENSION ${quoted(name)}${schema ? ` WITH SCHEMA ${quoted(schema)}` : ""};\n`),
    ...typesOf(model),
    ...tables.map((table) => tableOf(model, table, engine === "sqlite" ? referencesOf(model, table) : [])),
    ...tables.flatMap((table) => later(table).map((line) => `ALTER TABLE ${nameIn(model, table)} ADD ${line};\n`)),
    ...model.tables.filter(isView).map((table) => ddl(model, table)),
  ].join("\n");
}

function typesOf(model) {
  const { engine, enums, domains, composites, sequences } = model.schema;
  const quoted = quoter(engine);
  const text = (value) => `'${value.replaceAll("'", "''")}'`;
  const domain = (one) => [one.type, one.default && `DEFAULT ${one.default}`, !one.nullable && "NOT NULL", ...(one.checks ?? []).map((check) => `CONSTRAINT ${quoted(check.name)} CHECK (${bare(check.expression)})`)].filter(Boolean).join(" ");
  const steps = (one) => `AS ${one.type} START ${one.start} INCREMENT ${one.increment} MINVALUE ${one.minimum} MAXVALUE ${one.maximum}${one.cycle ? " CYCLE" : ""}`;
  return [
    ...enums.map((one) => `CREATE TYPE ${nameIn(model, one)} AS ENUM (${one.values.map(text).join(", ")});\n`),
    ...domains.map((one) => `CREATE DOMAIN ${nameIn(model, one)} AS ${domain(one)};\n`),
    ...composites.map((one) => `CREATE TYPE ${nameIn(model, one)} AS (${one.fields.map((field) => `${quoted(field.name)} ${field.type}`).join(", ")});\n`),
    ...(engine === "postgresql" ? sequences : []).map((one) => `CREATE SEQUENCE ${nameIn(model, one)} ${steps(one)};\n`),
  ];
}

function nameIn(model, { schema, name }) {
  return [model.namespaces.length > 1 || schema !== "public" ? schema : null, name].filter(Boolean).map(quoter(model.schema.engine)).join(".");
}

function referencesOf(model, table) {
  const quoted = quoter(model.schema.engine);
  const list = (names) => `(${names.map(quoted).join(", ")})`;
  return table.foreign_keys.map((key) => `${key.name ? `CONSTRAINT ${quoted(key.name)} ` : ""}FOREIGN KEY ${list(key.columns)} REFERENCES ${nameIn(model, { schema: key.referenced_schema, name: key.referenced_table })} ${list(key.referenced_columns)}${action("UPDATE", key.on_update)}${action("DELETE", key.on_delete)}${deferral(key)}`);
}

function tableOf(model, table, references) {
  const quoted = quoter(model.schema.engine);
  const full = nameIn(model, table);
  if (table.definition) return `${comment(table)}CREATE ${table.kind === "materialized_view" ? "MATERIALIZED VIEW" : "VIEW"} ${full} AS\n${table.definition.trim().replace(/;$/, "")};\n`;
  const list = (names) => `(${names.map(quoted).join(", ")})`;
  const constraint = (of) => (of.name ? `CONSTRAINT ${quoted(of.name)} ` : "");
  const keys = table.keys?.length ? table.keys : table.primary_key.length ? [{ primary: true, columns: table.primary_key }] : [];
  const lines = [
    ...table.columns.map((column) => columnLine(column, quoted)),
    ...keys.map((key) => `${constraint(key)}${key.primary ? "PRIMARY KEY" : `UNIQUE${key.nulls_not_distinct ? " NULLS NOT DISTINCT" : ""}`} ${list(key.columns)}${deferral(key)}`),
    ...references,
    ...(table.checks ?? []).map((check) => `${constraint(check)}CHECK (${bare(check.expression)})`),
    ...(table.exclusions ?? []).map((one) => `${constraint(one)}${one.definition}`),
  ];
  const partitioned = table.partitioning ? ` PARTITION BY ${table.partitioning.strategy.toUpperCase().replace("_", " ")} (${bare(table.partitioning.key)})` : "";
  const part = table.partition_of;
  const body = part ? `CREATE TABLE ${full} PARTITION OF ${nameIn(model, part)} ${part.bound}` : `CREATE TABLE ${full} (\n${lines.map((line) => `  ${line}`).join(",\n")}\n)`;
  const made = new Set([...keys.map((key) => key.name), ...keys.map((key) => key.columns.join())]);
  // A partition has those of its parent.
  const indexes = (part ? [] : table.indexes).filter((index) => !index.primary && !index.constraint && !(index.unique && made.has(index.columns.map((of) => of.name).join())));
  return `${comment(table)}${body}${partitioned};\n${indexes.map((index) => `${indexLine(index, full, quoted)}\n`).join("")}`;
}

/** Quotes a name where it needs it, as the engine does. */
export function quoter(engine) {
  const [open, close] = engine === "mysql" || engine === "mariadb" ? ["`", "`"] : ['"', '"'];
  return (name) => (/^[a-z_][a-z0-9_]*$/.test(name) && !RESERVED.has(name) ? name : `${open}${name.replaceAll(close, close + close)}${close}`);
}

function columnLine(column, quoted) {
  const { generated, identity } = column;
  return [
    quoted(column.name),
    column.type,
    generated && `GENERATED ALWAYS AS (${bare(generated.expression)})${generated.stored ? " STORED" : ""}`,
    identity && `GENERATED ${identity.generation === "always" ? "ALWAYS" : "BY DEFAULT"} AS IDENTITY`,
    !column.nullable && "NOT NULL",
    column.default !== null && column.default !== undefined && `DEFAULT ${column.default}`,
    column.auto_increment && "AUTO_INCREMENT",
    column.on_update && `ON UPDATE ${column.on_update}`,
  ].filter(Boolean).join(" ");
}

function indexLine(index, table, quoted) {
  const parts = index.columns.map((part) => `${part.name !== undefined && part.name !== null ? quoted(part.name) : `(${part.expression})`}${part.prefix_length ? `(${part.prefix_length})` : ""}${part.order === "desc" ? " DESC" : ""}`);
  const where = index.predicate ? ` WHERE ${index.predicate}` : "";
  const included = index.included?.length ? ` INCLUDE (${index.included.map(quoted).join(", ")})` : "";
  return `CREATE ${index.unique ? "UNIQUE " : ""}INDEX ${quoted(index.name)} ON ${table} (${parts.join(", ")})${included}${where};`;
}

const action = (of, what) => (what && what !== "no_action" && what !== "unknown" ? ` ON ${of} ${what.replace("_", " ").toUpperCase()}` : "");
const deferral = (of) => (of.deferrable ? ` DEFERRABLE${of.initially_deferred ? " INITIALLY DEFERRED" : ""}` : "");
// A comment must not end before its line does.
const comment = (table) => (table.comment ? `-- ${table.comment.replace(/\s+/g, " ")}\n` : "");

/** An expression without the one pair of brackets that is around all of it. */
function bare(text) {
  if (!text.startsWith("(") || !text.endsWith(")")) return text;
  let depth = 0;
  for (const [at, sign] of [...text].entries()) {
    depth += sign === "(" ? 1 : sign === ")" ? -1 : 0;
    if (depth === 0 && at < [...text].length - 1) return text;
  }
  return text.slice(1, -1);
}
