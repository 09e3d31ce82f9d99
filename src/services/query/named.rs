//! Copies by the names that a statement calls their tables by.

use super::QueryError;
use crate::connectors::sqlite::quoted;
use crate::local::Copy;
use crate::model::source::SourceTable;

/// A copy, by the names that a statement may call it by.
pub(super) struct Named {
    pub source: String,
    pub table: SourceTable,
    pub copy: Copy,
}

/// The copy that a name in a statement means.
pub(super) fn found<'n>(named: &'n [Named], parts: &[String]) -> Result<&'n Named, QueryError> {
    match fitting(named, parts)[..] {
        [one] => Ok(one),
        // What SQLite itself has by that name, such as sqlite_schema, is not for callers; the error is ours,
        // since SQLite's would name no table that a caller knows.
        [] => Err(unknown(
            format!(
                "There is no copy of a table `{}` in this workspace.",
                parts.join(".")
            ),
            "Copy it by /sync; tables are called \"source\".\"table\".",
        )),
        [one, other, ..] => Err(unknown(
            format!(
                "`{}` may be `{}` or `{}`.",
                dotted(parts.iter()),
                one.full(),
                other.full()
            ),
            "Write the source's name before the table's, and the schema between them where it takes that: \"source\".\"schema\".\"table\".",
        )),
    }
}

/// Of a name of two parts the first is a source's, or a schema's where no source of that name has the
/// table: schemas come and go in a database that others rule, and must not change what a name means.
fn fitting<'n>(named: &'n [Named], parts: &[String]) -> Vec<&'n Named> {
    let all = |fits: &dyn Fn(&Named) -> bool| named.iter().filter(|one| fits(one)).collect();
    match parts {
        [table] => all(&|one| one.table.name == *table || one.table.id.as_str() == table),
        [first, table] => {
            let by_source: Vec<_> = all(&|one| one.source == *first && one.table.name == *table);
            if !by_source.is_empty() {
                return by_source;
            }
            all(&|one| one.is_in(first) && one.table.name == *table)
        }
        [source, schema, table] => {
            all(&|one| one.source == *source && one.is_in(schema) && one.table.name == *table)
        }
        _ => Vec::new(),
    }
}

impl Named {
    fn is_in(&self, schema: &str) -> bool {
        self.table.schema.as_deref() == Some(schema)
    }

    /// The name that means no other, as a statement takes it.
    fn full(&self) -> String {
        let parts = [Some(&self.source), self.table.schema.as_ref()];
        dotted(parts.into_iter().flatten().chain([&self.table.name]))
    }
}

fn dotted<'p>(parts: impl Iterator<Item = &'p String>) -> String {
    let parts: Vec<_> = parts.map(|part| quoted(part)).collect();
    parts.join(".")
}

fn unknown(message: String, hint: &str) -> QueryError {
    QueryError::Unknown {
        field: "sql".to_owned(),
        message,
        hint: hint.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{SourceId, TableId};

    fn named(source: &str, schema: Option<&str>, table: &str) -> Named {
        let id = TableId::generate();
        Named {
            source: source.to_owned(),
            table: SourceTable {
                id: id.clone(),
                schema: schema.map(str::to_owned),
                name: table.to_owned(),
                kind: "table".to_owned(),
                row_count: None,
                row_count_estimate: None,
            },
            copy: Copy {
                table: id,
                source: SourceId::generate(),
                physical: String::new(),
                columns: Vec::new(),
                key: Vec::new(),
                rows: 0,
                synced_at: 0,
                cursor: None,
            },
        }
    }

    fn meant(named: &[Named], parts: &[&str]) -> Result<String, String> {
        let parts: Vec<_> = parts.iter().map(|part| (*part).to_owned()).collect();
        let found = found(named, &parts);
        found.map(Named::full).map_err(|error| error.to_string())
    }

    #[test]
    fn a_source_comes_before_a_schema_of_the_same_name() {
        let all = [
            named("my's \"q\"", Some("qry"), "t"),
            named("qry", Some("public"), "t"),
            named("my's \"q\"", Some("qry"), "u"),
        ];
        let of = |parts: &[&str]| meant(&all, parts);
        assert_eq!(of(&["qry", "t"]).unwrap(), r#""qry"."public"."t""#);
        assert_eq!(of(&["qry", "u"]).unwrap(), r#""my's ""q"""."qry"."u""#);
        let full = [r#"my's "q""#, "qry", "t"];
        assert_eq!(of(&full).unwrap(), r#""my's ""q"""."qry"."t""#);
        assert!(of(&["qry", "v"]).unwrap_err().contains("no copy"));
    }

    #[test]
    fn names_that_a_name_may_mean_can_be_pasted() {
        let all = [
            named("my's \"q\"", Some("qry"), "t"),
            named("other", None, "t"),
        ];
        assert_eq!(
            meant(&all, &["t"]).unwrap_err(),
            r#"`"t"` may be `"my's ""q"""."qry"."t"` or `"other"."t"`."#
        );
    }
}
