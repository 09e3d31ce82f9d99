//! What the suite needs to know of an engine.

use std::path::Path;

use async_trait::async_trait;
use serde_json::{Value, json};

use crate::support::app::CANARY;

/// A column as the suite expects it: name, logical type, nullable, part of the primary key.
pub type Expected = (&'static str, &'static str, bool, bool);

/// A row that says of which state of its table it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Versioned {
    /// Its key.
    pub id: i64,
    /// The state.
    pub v: i64,
    /// Larger for every later change.
    pub seq: i64,
}

impl Versioned {
    /// A text that says the same, and is as long as texts are.
    pub fn pad(&self) -> String {
        format!("{}:{}:{}.{}", self.id, self.v, self.seq, "x".repeat(200))
    }
}

/// Rows as SQL writes them behind VALUES.
pub fn values(rows: &[Versioned]) -> String {
    let row = |row: &Versioned| {
        let Versioned { id, v, seq } = row;
        format!("({id}, {v}, {seq}, '{}')", row.pad())
    };
    rows.iter().map(row).collect::<Vec<_>>().join(", ")
}

/// An engine with a real server (or a file) behind it.
#[async_trait]
pub trait Engine: Sync {
    /// Its name in the list of engines.
    fn name(&self) -> &'static str;

    /// Whether there is a server to reach over the network.
    fn has_server(&self) -> bool {
        true
    }

    /// The columns of `customers`, in order.
    fn customers(&self) -> Vec<Expected>;

    /// Makes a database of this name, with `customers` (3 rows), `orders` (2 rows) and the view
    /// `big_orders`, and a login that may read it, whose password is the canary. Answers the
    /// connection's fields. `files` is the server's files folder.
    async fn make(&self, name: &str, files: &Path) -> Value;

    /// A statement that answers `customers` by their key, and some that do more than read.
    fn statements(&self) -> (Value, Vec<Value>) {
        let writes = [
            "DELETE FROM customers",
            "SELECT 1; DELETE FROM customers",
            "COMMIT",
            "DROP TABLE customers",
        ];
        (
            json!({"sql": "SELECT name, id FROM customers ORDER BY id"}),
            writes.map(|sql| json!({"sql": sql})).into(),
        )
    }

    /// Adds the table (or collection) `added` to a database that was made.
    async fn add_table(&self, name: &str, files: &Path);

    /// Adds the table (or collection) `keyed` of four rows, whose key is no single number.
    async fn add_keyed(&self, name: &str, files: &Path);

    /// Deletes the customer Bob, and a row of `keyed`.
    async fn delete_rows(&self, name: &str, files: &Path);

    /// Puts rows into the table (or collection) `versions` of a database that was made, in one
    /// transaction: each takes the place of the row of its key, all of them the place of all rows
    /// where `whole` says so. The table is made where it is missing: a key, `v`, `seq` and `pad`.
    async fn put(&self, name: &str, files: &Path, rows: &[Versioned], whole: bool);

    /// Ends all connections of the login that was made with a database, as an operator may. Answers
    /// whether the engine knows how.
    async fn hang_up(&self, _name: &str) -> bool {
        false
    }

    /// Gives `customers` of a database that was made another name. Where the engine itself knows
    /// tables by ids, it gets one more column too, so that nothing but the id tells what it was.
    async fn rename_customers(&self, name: &str, files: &Path, to: &str);
}

/// What makes the table `keyed` and deletes of it and of `customers`, in SQL.
pub const KEYED: [&str; 2] = [
    "CREATE TABLE keyed (a int NOT NULL, b varchar(20) NOT NULL, c int, PRIMARY KEY (b, a))",
    "INSERT INTO keyed VALUES (1, 'x', 0), (1, 'y', 0), (2, 'x', 0), (2, 'Größe', 0)",
];
pub const DELETE_ROWS: [&str; 3] = [
    "DELETE FROM orders WHERE customer_id = 2",
    "DELETE FROM customers WHERE name = 'Bob'",
    "DELETE FROM keyed WHERE a = 1 AND b = 'y'",
];

/// The connection of a database as a URL.
pub fn url(scheme: &str, database: &Value) -> String {
    let encode = |text: &str| {
        percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
    };
    let text = |field: &str| encode(database[field].as_str().unwrap_or_default());
    match database["port"].as_u64() {
        Some(port) => format!(
            "{scheme}://{}:{}@{}:{port}/{}",
            text("username"),
            encode(CANARY),
            database["host"].as_str().unwrap(),
            text("database")
        ),
        None => format!("{scheme}:{}", text("database")),
    }
}

/// A name that no other test has.
pub fn unique() -> String {
    format!("t{}", &uuid::Uuid::new_v4().simple().to_string()[..16])
}
