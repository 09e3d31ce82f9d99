//! CREATE TABLE. <https://sqlite.org/lang_createtable.html>

use super::token::{Cursor, Kind, Token};
use crate::schema::Check;

/// What the text of a table tells.
#[derive(Debug, Default, PartialEq, Eq)]
pub(in super::super) struct TableText {
    /// In order.
    pub columns: Vec<ColumnText>,
    /// The primary and unique constraints.
    pub keys: Vec<KeyText>,
    /// In order.
    pub foreign_keys: Vec<ForeignKeyText>,
    /// In order.
    pub checks: Vec<Check>,
}

#[derive(Debug, Default, PartialEq, Eq)]
pub(in super::super) struct ColumnText {
    pub name: String,
    /// The expression that its value is computed by.
    pub generated: Option<String>,
}

#[derive(Debug, Default, PartialEq, Eq)]
pub(in super::super) struct KeyText {
    pub name: Option<String>,
    pub primary: bool,
    pub columns: Vec<String>,
}

#[derive(Debug, Default, PartialEq, Eq)]
pub(in super::super) struct ForeignKeyText {
    pub name: Option<String>,
    pub columns: Vec<String>,
    pub table: String,
    pub deferrable: bool,
    pub initially_deferred: bool,
}

/// Words that begin a constraint of a table: reserved, so no column is named so without quotes.
const OF_TABLE: &[&str] = &["CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN"];

/// Words that end the type of a column: those of its constraints that are reserved.
const OF_COLUMN: &[&str] = &[
    "CONSTRAINT",
    "DEFAULT",
    "NULL",
    "NOT",
    "PRIMARY",
    "UNIQUE",
    "CHECK",
    "REFERENCES",
    "DEFERRABLE",
    "COLLATE",
    "AS",
];

/// Reads a CREATE TABLE statement. None where it is not understood in full.
pub(in super::super) fn create_table(sql: &str) -> Option<TableText> {
    let mut cursor = Cursor::new(sql);
    cursor.demand("CREATE")?;
    cursor.demand("TABLE")?;
    cursor.created_name()?;
    cursor.eat_sign("(").then_some(())?;
    let mut table = TableText::default();
    loop {
        if cursor.peek()?.is_any(OF_TABLE) {
            table.constraints(&mut cursor)?;
            return Some(table);
        }
        table.column(&mut cursor)?;
        if cursor.eat_sign(")") {
            return Some(table);
        }
        cursor.eat_sign(",").then_some(())?;
    }
}

impl TableText {
    fn column(&mut self, cursor: &mut Cursor<'_>) -> Option<()> {
        let name = cursor.name()?;
        type_name(cursor)?;
        let mut generated = None;
        let mut constraint = None;
        while let Some(next) = cursor.peek() {
            if next.is_sign(",") || next.is_sign(")") {
                self.columns.push(ColumnText { name, generated });
                return Some(());
            }
            cursor.next();
            if next.is("CONSTRAINT") {
                constraint = Some(cursor.name()?);
                continue;
            }
            let constraint = constraint.take();
            if next.is("PRIMARY") || next.is("UNIQUE") {
                let primary = next.is("PRIMARY");
                if primary {
                    cursor.demand("KEY")?;
                    cursor.eat_any(&["ASC", "DESC"]);
                }
                on_conflict(cursor)?;
                cursor.eat_any(&["AUTOINCREMENT"]);
                self.keys.push(KeyText {
                    name: constraint,
                    primary,
                    columns: vec![name.clone()],
                });
            } else if next.is("CHECK") {
                self.check(cursor, constraint, Some(name.clone()))?;
            } else if next.is("REFERENCES") {
                self.references(cursor, constraint, vec![name.clone()])?;
            } else if next.is("DEFERRABLE") {
                self.defer(cursor, true)?;
            } else if next.is("NOT") {
                if cursor.eat("DEFERRABLE") {
                    self.defer(cursor, false)?;
                } else {
                    cursor.demand("NULL")?;
                    on_conflict(cursor)?;
                }
            } else if next.is("NULL") {
                on_conflict(cursor)?;
            } else if next.is("DEFAULT") {
                default(cursor)?;
            } else if next.is("COLLATE") {
                cursor.name()?;
            } else if next.is("GENERATED") {
                cursor.demand("ALWAYS")?;
            } else if next.is("AS") {
                generated = Some(cursor.group()?.to_owned());
                cursor.eat_any(&["STORED", "VIRTUAL"]);
            } else {
                return None;
            }
        }
        None
    }

    /// The constraints behind the columns. `SQLite` lets the commas between them be left out.
    fn constraints(&mut self, cursor: &mut Cursor<'_>) -> Option<()> {
        let mut constraint = None;
        loop {
            let next = cursor.next()?;
            if next.is("CONSTRAINT") {
                constraint = Some(cursor.name()?);
            } else if next.is("PRIMARY") || next.is("UNIQUE") {
                let primary = next.is("PRIMARY");
                if primary {
                    cursor.demand("KEY")?;
                }
                let columns = columns(cursor)?;
                on_conflict(cursor)?;
                self.keys.push(KeyText {
                    name: constraint.take(),
                    primary,
                    columns,
                });
            } else if next.is("CHECK") {
                self.check(cursor, constraint.take(), None)?;
                on_conflict(cursor)?;
            } else if next.is("FOREIGN") {
                cursor.demand("KEY")?;
                let columns = columns(cursor)?;
                cursor.demand("REFERENCES")?;
                self.references(cursor, constraint.take(), columns)?;
                if cursor.eat("DEFERRABLE") {
                    self.defer(cursor, true)?;
                } else if cursor.eat("NOT") {
                    cursor.demand("DEFERRABLE")?;
                    self.defer(cursor, false)?;
                }
            } else if next.is_sign(")") {
                return Some(());
            } else if !next.is_sign(",") {
                return None;
            }
        }
    }

    fn check(
        &mut self,
        cursor: &mut Cursor<'_>,
        name: Option<String>,
        column: Option<String>,
    ) -> Option<()> {
        self.checks.push(Check {
            name,
            expression: cursor.group()?.to_owned(),
            column,
            ..Check::default()
        });
        Some(())
    }

    /// What follows REFERENCES.
    fn references(
        &mut self,
        cursor: &mut Cursor<'_>,
        name: Option<String>,
        of: Vec<String>,
    ) -> Option<()> {
        let table = cursor.name()?;
        if cursor.peek()?.is_sign("(") {
            columns(cursor)?;
        }
        loop {
            if cursor.eat("ON") {
                cursor
                    .eat_any(&["DELETE", "UPDATE", "INSERT"])
                    .then_some(())?;
                let action = cursor.next()?;
                if action.is("SET") || action.is("NO") {
                    cursor.next()?;
                }
            } else if cursor.eat("MATCH") {
                cursor.name()?;
            } else {
                break;
            }
        }
        self.foreign_keys.push(ForeignKeyText {
            name,
            columns: of,
            table,
            ..ForeignKeyText::default()
        });
        Some(())
    }

    /// What follows DEFERRABLE. It is said of the last foreign key, wherever that was declared.
    fn defer(&mut self, cursor: &mut Cursor<'_>, deferrable: bool) -> Option<()> {
        let mut deferred = false;
        if cursor.eat("INITIALLY") {
            deferred = cursor.peek()?.is("DEFERRED");
            cursor.eat_any(&["DEFERRED", "IMMEDIATE"]).then_some(())?;
        }
        if let Some(key) = self.foreign_keys.last_mut() {
            key.deferrable = deferrable;
            key.initially_deferred = deferrable && deferred;
        }
        Some(())
    }
}

/// Passes by the type of a column: any words, GENERATED ALWAYS among them, and then what is in
/// parentheses.
fn type_name(cursor: &mut Cursor<'_>) -> Option<()> {
    let of_type = |token: &Token<'_>| match token.kind {
        Kind::Word => !token.is_any(OF_COLUMN),
        kind => matches!(kind, Kind::Quoted | Kind::Text),
    };
    let mut some = false;
    while cursor.eat_if(of_type) {
        some = true;
    }
    if some && cursor.peek()?.is_sign("(") {
        cursor.group()?;
    }
    Some(())
}

/// Passes by what follows DEFAULT; the catalog tells it.
fn default(cursor: &mut Cursor<'_>) -> Option<()> {
    if cursor.peek()?.is_sign("(") {
        return cursor.group().map(drop);
    }
    let _ = cursor.eat_sign("+") || cursor.eat_sign("-");
    (cursor.next()?.kind != Kind::Sign).then_some(())
}

/// Passes by ON CONFLICT.
fn on_conflict(cursor: &mut Cursor<'_>) -> Option<()> {
    if cursor.eat("ON") {
        cursor.demand("CONFLICT")?;
        cursor.name()?;
    }
    Some(())
}

/// A list of columns in parentheses, each with its collation and order, which are passed by.
fn columns(cursor: &mut Cursor<'_>) -> Option<Vec<String>> {
    cursor.eat_sign("(").then_some(())?;
    let mut names = Vec::new();
    loop {
        names.push(cursor.name()?);
        if cursor.eat("COLLATE") {
            cursor.name()?;
        }
        cursor.eat_any(&["ASC", "DESC"]);
        cursor.eat_any(&["AUTOINCREMENT"]);
        if cursor.eat_sign(")") {
            return Some(names);
        }
        cursor.eat_sign(",").then_some(())?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(inside: &str) -> TableText {
        let sql = format!("CREATE TABLE t ({inside})");
        create_table(&sql).unwrap_or_else(|| panic!("{sql}"))
    }

    #[test]
    fn columns_are_told_with_the_expressions_of_those_that_are_generated() {
        let table = told(
            "a, \"b\"\"c\" VARCHAR(20) DEFAULT -1.5e3, [d e] INT GENERATED ALWAYS AS (a || ')') STORED, \
             f DECIMAL(10, 2) GENERATED ALWAYS AS (a) VIRTUAL, 'g' \"long type\" AS (1) NOT NULL, \
             h DEFAULT x'29' COLLATE nocase, key TEXT DEFAULT (')'), i DEFAULT CURRENT_TIME UNIQUE",
        );
        let columns: Vec<_> = table
            .columns
            .iter()
            .map(|column| (column.name.as_str(), column.generated.as_deref()))
            .collect();
        assert_eq!(
            columns,
            [
                ("a", None),
                ("b\"c", None),
                ("d e", Some("a || ')'")),
                ("f", Some("a")),
                ("g", Some("1")),
                ("h", None),
                ("key", None),
                ("i", None),
            ]
        );
    }

    #[test]
    fn a_constraint_has_the_name_that_stands_right_before_it() {
        let table = told(
            "a CONSTRAINT p PRIMARY KEY DESC ON CONFLICT ROLLBACK CONSTRAINT n NOT NULL CHECK (a > 0), \
             b CONSTRAINT c CHECK (b), CONSTRAINT u UNIQUE (b COLLATE nocase DESC, \"a\") ON CONFLICT IGNORE \
             CHECK (a <> b) CONSTRAINT \"d e\" CHECK (1)",
        );
        let keys: Vec<_> = table
            .keys
            .iter()
            .map(|key| (key.name.as_deref(), key.primary, key.columns.join(",")))
            .collect();
        assert_eq!(
            keys,
            [
                (Some("p"), true, "a".to_owned()),
                (Some("u"), false, "b,a".to_owned())
            ]
        );
        let checks: Vec<_> = table
            .checks
            .iter()
            .map(|check| {
                (
                    check.name.as_deref(),
                    check.expression.as_str(),
                    check.column.as_deref(),
                )
            })
            .collect();
        assert_eq!(
            checks,
            [
                (None, "a > 0", Some("a")),
                (Some("c"), "b", Some("b")),
                (None, "a <> b", None),
                (Some("d e"), "1", None),
            ]
        );
    }

    #[test]
    fn foreign_keys_tell_their_names_and_whether_they_wait() {
        let table = told(
            "a REFERENCES x ON DELETE SET NULL ON UPDATE NO ACTION MATCH full DEFERRABLE INITIALLY DEFERRED, \
             b CONSTRAINT f REFERENCES y(z) NOT DEFERRABLE INITIALLY DEFERRED NOT NULL, \
             CONSTRAINT g FOREIGN KEY (a, b) REFERENCES \"x y\" (c, d) ON DELETE CASCADE DEFERRABLE",
        );
        let keys: Vec<_> = table
            .foreign_keys
            .iter()
            .map(|key| {
                (
                    key.name.as_deref(),
                    key.columns.join(","),
                    key.table.as_str(),
                    key.deferrable,
                    key.initially_deferred,
                )
            })
            .collect();
        assert_eq!(
            keys,
            [
                (None, "a".to_owned(), "x", true, true),
                (Some("f"), "b".to_owned(), "y", false, false),
                (Some("g"), "a,b".to_owned(), "x y", true, false),
            ]
        );
    }

    #[test]
    fn what_is_not_understood_tells_nothing() {
        for sql in [
            "",
            "CREATE TABLE t",
            "CREATE TABLE t AS SELECT 1",
            "CREATE TABLE t (a",
            "CREATE TABLE t (a,)",
            "CREATE TABLE t (a CHECK 1)",
            "CREATE TABLE t (a 'b)",
            "CREATE TABLE t (a, UNIQUE (lower(a)))",
            "CREATE VIEW t (a)",
            "CREATE TABLE t (a b ? c)",
        ] {
            assert_eq!(create_table(sql), None, "{sql}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_told_or_not(text in "(?s).*") {
            let _ = create_table(&text);
            let _ = create_table(&format!("CREATE TABLE t ({text}"));
        }

        #[test]
        fn any_order_of_the_words_that_matter_is_told_or_not(
            words in proptest::collection::vec(
                proptest::sample::select(vec![
                    "a", "(", ")", ",", "CHECK", "CONSTRAINT", "PRIMARY", "KEY", "UNIQUE", "FOREIGN",
                    "REFERENCES", "ON", "NOT", "NULL", "DEFERRABLE", "INITIALLY", "AS", "DEFAULT",
                    "COLLATE", "GENERATED", "ALWAYS", "'", "\"", "[", "--", "/*", "1", "-",
                ]),
                0..40,
            ),
        ) {
            let _ = create_table(&format!("CREATE TABLE t ({})", words.join(" ")));
        }
    }
}
