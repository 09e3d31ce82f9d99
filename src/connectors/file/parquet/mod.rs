//! Parquet: types as the file tells them, row group after row group.
//! <https://github.com/apache/parquet-format/blob/master/LogicalTypes.md>

mod column;
mod kind;
mod nested;

use std::fs::File;

use ::parquet::errors::ParquetError;
use ::parquet::file::reader::{FileReader, RowGroupReader, SerializedFileReader};
use ::parquet::schema::types::Type;

use super::error::{damaged, io_failed, mismatch, too_much};
use super::part::Part;
use super::shape::{Each, Guess, Shape, Wanted};
use crate::connectors::ConnectorError;
use crate::connectors::thread::Stop;
use crate::rows::RowBatch;
use column::Flat;
use kind::Kind;
use nested::Nested;

/// The most columns of a file, those inside of others among them.
const COLUMNS: usize = 20_000;
/// How many rows are taken of each column at a time.
const AT_ONCE: usize = 1024;

/// The columns of a file.
pub fn shape(part: &Part) -> Result<Shape, ConnectorError> {
    let reader = open(part)?;
    let metadata = reader.metadata().file_metadata();
    let columns = metadata.schema().get_fields().iter().map(|field| {
        let kind = Kind::of(field);
        let (data_type, name) = (kind.data_type(), kind.name());
        (
            field.name().to_owned(),
            Guess::Told(data_type, name),
            field.is_optional(),
        )
    });
    Ok(Shape {
        columns: columns.collect(),
        estimate: u64::try_from(metadata.num_rows()).ok(),
        options: [("row_groups".to_owned(), reader.num_row_groups().into())].into(),
        ..Shape::default()
    })
}

/// Reads the rows of a file.
pub fn rows(
    part: &Part,
    wanted: &Wanted<'_>,
    stop: &Stop,
    each: &mut Each<'_>,
) -> Result<bool, ConnectorError> {
    let reader = open(part)?;
    let schema = reader.metadata().file_metadata().schema();
    let fields: Vec<Option<&Type>> = wanted
        .iter()
        .map(|column| {
            let mut fields = schema.get_fields().iter();
            let found = fields.find(|field| field.name() == column.name);
            found.map(AsRef::as_ref)
        })
        .collect();
    for index in 0..reader.num_row_groups() {
        let group = reader.get_row_group(index).map_err(|e| failed(part, &e))?;
        if !group_rows(part, group.as_ref(), &fields, stop, each)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// One column of a row group.
enum Column<'a> {
    /// It is not in this file.
    Missing,
    Flat(Box<Flat>),
    Nested(Box<Nested<'a>>),
}

fn group_rows(
    part: &Part,
    group: &dyn RowGroupReader,
    fields: &[Option<&Type>],
    stop: &Stop,
    each: &mut Each<'_>,
) -> Result<bool, ConnectorError> {
    let wrong = |error: ParquetError| failed(part, &error);
    let mut columns = Vec::with_capacity(fields.len());
    for field in fields {
        columns.push(match field {
            None => Column::Missing,
            Some(field) => match Flat::open(group, field).map_err(wrong)? {
                Some(flat) => Column::Flat(Box::new(flat)),
                None => Column::Nested(Box::new(Nested::open(group, field).map_err(wrong)?)),
            },
        });
    }
    let mut row = RowBatch::default();
    let mut left = usize::try_from(group.metadata().num_rows()).unwrap_or(0);
    while left > 0 {
        stop.check()?;
        let count = left.min(AT_ONCE);
        for column in &mut columns {
            if let Column::Flat(flat) = column {
                flat.fill(count).map_err(wrong)?;
            }
        }
        for _ in 0..count {
            row.reset(columns.len(), 1);
            for column in &mut columns {
                match column {
                    Column::Missing => row.null(),
                    Column::Flat(flat) => flat.push(&mut row).map_err(wrong)?,
                    Column::Nested(nested) => nested.push(&mut row).map_err(wrong)?,
                }
            }
            if !each(&row)? {
                return Ok(false);
            }
        }
        left -= count;
    }
    Ok(true)
}

fn open(part: &Part) -> Result<SerializedFileReader<File>, ConnectorError> {
    let file = File::open(&part.path).map_err(|error| io_failed(&error, &part.shown))?;
    if part.size < 12 {
        return Err(mismatch(&part.shown, "no Parquet file: it is too short"));
    }
    let reader = SerializedFileReader::new(file).map_err(|error| failed(part, &error))?;
    if reader
        .metadata()
        .file_metadata()
        .schema_descr()
        .num_columns()
        > COLUMNS
    {
        let what = format!("has more than {COLUMNS} columns");
        return Err(too_much(&part.shown, &what, "Write fewer of them."));
    }
    Ok(reader)
}

fn failed(part: &Part, error: &ParquetError) -> ConnectorError {
    let code = match error {
        ParquetError::NYI(_) => "nyi",
        ParquetError::EOF(_) => "eof",
        _ => "general",
    };
    damaged(&part.shown, "It is no Parquet file, or not a whole one.")
        .said_by_server(code, &error.to_string())
}
