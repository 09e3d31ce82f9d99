//! Workbooks of Excel and `OpenDocument`: each sheet a table, its first row the names.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufReader, Read};

use calamine::{Data, DataRef, ExcelDateTime, Reader, SheetType, Sheets, open_workbook_auto};
use jiff::civil::DateTime;

use super::csv::distinct;
use super::error::{damaged, too_much};
use super::options::Options;
use super::part::Part;
use super::shape::{Each, Guess, Shape, Wanted};
use super::value::written;
use crate::connectors::thread::Stop;
use crate::connectors::{ConnectorError, ErrorKind};
use crate::rows::RowBatch;
use crate::schema::DataType;

/// The largest workbook; of the formats that have to be held in memory whole, the largest one.
const FILE: u64 = 200 << 20;
const HELD: u64 = 32 << 20;
/// What a workbook may unpack to.
const UNPACKED: u64 = 2 << 30;
/// The most cells that are read of one sheet.
const CELLS: u64 = 50_000_000;
/// The most columns that Excel itself knows.
const COLUMNS: u32 = 16_384;

type Workbook = Sheets<BufReader<File>>;

/// The names of the sheets, or the one that is wanted.
pub fn sheets(part: &Part, wanted: Option<&str>) -> Result<Vec<String>, ConnectorError> {
    let workbook = open(part)?;
    let sheets = workbook.sheets_metadata().iter();
    let sheets = sheets.filter(|sheet| sheet.typ == SheetType::WorkSheet);
    let names: Vec<_> = sheets.map(|sheet| sheet.name.clone()).collect();
    let Some(wanted) = wanted else {
        return Ok(names);
    };
    if names.iter().any(|name| name == wanted) {
        return Ok(vec![wanted.to_owned()]);
    }
    Err(ConnectorError::new(
        ErrorKind::DatabaseNotFound,
        format!("'{}' has no sheet '{wanted}'.", part.shown),
        format!("Its sheets are {}.", names.join(", ")),
    ))
}

/// The columns of a sheet, by all of its cells.
pub fn shape(part: &Part, options: &Options, stop: &Stop) -> Result<Shape, ConnectorError> {
    let mut names: Vec<String> = Vec::new();
    let mut known: Vec<(Guess, u64)> = Vec::new();
    let mut rows = 0;
    let header = options.header.unwrap_or(true);
    let mut has_names = header;
    each_row(part, stop, &mut |row| {
        if has_names {
            has_names = false;
            names = row.iter().map(|value| named(value.as_ref())).collect();
            return Ok(true);
        }
        rows += 1;
        for (at, value) in row.iter().enumerate() {
            if known.len() <= at {
                known.resize(at + 1, (Guess::Values(None), 0));
            }
            let Some(guess) = value.as_ref().map(guess) else {
                continue;
            };
            let (all, present) = &mut known[at];
            *all = std::mem::replace(all, Guess::Values(None)).and(guess);
            *present += 1;
        }
        Ok(true)
    })?;
    let width = names.len().max(known.len());
    names.resize(width, String::new());
    known.resize(width, (Guess::Values(None), 0));
    let columns = distinct(names).into_iter().zip(known);
    let columns = columns.map(|(name, (guess, present))| (name, guess, present < rows));
    Ok(Shape {
        columns: columns.collect(),
        estimate: Some(rows),
        options: [("header".to_owned(), header.into())].into(),
        ..Shape::default()
    })
}

/// Reads the rows of a sheet.
pub fn rows(
    part: &Part,
    options: &Options,
    wanted: &Wanted<'_>,
    stop: &Stop,
    each: &mut Each<'_>,
) -> Result<bool, ConnectorError> {
    // The names take all rows to be told: one may be wider than the header.
    let names = shape(part, options, stop)?
        .columns
        .into_iter()
        .map(|(name, ..)| name);
    let at: HashMap<_, _> = names.zip(0..).collect();
    let places: Vec<Option<usize>> = wanted.names().map(|name| at.get(&name).copied()).collect();
    let mut has_names = options.header.unwrap_or(true);
    let mut out = RowBatch::default();
    each_row(part, stop, &mut |row| {
        if std::mem::take(&mut has_names) {
            return Ok(true);
        }
        out.reset(places.len(), 1);
        for (place, column) in places.iter().zip(wanted.iter()) {
            match place.and_then(|at| row.get(at)).and_then(Option::as_ref) {
                Some(value) => push(&mut out, value, column.data_type, column.digits),
                None => out.null(),
            }
        }
        each(&out)
    })
}

fn open(part: &Part) -> Result<Workbook, ConnectorError> {
    let is_zip = first_bytes(part).starts_with(b"PK\x03\x04");
    let held = !is_zip || part.path.extension().is_some_and(|ending| ending == "ods");
    let most = if held { HELD } else { FILE };
    if part.size > most {
        let what = format!("is a workbook of more than {} MiB", most >> 20);
        return Err(too_much(
            &part.shown,
            &what,
            "Save its sheets as CSV files.",
        ));
    }
    if is_zip {
        bounded(part, if held { 8 * HELD } else { UNPACKED })?;
    }
    open_workbook_auto(&part.path).map_err(|error| {
        damaged(&part.shown, "It is no workbook that can be read.")
            .said_by_server("workbook", &error.to_string())
    })
}

fn first_bytes(part: &Part) -> Vec<u8> {
    let mut first = Vec::new();
    // What cannot be read is told by whoever opens it in earnest.
    let _ = File::open(&part.path).and_then(|file| file.take(8).read_to_end(&mut first));
    first
}

/// Unpacks all of an archive once and keeps nothing, since what it says of its sizes may be lies.
fn bounded(part: &Part, most: u64) -> Result<(), ConnectorError> {
    let broken = || damaged(&part.shown, "It is no whole ZIP archive.");
    let file =
        File::open(&part.path).map_err(|error| super::error::io_failed(&error, &part.shown))?;
    let mut archive = zip::ZipArchive::new(BufReader::new(file)).map_err(|_| broken())?;
    let mut left = most;
    for index in 0..archive.len() {
        let entry = archive.by_index(index).map_err(|_| broken())?;
        let mut bounded = entry.take(left + 1);
        let read = std::io::copy(&mut bounded, &mut std::io::sink()).map_err(|_| broken())?;
        if read > left {
            let what = format!("unpacks to more than {} MiB", most >> 20);
            return Err(too_much(
                &part.shown,
                &what,
                "Save its sheets as CSV files.",
            ));
        }
        left -= read;
    }
    Ok(())
}

/// A value of a cell.
#[derive(Debug, Clone, PartialEq)]
enum Value {
    Number(f64),
    Text(String),
    Boolean(bool),
    Time(DateTime),
}

type Take<'a> = dyn FnMut(&[Option<Value>]) -> Result<bool, ConnectorError> + 'a;

/// Goes through the rows that are not empty; answers whether it came to their end.
fn each_row(part: &Part, stop: &Stop, take: &mut Take<'_>) -> Result<bool, ConnectorError> {
    let mut workbook = open(part)?;
    let sheet = part.sheet.clone().unwrap_or_default();
    let broken = || damaged(&part.shown, "One of its sheets cannot be read.");
    let mut rows = Rows {
        part,
        row: Vec::new(),
        at: None,
        cells: 0,
        take,
    };
    match &mut workbook {
        Sheets::Xlsx(xlsx) => {
            let mut cells = xlsx.worksheet_cells_reader(&sheet).map_err(|_| broken())?;
            while let Some(cell) = cells.next_cell().map_err(|_| broken())? {
                let (row, column) = cell.get_position();
                if !rows.cell(row, column, cell.get_value(), stop)? {
                    return Ok(false);
                }
            }
        }
        Sheets::Xlsb(xlsb) => {
            let mut cells = xlsb.worksheet_cells_reader(&sheet).map_err(|_| broken())?;
            while let Some(cell) = cells.next_cell().map_err(|_| broken())? {
                let (row, column) = cell.get_position();
                if !rows.cell(row, column, cell.get_value(), stop)? {
                    return Ok(false);
                }
            }
        }
        held => {
            let range = held.worksheet_range(&sheet).map_err(|_| broken())?;
            let (top, left) = range.start().unwrap_or_default();
            for (row, column, value) in range.used_cells() {
                let place = |base: u32, at: usize| {
                    base.saturating_add(u32::try_from(at).unwrap_or(u32::MAX))
                };
                let value = held_value(value);
                if !rows.cell(place(top, row), place(left, column), &value, stop)? {
                    return Ok(false);
                }
            }
        }
    }
    rows.end()
}

struct Rows<'a, 'b> {
    part: &'a Part,
    row: Vec<Option<Value>>,
    at: Option<u32>,
    cells: u64,
    take: &'a mut Take<'b>,
}

impl Rows<'_, '_> {
    fn cell(
        &mut self,
        row: u32,
        column: u32,
        value: &DataRef<'_>,
        stop: &Stop,
    ) -> Result<bool, ConnectorError> {
        let Some(value) = read(value) else {
            return Ok(true);
        };
        self.cells += 1;
        if self.cells > CELLS || column >= COLUMNS {
            let what = format!("has a sheet of more than {CELLS} cells or {COLUMNS} columns");
            return Err(too_much(
                &self.part.shown,
                &what,
                "Save the sheet as a CSV file.",
            ));
        }
        if self.cells.is_multiple_of(4096) {
            stop.check()?;
        }
        if self.at != Some(row) {
            if !self.end()? {
                return Ok(false);
            }
            self.at = Some(row);
        }
        let column = column as usize;
        if self.row.len() <= column {
            self.row.resize(column + 1, None);
        }
        self.row[column] = Some(value);
        Ok(true)
    }

    fn end(&mut self) -> Result<bool, ConnectorError> {
        let more = self.row.is_empty() || (self.take)(&self.row)?;
        self.row.clear();
        Ok(more)
    }
}

/// The value of a cell; none where it is empty. An error stays the text that Excel shows.
fn read(cell: &DataRef<'_>) -> Option<Value> {
    Some(match cell {
        DataRef::Empty => return None,
        #[allow(clippy::cast_precision_loss, reason = "a cell's number is a double")]
        DataRef::Int(number) => Value::Number(*number as f64),
        DataRef::Float(number) => Value::Number(*number),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => {
            Value::Text(text.clone())
        }
        DataRef::SharedString(text) => Value::Text((*text).to_owned()),
        DataRef::Bool(value) => Value::Boolean(*value),
        DataRef::DateTime(serial) => time(serial),
        DataRef::Error(error) => Value::Text(error.to_string()),
    })
}

/// The value of a cell of a sheet that is held in memory.
fn held_value(value: &Data) -> DataRef<'_> {
    match value {
        Data::Int(number) => DataRef::Int(*number),
        Data::Float(number) => DataRef::Float(*number),
        Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => {
            DataRef::SharedString(text)
        }
        Data::Bool(value) => DataRef::Bool(*value),
        Data::DateTime(serial) => DataRef::DateTime(*serial),
        Data::Error(error) => DataRef::Error(error.clone()),
        Data::Empty => DataRef::Empty,
    }
}

/// A serial number of Excel as the time that it shows; as the number where it shows none.
fn time(serial: &ExcelDateTime) -> Value {
    let number = Value::Number(serial.as_f64());
    if !serial.is_datetime() || serial.as_f64() < 1.0 {
        return number;
    }
    let (year, month, day, hour, minute, second, milli) = serial.to_ymd_hms_milli();
    let part = |value: u8| i8::try_from(value).unwrap_or(i8::MAX);
    let time = DateTime::new(
        i16::try_from(year).unwrap_or(i16::MAX),
        part(month),
        part(day),
        part(hour),
        part(minute),
        part(second),
        i32::from(milli) * 1_000_000,
    );
    time.map_or(number, Value::Time)
}

fn guess(value: &Value) -> Guess {
    match value {
        Value::Number(number) if whole(*number).is_some() => Guess::Values(Some(DataType::Int64)),
        Value::Number(_) => Guess::Values(Some(DataType::Float64)),
        Value::Text(_) => Guess::Values(Some(DataType::String)),
        Value::Boolean(_) => Guess::Values(Some(DataType::Boolean)),
        Value::Time(time) => Guess::Times(if time.subsec_nanosecond() == 0 { 0 } else { 3 }),
    }
}

/// A number without a fraction, of those that a double tells apart.
fn whole(number: f64) -> Option<i64> {
    #[allow(clippy::cast_possible_truncation, reason = "within 53 bits")]
    let fits = number.fract() == 0.0
        && number.abs() <= 9_007_199_254_740_992.0
        && !(number == 0.0 && number.is_sign_negative());
    #[allow(
        clippy::cast_possible_truncation,
        reason = "checked to be whole and small"
    )]
    fits.then_some(number as i64)
}

fn push(row: &mut RowBatch, value: &Value, wanted: &DataType, digits: usize) {
    match (value, wanted) {
        (Value::Boolean(value), _) => row.integer(i64::from(*value)),
        (Value::Text(text), _) => row.text(text),
        (Value::Time(time), _) => {
            let least = if time.subsec_nanosecond() == 0 { 0 } else { 3 };
            row.text(&written(*time, digits.max(least)));
        }
        (Value::Number(number), DataType::Float64) => row.real(*number),
        (Value::Number(number), DataType::String) => row.text(&number.to_string()),
        (Value::Number(number), _) => match whole(*number) {
            Some(number) => row.integer(number),
            None => row.real(*number),
        },
    }
}

/// The text of a header's cell.
fn named(value: Option<&Value>) -> String {
    match value {
        None => String::new(),
        Some(Value::Text(text)) => text.trim().to_owned(),
        Some(Value::Number(number)) => number.to_string(),
        Some(Value::Boolean(value)) => value.to_string(),
        Some(Value::Time(time)) => written(*time, 0),
    }
}
