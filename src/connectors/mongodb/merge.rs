//! Joins the fields that were seen with those that the validator names.

use std::collections::HashMap;

use serde_json::Value;

use super::types::{NUMBER_ALIAS, is_number};
use super::validator::Rule;
use crate::schema::{Field, FieldType, Items, Origin};

/// The fields that were seen, with what the validator adds to them, and then those that it alone
/// knows.
pub fn merged(seen: Vec<Field>, rules: Vec<(String, Rule)>) -> Vec<Field> {
    joined(seen, rules, "")
}

fn joined(seen: Vec<Field>, rules: Vec<(String, Rule)>, around: &str) -> Vec<Field> {
    if rules.is_empty() {
        return seen;
    }
    let mut rules: Vec<_> = rules.into_iter().map(Some).collect();
    let at: HashMap<_, _> = rules
        .iter()
        .enumerate()
        .filter_map(|(at, rule)| Some((rule.as_ref()?.0.clone(), at)))
        .collect();
    let mut fields = Vec::with_capacity(seen.len());
    for field in seen {
        let rule = at.get(&field.name).and_then(|at| rules[*at].take());
        fields.push(match rule {
            Some((_, rule)) => with_rule(field, rule, Origin::Both),
            None => field,
        });
    }
    for (name, rule) in rules.into_iter().flatten() {
        let path = match around {
            "" => name.clone(),
            around => format!("{around}.{name}"),
        };
        let unseen = Field {
            name,
            path,
            ..Field::default()
        };
        fields.push(with_rule(unseen, rule, Origin::Validator));
    }
    fields
}

fn with_rule(field: Field, rule: Rule, origin: Origin) -> Field {
    let (required, comment) = (rule.required, rule.description.clone());
    let seen = Items {
        types: field.types,
        logical_type: field.logical_type,
        values: field.values,
        fields: field.fields,
        map: field.map,
        items: field.items,
    };
    let Items {
        types,
        logical_type,
        values,
        fields,
        map,
        items,
    } = items_with_rule(seen, rule, &field.path);
    Field {
        required,
        origin,
        types,
        logical_type,
        values,
        items,
        fields,
        map,
        comment,
        ..field
    }
}

fn items_with_rule(seen: Items, rule: Rule, path: &str) -> Items {
    let items = match (seen.items, rule.items) {
        (seen, None) => seen,
        (seen, Some(rule)) => {
            let seen = seen.map_or_else(Items::default, |seen| *seen);
            Some(Box::new(items_with_rule(seen, *rule, path)))
        }
    };
    let of_items = items.as_ref().map(|items| items.logical_type.clone());
    let mut types = seen.types;
    for of in rule.kinds.allowed(&of_items.unwrap_or_default()) {
        if !is_told(&types, &of) {
            types.push(of);
        }
    }
    Items {
        logical_type: FieldType::united(&types),
        types,
        values: listed(rule.values, seen.values),
        fields: joined(seen.fields, rule.fields, path),
        map: seen.map,
        items,
    }
}

/// Whether a type that is allowed was seen: `number` stands for four of them, and bytes are UUIDs too.
fn is_told(types: &[FieldType], allowed: &FieldType) -> bool {
    let name = allowed.native_type.as_str();
    let any_number = name == NUMBER_ALIAS && types.iter().any(|of| is_number(&of.native_type));
    any_number || types.iter().any(|of| of.native_type == name)
}

/// Those that are allowed, in the validator's order, and then others that were seen.
fn listed(allowed: Vec<Value>, seen: Option<Vec<Value>>) -> Option<Vec<Value>> {
    let mut values = allowed;
    for value in seen.into_iter().flatten() {
        if !values.contains(&value) {
            values.push(value);
        }
    }
    (!values.is_empty()).then_some(values)
}

#[cfg(test)]
mod tests {
    use mongodb::bson::{Bson, Document, RawDocumentBuf, doc};
    use serde_json::json;

    use super::super::tree::Tree;
    use super::super::validator;
    use super::*;

    fn fields(documents: &[Document], schema: &Document) -> Vec<Field> {
        let mut tree = Tree::new(true);
        for document in documents {
            tree.add(&document.to_vec().unwrap()).unwrap();
        }
        let validator = RawDocumentBuf::try_from(&doc! { "$jsonSchema": schema }).unwrap();
        merged(tree.finish().0, validator::read(&validator).fields)
    }

    /// Path, origin, types with their shares, family.
    type Told<'a> = (&'a str, Origin, Vec<(&'a str, Option<f64>)>, String);

    fn told(field: &Field) -> Told<'_> {
        let types = field
            .types
            .iter()
            .map(|t| (t.native_type.as_str(), t.share));
        (
            &field.path,
            field.origin,
            types.collect(),
            field.logical_type.to_string(),
        )
    }

    #[test]
    fn the_validators_fields_join_those_that_were_seen() {
        let documents = [
            doc! { "_id": 1, "total": 5, "at": { "city": "x" }, "lines": [{ "sku": 1 }] },
            doc! { "_id": 2, "note": Bson::Null, "total": 7.5 },
        ];
        let fields = fields(
            &documents,
            &doc! { "required": ["total"], "properties": {
                "later": { "bsonType": "date", "description": "unseen" },
                "total": { "bsonType": ["number", "string"], "description": "in cents" },
                "note": { "bsonType": "string" },
                "at": { "bsonType": "object", "properties": { "zip": { "bsonType": "string" } } },
                "lines": { "bsonType": "array", "items": { "bsonType": "object", "required": ["sku"], "properties": {
                    "sku": { "bsonType": "int" }, "price": { "bsonType": "decimal" },
                } } },
            } },
        );
        let all: Vec<_> = fields.iter().map(told).collect();
        let half = Some(0.5);
        let one = Some(1.0);
        assert_eq!(
            all,
            [
                (
                    "_id",
                    Origin::Sample,
                    vec![("int", one)],
                    "int32".to_owned()
                ),
                (
                    "total",
                    Origin::Both,
                    vec![("double", half), ("int", half), ("string", None)],
                    "float64".to_owned()
                ),
                (
                    "at",
                    Origin::Both,
                    vec![("object", one)],
                    "object".to_owned()
                ),
                (
                    "lines",
                    Origin::Both,
                    vec![("array", one)],
                    "array<object>".to_owned()
                ),
                (
                    "note",
                    Origin::Both,
                    vec![("null", one), ("string", None)],
                    "string".to_owned()
                ),
                (
                    "later",
                    Origin::Validator,
                    vec![("date", None)],
                    "timestamptz".to_owned()
                ),
            ]
        );
        let later = &fields[5];
        assert_eq!(
            (later.presence, later.always, later.required),
            (0.0, false, false)
        );
        assert_eq!(later.comment.as_deref(), Some("unseen"));
        assert!(fields[1].required && fields[1].always);
        let zip = &fields[2].fields[1];
        assert_eq!(
            (zip.path.as_str(), zip.origin),
            ("at.zip", Origin::Validator)
        );
        let lines = &fields[3].items.as_ref().unwrap().fields;
        let inside: Vec<_> = lines
            .iter()
            .map(|f| (f.path.as_str(), f.origin, f.required))
            .collect();
        assert_eq!(
            inside,
            [
                ("lines.sku", Origin::Both, true),
                ("lines.price", Origin::Validator, false)
            ]
        );
    }

    #[test]
    fn an_array_that_was_not_seen_is_of_what_is_allowed_in_it() {
        let fields = fields(
            &[],
            &doc! { "properties": {
                "tags": { "bsonType": "array", "items": { "bsonType": "string" } },
            } },
        );
        assert_eq!(fields[0].logical_type.to_string(), "array<string>");
        assert_eq!(fields[0].items.as_ref().unwrap().types[0].share, None);
    }

    #[test]
    fn values_that_are_allowed_stand_before_others_that_were_seen() {
        let documents: Vec<_> = (0..40)
            .map(|n| doc! { "s": (["odd", "new"][n % 2]) })
            .collect();
        let schema = doc! { "properties": { "s": { "enum": ["paid", "new"] } } };
        let values = fields(&documents, &schema)[0].values.clone();
        assert_eq!(
            values,
            Some(vec![json!("paid"), json!("new"), json!("odd")])
        );
    }
}
