//! What became of the things in a list, and of the parts of a thing.
//!
//! Parts are compared as they stand in the schema document, so that a part that is new to the
//! model is told without a line here.

use serde::Serialize;
use serde_json::{Map, Value};

use super::change::{Change, ChangeKind};
use super::matching::{Kept, matched};
use super::words;

/// Where changes happen: a table, or beside the tables.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// The schema (namespace), where the engine has them.
    pub schema: Option<&'a str>,
    /// The table.
    pub table: Option<&'a str>,
    /// The id of the table in the workspace.
    pub table_id: Option<&'a str>,
}

impl Place<'_> {
    /// A change here that is still to be said what of.
    pub fn change(&self, kind: ChangeKind, text: String) -> Change {
        let owned = |text: Option<&str>| text.map(str::to_owned);
        Change {
            kind,
            schema: owned(self.schema),
            table: owned(self.table),
            table_id: owned(self.table_id),
            object: None,
            fact: None,
            before: Value::Null,
            after: Value::Null,
            text,
        }
    }
}

/// A sort of things that stand in a list.
pub struct Sort<T> {
    /// The name of the list in the schema document.
    pub list: &'static str,
    /// What one of them is in a sentence, and the changes that it can undergo.
    pub added: ChangeKind,
    /// One is gone.
    pub removed: ChangeKind,
    /// A part of one is otherwise.
    pub changed: fn(&str) -> ChangeKind,
    /// Where its name is its own: of what stands beside the tables, its schema.
    pub scope: fn(&T) -> Option<&str>,
    /// By what one is known from one reading to the next.
    pub name: fn(&T) -> String,
    /// What it is called in a sentence.
    pub what: fn(&T, &Place<'_>) -> String,
    /// What a reader wants to know first of one that was added or removed; may be empty.
    pub gist: fn(&T) -> String,
    /// Whether one that vanished and one that appeared are one where all but the names is the same.
    pub renames: bool,
}

/// Tells what became of the things of two lists. Answers, in the order of `after`, where each that
/// is in both stood before.
pub fn compare<T: Serialize + PartialEq>(
    out: &mut Vec<Change>,
    place: &Place<'_>,
    sort: &Sort<T>,
    before: &[T],
    after: &[T],
) -> Vec<Kept> {
    let place_of = |one| match place.table {
        Some(_) => *place,
        None => Place {
            schema: (sort.scope)(one),
            ..*place
        },
    };
    let (kept, removed, added) = matched(sort, before, after);
    for at in removed {
        let one = &before[at];
        let mut change = whole(&place_of(one), sort, sort.removed, one, "removed");
        change.before = written(one);
        out.push(change);
    }
    let mut added = added.into_iter().peekable();
    let mut both = kept.iter().peekable();
    for (at, one) in after.iter().enumerate() {
        if added.next_if_eq(&at).is_some() {
            let mut change = whole(&place_of(one), sort, sort.added, one, "added");
            change.after = written(one);
            out.push(change);
        } else if let Some(kept) = both.next_if(|kept| kept.now == at) {
            let old = &before[kept.was];
            if old != one {
                let thing = sort.thing(one, place);
                facts(out, &place_of(one), &thing, &written(old), &written(one));
            }
        }
    }
    kept
}

/// Tells that a list has another order.
pub fn reordered<T>(
    place: &Place<'_>,
    sort: &Sort<T>,
    kind: ChangeKind,
    text: String,
    before: &[T],
    after: &[T],
) -> Change {
    let names = |all: &[T]| all.iter().map(sort.name).collect::<Vec<_>>();
    let mut change = place.change(kind, text);
    change.fact = Some(sort.list.to_owned());
    (change.before, change.after) = (names(before).into(), names(after).into());
    change
}

fn whole<T>(place: &Place<'_>, sort: &Sort<T>, kind: ChangeKind, one: &T, was: &str) -> Change {
    let what = (sort.what)(one, place);
    let text = match (sort.gist)(one) {
        gist if gist.is_empty() => format!("{what} was {was}"),
        gist => format!("{what} was {was} ({gist})"),
    };
    let mut change = place.change(kind, text);
    change.object = Some((sort.name)(one));
    change
}

impl<T> Sort<T> {
    /// One of the sort, to tell of its parts.
    pub fn thing(&self, one: &T, place: &Place<'_>) -> Thing {
        Thing {
            what: (self.what)(one, place),
            object: Some((self.name)(one)),
            changed: self.changed,
        }
    }
}

/// Something whose parts may be otherwise.
pub struct Thing {
    /// What it is called in a sentence.
    pub what: String,
    /// The same as data.
    pub object: Option<String>,
    /// The kind of a change of the part of this name.
    pub changed: fn(&str) -> ChangeKind,
}

/// Tells which parts of a thing are otherwise, given as they stand in the schema document. Of a
/// part that has parts itself, each of those.
pub fn facts(
    out: &mut Vec<Change>,
    place: &Place<'_>,
    thing: &Thing,
    before: &Value,
    after: &Value,
) {
    let (Value::Object(before), Value::Object(after)) = (before, after) else {
        return;
    };
    let differing = differing(before, after);
    let retyped = differing.iter().any(|(fact, ..)| *fact == "type");
    for (fact, old, new) in differing {
        if retyped && IN_A_TYPE.contains(&fact) {
            continue;
        }
        let kind = if fact == "comment" {
            ChangeKind::CommentChanged
        } else {
            (thing.changed)(fact)
        };
        let mut tell = |fact: &str, old: &Value, new: &Value| {
            let mut change = place.change(kind, words::altered(&thing.what, fact, old, new));
            change.object.clone_from(&thing.object);
            change.fact = Some(fact.to_owned());
            change.before = old.clone();
            change.after = new.clone();
            out.push(change);
        };
        match (old, new) {
            (Value::Object(old_parts), Value::Object(new_parts)) => {
                for (part, old, new) in self::differing(old_parts, new_parts) {
                    tell(&format!("{fact}.{part}"), old, new);
                }
            }
            _ => tell(fact, old, new),
        }
    }
}

/// What another native type brings along; told with it.
const IN_A_TYPE: &[&str] = &["logical_type", "type_ref", "values"];

/// The names in both objects whose values are not the same; one that is absent is null.
fn differing<'a>(
    before: &'a Map<String, Value>,
    after: &'a Map<String, Value>,
) -> Vec<(&'a str, &'a Value, &'a Value)> {
    let gone = before.keys().filter(|name| !after.contains_key(*name));
    let names = after.keys().chain(gone);
    let both = names.map(|name| {
        let old = before.get(name).unwrap_or(&Value::Null);
        let new = after.get(name).unwrap_or(&Value::Null);
        (name.as_str(), old, new)
    });
    both.filter(|(_, old, new)| old != new).collect()
}

/// A thing as it stands in the schema document.
pub fn written(thing: &impl Serialize) -> Value {
    serde_json::to_value(thing).unwrap_or_default()
}
