//! SQLite for the suite.

use std::path::Path;

use async_trait::async_trait;
use rusqlite::Connection;
use serde_json::{Value, json};

use super::engine::{DELETE_ROWS, Engine, Expected, KEYED, Versioned, values};
use crate::support::servers;

pub struct Sqlite;

impl Sqlite {
    pub fn chosen() -> Option<Self> {
        servers::chosen("sqlite").then_some(Self)
    }
}

#[async_trait]
impl Engine for Sqlite {
    fn name(&self) -> &'static str {
        "sqlite"
    }

    fn has_server(&self) -> bool {
        false
    }

    fn customers(&self) -> Vec<Expected> {
        vec![
            ("id", "int64", false, true),
            ("name", "string", false, false),
            ("email", "string", true, false),
        ]
    }

    async fn make(&self, name: &str, files: &Path) -> Value {
        let file = Connection::open(files.join(format!("{name}.sqlite"))).unwrap();
        file.execute_batch(
            "CREATE TABLE customers (id INTEGER PRIMARY KEY, name varchar(50) NOT NULL, email text DEFAULT 'none');
             CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id REFERENCES customers, total decimal(10,2));
             CREATE VIEW big_orders AS SELECT * FROM orders WHERE total > 100;
             INSERT INTO customers (id, name) VALUES (1, 'Ann'), (2, 'Bob'), (3, 'Cid');
             INSERT INTO orders VALUES (1, 1, 5.50), (2, 2, 500);",
        )
        .unwrap();
        json!({"databaseType": "sqlite", "database": format!("{name}.sqlite")})
    }

    async fn add_table(&self, name: &str, files: &Path) {
        let file = Connection::open(files.join(format!("{name}.sqlite"))).unwrap();
        file.execute_batch("CREATE TABLE added (a INTEGER)")
            .unwrap();
    }

    async fn add_keyed(&self, name: &str, files: &Path) {
        let file = Connection::open(files.join(format!("{name}.sqlite"))).unwrap();
        file.execute_batch(&KEYED.join(";")).unwrap();
    }

    async fn delete_rows(&self, name: &str, files: &Path) {
        let file = Connection::open(files.join(format!("{name}.sqlite"))).unwrap();
        file.execute_batch(&DELETE_ROWS.join(";")).unwrap();
    }

    async fn put(&self, name: &str, files: &Path, rows: &[Versioned], whole: bool) {
        let file = Connection::open(files.join(format!("{name}.sqlite"))).unwrap();
        let script = format!(
            "BEGIN;
             CREATE TABLE IF NOT EXISTS versions (id INTEGER PRIMARY KEY, v INTEGER, seq INTEGER, pad TEXT);
             DELETE FROM versions WHERE {whole};
             REPLACE INTO versions VALUES {};
             COMMIT",
            values(rows)
        );
        file.execute_batch(&script).unwrap();
    }

    async fn rename_customers(&self, name: &str, files: &Path, to: &str) {
        let file = Connection::open(files.join(format!("{name}.sqlite"))).unwrap();
        file.execute_batch(&format!("ALTER TABLE customers RENAME TO {to}"))
            .unwrap();
    }
}
