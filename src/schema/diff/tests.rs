//! Tests on schemas that are written out.

mod everything;
mod properties;
mod tables;

use serde_json::{Value, json};

use super::*;
use crate::schema::Table;

fn schema(of: Value) -> Schema {
    serde_json::from_value(of).unwrap()
}

/// A table as the document has it; what is left out is as of a plain one.
fn table(parts: Value) -> Value {
    let mut table = json!({"schema": "public", "name": "orders", "kind": "table", "comment": null, "columns": [], "primary_key": []});
    let Value::Object(parts) = parts else {
        panic!("no parts: {parts}");
    };
    table.as_object_mut().unwrap().extend(parts);
    table
}

fn columns(of: &[(&str, &str)]) -> Value {
    let columns = (1..).zip(of).map(|(position, (name, native))| {
        json!({"name": name, "position": position, "type": native, "logical_type": "unknown",
            "nullable": true, "default": null, "primary_key": false, "comment": null})
    });
    columns.collect()
}

fn tables(of: &[Value]) -> Schema {
    schema(json!({ "tables": of }))
}

/// The sentences of what changed between two readings of one table.
fn told(before: Value, after: Value) -> Vec<String> {
    let changes = diff(&tables(&[table(before)]), &tables(&[table(after)]));
    changes.into_iter().map(|change| change.text).collect()
}

/// What counts of a schema, in the order that tables have.
fn structure(schema: &Schema) -> Schema {
    let mut tables: Vec<_> = schema.tables.iter().map(Table::structure).collect();
    tables.sort_by(|a, b| (&a.schema, &a.name).cmp(&(&b.schema, &b.name)));
    Schema {
        database: None,
        tables,
        ..schema.clone()
    }
}
