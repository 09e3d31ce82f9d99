//! Dates and times, as the binary protocol sends them
//! (<https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_binary_resultset.html#sect_protocol_binary_resultset_row_value_date>):
//! parts at the end that are zero are left out.

use crate::rows::RowBatch;

/// Ten digits of a date, two letters, eight of a time with up to two more of hours, seven of a
/// fraction and a sign: no text is longer.
const LONGEST: usize = 40;

/// Year, month and day.
type Date = (u32, u32, u32);

/// A text that is being written.
struct Writer {
    bytes: [u8; LONGEST],
    length: usize,
}

impl Writer {
    fn new() -> Self {
        Self {
            bytes: [0; LONGEST],
            length: 0,
        }
    }

    fn letter(&mut self, letter: u8) {
        self.bytes[self.length] = letter;
        self.length += 1;
    }

    /// So many digits.
    fn digits(&mut self, number: u32, count: u32) {
        for place in (0..count).rev() {
            let digit = number / 10_u32.pow(place) % 10;
            self.letter(b'0' + u8::try_from(digit).unwrap_or(0));
        }
    }

    fn date(&mut self, (year, month, day): Date) {
        self.digits(year, 4);
        self.letter(b'-');
        self.digits(month, 2);
        self.letter(b'-');
        self.digits(day, 2);
    }

    fn clock(&mut self, minute: u8, second: u8, micros: u32, digits: u8) {
        for part in [minute, second] {
            self.letter(b':');
            self.digits(part.into(), 2);
        }
        let digits = u32::from(digits.min(6));
        if digits > 0 {
            self.letter(b'.');
            self.digits(micros / 10_u32.pow(6 - digits), digits);
        }
    }

    fn push(&self, batch: &mut RowBatch) {
        // Letters of ASCII alone.
        batch.text_or_blob(&self.bytes[..self.length]);
    }
}

/// A date.
pub fn date(parts: &[u8], batch: &mut RowBatch) -> Option<()> {
    let (date, _) = parts_of_date(parts)?;
    let mut text = Writer::new();
    text.date(date);
    text.push(batch);
    Some(())
}

/// A date and a time of day. One that the calendar does not have is written as the server prints it.
pub fn date_time(parts: &[u8], digits: u8, utc: bool, batch: &mut RowBatch) -> Option<()> {
    let (date, rest) = parts_of_date(parts)?;
    let ([hour, minute, second], micros) = match rest {
        [] => ([0; 3], 0),
        [hour, minute, second, micros @ ..] => ([*hour, *minute, *second], fraction(micros)?),
        _ => return None,
    };
    let real = exists(date);
    let mut text = Writer::new();
    text.date(date);
    text.letter(if real { b'T' } else { b' ' });
    text.digits(hour.into(), 2);
    text.clock(minute, second, micros, digits);
    if real && utc {
        text.letter(b'Z');
    }
    text.push(batch);
    Some(())
}

/// A time, which may be negative and longer than a day.
pub fn time(parts: &[u8], digits: u8, batch: &mut RowBatch) -> Option<()> {
    let (negative, days, [hour, minute, second], micros) = match parts {
        [] => (0, 0, [0; 3], 0),
        [negative, a, b, c, d, hour, minute, second, micros @ ..] => (
            *negative,
            u32::from_le_bytes([*a, *b, *c, *d]),
            [*hour, *minute, *second],
            fraction(micros)?,
        ),
        _ => return None,
    };
    let hours = days.checked_mul(24)?.checked_add(hour.into())?;
    let mut text = Writer::new();
    if negative != 0 {
        text.letter(b'-');
    }
    text.digits(
        hours,
        hours.checked_ilog10().map_or(2, |log| (log + 1).max(2)),
    );
    text.clock(minute, second, micros, digits);
    text.push(batch);
    Some(())
}

fn parts_of_date(parts: &[u8]) -> Option<(Date, &[u8])> {
    match parts {
        [] => Some(((0, 0, 0), parts)),
        [low, high, month, day, rest @ ..] => {
            let year = u16::from_le_bytes([*low, *high]);
            Some(((year.into(), (*month).into(), (*day).into()), rest))
        }
        _ => None,
    }
}

fn fraction(bytes: &[u8]) -> Option<u32> {
    match bytes {
        [] => Some(0),
        bytes => Some(u32::from_le_bytes(bytes.try_into().ok()?)),
    }
}

/// Whether the calendar has this date; zeros and, under `ALLOW_INVALID_DATES`, others are no dates.
fn exists((year, month, day): Date) -> bool {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    };
    (1..=days).contains(&day)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::Cell;

    fn text(write: impl FnOnce(&mut RowBatch) -> Option<()>) -> Option<String> {
        let mut batch = RowBatch::new(1);
        write(&mut batch)?;
        match batch.rows().next()?.get(0)? {
            Cell::Text(text) => Some(text.to_owned()),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn dates_and_times_are_written_with_the_digits_of_their_column() {
        for (parts, digits, utc, expected) in [
            (&[][..], 0, false, "0000-00-00 00:00:00"),
            (&[], 3, true, "0000-00-00 00:00:00.000"),
            (&[0xE8, 7, 2, 29], 0, false, "2024-02-29T00:00:00"),
            (&[0xE7, 7, 2, 29], 0, true, "2023-02-29 00:00:00"),
            (
                &[0xE8, 7, 2, 29, 23, 59, 58],
                1,
                false,
                "2024-02-29T23:59:58.0",
            ),
            (
                &[0x0F, 0x27, 12, 31, 23, 59, 59, 0x3F, 0x42, 0x0F, 0],
                6,
                true,
                "9999-12-31T23:59:59.999999Z",
            ),
            (
                &[0xE8, 7, 2, 29, 0, 0, 0, 0x3F, 0x42, 0x0F, 0],
                3,
                false,
                "2024-02-29T00:00:00.999",
            ),
        ] {
            let found = text(|batch| date_time(parts, digits, utc, batch));
            assert_eq!(found.as_deref(), Some(expected));
        }
        assert_eq!(text(|b| date(&[], b)).as_deref(), Some("0000-00-00"));
        assert_eq!(
            text(|b| date(&[1, 0, 1, 1], b)).as_deref(),
            Some("0001-01-01")
        );
    }

    #[test]
    fn times_may_be_negative_and_longer_than_a_day() {
        for (parts, digits, expected) in [
            (&[][..], 0, "00:00:00"),
            (&[], 6, "00:00:00.000000"),
            (&[1, 34, 0, 0, 0, 22, 59, 59], 0, "-838:59:59"),
            (&[0, 0, 0, 0, 0, 1, 2, 3, 1, 0, 0, 0], 6, "01:02:03.000001"),
        ] {
            let found = text(|batch| time(parts, digits, batch));
            assert_eq!(found.as_deref(), Some(expected));
        }
    }
}
