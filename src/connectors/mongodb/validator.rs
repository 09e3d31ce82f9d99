//! What a collection's validator says of its fields (manual: $jsonSchema, JSON Schema draft 4).
//!
//! What it says of names that it does not list (`patternProperties`, `additionalProperties`), of
//! sizes and bounds, and by `not`, describes no field and is passed by; the whole expression stands
//! in the schema anyway.

use std::collections::HashMap;

use mongodb::bson::RawDocument;
use mongodb::bson::raw::{RawArray, RawBsonRef};
use serde_json::Value;

use super::json;
use super::tree::{DEPTH, NESTED};
use super::types::Kinds;

/// Values of one `enum` that are listed.
const VALUES: usize = 256;

/// What is said of a document, a field, or the elements of an array.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Rule {
    /// What it may be; empty where that is not said.
    pub kinds: Kinds,
    /// Whether the object around it must have it.
    pub required: bool,
    /// The values that it may have; empty where that is not said.
    pub values: Vec<Value>,
    /// What is said of it.
    pub description: Option<String>,
    /// Of objects: their fields with their names, in its order.
    pub fields: Vec<(String, Rule)>,
    /// Of arrays: their elements.
    pub items: Option<Box<Rule>>,
}

/// Reads what a validator says of documents.
pub fn read(validator: &RawDocument) -> Rule {
    let mut reader = Reader { left: NESTED };
    reader.expression(validator, 0)
}

/// Reads as many rules as there is room for.
struct Reader {
    left: usize,
}

impl Reader {
    /// A schema stands at the top of a validator, or among conditions that are joined.
    fn expression(&mut self, validator: &RawDocument, depth: usize) -> Rule {
        let mut rule = match validator.get_document("$jsonSchema") {
            Ok(schema) => self.rule(schema, depth),
            Err(_) => Rule::default(),
        };
        if depth < DEPTH {
            let read = |reader: &mut Self, part: &RawDocument| reader.expression(part, depth + 1);
            for part in self.each(validator, "$and", read) {
                rule.join(part);
            }
            let parts = self.each(validator, "$or", read);
            rule.join(Rule::any_of(parts));
        }
        rule
    }

    fn rule(&mut self, schema: &RawDocument, depth: usize) -> Rule {
        let text = |name| schema.get_str(name).ok().filter(|text| !text.is_empty());
        let listed = schema.get_array("enum").ok();
        let mut rule = Rule {
            kinds: kinds(schema),
            values: listed.map(values).unwrap_or_default(),
            description: text("description")
                .or_else(|| text("title"))
                .map(str::to_owned),
            ..Rule::default()
        };
        if let Some(listed) = listed.filter(|_| rule.kinds.is_empty()) {
            rule.kinds = Kinds::of(listed);
        }
        if depth == DEPTH {
            return rule;
        }
        rule.fields = self.fields(schema, depth + 1);
        rule.items = self.items(schema, depth + 1).map(Box::new);
        let read = |reader: &mut Self, part: &RawDocument| reader.rule(part, depth + 1);
        for part in self.each(schema, "allOf", read) {
            rule.join(part);
        }
        for name in ["anyOf", "oneOf"] {
            let parts = self.each(schema, name, read);
            rule.join(Rule::any_of(parts));
        }
        rule
    }

    fn fields(&mut self, schema: &RawDocument, depth: usize) -> Vec<(String, Rule)> {
        let mut fields: Vec<(String, Rule)> = Vec::new();
        let mut known = HashMap::new();
        let properties = schema.get_document("properties").ok();
        for (name, property) in properties.into_iter().flatten().map_while(Result::ok) {
            if let Some(property) = property.as_document()
                && self.take()
            {
                known.insert(name.as_str(), fields.len());
                fields.push((name.as_str().to_owned(), self.rule(property, depth)));
            }
        }
        let required = schema.get_array("required").ok();
        for name in required.into_iter().flatten().map_while(Result::ok) {
            let Some(name) = name.as_str() else { continue };
            if let Some(at) = known.get(name) {
                fields[*at].1.required = true;
            } else if self.take() {
                known.insert(name, fields.len());
                let required = Rule {
                    required: true,
                    ..Rule::default()
                };
                fields.push((name.to_owned(), required));
            }
        }
        fields
    }

    /// One schema for all elements, or one for each of the first ones.
    fn items(&mut self, schema: &RawDocument, depth: usize) -> Option<Rule> {
        match schema.get("items").ok()?? {
            RawBsonRef::Document(items) => Some(self.rule(items, depth)),
            RawBsonRef::Array(_) => {
                let read = |reader: &mut Self, part: &RawDocument| reader.rule(part, depth);
                let parts = self.each(schema, "items", read);
                Some(Rule::any_of(parts))
            }
            _ => None,
        }
    }

    fn each(
        &mut self,
        document: &RawDocument,
        name: &str,
        read: impl Fn(&mut Self, &RawDocument) -> Rule,
    ) -> Vec<Rule> {
        let parts = document.get_array(name).ok();
        let parts = parts.into_iter().flatten().map_while(Result::ok);
        let mut rules = Vec::new();
        for part in parts.filter_map(RawBsonRef::as_document) {
            if !self.take() {
                break;
            }
            rules.push(read(self, part));
        }
        rules
    }

    fn take(&mut self) -> bool {
        let is_room = self.left > 0;
        self.left = self.left.saturating_sub(1);
        is_room
    }
}

impl Rule {
    /// Adds what holds besides.
    fn join(&mut self, other: Self) {
        if self.kinds.is_empty() {
            self.kinds = other.kinds;
        }
        if self.values.is_empty() {
            self.values = other.values;
        }
        self.required |= other.required;
        self.description = self.description.take().or(other.description);
        self.with_fields(other.fields, Self::join);
        match (&mut self.items, other.items) {
            (Some(items), Some(other)) => items.join(*other),
            (items, other) => *items = items.take().or(other),
        }
    }

    /// Adds what may hold instead.
    fn or(&mut self, other: Self) {
        self.kinds.merge(&other.kinds);
        if self.values.is_empty() || other.values.is_empty() {
            self.values.clear();
        } else {
            let new = other.values.into_iter();
            let new: Vec<_> = new.filter(|v| !self.values.contains(v)).collect();
            self.values.extend(new);
            self.values.truncate(VALUES);
        }
        self.required &= other.required;
        self.description = self.description.take().or(other.description);
        let theirs: HashMap<_, _> = other.fields.iter().map(|(n, r)| (n, r.required)).collect();
        for (name, rule) in &mut self.fields {
            rule.required &= theirs.get(name).copied().unwrap_or(false);
        }
        let optional = |(name, rule): (String, Self)| {
            let required = false;
            (name, Self { required, ..rule })
        };
        let others = other.fields.into_iter().map(optional).collect();
        let keep_required = |mine: &mut Self, theirs: Self| {
            let required = mine.required;
            mine.or(theirs);
            mine.required = required;
        };
        self.with_fields(others, keep_required);
        match (&mut self.items, other.items) {
            (Some(items), Some(other)) => items.or(*other),
            (items, other) => *items = items.take().or(other),
        }
    }

    /// What holds where one of several does.
    fn any_of(parts: Vec<Self>) -> Self {
        let mut parts = parts.into_iter();
        let mut any = parts.next().unwrap_or_default();
        parts.for_each(|part| any.or(part));
        any
    }

    fn with_fields(&mut self, others: Vec<(String, Self)>, add: impl Fn(&mut Self, Self)) {
        let known: HashMap<_, _> = self
            .fields
            .iter()
            .enumerate()
            .map(|(at, (name, _))| (name.clone(), at))
            .collect();
        for (name, rule) in others {
            match known.get(&name) {
                Some(at) => add(&mut self.fields[*at].1, rule),
                None => self.fields.push((name, rule)),
            }
        }
    }
}

/// By `MongoDB`'s names, or by those of JSON Schema.
fn kinds(schema: &RawDocument) -> Kinds {
    let told = ["bsonType", "type"]
        .iter()
        .find_map(|key| schema.get(key).ok().flatten());
    match told {
        Some(RawBsonRef::String(name)) => Kinds::named(std::iter::once(name)),
        Some(RawBsonRef::Array(names)) => {
            let names = names.into_iter().map_while(Result::ok);
            Kinds::named(names.filter_map(RawBsonRef::as_str))
        }
        _ => Kinds::default(),
    }
}

fn values(listed: &RawArray) -> Vec<Value> {
    let listed = listed.into_iter().map_while(Result::ok);
    listed.filter_map(json::value).take(VALUES).collect()
}

#[cfg(test)]
mod tests {
    use mongodb::bson::{Document, RawDocumentBuf, doc};
    use serde_json::json;

    use super::*;
    use crate::schema::DataType;

    fn read(validator: &Document) -> Rule {
        super::read(&RawDocumentBuf::try_from(validator).unwrap())
    }

    fn schema(schema: &Document) -> Rule {
        read(&doc! { "$jsonSchema": schema })
    }

    fn types(rule: &Rule) -> String {
        let allowed = rule.kinds.allowed(&DataType::Unknown);
        let names: Vec<_> = allowed.iter().map(|t| t.native_type.as_str()).collect();
        names.join(" | ")
    }

    /// Fields below, by path: types, `!` where required.
    fn told(rule: &Rule) -> Vec<String> {
        let mut all = Vec::new();
        tell(rule, "", &mut all);
        all
    }

    fn tell(rule: &Rule, path: &str, all: &mut Vec<String>) {
        for (name, rule) in &rule.fields {
            let path = format!("{path}{name}");
            all.push(format!(
                "{path}{} {}",
                if rule.required { "!" } else { "" },
                types(rule)
            ));
            tell(rule, &format!("{path}."), all);
        }
        if let Some(items) = &rule.items {
            all.push(format!("{path}[] {}", types(items)));
            tell(items, &format!("{path}[]."), all);
        }
    }

    #[test]
    fn fields_of_every_depth_are_read_with_types_and_requirements() {
        let rule = read(&doc! { "$and": [{ "status": "x" }, { "$jsonSchema": {
            "title": "Orders", "required": ["total", "more"],
            "properties": {
                "total": { "bsonType": ["decimal", "null"], "description": "in cents" },
                "tags": { "bsonType": "array", "items": { "bsonType": "string" } },
                "at": { "type": "object", "required": ["city"], "properties": {
                    "city": { "type": "string" }, "geo": { "bsonType": "array", "items": [{ "bsonType": "double" }, { "bsonType": "int" }] },
                } },
                "free": {},
                "odd": 5,
            },
            "patternProperties": { "^x": { "bsonType": "int" } }, "additionalProperties": false,
        } }] });
        assert_eq!(rule.description.as_deref(), Some("Orders"));
        assert_eq!(
            told(&rule),
            [
                "total! decimal | null",
                "tags array",
                "tags.[] string",
                "at object",
                "at.city! string",
                "at.geo array",
                "at.geo.[] double | int",
                "free ",
                "more! ",
            ]
        );
        assert_eq!(rule.fields[0].1.description.as_deref(), Some("in cents"));
    }

    #[test]
    fn lists_of_values_tell_the_type_where_nothing_else_does() {
        let rule = schema(&doc! { "properties": {
            "status": { "enum": ["new", "paid", mongodb::bson::Bson::Null] },
            "level": { "bsonType": "number", "enum": [1, 2.5] },
        } });
        assert_eq!(told(&rule), ["status string | null", "level number"]);
        assert_eq!(
            rule.fields[0].1.values,
            [json!("new"), json!("paid"), json!(null)]
        );
        assert_eq!(rule.fields[1].1.values, [json!(1), json!(2.5)]);
    }

    #[test]
    fn alternatives_are_united_and_require_what_all_of_them_require() {
        let rule = schema(&doc! {
            "required": ["kind"],
            "oneOf": [
                { "required": ["a", "both"], "properties": { "kind": { "enum": ["a"] }, "both": { "bsonType": "int" } } },
                { "required": ["b", "both"], "properties": { "kind": { "enum": ["b"] }, "both": { "bsonType": "string" } } },
            ],
            "properties": { "value": { "anyOf": [{ "bsonType": "int" }, { "bsonType": "string" }] } },
            "allOf": [{ "required": ["value"] }, { "properties": { "more": { "bsonType": "date" } } }],
        });
        assert_eq!(
            told(&rule),
            [
                "value! int | string",
                "kind! string",
                "more date",
                "both! int | string",
                "a ",
                "b "
            ]
        );
        assert_eq!(rule.fields[1].1.values, [json!("a"), json!("b")]);
    }

    #[test]
    fn a_validator_without_a_schema_says_nothing() {
        assert_eq!(read(&doc! { "total": { "$gt": 0 } }), Rule::default());
        assert_eq!(read(&doc! { "$jsonSchema": "odd" }), Rule::default());
        let odd = schema(
            &doc! { "properties": [], "required": {}, "items": 5, "enum": 1, "anyOf": ["x"] },
        );
        assert_eq!(odd, Rule::default());
    }

    #[test]
    fn deep_and_wide_validators_are_bounded() {
        let deep = (0..90).fold(doc! {}, |inner, _| doc! { "properties": { "a": inner } });
        assert_eq!(told(&schema(&deep)).len(), DEPTH);
        let wide: Document = (0..NESTED + 5)
            .map(|n| (format!("f{n}"), doc! {}.into()))
            .collect();
        assert_eq!(told(&schema(&doc! { "properties": wide })).len(), NESTED);
    }
}
