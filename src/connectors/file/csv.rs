//! CSV and TSV: their dialect, their columns, their rows.

use std::collections::{HashMap, HashSet};

use serde_json::{Value, json};

use super::bytes::{self, Text};
use super::error::malformed;
use super::options::Options;
use super::part::{Format, Part};
use super::records::{Dialect, Records};
use super::shape::{Each, Guess, SAMPLE, Shape, WHOLE, Wanted, estimate};
use super::value::{Fits, push};
use crate::connectors::ConnectorError;
use crate::connectors::thread::Stop;
use crate::rows::RowBatch;

const DELIMITERS: &[u8] = b",;\t|";
/// How many records of a file's beginning are looked at to tell how it is written.
const LOOKED_AT: usize = 200;

/// How a file is written.
struct Manner {
    dialect: Dialect,
    header: bool,
    names: Vec<String>,
}

/// The columns of a file, their types by all of its values where it is not large.
pub fn shape(part: &Part, options: &Options, stop: &Stop) -> Result<Shape, ConnectorError> {
    let manner = manner(part, options)?;
    let mut records = records(part, options, &manner)?;
    let mut fits = vec![Fits::default(); manner.names.len()];
    let mut nulls = vec![false; manner.names.len()];
    let (mut rows, mut read) = (0_u64, 0_u64);
    // A packed file is larger than its size.
    let most = if part.size <= WHOLE {
        2 * WHOLE
    } else {
        SAMPLE
    };
    let mut whole = true;
    while records.next()? {
        if records.is_blank() && fits.len() > 1 {
            continue;
        }
        if read > most {
            whole = false;
            break;
        }
        let mut seen = 0;
        for (at, (bytes, quoted)) in records.fields().enumerate() {
            read += bytes.len() as u64 + 1;
            seen = at + 1;
            let Some(fits) = fits.get_mut(at) else {
                break;
            };
            match text(bytes, quoted, options) {
                Field::Null => nulls[at] = true,
                Field::Text(text) => fits.add(&with_point(text, options)),
                Field::Bytes => fits.add_other(),
            }
        }
        no_more(part, &records, manner.names.len())?;
        nulls[seen.min(fits.len())..].fill(true);
        rows += 1;
        if rows.is_multiple_of(1024) {
            stop.check()?;
        }
    }
    let columns = manner.names.iter().zip(fits).zip(nulls);
    let columns = columns.map(|((name, fits), null)| (name.clone(), Guess::Texts(fits), null));
    let dialect = manner.dialect;
    let sign = |byte: u8| Value::from((byte as char).to_string());
    Ok(Shape {
        columns: columns.collect(),
        estimate: if whole {
            Some(rows)
        } else {
            estimate(part, rows, read)
        },
        looked_at: (!whole).then_some(rows),
        options: [
            ("delimiter".to_owned(), sign(dialect.delimiter)),
            ("quote".to_owned(), dialect.quote.map_or(Value::Null, sign)),
            ("header".to_owned(), json!(manner.header)),
        ]
        .into(),
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
    let manner = manner(part, options)?;
    let mut records = records(part, options, &manner)?;
    let at: HashMap<_, _> = manner.names.iter().zip(0..).collect();
    let places: Vec<Option<usize>> = wanted.names().map(|name| at.get(&name).copied()).collect();
    let mut row = RowBatch::default();
    let mut fields: Vec<(&[u8], bool)>;
    let mut count = 0_u64;
    while records.next()? {
        if records.is_blank() && manner.names.len() > 1 {
            continue;
        }
        no_more(part, &records, manner.names.len())?;
        row.reset(places.len(), 1);
        fields = records.fields().collect();
        for (place, column) in places.iter().zip(wanted.iter()) {
            let field = place.and_then(|at| fields.get(at));
            match field.map_or(Field::Null, |(bytes, quoted)| text(bytes, *quoted, options)) {
                Field::Null => row.null(),
                Field::Text(text) => push(
                    &mut row,
                    &with_point(text, options),
                    column.data_type,
                    column.digits,
                ),
                Field::Bytes => row.blob(field.map_or(&[], |(bytes, _)| bytes)),
            }
        }
        count += 1;
        if count.is_multiple_of(1024) {
            stop.check()?;
        }
        if !each(&row)? {
            return Ok(false);
        }
    }
    Ok(true)
}

enum Field<'a> {
    Null,
    Text(&'a str),
    /// No UTF-8.
    Bytes,
}

/// Nothing at all is NULL, and nothing in quotes is an empty text.
fn text<'a>(bytes: &'a [u8], quoted: bool, options: &Options) -> Field<'a> {
    if bytes.is_empty() && !quoted {
        return Field::Null;
    }
    match std::str::from_utf8(bytes) {
        Ok(text) if !quoted && options.null_values.iter().any(|null| null == text) => Field::Null,
        Ok(text) => Field::Text(text),
        Err(_) => Field::Bytes,
    }
}

/// `1,5` as `1.5`, where the caller says that numbers are written so.
fn with_point<'a>(text: &'a str, options: &Options) -> std::borrow::Cow<'a, str> {
    if options.decimal_comma
        && let Some((whole, part)) = text.split_once(',')
        && whole
            .trim_start_matches('-')
            .bytes()
            .all(|b| b.is_ascii_digit())
        && part.bytes().all(|b| b.is_ascii_digit())
    {
        return format!("{whole}.{part}").into();
    }
    text.into()
}

/// Fails where a record has more values than there are columns. Less of them are NULL.
fn no_more(part: &Part, records: &Records<Text>, width: usize) -> Result<(), ConnectorError> {
    let fields = records.fields();
    let count = fields.len();
    // Some programs end every line with a delimiter.
    if count <= width || fields.skip(width).all(|(bytes, _)| bytes.is_empty()) {
        return Ok(());
    }
    let what = format!("it has {count} values, and there are {width} columns");
    Err(malformed(&part.shown, records.began(), &what))
}

/// The records behind the header.
fn records(
    part: &Part,
    options: &Options,
    manner: &Manner,
) -> Result<Records<Text>, ConnectorError> {
    let text = bytes::open(part, options.encoding)?;
    let mut records = Records::new(text, manner.dialect, &part.shown);
    if manner.header {
        while records.next()? && records.is_blank() {}
    }
    Ok(records)
}

/// Looks at the file's beginning to tell how it is written.
fn manner(part: &Part, options: &Options) -> Result<Manner, ConnectorError> {
    let (head, whole) = bytes::head(part, options.encoding)?;
    let quote = options.quote.sign();
    let with = |delimiter| Dialect {
        delimiter,
        quote,
        escape: options.escape,
    };
    let usual = if part.format == Format::Tsv {
        b'\t'
    } else {
        b','
    };
    let dialect = options
        .delimiter
        .map_or_else(|| with(delimiter(&head, whole, usual, &with)), &with);
    let first = beginning(&head, whole, dialect);
    let header = options.header.unwrap_or_else(|| has_header(&first));
    let values = first.iter().map(Vec::len).max().unwrap_or(0);
    let told = first.into_iter().next().unwrap_or_default();
    // A header says how many columns there are, unless each line ends with a delimiter.
    let names = if header {
        let mut told: Vec<_> = told.into_iter().map(|(text, _)| text).collect();
        while told.len() > 1 && told.last().is_some_and(String::is_empty) {
            told.pop();
        }
        distinct(told)
    } else {
        distinct(vec![String::new(); values])
    };
    Ok(Manner {
        dialect,
        header,
        names,
    })
}

/// The first records of a file, without one that may be cut off, and without empty lines.
fn beginning(head: &[u8], whole: bool, dialect: Dialect) -> Vec<Vec<(String, bool)>> {
    let mut records = Records::new(head, dialect, "");
    let mut found: Vec<Vec<_>> = Vec::new();
    let mut ended = false;
    while found.len() < LOOKED_AT {
        match records.next() {
            Ok(true) if records.is_blank() => {}
            Ok(true) => {
                let field = |(bytes, quoted): (&[u8], bool)| {
                    (String::from_utf8_lossy(bytes).into_owned(), quoted)
                };
                found.push(records.fields().map(field).collect());
            }
            _ => {
                ended = true;
                break;
            }
        }
    }
    if ended && !whole && found.len() > 1 {
        found.pop();
    }
    found
}

/// The sign by which most records have the same number of values, the larger one where several do.
fn delimiter(head: &[u8], whole: bool, usual: u8, with: &impl Fn(u8) -> Dialect) -> u8 {
    let score = |delimiter: u8| {
        let records = beginning(head, whole, with(delimiter));
        let values = records.first().map_or(0, Vec::len);
        let same = records
            .iter()
            .filter(|record| record.len() == values)
            .count();
        // In thousandths, so that one odd line does not decide.
        let share = (same * 1000).checked_div(records.len()).unwrap_or(0);
        let splits = values > 1;
        (
            splits && share >= 900,
            splits,
            share,
            values,
            delimiter == usual,
        )
    };
    let best = DELIMITERS.iter().copied().max_by_key(|sign| score(*sign));
    best.filter(|sign| score(*sign).1).unwrap_or(usual)
}

/// The first row holds names where each of its values is a text that stands there once. Where not all are, such
/// as of an index without a name, two columns of one name, or a year, it does if texts stand above values of
/// another type, in no fewer columns than have a value like those below it (the idea is that of
/// <https://docs.python.org/3/library/csv.html#csv.Sniffer.has_header>).
fn has_header(records: &[Vec<(String, bool)>]) -> bool {
    let Some((first, others)) = records.split_first() else {
        return false;
    };
    let typed = |texts: &mut dyn Iterator<Item = &str>| {
        let mut fits = Fits::default();
        texts.for_each(|text| fits.add(text));
        fits.is_typed()
    };
    let is_name = |text: &str| !text.is_empty() && !typed(&mut std::iter::once(text));
    let trailing = first.iter().rev().take_while(|(text, _)| text.is_empty());
    let names = &first[..first.len() - trailing.count()];
    let mut seen = HashSet::new();
    if !names.is_empty()
        && names
            .iter()
            .all(|(name, _)| is_name(name) && seen.insert(name))
    {
        return true;
    }
    let (mut names_above, mut values_above) = (0, 0);
    for (at, (text, _)) in names.iter().enumerate() {
        let below = others.iter().filter_map(|record| record.get(at));
        let below: Vec<_> = below
            .map(|(text, _)| &**text)
            .filter(|text| !text.is_empty())
            .collect();
        if below.is_empty() || text.is_empty() || !typed(&mut below.iter().copied()) {
            continue;
        }
        if is_name(text) {
            names_above += 1;
        } else if typed(&mut below.iter().copied().chain([&**text])) {
            values_above += 1;
        }
    }
    names_above > 0 && names_above >= values_above
}

/// Names for all columns, no two of them the same in any letter case.
pub fn distinct(told: Vec<String>) -> Vec<String> {
    let mut taken = HashSet::new();
    let mut names = Vec::with_capacity(told.len());
    for (at, name) in (1..).zip(told) {
        let base = if name.trim().is_empty() {
            format!("column_{at}")
        } else {
            name
        };
        let mut name = base.clone();
        let mut number = 2;
        while !taken.insert(name.to_lowercase()) {
            name = format!("{base}_{number}");
            number += 1;
        }
        names.push(name);
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> (char, bool) {
        let with = |delimiter| Dialect {
            delimiter,
            quote: Some(b'"'),
            escape: None,
        };
        let sign = delimiter(text.as_bytes(), true, b',', &with);
        let records = beginning(text.as_bytes(), true, with(sign));
        (sign as char, has_header(&records))
    }

    #[test]
    fn the_dialect_is_told_by_the_beginning() {
        for (text, expected) in [
            ("a,b\n1,2\n", (',', true)),
            ("a;b\n1,5;2\n3,5;4\n", (';', true)),
            ("a\tb\n1\t2,3\n", ('\t', true)),
            ("a|b|c\n1|2|3\n", ('|', true)),
            ("1,x\n2,y\n", (',', false)),
            ("\"a;b\",c\n\"d;e;f\",g\n", (',', true)),
            ("name\nAda\n", (',', true)),
            ("a,a\n1,2\n", (',', true)),
            ("a,a\nx,y\n", (',', false)),
            ("id,name,name\n1,x,y\n", (',', true)),
            (",a,b\n0,1,2\n", (',', true)),
            (",a\nx,y\n", (',', false)),
            ("id,na me,2020\n1,x,5\n", (',', true)),
            ("1,2\n3,4\n", (',', false)),
            ("a,1,2\nb,2,3\n", (',', false)),
            ("2024-01-01,x,5\n2024-01-02,y,6\n", (',', false)),
            ("Ada,1,2\n5,3,4\n", (',', false)),
            ("a,b,\n1,2,\n", (',', true)),
            ("", (',', false)),
        ] {
            assert_eq!(told(text), expected, "{text:?}");
        }
    }

    #[test]
    fn names_are_made_distinct() {
        let names = ["a", "A", "", "a_2"].map(str::to_owned).to_vec();
        assert_eq!(distinct(names), ["a", "A_2", "column_3", "a_2_2"]);
    }
}
