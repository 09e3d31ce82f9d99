//! JSON as text: parts of it are found and never decoded before they are wanted, so that numbers
//! keep their digits.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

/// The deepest nesting that is taken.
pub const DEPTH: usize = 128;
/// The most records of a page.
pub const RECORDS: usize = 1_000_000;
/// The most fields of an object that is looked into.
pub const FIELDS: usize = 10_000;

/// The members of an object, in order.
pub struct Members<'a>(pub Vec<(Cow<'a, str>, &'a RawValue)>);

/// The elements of an array.
pub struct Elements<'a>(pub Vec<&'a RawValue>);

struct Name<'a>(Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Name<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Name<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a name")
            }
            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Name(Cow::Borrowed(text)))
            }
            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Name(Cow::Owned(text.to_owned())))
            }
        }
        deserializer.deserialize_str(Reader)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Members<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some((Name(name), value)) = map.next_entry()? {
                    if members.len() == FIELDS {
                        return Err(A::Error::custom("too many fields"));
                    }
                    members.push((name, value));
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Reader)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Elements<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Elements<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an array")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
                let mut elements = Vec::new();
                while let Some(element) = list.next_element()? {
                    if elements.len() == RECORDS {
                        return Err(A::Error::custom("too many elements"));
                    }
                    elements.push(element);
                }
                Ok(Elements(elements))
            }
        }
        deserializer.deserialize_seq(Reader)
    }
}

/// What a JSON value is, by the words of its standard.
#[must_use]
pub fn sort(raw: &RawValue) -> &'static str {
    match raw.get().as_bytes().first() {
        Some(b'{') => "object",
        Some(b'[') => "array",
        Some(b'"') => "string",
        Some(b't' | b'f') => "boolean",
        Some(b'n') => "null",
        _ => "number",
    }
}

/// The text of a string; as it is written where it is none in Unicode.
#[must_use]
pub fn string(raw: &RawValue) -> Cow<'_, str> {
    match serde_json::from_str::<Name<'_>>(raw.get()) {
        Ok(Name(text)) => text,
        Err(_) => Cow::Borrowed(raw.get()),
    }
}

/// How deep a text nests, as far as brackets outside of strings tell.
#[must_use]
pub fn depth(text: &str) -> usize {
    let (mut depth, mut deepest, mut in_string, mut escaped) = (0_usize, 0, false, false);
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            _ if in_string => {}
            b'{' | b'[' => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

/// The same value without blanks between its parts.
#[must_use]
pub fn compact(text: &str) -> Cow<'_, str> {
    if !text.bytes().any(|byte| byte.is_ascii_whitespace()) {
        return Cow::Borrowed(text);
    }
    let (mut in_string, mut escaped) = (false, false);
    let kept = text.chars().filter(|letter| {
        match letter {
            _ if escaped => escaped = false,
            '\\' if in_string => escaped = true,
            '"' => in_string = !in_string,
            _ => {}
        }
        in_string || !letter.is_ascii_whitespace()
    });
    Cow::Owned(kept.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_go_and_texts_and_digits_stay() {
        let text = "{ \"a b\" : [ 1.10 ,\n \"\\\" { x\" ] }";
        assert_eq!(compact(text), r#"{"a b":[1.10,"\" { x"]}"#);
        assert_eq!(depth(text), 2);
        assert_eq!(depth(&"[".repeat(1000)), 1000);
    }

    #[test]
    fn members_and_elements_are_found_as_they_are_written() {
        let Members(members) =
            serde_json::from_str(r#"{"a\u0020b": 1e400, "a": [1, {}]}"#).unwrap();
        assert_eq!(members[0].0, "a b");
        assert_eq!(members[0].1.get(), "1e400");
        let Elements(elements) = serde_json::from_str(members[1].1.get()).unwrap();
        assert_eq!((sort(elements[0]), sort(elements[1])), ("number", "object"));
    }
}
