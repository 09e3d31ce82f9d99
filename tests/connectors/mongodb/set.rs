//! Replica sets: which member is chosen, and which are never dialled.

use headwater::connectors::ErrorKind;
use mongodb::bson::{Document, doc};
use serde_json::json;

use super::{connect, fake, kinds, stages};

/// A member of the set `rs0` that says this of itself.
async fn member(said: Document) -> u16 {
    fake::mongod(fake::lone(move |command| {
        let mut hello = fake::hello();
        hello.extend(doc! { "setName": "rs0" });
        hello.extend(said.clone());
        fake::is_hello(command).then(|| fake::bytes(&hello))
    }))
    .await
}

fn secondary(hosts: &[String]) -> Document {
    doc! { "ismaster": false, "isWritablePrimary": false, "secondary": true, "hosts": hosts }
}

#[tokio::test]
async fn the_primary_is_found_through_a_secondary() {
    let primary = member(doc! { "hosts": [] }).await;
    let hosts = [format!("127.0.0.1:{primary}"), "127.0.0.1:1".to_owned()];
    let seed = member(secondary(&hosts)).await;
    let url =
        |options: &str| json!({ "url": format!("mongodb://127.0.0.1:{seed}/shop?{options}") });
    let attempt = connect(url("replicaSet=rs0")).await;
    assert_eq!(
        stages(&attempt),
        "resolve connect authenticate open_database"
    );
    let session = attempt.session();
    let note = format!("127.0.0.1:{primary} is the primary of the replica set 'rs0'.");
    assert_eq!(session.server().notes, [note]);
    for options in [
        "replicaSet=rs0&readPreference=secondary",
        "",
        "replicaSet=rs0&directConnection=true",
    ] {
        let session = connect(url(options)).await.session();
        let note = format!("127.0.0.1:{seed} is a secondary of the replica set 'rs0'.");
        assert_eq!(session.server().notes, [note], "{options}");
    }
}

#[tokio::test]
async fn several_seeds_are_asked_at_once_and_a_dead_one_does_no_harm() {
    let primary = member(doc! {}).await;
    let url = format!("mongodb://127.0.0.1:1,127.0.0.1:{primary}/shop");
    let session = connect(json!({ "url": url })).await.session();
    assert_eq!(session.server().notes.len(), 1);
}

#[tokio::test]
async fn members_that_the_rules_forbid_are_never_dialled() {
    let hosts = [
        "169.254.169.254:80",
        "[fe80::1]:27017",
        "metadata.invalid:27017",
    ];
    let seed = member(secondary(&hosts.map(str::to_owned))).await;
    let url = format!("mongodb://127.0.0.1:{seed}/shop?replicaSet=rs0");
    let error = connect(json!({ "url": url })).await.error();
    assert_eq!(
        kinds(&error),
        (ErrorKind::ServerUnavailable, "connect"),
        "{error:?}"
    );
    assert!(
        error.message.contains("169.254.169.254") && error.message.contains("never dialled"),
        "{error:?}"
    );
    assert!(error.hint.contains("directConnection"), "{error:?}");
}

#[tokio::test]
async fn a_server_of_another_set_or_of_none_is_told() {
    let other = member(doc! { "setName": "rs1" }).await;
    let lone = fake::mongod(fake::lone(|_| None)).await;
    for (port, direct, said) in [
        (other, false, "belongs to the replica set 'rs1'"),
        (other, true, "belongs to the replica set 'rs1'"),
        (lone, false, "belongs to no replica set"),
    ] {
        let url = format!("mongodb://127.0.0.1:{port}/?replicaSet=rs0&directConnection={direct}");
        let error = connect(json!({ "url": url })).await.error();
        assert!(error.message.contains(said), "{error:?}");
        assert_eq!(error.reason, Some("replica_set"));
    }
}

#[tokio::test]
async fn a_set_that_names_a_thousand_members_is_asked_within_bounds() {
    let hosts: Vec<_> = (1..1000).map(|port| format!("127.0.0.1:{port}")).collect();
    let seed = member(secondary(&hosts)).await;
    let url = format!("mongodb://127.0.0.1:{seed}/?replicaSet=rs0");
    let error = connect(json!({ "url": url })).await.error();
    assert_eq!(error.kind, ErrorKind::ServerUnavailable);
    assert!(error.message.len() < 2_000, "{error:?}");
}
