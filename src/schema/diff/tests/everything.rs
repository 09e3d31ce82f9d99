//! Every part of the model, one by one: a schema that has all of it is changed in each place.

use super::*;

fn everything() -> Value {
    let check = json!({"name": "positive", "expression": "total > 0", "column": "total", "not_validated": true,
        "not_enforced": true, "no_inherit": true, "comment": "c"});
    let types = json!([{"type": "int", "logical_type": "int32", "share": 0.5}, {"type": "string", "logical_type": "string"}]);
    let field = json!({"name": "f", "path": "f", "presence": 0.5, "always": true, "required": true, "origin": "both",
        "types": types, "logical_type": "mixed", "values": [1, "a"], "map": true, "comment": "c",
        "items": {"types": types, "logical_type": "mixed", "items": {"types": types, "logical_type": "mixed"},
            "fields": [{"name": "g", "path": "f.g", "presence": 1.0, "always": true, "origin": "sample",
                "types": types, "logical_type": "mixed"}]},
        "fields": [{"name": "h", "path": "f.h", "presence": 1.0, "always": true, "origin": "validator",
            "types": types, "logical_type": "mixed"}]});
    let columns = json!([
        {"name": "id", "position": 1, "type": "bigint", "logical_type": "int64", "nullable": false, "default": "1",
            "primary_key": true, "comment": "c", "auto_increment": true, "on_update": "now()", "character_set": "utf8",
            "collation": "C", "invisible": true, "srid": 4326, "values": ["a", "b"],
            "type_ref": {"schema": "public", "name": "positive"},
            "identity": {"generation": "always", "start": "1", "increment": "1", "minimum": "1", "maximum": "9", "cycle": true}},
        {"name": "total", "position": 2, "type": "numeric", "logical_type": "decimal", "nullable": true, "default": null,
            "primary_key": false, "comment": null, "generated": {"expression": "id * 2", "stored": true}},
    ]);
    let table = json!({
        "id": "tbl_1", "engine_id": "7", "schema": "public", "name": "orders", "kind": "partitioned_table", "comment": "c",
        "columns": columns, "primary_key": ["id"],
        "keys": [
            {"name": "orders_pkey", "primary": true, "columns": ["id"], "comment": "c"},
            {"name": "u", "columns": ["total", "id"], "nulls_not_distinct": true, "without_overlaps": true,
                "deferrable": true, "initially_deferred": true},
        ],
        "foreign_keys": [{"name": "fk", "columns": ["id"], "referenced_schema": "public", "referenced_table": "t",
            "referenced_columns": ["id"], "on_update": "cascade", "on_delete": "set_null", "on_delete_columns": ["id"],
            "match": "full", "deferrable": true, "initially_deferred": true, "period": true, "not_validated": true,
            "not_enforced": true, "comment": "c"}],
        "inferred_relationships": [{"columns": ["id"], "referenced_schema": null, "referenced_table": "t",
            "referenced_columns": ["id"], "reason": "r"}],
        "checks": [check],
        "exclusions": [{"name": "e", "definition": "d", "deferrable": true, "initially_deferred": true, "comment": "c"}],
        "indexes": [{"name": "i", "unique": true, "method": "btree",
            "columns": [
                {"name": "id", "order": "asc", "nulls": "first", "prefix_length": 3, "collation": "C", "operator_class": "o",
                    "method": "hashed", "weight": 2},
                {"expression": "lower(a)"},
            ],
            "primary": true, "constraint": "u", "included": ["total"], "predicate": "p", "nulls_not_distinct": true, "sparse": true,
            "invisible": true, "invalid": true, "expire_after_seconds": 3, "options": {"fillfactor": 70}, "comment": "c"}],
        "triggers": [{"name": "t", "timing": "before", "events": ["insert"], "for_each_row": true, "definition": "d",
            "disabled": true, "comment": "c"}],
        "row_security": {"enabled": true, "forced": true, "policies": [{"name": "p", "command": "all", "permissive": true,
            "roles": ["r"], "using": "u", "with_check": "w"}]},
        "partitioning": {"strategy": "range", "key": "id", "subpartitioning": {"strategy": "hash", "key": "k", "partitions": []},
            "partitions": [{"schema": "public", "name": "p1", "bound": "b"}]},
        "partition_of": {"schema": "public", "name": "parent", "bound": "b"},
        "inherits": [{"schema": "public", "name": "base"}],
        "definition": "select 1", "check_option": "local", "engine": "heap", "character_set": "utf8", "collation": "C",
        "options": {"fillfactor": 70, "toast": {"a": 1}}, "row_count_estimate": 5, "size_bytes": 6, "index_size_bytes": 7,
    });
    let collection = json!({
        "schema": null, "name": "people", "kind": "collection", "comment": null, "columns": [], "primary_key": ["_id"],
        "foreign_keys": [], "indexes": [],
        "row_count_estimate": 5, "sample": {"documents": 3, "method": "all", "cut": ["c"]}, "fields": [field],
        "validator": {"expression": {"$jsonSchema": {"required": ["f"]}}, "level": "strict", "action": "error"},
    });
    json!({
        "database": "shop", "tables": [collection, table],
        "schemas": [{"name": "public", "comment": "c", "character_set": "utf8", "collation": "C"}],
        "enums": [{"schema": "public", "name": "mood", "values": ["sad", "ok"], "comment": "c"}],
        "domains": [{"schema": "public", "name": "positive", "type": "integer", "logical_type": "int32", "nullable": true,
            "default": "1", "collation": "C", "checks": [check], "comment": "c"}],
        "composites": [{"schema": "public", "name": "pair", "comment": "c",
            "fields": [{"name": "a", "type": "integer", "logical_type": "int32"}]}],
        "sequences": [{"schema": "public", "name": "s", "type": "bigint", "start": "1", "increment": "1", "minimum": "1",
            "maximum": "9", "cache": "1", "cycle": true, "owned_by_table": {"schema": "public", "name": "orders"},
            "owned_by_column": "id", "comment": "c"}],
        "extensions": [{"name": "postgis", "version": "3", "schema": "public", "comment": "c"}],
        "unreadable": [{"name": "public.secret", "why": "no right"}],
    })
}

/// Words of the closed sets, for the places where no other word is read.
const WORDS: &[&str] = &[
    "view",
    "restrict",
    "partial",
    "desc",
    "last",
    "string",
    "by_default",
    "cascaded",
    "sample",
];

/// Other values for a place; those that cannot stand there are refused when the whole is read.
fn others(value: &Value) -> Vec<Value> {
    match value {
        Value::Null => vec![json!("new"), json!(9)],
        Value::Bool(of) => vec![json!(!of)],
        Value::Number(of) => vec![
            json!(of.as_f64().unwrap() / 2.0),
            json!(of.as_i64().unwrap_or(0) + 1),
            Value::Null,
        ],
        Value::String(text) => {
            let words = WORDS.iter().map(|word| json!(word));
            [json!(format!("{text}x")), Value::Null]
                .into_iter()
                .chain(words)
                .collect()
        }
        Value::Array(all) => {
            let (mut less, mut more, mut turned) = (all.clone(), all.clone(), all.clone());
            less.pop();
            more.extend(all.first().cloned().or(Some(json!("new"))));
            turned.reverse();
            vec![less.into(), more.into(), turned.into()]
        }
        Value::Object(all) => {
            let mut variants = vec![Value::Null];
            for name in all.keys() {
                let mut less = all.clone();
                less.shift_remove(name);
                variants.push(less.into());
            }
            variants
        }
    }
}

fn places(value: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    match value {
        Value::Array(all) => {
            let inside = all.iter().enumerate();
            inside.for_each(|(n, value)| places(value, &format!("{at}/{n}"), found));
        }
        Value::Object(all) => {
            all.iter()
                .for_each(|(name, value)| places(value, &format!("{at}/{name}"), found));
        }
        _ => {}
    }
}

/// Another one of a list, told from the first by its name, or by whatever it has in place of one.
fn another(one: &Value) -> Value {
    let mut other = one.clone();
    match &mut other {
        Value::Object(parts) => {
            let telling = ["name", "expression", "referenced_table", "type"];
            let part = telling
                .iter()
                .find(|part| parts.contains_key(**part))
                .unwrap();
            parts[*part] = json!(format!("{} two", parts[*part].as_str().unwrap()));
            if let Some(path) = parts.get_mut("path") {
                *path = json!(format!("{} two", path.as_str().unwrap()));
            }
        }
        Value::String(text) => *text += " two",
        Value::Number(number) => other = json!(number.as_i64().unwrap() + 1),
        _ => unreachable!("{one}"),
    }
    other
}

#[test]
fn no_list_of_a_schema_changes_its_order_in_silence() {
    let document = everything();
    let mut all = Vec::new();
    places(&document, "", &mut all);
    let (mut told, mut silent) = (0, 0);
    for place in all {
        let Some([first, ..]) = document
            .pointer(&place)
            .unwrap()
            .as_array()
            .map(Vec::as_slice)
        else {
            continue;
        };
        let with = |list: [&Value; 2]| {
            let mut altered = document.clone();
            *altered.pointer_mut(&place).unwrap() = list.into_iter().cloned().collect();
            schema(altered)
        };
        let other = another(first);
        let (before, after) = (with([first, &other]), with([&other, first]));
        if diff(&before, &after).is_empty() {
            let same = structure(&before) == structure(&after);
            assert!(same, "{place}");
            silent += 1;
        } else {
            told += 1;
        }
    }
    // Of samples, and of what is supposed, no order counts; tables are known by their names.
    assert!(told > 30 && silent > 10, "{told}, {silent}");
}

#[test]
fn no_part_of_a_schema_changes_in_silence() {
    let document = everything();
    let before = schema(document.clone());
    assert_eq!(
        serde_json::to_value(&before).unwrap(),
        document,
        "all of it is read"
    );
    let mut all = Vec::new();
    places(&document, "", &mut all);
    let (mut changed, mut figures) = (0, 0);
    for place in all.into_iter().skip(1) {
        for other in others(document.pointer(&place).unwrap()) {
            let mut altered = document.clone();
            *altered.pointer_mut(&place).unwrap() = other.clone();
            let Ok(after) = serde_json::from_value::<Schema>(altered) else {
                continue;
            };
            let same = structure(&before) == structure(&after);
            for (one, two) in [(&before, &after), (&after, &before)] {
                let told = diff(one, two);
                assert_eq!(told.is_empty(), same, "{place} to {other}: {told:?}");
                assert!(told.iter().all(|change| !change.text.is_empty()));
            }
            let count = if same { &mut figures } else { &mut changed };
            *count += 1;
        }
    }
    assert!(changed > 500 && figures > 10, "{changed}, {figures}");
}
