//! What a file's columns are, and which of them are wanted of its rows.

use std::collections::BTreeMap;

use serde_json::Value;

use super::options::Options;
use super::part::{Format, Part};
use super::value::{Fits, digits};
use super::{csv, excel, json, parquet};
use crate::connectors::ConnectorError;
use crate::connectors::thread::Stop;
use crate::rows::RowBatch;
use crate::schema::{Column, DataType};

/// A file of texts that is no larger is read whole for its columns' types.
pub const WHOLE: u64 = 64 << 20;
/// How much of a larger one is.
pub const SAMPLE: u64 = 16 << 20;

/// What is known of a column's type.
#[derive(Debug, Clone, PartialEq)]
pub enum Guess {
    /// By the texts of its values.
    Texts(Fits),
    /// By the types of its values; nothing of no value at all.
    Values(Option<DataType>),
    /// By the file itself.
    Told(DataType, String),
    /// Times, with so many digits behind the second.
    Times(usize),
}

impl Guess {
    /// What holds the values of both.
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Texts(a), Self::Texts(b)) => Self::Texts(a.and(b)),
            (Self::Times(a), Self::Times(b)) => Self::Times(a.max(b)),
            (Self::Values(None), known) | (known, Self::Values(None)) => known,
            (Self::Told(a, name), Self::Told(b, _)) if a == b => Self::Told(a, name),
            (Self::Values(Some(a)), Self::Values(Some(b))) => Self::Values(Some(a.united(b))),
            (a, b) => {
                let both = a.data_type().0.united(b.data_type().0);
                Self::Values(Some(both))
            }
        }
    }

    /// The logical type, and its name in the schema.
    pub fn data_type(self) -> (DataType, String) {
        match self {
            Self::Texts(fits) => fits.data_type(),
            Self::Values(told) => {
                let told = told.unwrap_or(DataType::String);
                let name = told.to_string();
                (told, name)
            }
            Self::Told(told, name) => (told, name),
            Self::Times(digits) => (DataType::Timestamp, format!("timestamp({digits})")),
        }
    }
}

/// The columns of a file.
#[derive(Debug, Default)]
pub struct Shape {
    /// Name, type, and whether a value is missing.
    pub columns: Vec<(String, Guess, bool)>,
    /// How many rows there are, about.
    pub estimate: Option<u64>,
    /// How many rows were looked at, where it were not all.
    pub looked_at: Option<u64>,
    /// How the file is written.
    pub options: BTreeMap<String, Value>,
}

/// Takes a row, as wide as what is wanted; answers whether it wants more.
pub type Each<'a> = dyn FnMut(&RowBatch) -> Result<bool, ConnectorError> + 'a;

/// The columns that are wanted of each row.
pub struct Wanted<'a>(Vec<WantedColumn<'a>>);

/// One of them.
pub struct WantedColumn<'a> {
    pub name: &'a str,
    pub data_type: &'a DataType,
    /// How many digits stand behind the second.
    pub digits: usize,
}

impl<'a> Wanted<'a> {
    pub fn new(columns: &'a [Column]) -> Self {
        let columns = columns.iter().map(|column| WantedColumn {
            name: &column.name,
            data_type: &column.logical_type,
            digits: digits(&column.native_type),
        });
        Self(columns.collect())
    }

    pub fn iter(&self) -> impl ExactSizeIterator<Item = &WantedColumn<'a>> {
        self.0.iter()
    }

    pub fn names(&self) -> impl Iterator<Item = String> {
        self.0.iter().map(|column| column.name.to_owned())
    }
}

/// How many rows a file has of which so many were found in so many bytes. Nobody knows of a packed one.
pub fn estimate(part: &Part, rows: u64, bytes: u64) -> Option<u64> {
    let all = u128::from(part.size) * u128::from(rows);
    let rows = all.checked_div(u128::from(bytes))?;
    (bytes <= part.size).then(|| u64::try_from(rows).ok())?
}

/// The columns of one file.
pub fn shape(part: &Part, options: &Options, stop: &Stop) -> Result<Shape, ConnectorError> {
    match part.format {
        Format::Csv | Format::Tsv => csv::shape(part, options, stop),
        Format::Json | Format::JsonLines => json::shape(part, options, stop),
        Format::Parquet => parquet::shape(part),
        Format::Excel => excel::shape(part, options, stop),
    }
}

/// Reads the rows of one file; answers whether more are wanted.
pub fn rows(
    part: &Part,
    options: &Options,
    wanted: &Wanted<'_>,
    stop: &Stop,
    each: &mut Each<'_>,
) -> Result<bool, ConnectorError> {
    match part.format {
        Format::Csv | Format::Tsv => csv::rows(part, options, wanted, stop, each),
        Format::Json | Format::JsonLines => json::rows(part, options, wanted, stop, each),
        Format::Parquet => parquet::rows(part, wanted, stop, each),
        Format::Excel => excel::rows(part, options, wanted, stop, each),
    }
}
