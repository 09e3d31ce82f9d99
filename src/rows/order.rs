//! How texts compare by what they mean, of the types whose values are texts so that nothing is lost of them.

use std::cmp::Ordering;

use crate::schema::DataType;

/// What the texts of a column mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// Numbers of any size, `NaN` above all as PostgreSQL has it.
    Number,
    /// Dates, times of day and both, with an offset or without one, which is that of UTC.
    Time,
    /// ISO 8601 durations; a month is 30 days and a day 24 hours, as PostgreSQL compares them.
    Interval,
}

impl Meaning {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Number, Self::Time, Self::Interval];

    /// What the texts of a type mean, where that is something else than themselves.
    #[must_use]
    pub fn of(logical_type: &DataType) -> Option<Self> {
        match logical_type {
            DataType::Uint64 | DataType::Decimal(_) => Some(Self::Number),
            DataType::Date | DataType::Time | DataType::Timestamp | DataType::Timestamptz => {
                Some(Self::Time)
            }
            DataType::Interval => Some(Self::Interval),
            _ => None,
        }
    }

    /// Its name where statements order by it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Number => "number",
            Self::Time => "time",
            Self::Interval => "interval",
        }
    }

    /// Compares two texts. Those that mean nothing of the kind come last, by their letters.
    #[must_use]
    pub fn compare(self, a: &str, b: &str) -> Ordering {
        match self {
            Self::Number => known(a, b, Number::read, Number::compare),
            Self::Time => known(a, b, instant, i128::cmp),
            Self::Interval => known(a, b, duration, i128::cmp),
        }
    }
}

fn known<'a, T>(
    a: &'a str,
    b: &'a str,
    read: impl Fn(&'a str) -> Option<T>,
    compare: impl Fn(&T, &T) -> Ordering,
) -> Ordering {
    match (read(a), read(b)) {
        (Some(a), Some(b)) => compare(&a, &b),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => a.cmp(b),
    }
}

/// A number, by its own digits.
struct Number<'a> {
    /// −1, 0 or 1; −2 and 2 of the infinities, 3 of what is no number.
    sign: i8,
    /// How many digits stand before the point, from the first on that is not zero; less than none where zeros
    /// stand behind it first.
    magnitude: i64,
    /// The digits, with zeros before them and the point among them.
    digits: &'a str,
}

impl<'a> Number<'a> {
    fn read(text: &'a str) -> Option<Self> {
        let special = |sign| Self {
            sign,
            magnitude: 0,
            digits: "",
        };
        let (sign, rest) = match text.strip_prefix('-') {
            Some(rest) => (-1, rest),
            None => (1, text.strip_prefix('+').unwrap_or(text)),
        };
        match rest {
            "NaN" => return Some(special(3)),
            "Infinity" => return Some(special(2 * sign)),
            _ => {}
        }
        let (digits, exponent) = match rest.split_once(['e', 'E']) {
            Some((digits, exponent)) => (digits, exponent.parse::<i32>().ok()?),
            None => (rest, 0),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let mut all = whole.bytes().chain(fraction.bytes());
        if digits.len() < 2 && whole.is_empty() || !all.all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let zeros = |part: &str| part.bytes().take_while(|byte| *byte == b'0').count();
        let before = i64::try_from(whole.len() - zeros(whole)).ok()?;
        let behind = i64::try_from(zeros(fraction)).ok()?;
        if before == 0 && zeros(fraction) == fraction.len() {
            return Some(special(0));
        }
        let magnitude = if before == 0 { -behind } else { before };
        Some(Self {
            sign,
            magnitude: magnitude + i64::from(exponent),
            digits,
        })
    }

    fn compare(&self, other: &Self) -> Ordering {
        let sizes = || {
            let sizes = self.magnitude.cmp(&other.magnitude);
            sizes.then_with(|| self.compare_digits(other))
        };
        match self.sign.cmp(&other.sign) {
            Ordering::Equal if self.sign == 1 => sizes(),
            Ordering::Equal if self.sign == -1 => sizes().reverse(),
            unlike => unlike,
        }
    }

    fn compare_digits(&self, other: &Self) -> Ordering {
        let (mut ours, mut others) = (self.significant(), other.significant());
        loop {
            let (one, another) = (ours.next(), others.next());
            if one.is_none() && another.is_none() {
                return Ordering::Equal;
            }
            match one.unwrap_or(b'0').cmp(&another.unwrap_or(b'0')) {
                Ordering::Equal => {}
                unlike => return unlike,
            }
        }
    }

    fn significant(&self) -> impl Iterator<Item = u8> {
        let digits = self.digits.bytes().filter(|byte| *byte != b'.');
        digits.skip_while(|byte| *byte == b'0')
    }
}

const SECOND: i128 = 1_000_000_000;
const DAY: i128 = 86_400 * SECOND;

/// Nanoseconds from the beginning of 1970, or of the day where there is no date.
fn instant(text: &str) -> Option<i128> {
    match text {
        "infinity" => return Some(i128::MAX),
        "-infinity" => return Some(i128::MIN),
        _ => {}
    }
    match text.split_once(['T', ' ']) {
        Some((date, time)) => Some(day(date)? + clock(time)?),
        None if text.contains(':') => clock(text),
        None => day(text),
    }
}

/// A date: `2024-02-29`, `+12024-02-29`, `-0043-03-15`; also one that only a server has, such as `2024-00-00`.
fn day(text: &str) -> Option<i128> {
    let mut parts = text.rsplitn(3, '-');
    let (day, month, year) = (parts.next()?, parts.next()?, parts.next()?);
    let (day, month): (i64, i64) = (number(day)?, number(month)?);
    let year: i64 = year.parse().ok()?;
    if month > 12 || day > 31 || year.abs() > 10_000_000 {
        return None;
    }
    // Years from March on, as in Howard Hinnant's days_from_civil
    // (<https://howardhinnant.github.io/date_algorithms.html>).
    let (year, month) = if month > 2 {
        (year, month - 3)
    } else {
        (year - 1, month + 9)
    };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * month + 2) / 5 + day - 1;
    let days = era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468;
    Some(i128::from(days) * DAY)
}

/// A time of day, with an offset where it has one: `23:59:59.5`, `-838:59:59`, `12:00+01:30`, `12:00Z`.
fn clock(text: &str) -> Option<i128> {
    let (sign, text) = match text.strip_prefix('-') {
        Some(text) => (-1, text),
        None => (1, text),
    };
    let (time, offset) = if let Some(time) = text.strip_suffix('Z') {
        (time, 0)
    } else if let Some((time, offset)) = text.split_once('+') {
        (time, hours(offset)?)
    } else if let Some((time, offset)) = text.split_once('-') {
        (time, -hours(offset)?)
    } else {
        (text, 0)
    };
    Some(sign * hours(time)? - offset)
}

/// `12`, `12:30`, `12:30:59.5`
fn hours(text: &str) -> Option<i128> {
    let mut parts = text.splitn(3, ':');
    let hours: i128 = number(parts.next()?)?.into();
    let minutes: i128 = parts.next().map_or(Some(0), number)?.into();
    let seconds = parts.next().map_or(Some(0), fraction)?;
    Some((hours * 60 + minutes) * 60 * SECOND + seconds)
}

/// An ISO 8601 duration in nanoseconds: `P1Y2M-3DT4H5M-6.7S`, `P2W`.
fn duration(text: &str) -> Option<i128> {
    let (sign, text) = match text.strip_prefix('-') {
        Some(text) => (-1, text),
        None => (1, text),
    };
    let (days, times) = text
        .strip_prefix('P')?
        .split_once('T')
        .unwrap_or((text.strip_prefix('P')?, ""));
    if days.is_empty() && times.is_empty() {
        return None;
    }
    let days = sum(
        days,
        &[
            ('Y', 360 * DAY),
            ('M', 30 * DAY),
            ('W', 7 * DAY),
            ('D', DAY),
        ],
    )?;
    let times = sum(
        times,
        &[('H', 3_600 * SECOND), ('M', 60 * SECOND), ('S', SECOND)],
    )?;
    Some(sign * (days + times))
}

/// The sum of figures, each with its unit behind.
fn sum(text: &str, units: &[(char, i128)]) -> Option<i128> {
    let mut total = 0;
    for part in text.split_inclusive(|letter: char| letter.is_ascii_alphabetic()) {
        let unit = part.chars().next_back()?;
        let (_, worth) = units.iter().find(|(known, _)| *known == unit)?;
        let figure = part.strip_suffix(unit)?;
        let (sign, figure) = match figure.strip_prefix('-') {
            Some(figure) => (-1, figure),
            None => (1, figure),
        };
        // A figure in billionths, as `fraction` reads it.
        total += sign * fraction(figure)? * (worth / SECOND);
    }
    Some(total)
}

/// A figure in billionths: `6`, `6.7`.
fn fraction(text: &str) -> Option<i128> {
    let (whole, behind) = text.split_once('.').unwrap_or((text, ""));
    let digits = behind.get(..9).unwrap_or(behind);
    let width = u32::try_from(digits.len()).ok()?;
    let behind = if digits.is_empty() {
        0
    } else {
        number(digits)?
    };
    let behind = i128::from(behind) * 10_i128.pow(9 - width);
    Some(i128::from(number(whole)?) * SECOND + behind)
}

/// Digits alone.
fn number(text: &str) -> Option<i64> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| digits)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Each group means one value, and less than the next one.
    fn ascend(meaning: Meaning, groups: &[&[&str]]) {
        let numbered = (0..).zip(groups);
        let all = numbered.flat_map(|(place, group)| group.iter().map(move |text| (place, *text)));
        let all: Vec<(i32, &str)> = all.collect();
        for (place, text) in &all {
            for (other_place, other) in &all {
                let expected = place.cmp(other_place);
                assert_eq!(meaning.compare(text, other), expected, "{text} {other}");
            }
        }
    }

    #[test]
    fn numbers_compare_by_their_size_whatever_their_digits() {
        ascend(
            Meaning::Number,
            &[
                &["-Infinity"],
                &["-18446744073709551615"],
                &["-10", "-1e1", "-010.0"],
                &["-9.5"],
                &["-0.01", "-1E-2"],
                &["0", "-0", "0.00", "0e9", "+0"],
                &["0.0100000000000000000000000000000000000000000000001"],
                &["0.1", ".1", "0.10"],
                &["1.10", "1.1"],
                &["9", "9.", "9.00"],
                &["9.5"],
                &["10", "1e1", "010"],
                &["18446744073709551614"],
                &["18446744073709551615"],
                &["1E+400"],
                &["Infinity"],
                &["NaN"],
                &[""],
                &["."],
                &["1x"],
                &["x"],
            ],
        );
    }

    #[test]
    fn times_compare_by_the_calendar_whatever_their_form() {
        ascend(
            Meaning::Time,
            &[
                &["-infinity"],
                &["-0043-03-15"],
                &["0000-00-00"],
                &["0000-01-01"],
                &["2019-12-31T23:59:59.999999Z"],
                &[
                    "2020-01-01T00:00:00.000000Z",
                    "2020-01-01T00:00:00Z",
                    "2020-01-01",
                    "2020-01-01 00:00:00",
                    "2020-01-01T01:30:00+01:30",
                    "2019-12-31T22:00:00-02",
                ],
                &["2020-01-01T00:00:00.000001Z"],
                &["2020-02-29"],
                &["2020-03-01"],
                &["9999-12-31T23:59:59.999999"],
                &["+10000-01-01"],
                &["infinity"],
                &["some day"],
            ],
        );
        ascend(
            Meaning::Time,
            &[
                &["-838:59:59"],
                &["-00:00:01"],
                &["00:00:00", "00:00", "01:00+01"],
                &["09:30:00.5"],
                &["10:00:00"],
                &["838:59:59"],
            ],
        );
    }

    #[test]
    fn intervals_compare_by_how_long_they_are() {
        ascend(
            Meaning::Interval,
            &[
                &["-P1Y", "P-1Y"],
                &["PT-0.000001S"],
                &["PT0S", "P0D"],
                &["PT3H", "PT180M"],
                &["PT10H"],
                &["P1D", "PT24H"],
                &["P1W", "P7D"],
                &["P1M", "P30D", "P1M1DT-24H"],
                &["P1Y", "P12M"],
                &["P"],
                &["soon"],
            ],
        );
    }

    proptest! {
        #[test]
        fn whatever_compares_has_an_order(texts in prop::collection::vec("[-+0-9.eETZP:YMDHS ]{0,12}|\\PC{0,6}", 3)) {
            for meaning in Meaning::ALL {
                let of = |a: usize, b: usize| meaning.compare(&texts[a], &texts[b]);
                prop_assert_eq!(of(0, 1), of(1, 0).reverse());
                prop_assert_eq!(of(0, 0), Ordering::Equal);
                if of(0, 1).is_le() && of(1, 2).is_le() {
                    prop_assert!(of(0, 2).is_le());
                }
            }
        }

        #[test]
        fn numbers_compare_as_numbers(a: i64, b: i64, scale in 0_u32..4) {
            let text = |n: i64| format!("{n}e-{scale}");
            prop_assert_eq!(Meaning::Number.compare(&text(a), &text(b)), a.cmp(&b));
        }
    }
}
