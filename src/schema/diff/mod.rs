//! What is otherwise between two readings of a schema, as data and in words.
//!
//! Figures (estimates, sizes, what a sample happened to hold) are no changes: what counts is
//! [`structure`](super::Table::structure) of the tables, and all that stands beside them. Whatever differs in that is
//! told by at least one change.

mod change;
mod fields;
mod list;
mod matching;
mod pairs;
mod sorts;
mod table;
#[cfg(test)]
mod tests;
mod words;

use std::collections::HashSet;

use serde::Serialize;

use super::{EnumType, Schema};
use list::{Place, Sort, compare, reordered};
use matching::{Kept, moved};

pub use change::{Change, ChangeKind};
pub use pairs::renames;

/// Where what stands beside the tables is told.
const BESIDE: Place<'_> = Place {
    schema: None,
    table: None,
    table_id: None,
};

/// Tells what became of a schema: what stands beside the tables first, then the tables by their
/// names of now. The work is near linear in the size of both.
#[must_use]
pub fn diff(before: &Schema, after: &Schema) -> Vec<Change> {
    let mut out = Vec::new();
    macro_rules! beside {
        ($list:ident, $sort:expr) => {
            beside(&mut out, &$sort, &before.$list, &after.$list);
        };
    }
    beside!(schemas, sorts::SCHEMAS);
    beside!(extensions, sorts::EXTENSIONS);
    enums(&mut out, &before.enums, &after.enums);
    beside!(domains, sorts::DOMAINS);
    beside!(composites, sorts::COMPOSITES);
    beside!(sequences, sorts::SEQUENCES);
    for (old, new) in pairs::pairs(before, after) {
        table::table(&mut out, old, new);
    }
    beside!(unreadable, sorts::UNREADABLE);
    out
}

/// A list beside the tables, and whether its order changed.
fn beside<T: Serialize + PartialEq>(
    out: &mut Vec<Change>,
    sort: &Sort<T>,
    before: &[T],
    after: &[T],
) -> Vec<Kept> {
    let kept = compare(out, &BESIDE, sort, before, after);
    if !moved(&kept).is_empty() {
        let text = format!("The list '{}' has another order", sort.list);
        out.push(reordered(
            &BESIDE,
            sort,
            (sort.changed)(sort.list),
            text,
            before,
            after,
        ));
    }
    kept
}

/// Enums, whose values are told one by one.
fn enums(out: &mut Vec<Change>, before: &[EnumType], after: &[EnumType]) {
    let is_value = |change: &Change| change.fact.as_deref() == Some("values");
    let start = out.len();
    let kept = beside(out, &sorts::ENUMS, before, after);
    let told = out.split_off(start);
    out.extend(told.into_iter().filter(|change| !is_value(change)));
    for item in kept {
        let (old, new) = (&before[item.was], &after[item.now]);
        if old.values != new.values {
            values(out, old, new);
        }
    }
}

fn values(out: &mut Vec<Change>, old: &EnumType, new: &EnumType) {
    let place = Place {
        schema: new.schema.as_deref(),
        ..BESIDE
    };
    let what = (sorts::ENUMS.what)(new, &place);
    let mut tell = |kind, text, before: serde_json::Value, after| {
        let mut change = place.change(kind, text);
        change.object = Some(new.name.clone());
        change.fact = Some("values".to_owned());
        (change.before, change.after) = (before, after);
        out.push(change);
    };
    let was: HashSet<_> = old.values.iter().collect();
    let is: HashSet<_> = new.values.iter().collect();
    for value in old.values.iter().filter(|value| !is.contains(value)) {
        let text = format!("{what} lost the value {}", words::name(value));
        tell(
            ChangeKind::EnumValueRemoved,
            text,
            value.as_str().into(),
            serde_json::Value::Null,
        );
    }
    for value in new.values.iter().filter(|value| !was.contains(value)) {
        let text = format!("{what} got the value {}", words::name(value));
        tell(
            ChangeKind::EnumValueAdded,
            text,
            serde_json::Value::Null,
            value.as_str().into(),
        );
    }
    let still = old.values.iter().filter(|value| is.contains(value));
    let now = new.values.iter().filter(|value| was.contains(value));
    if !still.eq(now) {
        let text = format!("{what} has its values in another order");
        let list = |of: &EnumType| of.values.clone().into();
        tell(ChangeKind::EnumChanged, text, list(old), list(new));
    }
}
