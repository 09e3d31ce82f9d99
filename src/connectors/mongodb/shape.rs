//! What documents look like, gathered over many of them from their bytes.

use std::collections::HashMap;

use super::elements::{Element, Elements, Malformed, kind};
use super::types::{Kinds, UUID};

/// Fields that are kept of one collection.
pub const FIELDS: usize = 2_000;

/// Elements of one array that are looked at.
const ITEMS: usize = 1_000;

/// The fields of the documents that were seen.
#[derive(Debug, Default)]
pub struct Shape {
    /// How many documents were seen.
    pub documents: u64,
    /// The fields, as first seen.
    pub fields: Vec<Field>,
    /// Whether there were more fields than are kept.
    pub overflowed: bool,
    by_name: HashMap<String, usize>,
}

/// One field.
#[derive(Debug, Default)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// In how many documents it stands.
    pub seen: u64,
    /// What its values are.
    pub kinds: Kinds,
    /// What the elements of its arrays are.
    pub items: Kinds,
    /// The number of the document in which it stood last: a name may stand twice in one.
    last: u64,
}

impl Field {
    /// A field that was not seen yet.
    pub fn named(name: String) -> Self {
        Self {
            name,
            ..Self::default()
        }
    }
}

impl Shape {
    /// Looks at one document. What was read before a malformed element counts.
    pub fn add(&mut self, document: &[u8]) -> Result<(), Malformed> {
        self.documents += 1;
        for element in Elements::of(document)? {
            let element = element?;
            let number = self.documents;
            let Some(field) = self.field(&String::from_utf8_lossy(element.name)) else {
                continue;
            };
            if field.last != number {
                field.last = number;
                field.seen += 1;
            }
            field.kinds.add(kind_of(&element));
            if element.kind == kind::ARRAY {
                for item in Elements::of(element.value)?.take(ITEMS) {
                    field.items.add(kind_of(&item?));
                }
            }
        }
        Ok(())
    }

    fn field(&mut self, name: &str) -> Option<&mut Field> {
        let at = match self.by_name.get(name) {
            Some(at) => *at,
            None if self.fields.len() >= FIELDS => {
                self.overflowed = true;
                return None;
            }
            None => {
                let name = name.to_owned();
                self.by_name.insert(name.clone(), self.fields.len());
                self.fields.push(Field::named(name));
                self.fields.len() - 1
            }
        };
        self.fields.get_mut(at)
    }
}

/// An element's kind, with UUIDs told from other bytes (subtype 4; the legacy 3 has no one order).
fn kind_of(element: &Element<'_>) -> u8 {
    match (element.kind, element.value.get(4)) {
        (kind::BINARY, Some(4)) => UUID,
        (kind, _) => kind,
    }
}

#[cfg(test)]
mod tests {
    use mongodb::bson::{Document, doc};
    use proptest::prelude::*;

    use super::*;

    fn shape(documents: &[Document]) -> Shape {
        let mut shape = Shape::default();
        for document in documents {
            shape.add(&document.to_vec().unwrap()).unwrap();
        }
        shape
    }

    #[test]
    fn fields_stand_as_first_seen_with_their_kinds_and_how_often_they_were_there() {
        let shape = shape(&[
            doc! { "_id": 1, "a": "x", "tags": ["x", "y"] },
            doc! { "_id": 2, "b": mongodb::bson::Bson::Null, "a": 5, "tags": [] },
        ]);
        let seen: Vec<_> = shape
            .fields
            .iter()
            .map(|f| {
                (
                    f.name.as_str(),
                    f.seen,
                    f.kinds.native(),
                    f.kinds.has_null(),
                )
            })
            .collect();
        assert_eq!(
            seen,
            [
                ("_id", 2, "int".to_owned(), false),
                ("a", 2, "string | int".to_owned(), false),
                ("tags", 2, "array".to_owned(), false),
                ("b", 1, "null".to_owned(), true),
            ]
        );
        let tags = &shape.fields[2];
        assert_eq!(tags.kinds.logical(&tags.items).to_string(), "array<string>");
    }

    #[test]
    fn duplicate_names_and_names_that_are_no_utf8_are_counted_once_and_shown() {
        // { "a": null, "a": null, "\xff": null }
        let bytes = b"\x0e\0\0\0\x0aa\0\x0aa\0\x0a\xff\0\0";
        let mut shape = Shape::default();
        shape.add(bytes).unwrap();
        let seen: Vec<_> = shape
            .fields
            .iter()
            .map(|f| (f.name.as_str(), f.seen))
            .collect();
        assert_eq!(seen, [("a", 1), ("\u{fffd}", 1)]);
    }

    #[test]
    fn fields_beyond_the_bound_are_noted_and_left_out() {
        let many: Document = (0..FIELDS + 5)
            .map(|n| (format!("f{n}"), n.to_string().into()))
            .collect();
        let shape = shape(&[many]);
        assert_eq!((shape.fields.len(), shape.overflowed), (FIELDS, true));
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let mut framed = (u8::try_from(bytes.len()).unwrap_or(200)).to_le_bytes().to_vec();
            framed.extend([0, 0, 0]);
            framed.extend(&bytes);
            let _ = Shape::default().add(&framed);
            let _ = Shape::default().add(&bytes);
        }
    }
}
