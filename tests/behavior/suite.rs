//! What holds for every engine.

mod connecting;
mod cutting;
mod direct;
mod failing;
mod killing;
mod schemas;
mod syncing;
pub mod versions;

pub use connecting::*;
pub use cutting::*;
pub use direct::*;
pub use failing::*;
pub use killing::*;
pub use schemas::*;
pub use syncing::*;

use headwater::connectors::{Driver, driver};
use serde_json::{Value, json};

use super::engine::{Engine, unique};
use crate::support::app::TestApp;
use crate::support::client::Client;

/// A running server, a caller, and a database of the engine.
pub struct Stage {
    app: TestApp,
    client: Client,
    name: String,
    database: Value,
}

async fn stage(engine: &dyn Engine) -> Stage {
    let app = TestApp::start();
    let client = app.admin();
    let name = unique();
    let files = app.data_dir().join("files");
    std::fs::create_dir_all(&files).unwrap();
    let database = engine.make(&name, &files).await;
    Stage {
        app,
        client,
        name,
        database,
    }
}

impl Stage {
    fn with(&self, changes: &Value) -> Value {
        let mut database = self.database.clone();
        for (field, value) in changes.as_object().unwrap() {
            database[field] = value.clone();
        }
        database
    }

    async fn schema(&self, id: &str, more: &str) -> Value {
        self.client
            .get(&format!("/data/workspace_id/schema?source_id={id}{more}"))
            .await
            .ok()
    }

    async fn test(&self, database: Value) -> Value {
        let answer = self
            .client
            .post(
                "/data/workspace_id/test-connection",
                json!({ "database": database }),
            )
            .await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        one_stage_failed_or_none(&answer.body);
        answer.body
    }

    /// Tests a connection that is to fail, and answers the body.
    async fn fails(&self, database: Value, code: &str, stage: &str) -> Value {
        let body = self.test(database).await;
        assert_eq!(body["error"]["code"], code, "{body}");
        assert_eq!(body["error"]["details"]["stage"], stage, "{body}");
        body
    }
}

/// Of a test that failed, one stage has failed: the last one, which is the error's too.
fn one_stage_failed_or_none(body: &Value) {
    let stages = body["data"]["stages"].as_array().unwrap();
    let mut failed = stages.iter().filter(|record| record["ok"] == false);
    if body["status"] == "success" {
        assert!(failed.next().is_none(), "{body}");
        return;
    }
    let of_error = json!(body["error"]["details"]["stage"]);
    assert_eq!(
        stages.last().map(|record| &record["stage"]),
        Some(&of_error),
        "{body}"
    );
    assert_eq!(failed.next(), stages.last(), "{body}");
    assert!(failed.next().is_none(), "{body}");
}

fn id(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("no id in {value}"))
}

fn of(engine: &dyn Engine) -> &'static Driver {
    driver(engine.name()).unwrap()
}

fn names(tables: &Value) -> Vec<&str> {
    tables
        .as_array()
        .unwrap()
        .iter()
        .map(|table| table["name"].as_str().unwrap())
        .collect()
}

fn table<'a>(tables: &'a Value, name: &str) -> &'a Value {
    let found = tables
        .as_array()
        .unwrap()
        .iter()
        .find(|table| table["name"] == name);
    found.unwrap_or_else(|| panic!("no {name} in {tables}"))
}
