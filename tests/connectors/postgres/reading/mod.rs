//! Reading rows.

mod asking;
mod leaving;
mod narrowing;
mod snapshots;
mod values;

use std::time::Duration;

use headwater::connectors::read::{Condition, Order, Statement, Test, channel};
use headwater::connectors::{
    Chunk, ConnectorError, Inlet, Outlet, QueryRead, Selection, Session, TableRead,
};
use headwater::local::{Local, StageDraft};
use headwater::model::{SourceId, TableId};
use headwater::rows::{Cell, RowBatch, RowColumn};
use headwater::schema::TableRef;
use serde_json::Value;

/// A value of its own. Reals are told apart by their bits: −0 is not 0, and NaN is NaN.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Owned {
    Null,
    Integer(i64),
    Real(u64),
    Text(String),
    Blob(Vec<u8>),
}

impl std::fmt::Debug for Owned {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Null => f.write_str("NULL"),
            Self::Integer(number) => write!(f, "{number}"),
            Self::Real(bits) => write!(f, "{:?}", f64::from_bits(*bits)),
            Self::Text(text) => write!(f, "{text:?}"),
            Self::Blob(bytes) => write!(f, "{bytes:x?}"),
        }
    }
}

fn owned(cell: Cell<'_>) -> Owned {
    match cell {
        Cell::Null => Owned::Null,
        Cell::Integer(number) => Owned::Integer(number),
        Cell::Real(number) => Owned::Real(number.to_bits()),
        Cell::Text(text) => Owned::Text(text.to_owned()),
        Cell::Blob(bytes) => Owned::Blob(bytes.to_owned()),
    }
}

fn text(text: &str) -> Owned {
    Owned::Text(text.to_owned())
}

fn int(number: i64) -> Owned {
    Owned::Integer(number)
}

/// What a read answered.
#[derive(Debug, Default)]
struct Answer {
    columns: Vec<RowColumn>,
    rows: Vec<Vec<Owned>>,
}

impl Answer {
    /// The integers of the first column.
    fn ids(&self) -> Vec<i64> {
        let first = self.rows.iter().map(|row| match row[0] {
            Owned::Integer(id) => id,
            ref other => panic!("{other:?} is no id"),
        });
        first.collect()
    }

    fn names(&self) -> Vec<&str> {
        self.columns.iter().map(|c| c.name.as_str()).collect()
    }

    async fn take(&mut self, inlet: &mut Inlet) {
        while let Some(chunk) = inlet.next().await {
            match chunk {
                Chunk::Columns(columns) => self.columns = columns,
                Chunk::Rows(batch) => {
                    let rows = batch.rows().map(|row| row.cells().map(owned).collect());
                    self.rows.extend::<Vec<_>>(rows.collect());
                    inlet.give_back(batch);
                }
            }
        }
    }
}

/// The rows of an answer as a copy of them has them.
fn in_a_copy(answer: &Answer) -> Vec<Vec<Owned>> {
    use rusqlite::types::ValueRef;
    let folder = tempfile::tempdir().unwrap();
    let copies = Local::new(folder.path()).copies("w").unwrap();
    let draft = StageDraft {
        columns: &answer.columns,
        key: &[],
        strict: true,
        integer_key: false,
    };
    let mut stage = copies.stage(&draft).unwrap();
    let mut batch = RowBatch::new(answer.columns.len());
    for value in answer.rows.iter().flatten() {
        match value {
            Owned::Null => batch.null(),
            Owned::Integer(number) => batch.integer(*number),
            Owned::Real(bits) => batch.real(f64::from_bits(*bits)),
            Owned::Text(text) => batch.text(text),
            Owned::Blob(bytes) => batch.blob(bytes),
        }
    }
    stage.write(&batch).unwrap();
    let copy = stage.replace(&TableId::generate(), &SourceId::generate(), 0, None);
    let reader = copies.reader().unwrap();
    let sql = format!("SELECT * FROM {} ORDER BY rowid", copy.unwrap().physical);
    let mut statement = reader.prepare(&sql).unwrap();
    let value = |value: ValueRef<'_>| match value {
        ValueRef::Null => Owned::Null,
        ValueRef::Integer(number) => Owned::Integer(number),
        ValueRef::Real(number) => Owned::Real(number.to_bits()),
        ValueRef::Text(text) => Owned::Text(String::from_utf8(text.to_vec()).unwrap()),
        ValueRef::Blob(bytes) => Owned::Blob(bytes.to_vec()),
    };
    let width = answer.columns.len();
    let rows = statement.query_map([], |row| {
        (0..width).map(|at| row.get_ref(at).map(value)).collect()
    });
    rows.unwrap().map(Result::unwrap).collect()
}

/// Takes all that `read` puts into its outlet.
async fn taken(
    read: impl AsyncFnOnce(&mut Outlet) -> Result<(), ConnectorError>,
) -> Result<Answer, ConnectorError> {
    let (mut out, mut inlet) = channel(2, RowBatch::ROWS);
    let mut answer = Answer::default();
    let reading = async {
        let read = read(&mut out).await;
        drop(out);
        read
    };
    let (read, ()) = tokio::join!(reading, answer.take(&mut inlet));
    read.map(|()| answer)
}

async fn read(session: &mut dyn Session, read: &TableRead) -> Result<Answer, ConnectorError> {
    taken(async |out| session.read_table(read, out).await).await
}

/// All of a table, as the schema has it.
async fn all_of(session: &mut dyn Session, table: &str) -> TableRead {
    all_of_selected(session, table, &Selection::default()).await
}

async fn all_of_selected(
    session: &mut dyn Session,
    table: &str,
    selection: &Selection,
) -> TableRead {
    let schema = session.introspect(selection).await.unwrap();
    let found = schema.tables.into_iter().find(|t| t.name == table);
    let found = found.unwrap_or_else(|| panic!("there is no {table}"));
    TableRead {
        open_columns: false,
        table: TableRef {
            schema: found.schema,
            name: found.name,
        },
        kind: found.kind,
        query: selection.query.clone(),
        columns: found.columns,
        conditions: Vec::new(),
        search: None,
        order: Vec::new(),
        offset: 0,
        limit: None,
    }
}

fn by(column: &str, descending: bool) -> Order {
    Order {
        column: column.to_owned(),
        descending,
    }
}

fn must(column: &str, test: Test) -> Condition {
    Condition {
        column: column.to_owned(),
        test,
    }
}

fn question(text: &str, params: Vec<Value>) -> QueryRead {
    QueryRead {
        statement: Statement::Sql {
            text: text.to_owned(),
            params,
        },
        limit: 1000,
        timeout: Duration::from_secs(20),
    }
}

async fn ask(session: &mut dyn Session, query: &QueryRead) -> Result<Answer, ConnectorError> {
    taken(async |out| session.query(query, out).await).await
}
