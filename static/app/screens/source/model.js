// What a schema says, made ready to be looked up: tables by id and name, references in both directions.

const models = new WeakMap();

/** @param {object} schema the document of `data/schema` */
export function modelOf(schema) {
  if (!models.has(schema)) models.set(schema, new Model(schema));
  return models.get(schema);
}

const keyOf = (schema, name) => `${schema ?? ""}\u0000${name}`;

export class Model {
  constructor(schema) {
    this.schema = schema;
    this.tables = schema.tables;
    this.byId = new Map(this.tables.map((table) => [table.id, table]));
    this.byName = new Map(this.tables.map((table) => [keyOf(table.schema, table.name), table]));
    this.namespaces = [...new Set(this.tables.map((table) => table.schema ?? ""))];
    this.partitions = new Map();
    this.types = new Map([...schema.enums, ...schema.domains, ...schema.composites].map((type) => [keyOf(type.schema, type.name), type]));
    for (const table of this.tables) {
      const parent = table.partition_of && this.named(table.partition_of.schema, table.partition_of.name);
      if (parent) push(this.partitions, parent.id, table);
    }
  }

  /** All references, by the table that they are from and the one that they lead to; found when they are first wanted. */
  get #relations() {
    this.#known ??= this.#find();
    return this.#known;
  }

  #known;

  #find() {
    const [from, to] = [new Map(), new Map()];
    for (const table of this.tables) {
      for (const parts of relationsOf(table)) {
        const relation = new Relation(table, this.named(parts.toSchema, parts.toTable), parts);
        push(from, table.id, relation);
        if (relation.to) push(to, relation.to.id, relation);
      }
    }
    return { from, to };
  }

  named(schema, name) {
    return this.byName.get(keyOf(schema, name)) ?? null;
  }

  /** A table by what an address says: its id, `schema.name`, or its name. */
  find(text) {
    if (!text) return null;
    return this.byId.get(text) ?? this.tables.find((table) => table.name === text || `${table.schema}.${table.name}` === text) ?? null;
  }

  /** The name as this schema needs it: with its namespace where there are several. */
  title(table) {
    return this.namespaces.length > 1 && table.schema ? `${table.schema}.${table.name}` : table.name;
  }

  /** The references from a table and those to it; one to itself is in both. */
  out(table) {
    return this.#relations.from.get(table.id) ?? [];
  }

  in(table) {
    return this.#relations.to.get(table.id) ?? [];
  }

  /** The tables that a table refers to or that refer to it. Partitions stand for no table of their own. */
  neighbours(table) {
    const all = [...this.out(table).map((of) => of.to), ...this.in(table).map((of) => of.from)];
    return [...new Set(all)].filter((other) => other && other !== table && other.kind !== "partition");
  }

  /** The enum, domain or composite of a column. */
  typeOf(column) {
    return column.type_ref ? this.types.get(keyOf(column.type_ref.schema, column.type_ref.name)) : undefined;
  }
}

/** A reference from a table to another one, which is null where it is not in the schema. */
class Relation {
  constructor(from, to, { place, ...parts }) {
    Object.assign(this, parts, { id: `${from.id} ${place}`, from, to });
  }

  /** Whether no two rows refer to the same one. */
  get unique() {
    return isUnique(this.from, this.columns);
  }

  /** Whether a row may refer to none. */
  get optional() {
    return isOptional(this.from, this.columns);
  }
}

function* relationsOf(table) {
  for (const [at, key] of (table.foreign_keys ?? []).entries()) {
    yield { place: `f${at}`, columns: key.columns, toSchema: key.referenced_schema, toTable: key.referenced_table, toColumns: key.referenced_columns, declared: key };
  }
  for (const [at, link] of (table.inferred_relationships ?? []).entries()) {
    yield { place: `i${at}`, columns: link.columns, toSchema: link.referenced_schema, toTable: link.referenced_table, toColumns: link.referenced_columns, reason: link.reason };
  }
}

// Whether no two rows have the same values of these columns: the other side has at most one.
function isUnique(table, columns) {
  const covered = (key) => key.length > 0 && key.every((name) => columns.includes(name));
  const whole = (index) => index.unique && !index.predicate && !index.invalid && !index.sparse;
  return covered(table.primary_key) || (table.keys ?? []).some((key) => !key.without_overlaps && covered(key.columns))
    || table.indexes.some((index) => whole(index) && index.columns.every((part) => part.name && !part.prefix_length) && covered(index.columns.map((part) => part.name)));
}

function isOptional(table, columns) {
  return columns.some((name) => table.columns.find((column) => column.name === name)?.nullable ?? true);
}

function push(map, key, value) {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}
