//! TLS: what each mode accepts, and how each refusal is told.

use headwater::connectors::{ErrorKind, Stage};
use serde_json::json;

use super::{attempt, connect, failure, servers};
use crate::support::servers as real;

fn pem(file: &str) -> String {
    let path = format!("{}/{file}", real::variable("TLS_DIR"));
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

#[tokio::test]
async fn every_mode_that_the_server_satisfies_connects() {
    for server in servers() {
        for (options, encrypted, verified) in [
            (json!({"tls": "disable"}), false, false),
            (json!({}), true, false),
            (json!({"tls": "require"}), true, false),
            (
                json!({"tls": "verify-ca", "tls_ca": pem("ca.pem")}),
                true,
                true,
            ),
            (
                json!({"tls": "verify-full", "tls_ca": pem("ca.pem")}),
                true,
                true,
            ),
            (
                json!({"ssl-mode": "VERIFY_IDENTITY", "ssl-ca": pem("ca.pem")}),
                true,
                true,
            ),
        ] {
            let session = connect(&server.admin(&json!({ "options": options }))).await;
            let tls = session.server().tls.clone();
            assert_eq!(tls.is_some(), encrypted, "{options}");
            let certificate = tls.and_then(|tls| tls.certificate);
            assert_eq!(
                certificate.is_some_and(|c| c.verified),
                verified,
                "{options}"
            );
            session.close().await;
        }
    }
}

#[tokio::test]
async fn a_certificate_for_another_name_fails_the_full_check_alone() {
    for server in servers() {
        let at = |tls: &str| {
            let options = json!({"tls": tls, "tls_ca": pem("ca.pem")});
            server.admin(&json!({"host": "127.0.0.2", "options": options}))
        };
        connect(&at("verify-ca")).await.close().await;
        let error = failure(&at("verify-full")).await;
        assert_eq!(
            (error.kind, error.stage),
            (ErrorKind::CertificateInvalid, Some(Stage::Tls))
        );
        assert_eq!(error.reason, Some("wrong_name"));
    }
}

#[tokio::test]
async fn a_certificate_of_an_authority_that_is_not_trusted_is_told() {
    for server in servers() {
        for options in [
            json!({"tls": "verify-ca", "tls_ca": pem("other-ca.pem")}),
            json!({"tls_ca": pem("other-ca.pem")}),
            json!({"tls": "verify-full"}),
        ] {
            let error = failure(&server.admin(&json!({ "options": options }))).await;
            assert_eq!(error.kind, ErrorKind::CertificateInvalid, "{options}");
            assert_eq!(error.reason, Some("untrusted"), "{options}");
        }
    }
}

#[tokio::test]
async fn the_servers_own_certificate_is_an_authority_for_itself() {
    for server in servers() {
        let options = json!({"tls": "verify-full", "tls_ca": pem("server.pem")});
        connect(&server.admin(&json!({ "options": options })))
            .await
            .close()
            .await;
    }
}

#[tokio::test]
async fn a_server_without_tls_is_refused_where_tls_is_a_must_and_taken_where_it_is_not() {
    let Some(mut server) = super::server("mariadb") else {
        return;
    };
    server.port = real::port("MARIADB_PLAIN_PORT");
    for tls in ["require", "verify-ca", "verify-full"] {
        let error = failure(&server.admin(&json!({"options": {"tls": tls}}))).await;
        assert_eq!(
            (error.kind, error.stage),
            (ErrorKind::TlsNotOffered, Some(Stage::Tls))
        );
    }
    let attempt = attempt(&server.admin(&json!({}))).await;
    assert!(attempt.result.unwrap().server().tls.is_none());
    assert!(attempt.stages.iter().all(|s| s.stage != Stage::Tls));
}

#[tokio::test]
async fn an_account_that_must_use_tls_is_told_so_where_it_goes_without() {
    for server in servers() {
        let with = |tls: &str| {
            server.user(
                "tls_only",
                "tls-only-pass",
                &json!({"options": {"tls": tls}}),
            )
        };
        connect(&with("require")).await.close().await;
        let error = failure(&with("disable")).await;
        assert_eq!(error.kind, ErrorKind::AuthenticationFailed);
        assert!(error.hint.contains("options.tls = require"), "{error:?}");
    }
}

#[tokio::test]
async fn an_account_that_must_show_a_certificate_gets_in_with_one() {
    for server in servers() {
        let with = |options| {
            server.user(
                "tls_client",
                "tls-client-pass",
                &json!({ "options": options }),
            )
        };
        let certificate = json!({
            "tls": "verify-full", "tls_ca": pem("ca.pem"),
            "tls_certificate": pem("client.pem"), "tls_key": pem("client.key"),
        });
        connect(&with(certificate)).await.close().await;
        let error = failure(&with(json!({"tls": "require"}))).await;
        assert_eq!(error.kind, ErrorKind::AuthenticationFailed);
        assert!(error.hint.contains("options.tls_certificate"), "{error:?}");
    }
}

#[tokio::test]
async fn a_socket_needs_no_tls_and_the_operators_leave() {
    for server in servers() {
        let socket = real::variable(&format!("{}_SOCKET", server.name.to_uppercase()));
        let target = server.admin(&json!({"host": socket, "port": null}));
        connect(&target).await.close().await;
    }
}
