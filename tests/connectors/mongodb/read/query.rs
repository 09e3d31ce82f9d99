//! A caller's own statements, and attacks.

use std::time::Duration;

use headwater::connectors::read::{QueryRead, Statement, channel};
use headwater::connectors::{ConnectorError, ErrorKind, Session};
use headwater::rows::RowBatch;
use mongodb::bson::doc;
use serde_json::{Value, json};

use super::super::{as_admin, connect, fake};
use super::{Answer, Owned, local, taken, things};
use crate::support::servers;

async fn ask(
    session: &mut dyn Session,
    statement: Statement,
    limit: u64,
) -> Result<Answer, ConnectorError> {
    let query = QueryRead {
        statement,
        limit,
        timeout: Duration::from_secs(10),
    };
    taken(async |out| session.query(&query, out).await).await
}

fn find(fields: Value) -> Statement {
    match fields {
        Value::Object(fields) => Statement::Find(fields),
        _ => panic!("no object"),
    }
}

fn pipeline(stages: Value) -> Statement {
    match stages {
        Value::Array(stages) => Statement::Pipeline {
            collection: "things".to_owned(),
            stages,
        },
        _ => panic!("no list"),
    }
}

#[tokio::test]
async fn a_find_answers_the_fields_that_it_finds() {
    let Some(server) = servers::mongodb() else {
        return;
    };
    let documents = vec![
        doc! { "_id": 1, "a": 1 },
        doc! { "_id": 2, "b": "x", "a": 2.5, "none": null },
        doc! { "_id": 3, "a": 3 },
    ];
    let (_, mut session) = things(server.port, "found", documents).await;
    let all = ask(
        &mut *session,
        find(json!({ "find": "things", "sort": { "_id": 1 } })),
        10,
    )
    .await;
    let all = all.unwrap();
    assert_eq!(all.names(), ["_id", "a", "b", "none"]);
    let types: Vec<_> = all
        .columns
        .iter()
        .map(|c| (c.native_type.as_str(), c.logical_type.to_string()))
        .collect();
    let expected = [
        ("int", "int32"),
        ("double | int", "float64"),
        ("string", "string"),
        ("null", "unknown"),
    ];
    assert_eq!(
        types,
        expected.map(|(native, logical)| (native, logical.to_owned()))
    );
    assert_eq!(all.of("b"), [Owned::Null, "x".into(), Owned::Null]);
    let statement = json!({
        "collection": "things", "filter": { "a": { "$gte": { "$numberInt": "2" } } },
        "projection": { "a": 1, "_id": 0 }, "sort": { "a": -1 }, "skip": 1,
    });
    let some = ask(&mut *session, find(statement), 10).await.unwrap();
    assert_eq!(
        (some.names(), some.of("a")),
        (vec!["a"], vec![Owned::Real(2.5)])
    );
    let none = ask(&mut *session, find(json!({ "find": "nothing" })), 10)
        .await
        .unwrap();
    assert_eq!((none.told, none.columns.len(), none.rows.len()), (1, 0, 0));
}

#[tokio::test]
async fn one_row_more_than_wanted_is_read() {
    let Some(server) = servers::mongodb() else {
        return;
    };
    let documents = (0..20).map(|n| doc! { "_id": n }).collect();
    let (database, mut session) = things(server.port, "limited", documents).await;
    let found = ask(&mut *session, find(json!({ "find": "things" })), 5)
        .await
        .unwrap();
    assert_eq!(found.rows.len(), 6);
    let stages = json!([{ "$match": { "_id": { "$gte": 10 } } }, { "$sort": { "_id": -1 } }]);
    let found = ask(&mut *session, pipeline(stages), 2).await.unwrap();
    assert_eq!(found.integers("_id"), [19, 18, 17]);
    let mut without = connect(as_admin(server.port, "")).await.session();
    let named = json!({ "find": format!("{}.things", database.name()) });
    let found = ask(&mut *without, find(named), 1).await.unwrap();
    assert_eq!(found.rows.len(), 2);
}

#[tokio::test]
async fn whatever_would_write_or_run_is_refused_and_nothing_changes() {
    let Some(server) = servers::mongodb() else {
        return;
    };
    let (database, mut session) = things(server.port, "attacked", vec![doc! { "_id": 1 }]).await;
    let attacks = [
        pipeline(json!([{ "$out": "loot" }])),
        pipeline(json!([{ "$match": {} }, { "$merge": { "into": "loot" } }])),
        pipeline(json!([{ "$facet": { "a": [{ "$out": "loot" }] } }])),
        pipeline(json!([{ "$unionWith": { "coll": "things", "pipeline": [{ "$out": "loot" }] } }])),
        pipeline(
            json!([{ "$lookup": { "from": "things", "pipeline": [{ "$merge": "loot" }], "as": "a" } }]),
        ),
        pipeline(json!([{ "$match": { "$where": "sleep(1000)" } }])),
        pipeline(
            json!([{ "$set": { "a": { "$function": { "body": "f", "args": [], "lang": "js" } } } }]),
        ),
        pipeline(json!([{ "$currentOp": {} }])),
        pipeline(json!([{ "$listSessions": {} }])),
        pipeline(json!([{ "$changeStream": {} }])),
        find(json!({ "find": "things", "filter": { "$where": "1" } })),
        find(json!({ "find": "things", "filter": { "a": { "$code": "f()" } } })),
        find(json!({ "delete": "things", "deletes": [] })),
        find(json!({ "find": "things", "$db": "admin" })),
        find(json!({ "find": "things", "tailable": true, "awaitData": true })),
        Statement::Sql {
            text: "SELECT 1".to_owned(),
            params: vec![],
        },
    ];
    for attack in attacks {
        let told = format!("{attack:?}");
        let error = ask(&mut *session, attack, 10).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::InvalidQuery, "{told}");
        assert_eq!(error.server_code, None, "{told} reached the server");
    }
    let names = database.list_collection_names().await.unwrap();
    assert_eq!(names, ["things"]);
}

#[tokio::test]
async fn what_the_server_refuses_is_told_in_its_words() {
    let Some(server) = servers::mongodb() else {
        return;
    };
    let (_, mut session) = things(server.port, "refused", vec![doc! { "_id": 1 }]).await;
    let statement = find(json!({ "find": "things", "filter": { "a": { "$nonsense": 1 } } }));
    let error = ask(&mut *session, statement, 10).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::InvalidQuery);
    assert_eq!(error.server_code.as_deref(), Some("2"));
    assert!(error.server_message.unwrap().contains("$nonsense"));
}

#[tokio::test]
async fn a_server_that_does_not_answer_in_time_is_not_waited_for() {
    let port = fake::mongod(fake::lone(|command| {
        (fake::name(command) == "find").then(Vec::new)
    }))
    .await;
    let mut session = connect(local(port)).await.session();
    let query = QueryRead {
        statement: find(json!({ "find": "good" })),
        limit: 1,
        timeout: Duration::from_millis(1),
    };
    let (mut out, _inlet) = channel(1, RowBatch::ROWS);
    let error = session.query(&query, &mut out).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Timeout);
}
