//! The newest document of a collection, told by the documents as they pass.
//!
//! An `ObjectId` begins with the second in which it was made
//! (<https://www.mongodb.com/docs/manual/reference/bson-types/#objectid>), so that the largest need not be
//! asked for before its collection is read: of servers that do not go by their index, that is a search
//! through all of it.

use super::super::elements::{Element, kind};
use super::super::extended;
use super::layout::Layout;
use crate::connectors::read::TableRead;
use crate::schema::{Column, DataType};

/// The column that tells it.
const ID: &str = "_id";

/// Whether the largest value of this column is told by the documents: of an `_id` that is known as an
/// `ObjectId`. Other fields hold those of other documents.
pub fn is_told(read: &TableRead, column: &str) -> bool {
    let is_one = |known: &Column| known.name == ID && known.logical_type == DataType::ObjectId;
    column == ID && read.columns.iter().any(is_one)
}

/// The largest `ObjectId` of those that were seen.
#[derive(Debug)]
pub struct Newest {
    /// Where it is looked for: the number of its field.
    pub field: usize,
    largest: Option<[u8; 12]>,
}

impl Newest {
    /// Of what is read into these columns, where it is to be told.
    pub fn of(read: &TableRead, layout: &Layout) -> Option<Self> {
        let field = layout.number(ID.as_bytes(), 0);
        let field = field.filter(|_| is_told(read, ID))?;
        let largest = None;
        Some(Self { field, largest })
    }

    /// Looks at an `_id`. Texts that read like one are none.
    pub fn see(&mut self, element: &Element<'_>) {
        if element.kind == kind::OBJECT_ID {
            self.largest = self.largest.max(element.value.try_into().ok());
        }
    }

    /// It, as it stands in rows.
    pub fn value(&self) -> Option<String> {
        let mut text = String::new();
        extended::hex(&mut text, &self.largest?).ok()?;
        Some(text)
    }
}

#[cfg(test)]
mod tests {
    use bson::{Bson, Document, doc, oid::ObjectId};

    use super::super::super::elements::Elements;
    use super::super::tests::read_with;
    use super::*;

    fn newest(ids: &[Bson]) -> Option<String> {
        let read = read_with(&[("_id", "object_id")]);
        let mut newest = Newest::of(&read, &Layout::of_table(&read)).unwrap();
        for id in ids {
            let document: Document = doc! { "_id": id };
            let document = document.to_vec().unwrap();
            for element in Elements::of(&document).unwrap() {
                newest.see(&element.unwrap());
            }
        }
        newest.value()
    }

    #[test]
    fn the_newest_is_an_object_id_and_no_text_that_reads_like_one() {
        let id = |byte| Bson::ObjectId(ObjectId::from_bytes([byte; 12]));
        assert_eq!(newest(&[]), None);
        assert_eq!(newest(&["ff".repeat(12).into(), 7.into()]), None);
        let ids = [id(3), id(0x7f), "ff".repeat(12).into(), id(0x20)];
        assert_eq!(newest(&ids), Some("7f".repeat(12)));
    }

    #[test]
    fn it_is_told_of_ids_that_are_known_as_object_ids_alone() {
        let read = read_with(&[("_id", "object_id"), ("customer", "object_id")]);
        assert!(is_told(&read, "_id") && !is_told(&read, "customer"));
        assert!(!is_told(&read_with(&[("_id", "mixed")]), "_id"));
        assert!(!is_told(&read_with(&[("_id", "int64")]), "_id"));
    }
}
