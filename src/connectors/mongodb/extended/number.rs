//! Numbers as text.

use std::fmt::Write;

use super::super::elements::Malformed;

/// The bias of an exponent (IEEE 754-2008, decimal128).
const BIAS: i32 = 6176;

/// The largest coefficient: 34 nines.
const LARGEST: u128 = 10_u128.pow(34) - 1;

/// A whole number.
#[allow(
    clippy::unnecessary_wraps,
    reason = "one of the writers that `wrapped` takes"
)]
pub fn whole(out: &mut String, number: i64) -> Result<(), Malformed> {
    if number < 0 {
        out.push('-');
    }
    digits(out, number.unsigned_abs());
    Ok(())
}

/// The digits of a number.
pub fn digits(out: &mut String, number: u64) {
    let mut buffer = [0; 39];
    out.push_str(written(number.into(), &mut buffer));
}

/// A double in the fewest digits that read back as the same; with a point or an exponent, so that it
/// is told from a whole number.
pub fn double(out: &mut String, number: f64) -> Result<(), Malformed> {
    match number {
        n if n.is_nan() => out.push_str("NaN"),
        f64::INFINITY => out.push_str("Infinity"),
        f64::NEG_INFINITY => out.push_str("-Infinity"),
        n => write!(out, "{n:?}").map_err(|_| Malformed)?,
    }
    Ok(())
}

/// A decimal with all its digits and its own exponent (specification: BSON Decimal128, to-string).
pub fn decimal(out: &mut String, bytes: [u8; 16]) -> Result<(), Malformed> {
    let bits = u128::from_le_bytes(bytes);
    let combination = (bits >> 122) & 0b1_1111;
    if combination == 0b1_1111 {
        out.push_str("NaN");
        return Ok(());
    }
    if bits >> 127 == 1 {
        out.push('-');
    }
    if combination == 0b1_1110 {
        out.push_str("Infinity");
        return Ok(());
    }
    // Coefficients with the long prefix are all beyond the largest, and stand for zero.
    let long = combination >> 3 == 0b11;
    let exponent = (bits >> if long { 111 } else { 113 }) & 0x3FFF;
    let exponent = i32::try_from(exponent).map_err(|_| Malformed)? - BIAS;
    let coefficient = if long { 0 } else { bits & ((1 << 113) - 1) };
    let coefficient = if coefficient > LARGEST {
        0
    } else {
        coefficient
    };
    let mut buffer = [0; 39];
    let digits = written(coefficient, &mut buffer);
    let length = i32::try_from(digits.len()).map_err(|_| Malformed)?;
    let scientific = exponent + length - 1;
    if exponent > 0 || scientific < -6 {
        let (first, rest) = digits.split_at(1);
        out.push_str(first);
        if !rest.is_empty() {
            out.push('.');
            out.push_str(rest);
        }
        return write!(out, "E{scientific:+}").map_err(|_| Malformed);
    }
    let point = length + exponent;
    match usize::try_from(point) {
        Ok(point) if exponent < 0 && point > 0 => {
            out.push_str(&digits[..point]);
            out.push('.');
            out.push_str(&digits[point..]);
        }
        _ if exponent < 0 => {
            out.push_str("0.");
            (point..0).for_each(|_| out.push('0'));
            out.push_str(digits);
        }
        _ => out.push_str(digits),
    }
    Ok(())
}

/// The digits of a number, in a buffer that has room for any.
fn written(mut number: u128, buffer: &mut [u8; 39]) -> &str {
    let mut start = buffer.len();
    // By far the most numbers fit into a register.
    while number > u128::from(u64::MAX) {
        start -= 1;
        buffer[start] = b'0' + digit(number % 10);
        number /= 10;
    }
    let mut small = u64::try_from(number).unwrap_or(0);
    loop {
        start -= 1;
        buffer[start] = b'0' + digit((small % 10).into());
        small /= 10;
        if small == 0 {
            break;
        }
    }
    std::str::from_utf8(&buffer[start..]).unwrap_or_default()
}

fn digit(number: u128) -> u8 {
    u8::try_from(number).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use bson::Decimal128;
    use proptest::prelude::*;

    use super::*;

    fn of(bytes: [u8; 16]) -> String {
        let mut out = String::new();
        decimal(&mut out, bytes).unwrap();
        out
    }

    #[test]
    fn decimals_keep_their_digits_exponent_and_sign() {
        for text in [
            "0",
            "-0",
            "0E-6176",
            "0E+3",
            "-0.00",
            "1",
            "1.50",
            "-12345.6789",
            "0.000001",
            "1E-7",
            "1.2E-7",
            "1E+3",
            "1.23E+5",
            "9.999999999999999999999999999999999E+6144",
            "9999999999999999999999999999999999",
            "0.1234567890123456789012345678901234",
            "NaN",
            "Infinity",
            "-Infinity",
        ] {
            let parsed: Decimal128 = text.parse().unwrap();
            assert_eq!(of(parsed.bytes()), text);
        }
    }

    #[test]
    fn doubles_and_whole_numbers_read_back_at_their_ends() {
        for number in [0, -1, 10, i64::MAX, i64::MIN] {
            let mut out = String::new();
            whole(&mut out, number).unwrap();
            assert_eq!(out, number.to_string());
        }
        for (number, text) in [
            (-0.0, "-0.0"),
            (1.0, "1.0"),
            (1e300, "1e300"),
            (5e-324, "5e-324"),
            (f64::NEG_INFINITY, "-Infinity"),
            (-f64::NAN, "NaN"),
        ] {
            let mut out = String::new();
            double(&mut out, number).unwrap();
            assert_eq!(out, text);
        }
    }

    proptest! {
        #[test]
        fn any_sixteen_bytes_are_written_as_the_specification_has_them(bytes: [u8; 16]) {
            // What the driver's own crate makes of the same bytes.
            prop_assert_eq!(of(bytes), Decimal128::from_bytes(bytes).to_string());
        }
    }
}
