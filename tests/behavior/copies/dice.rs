//! Values of chance, with a leaning to those at the edge.

/// Numbers of chance that come again from the same number (splitmix64).
pub struct Dice(u64);

/// Texts that a careless program stumbles over.
const STRANGE: &[&str] = &[
    "",
    " ",
    "  a  ",
    "NULL",
    "null",
    "'",
    "\"",
    "\\",
    "\\N",
    "\\.",
    "%s",
    "a\nb",
    "\r\n",
    "\t",
    "\u{1}\u{1f}\u{7f}",
    "007",
    "1e5",
    "-0",
    "true",
    "{\"a\":1}",
    "é",
    "e\u{301}",
    "Straße",
    "İı",
    "日本語",
    "🦀👩‍👩‍👧",
    "\u{feff}bom",
    "\u{fffd}",
    "\u{10ffff}",
    "\u{200f}שלום",
    "\u{2028}",
    "'; DROP TABLE x; --",
];

impl Dice {
    pub fn new(number: u64) -> Self {
        Self(number)
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut next = self.0;
        next = (next ^ (next >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        next = (next ^ (next >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        next ^ (next >> 31)
    }

    pub fn below(&mut self, most: u64) -> u64 {
        self.next() % most
    }

    pub fn of<T: Copy>(&mut self, all: &[T]) -> T {
        all[usize::try_from(self.below(all.len() as u64)).unwrap()]
    }

    pub fn flag(&mut self) -> bool {
        self.below(2) == 1
    }

    /// A whole number of so many bits.
    pub fn signed(&mut self, bits: u32) -> i64 {
        let most = i64::MAX >> (64 - bits);
        let any = self.next().cast_signed() >> (64 - bits);
        let small = any % 100;
        self.of(&[-most - 1, most, 0, -1, 1, any, any, small])
    }

    pub fn unsigned(&mut self, bits: u32) -> u64 {
        let most = u64::MAX >> (64 - bits);
        let any = self.next() & most;
        self.of(&[0, most, most / 2 + 1, any, any, any % 100])
    }

    /// A double that is a number; its text reads back as the same.
    pub fn double(&mut self) -> f64 {
        let any = f64::from_bits(self.next());
        let any = if any.is_finite() { any } else { 0.1 };
        self.of(&[
            0.0,
            -0.0,
            0.1,
            1e16,
            1e-7,
            f64::MAX,
            f64::MIN,
            f64::MIN_POSITIVE,
            5e-324,
            9_007_199_254_740_993.0,
            any,
            any,
            any,
        ])
    }

    pub fn float(&mut self) -> f32 {
        let bits = u32::try_from(self.next() >> 32).unwrap();
        let any = f32::from_bits(bits);
        let any = if any.is_finite() { any } else { 0.1 };
        self.of(&[
            0.0,
            0.1,
            16_777_216.0,
            f32::MAX,
            f32::MIN_POSITIVE,
            any,
            any,
        ])
    }

    pub fn digits(&mut self, most: u64) -> String {
        let count = 1 + self.below(most);
        let digit = |_| char::from(b'0' + u8::try_from(self.below(10)).unwrap());
        (0..count).map(digit).collect()
    }

    /// A decimal of at most so many digits before and behind its point.
    pub fn decimal(&mut self, whole: u64, fraction: u64) -> String {
        let sign = self.of(&["", "-"]);
        let most = "9".repeat(usize::try_from(whole).unwrap());
        let digits = self.digits(whole);
        let whole = if self.below(5) == 0 { most } else { digits };
        match self.below(4) {
            0 => format!("{sign}{whole}"),
            _ => format!("{sign}{whole}.{}", self.digits(fraction)),
        }
    }

    /// A text of at most so many letters, without NUL.
    pub fn text(&mut self, most: usize) -> String {
        if self.below(3) > 0 {
            let strange = self.of(STRANGE);
            if strange.chars().count() <= most {
                return strange.to_owned();
            }
        }
        let count = self.below(most as u64 + 1);
        let letter = |_| {
            let range = self.of(&[0x80_u64, 0x800, 0x1_0000, 0x11_0000]);
            let letter = u32::try_from(1 + self.below(range - 1)).unwrap();
            char::from_u32(letter).unwrap_or('x')
        };
        (0..count).map(letter).collect()
    }

    /// The same, among which NUL may be.
    pub fn any_text(&mut self, most: usize) -> String {
        let text = self.text(most.saturating_sub(1));
        match self.below(4) {
            0 => format!("{text}\0"),
            1 => format!("\0{text}"),
            _ => text,
        }
    }

    pub fn bytes(&mut self, most: u64) -> Vec<u8> {
        let count = self.below(most + 1);
        (0..count).map(|_| self.next().to_le_bytes()[0]).collect()
    }

    pub fn next_bytes(&mut self) -> [u8; 12] {
        let mut bytes = [0; 12];
        bytes[..8].copy_from_slice(&self.next().to_le_bytes());
        bytes
    }

    pub fn hex(&mut self, most: u64) -> String {
        data_encoding::HEXLOWER.encode(&self.bytes(most))
    }

    /// A date of the calendar.
    pub fn date(&mut self, first: u64, last: u64) -> String {
        let any = first + self.below(last - first + 1);
        let year = self.of(&[first, last, 1970, 2024, any]);
        let leap = jiff::civil::Date::new(i16::try_from(year).unwrap(), 2, 29).is_ok();
        let (month, day) = match self.below(4) {
            0 if leap => (2, 29),
            0 => (12, 31),
            1 => (1, 1),
            _ => (1 + self.below(12), 1 + self.below(28)),
        };
        format!("{year:04}-{month:02}-{day:02}")
    }

    /// A time of the day, in microseconds.
    pub fn time(&mut self) -> String {
        let micros = self.below(1_000_000);
        let micros = self.of(&[0, 1, 999_999, 500_000, micros]);
        let (hour, minute, second) = (self.below(24), self.below(60), self.below(60));
        format!("{hour:02}:{minute:02}:{second:02}.{micros:06}")
    }

    /// A JSON document; its numbers are whole.
    pub fn json(&mut self, depth: u32) -> serde_json::Value {
        match self.below(if depth == 0 { 5 } else { 7 }) {
            0 => serde_json::Value::Null,
            1 => self.flag().into(),
            2 => self.signed(54).into(),
            3 | 4 => self.text(20).into(),
            5 => {
                let count = self.below(4);
                (0..count).map(|_| self.json(depth - 1)).collect()
            }
            _ => {
                let count = self.below(4);
                let field = |n| (format!("f{n}"), self.json(depth - 1));
                serde_json::Value::Object((0..count).map(field).collect())
            }
        }
    }
}
