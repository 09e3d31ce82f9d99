//! One place in documents: a field, or the elements of an array.

use super::super::elements::{Element, Elements, Malformed, kind};
use super::super::types::{Kinds, UUID};
use super::bounds::{DEPTH, ELEMENTS, Room};
use super::object::Object;
use super::values::Values;

/// What was seen in one place.
#[derive(Debug, Default)]
pub struct Place {
    /// What its values are.
    pub kinds: Kinds,
    /// Its values, while they are few.
    pub values: Values,
    /// The insides of its objects.
    pub object: Option<Box<Object>>,
    /// The elements of its arrays.
    pub items: Option<Box<Place>>,
}

/// Where a value stands.
#[derive(Debug, Clone, Copy)]
pub struct At {
    /// How many objects and arrays are around it.
    pub depth: usize,
    /// How long its path is, in bytes.
    pub path: usize,
    /// Whether its values are of interest.
    pub values: bool,
}

impl Place {
    /// Looks at one value. What was read before a malformed element counts.
    pub fn add(&mut self, element: &Element<'_>, at: At, room: &mut Room) -> Result<(), Malformed> {
        self.kinds.add(kind_of(element));
        if at.values {
            self.values.add(element);
        }
        let inside = At {
            depth: at.depth + 1,
            ..at
        };
        match element.kind {
            kind::DOCUMENT | kind::ARRAY if inside.depth > DEPTH => room.deep = true,
            kind::DOCUMENT => {
                let object = self.object.get_or_insert_default();
                object.add(element.value, inside, room)?;
            }
            kind::ARRAY => {
                let items = self.items.get_or_insert_default();
                for (number, item) in Elements::of(element.value)?.enumerate() {
                    if number == ELEMENTS {
                        room.long = true;
                        break;
                    }
                    items.add(&item?, inside, room)?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// Adds what was seen in another place.
    pub fn merge(&mut self, other: Self) {
        self.kinds.merge(&other.kinds);
        self.values.merge(other.values);
        match (&mut self.object, other.object) {
            (Some(object), Some(other)) => object.merge(*other),
            (none, other) => {
                *none = none.take().or(other);
            }
        }
        match (&mut self.items, other.items) {
            (Some(items), Some(other)) => items.merge(*other),
            (none, other) => {
                *none = none.take().or(other);
            }
        }
    }

    /// Every object that stands directly in it or in its arrays.
    pub fn objects(&self) -> impl Iterator<Item = &Object> {
        std::iter::successors(Some(self), |place| place.items.as_deref())
            .filter_map(|place| place.object.as_deref())
    }

    /// As [`Self::objects`].
    pub fn each_object(&mut self, work: &mut impl FnMut(&mut Object)) {
        if let Some(object) = &mut self.object {
            work(object);
        }
        if let Some(items) = &mut self.items {
            items.each_object(work);
        }
    }
}

/// An element's kind, with UUIDs told from other bytes (subtype 4; the legacy 3 has no one order).
fn kind_of(element: &Element<'_>) -> u8 {
    match (element.kind, element.value.get(4)) {
        (kind::BINARY, Some(4)) => UUID,
        (kind, _) => kind,
    }
}
