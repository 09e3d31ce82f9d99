//! The schema of tables that are files.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::options::Options;
use super::place::TableFiles;
use super::shape::{self, Guess, Shape};
use crate::connectors::parts::{Parts, Unit};
use crate::connectors::thread::Stop;
use crate::connectors::{ConnectorError, ErrorKind, Selection};
use crate::schema::{Column, Sample, Schema, Table, Unreadable};

/// The most files of other columns than the first that are named.
const NAMED: usize = 10;

/// The schema of the selected tables; a table that cannot be read is named as such, unless there
/// is no other.
pub fn schema(
    tables: &[TableFiles],
    options: &Options,
    selection: &Selection,
    path: String,
    parts: &Parts,
    stop: &Stop,
) -> Result<Schema, ConnectorError> {
    let mut schema = Schema {
        database: Some(path),
        ..Schema::default()
    };
    let wanted: Vec<_> = tables
        .iter()
        .filter(|table| selection.has_table(None, &table.name))
        .collect();
    let files = |tables: &[&TableFiles]| tables.iter().map(|table| table.parts.len()).sum();
    parts.expect(files(&wanted), Unit::Files);
    for (at, table) in wanted.iter().enumerate() {
        let looked_into = |part: usize| parts.done((files(&wanted[..at]) + part).to_string());
        let read = of(table, options, selection, looked_into, stop);
        // Of a table that cannot be read no other file is looked into.
        (0..table.parts.len()).for_each(looked_into);
        match read {
            Ok(read) => schema.tables.push(read),
            Err(error) if tables.len() == 1 || error.kind == ErrorKind::Timeout => {
                return Err(error);
            }
            Err(error) => schema.unreadable.push(Unreadable {
                name: table.name.clone(),
                why: error.message,
            }),
        }
    }
    schema
        .tables
        .sort_by(|one, other| one.name.cmp(&other.name));
    Ok(schema)
}

fn of(
    table: &TableFiles,
    options: &Options,
    selection: &Selection,
    looked_into: impl Fn(usize),
    stop: &Stop,
) -> Result<Table, ConnectorError> {
    let mut all: Option<Shape> = None;
    let mut differing = Vec::new();
    for (at, part) in table.parts.iter().enumerate() {
        stop.check()?;
        let shape = shape::shape(part, options, stop)?;
        part.unchanged()?;
        looked_into(at);
        all = Some(match all {
            None => shape,
            Some(all) => {
                let names = |shape: &Shape| -> Vec<_> {
                    shape
                        .columns
                        .iter()
                        .map(|(name, ..)| name.clone())
                        .collect()
                };
                if names(&all) != names(&shape) {
                    differing.push(part.shown.clone());
                }
                united(all, shape)
            }
        });
    }
    let shape = all.unwrap_or_default();
    let columns = shape.columns.into_iter();
    let wanted = columns.filter(|(name, ..)| selection.has_column(None, &table.name, name));
    let columns = (1..)
        .zip(wanted)
        .map(|(position, (name, guess, nullable))| {
            let (logical_type, native_type) = match options.types.get(&name) {
                Some(told) => (told.clone(), told.to_string()),
                None => guess.data_type(),
            };
            Column {
                name,
                position,
                native_type,
                logical_type,
                nullable,
                ..Column::default()
            }
        });
    let columns = columns.collect();
    let mut facts = shape.options;
    if let Some(first) = table.parts.first() {
        facts.insert("format".to_owned(), first.format.as_str().into());
    }
    if table.parts.len() > 1 {
        facts.insert("files".to_owned(), json!(table.parts.len()));
    }
    if !differing.is_empty() {
        facts.insert("files_of_other_columns".to_owned(), json!(differing.len()));
        differing.truncate(NAMED);
        facts.insert("such_as".to_owned(), Value::from(differing));
    }
    Ok(Table {
        name: table.name.clone(),
        columns,
        options: facts,
        row_count_estimate: shape.estimate,
        size_bytes: Some(table.parts.iter().map(|part| part.size).sum()),
        sample: shape.looked_at.map(|documents| Sample {
            documents,
            method: "first".to_owned(),
            cut: Vec::new(),
        }),
        ..Table::default()
    })
}

/// The columns of both, by name.
fn united(one: Shape, other: Shape) -> Shape {
    let mut columns = one.columns;
    let places: HashMap<_, _> = (columns.iter().map(|(name, ..)| name.clone()))
        .zip(0..)
        .collect();
    let mut missing = vec![true; columns.len()];
    let mut new: Vec<(String, Guess, bool)> = Vec::new();
    for (name, guess, nullable) in other.columns {
        let Some(place) = places.get(&name).copied() else {
            new.push((name, guess, true));
            continue;
        };
        let place: usize = place;
        missing[place] = false;
        let (_, known, null) = &mut columns[place];
        *known = std::mem::replace(known, Guess::Values(None)).and(guess);
        *null |= nullable;
    }
    for ((_, _, nullable), missing) in columns.iter_mut().zip(missing) {
        *nullable |= missing;
    }
    columns.extend(new);
    let looked_at = match (one.looked_at, other.looked_at) {
        (None, None) => None,
        (one_at, other_at) => {
            let of = |at: Option<u64>, estimate: Option<u64>| at.or(estimate).unwrap_or(0);
            Some(of(one_at, one.estimate) + of(other_at, other.estimate))
        }
    };
    Shape {
        columns,
        estimate: one.estimate.zip(other.estimate).map(|(a, b)| a + b),
        looked_at,
        options: one.options,
    }
}
