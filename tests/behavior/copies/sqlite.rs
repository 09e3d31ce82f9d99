//! SQLite, by the library's own values.

use std::path::PathBuf;

use async_trait::async_trait;
use rusqlite::Connection;
use rusqlite::types::ValueRef;
use serde_json::{Value, json};

use super::dice::Dice;
use super::{Row, Source, compare};
use crate::support::rows::Owned;
use crate::support::servers;

struct Tables {
    path: PathBuf,
    database: Value,
}

/// Declarations, none of which binds the values of its column, but by affinity.
const DECLARED: &[&str] = &[
    "",
    "INTEGER",
    "INT",
    "BIGINT",
    "BOOLEAN",
    "TEXT",
    "VARCHAR(5)",
    "BLOB",
    "REAL",
    "DOUBLE",
    "NUMERIC",
    "DECIMAL(10,2)",
    "DATE",
    "DATETIME",
    "TIMESTAMP WITH TIME ZONE",
    "TIME",
    "JSON",
    "UUID",
    "GEOMETRY",
    "XML",
];

#[test]
fn tables_of_chance_are_copied_as_sqlite_holds_them() {
    if !servers::chosen("sqlite") {
        return;
    }
    compare(async |name, files| {
        let path = files.join(format!("{name}.sqlite"));
        Connection::open(&path)
            .unwrap()
            .execute_batch("CREATE TABLE other (a)")
            .unwrap();
        Tables {
            path,
            database: json!({"databaseType": "sqlite", "database": format!("{name}.sqlite")}),
        }
    });
}

fn literal(dice: &mut Dice) -> String {
    let quoted = |text: &str| {
        format!(
            "CAST(x'{}' AS TEXT)",
            data_encoding::HEXLOWER.encode(text.as_bytes())
        )
    };
    match dice.below(10) {
        0 | 1 => match dice.signed(64) {
            // Its digits alone would be read as a positive number beyond the largest.
            i64::MIN => "(-9223372036854775807 - 1)".to_owned(),
            number => number.to_string(),
        },
        2 => format!("{:e}", dice.double()),
        3 => dice
            .of(&["9e999", "-9e999", "-0.0", "1.0", "1e300"])
            .to_owned(),
        4 | 5 => quoted(&dice.any_text(30)),
        6 => quoted(&dice.decimal(20, 20)),
        7 => format!("'{} {}'", dice.date(1, 9999), dice.time()),
        8 => format!("x'{}'", dice.hex(30)),
        // A text that is no UTF-8, most often.
        _ => format!("CAST(x'{}' AS TEXT)", dice.hex(10)),
    }
}

#[async_trait]
impl Source for Tables {
    fn database(&self) -> Value {
        self.database.clone()
    }

    fn kinds(&self) -> usize {
        DECLARED.len()
    }

    async fn create(&mut self, table: &str, kinds: &[usize]) {
        let columns = kinds.iter().enumerate();
        let columns: Vec<_> = columns
            .map(|(at, kind)| format!(", c{at} {}", DECLARED[*kind]))
            .collect();
        let columns = columns.concat();
        self.run(&format!(
            "CREATE TABLE {table} (id INTEGER PRIMARY KEY, rev INTEGER NOT NULL{columns})"
        ));
    }

    async fn drop_table(&mut self, table: &str) {
        self.run(&format!("DROP TABLE {table}"));
    }

    async fn put(&mut self, table: &str, kinds: &[usize], row: &Row) {
        let values = row
            .values
            .iter()
            .take(kinds.len())
            .map(|number| match number {
                Some(number) => format!(", {}", literal(&mut Dice::new(*number))),
                None => ", NULL".to_owned(),
            });
        let (id, rev) = (row.id, row.rev);
        let values: String = values.collect();
        self.run(&format!(
            "INSERT OR REPLACE INTO {table} VALUES ({id}, {rev}{values})"
        ));
    }

    async fn stored(&mut self, table: &str, kinds: &[usize]) -> Vec<Vec<Owned>> {
        let file = Connection::open(&self.path).unwrap();
        let sql = format!("SELECT * FROM {table} ORDER BY id");
        let mut statement = file.prepare(&sql).unwrap();
        let mut rows = statement.query([]).unwrap();
        let mut all = Vec::new();
        while let Some(row) = rows.next().unwrap() {
            let value = |at| match row.get_ref(at).unwrap() {
                ValueRef::Text(text) if std::str::from_utf8(text).is_err() => {
                    Owned::Blob(text.to_vec())
                }
                value => Owned::from(value),
            };
            all.push((0..kinds.len() + 2).map(value).collect());
        }
        all
    }
}

impl Tables {
    fn run(&self, sql: &str) {
        let file = Connection::open(&self.path).unwrap();
        let ran = file.execute_batch(sql);
        ran.unwrap_or_else(|error| panic!("{sql}: {error}"));
    }
}
