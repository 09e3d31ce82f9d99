//! Numbers as JSON writes them, exactly: no digit goes through a float unseen.

use std::cmp::Ordering;

/// A number's digits and where they stand: `0.DIGITS × 10^exponent`.
struct Decimal {
    negative: bool,
    digits: Vec<u8>,
    exponent: i64,
}

/// Compares two numbers by their value; `None` where one of them is none.
#[must_use]
pub fn compare(left: &str, right: &str) -> Option<Ordering> {
    let (left, right) = (read(left)?, read(right)?);
    let sign = |number: &Decimal| match (number.digits.is_empty(), number.negative) {
        (true, _) => 0,
        (false, true) => -1,
        (false, false) => 1,
    };
    let by_size = || {
        let sizes = left.exponent.cmp(&right.exponent);
        sizes.then_with(|| left.digits.cmp(&right.digits))
    };
    Some(match (sign(&left), sign(&right)) {
        (-1, -1) => by_size().reverse(),
        (1, 1) => by_size(),
        (left, right) => left.cmp(&right),
    })
}

/// The double that stands for exactly this number: the one whose own shortest digits are the same.
#[must_use]
pub fn double(text: &str) -> Option<f64> {
    let value: f64 = text.parse().ok()?;
    let same = value.is_finite() && compare(text, &format!("{value:e}"))? == Ordering::Equal;
    same.then_some(value)
}

/// The integer of 64 bits that this is, where it is written as one. `-0` is none, since an integer
/// has no such zero.
#[must_use]
pub fn integer(text: &str) -> Option<i64> {
    if text == "-0" {
        return None;
    }
    text.parse().ok()
}

fn read(text: &str) -> Option<Decimal> {
    let (negative, text) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (digits, exponent) = match text.split_once(['e', 'E']) {
        Some((digits, exponent)) => (digits, exponent.parse().ok()?),
        None => (text, 0_i64),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let numeric = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if (whole.is_empty() && fraction.is_empty()) || !numeric(whole) || !numeric(fraction) {
        return None;
    }
    let all: Vec<u8> = whole.bytes().chain(fraction.bytes()).collect();
    let zeros = all.iter().take_while(|digit| **digit == b'0').count();
    let end = all
        .iter()
        .rposition(|digit| *digit != b'0')
        .map_or(zeros, |last| last + 1);
    let place = i64::try_from(whole.len()).ok()? - i64::try_from(zeros).ok()?;
    Some(Decimal {
        negative,
        digits: all[zeros..end].to_vec(),
        exponent: exponent.checked_add(place)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_compared_by_value_however_they_are_written() {
        for (left, right, expected) in [
            ("1", "1.0", Ordering::Equal),
            ("1e2", "100", Ordering::Equal),
            ("-0", "0.00", Ordering::Equal),
            ("0.1", "1e-1", Ordering::Equal),
            ("9007199254740993", "9007199254740992", Ordering::Greater),
            ("-2", "1", Ordering::Less),
            ("-2", "-10", Ordering::Greater),
            ("0.09", "0.1", Ordering::Less),
            ("1e999999", "2", Ordering::Greater),
            ("12", "120", Ordering::Less),
        ] {
            assert_eq!(compare(left, right), Some(expected), "{left} {right}");
        }
        for none in ["", "-", ".", "1x", "x", "1e", "NaN", "0x1"] {
            assert_eq!(compare(none, "1"), None, "{none}");
        }
    }

    #[test]
    fn a_double_is_only_taken_for_what_it_says_exactly() {
        for (text, value) in [
            ("0.1", Some(0.1)),
            ("1e2", Some(100.0)),
            ("1.50", Some(1.5)),
            ("0.1000000000000000055", None),
            ("9007199254740993", None),
            ("1e400", None),
        ] {
            assert_eq!(double(text), value, "{text}");
        }
        assert_eq!(integer("-9223372036854775808"), Some(i64::MIN));
        assert_eq!(
            (integer("9223372036854775808"), integer("-0")),
            (None, None)
        );
        assert!(double("-0").unwrap().is_sign_negative());
    }
}
