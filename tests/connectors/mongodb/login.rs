//! Getting in, and being told why not.

use headwater::connectors::{ErrorKind, Selection};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::{Counted, admin, as_admin, connect, fresh, kinds, stages, until};
use crate::support::fake::server;
use crate::support::servers;

async fn with_a_document(port: u16, name: &str) -> String {
    let database = fresh(name);
    let collection = admin(port).await.database(&database).collection("things");
    collection
        .insert_one(mongodb::bson::doc! { "_id": 1 })
        .await
        .unwrap();
    database
}

#[tokio::test]
async fn a_password_of_all_the_awkward_characters_works_in_a_url() {
    let Some(server) = servers::mongodb() else {
        return;
    };
    let database = with_a_document(server.port, "url").await;
    let password = servers::admin_password();
    let password = utf8_percent_encode(&password, NON_ALPHANUMERIC);
    for mechanism in [
        "",
        "&authMechanism=SCRAM-SHA-256",
        "&authMechanism=SCRAM-SHA-1",
    ] {
        let url = format!(
            "mongodb://headwater_admin:{password}@127.0.0.1:{}/{database}?authSource=admin{mechanism}",
            server.port
        );
        let attempt = connect(json!({ "url": url })).await;
        assert_eq!(
            stages(&attempt),
            "resolve connect authenticate open_database"
        );
        let session = attempt.session();
        assert_eq!(session.server().product, "SecantusDB");
        assert_eq!(session.server().tls, None);
        session.close().await;
    }
}

#[tokio::test]
async fn a_wrong_password_user_or_auth_source_is_told_with_the_source_that_was_asked() {
    let Some(server) = servers::mongodb() else {
        return;
    };
    for (username, password, source, named) in [
        ("headwater_admin", "wrong horse", "admin", "'admin'"),
        ("nobody_knows", "wrong horse", "admin", "'admin'"),
        (
            "headwater_admin",
            &servers::admin_password(),
            "shop",
            "'shop'",
        ),
    ] {
        let attempt = connect(json!({
            "host": "127.0.0.1", "port": server.port, "database": "shop",
            "username": username, "password": password, "options": { "authSource": source },
        }))
        .await;
        assert_eq!(stages(&attempt), "resolve connect authenticate!");
        let error = attempt.error();
        assert_eq!(
            kinds(&error),
            (ErrorKind::AuthenticationFailed, "authenticate")
        );
        assert!(
            error.message.contains(named) && error.message.contains(username),
            "{error:?}"
        );
        assert!(error.hint.contains("options.authSource"), "{error:?}");
        assert_eq!(error.server_code.as_deref(), Some("18"));
        assert!(!format!("{error:?}").contains(password), "{error:?}");
    }
}

#[tokio::test]
async fn the_database_itself_is_the_auth_source_unless_told() {
    let Some(server) = servers::mongodb() else {
        return;
    };
    let shop = admin(server.port).await.database("shop").collection("seen");
    let one = mongodb::bson::doc! { "_id": fresh("seen") };
    shop.insert_one(one).await.unwrap();
    let url = format!(
        "mongodb://reader:reader-pass@127.0.0.1:{}/shop",
        server.port
    );
    connect(json!({ "url": url })).await.session();
}

#[tokio::test]
async fn no_login_at_all_is_told_where_one_is_demanded() {
    let Some(server) = servers::mongodb() else {
        return;
    };
    let attempt = connect(json!({ "host": "127.0.0.1", "port": server.port })).await;
    let error = attempt.error();
    assert_eq!(
        kinds(&error),
        (ErrorKind::AuthenticationFailed, "authenticate")
    );
    assert!(error.message.contains("none was given"), "{error:?}");
}

#[tokio::test]
async fn an_unknown_database_is_told_with_the_one_that_is_alike() {
    let Some(server) = servers::mongodb() else {
        return;
    };
    let database = with_a_document(server.port, "Alike").await;
    let attempt = connect(as_admin(server.port, &database.to_lowercase())).await;
    assert_eq!(
        stages(&attempt),
        "resolve connect authenticate open_database!"
    );
    let error = attempt.error();
    assert_eq!(
        kinds(&error),
        (ErrorKind::DatabaseNotFound, "open_database")
    );
    assert!(error.hint.contains(&database), "{error:?}");
}

#[tokio::test]
async fn a_login_without_rights_is_told_that_it_has_none() {
    let Some(server) = servers::mongodb() else {
        return;
    };
    let attempt = connect(json!({
        "host": "127.0.0.1", "port": server.port, "database": "shop",
        "username": "nobody_user", "password": "nobody-pass", "options": { "authSource": "admin" },
    }))
    .await;
    let error = attempt.error();
    assert_eq!(
        kinds(&error),
        (ErrorKind::PermissionDenied, "open_database")
    );
    assert!(
        error.message.contains("nobody_user") && error.message.contains("shop"),
        "{error:?}"
    );
}

#[tokio::test]
async fn nothing_is_left_of_a_session_that_was_dropped_or_closed() {
    let Some(server) = servers::mongodb() else {
        return;
    };
    let database = with_a_document(server.port, "left").await;
    let way = Counted::to(server.port).await;
    for close in [false, true] {
        let tasks = tokio::runtime::Handle::current()
            .metrics()
            .num_alive_tasks();
        let mut session = connect(as_admin(way.port, &database)).await.session();
        session.introspect(&Selection::default()).await.unwrap();
        assert!(way.open() >= 2);
        if close {
            session.close().await;
        } else {
            drop(session);
        }
        until("a connection is left open", || way.open() == 0).await;
        let metrics = tokio::runtime::Handle::current().metrics();
        until("a task is left", || metrics.num_alive_tasks() <= tasks).await;
    }
}

#[tokio::test]
async fn nothing_is_left_of_a_login_that_failed() {
    let Some(server) = servers::mongodb() else {
        return;
    };
    let way = Counted::to(server.port).await;
    let tasks = tokio::runtime::Handle::current()
        .metrics()
        .num_alive_tasks();
    let mut input = as_admin(way.port, "shop");
    input["password"] = json!("wrong horse");
    connect(input).await.error();
    until("a connection is left open", || way.open() == 0).await;
    let metrics = tokio::runtime::Handle::current().metrics();
    until("a task is left", || metrics.num_alive_tasks() <= tasks).await;
}

#[tokio::test]
async fn a_closed_port_and_an_unknown_name_are_told_apart() {
    let port = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap().port()
    };
    let error = connect(json!({ "host": "127.0.0.1", "port": port }))
        .await
        .error();
    assert_eq!(kinds(&error), (ErrorKind::ConnectionRefused, "connect"));
    let error = connect(json!({ "host": "no-such-host.invalid" }))
        .await
        .error();
    assert_eq!(kinds(&error), (ErrorKind::DnsFailure, "resolve"));
}

#[tokio::test]
async fn a_server_that_says_nothing_is_told_within_seconds() {
    let port = server(|mut stream, _| async move {
        let _ = stream.read_to_end(&mut Vec::new()).await;
    })
    .await;
    let error = connect(json!({ "host": "127.0.0.1", "port": port }))
        .await
        .error();
    assert_eq!(kinds(&error), (ErrorKind::Timeout, "connect"));
}

#[tokio::test]
async fn another_protocol_is_told_by_name() {
    for (greeting, name) in [
        (&b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n"[..], "an SSH server"),
        (
            b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n",
            "an HTTP server",
        ),
        (
            b"\x01\x02\x03",
            "a server that does not speak MongoDB's protocol",
        ),
    ] {
        let port = server(move |mut stream, _| async move {
            let _ = stream.write_all(greeting).await;
            let mut bytes = [0; 64];
            let _ = stream.read(&mut bytes).await;
        })
        .await;
        let error = connect(json!({ "host": "127.0.0.1", "port": port }))
            .await
            .error();
        assert_eq!(kinds(&error), (ErrorKind::ProtocolMismatch, "connect"));
        assert!(error.message.contains(name), "{error:?}");
    }
}

#[tokio::test]
async fn postgresqls_port_is_told() {
    let Some(port) = servers::postgres_port() else {
        return;
    };
    let error = connect(json!({ "host": "127.0.0.1", "port": port }))
        .await
        .error();
    assert_eq!(
        kinds(&error),
        (ErrorKind::ProtocolMismatch, "connect"),
        "{error:?}"
    );
    assert!(error.message.contains("PostgreSQL"), "{error:?}");
}

#[tokio::test]
async fn a_unix_socket_is_a_way_too() {
    let Some(server) = servers::mongodb() else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mongodb.sock");
    let listener = tokio::net::UnixListener::bind(&path).unwrap();
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            let server = tokio::net::TcpStream::connect(("127.0.0.1", server.port));
            let mut server = server.await.unwrap();
            tokio::spawn(async move {
                let _ = tokio::io::copy_bidirectional(&mut client, &mut server).await;
            });
        }
    });
    let mut input = as_admin(server.port, "");
    input["host"] = json!(path);
    let attempt = connect(input).await;
    assert_eq!(stages(&attempt), "connect authenticate open_database");
    attempt.session().close().await;
}
