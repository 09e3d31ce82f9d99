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
use headwater::connectors::read::TableRead;
use headwater::connectors::{ConnectorError, Context, Selection, Session, Target, Trace, driver};
use headwater::schema::{Schema, TableRef};
use serde_json::{Value, json};
use tempfile::TempDir;

pub use crate::support::rows::Owned as Read;
use crate::support::rows::{Answer, taken};

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
        let answer = answer(session.as_mut(), &read(&schema, 0)).await.unwrap();
        // Beyond a sample there may be other values.
        if schema.tables[0].sample.is_none() {
            answer.keeps_its_word();
        }
        (types(&schema, 0), answer.rows)
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
    Ok(answer(session, read).await?.rows)
}

/// The same with their columns; each value stays itself in a copy.
async fn answer(session: &mut dyn Session, read: &TableRead) -> Result<Answer, ConnectorError> {
    let answer = taken(async |out| session.read_table(read, out).await).await?;
    answer.stays_itself_in_a_copy(false);
    Ok(answer)
}
