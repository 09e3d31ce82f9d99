//! From the text of a value to a parameter of its column's own type. The servers take what is no
//! number for zero, and what is no date for a text: so that is refused here.

use data_encoding::BASE64;
use mysql_async::Value;
use serde::de::IgnoredAny;

use crate::connectors::{ConnectorError, ErrorKind};
use crate::schema::{Column, DataType};

/// Digits of a DECIMAL, and those behind its point
/// (<https://dev.mysql.com/doc/refman/8.4/en/precision-math-decimal-characteristics.html>).
const DIGITS: usize = 65;
const SCALE: usize = 30;

/// How the parameter is written, and its value.
pub fn of(column: &Column, text: &str) -> Result<(String, Value), ConnectorError> {
    let plain = |value| Some(("?".to_owned(), value));
    let bytes = |text: &str| Value::from(text.as_bytes());
    let found = match &column.logical_type {
        DataType::Boolean => match text {
            "true" => plain(Value::Int(1)),
            "false" => plain(Value::Int(0)),
            _ => number(text),
        },
        DataType::Int8
        | DataType::Int16
        | DataType::Int32
        | DataType::Int64
        | DataType::Uint64
        | DataType::Decimal(_) => number(text),
        DataType::Float32 | DataType::Float64 => float(text).map(|n| ("?".to_owned(), n)),
        DataType::Date => is_date(text).then(|| bytes(text)).and_then(plain),
        DataType::Time => is_time(text).then(|| bytes(text)).and_then(plain),
        DataType::Timestamp | DataType::Timestamptz => {
            date_time(text).and_then(|text| plain(bytes(&text)))
        }
        DataType::Uuid => uuid::Uuid::parse_str(text)
            .ok()
            .and_then(|_| plain(bytes(text))),
        DataType::Json => {
            let json = serde_json::from_str::<IgnoredAny>(text).ok();
            json.map(|_| ("CAST(? AS JSON)".to_owned(), bytes(text)))
        }
        DataType::Array(of) if **of == DataType::String => {
            let members: Option<Vec<String>> = serde_json::from_str(text).ok();
            plain(bytes(
                &members.map_or(text.to_owned(), |members| members.join(",")),
            ))
        }
        // As answers have them.
        DataType::Binary => BASE64.decode(text.as_bytes()).ok().and_then(|bytes| {
            if column.native_type.to_ascii_lowercase().starts_with("bit") {
                let number = bytes
                    .iter()
                    .fold(0, |number, byte| number << 8 | u64::from(*byte));
                plain(Value::UInt(number))
            } else {
                plain(Value::Bytes(bytes))
            }
        }),
        DataType::String | DataType::Enum | DataType::Unknown => plain(bytes(text)),
        _ => None,
    };
    found.ok_or_else(|| {
        ConnectorError::new(
            ErrorKind::InvalidQuery,
            format!(
                "A value that '{}' is compared with is none of its type, {}.",
                column.name, column.native_type
            ),
            "Write it as values of that column are answered.",
        )
    })
}

/// A number, exactly.
fn number(text: &str) -> Option<(String, Value)> {
    if let Ok(number) = text.parse() {
        return Some(("?".to_owned(), Value::Int(number)));
    }
    if let Ok(number) = text.parse() {
        return Some(("?".to_owned(), Value::UInt(number)));
    }
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let all = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let fits = !whole.is_empty()
        && all(whole)
        && all(fraction)
        && fraction.len() <= SCALE
        && whole.len() + fraction.len() <= DIGITS;
    // A text alone would be compared as a float.
    let cast = format!("CAST(? AS DECIMAL({DIGITS},{}))", fraction.len());
    fits.then(|| (cast, Value::from(text.as_bytes())))
}

/// A float; the servers know none that is no number or infinite.
fn float(text: &str) -> Option<Value> {
    let number: f64 = text.parse().ok()?;
    number.is_finite().then_some(Value::Double(number))
}

/// Two digits that are no more than `most`.
fn is_part(text: &str, most: u8) -> bool {
    text.len() == 2
        && text.bytes().all(|b| b.is_ascii_digit())
        && text.parse().is_ok_and(|n: u8| n <= most)
}

/// Zeros among it, which servers let stand.
fn is_date(text: &str) -> bool {
    let parts: Vec<_> = text.split('-').collect();
    let [year, month, day] = parts[..] else {
        return false;
    };
    year.len() == 4
        && year.bytes().all(|byte| byte.is_ascii_digit())
        && is_part(month, 12)
        && is_part(day, 31)
}

fn is_clock(text: &str) -> bool {
    let (clock, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let is_fraction =
        (1..=6).contains(&fraction.len()) && fraction.bytes().all(|byte| byte.is_ascii_digit());
    is_fraction
        && clock
            .split_once(':')
            .is_some_and(|(minute, second)| is_part(minute, 59) && is_part(second, 59))
}

fn is_time(text: &str) -> bool {
    let text = text.strip_prefix('-').unwrap_or(text);
    text.split_once(':').is_some_and(|(hours, clock)| {
        (2..=3).contains(&hours.len())
            && hours.bytes().all(|byte| byte.is_ascii_digit())
            && is_clock(clock)
    })
}

/// As the server writes it, in UTC, which is the session's zone.
fn date_time(text: &str) -> Option<String> {
    let text = text.strip_suffix('Z').unwrap_or(text);
    let (date, time) = text.split_once(['T', ' ']).unwrap_or((text, "00:00:00"));
    let (hour, clock) = time.split_once(':')?;
    let fits = is_date(date) && is_part(hour, 23) && is_clock(clock);
    fits.then(|| format!("{date} {time}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bound(logical_type: DataType, text: &str) -> Option<(String, Value)> {
        let column = Column {
            logical_type,
            ..Column::default()
        };
        match of(&column, text) {
            Ok(bound) => Some(bound),
            Err(error) => {
                assert_eq!(error.kind, ErrorKind::InvalidQuery);
                None
            }
        }
    }

    #[test]
    fn values_become_parameters_of_their_columns_type() {
        let plain = |value| Some(("?".to_owned(), value));
        let text = |text: &str| Value::from(text.as_bytes());
        for (of, value, expected) in [
            (DataType::Int64, "-5", plain(Value::Int(-5))),
            (
                DataType::Uint64,
                "18446744073709551615",
                plain(Value::UInt(u64::MAX)),
            ),
            (
                DataType::Decimal(None),
                "-1.50",
                Some(("CAST(? AS DECIMAL(65,2))".to_owned(), text("-1.50"))),
            ),
            (DataType::Float64, "1e300", plain(Value::Double(1e300))),
            (
                DataType::Timestamptz,
                "2024-02-29T23:59:59.000001Z",
                plain(text("2024-02-29 23:59:59.000001")),
            ),
            (
                DataType::Timestamp,
                "0000-00-00 00:00:00",
                plain(text("0000-00-00 00:00:00")),
            ),
            (DataType::Time, "-838:59:59", plain(text("-838:59:59"))),
            (
                DataType::Array(Box::new(DataType::String)),
                r#"["a","b"]"#,
                plain(text("a,b")),
            ),
            (DataType::Binary, "AP8=", plain(Value::Bytes(vec![0, 0xFF]))),
            (DataType::Boolean, "true", plain(Value::Int(1))),
        ] {
            assert_eq!(bound(of, value), expected, "{value}");
        }
    }

    #[test]
    fn what_is_no_value_of_the_type_is_refused() {
        for (of, values) in [
            (
                DataType::Int32,
                &["abc", "", "1e5", "0x1", "1; --", "٣"][..],
            ),
            (DataType::Float64, &["NaN", "inf", "x"]),
            (
                DataType::Date,
                &["2024-13-01", "2024-2-1", "now", "2024-02-30x"],
            ),
            (
                DataType::Timestamp,
                &[
                    "2024-02-29T25:00:00",
                    "yesterday",
                    "2024-02-29T10:00:00.1234567",
                ],
            ),
            (DataType::Time, &["1", "10:61:00"]),
            (DataType::Uuid, &["x"]),
            (DataType::Json, &["{"]),
            (DataType::Geometry, &["POINT(1 1)"]),
        ] {
            for value in values {
                assert_eq!(bound(of.clone(), value), None, "{of:?} {value}");
            }
        }
    }
}
