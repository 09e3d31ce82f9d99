//! JSON Schema, draft 2020-12: one definition for the rows of each table, or the documents of each
//! collection; at the top an object of all tables, each with a list of rows.
//!
//! Documents are in Extended JSON, relaxed or canonical. What is known of a sample alone closes
//! nothing: other fields may stand beside those seen, and the values seen are examples.

use std::collections::{HashMap, HashSet};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value, json};

use super::About;
use super::names::{Given, display, percent, qualified};
use crate::schema::{
    Column, DataType, EnumType, Field, FieldType, Items, Schema, Table, TableKind,
};

/// What stands in a fragment as it is (RFC 3986 §3.5).
const FRAGMENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

type Enums<'a> = HashMap<(Option<&'a str>, &'a str), &'a EnumType>;

pub(super) fn write(schema: &Schema, about: &About) -> String {
    let qualified = qualified(schema);
    let enums: Enums = schema
        .enums
        .iter()
        .map(|of| ((of.schema.as_deref(), of.name.as_str()), of))
        .collect();
    let (mut names, mut definitions, mut properties) = (Given::default(), Map::new(), Map::new());
    for table in &schema.tables {
        let name = names.give(&display(qualified, table.schema.as_deref(), &table.name));
        let pointer = name.replace('~', "~0").replace('/', "~1");
        let reference = format!("#/$defs/{}", utf8_percent_encode(&pointer, FRAGMENT));
        properties.insert(
            name.clone(),
            json!({"type": "array", "items": {"$ref": reference}}),
        );
        definitions.insert(name, table_schema(table, &enums));
    }
    let mut document = Map::new();
    let dialect = "https://json-schema.org/draft/2020-12/schema";
    document.insert("$schema".to_owned(), dialect.into());
    if let Some(told) = about.staleness(str::to_owned) {
        document.insert("$comment".to_owned(), told.into());
    }
    if !about.name.is_empty() {
        document.insert("title".to_owned(), about.name.into());
    }
    if !about.server.is_empty() {
        document.insert("description".to_owned(), about.server.into());
    }
    document.insert("type".to_owned(), "object".into());
    document.insert("properties".to_owned(), properties.into());
    document.insert("$defs".to_owned(), definitions.into());
    format!("{:#}\n", Value::from(document))
}

fn table_schema(table: &Table, enums: &Enums) -> Value {
    let mut said = Vec::new();
    if table.kind != TableKind::Table {
        said.push(table.kind.as_str().replace('_', " "));
    }
    if let Some(sample) = &table.sample {
        said.push(format!("by a sample of {} documents", sample.documents));
    }
    let mut head = said.join(", ");
    if let Some(comment) = &table.comment {
        head = if head.is_empty() {
            comment.clone()
        } else {
            format!("{comment} ({head})")
        };
    }
    let documents = matches!(table.kind, TableKind::Collection | TableKind::TimeSeries);
    let mut whole = if table.fields.is_empty() && !documents {
        let required = table.columns.iter();
        let required = required.filter(|column| !column.nullable && !column.invisible);
        let required: Vec<_> = required.map(|column| column.name.as_str()).collect();
        let columns = table.columns.iter();
        let properties = columns.map(|column| (column.name.clone(), of_column(column, enums)));
        object(properties.collect(), &required)
    } else {
        let sampled = table
            .sample
            .as_ref()
            .is_some_and(|sample| sample.documents > 0);
        of_fields(&table.fields, sampled)
    };
    if !head.is_empty() {
        whole.insert("description".to_owned(), head.into());
    }
    whole.into()
}

fn object(properties: Map<String, Value>, required: &[&str]) -> Map<String, Value> {
    let mut whole = Map::new();
    whole.insert("type".to_owned(), "object".into());
    if !properties.is_empty() {
        whole.insert("properties".to_owned(), properties.into());
    }
    if !required.is_empty() {
        whole.insert("required".to_owned(), required.into());
    }
    whole
}

fn of_column(column: &Column, enums: &Enums) -> Value {
    let known = column.type_ref.as_ref();
    let known = known.and_then(|of| enums.get(&(of.schema.as_deref(), of.name.as_str())));
    let values = known.map_or(&column.values, |of| &of.values);
    let mut whole = of_type(&column.logical_type, values);
    if column.nullable {
        or_null(&mut whole);
    }
    let comment = column.comment.as_ref();
    let said = comment.map(|comment| format!("{comment} ({})", column.native_type));
    let said = said.unwrap_or_else(|| column.native_type.clone());
    whole.insert("description".to_owned(), said.into());
    if column.generated.is_some() {
        whole.insert("readOnly".to_owned(), true.into());
    }
    whole.into()
}

/// A value of a column in a row. Numbers that a double does not hold may come as texts.
fn of_type(logical: &DataType, values: &[String]) -> Map<String, Value> {
    let range = |bits: u32| {
        let most = (1_i64 << (bits - 1)) - 1;
        json!({"type": "integer", "minimum": -most - 1, "maximum": most})
    };
    let written = match logical {
        DataType::Boolean => json!({"type": "boolean"}),
        DataType::Int8 => range(8),
        DataType::Int16 => range(16),
        DataType::Int32 => range(32),
        DataType::Int64 => json!({"type": ["integer", "string"], "pattern": "^-?[0-9]+$"}),
        DataType::Uint64 => {
            json!({"type": ["integer", "string"], "minimum": 0, "pattern": "^[0-9]+$"})
        }
        DataType::Decimal(_) => json!({"type": ["number", "string"]}),
        DataType::Float32 | DataType::Float64 => {
            json!({"type": ["number", "string"], "pattern": "^(NaN|-?Infinity)$"})
        }
        DataType::String | DataType::Time | DataType::Timestamp | DataType::Interval => {
            json!({"type": "string"})
        }
        DataType::Binary => json!({"type": "string", "contentEncoding": "base64"}),
        DataType::Date => json!({"type": "string", "format": "date"}),
        DataType::Timestamptz => json!({"type": "string", "format": "date-time"}),
        DataType::Uuid => json!({"type": "string", "format": "uuid"}),
        DataType::Enum => {
            let mut seen = HashSet::new();
            let values: Vec<_> = values.iter().filter(|value| seen.insert(*value)).collect();
            if values.is_empty() {
                json!({"type": "string"})
            } else {
                json!({"type": "string", "enum": values})
            }
        }
        DataType::Array(of) => json!({"type": "array", "items": nullable(of, values)}),
        DataType::Object => json!({"type": "object"}),
        DataType::ObjectId => extended("$oid", &json!({"type": "string"})).into(),
        DataType::Json | DataType::Geometry | DataType::Mixed | DataType::Unknown => json!({}),
    };
    match written {
        Value::Object(whole) => whole,
        _ => Map::new(),
    }
}

/// Elements of arrays may be NULL: no catalog forbids it.
fn nullable(of: &DataType, values: &[String]) -> Value {
    let mut whole = of_type(of, values);
    or_null(&mut whole);
    whole.into()
}

fn or_null(whole: &mut Map<String, Value>) {
    if let Some(Value::Array(values)) = whole.get_mut("enum") {
        values.push(Value::Null);
    }
    match whole.get_mut("type") {
        Some(Value::Array(types)) => types.push("null".into()),
        Some(single) => *single = json!([single.take(), "null"]),
        None => {}
    }
}

fn of_fields(fields: &[Field], sampled: bool) -> Map<String, Value> {
    let properties = fields
        .iter()
        .map(|field| (field.name.clone(), of_field(field, sampled)));
    // Where the sample and the validator differ, documents are as the sample has them.
    let needed = fields.iter().filter(|field| {
        if sampled {
            field.always
        } else {
            field.required
        }
    });
    let required: Vec<_> = needed.map(|field| field.name.as_str()).collect();
    object(properties.collect(), &required)
}

fn of_field(field: &Field, sampled: bool) -> Value {
    let objects = || match &field.fields[..] {
        [any] if field.map => of_map(any, sampled),
        fields => of_fields(fields, sampled),
    };
    let mut whole = any_of(&field.types, &objects, field.items.as_deref(), sampled);
    let mut said: Vec<String> = field.comment.clone().into_iter().collect();
    said.extend(seen(field));
    if !said.is_empty() {
        whole.insert("description".to_owned(), said.join("\n").into());
    }
    if let Some(values) = field.values.as_ref().filter(|values| !values.is_empty()) {
        whole.insert("examples".to_owned(), values.clone().into());
    }
    whole.into()
}

/// How often it stands there, and its types; each with its share where they are several.
fn seen(field: &Field) -> Option<String> {
    let sampled: Vec<_> = field.types.iter().filter(|of| of.share.is_some()).collect();
    let types = sampled.iter().map(|of| match of.share {
        Some(share) if sampled.len() > 1 => format!("{} {}", of.native_type, percent(share)),
        _ => of.native_type.clone(),
    });
    let types = types.collect::<Vec<_>>().join(", ");
    (!types.is_empty()).then(|| format!("Present in {}: {types}", percent(field.presence)))
}

fn of_map(any: &Field, sampled: bool) -> Map<String, Value> {
    let mut whole = object(Map::new(), &[]);
    whole.insert("additionalProperties".to_owned(), of_field(any, sampled));
    whole
}

fn of_items(items: &Items, sampled: bool) -> Value {
    let objects = || match &items.fields[..] {
        // What stands for all keys of a map.
        [any] if any.name == "*" => of_map(any, sampled),
        fields => of_fields(fields, sampled),
    };
    any_of(&items.types, &objects, items.items.as_deref(), sampled).into()
}

/// A value that has any of these types; any value where a type is not known.
fn any_of(
    types: &[FieldType],
    objects: &dyn Fn() -> Map<String, Value>,
    items: Option<&Items>,
    sampled: bool,
) -> Map<String, Value> {
    let mut ways: Vec<Value> = Vec::new();
    for of in types {
        let way = match of.native_type.as_str() {
            "object" => objects().into(),
            "array" => match items.filter(|items| !items.types.is_empty()) {
                Some(items) => json!({"type": "array", "items": of_items(items, sampled)}),
                None => json!({"type": "array"}),
            },
            native => match of_alias(native) {
                Some(way) => way,
                None => return Map::new(),
            },
        };
        // A way that is several itself.
        let several = match way {
            Value::Object(mut whole) => match whole.remove("anyOf") {
                Some(Value::Array(several)) => several,
                _ => vec![whole.into()],
            },
            other => vec![other],
        };
        for way in several {
            if !ways.contains(&way) {
                ways.push(way);
            }
        }
    }
    match ways.len() {
        0 => Map::new(),
        1 => match ways.swap_remove(0) {
            Value::Object(whole) => whole,
            _ => Map::new(),
        },
        _ => Map::from_iter([("anyOf".to_owned(), ways.into())]),
    }
}

/// A value of a type by its alias (`MongoDB`'s `$type`), as Extended JSON v2 writes it.
fn of_alias(alias: &str) -> Option<Value> {
    let text = || json!({"type": "string"});
    let whole = || json!({"type": "object"});
    let or = |plain: Value, mark: &str| json!({"anyOf": [plain, extended(mark, &json!({"type": "string"}))]});
    Some(match alias {
        "string" => text(),
        "bool" => json!({"type": "boolean"}),
        "null" => json!({"type": "null"}),
        "int" => or(json!({"type": "integer"}), "$numberInt"),
        "long" => or(json!({"type": "integer"}), "$numberLong"),
        "double" => or(json!({"type": "number"}), "$numberDouble"),
        "decimal" => extended("$numberDecimal", &text()).into(),
        "number" => json!({"type": ["number", "object"]}),
        "objectId" => extended(
            "$oid",
            &json!({"type": "string", "pattern": "^[0-9a-fA-F]{24}$"}),
        )
        .into(),
        "date" => extended("$date", &json!({"type": ["string", "object"]})).into(),
        "binData" => json!({"anyOf": [extended("$binary", &whole()), extended("$uuid", &text())]}),
        "timestamp" => extended("$timestamp", &whole()).into(),
        "regex" => extended("$regularExpression", &whole()).into(),
        "javascript" | "javascriptWithScope" => extended("$code", &text()).into(),
        // Drivers write these two as their nearest kin, too.
        "symbol" => or(text(), "$symbol"),
        "undefined" => {
            json!({"anyOf": [{"type": "null"}, extended("$undefined", &json!({"const": true}))]})
        }
        "dbPointer" => extended("$dbPointer", &whole()).into(),
        "minKey" => extended("$minKey", &json!({"const": 1})).into(),
        "maxKey" => extended("$maxKey", &json!({"const": 1})).into(),
        _ => return None,
    })
}

fn extended(mark: &str, value: &Value) -> Map<String, Value> {
    object(Map::from_iter([(mark.to_owned(), value.clone())]), &[mark])
}
