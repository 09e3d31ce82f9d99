//! Texts as values: what types a text fits, and the value that it is in a column of a type.

use jiff::SignedDuration;
use jiff::civil::{Date, DateTime, Time};

use crate::rows::RowBatch;
use crate::schema::DataType;

/// The types that all texts so far fit, as a set; and how many digits behind the second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fits {
    types: u16,
    digits: usize,
    some: bool,
}

const BOOLEAN: u16 = 1;
const INT64: u16 = 1 << 1;
const DECIMAL: u16 = 1 << 2;
const FLOAT64: u16 = 1 << 3;
const UUID: u16 = 1 << 4;
const DATE: u16 = 1 << 5;
const TIME: u16 = 1 << 6;
const TIMESTAMP: u16 = 1 << 7;
const TIMESTAMPTZ: u16 = 1 << 8;
const ALL: u16 = (1 << 9) - 1;

/// In the order in which they are chosen.
const TYPES: &[(u16, DataType)] = &[
    (BOOLEAN, DataType::Boolean),
    (INT64, DataType::Int64),
    (DECIMAL, DataType::Decimal(None)),
    (FLOAT64, DataType::Float64),
    (UUID, DataType::Uuid),
    (DATE, DataType::Date),
    (TIME, DataType::Time),
    (TIMESTAMP, DataType::Timestamp),
    (TIMESTAMPTZ, DataType::Timestamptz),
];

impl Default for Fits {
    fn default() -> Self {
        Self {
            types: ALL,
            digits: 0,
            some: false,
        }
    }
}

impl Fits {
    /// Takes one more text into account.
    pub fn add(&mut self, text: &str) {
        self.some = true;
        if self.types != 0 {
            let (types, digits) = fitting(text, self.types);
            self.types &= types;
            self.digits = self.digits.max(digits);
        }
    }

    /// Takes a value into account that is no text.
    pub fn add_other(&mut self) {
        self.some = true;
        self.types = 0;
    }

    /// What holds the values of both.
    pub fn and(self, other: Self) -> Self {
        Self {
            types: self.types & other.types,
            digits: self.digits.max(other.digits),
            some: self.some || other.some,
        }
    }

    /// The narrowest type that holds all of them, and its name with the digits behind its second.
    pub fn data_type(self) -> (DataType, String) {
        let fitting = TYPES.iter().find(|(bit, _)| self.types & bit != 0);
        let data_type = match fitting {
            Some((_, data_type)) if self.some => data_type.clone(),
            _ => DataType::String,
        };
        let name = match data_type {
            DataType::Time | DataType::Timestamp | DataType::Timestamptz => {
                format!("{data_type}({})", self.digits)
            }
            _ => data_type.to_string(),
        };
        (data_type, name)
    }

    /// Whether every text was of a type that is told from mere words.
    pub fn is_typed(self) -> bool {
        self.some && self.types != 0
    }
}

/// The digits behind the second that the name of a type tells.
pub fn digits(native_type: &str) -> usize {
    let told = native_type.split_once('(').and_then(|(_, rest)| {
        let digits = rest.strip_suffix(')')?.parse().ok()?;
        Some(usize::min(digits, 9))
    });
    told.unwrap_or(0)
}

/// Those of `wanted` that a text fits, and its digits behind the second.
fn fitting(text: &str, wanted: u16) -> (u16, usize) {
    let mut types = 0;
    let mut digits = 0;
    let first = text.bytes().next().unwrap_or_default();
    if wanted & BOOLEAN != 0 && boolean(text).is_some() {
        types |= BOOLEAN;
    }
    if wanted & UUID != 0 && is_uuid(text) {
        types |= UUID;
    }
    if !(first.is_ascii_digit() || first == b'-') {
        return (types, 0);
    }
    if wanted & (INT64 | DECIMAL | FLOAT64) != 0 {
        if integer(text).is_some() {
            types |= INT64;
        }
        if is_decimal(text) {
            types |= DECIMAL;
        }
        if real(text).is_some() {
            types |= FLOAT64;
        }
    }
    if wanted & DATE != 0 && date(text).is_some() {
        types |= DATE;
    }
    for (bit, data_type) in [
        (TIME, DataType::Time),
        (TIMESTAMP, DataType::Timestamp),
        (TIMESTAMPTZ, DataType::Timestamptz),
    ] {
        if wanted & bit != 0 && moment(text, &data_type, 0).is_some() {
            types |= bit;
            digits = fraction(text);
        }
    }
    (types, digits)
}

/// Pushes a text as a value of a type; as the text that it is where it is none.
pub fn push(row: &mut RowBatch, text: &str, data_type: &DataType, digits: usize) {
    match data_type {
        DataType::Boolean => match boolean(text) {
            Some(value) => row.integer(i64::from(value)),
            None => row.text(text),
        },
        DataType::Int8 | DataType::Int16 | DataType::Int32 | DataType::Int64 => {
            match integer(text) {
                Some(value) => row.integer(value),
                None => row.text(text),
            }
        }
        DataType::Float32 | DataType::Float64 => match real(text) {
            Some(value) => row.real(value),
            None => row.text(text),
        },
        DataType::Uuid if is_uuid(text) => row.text(&text.to_ascii_lowercase()),
        DataType::Time | DataType::Timestamp | DataType::Timestamptz => {
            match moment(text, data_type, digits) {
                Some(value) => row.text(&value),
                None => row.text(text),
            }
        }
        _ => row.text(text),
    }
}

fn boolean(text: &str) -> Option<bool> {
    match text {
        "true" | "True" | "TRUE" => Some(true),
        "false" | "False" | "FALSE" => Some(false),
        _ => None,
    }
}

/// A whole number as a program writes it: no plus, no leading zeros, which often carry a meaning.
pub fn integer(text: &str) -> Option<i64> {
    (is_plain(text.strip_prefix('-').unwrap_or(text)) && text != "-0")
        .then(|| text.parse().ok())
        .flatten()
}

fn is_plain(digits: &str) -> bool {
    !digits.is_empty()
        && digits.bytes().all(|b| b.is_ascii_digit())
        && (digits.len() == 1 || !digits.starts_with('0'))
}

/// The most digits of a decimal; whole numbers beyond 64 bits are names rather than figures.
const DECIMAL_DIGITS: usize = 38;

fn is_decimal(text: &str) -> bool {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    match unsigned.split_once('.') {
        Some((whole, part)) => {
            is_plain(whole)
                && !part.is_empty()
                && part.bytes().all(|b| b.is_ascii_digit())
                && whole.len() + part.len() <= DECIMAL_DIGITS
        }
        None => integer(text).is_some(),
    }
}

/// A number in a double that tells it exactly: whose shortest digits are those of the text.
pub fn real(text: &str) -> Option<f64> {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (mantissa, exponent) = match unsigned.find(['e', 'E']) {
        Some(at) => (&unsigned[..at], &unsigned[at + 1..]),
        None => (unsigned, "0"),
    };
    let (whole, part) = mantissa.split_once('.').unwrap_or((mantissa, "0"));
    let power = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
    let all_digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if !is_plain(whole) || !all_digits(part) || !all_digits(power) {
        return None;
    }
    let value: f64 = text.parse().ok()?;
    let significant = |text: &str| -> String {
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        digits.trim_matches('0').to_owned()
    };
    let shortest = format!("{:e}", value.abs());
    let shortest = shortest.split('e').next().unwrap_or_default();
    (value.is_finite() && significant(mantissa) == significant(shortest)).then_some(value)
}

fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

fn date(text: &str) -> Option<Date> {
    let bytes = text.as_bytes();
    let number = |from: usize, to: usize| -> Option<i16> {
        let digits = bytes.get(from..to)?;
        digits.iter().all(u8::is_ascii_digit).then(|| {
            digits
                .iter()
                .fold(0, |sum, digit| sum * 10 + i16::from(digit - b'0'))
        })
    };
    if bytes.len() != 10 || bytes[4] != b'-' || bytes[7] != b'-' {
        return None;
    }
    let (month, day) = (number(5, 7)?, number(8, 10)?);
    Date::new(
        number(0, 4)?,
        i8::try_from(month).ok()?,
        i8::try_from(day).ok()?,
    )
    .ok()
}

/// The digits behind the second of a text that is a time.
fn fraction(text: &str) -> usize {
    let part = text.split_once('.').map_or("", |(_, part)| part);
    part.bytes().take_while(u8::is_ascii_digit).count()
}

/// A time of day, a time or an instant as its form wants it, with so many digits behind the
/// second; those that it has, where they are more. A finer one than nanoseconds, or a leap second,
/// is none, for it would not be kept.
fn moment(text: &str, data_type: &DataType, digits: usize) -> Option<String> {
    let clock = |text: &str| {
        let bytes = text.as_bytes();
        let pairs = [0, 3, 6].iter().all(|at| {
            bytes
                .get(*at..at + 2)
                .is_some_and(|pair| pair.iter().all(u8::is_ascii_digit))
        });
        let rest = bytes.get(8..).unwrap_or_default();
        let tail = rest.is_empty()
            || (rest.len() > 1 && rest[0] == b'.' && rest[1..].iter().all(u8::is_ascii_digit));
        let rightly = pairs && bytes[2] == b':' && bytes[5] == b':' && tail && fraction(text) <= 9;
        (rightly && &text[6..8] != "60").then(|| text.parse::<Time>().ok())?
    };
    let digits = digits.max(fraction(text));
    if *data_type == DataType::Time {
        return Some(written_time(clock(text)?, digits));
    }
    // Letters beyond ASCII are in no time, and would be cut in two.
    if !text.is_ascii() || text.len() < 19 || !matches!(text.as_bytes()[10], b'T' | b' ') {
        return None;
    }
    let day = date(&text[..10])?;
    let rest = &text[11..];
    let zone = rest.find(['Z', '+', '-']);
    let time = clock(zone.map_or(rest, |at| &rest[..at]))?;
    let stands = DateTime::from_parts(day, time);
    match (data_type, zone) {
        (DataType::Timestamp, None) => Some(written(stands, digits)),
        (DataType::Timestamptz, Some(at)) => {
            // By the calendar, which has the last day of 9999 that instants have not.
            let utc = stands.checked_sub(offset(&rest[at..])?).ok()?;
            Some(format!("{}Z", written(utc, digits)))
        }
        _ => None,
    }
}

/// An offset as ISO 8601 has it: `Z`, `+01`, `+0100` or `+01:00`.
fn offset(text: &str) -> Option<SignedDuration> {
    let (sign, rest) = match text.split_at_checked(1)? {
        ("Z", "") => return Some(SignedDuration::ZERO),
        ("+", rest) => (1, rest),
        ("-", rest) => (-1, rest),
        _ => return None,
    };
    let (hours, minutes) = match rest.len() {
        2 => (rest, "00"),
        4 => rest.split_at(2),
        5 => rest.split_once(':')?,
        _ => return None,
    };
    let number = |text: &str, below: i64| -> Option<i64> {
        let digits = text.len() == 2 && text.bytes().all(|b| b.is_ascii_digit());
        text.parse().ok().filter(|number| digits && *number < below)
    };
    let minutes = number(hours, 26)? * 60 + number(minutes, 60)?;
    Some(SignedDuration::from_mins(sign * minutes))
}

/// A time as its form wants it.
pub fn written(time: DateTime, digits: usize) -> String {
    format!("{}T{}", time.date(), written_time(time.time(), digits))
}

/// A time of day as its form wants it.
pub fn written_time(time: Time, digits: usize) -> String {
    let (hour, minute, second) = (time.hour(), time.minute(), time.second());
    let mut text = format!("{hour:02}:{minute:02}:{second:02}");
    if digits > 0 {
        let nanos = format!("{:09}", time.subsec_nanosecond());
        text.push('.');
        text.push_str(&nanos[..digits.min(9)]);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::Cell;

    fn told(texts: &[&str]) -> String {
        let mut fits = Fits::default();
        for text in texts {
            fits.add(text);
        }
        fits.data_type().1
    }

    #[test]
    fn the_narrowest_type_that_loses_nothing_is_told() {
        for (texts, expected) in [
            (&["1", "-2", "9223372036854775807"][..], "int64"),
            (&["1", "9223372036854775808"], "string"),
            (&["1", "007"], "string"),
            (&["1", "+5"], "string"),
            (&["-0"], "float64"),
            (&["1", "2.50"], "decimal"),
            (&["0.1", "1e-5"], "float64"),
            (&["1.23456789012345678901", "2"], "decimal"),
            (&["1.23456789012345678901", "1e5"], "string"),
            (&["true", "FALSE"], "boolean"),
            (&["true", "1"], "string"),
            (&["2024-02-29"], "date"),
            (&["2023-02-29"], "string"),
            (
                &["2024-02-29 10:00:00", "2024-02-29T10:00:00.25"],
                "timestamp(2)",
            ),
            (
                &["2024-02-29T10:00:00Z", "2024-02-29T10:00:00+05:30"],
                "timestamptz(0)",
            ),
            (&["2024-02-29T10:00:00Z", "2024-02-29T10:00:00"], "string"),
            (&["23:59:59", "00:00:00.001"], "time(3)"),
            (&["23:59:60"], "string"),
            (&["2024-02-29é10:00:00"], "string"),
            (&["6F9619FF-8B86-D011-B42D-00CF4FC964FF"], "uuid"),
            (&["1", ""], "string"),
            (&["1", "inf"], "string"),
            (&["1", "NaN"], "string"),
            (&[], "string"),
        ] {
            assert_eq!(told(texts), expected, "{texts:?}");
        }
    }

    #[test]
    fn a_text_becomes_the_value_of_its_column() {
        let mut row = RowBatch::new(1);
        for (text, data_type, digits, expected) in [
            ("12", "int64", 0, Cell::Integer(12)),
            ("x12", "int64", 0, Cell::Text("x12")),
            ("1.50", "decimal", 0, Cell::Text("1.50")),
            ("1e3", "float64", 0, Cell::Real(1000.0)),
            ("True", "boolean", 0, Cell::Integer(1)),
            (
                "2024-01-01 10:00:00",
                "timestamp",
                3,
                Cell::Text("2024-01-01T10:00:00.000"),
            ),
            (
                "2024-01-01T01:00:00+02:00",
                "timestamptz",
                0,
                Cell::Text("2023-12-31T23:00:00Z"),
            ),
            (
                "2024-01-01T01:00:00.5+0200",
                "timestamptz",
                0,
                Cell::Text("2023-12-31T23:00:00.5Z"),
            ),
            (
                "9999-12-31T23:59:59Z",
                "timestamptz",
                0,
                Cell::Text("9999-12-31T23:59:59Z"),
            ),
            (
                "9999-12-31T23:59:59-00:01",
                "timestamptz",
                0,
                Cell::Text("9999-12-31T23:59:59-00:01"),
            ),
        ] {
            row.reset(1, 1);
            push(&mut row, text, &data_type.parse().unwrap(), digits);
            assert_eq!(row.rows().next().unwrap().get(0), Some(expected), "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_can_be_looked_at(text in ".*") {
            let _ = told(&[&text]);
        }

        #[test]
        fn a_whole_number_is_told_as_one(number: i64) {
            proptest::prop_assert_eq!(told(&[&number.to_string()]), "int64");
        }
    }
}
