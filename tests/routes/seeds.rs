//! The requests of the published examples, as their curl lines and Python functions send them:
//! paths, fields and the parts of the answers that they read. Only hosts and credentials are
//! filled in, with a server that refuses and with a file that is there.

use serde_json::{Value, json};

use crate::support::app::TestApp;
use crate::support::client::Client;

/// A port of this machine at which nothing listens.
fn dead_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port()
}

fn both_forms(app: &TestApp) -> [Client; 2] {
    let admin = app.admin();
    [
        admin.at(format!("{}/jarvispy/acme/admin/api/v1", app.url)),
        admin,
    ]
}

#[actix_web::test]
async fn workspaces_are_saved_listed_and_loaded_as_in_the_examples() {
    let app = TestApp::start();
    for caller in both_forms(&app) {
        let workspace = json!({
            "name": "Financial Analysis Workspace",
            "description": "Workspace for financial data analysis and reporting",
            "metadata": {"department": "finance", "created_by": "analyst_team"},
        });
        let saved = caller.post("/workspaces/save", workspace).await;
        assert_eq!(saved.body["message"], "Workspace saved successfully");
        let id = saved.ok()["workspace_id"].as_str().unwrap().to_owned();
        for workspace in caller
            .get("/workspaces/list?scope=user")
            .await
            .ok()
            .as_array()
            .unwrap()
        {
            assert!(workspace["name"].is_string() && workspace["id"].is_string());
        }
        let loaded = caller
            .get(&format!("/workspaces/{id}/load?scope=user"))
            .await
            .ok();
        assert_eq!(loaded["name"], "Financial Analysis Workspace");
    }
}

#[actix_web::test]
async fn a_database_that_refuses_answers_as_the_example_reads_it() {
    let app = TestApp::start();
    for caller in both_forms(&app) {
        let database = json!({
            "databaseType": "postgresql", "host": "127.0.0.1", "port": dead_port(), "database": "customers",
            "username": "user", "password": "password", "name": "Customer Database",
        });
        let body = json!({"scope": "user", "database": database, "computeRowCount": true});
        let failed = caller
            .post("/data/workspace_id/connect", body)
            .await
            .failed(422, "connection_refused");
        assert_eq!(failed["data"]["connectionStatus"], false);
        assert!(
            failed["data"]["errorMessage"]
                .as_str()
                .is_some_and(|message| !message.is_empty())
        );
        assert_eq!(
            caller.get("/data/workspace_id/list?scope=user").await.ok(),
            json!([])
        );
    }
}

#[actix_web::test]
async fn several_sources_are_told_apart_in_the_answer() {
    let app = TestApp::start();
    let files = app.data_dir().join("files");
    std::fs::create_dir_all(&files).unwrap();
    std::fs::write(files.join("a.sqlite"), b"").unwrap();
    for caller in both_forms(&app) {
        let metadata = json!({"description": "Customer database connection"});
        let sources = json!([
            {"type": "database", "name": "customer_db", "connection_config": {"url": "sqlite:a.sqlite"}, "metadata": metadata},
            {"type": "database", "name": "gone", "connection_config": {
                "host": "127.0.0.1", "port": dead_port(), "database": "customers", "username": "user",
                "password": "password", "databaseType": "mysql"}},
            {"type": "nonsense", "name": "odd", "connection_config": {}},
        ]);
        let body = json!({"scope": "user", "sources": sources});
        let data = caller.post("/data/workspace_id/connect", body).await.ok();
        assert_eq!(
            data["connected_sources"].as_array().map(Vec::len),
            Some(1),
            "{data}"
        );
        assert_eq!(data["connected_sources"][0]["name"], "customer_db");
        let failed = data["failed_sources"].as_array().unwrap();
        assert_eq!(failed.len(), 2);
        assert_eq!(
            (&failed[0]["index"], &failed[0]["name"]),
            (&json!(1), &json!("gone"))
        );
        assert_eq!(failed[0]["error"]["code"], "connection_refused");
        assert_eq!(failed[1]["error"]["details"]["path"], "sources[2].type");
        for source in caller
            .get("/data/workspace_id/list?scope=user")
            .await
            .ok()
            .as_array()
            .unwrap()
        {
            assert!(source["name"].is_string() && source["type"].is_string());
            assert_eq!(source["metadata"], metadata);
        }
    }
}

#[actix_web::test]
async fn a_connection_is_tested_as_in_the_example() {
    let app = TestApp::start();
    for caller in both_forms(&app) {
        let config = json!({"host": "127.0.0.1", "port": dead_port(), "databaseType": "postgresql",
            "database": "customers", "username": "user", "password": "password"});
        let body = json!({"source_config": {"type": "database", "connection_config": config}});
        let answer = caller
            .post("/data/workspace_id/test-connection", body)
            .await;
        assert_eq!(
            (answer.status, &answer.body["status"]),
            (200, &json!("error"))
        );
        assert!(
            answer.body["message"]
                .as_str()
                .is_some_and(|message| !message.is_empty())
        );
    }
}

#[actix_web::test]
async fn a_schema_reads_and_a_cleanup_deletes_as_in_the_examples() {
    let app = TestApp::start();
    let files = app.data_dir().join("files");
    std::fs::create_dir_all(&files).unwrap();
    let file = rusqlite::Connection::open(files.join("b.sqlite")).unwrap();
    file.execute_batch("CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT)")
        .unwrap();
    for caller in both_forms(&app) {
        let connected = caller
            .connect(json!({"databaseType": "sqlite", "database": "b.sqlite", "name": "b"}))
            .await;
        let id = connected["source_id"].as_str().unwrap();
        let schema = caller
            .get(&format!(
                "/data/workspace_id/schema?source_id={id}&scope=user"
            ))
            .await
            .ok();
        let columns: Vec<_> = schema["tables"][0]["columns"]
            .as_array()
            .unwrap()
            .iter()
            .collect();
        let read: Vec<_> = columns
            .iter()
            .map(|column| (&column["name"], &column["type"]))
            .collect();
        assert_eq!(
            read,
            [
                (&json!("a"), &json!("INTEGER")),
                (&json!("b"), &json!("TEXT"))
            ]
        );

        let cleanup = json!({"scope": "user", "source_ids": ["source_123", id]});
        let answer = caller.post("/data/workspace_id/cleanup", cleanup).await;
        assert!(answer.body["message"].is_string());
        let expected =
            json!({"deleted_count": 1, "deleted_ids": [id], "not_found_ids": ["source_123"]});
        assert_eq!(answer.ok(), expected);
        let everything = caller
            .post("/data/workspace_id/cleanup", json!({"scope": "user"}))
            .await
            .ok();
        assert_eq!(everything["deleted_count"], Value::from(0));
    }
}
