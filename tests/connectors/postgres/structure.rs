//! The structure of databases: statements in, snapshot of the document out. The statements are in
//! `ddl/`; the snapshots are the same for every version of the server.

use std::fmt::Write as _;

use headwater::schema::{Schema, Table};
use serde_json::{Value, json};

use super::Database;
use crate::support::source;

async fn read(ddl: &str) -> Option<Schema> {
    let database = Database::with(ddl).await?;
    Some(read_of(&database, json!({})).await)
}

async fn read_of(database: &Database, fields: Value) -> Schema {
    let attempt = source::connect(database.fields(fields)).await;
    let selection = attempt.selection.clone();
    let mut session = attempt.session();
    session.introspect(&selection).await.unwrap()
}

/// The document with a line for each thing, without what is absent and what differs from one
/// server to the next: object ids, versions of extensions, and how it prints a simple select.
fn outline(schema: &Schema) -> String {
    let mut out = String::new();
    let Value::Object(mut document) = json!(schema) else {
        panic!("a schema is an object");
    };
    document.remove("database");
    let tables = document.remove("tables").unwrap();
    for table in tables.as_array().unwrap() {
        let table = table.as_object().unwrap();
        let kind = table["kind"].as_str().unwrap();
        let _ = writeln!(out, "{} {} ({kind})", table["schema"], table["name"]);
        for (name, value) in table {
            match name.as_str() {
                "schema" | "name" | "kind" | "engine_id" => {}
                "definition" => out.push_str("  definition\n"),
                name => lines(&mut out, "  ", name, value),
            }
        }
    }
    for (name, value) in &document {
        lines(&mut out, "", name, value);
    }
    out
}

fn lines(out: &mut String, indent: &str, name: &str, value: &Value) {
    match value {
        Value::Array(all) => {
            for one in all {
                lines(out, indent, name, one);
            }
        }
        Value::Object(fields) => {
            let mut fields = fields.clone();
            fields.retain(|_, v| !v.is_null() && *v != json!(false) && *v != json!([]));
            fields.remove("version");
            let _ = writeln!(out, "{indent}{name} {}", Value::Object(fields));
        }
        Value::Null => {}
        other => {
            let _ = writeln!(out, "{indent}{name} {other}");
        }
    }
}

fn table<'a>(schema: &'a Schema, name: &str) -> &'a Table {
    let found = schema.tables.iter().find(|table| table.name == name);
    found.unwrap_or_else(|| panic!("{name} was not read"))
}

#[tokio::test]
async fn columns_are_read_with_their_types() {
    if let Some(schema) = read(include_str!("ddl/columns.sql")).await {
        insta::assert_snapshot!(outline(&schema));
    }
}

#[tokio::test]
async fn keys_checks_and_indexes_are_read() {
    if let Some(schema) = read(include_str!("ddl/constraints.sql")).await {
        insta::assert_snapshot!(outline(&schema));
    }
}

#[tokio::test]
async fn partitions_and_their_parents_name_each_other() {
    if let Some(schema) = read(include_str!("ddl/partitions.sql")).await {
        insta::assert_snapshot!(outline(&schema));
    }
}

#[tokio::test]
async fn what_stands_around_tables_is_read_without_its_secrets() {
    let Some(schema) = read(include_str!("ddl/around.sql")).await else {
        return;
    };
    insta::assert_snapshot!(outline(&schema));
    assert!(!json!(schema).to_string().contains("hunter2"));
    assert_eq!(
        table(&schema, "of_the_server").definition.as_deref(),
        Some(
            " SELECT t.table_name,\n    t.is_insertable_into\n   FROM information_schema.tables t,\n    \
             app.people p\n  WHERE ((p.name)::text = (t.table_name)::name);"
        )
    );
}

/// What came with each version, and how that is read.
#[tokio::test]
async fn what_later_versions_brought_is_read_too() {
    let Some(database) = Database::with("CREATE SCHEMA app").await else {
        return;
    };
    let row = database
        .admin
        .query_one(
            "SELECT current_setting('server_version_num')::int / 10000",
            &[],
        )
        .await
        .unwrap();
    let major: i32 = row.get(0);
    let later = [
        (13, include_str!("ddl/since_13.sql")),
        (14, include_str!("ddl/since_14.sql")),
        (15, include_str!("ddl/since_15.sql")),
        (17, include_str!("ddl/since_17.sql")),
        (18, include_str!("ddl/since_18.sql")),
    ];
    for (version, ddl) in later {
        if version <= major {
            let schema = read(ddl).await.unwrap();
            insta::assert_snapshot!(format!("since_{version}"), outline(&schema));
        }
    }
    println!("read from PostgreSQL {major}");
}

#[tokio::test]
async fn a_selection_leaves_keys_whole_and_lists_only_the_types_that_are_used() {
    let Some(database) = Database::with(include_str!("ddl/columns.sql")).await else {
        return;
    };
    let fields = json!({ "tables": ["app.types"], "selectedColumns": { "types": ["felt", "pairs", "prices"] } });
    let schema = read_of(&database, fields).await;
    let types = table(&schema, "types");
    assert_eq!(types.primary_key, ["id"]);
    assert_eq!(types.indexes[0].columns[0].name.as_deref(), Some("id"));
    let positions: Vec<_> = types.columns.iter().map(|c| c.position).collect();
    assert_eq!(positions, [1, 2, 3]);
    assert_eq!(schema.schemas.len(), 1);
    assert!(schema.sequences.is_empty());
    let fields = json!({ "tables": ["app.serials"] });
    let schema = read_of(&database, fields).await;
    let sequences: Vec<_> = schema.sequences.iter().map(|s| s.name.as_str()).collect();
    assert_eq!(sequences, ["serials_id_seq", "serials_small_seq"]);
    assert!(schema.enums.is_empty() && schema.domains.is_empty() && schema.composites.is_empty());
}

#[tokio::test]
async fn sizes_and_estimates_are_those_of_the_last_analyze() {
    let ddl = "
        CREATE TABLE full_up (id int PRIMARY KEY, word text);
        INSERT INTO full_up SELECT n, repeat('x', 100) FROM generate_series(1, 1000) n;
        CREATE TABLE fresh (id int PRIMARY KEY);
        CREATE VIEW seen AS SELECT * FROM full_up;
        ANALYZE full_up;
    ";
    let Some(schema) = read(ddl).await else {
        return;
    };
    let full = table(&schema, "full_up");
    assert_eq!(full.row_count_estimate, Some(1000));
    assert!(full.size_bytes.unwrap() > 100_000, "{full:?}");
    assert!(full.index_size_bytes.unwrap() > 16_000, "{full:?}");
    for name in ["fresh", "seen"] {
        let other = table(&schema, name);
        let figures = (
            other.row_count_estimate,
            other.size_bytes,
            other.index_size_bytes,
        );
        assert_eq!(figures, (None, None, None), "{name}");
    }
}

#[tokio::test]
async fn hostile_names_survive_wherever_they_stand() {
    let names = [
        "it's",
        "say \"hi\"",
        "dot.ted",
        "CamelCase",
        "select",
        "🦀 crab",
        "new\nline",
        "back\\slash",
        "{brace,comma}",
        "semi;colon -- comment",
        "$1",
        " ",
        "NULL",
        "a=b",
        "%s :'schema' {0}",
        "e\u{301} ohne Maß",
        "x23456789012345678901234567890123456789012345678901234567890123",
    ];
    for name in names {
        let (q, l) = (quoted(name), name.replace('\'', "''"));
        let ddl = format!(
            "CREATE SCHEMA {q};
             CREATE TYPE {q}.{q} AS ENUM (E'{}', 'other');
             CREATE DOMAIN {q}.\"d {s}\" AS text CONSTRAINT {q} CHECK (VALUE <> '');
             CREATE TYPE {q}.\"c {s}\" AS ({q} int);
             CREATE SEQUENCE {q}.\"s {s}\";
             CREATE FUNCTION {q}.{q}() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
             CREATE TABLE {q}.\"t {s}\" (
                {q} int CONSTRAINT {q} PRIMARY KEY, \"e {s}\" {q}.{q}[],
                CONSTRAINT \"f {s}\" FOREIGN KEY ({q}) REFERENCES {q}.\"t {s}\",
                CONSTRAINT \"k {s}\" CHECK ({q} > 0)
             ) WITH (fillfactor = 90);
             CREATE INDEX \"i {s}\" ON {q}.\"t {s}\" (({q} + 1), {q}) INCLUDE ({q});
             CREATE TRIGGER {q} AFTER UPDATE ON {q}.\"t {s}\" FOR EACH ROW EXECUTE FUNCTION {q}.{q}();
             CREATE POLICY {q} ON {q}.\"t {s}\";
             COMMENT ON COLUMN {q}.\"t {s}\".{q} IS E'{}';
             CREATE TABLE {q}.\"p {s}\" ({q} text) PARTITION BY LIST ({q});
             CREATE TABLE {q}.\"q {s}\" PARTITION OF {q}.\"p {s}\" FOR VALUES IN (E'{}');",
            l.replace('\\', "\\\\"),
            l.replace('\\', "\\\\"),
            l.replace('\\', "\\\\"),
            s = short(name).replace('"', "\"\""),
        );
        let Some(schema) = read(&ddl).await else {
            return;
        };
        let within = |prefix: &str| format!("{prefix} {}", short(name));
        let t = table(&schema, &within("t"));
        assert_eq!(t.schema.as_deref(), Some(name));
        assert_eq!(t.primary_key, [name]);
        assert_eq!(t.keys[0].name.as_deref(), Some(name));
        assert_eq!(t.foreign_keys[0].columns, [name]);
        assert_eq!(t.foreign_keys[0].referenced_columns, [name]);
        assert_eq!(t.foreign_keys[0].referenced_table, within("t"));
        assert_eq!(t.foreign_keys[0].referenced_schema.as_deref(), Some(name));
        assert_eq!(t.checks[0].name, Some(within("k")));
        assert_eq!(t.columns[0].comment.as_deref(), Some(name));
        let of = t.columns[1].type_ref.as_ref().unwrap();
        assert_eq!((of.schema.as_deref(), of.name.as_str()), (Some(name), name));
        let index = t.indexes.iter().find(|i| i.name == within("i")).unwrap();
        assert_eq!(
            index.columns[0].expression,
            Some(format!("({} + 1)", printed(name)))
        );
        assert_eq!(index.columns[1].name.as_deref(), Some(name));
        assert_eq!(index.included, [name]);
        assert_eq!(t.triggers[0].name, name);
        assert_eq!(t.row_security.as_ref().unwrap().policies[0].name, name);
        assert_eq!(t.options["fillfactor"], "90");
        assert_eq!(schema.enums[0].values, [name, "other"]);
        assert_eq!(schema.domains[0].name, within("d"));
        assert_eq!(schema.domains[0].checks[0].name.as_deref(), Some(name));
        assert_eq!(schema.composites[0].fields[0].name, name);
        assert_eq!(schema.sequences[0].name, within("s"));
        let parent = table(&schema, &within("p")).partitioning.as_ref().unwrap();
        assert_eq!(parent.key, printed(name));
        assert_eq!(parent.partitions[0].name, within("q"));
        let part = table(&schema, &within("q")).partition_of.as_ref().unwrap();
        assert_eq!(part.name, within("p"));
    }
}

/// A name that leaves room for a prefix: names have 63 bytes.
fn short(name: &str) -> &str {
    &name[..name.len().min(60)]
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A name as the server prints it in an expression.
fn printed(name: &str) -> String {
    let plain = name
        .bytes()
        .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    if plain && name != "select" {
        name.to_owned()
    } else {
        quoted(name)
    }
}
