// The request of a preview, from what stands in the address.

export const SIZES = [100, 500, 1000];

/** What a column may be asked; `none` of them want a value, `plain` are for every type. */
export const TESTS = [
  { id: "eq", label: "is", sign: "=" },
  { id: "ne", label: "is not", sign: "≠" },
  { id: "contains", label: "contains", sign: "contains" },
  { id: "starts_with", label: "begins with", sign: "begins with" },
  { id: "lt", label: "is less than", sign: "<" },
  { id: "lte", label: "is at most", sign: "≤" },
  { id: "gt", label: "is more than", sign: ">" },
  { id: "gte", label: "is at least", sign: "≥" },
  { id: "in", label: "is one of", sign: "in", help: "With commas between them." },
  { id: "null", label: "is NULL", sign: "is NULL", alone: true },
  { id: "set", label: "is not NULL", sign: "is not NULL", alone: true },
];

/** The body of `preview`. */
export function requestOf(query) {
  const limit = SIZES.includes(Number(query.limit)) ? Number(query.limit) : SIZES[0];
  const page = Number.isInteger(Number(query.page)) && Number(query.page) > 0 ? Number(query.page) : 1;
  const filters = asFilters(readConditions(query.where));
  return {
    source_id: query.source,
    table: query.table,
    from: query.from === "local" ? "local" : "source",
    limit,
    page,
    order_by: query.order ? { column: query.order, descending: query.down === "1" } : undefined,
    search_term: query.search || undefined,
    column_filters: Object.keys(filters).length > 0 ? filters : undefined,
  };
}

/** Conditions as `[column, test, value]`. An address that somebody mistyped has none. */
export function readConditions(text) {
  try {
    const all = JSON.parse(text ?? "[]");
    return all.filter(([column, test]) => typeof column === "string" && TESTS.some((one) => one.id === test));
  } catch {
    return [];
  }
}

function asFilters(conditions) {
  const filters = {};
  for (const [column, test, value] of conditions) {
    const of = (filters[column] ??= {});
    if (test === "null") of.is_null = true;
    else if (test === "set") of.is_null = false;
    else if (test === "in") of.in = value.split(",").map((one) => one.trim());
    else of[test] = value;
  }
  return filters;
}
