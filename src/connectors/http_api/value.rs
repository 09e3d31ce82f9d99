//! A value of a record in the form that its column's type has.

use std::borrow::Cow;
use std::cmp::Ordering;

use serde_json::value::RawValue;

use super::{json, moment, number};
use crate::rows::RowBatch;
use crate::schema::DataType;

/// A value in the form that rows have.
#[derive(Debug, Clone, PartialEq)]
pub enum Form<'a> {
    /// Nothing.
    Null,
    /// An integer; a boolean too.
    Integer(i64),
    /// A double.
    Real(f64),
    /// Text.
    Text(Cow<'a, str>),
}

impl<'a> Form<'a> {
    /// The form of a value in a column of this type; its text, where it is none of that type.
    #[must_use]
    pub fn of(raw: &'a RawValue, kind: &DataType) -> Self {
        let text = raw.get();
        match (json::sort(raw), kind) {
            ("null", _) => Self::Null,
            ("object" | "array", _) | (_, DataType::Json) => Self::Text(json::compact(text)),
            ("boolean", DataType::Boolean | DataType::Mixed) => {
                Self::Integer(i64::from(text == "true"))
            }
            ("number", DataType::Int64) => number::integer(text)
                .map(Self::Integer)
                .unwrap_or(Self::Text(text.into())),
            ("number", DataType::Float64) => number::double(text)
                .map(Self::Real)
                .unwrap_or(Self::Text(text.into())),
            ("number", DataType::Mixed) => {
                let integer = number::integer(text).map(Self::Integer);
                let real = || number::double(text).map(Self::Real);
                integer.or_else(real).unwrap_or(Self::Text(text.into()))
            }
            ("string", kind) => {
                let text = json::string(raw);
                let moment = matches!(
                    kind,
                    DataType::Date | DataType::Timestamp | DataType::Timestamptz
                );
                let written = moment.then(|| moment::written(&text, kind)).flatten();
                Self::Text(written.map_or(text, Cow::Owned))
            }
            _ => Self::Text(text.into()),
        }
    }

    /// The form of a value that a caller wrote.
    #[must_use]
    pub fn told(text: &'a str, kind: &DataType) -> Self {
        let integer = || number::integer(text).map(Self::Integer);
        let real = || number::double(text).map(Self::Real);
        let found = match kind {
            DataType::Boolean => match text {
                "true" => Some(Self::Integer(1)),
                "false" => Some(Self::Integer(0)),
                _ => integer(),
            },
            DataType::Int64 | DataType::Float64 | DataType::Mixed => integer().or_else(real),
            kind => moment::written(text, kind).map(|text| Self::Text(text.into())),
        };
        found.unwrap_or(Self::Text(text.into()))
    }

    /// As text.
    #[must_use]
    pub fn text(&self) -> Cow<'_, str> {
        match self {
            Self::Null => "".into(),
            Self::Integer(value) => value.to_string().into(),
            Self::Real(value) => value.to_string().into(),
            Self::Text(text) => text.as_ref().into(),
        }
    }

    /// Compares two values of a column: nothing first, numbers by their value, then texts.
    #[must_use]
    pub fn compare(&self, other: &Self, kind: &DataType) -> Ordering {
        match (self.number(kind), other.number(kind)) {
            (Some(left), Some(right)) => number::compare(&left, &right).unwrap_or(Ordering::Equal),
            (Some(_), None) if *other != Self::Null => Ordering::Less,
            (None, Some(_)) if *self != Self::Null => Ordering::Greater,
            _ => match (self, other) {
                (Self::Null, Self::Null) => Ordering::Equal,
                (Self::Null, _) => Ordering::Less,
                (_, Self::Null) => Ordering::Greater,
                _ => self.text().cmp(&other.text()),
            },
        }
    }

    /// The digits, where it counts as a number in such a column.
    fn number(&self, kind: &DataType) -> Option<Cow<'_, str>> {
        match self {
            Self::Integer(value) => Some(value.to_string().into()),
            Self::Real(value) => Some(format!("{value:e}").into()),
            Self::Text(text) => {
                let numeric = matches!(
                    kind,
                    DataType::Int64 | DataType::Float64 | DataType::Decimal(_)
                );
                let is_number = numeric && number::compare(text, "0").is_some();
                is_number.then(|| text.as_ref().into())
            }
            Self::Null => None,
        }
    }

    /// Puts it into a batch.
    pub fn push(&self, batch: &mut RowBatch) {
        match self {
            Self::Null => batch.null(),
            Self::Integer(value) => batch.integer(*value),
            Self::Real(value) => batch.real(*value),
            Self::Text(text) => batch.text(text),
        }
    }

    /// The same, on its own.
    #[must_use]
    pub fn owned(self) -> Form<'static> {
        match self {
            Self::Null => Form::Null,
            Self::Integer(value) => Form::Integer(value),
            Self::Real(value) => Form::Real(value),
            Self::Text(text) => Form::Text(text.into_owned().into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(text: &'static str, kind: &DataType) -> Form<'static> {
        let raw: &'static RawValue = serde_json::from_str(text).unwrap();
        Form::of(raw, kind)
    }

    #[test]
    fn values_take_the_form_of_their_column_or_stay_texts() {
        use DataType::{Boolean, Decimal, Float64, Int64, Json, Mixed, Timestamptz};
        let text = |text: &'static str| Form::Text(text.into());
        for (value, kind, expected) in [
            ("null", Int64, Form::Null),
            ("7", Int64, Form::Integer(7)),
            ("7.5", Int64, text("7.5")),
            ("9223372036854775808", Int64, text("9223372036854775808")),
            ("\"7\"", Int64, text("7")),
            ("1", Float64, Form::Real(1.0)),
            (
                "0.1000000000000000055",
                Float64,
                text("0.1000000000000000055"),
            ),
            ("1.10", Decimal(None), text("1.10")),
            ("true", Boolean, Form::Integer(1)),
            ("true", DataType::String, text("true")),
            ("[ 1.10 ]", Json, text("[1.10]")),
            ("\"a\"", Json, text("\"a\"")),
            ("\"a\"", Mixed, text("a")),
            ("1.5", Mixed, Form::Real(1.5)),
            (
                "\"2024-01-01T01:00:00+01:00\"",
                Timestamptz,
                text("2024-01-01T00:00:00.000000000Z"),
            ),
            ("\"soon\"", Timestamptz, text("soon")),
        ] {
            assert_eq!(form(value, &kind), expected, "{value} {kind}");
        }
    }

    #[test]
    fn values_are_compared_as_those_of_their_column() {
        let decimal = DataType::Decimal(None);
        for (left, right, kind, expected) in [
            ("9", "10", &DataType::Int64, Ordering::Less),
            ("1.10", "1.1", &decimal, Ordering::Equal),
            ("\"9\"", "\"10\"", &DataType::String, Ordering::Greater),
            ("null", "-1", &DataType::Int64, Ordering::Less),
            ("5", "\"x\"", &DataType::Int64, Ordering::Less),
        ] {
            assert_eq!(
                form(left, kind).compare(&form(right, kind), kind),
                expected,
                "{left} {right}"
            );
        }
        let kind = DataType::Timestamptz;
        let (seen, told) = (
            form("\"2024-01-01T00:00:00Z\"", &kind),
            Form::told("2024-01-01T01:00:00+01:00", &kind),
        );
        assert_eq!(seen.compare(&told, &kind), Ordering::Equal);
    }
}
