//! The fields of documents, as a nested list.

use std::fmt::Write;

use super::escape::{code, prose};
use crate::schema::formats::names::{field_type, percent};
use crate::schema::{Field, FieldType, Items, Origin};

/// Of the values that were seen, as many are told.
const VALUES: usize = 10;

pub(super) fn write(out: &mut String, fields: &[Field], depth: usize) {
    for field in fields {
        let _ = writeln!(out, "{}- {}", "  ".repeat(depth), line(field));
        write(out, &field.fields, depth + 1);
        let mut items = field.items.as_deref();
        while let Some(Items {
            fields,
            items: inner,
            ..
        }) = items
        {
            write(out, fields, depth + 1);
            items = inner.as_deref();
        }
    }
}

fn line(field: &Field) -> String {
    let mut facts = vec![kinds(field)];
    if field.map {
        facts.push("keys are data".to_owned());
    }
    facts.push(match field.origin {
        Origin::Validator => "by the validator alone".to_owned(),
        Origin::Earlier => "seen earlier, not now".to_owned(),
        Origin::Sample | Origin::Both if field.always => "always".to_owned(),
        Origin::Sample | Origin::Both => format!("in {}", percent(field.presence)),
    });
    if field.required {
        facts.push("required".to_owned());
    }
    let mut line = format!("{}: {}", code(&field.name), facts.join(", "));
    let values = field.values.iter().flatten();
    let mut values: Vec<_> = values.map(|value| code(&value.to_string())).collect();
    if !values.is_empty() {
        if values.len() > VALUES {
            values.truncate(VALUES);
            values.push("…".to_owned());
        }
        let _ = write!(line, "; values {}", values.join(", "));
    }
    if let Some(comment) = &field.comment {
        let _ = write!(line, " — {}", prose(comment));
    }
    line
}

/// The types; each with its share where they are several.
fn kinds(field: &Field) -> String {
    let share = |of: &FieldType| {
        let share = of.share.map(|share| format!(" {}", percent(share)));
        format!("{}{}", code(&of.native_type), share.unwrap_or_default())
    };
    if field.types.len() < 2 || field.items.is_some() {
        return code(&field_type(field));
    }
    field.types.iter().map(share).collect::<Vec<_>>().join(", ")
}
