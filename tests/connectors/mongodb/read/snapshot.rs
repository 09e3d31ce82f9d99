//! One state of a replica set, by what is said to a scripted member of one.

use std::sync::{Arc, Mutex};

use headwater::connectors::read::UnderWay;
use headwater::connectors::{ErrorKind, Session};
use mongodb::bson::{Document, Timestamp, doc};
use serde_json::{Value, json};

use super::super::{connect, fake};
use super::{local, of, read};
use crate::support::app::TestApp;

const THEN: Timestamp = Timestamp {
    time: 7,
    increment: 2,
};

type Asked = Arc<Mutex<Vec<Document>>>;

/// A primary that refuses to read a state with this code, where one is given.
async fn primary(refusal: Option<i32>) -> (Box<dyn Session>, Asked) {
    let (port, asked) = listening(refusal).await;
    (connect(local(port)).await.session(), asked)
}

/// The same, before anybody connects.
async fn listening(refusal: Option<i32>) -> (u16, Asked) {
    let asked = Asked::default();
    let seen = Arc::clone(&asked);
    let port = fake::mongod(fake::lone(move |command| {
        let mut hello = fake::hello();
        hello.insert("setName", "rs0");
        let then = doc! { "operationTime": THEN, "ok": 1.0 };
        match fake::name(command) {
            _ if fake::is_hello(command) => Some(fake::bytes(&hello)),
            "ping" => Some(fake::bytes(&then)),
            "find" => {
                seen.lock().unwrap().push(command.clone());
                let code = refusal.filter(|_| command.contains_key("readConcern"))?;
                let refused = doc! { "ok": 0.0, "code": code, "errmsg": "no such state" };
                Some(fake::bytes(&refused))
            }
            _ => None,
        }
    }))
    .await;
    (port, asked)
}

/// A connection that says which engine it is to.
fn named(port: u16) -> Value {
    let mut database = local(port);
    database["databaseType"] = json!("mongodb");
    database
}

fn concerns(asked: &Asked) -> Vec<Option<Document>> {
    let concern = |command: &Document| command.get_document("readConcern").ok().cloned();
    asked.lock().unwrap().iter().map(concern).collect()
}

fn of_then() -> Document {
    doc! { "level": "snapshot", "atClusterTime": THEN }
}

#[tokio::test]
async fn all_is_read_in_the_state_that_was_begun_by_whoever_joins_it() {
    let wanted = of("shop", "good", &[("_id", "int32")]);
    let (mut first, asked) = primary(None).await;
    let snapshot = first.begin_snapshot(None).await.unwrap();
    assert_eq!(snapshot.under_way, UnderWay::Unknown);
    assert_eq!(
        read(&mut *first, &wanted).await.unwrap().integers("_id"),
        [1]
    );
    assert_eq!(
        first.largest(&wanted, "_id").await.unwrap().as_deref(),
        Some("1")
    );
    assert_eq!(concerns(&asked), [Some(of_then()), Some(of_then())]);
    let (mut second, asked) = primary(None).await;
    let joined = second
        .begin_snapshot(snapshot.shared.as_deref())
        .await
        .unwrap();
    assert_eq!(joined, snapshot);
    read(&mut *second, &wanted).await.unwrap();
    assert_eq!(concerns(&asked), [Some(of_then())]);
}

#[tokio::test]
async fn a_collection_that_keeps_no_states_is_read_as_it_is() {
    let wanted = of("shop", "good", &[("_id", "int32")]);
    // SnapshotUnavailable, InvalidOptions
    for code in [246, 72] {
        let (mut session, asked) = primary(Some(code)).await;
        session.begin_snapshot(None).await.unwrap();
        assert_eq!(
            read(&mut *session, &wanted).await.unwrap().integers("_id"),
            [1]
        );
        assert_eq!(concerns(&asked), [Some(of_then()), None]);
    }
}

#[tokio::test]
async fn a_state_that_is_gone_is_not_mixed_with_another() {
    let wanted = of("shop", "good", &[("_id", "int32")]);
    let (mut session, asked) = primary(Some(239)).await;
    session.begin_snapshot(None).await.unwrap();
    let error = read(&mut *session, &wanted).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::ServerError);
    assert_eq!(error.reason, Some("snapshot_too_old"));
    assert_eq!(concerns(&asked), [Some(of_then())]);
}

#[actix_web::test]
async fn a_table_whose_state_is_gone_is_copied_as_it_is_at_each_moment_and_that_is_said() {
    let (port, asked) = listening(Some(239)).await;
    let app = TestApp::start();
    let admin = app.admin();
    admin.connect(named(port)).await;
    let options = json!({"sync_options": {"tables": ["good"], "mode": "upsert"}});
    let data = admin.post("/data/sync", options).await.ok();
    let report = &data["sources"][0]["tables"][0];
    assert_eq!(
        (&report["status"], &report["rows_read"]),
        (&json!("copied"), &json!(1)),
        "{data}"
    );
    let spots = report["blind_spots"].to_string();
    assert!(spots.contains("did not keep one state"), "{report}");
    let concerns = concerns(&asked);
    assert!(concerns.contains(&Some(of_then())) && concerns.contains(&None));
}

#[actix_web::test]
async fn a_collection_that_went_before_it_was_read_is_told_by_its_reason() {
    let port = fake::mongod(fake::lone(|command| {
        let none = doc! { "id": 0_i64, "ns": "shop.good", "firstBatch": [] };
        let named = |command: &Document| {
            let filter = command.get_document("filter");
            filter.is_ok_and(|filter| filter.contains_key("name"))
        };
        match fake::name(command) {
            "find" => Some(fake::bytes(&doc! { "cursor": none, "ok": 1.0 })),
            "listCollections" if named(command) => {
                Some(fake::bytes(&doc! { "cursor": none, "ok": 1.0 }))
            }
            _ => None,
        }
    }))
    .await;
    let app = TestApp::start();
    let admin = app.admin();
    admin.connect(named(port)).await;
    let options = json!({"sync_options": {}});
    let refused = admin.post("/data/sync", options).await;
    let refused = refused.failed(422, "sync_failed");
    let error = &refused["data"]["sources"][0]["tables"][0]["error"];
    assert_eq!(
        (&error["code"], &error["reason"]),
        (&json!("invalid_query"), &json!("table_not_found")),
        "{refused}"
    );
}

#[tokio::test]
async fn a_lone_server_has_no_states() {
    let port = fake::mongod(fake::lone(|_| None)).await;
    let fields = json!({ "host": "127.0.0.1", "port": port, "database": "shop" });
    let mut session = connect(fields).await.session();
    let snapshot = session.begin_snapshot(None).await.unwrap();
    assert_eq!(snapshot.shared, None);
}
