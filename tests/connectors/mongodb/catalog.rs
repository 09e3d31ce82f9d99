//! Listing, introspecting, counting.

use std::time::{Duration, Instant};

use headwater::connectors::Selection;
use headwater::schema::{Column, Table, TableKind};
use mongodb::Database;
use mongodb::bson::{Bson, Document, doc, oid::ObjectId};
use serde_json::json;

use super::{admin, as_admin, connect, fresh};
use crate::support::servers;

async fn database(port: u16, name: &str) -> Database {
    admin(port).await.database(&fresh(name))
}

async fn insert(database: &Database, collection: &str, documents: Vec<Document>) {
    let collection = database.collection(collection);
    collection.insert_many(documents).await.unwrap();
}

fn told(columns: &[Column]) -> Vec<(&str, &str, String, bool)> {
    let tell = |c: &'_ Column| (c.logical_type.to_string(), c.nullable);
    columns
        .iter()
        .map(|c| {
            let (logical, nullable) = tell(c);
            (c.name.as_str(), c.native_type.as_str(), logical, nullable)
        })
        .collect()
}

fn table<'a>(tables: &'a [Table], name: &str) -> &'a Table {
    tables.iter().find(|table| table.name == name).unwrap()
}

#[tokio::test]
async fn collections_views_and_time_series_are_listed_with_estimates_and_counted() {
    let Some(server) = servers::mongodb() else {
        return;
    };
    let database = database(server.port, "listed").await;
    insert(
        &database,
        "orders",
        (0..25).map(|n| doc! { "_id": n }).collect(),
    )
    .await;
    let view = doc! { "create": "recent", "viewOn": "orders", "pipeline": [{ "$limit": 7 }] };
    database.run_command(view).await.unwrap();
    let series = doc! { "create": "weather", "timeseries": { "timeField": "at" } };
    database.run_command(series).await.unwrap();
    let mut session = connect(as_admin(server.port, database.name()))
        .await
        .session();
    let entries = session.list_tables(&Selection::default()).await.unwrap();
    let told: Vec<_> = entries
        .iter()
        .map(|e| {
            (
                e.name.as_str(),
                e.kind,
                e.row_count_estimate,
                e.schema.as_deref(),
            )
        })
        .collect();
    let schema = Some(database.name());
    assert_eq!(
        told,
        [
            ("orders", TableKind::Collection, Some(25), schema),
            ("recent", TableKind::View, None, schema),
            ("weather", TableKind::TimeSeries, None, schema),
        ]
    );
    let deadline = Instant::now() + Duration::from_secs(10);
    let counts = session.count_rows(&entries, deadline).await;
    assert_eq!(counts, [Some(25), Some(7), Some(0)]);
    let late = session.count_rows(&entries, Instant::now()).await;
    assert_eq!(late, [None; 3]);
}

#[tokio::test]
async fn without_a_database_all_are_listed_by_schema() {
    let Some(server) = servers::mongodb() else {
        return;
    };
    let one = database(server.port, "one").await;
    let two = database(server.port, "two").await;
    for database in [&one, &two] {
        insert(database, "things", vec![doc! { "_id": 1 }]).await;
    }
    let mut session = connect(as_admin(server.port, "")).await.session();
    let entries = session.list_tables(&Selection::default()).await.unwrap();
    let schemas: Vec<_> = entries.iter().filter_map(|e| e.schema.as_deref()).collect();
    assert!(
        schemas.contains(&one.name()) && schemas.contains(&two.name()),
        "{schemas:?}"
    );
    assert!(
        !schemas.contains(&"admin") && !schemas.contains(&"local"),
        "{schemas:?}"
    );
    let selection = Selection {
        schema: Some(two.name().to_owned()),
        ..Selection::default()
    };
    let entries = session.list_tables(&selection).await.unwrap();
    assert_eq!(entries.len(), 1);
}

#[tokio::test]
async fn fields_are_told_with_every_type_that_they_hold() {
    let Some(server) = servers::mongodb() else {
        return;
    };
    let database = database(server.port, "typed").await;
    let documents = vec![
        doc! {
            "_id": ObjectId::new(), "text": "a", "number": 1, "wide": 1, "either": 5, "flag": true,
            "at": mongodb::bson::DateTime::now(), "tags": ["a", "b"], "lines": [{ "sku": 1 }],
            "inner": { "a": 1 }, "money": "1.5".parse::<mongodb::bson::Decimal128>().unwrap(),
            "unique": mongodb::bson::Uuid::new(), "odd": [1, "x"], "none": Bson::Null,
        },
        doc! {
            "_id": ObjectId::new(), "text": "b", "number": 1.5, "wide": 1_i64 << 40, "either": "x",
            "flag": Bson::Null, "late": 1,
        },
        doc! { "_id": ObjectId::new(), "text": "c", "number": 2, "wide": 2, "either": "y", "empty": [] },
    ];
    insert(&database, "all", documents).await;
    let mut session = connect(as_admin(server.port, database.name()))
        .await
        .session();
    let schema = session.introspect(&Selection::default()).await.unwrap();
    assert_eq!(schema.unreadable, []);
    let all = table(&schema.tables, "all");
    assert_eq!(all.sample.as_ref().unwrap().documents, 3);
    assert_eq!(all.primary_key, ["_id"]);
    let expected = [
        ("_id", "objectId", "object_id", false),
        ("text", "string", "string", false),
        ("number", "double | int", "float64", false),
        ("wide", "int | long", "int64", false),
        ("either", "int | string", "mixed", false),
        ("flag", "bool", "boolean", true),
        ("at", "date", "timestamptz", true),
        ("tags", "array", "array<string>", true),
        ("lines", "array", "array<object>", true),
        ("inner", "object", "object", true),
        ("money", "decimal", "decimal", true),
        ("unique", "binData", "uuid", true),
        ("odd", "array", "array<mixed>", true),
        ("none", "null", "unknown", true),
        ("late", "int", "int32", true),
        ("empty", "array", "array<unknown>", true),
    ];
    assert_eq!(
        told(&all.columns),
        expected.map(|(n, t, l, null)| (n, t, l.to_owned(), null))
    );
    let positions: Vec<_> = all.columns.iter().map(|c| c.position).collect();
    assert_eq!(positions, (1..=16).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_sample_of_a_large_collection_sees_its_beginning_its_end_and_between() {
    let Some(server) = servers::mongodb() else {
        return;
    };
    let database = database(server.port, "sampled").await;
    let documents = (0..1500).map(|n| match n {
        0 => doc! { "_id": n, "first": 1 },
        1499 => doc! { "_id": n, "last": 1 },
        _ => doc! { "_id": n, "all": n },
    });
    insert(&database, "many", documents.collect()).await;
    let mut input = as_admin(server.port, database.name());
    input["options"]["sample_size"] = json!(100);
    let mut session = connect(input).await.session();
    let schema = session.introspect(&Selection::default()).await.unwrap();
    let many = table(&schema.tables, "many");
    let names: Vec<_> = many.columns.iter().map(|c| c.name.as_str()).collect();
    assert_eq!(names, ["_id", "first", "all", "last"]);
    let sampled = many.sample.as_ref().unwrap().documents;
    assert!((80..=100).contains(&sampled), "{sampled}");
    assert_eq!(many.row_count_estimate, Some(1500));
}

#[tokio::test]
async fn a_validator_adds_what_the_sample_lacks() {
    let Some(server) = servers::mongodb() else {
        return;
    };
    let database = database(server.port, "validated").await;
    let create = doc! { "create": "orders", "validator": { "$jsonSchema": {
        "bsonType": "object", "description": "What was ordered", "required": ["total"],
        "properties": {
            "total": { "bsonType": "long", "description": "in cents" },
            "shipped": { "bsonType": "date" },
        },
    } } };
    database.run_command(create).await.unwrap();
    insert(&database, "orders", vec![doc! { "_id": 1, "total": 5_i64 }]).await;
    let mut session = connect(as_admin(server.port, database.name()))
        .await
        .session();
    let schema = session.introspect(&Selection::default()).await.unwrap();
    let orders = table(&schema.tables, "orders");
    assert_eq!(orders.comment.as_deref(), Some("What was ordered"));
    let expected = [
        ("_id", "int", "int32", false),
        ("total", "long", "int64", false),
        ("shipped", "date", "timestamptz", true),
    ];
    assert_eq!(
        told(&orders.columns),
        expected.map(|(n, t, l, null)| (n, t, l.to_owned(), null))
    );
    assert_eq!(orders.columns[1].comment.as_deref(), Some("in cents"));
}

#[tokio::test]
async fn names_of_any_characters_survive() {
    let Some(server) = servers::mongodb() else {
        return;
    };
    let database = database(server.port, "hostile").await;
    let long = "f".repeat(5_000);
    let collections = [
        "dot.ted.name",
        "emoji 🦀",
        "quo\"te's`; drop",
        "select",
        "tab\tnew\nline",
    ];
    let fields = [
        "a.b",
        "$dollar",
        "emoji 🦀",
        "quo\"te",
        " ",
        "__proto__",
        long.as_str(),
    ];
    for collection in collections {
        let document = fields.iter().map(|f| ((*f).to_owned(), Bson::Int32(1)));
        insert(&database, collection, vec![document.collect()]).await;
    }
    let mut session = connect(as_admin(server.port, database.name()))
        .await
        .session();
    let entries = session.list_tables(&Selection::default()).await.unwrap();
    let mut expected = collections.to_vec();
    expected.sort_unstable();
    let names: Vec<_> = entries.iter().map(|e| e.name.as_str()).collect();
    assert_eq!(names, expected);
    let deadline = Instant::now() + Duration::from_secs(10);
    assert_eq!(session.count_rows(&entries, deadline).await, [Some(1); 5]);
    let schema = session.introspect(&Selection::default()).await.unwrap();
    assert_eq!(schema.unreadable, []);
    for table in &schema.tables {
        let names: Vec<_> = table.columns.iter().map(|c| c.name.as_str()).collect();
        assert_eq!(names[0], "_id");
        assert_eq!(names[1..], fields, "{}", table.name);
    }
}

#[tokio::test]
async fn tables_and_columns_are_chosen() {
    let Some(server) = servers::mongodb() else {
        return;
    };
    let database = database(server.port, "chosen").await;
    for collection in ["a", "b", "c"] {
        insert(
            &database,
            collection,
            vec![doc! { "_id": 1, "x": 1, "y": 1 }],
        )
        .await;
    }
    let selection = Selection {
        tables: ["a".to_owned(), format!("{}.b", database.name())].into(),
        columns: ["a.y".to_owned()].into(),
        ..Selection::default()
    };
    let mut session = connect(as_admin(server.port, database.name()))
        .await
        .session();
    let schema = session.introspect(&selection).await.unwrap();
    let shape: Vec<_> = schema
        .tables
        .iter()
        .map(|t| (t.name.as_str(), t.columns.len(), t.columns[0].position))
        .collect();
    assert_eq!(shape, [("a", 1, 1), ("b", 3, 1)]);
}

#[tokio::test]
async fn a_reader_sees_what_it_may_read() {
    let Some(server) = servers::mongodb() else {
        return;
    };
    let shop = admin(server.port).await.database("shop");
    insert(&shop, &fresh("read"), vec![doc! { "_id": 1, "x": 1 }]).await;
    let reader = |database: Option<&str>| {
        json!({
            "host": "127.0.0.1", "port": server.port, "database": database,
            "username": "reader", "password": "reader-pass", "options": { "authSource": "shop" },
        })
    };
    let mut session = connect(reader(Some("shop"))).await.session();
    let schema = session.introspect(&Selection::default()).await.unwrap();
    assert!(!schema.tables.is_empty());
    let mut session = connect(reader(None)).await.session();
    let error = session
        .list_tables(&Selection::default())
        .await
        .unwrap_err();
    assert_eq!(error.hint, "Name the database.");
}
