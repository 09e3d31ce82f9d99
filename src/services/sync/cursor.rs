//! From where an incremental copy goes on.

use std::time::Duration;

use jiff::SignedDuration;
use jiff::civil::{Date, DateTime};
use serde::{Deserialize, Serialize};

use crate::connectors::read::UnderWay;
use crate::local::Copy;
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
    /// The engine's own id of the table that was copied, where it has such ids.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub engine_id: Option<String>,
}

impl Kept {
    /// What is kept with this copy.
    #[must_use]
    pub fn with(copy: &Copy) -> Self {
        let kept = copy.cursor.clone();
        let kept = kept.and_then(|kept| serde_json::from_value(kept).ok());
        kept.unwrap_or_default()
    }

    /// Whether it says anything.
    #[must_use]
    pub fn is_of_use(&self) -> bool {
        self.cursor.is_some() || self.version.is_some() || self.engine_id.is_some()
    }
}

/// What may have been missed by a copy though it is before the largest value that it saw.
#[derive(Debug, Clone, Copy)]
pub struct Unseen<'a> {
    /// Transactions that were under way when the copy began.
    pub under_way: &'a UnderWay,
    /// How long the copy lasted until it knew the largest value: what came meanwhile has times of that while.
    pub lasted: Duration,
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
        _ => false,
    }
}

impl Cursor {
    /// The cursor after a copy that saw `value` as the largest, and not what is `unseen`.
    #[must_use]
    pub fn after(
        last: Option<&Self>,
        column: &str,
        logical_type: &DataType,
        value: String,
        unseen: &Unseen<'_>,
        appends: bool,
    ) -> Self {
        let last = last.filter(|last| last.column == column);
        let back = || back(&value, logical_type, unseen.lasted);
        let (from, next) = match (unseen.under_way, last) {
            (UnderWay::None, _) => (value.clone(), None),
            (UnderWay::Unknown, _) => (back(), None),
            (UnderWay::Some { next, .. }, None) => (back(), Some(*next)),
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
            DataType::Timestamp | DataType::Timestamptz => from.min(back()),
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

/// A value some way before `value`; where it tells a time, also before all that was made in the while
/// that a copy `lasted`.
fn back(value: &str, logical_type: &DataType, lasted: Duration) -> String {
    let lasted = i64::try_from(lasted.as_secs()).unwrap_or(i64::MAX);
    let seconds = SECONDS.saturating_add(lasted);
    let earlier = match logical_type {
        DataType::Timestamp | DataType::Timestamptz => earlier_time(value, seconds),
        DataType::ObjectId => earlier_object_id(value, seconds),
        _ if is_number(logical_type) => {
            let number = value.parse::<i64>().ok();
            number.map(|number| number.saturating_sub(NUMBERS).to_string())
        }
        _ => None,
    };
    earlier.unwrap_or_else(|| value.to_owned())
}

fn earlier_time(value: &str, seconds: i64) -> Option<String> {
    let (time, zone) = match value.strip_suffix('Z') {
        Some(time) => (time, "Z"),
        None => (value, ""),
    };
    let digits = time
        .split_once('.')
        .map_or(0, |(_, fraction)| fraction.len());
    let time: DateTime = time.parse().ok()?;
    let time = time.checked_sub(SignedDuration::from_secs(seconds)).ok()?;
    Some(format!("{time:.digits$}{zone}"))
}

/// An `ObjectId` begins with its second (<https://www.mongodb.com/docs/manual/reference/bson-types/#objectid>).
fn earlier_object_id(value: &str, seconds: i64) -> Option<String> {
    let second = u32::from_str_radix(value.get(..8)?, 16).ok()?;
    let earlier = second.saturating_sub(u32::try_from(seconds).unwrap_or(u32::MAX));
    Some(format!("{earlier:08x}{}", "0".repeat(16)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(last: Option<&Cursor>, value: &str, under_way: &UnderWay) -> Cursor {
        of_type(&DataType::Int64, last, value, under_way, Duration::ZERO)
    }

    fn of_type(
        logical_type: &DataType,
        last: Option<&Cursor>,
        value: &str,
        under_way: &UnderWay,
        lasted: Duration,
    ) -> Cursor {
        let unseen = Unseen { under_way, lasted };
        Cursor::after(last, "id", logical_type, value.to_owned(), &unseen, false)
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
        let text = || Some("v".to_owned());
        for (cursor, version, engine_id) in [
            (Some(cursor.clone()), None, None),
            (Some(cursor), text(), text()),
            (None, text(), None),
            (None, None, text()),
        ] {
            let kept = Kept {
                cursor,
                version,
                engine_id,
            };
            assert!(kept.is_of_use());
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
            let cursor = of_type(&kind, None, value, &UnderWay::Unknown, Duration::ZERO);
            assert_eq!(cursor.from, from);
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
    fn what_came_while_rows_told_the_largest_is_read_again() {
        let hour = Duration::from_hours(1);
        for (value, kind, from) in [
            (
                "2024-03-01T02:05:00.5Z",
                DataType::Timestamptz,
                "2024-03-01T01:00:00.5Z",
            ),
            (
                "65e0f0d2aaaaaaaaaaaaaaaa",
                DataType::ObjectId,
                "65e0e1960000000000000000",
            ),
            ("9000", DataType::Int64, "8000"),
        ] {
            let cursor = of_type(&kind, None, value, &UnderWay::Unknown, hour);
            assert_eq!((&*cursor.value, &*cursor.from), (value, from));
        }
    }

    #[test]
    fn a_cursor_of_another_column_tells_nothing() {
        let last = Cursor {
            column: "n".to_owned(),
            ..after(None, "9000", &UnderWay::None)
        };
        let busy = UnderWay::Some { oldest: 1, next: 2 };
        assert_eq!(after(Some(&last), "5", &busy).from, "-995");
    }

    #[test]
    fn times_are_read_some_way_back_even_of_a_quiet_source() {
        let value = "2024-03-01T00:05:00.000000";
        let cursor = of_type(
            &DataType::Timestamp,
            None,
            value,
            &UnderWay::None,
            Duration::ZERO,
        );
        assert_eq!(cursor.from, "2024-03-01T00:00:00.000000");
    }
}
