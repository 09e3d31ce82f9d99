//! The catalog, one query for each view of `information_schema`, never joined on the server: its
//! views have no indexes to join by. `MySQL` writes their column names in capitals and `MariaDB` as
//! asked, so values are read by position; names are compared byte by byte, whatever collation the
//! server compares them with.

pub mod checks;
pub mod columns;
pub mod foreign_keys;
pub mod indexes;
pub mod innodb;
pub mod listing;
pub mod partitions;
pub mod sequences;
pub mod triggers;
pub mod views;

use std::collections::HashSet;
use std::fmt::Write;
use std::time::Duration;

use super::client::{Client, Row};
use super::privileges::Privileges;
use super::quote;
use super::server::{Flavour, Server};
use super::wire::Failure;
use crate::connectors::limits;
use crate::schema::Namespace;

/// The columns that not every version and flavour has. Where one is missing, NULL is read.
const OPTIONAL: &[(&str, &str)] = &[
    ("CHECK_CONSTRAINTS", "LEVEL"),
    ("COLUMNS", "GENERATION_EXPRESSION"),
    ("COLUMNS", "SRS_ID"),
    ("SCHEMATA", "SCHEMA_COMMENT"),
    ("STATISTICS", "EXPRESSION"),
    ("STATISTICS", "IGNORED"),
    ("STATISTICS", "IS_VISIBLE"),
    ("TABLE_CONSTRAINTS", "ENFORCED"),
    ("VIEWS", "ALGORITHM"),
];

/// The columns that name a table.
const TABLE_NAMES: &[&str] = &["TABLE_NAME", "G_TABLE_NAME", "EVENT_OBJECT_TABLE"];
/// Tables beyond which a statement does not list them.
const LISTED: usize = 500;

/// The catalog of some databases.
pub struct Catalog<'c> {
    client: &'c mut Client,
    server: &'c Server,
    namespaces: Vec<Namespace>,
    /// The databases, as literals.
    schemas: String,
    /// The tables, as literals, where few are wanted of many.
    tables: Option<String>,
    /// View and column, of those that were asked for.
    features: HashSet<(String, String)>,
}

impl<'c> Catalog<'c> {
    /// The catalog of these databases, of which there is at least one.
    pub async fn open(
        client: &'c mut Client,
        server: &'c Server,
        schemas: &[String],
    ) -> Result<Self, Failure> {
        let mut catalog = Self {
            client,
            server,
            namespaces: Vec::new(),
            schemas: quote::literals(schemas.iter().map(String::as_str)),
            tables: None,
            features: HashSet::new(),
        };
        catalog.features = catalog.probe().await?;
        catalog.namespaces = listing::namespaces(&mut catalog, schemas).await?;
        Ok(catalog)
    }

    /// The same, read over another connection.
    pub fn over<'o>(&self, client: &'o mut Client) -> Catalog<'o>
    where
        'c: 'o,
    {
        Catalog {
            client,
            server: self.server,
            namespaces: self.namespaces.clone(),
            schemas: self.schemas.clone(),
            tables: self.tables.clone(),
            features: self.features.clone(),
        }
    }

    /// Asks the server what its views have.
    async fn probe(&mut self) -> Result<HashSet<(String, String)>, Failure> {
        let mut features = HashSet::new();
        let asked = self.read(include_str!("../sql/features.sql"), |row| {
            let upper = |column| row.string(column).to_ascii_uppercase();
            features.insert((upper(0), upper(1)));
        });
        // A look-alike that does not say has none of them.
        refusal_is_fine(asked.await)?;
        Ok(features)
    }

    /// The databases, as the server writes them.
    pub fn namespaces(&self) -> &[Namespace] {
        &self.namespaces
    }

    /// From here on asks for these of so many tables alone, where that is less work. Tables of
    /// another database or letter case may come with them.
    pub fn narrow<'t>(&mut self, wanted: impl ExactSizeIterator<Item = &'t str>, all: usize) {
        if (1..=LISTED.min(all / 4)).contains(&wanted.len()) {
            self.tables = Some(quote::literals(wanted));
        }
    }

    /// The dialect that the catalog speaks.
    pub fn flavour(&self) -> Flavour {
        self.server.flavour
    }

    /// Whether a view has a column.
    pub fn has(&self, view: &str, column: &str) -> bool {
        let feature = (view.to_owned(), column.to_owned());
        self.features.contains(&feature)
    }

    /// Runs one of the queries in `sql/` on the databases.
    pub async fn read(&mut self, sql: &str, take: impl FnMut(&Row)) -> Result<(), Failure> {
        let sql = self.written(sql, None);
        self.run(&sql, take).await
    }

    /// The same, in no order: of the widest rows, which the server takes as long to sort as to find.
    pub async fn read_unsorted(
        &mut self,
        sql: &str,
        take: impl FnMut(&Row),
    ) -> Result<(), Failure> {
        let (sql, _) = sql.rsplit_once("\nORDER BY ").unwrap_or((sql, ""));
        self.read(sql, take).await
    }

    /// As `read`, ended by the server itself where it takes too long.
    pub async fn read_within(
        &mut self,
        limit: Duration,
        sql: &str,
        take: impl FnMut(&Row),
    ) -> Result<(), Failure> {
        let sql = self.written(sql, Some(limit));
        self.run(&sql, take).await
    }

    /// What was granted to the login.
    pub async fn privileges(&mut self) -> Result<Privileges, Failure> {
        Privileges::read(self.client).await
    }

    /// Runs a statement that answers no rows and that a look-alike may not know.
    pub async fn try_execute(&mut self, sql: &str) -> Result<(), Failure> {
        refusal_is_fine(self.client.execute(sql).await)
    }

    async fn run(&mut self, sql: &str, mut take: impl FnMut(&Row)) -> Result<(), Failure> {
        let taken = self.client.read(sql, limits::COLUMNS, |row| {
            take(row);
            Some(())
        });
        taken.await.map(drop)
    }

    /// Puts the databases and tables in place of the current one, and NULL in place of what is not there.
    fn written(&self, sql: &str, limit: Option<Duration>) -> String {
        let begin = sql.find("SELECT").unwrap_or(0);
        let (select, from) = sql[begin..].split_once("\nFROM ").unwrap_or((sql, ""));
        let view = from.split_whitespace().next().unwrap_or_default();
        let view = view.trim_start_matches("information_schema.");
        let mut schemas = format!("({})", self.schemas);
        let name = select
            .split([',', ' '])
            .filter(|word| !word.is_empty())
            .nth(2);
        if let (Some(name), Some(tables)) = (name, &self.tables)
            && TABLE_NAMES.contains(&name)
        {
            // Writing to a String cannot fail.
            let _ = write!(schemas, " AND {name} IN ({tables})");
        }
        let mut select = select.to_owned();
        for (_, column) in OPTIONAL.iter().filter(|(of, _)| *of == view) {
            if !self.has(view, column) {
                select = select.replace(column, "NULL");
            }
        }
        let from = from.replace("(DATABASE())", &schemas);
        let sql = format!("{select}\nFROM {from}");
        match (self.server.flavour, limit) {
            (Flavour::MySql, None) => sql,
            (_, Some(limit)) => limited(self.server, &sql, limit),
            // Under ANSI_QUOTES it prints other expressions.
            (Flavour::MariaDb, None) => format!("SET STATEMENT sql_mode = '' FOR {sql}"),
        }
    }
}

/// Lets the server itself end a statement that takes too long.
pub fn limited(server: &Server, sql: &str, limit: Duration) -> String {
    let select = sql.find("SELECT").unwrap_or(0);
    let statement = &sql[select..];
    match server.flavour {
        Flavour::MySql => {
            let statement = statement.strip_prefix("SELECT").unwrap_or(statement);
            let milliseconds = limit.as_millis().max(1);
            format!("SELECT /*+ MAX_EXECUTION_TIME({milliseconds}) */{statement}")
        }
        Flavour::MariaDb => {
            let seconds = limit.as_secs_f64();
            format!("SET STATEMENT max_statement_time = {seconds:.3} FOR {statement}")
        }
    }
}

/// For a statement that a look-alike may not know and that is not needed.
pub fn refusal_is_fine(result: Result<(), Failure>) -> Result<(), Failure> {
    match result {
        Err(Failure::Server(_)) => Ok(()),
        other => other,
    }
}
