//! SQLite files, made by SQLite itself, through the library's own interface.

mod counting;
mod details;
mod hostile;
mod introspection;
mod opening;
mod paths;
mod queries;
mod statements;
mod values;

use headwater::connectors::config::ConfigError;
use headwater::connectors::dial::Dialer;
use headwater::connectors::input::ConnectionInput;
use headwater::connectors::{
    ConnectorError, Context, Selection, Session, Settings, Target, Trace, driver,
};
use headwater::schema::{Column, Schema, Table};
use rusqlite::Connection;
use serde_json::{Value, json};
use tempfile::TempDir;

/// A files folder of its own.
struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// A folder with the one file `a.db`, made by this script.
    fn with(script: &str) -> Self {
        let folder = Self::new();
        folder.make("a.db", script);
        folder
    }

    /// Makes a file by a script; the connection may be kept as a writer that lives on.
    fn make(&self, name: &str, script: &str) -> Connection {
        let connection = Connection::open(self.path(name)).unwrap();
        connection.execute_batch(script).unwrap();
        connection
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.0.path().join(name)
    }

    async fn open(&self, database: &str) -> Result<Box<dyn Session>, ConnectorError> {
        let target = target(json!({ "database": database })).unwrap();
        self.open_target(&target, &Trace::default()).await
    }

    async fn open_target(
        &self,
        target: &Target,
        trace: &Trace,
    ) -> Result<Box<dyn Session>, ConnectorError> {
        let context = Context {
            dialer: Dialer::default(),
            files_root: self.0.path().to_owned(),
        };
        target.driver.connect(&context, target, trace).await
    }

    async fn refusal(&self, database: &str) -> ConnectorError {
        match self.open(database).await {
            Ok(_) => panic!("'{database}' was opened"),
            Err(error) => error,
        }
    }

    /// The schema of `a.db`.
    async fn schema(&self) -> Schema {
        let mut session = self.open("a.db").await.unwrap();
        session.introspect(&Selection::default()).await.unwrap()
    }
}

fn target(input: Value) -> Result<Target, ConfigError> {
    let input: ConnectionInput = serde_json::from_value(input).unwrap();
    let driver = driver("sqlite").unwrap();
    let draft = input.draft(driver)?;
    Ok(Target {
        driver,
        settings: draft.settings,
        credentials: draft.credentials,
        uploads: None,
    })
}

fn settings(input: Value) -> Settings {
    target(input).unwrap().settings
}

fn table<'a>(schema: &'a Schema, name: &str) -> &'a Table {
    let names: Vec<_> = schema.tables.iter().map(|t| &t.name).collect();
    let found = schema.tables.iter().find(|t| t.name == name);
    found.unwrap_or_else(|| panic!("no {name:?} among {names:?}"))
}

fn column<'a>(table: &'a Table, name: &str) -> &'a Column {
    let found = table.columns.iter().find(|c| c.name == name);
    found.unwrap_or_else(|| panic!("no {name:?} in {table:?}"))
}
