//! The same documents as `mongodb-schema`, the library behind MongoDB's own Compass, has read.

use std::collections::BTreeMap;

use headwater::connectors::Selection;
use headwater::schema::{Field, FieldType, Items};
use mongodb::bson::{Bson, Document};
use serde_json::Value;

use super::{admin, as_admin, connect, fresh};
use crate::support::servers;

/// By path: the presence, where a field has one, and the share of each type.
type Told = BTreeMap<Vec<String>, (Option<f64>, BTreeMap<String, f64>)>;

fn recorded() -> (Vec<Document>, Told) {
    let recorded: Value = serde_json::from_str(include_str!("recorded.json")).unwrap();
    let documents = recorded["documents"].as_array().unwrap().iter();
    let documents = documents.map(|document| match Bson::try_from(document.clone()) {
        Ok(Bson::Document(document)) => document,
        other => panic!("{other:?}"),
    });
    let told = recorded["told"].as_array().unwrap().iter();
    let told = told.map(|told| {
        let path = serde_json::from_value(told["path"].clone()).unwrap();
        let types = serde_json::from_value(told["types"].clone()).unwrap();
        (path, (told["presence"].as_f64(), types))
    });
    (documents.collect(), told.collect())
}

fn tell(fields: &[Field], around: &[String], told: &mut Told) {
    for field in fields {
        let path = [around, std::slice::from_ref(&field.name)].concat();
        told.insert(path.clone(), (Some(field.presence), shares(&field.types)));
        tell(&field.fields, &path, told);
        tell_items(field.items.as_deref(), &path, told);
    }
}

fn tell_items(items: Option<&Items>, around: &[String], told: &mut Told) {
    let Some(items) = items else { return };
    let path = [around, &["[]".to_owned()]].concat();
    // Of arrays that were all empty there is nothing to tell.
    if !items.types.is_empty() {
        told.insert(path.clone(), (None, shares(&items.types)));
    }
    tell(&items.fields, &path, told);
    tell_items(items.items.as_deref(), &path, told);
}

/// UUIDs and other bytes have one name.
fn shares(types: &[FieldType]) -> BTreeMap<String, f64> {
    let mut shares = BTreeMap::new();
    for of in types {
        *shares.entry(of.native_type.clone()).or_default() += of.share.unwrap();
    }
    shares
}

fn rounded(told: Told) -> BTreeMap<Vec<String>, String> {
    let round = |share: f64| format!("{share:.9}");
    let tell = |(presence, types): (Option<f64>, BTreeMap<String, f64>)| {
        let types: Vec<_> = types
            .into_iter()
            .map(|(t, s)| format!("{t} {}", round(s)))
            .collect();
        format!("{:?} {}", presence.map(round), types.join(", "))
    };
    told.into_iter()
        .map(|(path, told)| (path, tell(told)))
        .collect()
}

#[tokio::test]
async fn paths_types_shares_and_presence_are_those_of_mongodb_schema() {
    let Some(server) = servers::mongodb() else {
        return;
    };
    let (documents, expected) = recorded();
    let database = admin(server.port).await.database(&fresh("peer"));
    let collection = database.collection("documents");
    collection.insert_many(documents).await.unwrap();
    let mut session = connect(as_admin(server.port, database.name()))
        .await
        .session();
    let schema = session.introspect(&Selection::default()).await.unwrap();
    let mut told = Told::new();
    tell(&schema.tables[0].fields, &[], &mut told);
    assert_eq!(rounded(told), rounded(expected));
}
