//! What a collection's validator says of its fields (manual: $jsonSchema).

use mongodb::bson::raw::RawBsonRef;
use mongodb::bson::{RawDocument, RawDocumentBuf};

use super::shape::FIELDS;
use super::types::Kinds;

/// A validator, as far as it describes fields.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Rules {
    /// What it says of the whole.
    pub description: Option<String>,
    /// The fields, in its order.
    pub fields: Vec<Rule>,
}

/// What is said of one field.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Rule {
    /// Its name.
    pub name: String,
    /// What it may be; empty where that is not said.
    pub kinds: Kinds,
    /// What the elements of its arrays may be.
    pub items: Kinds,
    /// Whether each document must have it.
    pub required: bool,
    /// What is said of it.
    pub description: Option<String>,
}

impl Rules {
    /// Reads a validator, or nothing from one that holds no schema.
    pub fn read(validator: Option<&RawDocumentBuf>) -> Self {
        validator
            .and_then(|v| schema_of(v))
            .map(Self::of)
            .unwrap_or_default()
    }

    fn of(schema: &RawDocument) -> Self {
        let required: Vec<&str> = schema.get_array("required").map(texts).unwrap_or_default();
        let mut fields: Vec<Rule> = Vec::new();
        let properties = schema.get_document("properties").ok();
        for (name, property) in properties.into_iter().flatten().map_while(Result::ok) {
            if let Some(property) = property.as_document() {
                fields.push(rule(name.as_str(), property, &required));
            }
        }
        for name in required {
            if !fields.iter().any(|field| field.name == name) {
                fields.push(Rule {
                    name: name.to_owned(),
                    required: true,
                    ..Rule::default()
                });
            }
        }
        fields.truncate(FIELDS);
        Self {
            description: text(schema, "description").or_else(|| text(schema, "title")),
            fields,
        }
    }
}

/// The schema stands at the top of a validator, or among conditions that are joined by `$and`.
fn schema_of(validator: &RawDocument) -> Option<&RawDocument> {
    if let Ok(schema) = validator.get_document("$jsonSchema") {
        return Some(schema);
    }
    let joined = validator.get_array("$and").ok()?;
    let mut joined = joined.into_iter().map_while(Result::ok);
    joined.find_map(|part| part.as_document()?.get_document("$jsonSchema").ok())
}

fn rule(name: &str, property: &RawDocument, required: &[&str]) -> Rule {
    let items = property.get_document("items").ok();
    Rule {
        name: name.to_owned(),
        kinds: kinds(property),
        items: items.map(kinds).unwrap_or_default(),
        required: required.contains(&name),
        description: text(property, "description").or_else(|| text(property, "title")),
    }
}

fn kinds(property: &RawDocument) -> Kinds {
    let told = ["bsonType", "type"]
        .iter()
        .find_map(|key| property.get(key).ok().flatten());
    match told {
        Some(RawBsonRef::String(name)) => Kinds::named(std::iter::once(name)),
        Some(RawBsonRef::Array(names)) => Kinds::named(texts(names).into_iter()),
        _ => Kinds::default(),
    }
}

fn texts(array: &mongodb::bson::RawArray) -> Vec<&str> {
    let elements = array.into_iter().map_while(Result::ok);
    elements
        .filter_map(RawBsonRef::as_str)
        .take(FIELDS)
        .collect()
}

fn text(document: &RawDocument, name: &str) -> Option<String> {
    let text = document.get_str(name).ok()?;
    (!text.is_empty()).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use mongodb::bson::{Document, doc};

    use super::*;

    fn read(validator: &Document) -> Rules {
        Rules::read(Some(&RawDocumentBuf::try_from(validator).unwrap()))
    }

    #[test]
    fn fields_types_requirements_and_descriptions_are_read() {
        let rules = read(&doc! { "$and": [{ "status": "x" }, { "$jsonSchema": {
            "title": "Orders", "required": ["total", "more"],
            "properties": {
                "total": { "bsonType": ["decimal", "null"], "description": "in cents" },
                "tags": { "bsonType": "array", "items": { "bsonType": "string" } },
                "free": {},
                "odd": 5,
            },
        } }] });
        assert_eq!(rules.description.as_deref(), Some("Orders"));
        let read: Vec<_> = rules
            .fields
            .iter()
            .map(|f| {
                (
                    f.name.as_str(),
                    f.kinds.logical(&f.items).to_string(),
                    f.required,
                )
            })
            .collect();
        assert_eq!(
            read,
            [
                ("total", "decimal".to_owned(), true),
                ("tags", "array<string>".to_owned(), false),
                ("free", "unknown".to_owned(), false),
                ("more", "unknown".to_owned(), true),
            ]
        );
        assert_eq!(rules.fields[0].description.as_deref(), Some("in cents"));
    }

    #[test]
    fn a_validator_without_a_schema_says_nothing() {
        assert_eq!(read(&doc! { "total": { "$gt": 0 } }), Rules::default());
        assert_eq!(read(&doc! { "$jsonSchema": "odd" }), Rules::default());
    }
}
