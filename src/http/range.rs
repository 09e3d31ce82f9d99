//! Parts of a file, as the header `Range` asks for them (RFC 9110 §14).

/// A part of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// Where it begins.
    pub start: u64,
    /// How many bytes it has.
    pub length: u64,
}

/// What is asked for.
#[derive(Debug, PartialEq, Eq)]
pub enum Asked {
    /// All of it: also where the header says something that is not known, which it then may (§14.2).
    Whole,
    /// A part.
    Part(Part),
    /// Nothing that is there.
    Beyond,
}

impl Part {
    /// All of a file of so many bytes.
    #[must_use]
    pub fn whole(bytes: u64) -> Self {
        Self {
            start: 0,
            length: bytes,
        }
    }

    /// The header that says which part it is.
    #[must_use]
    pub fn content_range(self, bytes: u64) -> String {
        let last = self.start + self.length.saturating_sub(1);
        format!("bytes {}-{last}/{bytes}", self.start)
    }
}

impl Asked {
    /// Reads the header for a file of so many bytes. One range is known; several are answered whole.
    #[must_use]
    pub fn parse(header: &str, bytes: u64) -> Self {
        let spec = header.trim().strip_prefix("bytes=");
        let Some((first, last)) = spec.and_then(|spec| spec.split_once('-')) else {
            return Self::Whole;
        };
        let number = |text: &str| match text.trim() {
            "" => Some(None),
            text if text.bytes().all(|b| b.is_ascii_digit()) => text.parse::<u64>().ok().map(Some),
            _ => None,
        };
        let (start, end) = match (number(first), number(last)) {
            (Some(Some(first)), Some(None)) => (first, bytes),
            (Some(Some(first)), Some(Some(last))) if first <= last => {
                (first, bytes.min(last.saturating_add(1)))
            }
            // The last so many bytes.
            (Some(None), Some(Some(many))) => (bytes.saturating_sub(many), bytes),
            _ => return Self::Whole,
        };
        if start >= end {
            return Self::Beyond;
        }
        Self::Part(Part {
            start,
            length: end - start,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_the_bytes_that_it_names() {
        let part = |start, length| Asked::Part(Part { start, length });
        for (header, expected) in [
            ("bytes=0-", part(0, 10)),
            ("bytes=4-", part(4, 6)),
            ("bytes=4-4", part(4, 1)),
            ("bytes=4-99", part(4, 6)),
            ("bytes=-3", part(7, 3)),
            ("bytes=-99", part(0, 10)),
            ("bytes=10-", Asked::Beyond),
            ("bytes=-0", Asked::Beyond),
            ("bytes=4-18446744073709551615", part(4, 6)),
            ("bytes=5-4", Asked::Whole),
            ("bytes=0-1,3-4", Asked::Whole),
            ("bytes=-", Asked::Whole),
            ("bytes=+1-2", Asked::Whole),
            ("lines=1-2", Asked::Whole),
            ("", Asked::Whole),
        ] {
            assert_eq!(Asked::parse(header, 10), expected, "{header}");
        }
        assert_eq!(Part::whole(10).content_range(10), "bytes 0-9/10");
        assert_eq!(Asked::parse("bytes=0-", 0), Asked::Beyond);
    }
}
