//! Servers that say back what they were given, in the middle of reading.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use reqwest::Method;
use serde_json::{Value, json};
use tokio_postgres::{Config, NoTls};

use crate::connectors::http_api::fake::{Api, Reply, json as answer};
use crate::support::app::{CANARY, TestApp, leaks};
use crate::support::client::{Answer, Client};
use crate::support::servers;

/// Copies, and answers all that is told of it, having looked for the secret in its events.
async fn copies(client: &Client, source: &Value, tables: &Value) -> Value {
    let body = json!({"source_ids": [source], "sync_options": {"wait": false, "tables": tables}});
    let answer = client.post("/data/sync", body).await;
    let id = answer.body["data"]["job_id"].as_str().unwrap().to_owned();
    let path = format!("/data/default/jobs/{id}");
    let events = client.request(Method::GET, &format!("{path}/events"));
    let events = events.send().await.unwrap().text().await.unwrap();
    assert!(!leaks(events.as_bytes()), "{events}");
    client.get("/data/jobs").await.ok();
    client.get(&path).await.ok()
}

/// Whether an answer hands on what the server said.
fn hands_on(body: &Value, words: &str) -> bool {
    body.to_string().contains(words)
}

/// Which of the ways to say who asks, and what of it is a secret.
fn logins() -> [Value; 4] {
    [
        json!({"auth": {"type": "bearer", "token": CANARY}}),
        json!({"auth": {"type": "api_key", "in": "query", "api_key": CANARY}}),
        json!({"auth": {"type": "basic", "username": "anna", "password": CANARY}}),
        json!({"headers": {"X-Secret": CANARY}}),
    ]
}

/// What an API says that knows the secret, as it is and as JSON writes it.
fn tells(status: u16, body: String) -> Reply {
    Reply {
        status,
        ..answer(body)
    }
}

#[actix_web::test]
async fn an_api_that_says_its_key_back_while_it_is_read_is_not_quoted() {
    let escaped = CANARY.replace('/', "\\/");
    let app = TestApp::start();
    let admin = app.admin();
    for login in logins() {
        for reply in [
            tells(400, format!("{{\"error\":\"said back: {CANARY}\"}}")),
            tells(403, format!("{{\"error\":\"said back: {escaped}\"}}")),
            tells(200, format!("said back: {CANARY}")),
            tells(200, format!("{{\"{CANARY}\": \"said back: {CANARY}\"}}")),
        ] {
            // Requests that are answered as they should be before that.
            let good = Arc::new(AtomicUsize::new(usize::MAX));
            let (left, said) = (Arc::clone(&good), reply.clone());
            let api = Api::start(move |asked| {
                let went = left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| {
                    left.checked_sub(1)
                });
                match (went, asked.param("page")) {
                    (Err(_), _) => said.clone(),
                    (_, Some("1")) => answer(r#"{"data":[{"id":1},{"id":2}]}"#),
                    (_, Some("2")) => answer(r#"{"data":[{"id":3}]}"#),
                    _ => answer(r#"{"data":[]}"#),
                }
            })
            .await;
            let mut config = json!({"base_url": api.url(), "endpoints": [
                {"name": "orders", "path": "/orders", "record_path": "data", "pagination": {"type": "page"}}]});
            config
                .as_object_mut()
                .unwrap()
                .extend(login.as_object().unwrap().clone());
            let source = json!({"type": "api", "name": "shop", "connection_config": config});
            let connected = admin
                .post("/data/connect", json!({"sources": [source]}))
                .await
                .ok();
            let id = &connected["connected_sources"][0]["id"];
            let (mut failed, mut quotes, mut copied) = (0, 0, false);
            for number in 0.. {
                good.store(number, Ordering::SeqCst);
                let body = json!({"source_id": id, "table": "orders", "from": "source"});
                let Answer { status, body } = admin.post("/data/preview", body).await;
                assert!(
                    status == 200 || !leaks(body.to_string().as_bytes()),
                    "{body}"
                );
                good.store(number, Ordering::SeqCst);
                let job = copies(&admin, id, &json!(["orders"])).await;
                assert!(!job.to_string().contains(&escaped), "{job}");
                if job["state"] == "succeeded" {
                    copied = true;
                    break;
                }
                failed += 1;
                // Where it was said while the schema was read, it is left at what happened.
                let quoted = job["result"].to_string().contains("server_message");
                assert!(!quoted || hands_on(&job, "said back: ***"), "{job}");
                quotes += usize::from(quoted);
            }
            assert!(
                copied && failed >= 3 && (quotes > 0 || reply.status == 200),
                "{failed} failed: {login} {reply:?} {:?}",
                api.targets()
            );
            let gone = json!({"source_ids": [id]});
            admin.post("/data/cleanup", gone).await.ok();
        }
    }
    assert!(!app.log().contains(&escaped), "{}", app.log());
}

#[actix_web::test]
async fn a_server_that_says_the_password_back_while_it_is_read_is_not_quoted() {
    let Some(port) = servers::postgres_port() else {
        return;
    };
    let name = format!("told_{}", uuid::Uuid::new_v4().simple());
    let mut config = Config::new();
    config.host("127.0.0.1").port(port).dbname("postgres");
    config
        .user("headwater_admin")
        .password(servers::admin_password());
    let (admin, connection) = config.connect(NoTls).await.unwrap();
    tokio::spawn(connection);
    admin
        .batch_execute(&format!("CREATE DATABASE {name}"))
        .await
        .unwrap();
    admin
        .batch_execute(&format!("CREATE ROLE {name} LOGIN PASSWORD '{CANARY}'"))
        .await
        .unwrap();
    let (inside, connection) = config.dbname(&name).connect(NoTls).await.unwrap();
    tokio::spawn(connection);
    // The word comes from a row, so that no definition holds it; far behind, it is cut in two.
    let script = format!(
        "CREATE TABLE words (n integer PRIMARY KEY, word text);
         INSERT INTO words VALUES (1, 'said back: {CANARY}'), (2, repeat('-', 447) || '{CANARY}');
         CREATE VIEW near AS SELECT word::integer AS n FROM words WHERE n = 1;
         CREATE VIEW far AS SELECT word::integer AS n FROM words WHERE n = 2;
         GRANT SELECT ON ALL TABLES IN SCHEMA public TO {name}"
    );
    inside.batch_execute(&script).await.unwrap();
    let app = TestApp::start();
    let client = app.admin();
    let database = json!({"databaseType": "postgresql", "host": "127.0.0.1", "port": port,
        "database": name, "username": name, "password": CANARY});
    let connected = client.connect(database).await;
    let (half, _) = CANARY.split_at(CANARY.len() / 2);
    for table in ["near", "far"] {
        let preview =
            json!({"source_id": connected["source_id"], "table": table, "from": "source"});
        let query =
            json!({"source_id": connected["source_id"], "sql": format!("SELECT n FROM {table}")});
        let told = [
            client.post("/data/preview", preview).await.body,
            client.post("/data/query", query).await.body,
            copies(&client, &connected["source_id"], &json!([table])).await,
        ];
        for body in told {
            assert!(hands_on(&body, "invalid input syntax"), "{body}");
            assert!(hands_on(&body, "***") && !hands_on(&body, half), "{body}");
        }
    }
    assert!(!app.log().contains(half), "{}", app.log());
}
