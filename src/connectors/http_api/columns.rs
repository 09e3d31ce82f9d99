//! The columns of an endpoint, from a sample of its records.

use std::collections::HashMap;

use serde_json::value::RawValue;

use super::json::{self, Members};
use super::{moment, number};
use crate::connectors::{ConnectorError, ErrorKind};
use crate::rows::RowColumn;
use crate::schema::{Column, DataType};

/// The most columns of a table.
pub const COLUMNS: usize = 500;

/// What was seen of one field.
#[derive(Debug, Default)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "independent facts, one for each sort of JSON value"
)]
struct Seen {
    name: String,
    /// In how many records it had a value, and the last of them, since a name may stand twice in one.
    present: u64,
    last: u64,
    booleans: bool,
    integers: bool,
    doubles: bool,
    decimals: bool,
    objects: bool,
    arrays: bool,
    strings: bool,
    /// The one form of all its strings.
    moment: Option<DataType>,
}

/// What was seen of all records, field by field in the order in which they came.
#[derive(Debug, Default)]
pub struct Sampled {
    fields: Vec<Seen>,
    places: HashMap<String, usize>,
    /// How many records.
    pub records: u64,
}

impl Sampled {
    /// Looks at a record.
    ///
    /// # Errors
    /// [`ErrorKind::LimitExceeded`] where the records have too many fields by now.
    pub fn add(&mut self, Members(members): &Members<'_>) -> Result<(), ConnectorError> {
        for (name, value) in members {
            let place = if let Some(place) = self.places.get(name.as_ref()) {
                *place
            } else {
                if self.fields.len() == COLUMNS {
                    return Err(too_many());
                }
                let name = name.clone().into_owned();
                self.places.insert(name.clone(), self.fields.len());
                self.fields.push(Seen {
                    name,
                    ..Seen::default()
                });
                self.fields.len() - 1
            };
            self.fields[place].add(value, self.records + 1);
        }
        self.records += 1;
        Ok(())
    }

    /// The columns, of which some are said to be the key.
    #[must_use]
    pub fn columns(&self, key: &[String]) -> Vec<Column> {
        let columns = (1..).zip(&self.fields).map(|(position, seen)| Column {
            name: seen.name.clone(),
            position,
            native_type: seen.native_type(),
            logical_type: seen.logical_type(),
            nullable: seen.present < self.records,
            primary_key: key.contains(&seen.name),
            ..Column::default()
        });
        columns.collect()
    }
}

impl Seen {
    fn add(&mut self, raw: &RawValue, record: u64) {
        match json::sort(raw) {
            "null" => return,
            "boolean" => self.booleans = true,
            "object" => self.objects = true,
            "array" => self.arrays = true,
            "number" => match (number::integer(raw.get()), number::double(raw.get())) {
                (Some(_), Some(_)) => self.integers = true,
                // Beyond 2^53: an integer, and with fractions beside it none that a double holds.
                (Some(_), None) => {
                    (self.integers, self.decimals) = (true, self.decimals || self.doubles);
                }
                (None, Some(_)) => self.doubles = true,
                (None, None) => self.decimals = true,
            },
            _ => {
                let kind = moment::kind(&json::string(raw));
                self.moment = if self.strings {
                    self.moment
                        .take()
                        .filter(|known| Some(known) == kind.as_ref())
                } else {
                    kind
                };
                self.strings = true;
            }
        }
        self.present += u64::from(self.last != record);
        self.last = record;
    }

    fn logical_type(&self) -> DataType {
        let numbers = self.integers || self.doubles || self.decimals;
        match (self.booleans, numbers, self.strings) {
            _ if self.objects || self.arrays => DataType::Json,
            (true, false, false) => DataType::Boolean,
            (false, true, false) if self.decimals => DataType::Decimal(None),
            (false, true, false) if self.doubles => DataType::Float64,
            (false, true, false) => DataType::Int64,
            (false, false, true) => self.moment.clone().unwrap_or(DataType::String),
            _ => DataType::Mixed,
        }
    }

    /// The sorts of JSON values that were seen, by the words of its schemas.
    fn native_type(&self) -> String {
        let fractions = self.doubles || self.decimals;
        let sorts = [
            (self.booleans, "boolean"),
            (self.integers && !fractions, "integer"),
            (fractions, "number"),
            (self.strings, "string"),
            (self.arrays, "array"),
            (self.objects, "object"),
        ];
        let sorts: Vec<_> = sorts
            .iter()
            .filter(|(seen, _)| *seen)
            .map(|(_, sort)| *sort)
            .collect();
        match (sorts.as_slice(), &self.logical_type()) {
            ([], _) => "null".to_owned(),
            (_, DataType::Date) => "string(date)".to_owned(),
            (_, DataType::Timestamp | DataType::Timestamptz) => "string(date-time)".to_owned(),
            (sorts, _) => sorts.join("|"),
        }
    }
}

/// A column that came up on the way: what else it will hold nobody knows.
#[must_use]
pub fn found_later(name: &str, raw: &RawValue) -> RowColumn {
    RowColumn {
        name: name.to_owned(),
        native_type: json::sort(raw).to_owned(),
        logical_type: DataType::Mixed,
    }
}

/// The error of records whose fields are without end.
#[must_use]
pub fn too_many() -> ConnectorError {
    ConnectorError::new(
        ErrorKind::LimitExceeded,
        format!("The records of the API have more than {COLUMNS} different fields."),
        "Where names of fields are data, choose another `record_path`, or choose columns by `selectedColumns`.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connectors::http_api::page;

    fn columns(records: &[&str]) -> Vec<(String, String, String, bool)> {
        let mut sampled = Sampled::default();
        for record in records {
            sampled.add(&page::fields(record).unwrap()).unwrap();
        }
        let columns = sampled.columns(&[]).into_iter();
        columns
            .map(|c| {
                (
                    c.name,
                    c.native_type,
                    c.logical_type.to_string(),
                    c.nullable,
                )
            })
            .collect()
    }

    #[test]
    fn the_columns_are_all_fields_in_order_with_a_type_that_fits_all_values() {
        let found = columns(&[
            r#"{"id":1,"n":1.5,"big":1,"t":"2024-01-01T00:00:00Z","d":"2024-01-01","m":1,"x":null}"#,
            r#"{"id":2,"n":2,"big":0.1000000000000000055,"t":"soon","d":"2024-01-02","m":"a","o":{},"b":true}"#,
        ]);
        let expected = [
            ("id", "integer", "int64", false),
            ("n", "number", "float64", false),
            ("big", "number", "decimal", false),
            ("t", "string", "string", false),
            ("d", "string(date)", "date", false),
            ("m", "integer|string", "mixed", false),
            ("x", "null", "mixed", true),
            ("o", "object", "json", true),
            ("b", "boolean", "boolean", true),
        ];
        let expected = expected.map(|(a, b, c, d)| (a.to_owned(), b.to_owned(), c.to_owned(), d));
        assert_eq!(found, expected);
        assert_eq!(columns(&["1", "\"a\""])[0].0, "value");
    }

    #[test]
    fn fields_without_end_are_refused() {
        let mut sampled = Sampled::default();
        let many: Vec<_> = (0..=COLUMNS).map(|n| format!("\"f{n}\":1")).collect();
        let record = format!("{{{}}}", many.join(","));
        assert_eq!(
            sampled
                .add(&page::fields(&record).unwrap())
                .unwrap_err()
                .kind,
            ErrorKind::LimitExceeded
        );
    }
}
