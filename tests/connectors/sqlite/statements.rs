//! Random statements: what was put into them is what is read.

use std::fmt::Write;

use headwater::schema::{Check, ForeignKeyAction, Generated, Key, Order, Schema, Table};
use proptest::collection::vec;
use proptest::prelude::*;

use super::{Folder, table};

/// A table of random make, as it is written and as it must be read.
#[derive(Debug, Clone)]
struct Random {
    columns: Vec<RandomColumn>,
    constraints: Vec<(Option<Name>, Constraint)>,
    gaps: Vec<&'static str>,
}

#[derive(Debug, Clone)]
struct RandomColumn {
    name: Name,
    declared: &'static str,
    generated: Option<(&'static str, bool)>,
    collation: bool,
    check: Option<(Option<Name>, &'static str)>,
    refers: Option<(Option<Name>, Refers)>,
}

#[derive(Debug, Clone)]
enum Constraint {
    Unique(prop::sample::Index),
    Check(&'static str),
    ForeignKey(prop::sample::Index, Refers),
}

#[derive(Debug, Clone)]
struct Refers {
    on_delete: &'static str,
    waits: Option<(bool, Option<bool>)>,
    named: bool,
}

/// A name, and how it is quoted.
#[derive(Debug, Clone)]
struct Name(String, u8);

impl Name {
    fn sql(&self) -> String {
        match self.1 {
            0 if !self.0.contains(']') => format!("[{}]", self.0),
            1 => format!("`{}`", self.0.replace('`', "``")),
            _ => format!("\"{}\"", self.0.replace('"', "\"\"")),
        }
    }
}

fn name() -> impl Strategy<Value = Name> {
    ("[^\\x00]{1,8}", 0..3_u8).prop_map(|(name, quote)| Name(name, quote))
}

fn expression() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "1",
        "')' <> '('",
        "length('it''s, (') /* ) */ > 0",
        "1 IN (2, (3)) OR x'29' <> 'it''s'",
        "1e-5 + .5 > 0 -- )\n",
        "CASE WHEN 1 THEN [a, (b] END IS NULL",
    ])
}

fn refers() -> impl Strategy<Value = Refers> {
    let actions = vec![
        "",
        "CASCADE",
        "SET NULL",
        "SET DEFAULT",
        "RESTRICT",
        "NO ACTION",
    ];
    (
        prop::sample::select(actions),
        proptest::option::of((any::<bool>(), proptest::option::of(any::<bool>()))),
        any::<bool>(),
    )
        .prop_map(|(on_delete, waits, named)| Refers {
            on_delete,
            waits,
            named,
        })
}

fn random() -> impl Strategy<Value = Random> {
    let types = vec![
        "",
        "INT",
        "VARCHAR(20)",
        "DECIMAL(10, -2)",
        "\"odd ( type\"",
        "GENERATED ALWAYS",
        "key no",
    ];
    let column = (
        name(),
        prop::sample::select(types),
        proptest::option::weighted(
            0.2,
            (
                prop::sample::select(vec!["1", "')' || '('", "abs(-1)"]),
                any::<bool>(),
            ),
        ),
        any::<bool>(),
        proptest::option::of((proptest::option::of(name()), expression())),
        proptest::option::weighted(0.3, (proptest::option::of(name()), refers())),
    )
        .prop_map(
            |(name, declared, generated, collation, check, refers)| RandomColumn {
                name,
                declared,
                generated,
                collation,
                check,
                refers,
            },
        );
    let constraint = prop_oneof![
        any::<prop::sample::Index>().prop_map(Constraint::Unique),
        expression().prop_map(Constraint::Check),
        (any::<prop::sample::Index>(), refers())
            .prop_map(|(at, refers)| Constraint::ForeignKey(at, refers)),
    ];
    let gaps = vec![" ", "\n", "\t", " /* , ( ' */ ", " -- it's )\n"];
    (
        vec(column, 1..6),
        vec((proptest::option::of(name()), constraint), 0..5),
        vec(prop::sample::select(gaps), 40),
    )
        .prop_map(|(mut columns, constraints, gaps)| {
            let mut seen = std::collections::HashSet::new();
            columns.retain(|column| seen.insert(column.name.0.to_ascii_lowercase()));
            Random {
                columns,
                constraints,
                gaps,
            }
        })
}

impl Refers {
    fn sql(&self) -> String {
        let mut sql = format!(
            "REFERENCES{}",
            if self.named { " parent (y)" } else { " parent" }
        );
        if !self.on_delete.is_empty() {
            write!(sql, " ON UPDATE CASCADE ON DELETE {}", self.on_delete).unwrap();
        }
        if let Some((deferrable, when)) = self.waits {
            sql += if deferrable {
                " DEFERRABLE"
            } else {
                " NOT DEFERRABLE"
            };
            sql += match when {
                Some(true) => " INITIALLY DEFERRED",
                Some(false) => " INITIALLY IMMEDIATE",
                None => "",
            };
        }
        sql
    }
}

fn constraint_sql(name: Option<&Name>) -> String {
    name.map_or_else(String::new, |name| format!("CONSTRAINT {} ", name.sql()))
}

impl Random {
    fn sql(&self) -> String {
        // The column that one of the expressions names.
        let mut items = vec!["[a, (b]".to_owned()];
        for column in &self.columns {
            let mut sql = format!("{} {}", column.name.sql(), column.declared);
            if let Some((name, check)) = &column.check {
                write!(sql, " {}CHECK ({check})", constraint_sql(name.as_ref())).unwrap();
            }
            if let Some((expression, stored)) = column.generated {
                write!(
                    sql,
                    " AS ({expression}) {}",
                    if stored { "STORED" } else { "" }
                )
                .unwrap();
            }
            if column.collation {
                sql += " COLLATE nocase";
            }
            if let Some((name, refers)) = &column.refers {
                write!(sql, " {}{}", constraint_sql(name.as_ref()), refers.sql()).unwrap();
            }
            items.push(sql);
        }
        for (name, constraint) in &self.constraints {
            let what = match constraint {
                Constraint::Unique(at) => format!("UNIQUE ({})", at.get(&self.columns).name.sql()),
                Constraint::Check(check) => format!("CHECK ({check})"),
                Constraint::ForeignKey(at, refers) => {
                    format!(
                        "FOREIGN KEY ({}) {}",
                        at.get(&self.columns).name.sql(),
                        refers.sql()
                    )
                }
            };
            items.push(constraint_sql(name.as_ref()) + &what);
        }
        let mut gaps = self.gaps.iter().cycle();
        let mut sql = "CREATE TABLE t (".to_owned();
        for (at, item) in items.iter().enumerate() {
            sql += if at > 0 { "," } else { "" };
            sql += gaps.next().unwrap();
            sql += item;
            sql += gaps.next().unwrap();
        }
        sql + ")"
    }

    fn checks(&self) -> Vec<Check> {
        let check = |name: &Option<Name>, expression: &str, column: Option<&Name>| Check {
            name: name.as_ref().map(|name| name.0.clone()),
            expression: expression.trim().to_owned(),
            column: column.map(|name| name.0.clone()),
            ..Check::default()
        };
        let of_columns = self.columns.iter().filter_map(|column| {
            let (name, expression) = column.check.as_ref()?;
            Some(check(name, expression, Some(&column.name)))
        });
        let of_table = self
            .constraints
            .iter()
            .filter_map(|(name, constraint)| match constraint {
                Constraint::Check(expression) => Some(check(name, expression, None)),
                _ => None,
            });
        of_columns.chain(of_table).collect()
    }

    fn unique(&self) -> Vec<Key> {
        let mut keys: Vec<Key> = Vec::new();
        for (name, constraint) in &self.constraints {
            if let Constraint::Unique(at) = constraint {
                let columns = vec![at.get(&self.columns).name.0.clone()];
                // SQLite makes one index of two like constraints.
                if keys.iter().all(|key| key.columns != columns) {
                    let name = name.as_ref().map(|name| name.0.clone());
                    keys.push(Key {
                        name,
                        columns,
                        ..Key::default()
                    });
                }
            }
        }
        keys
    }

    fn foreign_keys(&self) -> Vec<(Option<&Name>, &Name, &Refers)> {
        let of_columns = self.columns.iter().filter_map(|column| {
            let (name, refers) = column.refers.as_ref()?;
            Some((name.as_ref(), &column.name, refers))
        });
        let of_table = self
            .constraints
            .iter()
            .filter_map(|(name, constraint)| match constraint {
                Constraint::ForeignKey(at, refers) => {
                    Some((name.as_ref(), &at.get(&self.columns).name, refers))
                }
                _ => None,
            });
        of_columns.chain(of_table).collect()
    }

    fn check(&self, found: &Table) {
        for (column, found) in self.columns.iter().zip(&found.columns[1..]) {
            let generated = column.generated.map(|(expression, stored)| Generated {
                expression: expression.to_owned(),
                stored,
            });
            assert_eq!(found.name, column.name.0);
            assert_eq!(found.generated, generated);
            assert_eq!(
                found.collation.as_deref(),
                column.collation.then_some("nocase")
            );
        }
        assert_eq!(found.checks, self.checks());
        assert_eq!(found.keys, self.unique());
        let expected = self.foreign_keys();
        assert_eq!(found.foreign_keys.len(), expected.len());
        for (found, (name, column, refers)) in found.foreign_keys.iter().zip(expected) {
            let (deferrable, deferred) = match refers.waits {
                Some((true, when)) => (true, when == Some(true)),
                _ => (false, false),
            };
            assert_eq!(found.name.as_ref(), name.map(|name| &name.0));
            assert_eq!(found.columns.join("/"), column.0);
            assert_eq!(
                found.referenced_columns,
                [if refers.named { "y" } else { "x" }]
            );
            assert_eq!(
                (found.deferrable, found.initially_deferred),
                (deferrable, deferred)
            );
            let action = ForeignKeyAction::from_sql(refers.on_delete);
            assert_eq!(Some(found.on_delete), action);
        }
    }
}

fn read(folder: &Folder) -> Schema {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(folder.schema())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]
    #[test]
    fn whatever_was_put_into_a_statement_is_found_in_it(random in random()) {
        let folder = Folder::with("CREATE TABLE parent (x INTEGER PRIMARY KEY, y UNIQUE)");
        let made = rusqlite::Connection::open(folder.path("a.db")).unwrap();
        let sql = random.sql();
        made.execute_batch(&sql).unwrap_or_else(|error| panic!("{error}: {sql}"));
        random.check(table(&read(&folder), "t"));
    }

    #[test]
    fn the_keys_of_an_index_are_found_as_they_were_written(
        keys in vec((prop::sample::select(vec![
            "a", "lower(b)", "a + asc", "b || ',' || ')'", "substr(b, 1, 2)", "(a, b) < (asc, 1)", "asc",
        ]), prop::sample::select(vec!["", " ASC", " desc"])), 1..5),
        predicate in proptest::option::of(expression()),
    ) {
        let sql = keys.iter().map(|(key, order)| format!("{key}{order}")).collect::<Vec<_>>().join(" /* , */,");
        let condition = predicate.map_or_else(String::new, |p| format!(" WHERE {}", p.trim()));
        let folder = Folder::with(&format!("CREATE TABLE t (a, b, asc, [a, (b]); CREATE INDEX i ON t ({sql}){condition}"));
        let schema = read(&folder);
        let index = &table(&schema, "t").indexes[0];
        assert_eq!(index.predicate.as_deref(), predicate.map(str::trim));
        assert_eq!(index.columns.len(), keys.len());
        for (found, (key, order)) in index.columns.iter().zip(&keys) {
            assert_eq!(found.name.as_deref().or(found.expression.as_deref()), Some(*key));
            let expected = if order.contains("desc") { Order::Desc } else { Order::Asc };
            assert_eq!(found.order, Some(expected));
        }
    }
}
