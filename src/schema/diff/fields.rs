//! What became of the fields of documents.

use std::collections::HashMap;

use serde_json::Value;

use super::change::{Change, ChangeKind as Kind};
use super::list::{Place, Thing, facts, written};
use super::{sorts, words};
use crate::schema::{Field, FieldType, Items};

/// Tells what became of fields side by side, and of those inside of them.
pub fn fields(out: &mut Vec<Change>, place: &Place<'_>, before: &[Field], after: &[Field]) {
    let was: HashMap<&str, &Field> = by_name(before);
    let is: HashMap<&str, &Field> = by_name(after);
    for gone in before
        .iter()
        .filter(|field| !is.contains_key(field.name.as_str()))
    {
        let mut change = whole(place, Kind::FieldRemoved, gone, "removed");
        change.before = written(gone);
        out.push(change);
    }
    for now in after {
        if let Some(old) = was.get(now.name.as_str()) {
            field(out, place, old, now);
        } else {
            let mut change = whole(place, Kind::FieldAdded, now, "added");
            change.after = written(now);
            out.push(change);
        }
    }
}

fn by_name(fields: &[Field]) -> HashMap<&str, &Field> {
    let named = fields.iter().map(|field| (field.name.as_str(), field));
    named.collect()
}

fn whole(place: &Place<'_>, kind: Kind, field: &Field, was: &str) -> Change {
    let types: Vec<_> = field
        .types
        .iter()
        .map(|of| of.native_type.as_str())
        .collect();
    let types = match &types[..] {
        [] => String::new(),
        types => format!(" ({})", types.join(", ")),
    };
    let mut change = place.change(kind, format!("{} was {was}{types}", what(place, field)));
    change.object = Some(field.path.clone());
    change
}

fn what(place: &Place<'_>, field: &Field) -> String {
    format!("Field {} of {}", path(field), sorts::table(place))
}

/// The path as it stands in a sentence.
fn path(field: &Field) -> String {
    let names: Vec<_> = field.path.split('.').map(words::name).collect();
    names.join(".")
}

fn field(out: &mut Vec<Change>, place: &Place<'_>, before: &Field, after: &Field) {
    if before == after {
        return;
    }
    let thing = Thing {
        what: what(place, after),
        object: Some(after.path.clone()),
        changed: |_| Kind::FieldChanged,
    };
    let retyped = types(out, place, &thing, &before.types, &after.types);
    let bare = |field: &Field| Field {
        types: Vec::new(),
        items: None,
        fields: Vec::new(),
        ..field.clone()
    };
    rest(
        out,
        place,
        &thing,
        retyped,
        written(&bare(before)),
        written(&bare(after)),
    );
    let (old, new) = (before.items.as_deref(), after.items.as_deref());
    let elements = Thing {
        what: format!(
            "Elements of field {} of {}",
            path(after),
            sorts::table(place)
        ),
        object: Some(format!("{}[]", after.path)),
        changed: |_| Kind::FieldChanged,
    };
    items(out, place, &elements, old, new);
    fields(out, place, &before.fields, &after.fields);
}

/// Tells what became of the elements of arrays. Arrays that were none before have no elements.
fn items(
    out: &mut Vec<Change>,
    place: &Place<'_>,
    thing: &Thing,
    before: Option<&Items>,
    after: Option<&Items>,
) {
    if before == after {
        return;
    }
    let none = Items::default();
    let (before, after) = (before.unwrap_or(&none), after.unwrap_or(&none));
    let retyped = types(out, place, thing, &before.types, &after.types);
    let bare = |items: &Items| Items {
        types: Vec::new(),
        items: None,
        fields: Vec::new(),
        ..items.clone()
    };
    rest(
        out,
        place,
        thing,
        retyped,
        written(&bare(before)),
        written(&bare(after)),
    );
    let inner = Thing {
        what: format!("Elements in {}", thing.what.to_lowercase()),
        object: thing.object.as_ref().map(|object| format!("{object}[]")),
        changed: thing.changed,
    };
    items(
        out,
        place,
        &inner,
        before.items.as_deref(),
        after.items.as_deref(),
    );
    fields(out, place, &before.fields, &after.fields);
}

/// Tells what is left of a field or of elements. Their family follows from their types.
fn rest(
    out: &mut Vec<Change>,
    place: &Place<'_>,
    thing: &Thing,
    retyped: bool,
    mut before: Value,
    mut after: Value,
) {
    if let (true, Value::Object(before), Value::Object(after)) = (retyped, &mut before, &mut after)
    {
        before.remove("logical_type");
        after.remove("logical_type");
    }
    facts(out, place, thing, &before, &after);
}

/// Tells which types came and went. Answers whether any did.
fn types(
    out: &mut Vec<Change>,
    place: &Place<'_>,
    thing: &Thing,
    before: &[FieldType],
    after: &[FieldType],
) -> bool {
    let start = out.len();
    let find = |all: &[FieldType], of: &FieldType| {
        let mut same = all
            .iter()
            .filter(|other| other.native_type == of.native_type);
        same.next().cloned()
    };
    for old in before.iter().filter(|old| find(after, old).is_none()) {
        let text = format!("{} can no longer be {}", thing.what, old.native_type);
        let mut change = place.change(Kind::FieldTypeRemoved, text);
        change.object.clone_from(&thing.object);
        change.before = Value::from(old.native_type.as_str());
        out.push(change);
    }
    for new in after {
        let Some(old) = find(before, new) else {
            let text = format!("{} can now be {}", thing.what, new.native_type);
            let mut change = place.change(Kind::FieldTypeAdded, text);
            change.object.clone_from(&thing.object);
            change.after = Value::from(new.native_type.as_str());
            out.push(change);
            continue;
        };
        let changed = Thing {
            what: format!("Type {} of {}", new.native_type, thing.what),
            object: thing.object.clone(),
            changed: |_| Kind::FieldTypeChanged,
        };
        facts(out, place, &changed, &written(&old), &written(new));
    }
    out.len() > start
}
