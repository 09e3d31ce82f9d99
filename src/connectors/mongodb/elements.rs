//! BSON by its bytes (bsonspec.org, version 1.1), without decoding it: element after element,
//! with no recursion, so that no document is too deep and none too broken to be looked at.

/// The kinds of element, by their bytes.
pub mod kind {
    /// 64 bits, IEEE 754.
    pub const DOUBLE: u8 = 0x01;
    /// UTF-8, by the standard.
    pub const STRING: u8 = 0x02;
    /// A document.
    pub const DOCUMENT: u8 = 0x03;
    /// A document whose names are 0, 1, 2, …
    pub const ARRAY: u8 = 0x04;
    /// Bytes with a subtype.
    pub const BINARY: u8 = 0x05;
    /// Deprecated.
    pub const UNDEFINED: u8 = 0x06;
    /// 12 bytes.
    pub const OBJECT_ID: u8 = 0x07;
    /// One byte.
    pub const BOOLEAN: u8 = 0x08;
    /// Milliseconds since 1970, UTC.
    pub const DATE: u8 = 0x09;
    /// Nothing.
    pub const NULL: u8 = 0x0A;
    /// A pattern and its flags.
    pub const REGEX: u8 = 0x0B;
    /// Deprecated.
    pub const DB_POINTER: u8 = 0x0C;
    /// A text.
    pub const JAVASCRIPT: u8 = 0x0D;
    /// Deprecated.
    pub const SYMBOL: u8 = 0x0E;
    /// Deprecated.
    pub const JAVASCRIPT_WITH_SCOPE: u8 = 0x0F;
    /// 32 bits, signed.
    pub const INT: u8 = 0x10;
    /// Replication's own: seconds and an ordinal.
    pub const TIMESTAMP: u8 = 0x11;
    /// 64 bits, signed.
    pub const LONG: u8 = 0x12;
    /// 128 bits, IEEE 754 decimal.
    pub const DECIMAL: u8 = 0x13;
    /// Less than all else.
    pub const MIN_KEY: u8 = 0xFF;
    /// More than all else.
    pub const MAX_KEY: u8 = 0x7F;
}

/// The shortest document: its length and the final NUL.
const SHORTEST: usize = 5;

/// One element of a document.
#[derive(Debug, Clone, Copy)]
pub struct Element<'a> {
    /// What it is; see [`kind`].
    pub kind: u8,
    /// Its name; UTF-8 by the standard, not always in fact.
    pub name: &'a [u8],
    /// Its value, as it stands in the document.
    pub value: &'a [u8],
}

/// Bytes that are no BSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Malformed;

/// Goes through the elements of one document. Ends after the first one that is malformed.
#[derive(Debug, Clone)]
pub struct Elements<'a>(&'a [u8]);

impl<'a> Elements<'a> {
    /// The elements of the document that begins here, whatever stands behind it.
    pub fn of(bytes: &'a [u8]) -> Result<Self, Malformed> {
        let length = length(bytes)?;
        match bytes.get(4..length) {
            Some(body) if length >= SHORTEST && body.ends_with(&[0]) => {
                Ok(Self(&body[..body.len() - 1]))
            }
            _ => Err(Malformed),
        }
    }

    fn take(&mut self) -> Result<Element<'a>, Malformed> {
        let (&kind, rest) = self.0.split_first().ok_or(Malformed)?;
        let name_length = c_string(rest)?;
        let (name, rest) = (&rest[..name_length], &rest[name_length + 1..]);
        let value_length = value_length(kind, rest)?;
        let (value, rest) = rest.split_at_checked(value_length).ok_or(Malformed)?;
        self.0 = rest;
        Ok(Element { kind, name, value })
    }
}

impl<'a> Iterator for Elements<'a> {
    type Item = Result<Element<'a>, Malformed>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.is_empty() {
            return None;
        }
        let element = self.take();
        if element.is_err() {
            self.0 = &[];
        }
        Some(element)
    }
}

/// How deep a document nests: 1 where it holds no other. Reads every element, and stops beyond `most`.
pub fn depth(document: &[u8], most: usize) -> Result<usize, Malformed> {
    let mut open = vec![Elements::of(document)?];
    let mut deepest = 1;
    while let Some(current) = open.last_mut() {
        let Some(element) = current.next() else {
            open.pop();
            continue;
        };
        let element = element?;
        let inner = match element.kind {
            kind::DOCUMENT | kind::ARRAY => element.value,
            kind::JAVASCRIPT_WITH_SCOPE => scope(element.value)?,
            _ => continue,
        };
        open.push(Elements::of(inner)?);
        deepest = deepest.max(open.len());
        if deepest > most {
            break;
        }
    }
    Ok(deepest)
}

/// The length that stands at the beginning of documents and texts.
fn length(bytes: &[u8]) -> Result<usize, Malformed> {
    let prefix = bytes.first_chunk().ok_or(Malformed)?;
    usize::try_from(i32::from_le_bytes(*prefix)).map_err(|_| Malformed)
}

fn c_string(bytes: &[u8]) -> Result<usize, Malformed> {
    bytes.iter().position(|b| *b == 0).ok_or(Malformed)
}

fn value_length(kind: u8, bytes: &[u8]) -> Result<usize, Malformed> {
    Ok(match kind {
        kind::UNDEFINED | kind::NULL | kind::MIN_KEY | kind::MAX_KEY => 0,
        kind::BOOLEAN => 1,
        kind::INT => 4,
        kind::DOUBLE | kind::DATE | kind::TIMESTAMP | kind::LONG => 8,
        kind::OBJECT_ID => 12,
        kind::DECIMAL => 16,
        kind::DOCUMENT | kind::ARRAY | kind::JAVASCRIPT_WITH_SCOPE => length(bytes)?,
        kind::STRING | kind::JAVASCRIPT | kind::SYMBOL => length(bytes)? + 4,
        kind::BINARY => length(bytes)? + 5,
        kind::DB_POINTER => length(bytes)? + 4 + 12,
        kind::REGEX => {
            let pattern = c_string(bytes)? + 1;
            pattern + c_string(&bytes[pattern..])? + 1
        }
        _ => return Err(Malformed),
    })
}

/// The document behind the text of code with a scope.
pub fn scope(value: &[u8]) -> Result<&[u8], Malformed> {
    let text = value.get(4..).ok_or(Malformed)?;
    text.get(4 + length(text)?..).ok_or(Malformed)
}

#[cfg(test)]
mod tests {
    use mongodb::bson::{Bson, Document, doc};
    use proptest::prelude::*;

    use super::*;

    fn nested(levels: usize) -> Vec<u8> {
        let mut bytes = vec![5, 0, 0, 0, 0];
        for _ in 1..levels {
            let length = i32::try_from(bytes.len() + 8).unwrap();
            let mut outer = length.to_le_bytes().to_vec();
            outer.extend([kind::DOCUMENT, b'a', 0]);
            outer.extend(&bytes);
            outer.push(0);
            bytes = outer;
        }
        bytes
    }

    #[test]
    fn every_kind_of_element_is_passed_in_full() {
        let all = doc! {
            "double": 1.5, "text": "é", "inner": { "a": [1, 2, { "b": null }] },
            "binary": mongodb::bson::Binary { subtype: 0.into(), bytes: vec![1, 2] },
            "undefined": Bson::Undefined, "id": mongodb::bson::oid::ObjectId::new(), "bool": true,
            "date": mongodb::bson::DateTime::now(), "long": 1_i64,
            "regex": mongodb::bson::Regex { pattern: "a.*".try_into().unwrap(), options: "i".try_into().unwrap() },
            "code": Bson::JavaScriptCode("f()".into()), "symbol": Bson::Symbol("s".into()),
            "scoped": mongodb::bson::JavaScriptCodeWithScope { code: "f()".into(), scope: doc! { "x": { "y": 1 } } },
            "stamp": mongodb::bson::Timestamp { time: 1, increment: 2 },
            "decimal": "1.5".parse::<mongodb::bson::Decimal128>().unwrap(),
            "min": Bson::MinKey, "max": Bson::MaxKey,
        };
        let bytes = all.to_vec().unwrap();
        let names: Vec<_> = Elements::of(&bytes)
            .unwrap()
            .map(|e| String::from_utf8_lossy(e.unwrap().name).into_owned())
            .collect();
        assert_eq!(names, all.keys().cloned().collect::<Vec<_>>());
        assert_eq!(depth(&bytes, 100), Ok(4));
    }

    #[test]
    fn a_document_of_a_million_levels_is_told_without_descending() {
        assert_eq!(depth(&nested(180), 200), Ok(180));
        let mut deep = vec![];
        // Lengths are not looked at beyond the limit, so the innermost may lie.
        for _ in 0..1_000_000 {
            deep.extend(7_000_000_i32.to_le_bytes());
            deep.extend([kind::DOCUMENT, b'a', 0]);
        }
        deep.resize(7_000_000, 0);
        assert!(depth(&deep, 200).is_err() || depth(&deep, 200) == Ok(201));
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200), length in 0_u8..200) {
            let mut framed = vec![length, 0, 0, 0];
            framed.extend(&bytes);
            let _ = depth(&framed, 20);
            let _ = depth(&bytes, 20);
            let flipped = Document::from_iter([("a".to_owned(), Bson::Array(vec![Bson::String("x".into()); 3]))]);
            let mut flipped = flipped.to_vec().unwrap();
            let at = usize::from(length) % flipped.len();
            flipped[at] ^= bytes.first().copied().unwrap_or(1);
            let _ = depth(&flipped, 20);
        }
    }
}
