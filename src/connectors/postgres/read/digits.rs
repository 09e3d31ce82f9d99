//! Decimal digits, by the pair: most of what is written of numbers and times.

const PAIRS: &str = "\
    00010203040506070809101112131415161718192021222324252627282930313233343536373839\
    40414243444546474849505152535455565758596061626364656667686970717273747576777879\
    8081828384858687888990919293949596979899";

/// The two digits of a number below 100.
fn pair(number: usize) -> &'static str {
    let at = 2 * (number % 100);
    &PAIRS[at..at + 2]
}

/// Writes the last two digits of a number.
pub fn two(number: i64, text: &mut String) {
    text.push_str(pair(usize::try_from(number).unwrap_or_default()));
}

/// Writes the last four digits of a number.
pub fn four(number: i64, text: &mut String) {
    two(number / 100, text);
    two(number, text);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_digits_are_there() {
        for number in 0..10_000 {
            let mut text = String::new();
            four(number, &mut text);
            assert_eq!(text, format!("{number:04}"));
        }
    }
}
