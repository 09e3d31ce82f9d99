//! `numeric`: digits to the base of 10,000, of which the text has all.

use super::decode::{Malformed, take};
use super::digits::four;

/// A number in its binary form (`numeric_send`).
pub struct Numeric<'a> {
    /// Groups of four decimal digits, the most significant first; each in two bytes.
    groups: &'a [u8],
    /// The power of 10,000 that the first group counts.
    weight: i32,
    sign: u16,
    /// How many decimal digits stand behind the point.
    scale: usize,
}

const NEGATIVE: u16 = 0x4000;
const NAN: u16 = 0xc000;
const INFINITY: u16 = 0xd000;
const NEGATIVE_INFINITY: u16 = 0xf000;
/// The largest scale of a value (`NUMERIC_DSCALE_MASK`).
const SCALE: u16 = 0x3fff;

impl<'a> Numeric<'a> {
    /// The number that these bytes are.
    pub fn read(mut bytes: &'a [u8]) -> Result<Self, Malformed> {
        let count = u16::from_be_bytes(take(&mut bytes)?);
        let number = Self {
            weight: i16::from_be_bytes(take(&mut bytes)?).into(),
            sign: u16::from_be_bytes(take(&mut bytes)?),
            scale: usize::from(u16::from_be_bytes(take(&mut bytes)?) & SCALE),
            groups: bytes,
        };
        let known = matches!(
            number.sign,
            0 | NEGATIVE | NAN | INFINITY | NEGATIVE_INFINITY
        );
        let whole = bytes.len() == 2 * usize::from(count);
        let decimal = bytes
            .chunks_exact(2)
            .all(|g| u16::from_be_bytes([g[0], g[1]]) < 10_000);
        (known && whole && decimal)
            .then_some(number)
            .ok_or(Malformed)
    }

    /// Writes it as the server does.
    pub fn write(&self, text: &mut String) {
        match self.sign {
            NAN => return text.push_str("NaN"),
            INFINITY => return text.push_str("Infinity"),
            NEGATIVE_INFINITY => return text.push_str("-Infinity"),
            NEGATIVE => text.push('-'),
            _ => {}
        }
        if self.weight < 0 {
            text.push('0');
        } else {
            let first = text.len();
            four(self.group(0), text);
            let zeros = text[first..].bytes().take(3).take_while(|d| *d == b'0');
            let zeros = zeros.count();
            text.drain(first..first + zeros);
            for at in 1..=self.weight {
                four(self.group(at), text);
            }
        }
        if self.scale == 0 {
            return;
        }
        text.push('.');
        let end = text.len() + self.scale;
        let mut at = self.weight + 1;
        while text.len() < end {
            four(self.group(at), text);
            at += 1;
        }
        text.truncate(end);
    }

    /// The group at this place; where none is stored, it is 0.
    fn group(&self, at: i32) -> i64 {
        let at = usize::try_from(at).ok();
        let pair = at.and_then(|at| self.groups.get(2 * at..2 * at + 2));
        pair.map_or(0, |pair| u16::from_be_bytes([pair[0], pair[1]]).into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(weight: i16, sign: u16, scale: u16, groups: &[u16]) -> Vec<u8> {
        let count = u16::try_from(groups.len()).unwrap();
        let mut bytes = count.to_be_bytes().to_vec();
        bytes.extend(weight.to_be_bytes());
        bytes.extend(sign.to_be_bytes());
        bytes.extend(scale.to_be_bytes());
        bytes.extend(groups.iter().flat_map(|group| group.to_be_bytes()));
        bytes
    }

    #[test]
    fn all_digits_are_written_as_the_server_writes_them() {
        for (weight, sign, scale, groups, written) in [
            (0, 0, 0, &[][..], "0"),
            (0, 0, 3, &[], "0.000"),
            (0, NEGATIVE, 2, &[1, 5000], "-1.50"),
            (2, 0, 0, &[12], "1200000000"),
            (-2, 0, 8, &[1], "0.00000001"),
            (-1, 0, 6, &[12, 3400], "0.001234"),
            (1, 0, 1, &[9999, 9999, 9000], "99999999.9"),
            (0, NAN, 0, &[], "NaN"),
            (0, INFINITY, 0, &[], "Infinity"),
            (0, NEGATIVE_INFINITY, 0, &[], "-Infinity"),
        ] {
            let bytes = number(weight, sign, scale, groups);
            let mut text = String::new();
            Numeric::read(&bytes).unwrap().write(&mut text);
            assert_eq!(text, written);
        }
    }

    #[test]
    fn what_is_no_number_is_told() {
        for bytes in [
            number(0, 1, 0, &[1]),
            number(0, 0, 0, &[10_000]),
            number(0, 0, 0, &[1])[..9].to_vec(),
            vec![],
        ] {
            assert!(Numeric::read(&bytes).is_err(), "{bytes:?}");
        }
    }
}
