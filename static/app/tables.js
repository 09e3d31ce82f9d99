// The tables of a workspace's sources, as the screens of rows and queries name them.

import { here } from "./workspace.js";

/** All sources with their tables. */
export const listTables = (signal) => here.get("data/list", { tables: true }, { signal });

/** `public.orders`, or `orders` where there is no schema. */
export const fullName = (table) => [table.schema, table.name].filter(Boolean).join(".");

/** The table that a link means: by its id, its name, or `schema.name`. */
export function findTable(source, wanted) {
  return source?.tables.find((one) => one.id === wanted) ?? source?.tables.find((one) => fullName(one) === wanted || one.name === wanted);
}
