//! From where an incremental copy goes on.

use jiff::SignedDuration;
use jiff::civil::{Date, DateTime};
use serde::{Deserialize, Serialize};

use crate::connectors::read::UnderWay;
use crate::rows::Cell;
use crate::schema::DataType;

/// How far back times are read again where nobody knows which transactions were under way.
const SECONDS: i64 = 300;
/// How many numbers are.
const NUMBERS: i64 = 1_000;

/// What is kept with a copy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    /// The column, by its name at the source.
    pub column: String,
    /// The largest value that was copied.
    pub value: String,
    /// The value from which on rows are read the next time; less than `value` where transactions were
    /// under way that may yet commit lesser values.
    pub from: String,
    /// The number that the next transaction was to have, where the source tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<u64>,
    /// Whether rows are added for each change instead of being brought to their present state.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub appends: bool,
}

/// All that is kept with a copy for the next one.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// From where it goes on, where something tells.
    #[serde(flatten)]
    pub cursor: Option<Cursor>,
    /// The version of the table that was copied, where its source tells versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
}

/// The largest value of a column among rows that come by, for sources that cannot be asked for it.
#[derive(Debug, Clone)]
pub struct Largest {
    logical_type: DataType,
    number: Option<i64>,
    text: Option<String>,
}

impl Largest {
    /// Of a column of this type, which can be a cursor.
    #[must_use]
    pub fn of(logical_type: &DataType) -> Self {
        Self {
            logical_type: logical_type.clone(),
            number: None,
            text: None,
        }
    }

    /// Looks at a value. Those that are none of the column's type are passed over.
    pub fn see(&mut self, cell: Cell<'_>) {
        match cell {
            Cell::Integer(number) if is_number(&self.logical_type) => {
                self.number = self.number.max(Some(number));
            }
            Cell::Text(text)
                if self.text.as_deref().is_none_or(|largest| text > largest)
                    && is_value(text, &self.logical_type) =>
            {
                self.text = Some(text.to_owned());
            }
            _ => {}
        }
    }

    /// It; `None` where no row had one.
    #[must_use]
    pub fn value(self) -> Option<String> {
        self.text.or(self.number.map(|number| number.to_string()))
    }
}

/// Whether a text is a value of a type, in the form that such values have in rows.
fn is_value(text: &str, logical_type: &DataType) -> bool {
    let is_time = |text: &str| text.contains('T') && text.parse::<DateTime>().is_ok();
    match logical_type {
        DataType::Date => text.parse::<Date>().is_ok(),
        DataType::Timestamp => is_time(text),
        DataType::Timestamptz => text.strip_suffix('Z').is_some_and(is_time),
        DataType::ObjectId => text.len() == 24 && text.bytes().all(|b| b.is_ascii_hexdigit()),
        _ => false,
    }
}

impl Cursor {
    /// The cursor after a copy that saw `value` as the largest, and `under_way`.
    #[must_use]
    pub fn after(
        last: Option<&Self>,
        column: &str,
        logical_type: &DataType,
        value: String,
        under_way: &UnderWay,
        appends: bool,
    ) -> Self {
        let last = last.filter(|last| last.column == column);
        let (from, next) = match (under_way, last) {
            (UnderWay::None, _) => (value.clone(), None),
            (UnderWay::Unknown, _) => (back(&value, logical_type), None),
            (UnderWay::Some { next, .. }, None) => (back(&value, logical_type), Some(*next)),
            (UnderWay::Some { oldest, next }, Some(last)) => {
                // All that were under way the last time have ended, so that what is under way now
                // began later, with values beyond those of then.
                let ended = last.next.is_none_or(|then| then <= *oldest);
                let from = if ended { &last.value } else { &last.from };
                (from.clone(), Some(*next))
            }
        };
        // A transaction that wrote nothing yet has no number, and may still write the time it began.
        let from = match logical_type {
            DataType::Timestamp | DataType::Timestamptz => from.min(back(&value, logical_type)),
            _ => from,
        };
        Self {
            column: column.to_owned(),
            value,
            from,
            next,
            appends,
        }
    }
}

/// Whether values of a type may be what a copy goes on from: they have an order, and that of their
/// texts in a copy is the same.
#[must_use]
pub fn can_be_cursor(logical_type: &DataType) -> bool {
    is_number(logical_type)
        || matches!(
            logical_type,
            DataType::Date | DataType::Timestamp | DataType::Timestamptz | DataType::ObjectId
        )
}

/// Whether anything can come behind a value: nothing does behind `infinity`.
#[must_use]
pub fn has_an_end(value: &str) -> bool {
    !matches!(value, "infinity" | "Infinity" | "NaN")
}

/// Whether it is a whole number that a copy keeps as one.
#[must_use]
pub fn is_number(logical_type: &DataType) -> bool {
    matches!(
        logical_type,
        DataType::Int8 | DataType::Int16 | DataType::Int32 | DataType::Int64
    )
}

/// A value some way before `value`.
fn back(value: &str, logical_type: &DataType) -> String {
    let earlier = match logical_type {
        DataType::Timestamp | DataType::Timestamptz => earlier_time(value),
        DataType::ObjectId => earlier_object_id(value),
        _ if is_number(logical_type) => {
            let number = value.parse::<i64>().ok();
            number.map(|number| number.saturating_sub(NUMBERS).to_string())
        }
        _ => None,
    };
    earlier.unwrap_or_else(|| value.to_owned())
}

fn earlier_time(value: &str) -> Option<String> {
    let (time, zone) = match value.strip_suffix('Z') {
        Some(time) => (time, "Z"),
        None => (value, ""),
    };
    let digits = time
        .split_once('.')
        .map_or(0, |(_, fraction)| fraction.len());
    let time: DateTime = time.parse().ok()?;
    let time = time.checked_sub(SignedDuration::from_secs(SECONDS)).ok()?;
    Some(format!("{time:.digits$}{zone}"))
}

/// An `ObjectId` begins with its second (<https://www.mongodb.com/docs/manual/reference/bson-types/#objectid>).
fn earlier_object_id(value: &str) -> Option<String> {
    let second = u32::from_str_radix(value.get(..8)?, 16).ok()?;
    let earlier = second.saturating_sub(u32::try_from(SECONDS).unwrap_or(0));
    Some(format!("{earlier:08x}{}", "0".repeat(16)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(last: Option<&Cursor>, value: &str, under_way: &UnderWay) -> Cursor {
        let value = value.to_owned();
        Cursor::after(last, "id", &DataType::Int64, value, under_way, false)
    }

    #[test]
    fn the_largest_of_rows_is_of_the_columns_own_type() {
        let largest = |kind: &DataType, cells: &[Cell<'_>]| {
            let mut largest = Largest::of(kind);
            for cell in cells {
                largest.see(*cell);
            }
            largest.value()
        };
        let numbers = [
            Cell::Integer(9),
            Cell::Integer(10),
            Cell::Text("99"),
            Cell::Null,
        ];
        assert_eq!(largest(&DataType::Int64, &numbers).as_deref(), Some("10"));
        let times = [
            Cell::Text("2024-01-02T00:00:00.000000000Z"),
            Cell::Text("2024-01-01T00:00:00.000000000Z"),
            Cell::Text("2025-01-01"),
            Cell::Text("tomorrow"),
            Cell::Integer(5),
        ];
        assert_eq!(
            largest(&DataType::Timestamptz, &times).as_deref(),
            Some("2024-01-02T00:00:00.000000000Z")
        );
        assert_eq!(largest(&DataType::Date, &[Cell::Null]), None);
    }

    #[test]
    fn a_version_is_kept_beside_a_cursor_or_alone() {
        let cursor = after(None, "9", &UnderWay::None);
        for (cursor, version) in [
            (Some(cursor.clone()), None),
            (Some(cursor), Some("v".to_owned())),
            (None, Some("v".to_owned())),
        ] {
            let kept = Kept { cursor, version };
            let written = serde_json::to_value(&kept).unwrap();
            assert_eq!(serde_json::from_value::<Kept>(written).unwrap(), kept);
        }
    }

    #[test]
    fn a_quiet_source_is_gone_on_with_from_the_last_value() {
        assert_eq!(after(None, "9000", &UnderWay::None).from, "9000");
    }

    #[test]
    fn where_nobody_knows_some_way_back_is_read_again() {
        assert_eq!(after(None, "9000", &UnderWay::Unknown).from, "8000");
        for (value, kind, from) in [
            (
                "2024-03-01T00:04:59.500000Z",
                DataType::Timestamptz,
                "2024-02-29T23:59:59.500000Z",
            ),
            (
                "2024-03-01T00:05:00",
                DataType::Timestamp,
                "2024-03-01T00:00:00",
            ),
            ("infinity", DataType::Timestamp, "infinity"),
            (
                "65e0f0d2aaaaaaaaaaaaaaaa",
                DataType::ObjectId,
                "65e0efa60000000000000000",
            ),
            ("2024-03-01", DataType::Date, "2024-03-01"),
        ] {
            assert_eq!(back(value, &kind), from);
        }
    }

    #[test]
    fn what_was_under_way_is_read_again_until_it_has_ended() {
        let busy = |oldest, next| UnderWay::Some { oldest, next };
        let first = after(None, "9000", &busy(100, 110));
        assert_eq!((first.from.as_str(), first.next), ("8000", Some(110)));
        // The oldest of then is still under way: its rows are yet to come.
        let second = after(Some(&first), "9500", &busy(100, 120));
        assert_eq!(second.from, "8000");
        // All of then have ended, and were read by now.
        let third = after(Some(&second), "9900", &busy(121, 130));
        assert_eq!(third.from, "9500");
        assert_eq!(after(Some(&third), "9900", &UnderWay::None).from, "9900");
    }

    #[test]
    fn a_cursor_of_another_column_tells_nothing() {
        let last = after(None, "9000", &UnderWay::None);
        let busy = UnderWay::Some { oldest: 1, next: 2 };
        let other = Cursor::after(
            Some(&last),
            "n",
            &DataType::Int64,
            "5".to_owned(),
            &busy,
            false,
        );
        assert_eq!(other.from, "-995");
    }

    #[test]
    fn times_are_read_some_way_back_even_of_a_quiet_source() {
        let value = "2024-03-01T00:05:00.000000".to_owned();
        let cursor = Cursor::after(
            None,
            "t",
            &DataType::Timestamp,
            value,
            &UnderWay::None,
            false,
        );
        assert_eq!(cursor.from, "2024-03-01T00:00:00.000000");
    }
}
