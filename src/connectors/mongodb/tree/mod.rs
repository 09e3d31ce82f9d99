//! What the documents of a collection look like: a tree of fields, gathered over many documents
//! from their bytes, whose size is bounded however they are made.

mod bounds;
mod fields;
mod left_out;
mod map;
mod object;
mod place;
mod secret;
#[cfg(test)]
mod tests;
mod values;

use super::elements::Malformed;
use crate::schema::Field;
use bounds::Room;
pub use bounds::{DEPTH, NESTED};
use fields::Writer;
use object::Object;
use place::At;

/// Maps are looked for each time that so many fields came.
const GROWTH: usize = 100;

/// And where there was no room for a field; again after so many documents, where none was made.
const PATIENCE: u64 = 16;

/// The fields of the documents that were seen.
#[derive(Debug)]
pub struct Tree {
    root: Object,
    room: Room,
    values: bool,
    /// With so many fields, maps are looked for.
    settle_at: usize,
    /// Before so many documents, no room is looked for: there was none.
    patient_until: u64,
}

impl Tree {
    /// Without documents; `values` says whether values are of interest, where they are few.
    pub fn new(values: bool) -> Self {
        Self {
            root: Object::default(),
            room: Room::default(),
            values,
            settle_at: GROWTH,
            patient_until: 0,
        }
    }

    /// How many documents were seen.
    pub fn documents(&self) -> u64 {
        self.root.seen
    }

    /// Looks at one document. What was read before a malformed element counts.
    pub fn add(&mut self, document: &[u8]) -> Result<(), Malformed> {
        let at = At {
            depth: 0,
            path: 0,
            values: self.values,
        };
        let added = self.root.add(document, at, &mut self.room);
        let crowded = self.room.refused && self.root.seen >= self.patient_until;
        if crowded || self.room.nested() > self.settle_at {
            self.settle();
        }
        added
    }

    /// The fields, and what was left out, in sentences.
    pub fn finish(mut self) -> (Vec<Field>, Vec<String>) {
        let fields_cut = self.settle();
        let mut writer = Writer::default();
        let fields = writer.fields(&self.root, "");
        let cut = bounds::sentences(&self.room, fields_cut, writer.cut);
        (fields, cut)
    }

    /// Makes one field of the keys of each map. Answers whether fields are left out.
    fn settle(&mut self) -> bool {
        let crowded = self.room.refused;
        let before = self.room.nested();
        let mut cut = self.settle_once(false);
        if crowded && self.room.nested() > NESTED / 2 {
            cut = self.settle_once(true);
        }
        if self.room.nested() == before {
            self.patient_until = self.root.seen + PATIENCE;
        }
        self.settle_at = self.room.nested() + GROWTH.max(self.room.nested() / 2);
        cut
    }

    fn settle_once(&mut self, crowded: bool) -> bool {
        self.root.settle(crowded);
        let (fields, paths, cut) = self.root.measure(0);
        self.room.recount(fields - self.root.fields.len(), paths);
        cut
    }
}
