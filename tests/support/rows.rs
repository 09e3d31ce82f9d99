//! What a reader hands on, taken apart, checked, and as a local copy has it.

use std::cmp::Ordering;
use std::panic::resume_unwind;
use std::thread;

use headwater::connectors::ConnectorError;
use headwater::connectors::read::{Chunk, Outlet, channel};
use headwater::local::{Local, StageDraft};
use headwater::model::{SourceId, TableId};
use headwater::rows::{Cell, RowBatch, RowColumn};
use headwater::schema::DataType;
use rusqlite::types::ValueRef;

/// A value that outlives its batch. Reals are told apart by their bits: −0 is not 0, and NaN is NaN.
#[derive(Clone)]
pub enum Owned {
    Null,
    Integer(i64),
    Real(f64),
    Text(String),
    Blob(Vec<u8>),
}

impl Owned {
    fn cell(&self) -> Cell<'_> {
        match self {
            Self::Null => Cell::Null,
            Self::Integer(number) => Cell::Integer(*number),
            Self::Real(number) => Cell::Real(*number),
            Self::Text(text) => Cell::Text(text),
            Self::Blob(bytes) => Cell::Blob(bytes),
        }
    }

    /// What the local copy has for it: SQLite has no number for NaN.
    pub fn copied(&self) -> Self {
        match self {
            Self::Real(number) if number.is_nan() => "NaN".into(),
            other => other.clone(),
        }
    }
}

impl Ord for Owned {
    fn cmp(&self, other: &Self) -> Ordering {
        let rank = |value: &Self| match value {
            Self::Null => 0,
            Self::Integer(_) => 1,
            Self::Real(_) => 2,
            Self::Text(_) => 3,
            Self::Blob(_) => 4,
        };
        match (self, other) {
            (Self::Integer(one), Self::Integer(other)) => one.cmp(other),
            (Self::Real(one), Self::Real(other)) => one.total_cmp(other),
            (Self::Text(one), Self::Text(other)) => one.cmp(other),
            (Self::Blob(one), Self::Blob(other)) => one.cmp(other),
            (one, other) => rank(one).cmp(&rank(other)),
        }
    }
}

impl PartialOrd for Owned {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Owned {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Owned {}

impl std::fmt::Debug for Owned {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Null => f.write_str("NULL"),
            Self::Integer(number) => write!(f, "{number}"),
            Self::Real(number) => write!(f, "{number:?}"),
            Self::Text(text) => write!(f, "{text:?}"),
            Self::Blob(bytes) => write!(f, "{bytes:x?}"),
        }
    }
}

impl From<Cell<'_>> for Owned {
    fn from(cell: Cell<'_>) -> Self {
        match cell {
            Cell::Null => Self::Null,
            Cell::Integer(number) => Self::Integer(number),
            Cell::Real(number) => Self::Real(number),
            Cell::Text(text) => Self::Text(text.to_owned()),
            Cell::Blob(bytes) => Self::Blob(bytes.to_vec()),
        }
    }
}

impl From<ValueRef<'_>> for Owned {
    fn from(value: ValueRef<'_>) -> Self {
        match value {
            ValueRef::Null => Self::Null,
            ValueRef::Integer(number) => Self::Integer(number),
            ValueRef::Real(number) => Self::Real(number),
            ValueRef::Text(text) => Self::Text(String::from_utf8(text.to_vec()).unwrap()),
            ValueRef::Blob(bytes) => Self::Blob(bytes.to_vec()),
        }
    }
}

impl From<&str> for Owned {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

/// What a read answered.
#[derive(Debug, Default)]
pub struct Answer {
    pub columns: Vec<RowColumn>,
    /// How often columns were told.
    pub told: usize,
    /// Those that came before a column was known are narrower.
    pub rows: Vec<Vec<Owned>>,
    /// The largest value of a column, where the rows told it.
    pub largest: Option<String>,
}

/// Takes all that `read` puts into its outlet.
pub async fn taken(
    read: impl AsyncFnOnce(&mut Outlet) -> Result<(), ConnectorError>,
) -> Result<Answer, ConnectorError> {
    let (mut out, mut inlet) = channel(2, RowBatch::ROWS);
    let reading = async {
        let read = read(&mut out).await;
        drop(out);
        read
    };
    let taking = async {
        let mut answer = Answer::default();
        while let Some(chunk) = inlet.next().await {
            match chunk {
                Chunk::Columns(columns) => {
                    assert!(columns.starts_with(&answer.columns), "columns were moved");
                    answer.columns = columns;
                    answer.told += 1;
                }
                Chunk::Rows(batch) => {
                    assert_eq!(batch.width(), answer.columns.len());
                    let rows = batch.rows();
                    let rows = rows.map(|row| row.cells().map(Owned::from).collect());
                    answer.rows.extend(rows);
                    inlet.give_back(batch);
                }
                Chunk::Largest(value) => answer.largest = Some(value),
            }
        }
        answer
    };
    let (read, answer) = tokio::join!(reading, taking);
    read.map(|()| answer)
}

impl Answer {
    pub fn names(&self) -> Vec<&str> {
        self.columns.iter().map(|c| c.name.as_str()).collect()
    }

    /// The values of a column; those of rows that came before it was known are nulls.
    pub fn of(&self, column: &str) -> Vec<Owned> {
        let at = self.names().iter().position(|name| *name == column);
        let at = at.unwrap_or_else(|| panic!("no column {column} in {:?}", self.names()));
        let of = |row: &Vec<Owned>| row.get(at).cloned().unwrap_or(Owned::Null);
        self.rows.iter().map(of).collect()
    }

    /// A column of integers.
    pub fn integers(&self, column: &str) -> Vec<i64> {
        let integer = |value| match value {
            Owned::Integer(number) => number,
            other => panic!("{other:?} is no integer"),
        };
        self.of(column).into_iter().map(integer).collect()
    }

    /// The integers of the first column.
    pub fn ids(&self) -> Vec<i64> {
        self.integers(&self.columns[0].name)
    }

    /// Checks that each value has the form that its column's logical type says. Of engines whose
    /// columns hold values of their type alone.
    #[track_caller]
    pub fn keeps_its_word(&self) {
        for row in &self.rows {
            for (value, column) in row.iter().zip(&self.columns) {
                let RowColumn {
                    name,
                    native_type,
                    logical_type,
                } = column;
                assert!(
                    is_form_of(value, logical_type),
                    "{name} {native_type} is {logical_type}, and holds {value:?}"
                );
            }
        }
    }

    /// Checks that a local copy has each value, and knows what each column is. `strict` is the
    /// engine's own word on whether columns hold values of their type alone.
    #[track_caller]
    pub fn stays_itself_in_a_copy(&self, strict: bool) {
        // Copies are for threads that may wait for the disk.
        let copying = || self.copy_and_compare(strict);
        if let Err(panic) = thread::scope(|scope| scope.spawn(copying).join()) {
            resume_unwind(panic);
        }
    }

    fn copy_and_compare(&self, strict: bool) {
        let folder = tempfile::tempdir().unwrap();
        let copies = Local::new(folder.path()).copies("w").unwrap();
        let draft = StageDraft {
            columns: &self.columns,
            key: &[],
            strict,
            integer_key: false,
        };
        let mut stage = copies.stage(&draft).unwrap();
        let mut batch = RowBatch::new(self.columns.len());
        for row in &self.rows {
            for at in 0..self.columns.len() {
                batch.cell(row.get(at).map_or(Cell::Null, Owned::cell));
            }
        }
        stage.write(&batch).unwrap();
        let (table, source) = (TableId::generate(), SourceId::generate());
        stage.replace(&table, &source, 0, None).unwrap();
        let copy = copies.get(&table).unwrap().unwrap();
        let known = copy.columns.iter().map(|column| RowColumn {
            name: column.source_name.clone(),
            native_type: column.native_type.clone(),
            logical_type: column.logical_type.clone(),
        });
        assert!(known.eq(self.columns.iter().cloned()), "{:?}", copy.columns);
        let reader = copies.reader().unwrap();
        // In the order of the table, that of its rows' numbers: a column may have their name.
        let sql = format!("SELECT * FROM {} NOT INDEXED", copy.physical);
        let mut statement = reader.prepare(&sql).unwrap();
        let mut rows = statement.query([]).unwrap();
        for row in &self.rows {
            let found = rows.next().unwrap().unwrap();
            for (at, column) in self.columns.iter().enumerate() {
                let value = row.get(at).unwrap_or(&Owned::Null).copied();
                let found = Owned::from(found.get_ref(at).unwrap());
                assert_eq!(
                    found, value,
                    "{} {} in a copy",
                    column.name, column.native_type
                );
            }
        }
        assert!(rows.next().unwrap().is_none());
    }
}

/// Whether a value has the form of a logical type, as `headwater::rows` lists them.
fn is_form_of(value: &Owned, logical_type: &DataType) -> bool {
    let whole = |value: &Owned, bits: u32| {
        let most = i64::MAX >> (64 - bits);
        matches!(value, Owned::Integer(number) if (-most - 1..=most).contains(number))
    };
    let text = |fits: fn(&str) -> bool| matches!(value, Owned::Text(text) if fits(text));
    let digit = |text: &str| text.contains(|c: char| c.is_ascii_digit());
    match (logical_type, value) {
        (_, Owned::Null) | (DataType::Mixed, _) => true,
        // TINYINT(1), which BOOLEAN is another name of, takes any small number.
        (DataType::Boolean | DataType::Int8, _) => whole(value, 8),
        (DataType::Int16, _) => whole(value, 16),
        (DataType::Int32, _) => whole(value, 32),
        (DataType::Int64, _) => whole(value, 64),
        (DataType::Uint64, _) => text(|text| text.parse::<u64>().is_ok()),
        (DataType::Decimal(_), _) => text(|text| {
            let words = ["NaN", "Infinity", "-Infinity"];
            words.contains(&text)
                || text
                    .chars()
                    .all(|c| "+-.E".contains(c) || c.is_ascii_digit())
        }),
        (DataType::Float32 | DataType::Float64, value) => matches!(value, Owned::Real(_)),
        (DataType::Binary | DataType::Geometry, value) => matches!(value, Owned::Blob(_)),
        (DataType::String, value) => matches!(value, Owned::Text(_) | Owned::Blob(_)),
        (DataType::Enum | DataType::Unknown, _) => text(|_| true),
        (DataType::Uuid, _) => text(|text| {
            let fits = |(at, c): (usize, char)| match at {
                8 | 13 | 18 | 23 => c == '-',
                _ => matches!(c, '0'..='9' | 'a'..='f'),
            };
            text.len() == 36 && text.chars().enumerate().all(fits)
        }),
        (DataType::ObjectId, _) => text(|text| {
            text.len() == 24 && text.chars().all(|c| matches!(c, '0'..='9' | 'a'..='f'))
        }),
        (DataType::Timestamptz, Owned::Text(text)) => {
            text.ends_with('Z') || text.starts_with("0000-") || text.ends_with("infinity")
        }
        (DataType::Date | DataType::Time | DataType::Timestamp, Owned::Text(text)) => {
            digit(text) || text.ends_with("infinity")
        }
        (DataType::Interval, _) => text(|text| text.starts_with('P') || text.ends_with("infinity")),
        (DataType::Json | DataType::Object | DataType::Array(_), _) => {
            text(|text| serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok())
        }
        _ => false,
    }
}
