//! Dates, times and spans of time. PostgreSQL counts days and microseconds from the year 2000.

use std::fmt::Write as _;

use super::digits::{four, two};

/// The days from the first of March of the year 0 to the first day of 2000.
const EPOCH: i64 = 730_425;
/// The days in 400 years.
const ERA: i64 = 146_097;
const SECOND: i64 = 1_000_000;
const DAY: i64 = 86_400 * SECOND;

/// A date: `2024-02-29`. Years beyond four digits have a sign, and the year before 1 is 0, as ISO
/// 8601 has them.
pub fn date(days: i32, text: &mut String) {
    match days {
        i32::MAX => text.push_str("infinity"),
        i32::MIN => text.push_str("-infinity"),
        _ => calendar(days.into(), text),
    }
}

/// An instant or a date with a time: `2024-02-29T23:59:59.000001`, and `zone` behind it.
pub fn timestamp(microseconds: i64, zone: &str, text: &mut String) {
    match microseconds {
        i64::MAX => text.push_str("infinity"),
        i64::MIN => text.push_str("-infinity"),
        _ => {
            calendar(microseconds.div_euclid(DAY), text);
            text.push('T');
            time(microseconds.rem_euclid(DAY), text);
            text.push_str(zone);
        }
    }
}

/// A time of day; the last one is `24:00:00.000000`.
pub fn time(microseconds: i64, text: &mut String) {
    let seconds = microseconds / SECOND;
    two(seconds / 3600, text);
    text.push(':');
    two(seconds / 60 % 60, text);
    text.push(':');
    two(seconds % 60, text);
    text.push('.');
    fraction(microseconds % SECOND, text);
}

/// An offset from UTC, which the server counts in seconds to the west.
pub fn offset(west: i32, text: &mut String) {
    let east = -i64::from(west);
    text.push(if east < 0 { '-' } else { '+' });
    let east = east.abs();
    two(east / 3600, text);
    text.push(':');
    two(east / 60 % 60, text);
    if east % 60 != 0 {
        text.push(':');
        two(east % 60, text);
    }
}

/// A span of time, as an ISO 8601 duration in the way in which the server writes it
/// (`IntervalStyle = iso_8601`): `P1Y2M3DT4H5M6.7S`.
pub fn interval(months: i32, days: i32, time: i64, text: &mut String) {
    match (months, days, time) {
        (i32::MAX, i32::MAX, i64::MAX) => return text.push_str("infinity"),
        (i32::MIN, i32::MIN, i64::MIN) => return text.push_str("-infinity"),
        (0, 0, 0) => return text.push_str("PT0S"),
        _ => {}
    }
    let part = |number: i64, unit: char, text: &mut String| {
        if number != 0 {
            let _ = write!(text, "{number}{unit}");
        }
    };
    text.push('P');
    part((months / 12).into(), 'Y', text);
    part((months % 12).into(), 'M', text);
    part(days.into(), 'D', text);
    if time == 0 {
        return;
    }
    text.push('T');
    let seconds = time / SECOND;
    part(seconds / 3600, 'H', text);
    part(seconds / 60 % 60, 'M', text);
    let (whole, behind) = (seconds % 60, time % SECOND);
    if whole != 0 || behind != 0 {
        if time < 0 {
            text.push('-');
        }
        let _ = write!(text, "{}", whole.abs());
        if behind != 0 {
            text.push('.');
            fraction(behind.abs(), text);
            text.truncate(text.trim_end_matches('0').len());
        }
        text.push('S');
    }
}

/// Year, month and day of a count of days (H. Hinnant, "chrono-Compatible Low-Level Date
/// Algorithms", `civil_from_days`).
fn calendar(days: i64, text: &mut String) {
    let days = days + EPOCH;
    let (era, day) = (days.div_euclid(ERA), days.rem_euclid(ERA));
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    // Months are counted from March on, so that the leap day is the last of its year.
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let (month, next) = if month < 10 {
        (month + 3, 0)
    } else {
        (month - 9, 1)
    };
    let year = year + era * 400 + next;
    match year {
        0..=9999 => four(year, text),
        -9999..0 => {
            text.push('-');
            four(-year, text);
        }
        _ => {
            let _ = write!(text, "{year:+}");
        }
    }
    text.push('-');
    two(month, text);
    text.push('-');
    two(day, text);
}

/// The six digits behind a second.
fn fraction(microseconds: i64, text: &mut String) {
    two(microseconds / 10_000, text);
    four(microseconds % 10_000, text);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(write: impl FnOnce(&mut String)) -> String {
        let mut text = String::new();
        write(&mut text);
        text
    }

    #[test]
    fn dates_are_written_from_the_first_to_the_last() {
        for (days, expected) in [
            (0, "2000-01-01"),
            (-1, "1999-12-31"),
            (59, "2000-02-29"),
            (8825, "2024-02-29"),
            (-730_119, "0001-01-01"),
            (-730_120, "0000-12-31"),
            (-730_486, "-0001-12-31"),
            (2_921_939, "9999-12-31"),
            (2_921_940, "+10000-01-01"),
            (2_145_031_948, "+5874897-12-31"),
            (-2_451_507, "-4712-01-01"),
            (i32::MAX, "infinity"),
            (i32::MIN, "-infinity"),
        ] {
            assert_eq!(written(|text| date(days, text)), expected);
        }
    }

    #[test]
    fn times_have_six_digits_behind_the_second() {
        assert_eq!(
            written(|text| timestamp(-1, "Z", text)),
            "1999-12-31T23:59:59.999999Z"
        );
        assert_eq!(written(|text| time(DAY, text)), "24:00:00.000000");
        for (west, expected) in [
            (0, "+00:00"),
            (-7200, "+02:00"),
            (12_600, "-03:30"),
            (-57_599, "+15:59:59"),
        ] {
            assert_eq!(written(|text| offset(west, text)), expected);
        }
    }

    #[test]
    fn spans_are_written_as_the_server_writes_them() {
        for (months, days, time, expected) in [
            (0, 0, 0, "PT0S"),
            (14, 3, 14_706_700_000, "P1Y2M3DT4H5M6.7S"),
            (-14, -3, -14_706_700_000, "P-1Y-2M-3DT-4H-5M-6.7S"),
            (0, 0, -1, "PT-0.000001S"),
            (1, -1, 0, "P1M-1D"),
            (0, 0, i64::MIN, "PT-2562047788H-54.775808S"),
            (i32::MAX, i32::MAX, i64::MAX, "infinity"),
            (i32::MIN, i32::MIN, i64::MIN, "-infinity"),
        ] {
            let text = written(|text| interval(months, days, time, text));
            assert_eq!(text, expected);
        }
    }

    proptest::proptest! {
        #[test]
        fn dates_agree_with_another_calendar(days in -3_000_000_i32..2_921_940) {
            let epoch = jiff::civil::date(2000, 1, 1);
            if let Ok(other) = epoch.checked_add(jiff::Span::new().days(days)) {
                let ours = written(|text| date(days, text));
                let (sign, year) = if other.year() < 0 { ("-", -other.year()) } else { ("", other.year()) };
                let other = format!("{sign}{year:04}-{:02}-{:02}", other.month(), other.day());
                proptest::prop_assert_eq!(ours, other);
            }
        }
    }
}
