//! The API's description.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::support::app::{TestApp, command};

fn references<'a>(value: &'a Value, found: &mut BTreeSet<&'a str>) {
    match value {
        Value::Object(object) => {
            found.extend(object.get("$ref").and_then(Value::as_str));
            object.values().for_each(|value| references(value, found));
        }
        Value::Array(array) => array.iter().for_each(|value| references(value, found)),
        _ => {}
    }
}

#[actix_web::test]
async fn the_description_lists_every_endpoint_and_refers_to_nothing_that_is_missing() {
    let app = TestApp::start();
    let url = format!("{}/api/v1/openapi.json", app.url);
    let document: Value = reqwest::get(url).await.unwrap().json().await.unwrap();
    for endpoint in headwater::http::endpoints() {
        for path in &endpoint.paths {
            let operation = &document["paths"][path][endpoint.method.as_str().to_lowercase()];
            assert_eq!(
                operation["summary"], endpoint.summary,
                "{} {path}",
                endpoint.method
            );
        }
    }
    let mut found = BTreeSet::new();
    references(&document, &mut found);
    for reference in found {
        let pointer = reference.trim_start_matches('#');
        assert!(
            document.pointer(pointer).is_some(),
            "{reference} is missing"
        );
    }
}

#[test]
fn the_command_prints_the_same_description_and_it_changes_only_on_purpose() {
    let output = command().arg("openapi").output().unwrap();
    assert!(output.status.success());
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    insta::assert_json_snapshot!("openapi", document, { ".info.version" => "[version]" });
}
