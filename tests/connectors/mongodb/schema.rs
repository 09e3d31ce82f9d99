//! What is read of a database, whole.

use headwater::connectors::{Selection, Session};
use headwater::schema::{Schema, Table};
use mongodb::Database;
use mongodb::bson::{Bson, DateTime, Document, doc};
use serde_json::{Value, json};

use super::{admin, as_admin, connect, fake, fresh};
use crate::support::servers;

async fn introspect(session: &mut dyn Session) -> Schema {
    session.introspect(&Selection::default()).await.unwrap()
}

fn table<'a>(schema: &'a Schema, name: &str) -> &'a Table {
    schema
        .tables
        .iter()
        .find(|table| table.name == name)
        .unwrap()
}

async fn run(database: &Database, commands: Vec<Document>) {
    for command in commands {
        let shown = command.to_string();
        let ran = database.run_command(command).await;
        ran.unwrap_or_else(|error| panic!("{shown}: {error}"));
    }
}

/// A collection of every kind, indexes of every kind, a validator.
async fn make_everything(database: &Database) {
    run(
        database,
        vec![
            doc! {
                "create": "orders", "validationLevel": "moderate", "validationAction": "warn",
                "collation": { "locale": "en", "strength": 2 },
                "changeStreamPreAndPostImages": { "enabled": true },
                "validator": { "$and": [{ "total": { "$gte": 0 } }, { "$jsonSchema": {
                    "bsonType": "object", "description": "What was ordered", "required": ["status", "total"],
                    "properties": {
                        "status": { "enum": ["new", "paid", "sent"] },
                        "total": { "bsonType": ["number", "null"], "description": "in cents" },
                        "lines": { "bsonType": "array", "items": { "bsonType": "object", "required": ["sku"], "properties": {
                            "sku": { "bsonType": "string" }, "discount": { "bsonType": "decimal" },
                        } } },
                        "shipped": { "bsonType": "date" },
                    },
                } }] },
            },
            doc! { "createIndexes": "orders", "indexes": [
                { "key": { "number": 1 }, "name": "by_number", "unique": true },
                { "key": { "customer": 1, "at": -1 }, "name": "of_customer" },
                { "key": { "token": 1 }, "name": "by_token", "unique": true, "sparse": true },
                { "key": { "status": 1 }, "name": "open", "partialFilterExpression": { "status": "new" }, "hidden": true },
                { "key": { "at": 1 }, "name": "expires", "expireAfterSeconds": 3600 },
                { "key": { "place": "2dsphere", "status": 1 }, "name": "near" },
                { "key": { "$**": 1 }, "name": "anything", "wildcardProjection": { "attributes": 1 } },
            ] },
            doc! { "create": "log", "capped": true, "size": 65_536, "max": 100 },
            doc! { "create": "weather", "timeseries": { "timeField": "at", "metaField": "sensor", "granularity": "minutes" } },
            doc! { "create": "recent", "viewOn": "orders", "pipeline": [{ "$match": { "at": { "$gte": DateTime::from_millis(0) } } }, { "$project": { "status": 1 } }] },
            doc! { "create": "nothing" },
        ],
    )
    .await;
    let order = |n: i32| {
        let mut order = doc! {
            "_id": n, "number": n, "customer": n % 7, "status": (["new", "paid"][usize::from(n % 3 == 0)]),
            "total": (if n % 4 == 0 { Bson::Int64(500) } else { Bson::Double(1.5) }),
            "lines": [{ "sku": format!("s{n}"), "n": 1 }, { "sku": "x" }],
            "at": DateTime::from_millis(i64::from(n) * 1000),
        };
        if n % 2 == 0 {
            order.insert("token", format!("t{n}"));
            order.insert(
                "place",
                doc! { "type": "Point", "coordinates": [1.5, f64::from(n)] },
            );
        }
        if n % 5 == 0 {
            order.insert(
                "note",
                if n % 10 == 0 {
                    Bson::Null
                } else {
                    "gift".into()
                },
            );
        }
        order
    };
    let orders = database.collection::<Document>("orders");
    orders.insert_many((1..=40).map(order)).await.unwrap();
    let measure = |n: i64| doc! { "_id": n, "at": DateTime::from_millis(n * 60_000), "sensor": { "id": 1 }, "t": 1.5 };
    let weather = database.collection::<Document>("weather");
    weather.insert_many((0..3).map(measure)).await.unwrap();
}

#[tokio::test]
async fn a_rich_database_is_read_in_full() {
    let Some(server) = servers::mongodb() else {
        return;
    };
    let database = admin(server.port).await.database(&fresh("rich"));
    make_everything(&database).await;
    let mut session = connect(as_admin(server.port, database.name()))
        .await
        .session();
    let schema = introspect(&mut *session).await;
    assert!(table(&schema, "orders").engine_id.is_some());
    let written = serde_json::to_string(&schema).unwrap();
    let written: Value = serde_json::from_str(&written.replace(database.name(), "rich")).unwrap();
    insta::assert_json_snapshot!(written, {
        ".tables[].engine_id" => "[uuid]",
        ".tables[].size_bytes" => "[bytes]",
        ".tables[].index_size_bytes" => "[bytes]",
    });
}

#[tokio::test]
async fn two_readings_have_one_structure() {
    let Some(server) = servers::mongodb() else {
        return;
    };
    let database = admin(server.port).await.database(&fresh("again"));
    let document = |n: i32| {
        let mut document =
            doc! { "_id": n, "always": n, "kind": (["a", "b"][usize::from(n % 2 == 0)]) };
        if n % 3 == 0 {
            document.insert("often", if n % 9 == 0 { Bson::Null } else { n.into() });
        }
        document
    };
    let things = database.collection::<Document>("things");
    things.insert_many((0..600).map(document)).await.unwrap();
    let mut input = as_admin(server.port, database.name());
    input["options"]["sample_size"] = json!(100);
    let mut session = connect(input).await.session();
    let one = introspect(&mut *session).await;
    let two = introspect(&mut *session).await;
    let sample = one.tables[0].sample.as_ref().unwrap();
    assert_eq!(sample.method, "random");
    assert_eq!(one.tables[0].structure(), two.tables[0].structure());
}

#[tokio::test]
async fn a_view_that_fails_is_there_and_costs_nothing_else() {
    let Some(server) = servers::mongodb() else {
        return;
    };
    let database = admin(server.port).await.database(&fresh("broken"));
    let broken = doc! { "create": "broken", "viewOn": "fine", "pipeline": [{ "$project": { "x": { "$divide": ["$a", 0] } } }] };
    run(&database, vec![broken]).await;
    let fine = database.collection::<Document>("fine");
    fine.insert_one(doc! { "_id": 1, "a": 1 }).await.unwrap();
    let mut session = connect(as_admin(server.port, database.name()))
        .await
        .session();
    let schema = introspect(&mut *session).await;
    let broken = table(&schema, "broken");
    assert!(broken.definition.as_ref().unwrap().contains("$divide"));
    assert_eq!((broken.columns.len(), broken.sample.as_ref()), (0, None));
    assert_eq!(table(&schema, "fine").columns.len(), 2);
    assert_eq!(schema.unreadable.len(), 1);
    assert_eq!(
        schema.unreadable[0].name,
        format!("{}.broken", database.name())
    );
    assert!(
        schema.unreadable[0].why.starts_with("Its documents: "),
        "{schema:?}"
    );
}

#[tokio::test]
async fn values_of_documents_stay_out_where_they_are_not_wanted() {
    let Some(server) = servers::mongodb() else {
        return;
    };
    let database = admin(server.port).await.database(&fresh("values"));
    let people = database.collection::<Document>("people");
    let person = |n: i32| doc! { "_id": n, "plan": "canary-plan", "password": "canary-pass" };
    people.insert_many((0..40).map(person)).await.unwrap();
    let mut input = as_admin(server.port, database.name());
    let mut session = connect(input.clone()).await.session();
    let written = serde_json::to_string(&introspect(&mut *session).await).unwrap();
    assert!(
        written.contains("canary-plan") && !written.contains("canary-pass"),
        "{written}"
    );
    input["options"]["values"] = json!(false);
    let mut session = connect(input).await.session();
    let written = serde_json::to_string(&introspect(&mut *session).await).unwrap();
    assert!(!written.contains("canary-plan"), "{written}");
}

#[tokio::test]
async fn how_documents_were_chosen_is_told() {
    let Some(server) = servers::mongodb() else {
        return;
    };
    let database = admin(server.port).await.database(&fresh("chosen"));
    let many = database.collection::<Document>("many");
    many.insert_many((0..50).map(|n| doc! { "_id": n }))
        .await
        .unwrap();
    let view = doc! { "create": "view", "viewOn": "many", "pipeline": [{ "$project": { "_id": 0, "same": "x" } }] };
    run(&database, vec![view, doc! { "create": "empty" }]).await;
    // Among random documents some may be the first or the last, so that their number is open.
    for (size, expected) in [
        (
            200_u64,
            [("all", Some(0)), ("all", Some(50)), ("all", Some(50))],
        ),
        (50, [("all", Some(0)), ("all", Some(50)), ("random", None)]),
        (49, [("all", Some(0)), ("random", None), ("random", None)]),
        (
            1,
            [("all", Some(0)), ("first", Some(1)), ("first", Some(1))],
        ),
    ] {
        let mut input = as_admin(server.port, database.name());
        input["options"]["sample_size"] = json!(size);
        let mut session = connect(input).await.session();
        let schema = introspect(&mut *session).await;
        for (name, (method, documents)) in ["empty", "many", "view"].iter().zip(expected) {
            let sample = table(&schema, name).sample.clone().unwrap();
            assert_eq!(sample.method, method, "{name} by {size}");
            assert!(
                documents.is_none_or(|n| n == sample.documents),
                "{name} by {size}: {sample:?}"
            );
            assert!(sample.documents <= size, "{name} by {size}: {sample:?}");
        }
    }
}

/// What a server says that refuses something.
fn refusal(code: i32) -> Vec<u8> {
    fake::bytes(&doc! { "ok": 0.0, "code": code, "codeName": "Refused", "errmsg": "no" })
}

fn is(command: &Document, name: &str, collection: &str) -> bool {
    command.get_str(name).ok() == Some(collection)
}

async fn of_fake(special: impl Fn(&Document) -> Option<Vec<u8>> + Send + Sync + 'static) -> Schema {
    let port = fake::mongod(fake::lone(special)).await;
    let fields = json!({ "host": "127.0.0.1", "port": port, "database": "shop" });
    introspect(&mut *connect(fields).await.session()).await
}

#[tokio::test]
async fn a_collection_stays_with_what_its_server_does_not_refuse() {
    let schema = of_fake(|command| {
        let refused = is(command, "listIndexes", "bad") || is(command, "aggregate", "bad");
        refused.then(|| refusal(8000))
    })
    .await;
    let bad = table(&schema, "bad");
    assert_eq!(
        (bad.columns.len(), bad.indexes.len(), bad.size_bytes),
        (1, 0, None)
    );
    assert_eq!(bad.row_count_estimate, Some(1));
    assert_eq!(bad.primary_key, ["_id"]);
    let told: Vec<_> = schema
        .unreadable
        .iter()
        .map(|u| (u.name.as_str(), u.why.as_str()))
        .collect();
    assert_eq!(
        told,
        [("shop.bad", "The login has no right to read its indexes.")]
    );
    let schema = of_fake(|command| is(command, "find", "bad").then(|| refusal(50))).await;
    let bad = table(&schema, "bad");
    assert_eq!(
        (bad.columns.len(), bad.indexes.len(), bad.sample.as_ref()),
        (0, 1, None)
    );
    assert_eq!(schema.unreadable.len(), 1);
}

#[tokio::test]
async fn where_the_whole_list_is_refused_the_names_do() {
    for code in [13, 8000] {
        let schema = of_fake(move |command| {
            let whole =
                fake::name(command) == "listCollections" && !command.contains_key("nameOnly");
            whole.then(|| refusal(code))
        })
        .await;
        let names: Vec<_> = schema
            .tables
            .iter()
            .map(|t| (t.name.as_str(), t.fields.len()))
            .collect();
        assert_eq!(names, [("bad", 1), ("good", 1)]);
        assert_eq!(schema.unreadable, []);
    }
}

/// Documents of one batch.
fn batch(ids: std::ops::Range<i32>) -> Vec<u8> {
    let documents: Vec<_> = ids.map(|n| doc! { "_id": n }).collect();
    let cursor = doc! { "id": 0_i64, "ns": "shop.bad", "firstBatch": documents };
    fake::bytes(&doc! { "cursor": cursor, "ok": 1.0 })
}

/// A server of 100,000 documents, of a sample and a sort that it may refuse.
async fn large(random: bool, sorted: bool) -> (String, u64) {
    let schema = of_fake(move |command| {
        let limit = command
            .get("limit")
            .and_then(|l| l.as_i64().or(l.as_i32().map(i64::from)));
        let limit = i32::try_from(limit.unwrap_or(0)).unwrap();
        match fake::name(command) {
            "count" => Some(fake::bytes(&doc! { "n": 100_000, "ok": 1.0 })),
            "find" if !command.contains_key("sort") => Some(batch(0..limit)),
            "find" if sorted => Some(batch(100_000 - limit..100_000)),
            "aggregate" if random && command.to_string().contains("$sample") => {
                Some(batch(5_000..5_800))
            }
            "find" | "aggregate" => Some(refusal(50)),
            _ => None,
        }
    })
    .await;
    let sample = table(&schema, "bad").sample.clone().unwrap();
    (sample.method, sample.documents)
}

#[tokio::test]
async fn where_no_random_documents_are_to_be_had_the_ends_or_the_first_do() {
    assert_eq!(large(true, true).await, ("random".to_owned(), 840));
    assert_eq!(large(true, false).await, ("random".to_owned(), 820));
    assert_eq!(large(false, true).await, ("ends".to_owned(), 1_000));
    assert_eq!(large(false, false).await, ("first".to_owned(), 1_000));
}
