//! The values of a field, as long as they are few: what looks like an enum is shown as one.

use serde_json::Value as Json;

use super::super::elements::{Element, kind};

/// The most distinct values that are listed.
const DISTINCT: usize = 12;

/// The longest text that is listed, in bytes.
const TEXT: usize = 64;

/// So many values must have been seen, and each of them so often on average: fewer would show data
/// rather than what kinds of it there are.
const SEEN: u64 = 20;
const REPEATED: u64 = 4;

/// Distinct values so far.
#[derive(Debug)]
pub enum Values {
    /// All of them.
    Few(Vec<Value>),
    /// Too many, too long, or of types that are not listed.
    Many,
}

/// One value, in the order in which they are listed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Value {
    /// True or false.
    Flag(bool),
    /// Of any width.
    Whole(i64),
    /// A short text.
    Text(Box<str>),
}

impl Default for Values {
    fn default() -> Self {
        Self::Few(Vec::new())
    }
}

impl Values {
    /// Looks at one value. Nulls are no values.
    pub fn add(&mut self, element: &Element<'_>) {
        let Self::Few(few) = self else { return };
        if matches!(element.kind, kind::NULL | kind::UNDEFINED) {
            return;
        }
        let known = few.iter().any(|value| value.is(element));
        match Value::of(element) {
            _ if known => {}
            Some(value) if few.len() < DISTINCT => few.push(value),
            _ => *self = Self::Many,
        }
    }

    /// Adds those of another place.
    pub fn merge(&mut self, other: Self) {
        let (Self::Few(few), Self::Few(more)) = (&mut *self, other) else {
            *self = Self::Many;
            return;
        };
        let new: Vec<_> = more.into_iter().filter(|v| !few.contains(v)).collect();
        few.extend(new);
        if few.len() > DISTINCT {
            *self = Self::Many;
        }
    }

    /// The values in order, where they are few among the `seen`, and how many bytes they take.
    pub fn listed(&self, seen: u64) -> Option<(Vec<Json>, usize)> {
        let Self::Few(few) = self else { return None };
        let distinct = u64::try_from(few.len()).unwrap_or(u64::MAX);
        if few.is_empty() || seen < SEEN.max(REPEATED * distinct) {
            return None;
        }
        let mut sorted: Vec<_> = few.iter().collect();
        sorted.sort();
        let size = sorted.iter().map(|value| value.size()).sum();
        Some((sorted.into_iter().map(Value::json).collect(), size))
    }
}

impl Value {
    fn of(element: &Element<'_>) -> Option<Self> {
        match element.kind {
            kind::BOOLEAN => Some(Self::Flag(element.value != [0])),
            kind::INT | kind::LONG => whole(element.value).map(Self::Whole),
            kind::STRING => text(element.value).map(|text| Self::Text(text.into())),
            _ => None,
        }
    }

    /// As [`Self::of`] and a comparison, without a copy of the text.
    fn is(&self, element: &Element<'_>) -> bool {
        match (self, element.kind) {
            (Self::Text(known), kind::STRING) => text(element.value) == Some(known),
            (Self::Whole(known), kind::INT | kind::LONG) => whole(element.value) == Some(*known),
            (Self::Flag(known), kind::BOOLEAN) => (element.value != [0]) == *known,
            _ => false,
        }
    }

    fn size(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            _ => size_of::<i64>(),
        }
    }

    fn json(&self) -> Json {
        match self {
            Self::Flag(flag) => (*flag).into(),
            Self::Whole(whole) => (*whole).into(),
            Self::Text(text) => (**text).into(),
        }
    }
}

fn whole(value: &[u8]) -> Option<i64> {
    if let Ok(bytes) = value.try_into() {
        return Some(i64::from_le_bytes(bytes));
    }
    Some(i32::from_le_bytes(value.try_into().ok()?).into())
}

/// Without the length before it and the NUL behind it.
fn text(value: &[u8]) -> Option<&str> {
    let bytes = value.get(4..value.len().checked_sub(1)?)?;
    (bytes.len() <= TEXT).then(|| std::str::from_utf8(bytes).ok())?
}

#[cfg(test)]
mod tests {
    use mongodb::bson::{Bson, DateTime, doc};
    use serde_json::json;

    use super::super::super::elements::Elements;
    use super::*;

    fn of(values: impl IntoIterator<Item = Bson>) -> Values {
        let mut all = Values::default();
        for value in values {
            let bytes = doc! { "v": value }.to_vec().unwrap();
            let element = Elements::of(&bytes).unwrap().next().unwrap().unwrap();
            all.add(&element);
        }
        all
    }

    fn listed(values: &Values, seen: u64) -> Option<Vec<Json>> {
        Some(values.listed(seen)?.0)
    }

    #[test]
    fn few_values_are_listed_once_in_order() {
        let values = of([
            "new".into(),
            Bson::Int64(5),
            "done".into(),
            Bson::Null,
            Bson::Int32(5),
            true.into(),
            Bson::Int32(-1),
            "new".into(),
        ]);
        let expected = [
            json!(true),
            json!(-1),
            json!(5),
            json!("done"),
            json!("new"),
        ];
        assert_eq!(listed(&values, 20).unwrap(), expected);
        assert_eq!(values.listed(20).unwrap().1, 3 * 8 + 4 + 3);
    }

    #[test]
    fn they_are_listed_where_they_come_again_and_again_alone() {
        let ten = of((0..10).map(Bson::Int32));
        assert_eq!(listed(&ten, 39), None);
        assert_eq!(listed(&ten, 40).map(|v| v.len()), Some(10));
        assert_eq!(listed(&of([true.into()]), 19), None);
        assert_eq!(listed(&of([Bson::Null]), 100), None);
    }

    #[test]
    fn many_long_and_other_values_are_not_listed() {
        let many = (0..=i32::try_from(DISTINCT).unwrap()).map(Bson::Int32);
        for values in [
            of(many),
            of(["x".repeat(65).into()]),
            of(["a".into(), DateTime::now().into()]),
            of(["a".into(), Bson::Double(1.5)]),
        ] {
            assert_eq!(listed(&values, 1_000), None);
        }
        assert!(listed(&of(["x".repeat(64).into()]), 20).is_some());
    }

    #[test]
    fn places_that_become_one_share_their_values() {
        let mut one = of(["a".into(), "b".into()]);
        one.merge(of(["b".into(), "c".into()]));
        assert_eq!(listed(&one, 20).unwrap(), ["a", "b", "c"]);
        one.merge(of((0..10).map(Bson::Int32)));
        assert_eq!(listed(&one, 1_000), None);
    }
}
