//! Texts that are dates and times by ISO 8601, as JSON has no type for them.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};

use crate::schema::DataType;

/// The type that a text has the form of: [`DataType::Date`], [`DataType::Timestamp`],
/// [`DataType::Timestamptz`].
#[must_use]
pub fn kind(text: &str) -> Option<DataType> {
    [DataType::Date, DataType::Timestamp, DataType::Timestamptz]
        .into_iter()
        .find(|kind| written(text, kind).is_some())
}

/// The text in the form that rows of this type have; `None` where it is no such value. Nine digits
/// behind the second, the most that are taken, so that all values of a column have the same number.
#[must_use]
pub fn written(text: &str, kind: &DataType) -> Option<String> {
    let (time, zone) = split(text)?;
    match (kind, time, zone) {
        (DataType::Date, "", "") => Some(text.parse::<Date>().ok()?.to_string()),
        (DataType::Timestamp, _, "") if !time.is_empty() => {
            Some(format!("{:.9}", text.parse::<DateTime>().ok()?))
        }
        (DataType::Timestamptz, _, zone) if !time.is_empty() && !zone.is_empty() => {
            Some(format!("{:.9}", text.parse::<Timestamp>().ok()?))
        }
        _ => None,
    }
}

/// A time as an API is asked for it: without zeros at its end, which not all of them read.
#[must_use]
pub fn asked(text: &str) -> String {
    let (time, zone) = match text.strip_suffix('Z') {
        Some(time) => (time, "Z"),
        None => (text, ""),
    };
    match time.split_once('.') {
        Some(_) if kind(text).is_some() => {
            format!("{}{zone}", time.trim_end_matches('0').trim_end_matches('.'))
        }
        _ => text.to_owned(),
    }
}

/// The time and the zone of `YYYY-MM-DD[T]hh:mm:ss[.fraction][zone]`; the parser of instants takes
/// more forms than those, such as names of zones, which a text would lose.
fn split(text: &str) -> Option<(&str, &str)> {
    let is = |text: &str, form: &str| {
        text.len() == form.len()
            && text
                .bytes()
                .zip(form.bytes())
                .all(|(byte, form)| match form {
                    b'0' => byte.is_ascii_digit(),
                    b'T' => matches!(byte, b'T' | b't' | b' '),
                    b'+' => matches!(byte, b'+' | b'-'),
                    form => byte == form,
                })
    };
    let (date, rest) = (text.get(..10)?, &text[10..]);
    if !is(date, "0000-00-00") {
        return None;
    }
    if rest.is_empty() {
        return Some(("", ""));
    }
    let (seconds, rest) = (rest.get(..9)?, &rest[9..]);
    // The 60th second of a minute would become the 59th.
    if !is(seconds, "T00:00:00") || seconds.ends_with("60") {
        return None;
    }
    let zone = match rest.strip_prefix('.') {
        Some(fraction) => {
            let digits = fraction.bytes().take_while(u8::is_ascii_digit).count();
            (1..=9).contains(&digits).then(|| &fraction[digits..])?
        }
        None => rest,
    };
    let known = zone.is_empty()
        || matches!(zone, "Z" | "z")
        || ["+00:00", "+0000", "+00"].iter().any(|form| is(zone, form));
    known.then_some((seconds, zone))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_told_by_their_form_and_written_alike() {
        for (text, expected) in [
            ("2024-02-29", Some((DataType::Date, "2024-02-29"))),
            (
                "2024-02-29T23:59:59Z",
                Some((DataType::Timestamptz, "2024-02-29T23:59:59.000000000Z")),
            ),
            (
                "2024-03-01T01:59:59.5+02:00",
                Some((DataType::Timestamptz, "2024-02-29T23:59:59.500000000Z")),
            ),
            (
                "2024-02-29 23:59:59.123456789",
                Some((DataType::Timestamp, "2024-02-29T23:59:59.123456789")),
            ),
            ("2023-02-29", None),
            ("2024-02-29T23:59:60Z", None),
            ("2024-02-29T23:59:59[Europe/Berlin]", None),
            ("2024-02-29T23:59", None),
            ("20240229", None),
            ("tomorrow", None),
            ("", None),
        ] {
            let found = kind(text).map(|kind| (kind.clone(), written(text, &kind).unwrap()));
            let expected = expected.map(|(kind, text)| (kind, text.to_owned()));
            assert_eq!(found, expected, "{text}");
        }
    }

    #[test]
    fn an_api_is_asked_without_zeros_at_the_end() {
        assert_eq!(
            asked("2024-02-29T23:59:59.000000000Z"),
            "2024-02-29T23:59:59Z"
        );
        assert_eq!(
            asked("2024-02-29T23:59:59.120000000"),
            "2024-02-29T23:59:59.12"
        );
        assert_eq!(asked("1.50"), "1.50");
    }
}
