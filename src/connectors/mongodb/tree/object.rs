//! The objects of one place: which fields they have, and how often.

use std::collections::HashMap;

use super::super::elements::{Elements, Malformed};
use super::bounds::Room;
use super::left_out::LeftOut;
use super::map;
use super::place::{At, Place};
use super::secret::is_secret;

/// What was seen of the objects of one place.
#[derive(Debug, Default)]
pub struct Object {
    /// How many objects were seen.
    pub seen: u64,
    /// How many of them had any field.
    pub filled: u64,
    /// The fields, as first seen. Of a map: the one that stands for all of its keys.
    pub fields: Vec<Field>,
    /// Whether its keys are data.
    pub map: bool,
    left_out: LeftOut,
    by_name: HashMap<Box<str>, usize>,
}

/// One field.
#[derive(Debug, Default)]
pub struct Field {
    /// Its name.
    pub name: Box<str>,
    /// In how many of the objects it stands.
    pub seen: u64,
    /// What stands there.
    pub place: Place,
    /// The number of the object in which it stood last: a name may stand twice in one.
    last: u64,
}

impl Object {
    /// Looks at one object. What was read before a malformed element counts.
    pub fn add(&mut self, object: &[u8], at: At, room: &mut Room) -> Result<(), Malformed> {
        let mut elements = Elements::of(object)?.peekable();
        self.seen += 1;
        self.filled += u64::from(elements.peek().is_some());
        let mut expected = 0;
        for element in elements {
            let element = element?;
            let name = String::from_utf8_lossy(element.name);
            let path = at.path + 1 + name.len();
            let Some(index) = self.index(&name, expected, (at.depth, path), room) else {
                self.left_out.add(&name);
                continue;
            };
            expected = index + 1;
            let field = &mut self.fields[index];
            if field.last != self.seen {
                field.last = self.seen;
                field.seen += 1;
            }
            let values = at.values && !is_secret(&name);
            field.place.add(&element, At { path, values, ..at }, room)?;
        }
        Ok(())
    }

    /// Where a field stands, which is mostly behind the one before it: documents resemble each other.
    fn index(
        &mut self,
        name: &str,
        expected: usize,
        at: (usize, usize),
        room: &mut Room,
    ) -> Option<usize> {
        if self.map {
            return Some(0);
        }
        let is_next = |field: &Field| *field.name == *name;
        if self.fields.get(expected).is_some_and(is_next) {
            return Some(expected);
        }
        if let Some(index) = self.by_name.get(name) {
            return Some(*index);
        }
        let (depth, path) = at;
        room.take(depth, self.fields.len(), path)
            .then(|| self.insert(name.into()))
    }

    fn insert(&mut self, name: Box<str>) -> usize {
        self.left_out.remove(&name);
        let index = self.fields.len();
        self.by_name.insert(name.clone(), index);
        self.fields.push(Field {
            name,
            ..Field::default()
        });
        index
    }

    /// Adds what was seen of other objects.
    pub fn merge(&mut self, mut other: Self) {
        if self.map || other.map {
            self.collapse();
            other.collapse();
        }
        self.seen += other.seen;
        self.filled += other.filled;
        self.left_out.merge(other.left_out);
        for field in other.fields {
            let known = self.by_name.get(&field.name).copied();
            let index = known.unwrap_or_else(|| self.insert(field.name));
            let mine = &mut self.fields[index];
            mine.seen += field.seen;
            mine.place.merge(field.place);
        }
        if self.left_out.any() {
            let names = self.fields.iter().map(|field| &field.name);
            names.for_each(|name| self.left_out.remove(name));
        }
    }

    /// Makes one field of all of them. What was left out under one key stands under others, since
    /// they are alike.
    pub fn collapse(&mut self) {
        if self.map {
            return;
        }
        self.map = true;
        self.forget_left_out();
        self.by_name.clear();
        let mut one = Place::default();
        for field in self.fields.drain(..) {
            one.merge(field.place);
        }
        self.insert(map::ANY.into());
        self.fields[0].seen = self.filled;
        self.fields[0].place = one;
    }

    /// Makes one field of the keys of each map inside of it.
    pub fn settle(&mut self, crowded: bool) {
        for field in &mut self.fields {
            field.place.each_object(&mut |object| {
                if map::is_map(object, crowded) {
                    object.collapse();
                }
                object.settle(crowded);
            });
        }
    }

    fn forget_left_out(&mut self) {
        self.left_out = LeftOut::default();
        for field in &mut self.fields {
            field.place.each_object(&mut Self::forget_left_out);
        }
    }

    /// Fields inside of it, the bytes of all paths, and whether any was left out.
    pub fn measure(&self, path: usize) -> (usize, usize, bool) {
        let mut all = (self.fields.len(), 0, self.left_out.any());
        for field in &self.fields {
            let path = path + 1 + field.name.len();
            all.1 += path;
            for inside in field.place.objects() {
                let (fields, paths, cut) = inside.measure(path);
                all = (all.0 + fields, all.1 + paths, all.2 || cut);
            }
        }
        all
    }
}
