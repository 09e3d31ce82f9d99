//! Logins and databases, and how each failure is told.

use std::time::{Duration, Instant};

use headwater::connectors::{ErrorKind, Stage};
use mysql_async::prelude::Queryable;
use serde_json::json;

use super::{Server, attempt, connect, failure, passed, server, servers, unique};
use crate::support::servers as real;

#[tokio::test]
async fn a_password_of_any_characters_logs_in_and_every_stage_is_told() {
    for server in servers() {
        let attempt = attempt(&server.admin(&json!({"database": "shop"}))).await;
        let session = attempt.result.unwrap();
        let info = session.server();
        assert_eq!(info.engine, server.name);
        assert!(!info.version.starts_with("5.5.5-"), "{info:?}");
        assert_eq!(info.product.to_lowercase(), server.name);
        assert_eq!(
            passed(&attempt.stages),
            [
                Stage::Resolve,
                Stage::Connect,
                Stage::Tls,
                Stage::Authenticate,
                Stage::OpenDatabase
            ]
        );
        session.close().await;
    }
}

#[tokio::test]
async fn the_server_tells_which_engine_it_is_whatever_it_was_taken_for() {
    let other = |name: &str| if name == "mysql" { "mariadb" } else { "mysql" };
    for server in servers() {
        let target = server.admin(&json!({"databaseType": other(server.name)}));
        assert_eq!(connect(&target).await.server().engine, server.name);
    }
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_user_are_told_alike() {
    for server in servers() {
        // MySQL picks the method of a user that is not there by the name.
        let unknown = (0..6).map(|number| format!("nobody_knows_{number}"));
        for user in unknown.chain(["reader".to_owned()]) {
            let target = server.user(&user, "not-the-password", &json!({}));
            let error = failure(&target).await;
            assert_eq!(error.kind, ErrorKind::AuthenticationFailed);
            assert_eq!(error.stage, Some(Stage::Authenticate));
            assert_eq!(error.server_code.as_deref(), Some("1045"));
        }
    }
}

#[tokio::test]
async fn a_database_that_is_not_there_or_not_theirs_fails_after_the_login() {
    for server in servers() {
        let nowhere = json!({"database": "nowhere"});
        let shop = json!({"database": "shop"});
        for (target, kind) in [
            (server.admin(&nowhere), ErrorKind::DatabaseNotFound),
            (
                server.user("reader", "reader-pass", &nowhere),
                ErrorKind::PermissionDenied,
            ),
            (
                server.user("nobody_user", "nobody-pass", &shop),
                ErrorKind::PermissionDenied,
            ),
        ] {
            let error = failure(&target).await;
            assert_eq!(
                (error.kind, error.stage),
                (kind, Some(Stage::OpenDatabase)),
                "{error:?}"
            );
        }
    }
}

#[tokio::test]
async fn a_users_own_limit_of_connections_is_told() {
    for server in servers() {
        let target = server.user("few", "few-pass", &json!({}));
        let first = connect(&target).await;
        let error = failure(&target).await;
        assert_eq!(error.kind, ErrorKind::TooManyConnections);
        assert_eq!(error.reason, Some("user_limit"));
        first.close().await;
    }
}

#[tokio::test]
async fn a_locked_account_and_an_expired_password_are_told_apart() {
    for server in servers() {
        for (clause, reason) in [
            ("ACCOUNT LOCK", "account_locked"),
            ("PASSWORD EXPIRE", "password_expired"),
        ] {
            let user = unique();
            let make = format!("CREATE USER {user} IDENTIFIED BY 'a-password' {clause}");
            server.run(&[make]).await.disconnect().await.unwrap();
            let error = failure(&server.user(&user, "a-password", &json!({}))).await;
            assert_eq!(error.kind, ErrorKind::AuthenticationFailed, "{error:?}");
            assert_eq!(error.reason, Some(reason), "{error:?}");
        }
    }
}

/// The server keeps a password's hash once its user has logged in, and then wants less: each login
/// here is a user's first.
#[tokio::test]
async fn the_first_login_by_caching_sha2_works_with_tls_without_it_and_by_socket() {
    let Some(server) = server("mysql") else {
        return;
    };
    for options in [json!({"tls": "require"}), json!({"tls": "disable"})] {
        let user = fresh_user(server).await;
        let target = server.user(&user, "a secret, quite", &json!({ "options": options }));
        for _ in 0..2 {
            let session = connect(&target).await;
            assert_eq!(session.server().tls.is_some(), options["tls"] == "require");
            session.close().await;
        }
        let wrong = server.user(&user, "another", &json!({ "options": options }));
        assert_eq!(failure(&wrong).await.kind, ErrorKind::AuthenticationFailed);
    }
    let user = fresh_user(server).await;
    let socket = json!({"host": real::variable("MYSQL_SOCKET"), "port": null});
    connect(&server.user(&user, "a secret, quite", &socket))
        .await
        .close()
        .await;
}

async fn fresh_user(server: Server) -> String {
    let user = unique();
    let make =
        format!("CREATE USER {user} IDENTIFIED WITH caching_sha2_password BY 'a secret, quite'");
    server.run(&[make]).await.disconnect().await.unwrap();
    user
}

#[tokio::test]
async fn mariadbs_users_log_in_by_mysql_native_password() {
    let Some(server) = server("mariadb") else {
        return;
    };
    let plugin = "SELECT plugin FROM mysql.user WHERE user = 'reader'";
    let mut admin = server.run(&[]).await;
    let plugin: Option<String> = admin.query_first(plugin).await.unwrap();
    assert_eq!(plugin.as_deref(), Some("mysql_native_password"));
    for tls in ["disable", "require"] {
        let target = server.user("reader", "reader-pass", &json!({"options": {"tls": tls}}));
        connect(&target).await.close().await;
    }
}

#[tokio::test]
async fn an_empty_password_is_a_password_too() {
    for server in servers() {
        let user = unique();
        let make = format!("CREATE USER {user} IDENTIFIED BY ''");
        server.run(&[make]).await.disconnect().await.unwrap();
        connect(&server.user(&user, "", &json!({})))
            .await
            .close()
            .await;
        let wrong = server.user(&user, "something", &json!({}));
        assert_eq!(failure(&wrong).await.kind, ErrorKind::AuthenticationFailed);
    }
}

#[tokio::test]
async fn the_older_sha256_password_works_with_tls_and_without_it() {
    let Some(server) = server("mysql") else {
        return;
    };
    let user = unique();
    let make = format!("CREATE USER {user} IDENTIFIED WITH sha256_password BY 'a-password'");
    server.run(&[make]).await.disconnect().await.unwrap();
    for tls in ["require", "disable"] {
        let options = json!({"options": {"tls": tls}});
        let target = server.user(&user, "a-password", &options);
        connect(&target).await.close().await;
        let error = failure(&server.user(&user, "another", &options)).await;
        assert_eq!(error.kind, ErrorKind::AuthenticationFailed);
    }
}

#[tokio::test]
async fn a_session_can_write_nothing() {
    for server in servers() {
        let name = unique();
        server
            .run(&[
                format!("CREATE DATABASE {name}"),
                format!("CREATE TABLE {name}.t (a int)"),
                format!("CREATE FUNCTION {name}.add_one() RETURNS int MODIFIES SQL DATA BEGIN INSERT INTO {name}.t VALUES (1); RETURN 1; END"),
            ])
            .await
            .disconnect()
            .await
            .unwrap();
        let query = format!("SELECT {name}.add_one()");
        let target = server.admin(&json!({"database": name, "query": query}));
        let mut session = connect(&target).await;
        // MariaDB refuses to prepare it, MySQL to run it.
        match session.list_tables(&target.settings.selection).await {
            Ok(tables) => {
                let deadline = Instant::now() + Duration::from_secs(20);
                let counts = session.count_rows(&tables, deadline).await;
                assert_eq!(counts, [Some(0), None]);
            }
            Err(error) => assert_eq!(error.server_code.as_deref(), Some("1792")),
        }
        let mut admin = server.run(&[]).await;
        let written: Option<u64> = admin
            .query_first(format!("SELECT COUNT(*) FROM {name}.t"))
            .await
            .unwrap();
        assert_eq!(written, Some(0));
    }
}
