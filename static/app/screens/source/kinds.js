// What a table is, in an icon and a word.

export const KINDS = {
  table: { icon: "table", label: "Table" },
  partitioned_table: { icon: "partition", label: "Partitioned table" },
  partition: { icon: "partition", label: "Partition" },
  view: { icon: "view", label: "View" },
  materialized_view: { icon: "view", label: "Materialized view" },
  foreign_table: { icon: "link", label: "Foreign table" },
  system_versioned: { icon: "jobs", label: "System-versioned table" },
  virtual_table: { icon: "code", label: "Virtual table" },
  collection: { icon: "collection", label: "Collection" },
  time_series: { icon: "collection", label: "Time series" },
  query: { icon: "query", label: "Query" },
};

export const kindOf = (table) => KINDS[table.kind] ?? KINDS.table;
