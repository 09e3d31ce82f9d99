//! Instants as text: milliseconds since 1970, in UTC, with no zone looked up anywhere.

use std::fmt::Write;

use super::super::elements::Malformed;

const DAY: i64 = 86_400_000;

/// The first millisecond of the year 10000.
const TEN_THOUSAND: i64 = 253_402_300_800_000;

/// ISO 8601 with three digits behind the second and a `Z`; years that are no four digits stand in the
/// expanded form, with a sign and six digits or more.
pub fn date(out: &mut String, instant: i64) -> Result<(), Malformed> {
    to_second(out, instant)?;
    let mut text = *b".000Z";
    put(&mut text[1..4], instant.rem_euclid(1000));
    out.push_str(std::str::from_utf8(&text).map_err(|_| Malformed)?);
    Ok(())
}

/// Whether relaxed Extended JSON writes it for people: from 1970 to 9999.
pub fn is_readable(instant: i64) -> bool {
    (0..TEN_THOUSAND).contains(&instant)
}

/// As relaxed Extended JSON has it: milliseconds only where there are some.
pub fn readable(out: &mut String, instant: i64) -> Result<(), Malformed> {
    if instant.rem_euclid(1000) != 0 {
        return date(out, instant);
    }
    to_second(out, instant)?;
    out.push('Z');
    Ok(())
}

fn to_second(out: &mut String, instant: i64) -> Result<(), Malformed> {
    let (year, month, day) = civil(instant.div_euclid(DAY));
    let second = instant.rem_euclid(DAY) / 1000;
    if !(0..=9999).contains(&year) {
        write!(out, "{year:+07}").map_err(|_| Malformed)?;
    }
    let mut text = *b"0000-00-00T00:00:00";
    let parts = [
        (0, year / 100),
        (2, year % 100),
        (5, month),
        (8, day),
        (11, second / 3600),
        (14, second / 60 % 60),
        (17, second % 60),
    ];
    for (at, part) in parts {
        put(&mut text[at..at + 2], part);
    }
    let start = if (0..=9999).contains(&year) { 0 } else { 4 };
    out.push_str(std::str::from_utf8(&text[start..]).map_err(|_| Malformed)?);
    Ok(())
}

/// The last digits of a number.
fn put(text: &mut [u8], mut number: i64) {
    for digit in text.iter_mut().rev() {
        *digit = b'0' + u8::try_from(number % 10).unwrap_or(0);
        number /= 10;
    }
}

/// Year, month and day of a day since 1970 in the proleptic Gregorian calendar. Years are counted from
/// March, so that the leap day is the last of one, and come in eras of 400 of equal length.
fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = year + era * 400 + i64::from(month <= 2);
    (year, month, day)
}

/// The instant that a text stands for, and whether the text is a little later than that: it may have
/// more digits than milliseconds. A date alone is its first moment; without a zone it is UTC.
pub fn instant(text: &str) -> Option<(i64, bool)> {
    let (negative, text) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let (year, rest) = text.split_once('-')?;
    let year = Some(year).filter(|year| year.len() >= 4)?;
    let year = number(year, year.len().min(9))? * if negative { -1 } else { 1 };
    let (month, rest) = rest.split_once('-')?;
    let (day, time) = rest.split_at_checked(2)?;
    let (month, day) = (number(month, 2)?, number(day, 2)?);
    let days = days(year, month, day);
    if !(1..=12).contains(&month) || civil(days) != (year, month, day) {
        return None;
    }
    let (of_day, later) = match time.strip_prefix(['T', ' ']) {
        Some(time) => of_day(time)?,
        None if time.is_empty() => (0, false),
        None => return None,
    };
    let instant = i128::from(days) * i128::from(DAY) + i128::from(of_day);
    Some((instant.try_into().ok()?, later))
}

/// Milliseconds of a time of day, less its zone.
fn of_day(text: &str) -> Option<(i64, bool)> {
    let (time, zone) = match text.find(['Z', '+', '-']) {
        Some(at) => text.split_at(at),
        None => (text, "Z"),
    };
    let (clock, fraction) = time.split_once('.').unwrap_or((time, "0"));
    let mut parts = clock.split(':').map(|part| number(part, 2));
    let (hour, minute) = (parts.next()??, parts.next()??);
    let second = parts.next().unwrap_or(Some(0))?;
    if hour > 23 || minute > 59 || second > 59 || parts.next().is_some() {
        return None;
    }
    let (shown, beyond) = fraction.split_at_checked(3).unwrap_or((fraction, ""));
    let unit = 10_i64.pow(3_u32.saturating_sub(shown.len().try_into().ok()?));
    let millisecond = number(shown, shown.len())? * unit;
    let later = beyond.bytes().any(|digit| digit != b'0');
    if !beyond.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let milliseconds = ((hour * 60 + minute) * 60 + second) * 1000 + millisecond;
    Some((milliseconds - offset(zone)?, later))
}

/// Milliseconds that a zone is ahead of UTC.
fn offset(zone: &str) -> Option<i64> {
    let (sign, clock) = match zone.split_at_checked(1)? {
        ("Z", "") => return Some(0),
        ("+", clock) => (1, clock),
        ("-", clock) => (-1, clock),
        _ => return None,
    };
    let (hour, minute) = match clock.split_once(':') {
        Some(parts) => parts,
        None => clock.split_at_checked(2)?,
    };
    let minute = if minute.is_empty() { "00" } else { minute };
    Some(sign * (number(hour, 2)? * 60 + number(minute, 2)?) * 60_000)
}

fn number(digits: &str, length: usize) -> Option<i64> {
    let plain = digits.len() == length && digits.bytes().all(|d| d.is_ascii_digit());
    plain.then(|| digits.parse().ok())?
}

/// The day since 1970; the way back of [`civil`].
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let month = if month > 2 { month - 3 } else { month + 9 };
    let of_year = (153 * month + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use proptest::prelude::*;

    use super::*;

    fn of(instant: i64) -> String {
        let mut out = String::new();
        date(&mut out, instant).unwrap();
        out
    }

    #[test]
    fn instants_are_written_to_the_ends_of_what_64_bits_hold() {
        for (instant, text) in [
            (0, "1970-01-01T00:00:00.000Z"),
            (-1, "1969-12-31T23:59:59.999Z"),
            (TEN_THOUSAND - 1, "9999-12-31T23:59:59.999Z"),
            (TEN_THOUSAND, "+010000-01-01T00:00:00.000Z"),
            (-62_167_219_200_000, "0000-01-01T00:00:00.000Z"),
            (-62_167_219_200_001, "-000001-12-31T23:59:59.999Z"),
            (i64::MAX, "+292278994-08-17T07:12:55.807Z"),
            (i64::MIN, "-292275055-05-16T16:47:04.192Z"),
        ] {
            assert_eq!(of(instant), text);
        }
    }

    #[test]
    fn texts_are_read_with_their_zones_and_what_is_finer_than_milliseconds_is_told() {
        for (text, expected) in [
            ("1970-01-02", Some((DAY, false))),
            ("1970-01-01T00:00:00Z", Some((0, false))),
            ("1970-01-01 00:00:01.5", Some((1500, false))),
            ("1970-01-01T00:00:00.000001Z", Some((0, true))),
            ("1970-01-01T01:00:00.120+01:00", Some((120, false))),
            ("1969-12-31T23:30-0030", Some((0, false))),
            ("2024-02-30", None),
            ("2023-02-29T00:00:00Z", None),
            ("1970-01-01T24:00:00Z", None),
            ("1970-1-1", None),
            ("1970-13-01", None),
            ("+999999999-01-01", None),
            ("1970-01-01T00:00:00.Z", None),
            ("1970-01-01T00:00:00.1a", None),
            ("é", None),
            ("", None),
        ] {
            assert_eq!(instant(text), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_instant_reads_back(milliseconds: i64) {
            prop_assert_eq!(instant(&of(milliseconds)), Some((milliseconds, false)));
        }

        #[test]
        fn no_text_makes_reading_panic(text in "\\PC*|[-+0-9TZ:. é]*") {
            let _ = instant(&text);
        }

        #[test]
        fn all_that_a_calendar_knows_is_written_as_it_does(instant in -62_167_219_200_000..TEN_THOUSAND) {
            let known = Timestamp::from_millisecond(instant).unwrap();
            prop_assert_eq!(of(instant), format!("{known:.3}"));
        }
    }
}
