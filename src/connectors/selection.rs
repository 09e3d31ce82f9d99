//! Which tables and columns of a database are wanted.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// What of a database is wanted. Empty lists select everything. A table is named as `table` or
/// `schema.table`, a column as `column`, `table.column` or `schema.table.column`; names are
/// compared as they are, since they may hold dots themselves.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Selection {
    /// The one schema (namespace) that is wanted.
    pub schema: Option<String>,
    /// The tables that are wanted.
    pub tables: BTreeSet<String>,
    /// The tables that are not.
    pub ignore_tables: BTreeSet<String>,
    /// The columns that are wanted, of the tables that they name.
    pub columns: BTreeSet<String>,
    /// The columns that are not.
    pub ignore_columns: BTreeSet<String>,
    /// A read-only select that is shown as one more table, named [`Selection::QUERY_TABLE`].
    pub query: Option<String>,
}

impl Selection {
    /// The name of the table that `query` is shown as.
    pub const QUERY_TABLE: &str = "query";

    /// Whether a table is wanted.
    #[must_use]
    pub fn has_table(&self, schema: Option<&str>, table: &str) -> bool {
        let in_schema = match (self.schema.as_deref(), schema) {
            (Some(wanted), Some(schema)) => wanted == schema,
            _ => true,
        };
        let in_list = |list: &BTreeSet<String>| {
            list.contains(table) || schema.is_some_and(|s| list.contains(&format!("{s}.{table}")))
        };
        in_schema
            && (self.tables.is_empty() || in_list(&self.tables))
            && (self.ignore_tables.is_empty() || !in_list(&self.ignore_tables))
    }

    /// Whether all columns are wanted, those among them that nobody knows yet.
    #[must_use]
    pub fn has_all_columns(&self) -> bool {
        self.columns.is_empty() && self.ignore_columns.is_empty()
    }

    /// Whether a column of a wanted table is wanted. A list of wanted columns narrows only the
    /// tables that it names; a bare column name narrows all of them.
    #[must_use]
    pub fn has_column(&self, schema: Option<&str>, table: &str, column: &str) -> bool {
        if self.has_all_columns() {
            return true;
        }
        let qualified = format!("{table}.{column}");
        let full = schema.map(|s| format!("{s}.{qualified}"));
        let named = |list: &BTreeSet<String>| {
            list.contains(column)
                || list.contains(&qualified)
                || full.as_ref().is_some_and(|full| list.contains(full))
        };
        let narrowed = || {
            let prefixes = [
                Some(format!("{table}.")),
                schema.map(|s| format!("{s}.{table}.")),
            ];
            self.columns.iter().any(|c| {
                !c.contains('.')
                    || prefixes
                        .iter()
                        .flatten()
                        .any(|prefix| c.starts_with(prefix))
            })
        };
        let wanted = self.columns.is_empty() || named(&self.columns) || !narrowed();
        wanted && !named(&self.ignore_columns)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn an_empty_selection_wants_everything() {
        let all = Selection::default();
        assert!(all.has_table(Some("s"), "t") && all.has_column(None, "t", "c"));
    }

    #[test]
    fn tables_are_chosen_and_ignored_by_bare_and_by_full_name() {
        let some = Selection {
            tables: set(&["a", "s.b", "dot.ted"]),
            ignore_tables: set(&["x.a"]),
            ..Selection::default()
        };
        for (schema, table, wanted) in [
            (Some("s"), "a", true),
            (Some("x"), "a", false),
            (Some("s"), "b", true),
            (Some("y"), "b", false),
            (None, "dot.ted", true),
            (None, "c", false),
        ] {
            assert_eq!(some.has_table(schema, table), wanted, "{schema:?} {table}");
        }
    }

    #[test]
    fn a_list_of_columns_narrows_only_the_tables_that_it_names() {
        let some = Selection {
            columns: set(&["t.id"]),
            ignore_columns: set(&["secret"]),
            ..Selection::default()
        };
        for (table, column, wanted) in [
            ("t", "id", true),
            ("t", "name", false),
            ("u", "name", true),
            ("u", "secret", false),
        ] {
            assert_eq!(
                some.has_column(Some("s"), table, column),
                wanted,
                "{table}.{column}"
            );
        }
    }
}
