//! JSON and JSON Lines: columns by the names of their records, numbers digit by digit.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;

use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::bytes;
use super::error::{malformed, too_much};
use super::options::Options;
use super::part::{Format, Part};
use super::scan::Scan;
use super::shape::{Each, Guess, SAMPLE, Shape, WHOLE, Wanted, estimate};
use super::value::{integer, real};
use crate::connectors::ConnectorError;
use crate::connectors::thread::Stop;
use crate::rows::RowBatch;
use crate::schema::DataType;

/// The column of records that are no objects.
const VALUE: &str = "value";
/// The most columns of a file.
const COLUMNS: usize = 2_000;

/// The columns of a file, by all of its records where it is not large.
pub fn shape(part: &Part, options: &Options, stop: &Stop) -> Result<Shape, ConnectorError> {
    let mut columns: Vec<(String, Option<DataType>, u64)> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    let most = if part.size <= WHOLE {
        2 * WHOLE
    } else {
        SAMPLE
    };
    let (mut rows, mut read) = (0_u64, 0_u64);
    let whole = records(part, options, stop, &mut |bytes, fields| {
        for (name, raw) in fields {
            let place = if let Some(place) = places.get(name.as_ref()) {
                *place
            } else {
                if columns.len() == COLUMNS {
                    let what = format!("has records of more than {COLUMNS} different names");
                    return Err(too_much(&part.shown, &what, "Write them as lists."));
                }
                places.insert(name.to_string(), columns.len());
                columns.push((name.to_string(), None, 0));
                columns.len() - 1
            };
            let (_, known, present) = &mut columns[place];
            let Some(data_type) = data_type(raw.get()) else {
                continue;
            };
            *present += 1;
            *known = Some(match known.take() {
                Some(known) => known.united(data_type),
                None => data_type,
            });
        }
        rows += 1;
        read += bytes as u64;
        Ok(read <= most)
    })?;
    let columns = columns.into_iter().map(|(name, known, present)| {
        let guess = Guess::Values(known);
        (name, guess, present < rows)
    });
    Ok(Shape {
        columns: columns.collect(),
        estimate: if whole {
            Some(rows)
        } else {
            estimate(part, rows, read)
        },
        looked_at: (!whole).then_some(rows),
        ..Shape::default()
    })
}

/// Reads the rows of a file.
pub fn rows(
    part: &Part,
    options: &Options,
    wanted: &Wanted<'_>,
    stop: &Stop,
    each: &mut Each<'_>,
) -> Result<bool, ConnectorError> {
    let width = wanted.iter().len();
    let places: HashMap<&str, usize> = (wanted.iter().map(|column| column.name)).zip(0..).collect();
    let types: Vec<_> = wanted.iter().map(|column| column.data_type).collect();
    let mut row = RowBatch::default();
    records(part, options, stop, &mut |_, fields| {
        let mut found: Vec<Option<&RawValue>> = vec![None; width];
        for (name, raw) in fields {
            if let Some(place) = places.get(name.as_ref()) {
                found[*place] = Some(raw);
            }
        }
        row.reset(width, 1);
        for (raw, data_type) in found.iter().zip(&types) {
            match raw {
                Some(raw) => push(&mut row, raw.get(), data_type),
                None => row.null(),
            }
        }
        each(&row)
    })
}

type Fields<'a> = Vec<(Cow<'a, str>, &'a RawValue)>;

/// Goes through the records; answers whether it came to their end.
fn records(
    part: &Part,
    options: &Options,
    stop: &Stop,
    each: &mut dyn FnMut(usize, Fields<'_>) -> Result<bool, ConnectorError>,
) -> Result<bool, ConnectorError> {
    let text = bytes::open(part, options.encoding)?;
    let lines = part.format == Format::JsonLines;
    let mut scan = Scan::new(text, &options.record_path, lines, &part.shown);
    let mut record = Vec::new();
    let mut count = 0_u64;
    while scan.next(&mut record)? {
        count += 1;
        if count.is_multiple_of(1024) {
            stop.check()?;
        }
        let wrong = |error: serde_json::Error| {
            let what = format!("it is no JSON (in column {} of a record)", error.column());
            malformed(&part.shown, scan.line(), &what)
        };
        let fields = if record.first() == Some(&b'{') {
            let mut deserializer = serde_json::Deserializer::from_slice(&record);
            deserializer.deserialize_map(Names).map_err(wrong)?
        } else {
            let raw = serde_json::from_slice(&record).map_err(wrong)?;
            vec![(Cow::Borrowed(VALUE), raw)]
        };
        if !each(record.len(), fields)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Takes an object apart; its values stay as they are written.
struct Names;

impl<'de> Visitor<'de> for Names {
    type Value = Fields<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut fields = Vec::new();
        while let Some(Name(name)) = map.next_key()? {
            fields.push((name, map.next_value()?));
        }
        Ok(fields)
    }
}

#[derive(serde::Deserialize)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

/// The type of a value; nothing of null.
fn data_type(raw: &str) -> Option<DataType> {
    Some(match raw.bytes().next()? {
        b'n' => return None,
        b't' | b'f' => DataType::Boolean,
        b'"' => DataType::String,
        b'{' | b'[' => DataType::Json,
        _ if integer(raw).is_some() => DataType::Int64,
        _ if real(raw).is_some() => DataType::Float64,
        _ => DataType::Decimal(None),
    })
}

/// Pushes a value as one of a type; as the text that it is where it is none.
fn push(row: &mut RowBatch, raw: &str, wanted: &DataType) {
    let own = data_type(raw);
    match (own, wanted) {
        (None, _) => row.null(),
        (Some(_), DataType::Json | DataType::Object | DataType::Array(_)) => row.text(raw),
        (Some(DataType::String), _) => match serde_json::from_str::<Cow<'_, str>>(raw) {
            Ok(text) => row.text(&text),
            Err(_) => row.text(raw),
        },
        (Some(DataType::Boolean), DataType::Boolean | DataType::Mixed) => {
            row.integer(i64::from(raw == "true"));
        }
        (Some(DataType::Int64), DataType::Int64 | DataType::Mixed) => match integer(raw) {
            Some(value) => row.integer(value),
            None => row.text(raw),
        },
        (Some(DataType::Int64 | DataType::Float64), DataType::Float64 | DataType::Mixed) => {
            match real(raw) {
                Some(value) => row.real(value),
                None => row.text(raw),
            }
        }
        _ => row.text(raw),
    }
}
