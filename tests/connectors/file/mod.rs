//! Files, read through the library's own way in.

mod excel;
mod hostile;
mod parquet;
mod places;
mod tables;
mod texts;

use std::path::{Path, PathBuf};

use headwater::connectors::dial::{Dialer, HostRules};
use headwater::connectors::input::ConnectionInput;
use headwater::connectors::read::{Chunk, TableRead, channel};
use headwater::connectors::{ConnectorError, Context, Selection, Session, Target, Trace, driver};
use headwater::rows::{Cell, Row};
use headwater::schema::{Schema, TableRef};
use serde_json::{Value, json};
use tempfile::TempDir;

/// A value that was read.
#[derive(Debug, Clone, PartialEq)]
pub enum Read {
    Null,
    Integer(i64),
    Real(f64),
    Text(String),
    Blob(Vec<u8>),
}

pub fn text(text: &str) -> Read {
    Read::Text(text.to_owned())
}

/// A files folder.
pub struct Folder(TempDir);

impl Folder {
    pub fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, bytes).unwrap();
        path
    }

    pub async fn open(
        &self,
        path: &str,
        options: Value,
    ) -> Result<Box<dyn Session>, ConnectorError> {
        self.open_as(path, options, None).await
    }

    /// As a workspace whose uploads are in this folder.
    pub async fn open_as(
        &self,
        path: &str,
        options: Value,
        uploads: Option<&str>,
    ) -> Result<Box<dyn Session>, ConnectorError> {
        let fields = json!({"databaseType": "file", "path": path, "options": options});
        let input: ConnectionInput = serde_json::from_value(fields).unwrap();
        let driver = driver("file").unwrap();
        let draft = input.draft(driver).unwrap();
        let target = Target {
            driver,
            settings: draft.settings,
            credentials: draft.credentials,
            uploads: uploads.map(str::to_owned),
        };
        let context = Context {
            dialer: Dialer::new(HostRules::default(), true),
            files_root: self.path().to_owned(),
        };
        driver.connect(&context, &target, &Trace::default()).await
    }

    /// The only table: the types of its columns by name, and its rows.
    pub async fn table(
        &self,
        path: &str,
        options: Value,
    ) -> (Vec<(String, String)>, Vec<Vec<Read>>) {
        let mut session = self.open(path, options).await.unwrap();
        let schema = session.introspect(&Selection::default()).await.unwrap();
        assert_eq!(schema.unreadable, [], "{schema:?}");
        let rows = rows(session.as_mut(), &read(&schema, 0)).await.unwrap();
        (types(&schema, 0), rows)
    }

    /// Why the only table's rows or columns cannot be read.
    pub async fn failure(&self, path: &str, options: Value) -> ConnectorError {
        let mut session = match self.open(path, options).await {
            Ok(session) => session,
            Err(error) => return error,
        };
        session.introspect(&Selection::default()).await.unwrap_err()
    }
}

pub fn types(schema: &Schema, table: usize) -> Vec<(String, String)> {
    let columns = schema.tables[table].columns.iter();
    columns
        .map(|column| (column.name.clone(), column.native_type.clone()))
        .collect()
}

/// All rows of a table.
pub fn read(schema: &Schema, table: usize) -> TableRead {
    let table = &schema.tables[table];
    TableRead {
        open_columns: false,
        table: TableRef {
            schema: None,
            name: table.name.clone(),
        },
        kind: table.kind,
        query: None,
        columns: table.columns.clone(),
        conditions: Vec::new(),
        search: None,
        order: Vec::new(),
        offset: 0,
        limit: None,
    }
}

pub async fn rows(
    session: &mut dyn Session,
    read: &TableRead,
) -> Result<Vec<Vec<Read>>, ConnectorError> {
    let (mut outlet, mut inlet) = channel(2, 1000);
    let taking = async {
        let mut rows = Vec::new();
        while let Some(chunk) = inlet.next().await {
            if let Chunk::Rows(batch) = chunk {
                rows.extend(batch.rows().map(owned));
            }
        }
        rows
    };
    let reading = async {
        let read = session.read_table(read, &mut outlet).await;
        drop(outlet);
        read
    };
    let (done, rows) = tokio::join!(reading, taking);
    done.map(|()| rows)
}

fn owned(row: Row<'_>) -> Vec<Read> {
    let value = |cell: Cell<'_>| match cell {
        Cell::Null => Read::Null,
        Cell::Integer(value) => Read::Integer(value),
        Cell::Real(value) => Read::Real(value),
        Cell::Text(text) => Read::Text(text.to_owned()),
        Cell::Blob(bytes) => Read::Blob(bytes.to_vec()),
    };
    row.cells().map(value).collect()
}
