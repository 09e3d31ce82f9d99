//! What a login or a server does not let one read, and how many statements are needed.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use headwater::connectors::{ErrorKind, Selection, Stage};
use headwater::schema::Schema;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};

use super::Database;
use crate::support::{fake, source};

async fn read(database: &Database, fields: Value) -> Schema {
    let mut session = source::connect(database.fields(fields)).await.session();
    session.introspect(&Selection::default()).await.unwrap()
}

fn as_reader() -> Value {
    json!({ "username": "reader", "password": "reader-pass" })
}

#[tokio::test]
async fn a_login_without_any_right_reads_the_same_structure() {
    let ddl = include_str!("ddl/around.sql");
    let Some(database) = Database::with(ddl).await else {
        return;
    };
    let all = read(&database, json!({})).await;
    let few = read(&database, as_reader()).await;
    assert_eq!(json!(few), json!(all));
    assert!(few.unreadable.is_empty());
}

#[tokio::test]
async fn a_catalog_that_is_refused_is_named_and_all_else_is_read() {
    let Some(database) = Database::with(include_str!("ddl/around.sql")).await else {
        return;
    };
    let mut expected = read(&database, as_reader()).await;
    let revoke = "REVOKE SELECT ON pg_catalog.pg_policy, pg_catalog.pg_sequence FROM PUBLIC";
    database.admin.batch_execute(revoke).await.unwrap();
    let mut limited = read(&database, as_reader()).await;
    let refused: Vec<_> = limited
        .unreadable
        .iter()
        .map(|refused| (refused.name.as_str(), refused.why.as_str()))
        .collect();
    let why = |catalog: &str| {
        format!(
            "The user 'reader' lacks a right in the database '{}'. It says: permission denied for \
             table {catalog}",
            database.name
        )
    };
    assert_eq!(
        refused,
        [
            ("sequences", &*why("pg_sequence")),
            ("policies", &*why("pg_policy"))
        ]
    );
    limited.unreadable.clear();
    expected.sequences.clear();
    for table in &mut expected.tables {
        if let Some(security) = &mut table.row_security {
            security.policies.clear();
        }
        table.row_security.take_if(|security| !security.enabled);
    }
    assert_eq!(json!(limited), json!(expected));
}

#[tokio::test]
async fn a_schema_is_not_without_its_columns() {
    let ddl = "CREATE TABLE t (id int); REVOKE SELECT ON pg_catalog.pg_attribute FROM PUBLIC";
    let Some(database) = Database::with(ddl).await else {
        return;
    };
    let mut session = source::connect(database.fields(as_reader()))
        .await
        .session();
    let error = session.introspect(&Selection::default()).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::PermissionDenied);
    assert_eq!(error.stage, Some(Stage::ReadCatalog));
}

#[tokio::test]
async fn a_database_of_any_size_takes_the_same_number_of_statements() {
    let mut counts = Vec::new();
    for tables in [1, 200] {
        let ddl = format!(
            "DO $$ BEGIN FOR i IN 1..{tables} LOOP
                EXECUTE format('CREATE TYPE e%s AS ENUM (''a'')', i);
                EXECUTE format('CREATE TABLE t%s (id serial PRIMARY KEY, up int REFERENCES t%s, e e%s CHECK (e > ''a''))', i, i, i);
                EXECUTE format('CREATE INDEX ON t%s ((id + 1)) WHERE id > 0', i);
                EXECUTE format('CREATE VIEW v%s AS SELECT * FROM t%s', i, i);
             END LOOP; END $$"
        );
        let Some(database) = Database::with(&ddl).await else {
            return;
        };
        let counted = Arc::new(AtomicUsize::new(0));
        let (seen, server) = (Arc::clone(&counted), database.server.port);
        let port = fake::server(move |client, _| relay(client, server, Arc::clone(&seen))).await;
        let through = json!({ "port": port, "options": { "tls": "disable" } });
        let mut session = source::connect(database.fields(through)).await.session();
        let before = counted.load(Ordering::Relaxed);
        let schema = session.introspect(&Selection::default()).await.unwrap();
        assert_eq!(schema.tables.len(), 2 * tables);
        counts.push(counted.load(Ordering::Relaxed) - before);
    }
    // The snapshot's begin, and each catalog query.
    assert_eq!(counts, [26, 26]);
}

#[tokio::test]
async fn a_large_catalog_is_read_over_two_connections_or_over_one() {
    let role = format!("one_{}", uuid::Uuid::new_v4().simple());
    let ddl = format!(
        "CREATE ROLE {role} LOGIN PASSWORD 'p' CONNECTION LIMIT 1;
         DO $$ BEGIN FOR i IN 1..2000 LOOP
            EXECUTE format('CREATE TABLE t%s (id int PRIMARY KEY, a text NOT NULL, b numeric DEFAULT 1, c jsonb, d text, e text, f text)', i);
         END LOOP; END $$"
    );
    let Some(database) = Database::with(&ddl).await else {
        return;
    };
    let connections = Arc::new(AtomicUsize::new(0));
    let (seen, server) = (Arc::clone(&connections), database.server.port);
    let port = fake::server(move |client, _| {
        seen.fetch_add(1, Ordering::Relaxed);
        relay(client, server, Arc::default())
    })
    .await;
    let through = json!({ "port": port, "options": { "tls": "disable" } });
    let by_two = read(&database, through.clone()).await;
    assert_eq!(connections.swap(0, Ordering::Relaxed), 2);
    let mut alone = through;
    alone["username"] = json!(role);
    alone["password"] = json!("p");
    let by_one = read(&database, alone).await;
    assert_eq!(json!(by_one), json!(by_two));
    let columns = by_two.tables.iter().map(|table| table.columns.len());
    assert_eq!(columns.sum::<usize>(), 14_000);
}

/// Hands all bytes on, and counts the statements among those of the client.
async fn relay(client: TcpStream, server: u16, counter: Arc<AtomicUsize>) {
    let server = TcpStream::connect(("127.0.0.1", server)).await.unwrap();
    let ((from_client, mut to_client), (mut from_server, to_server)) =
        (client.into_split(), server.into_split());
    let back = tokio::spawn(async move {
        let _ = tokio::io::copy(&mut from_server, &mut to_client).await;
    });
    let _ = count(from_client, to_server, &counter).await;
    back.abort();
}

async fn count(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    counter: &AtomicUsize,
) -> std::io::Result<()> {
    // The first message has no kind.
    let mut kind = 0;
    loop {
        let length = from.read_u32().await?;
        let mut body = vec![0; length as usize - 4];
        from.read_exact(&mut body).await?;
        if kind != 0 {
            to.write_u8(kind).await?;
        }
        // The snapshot's end may come a little later.
        if kind == b'Q' && body != b"ROLLBACK\0" {
            counter.fetch_add(1, Ordering::Relaxed);
        }
        to.write_u32(length).await?;
        to.write_all(&body).await?;
        kind = from.read_u8().await?;
    }
}
