//! Getting in, or being told why not.

use headwater::connectors::dial::{Dialer, HostRules};
use headwater::connectors::{ErrorKind, Stage};
use serde_json::{Value, json};

use super::{Postgres, admin, as_admin, merge, pem, postgres};
use crate::support::source::{connect, connect_with};

const ALL: [Stage; 5] = [
    Stage::Resolve,
    Stage::Connect,
    Stage::Tls,
    Stage::Authenticate,
    Stage::OpenDatabase,
];

fn as_reader(server: &Postgres, more: Value) -> Value {
    let mut fields = as_admin(
        server,
        json!({ "username": "reader", "password": "reader-pass" }),
    );
    merge(&mut fields, more);
    fields
}

#[tokio::test]
async fn a_login_reports_each_stage_the_version_and_the_certificate() {
    let Some(server) = postgres() else { return };
    let attempt = connect(as_admin(&server, json!({}))).await;
    assert_eq!(attempt.stages, ALL.map(|stage| (stage, true)));
    let session = attempt.session();
    let info = session.server();
    assert_eq!((info.engine, &*info.product), ("postgresql", "PostgreSQL"));
    assert!(info.version.starts_with(|c: char| c.is_ascii_digit()));
    assert!(info.notes.is_empty(), "{:?}", info.notes);
    let tls = info.tls.clone().unwrap();
    assert_eq!(tls.version, "TLSv1.3");
    assert_eq!(tls.certificate.unwrap().names, ["localhost", "127.0.0.1"]);
    session.close().await;
}

#[tokio::test]
async fn a_url_with_a_nasty_password_says_the_same_as_the_fields() {
    let Some(server) = postgres() else { return };
    let password = percent_encoding::utf8_percent_encode(
        &server.admin_password,
        percent_encoding::NON_ALPHANUMERIC,
    );
    let url = format!(
        "postgres://headwater_admin:{password}@localhost:{}/shop?sslmode=require&channel_binding=require",
        server.port
    );
    let session = connect(json!({ "url": url })).await.session();
    assert!(session.server().tls.is_some());
}

#[tokio::test]
async fn each_refusal_is_told_by_its_kind_and_stage() {
    let Some(server) = postgres() else { return };
    let plain = json!({ "port": server.plain_port });
    let with = |mut fields: Value, more: Value| {
        merge(&mut fields, more);
        fields
    };
    for (fields, kind, stage, code) in [
        (
            json!({ "password": "wrong" }),
            ErrorKind::AuthenticationFailed,
            Stage::Authenticate,
            "28P01",
        ),
        (
            json!({ "username": "no such user" }),
            ErrorKind::AuthenticationFailed,
            Stage::Authenticate,
            "28P01",
        ),
        (
            json!({ "password": "" }),
            ErrorKind::AuthenticationFailed,
            Stage::Authenticate,
            "",
        ),
        (
            json!({ "database": "no such database" }),
            ErrorKind::DatabaseNotFound,
            Stage::OpenDatabase,
            "3D000",
        ),
        (
            json!({ "username": "nobody_user", "password": "nobody-pass" }),
            ErrorKind::PermissionDenied,
            Stage::OpenDatabase,
            "42501",
        ),
        (
            json!({ "username": "tls_only", "password": "tls-only-pass", "options": { "sslmode": "disable" } }),
            ErrorKind::TlsRequired,
            Stage::Authenticate,
            "28000",
        ),
        (
            json!({ "username": "tls_client", "options": { "tls": "require" } }),
            ErrorKind::AuthenticationFailed,
            Stage::Authenticate,
            "28000",
        ),
        (
            with(plain.clone(), json!({ "options": { "tls": "require" } })),
            ErrorKind::TlsNotOffered,
            Stage::Tls,
            "",
        ),
        (
            with(plain.clone(), json!({ "username": "tls_only" })),
            ErrorKind::AuthenticationFailed,
            Stage::Authenticate,
            "28000",
        ),
        (
            with(
                plain,
                json!({ "options": { "channel_binding": "require" } }),
            ),
            ErrorKind::AuthenticationUnsupported,
            Stage::Authenticate,
            "",
        ),
        (
            json!({ "options": { "tls": "verify-full" } }),
            ErrorKind::CertificateInvalid,
            Stage::Tls,
            "",
        ),
        (
            json!({ "host": "no-such-host.invalid" }),
            ErrorKind::DnsFailure,
            Stage::Resolve,
            "",
        ),
        (
            json!({ "port": 1 }),
            ErrorKind::ConnectionRefused,
            Stage::Connect,
            "",
        ),
    ] {
        let attempt = connect(as_reader(&server, fields.clone())).await;
        let last = attempt.stages.last().copied();
        let error = attempt.error();
        assert_eq!(
            (error.kind, error.stage),
            (kind, Some(stage)),
            "{fields} {error:?}"
        );
        assert_eq!(last, Some((stage, false)), "{fields}");
        assert_eq!(
            error.server_code.as_deref().unwrap_or_default(),
            code,
            "{fields}"
        );
        assert!(!format!("{error:?}").contains("-pass"), "{error:?}");
    }
}

#[tokio::test]
async fn a_login_that_was_right_counts_as_passed_though_the_database_is_closed() {
    let Some(server) = postgres() else { return };
    let attempt = connect(as_reader(&server, json!({ "database": "nowhere" }))).await;
    let mut stages = ALL.map(|stage| (stage, true));
    stages[4].1 = false;
    assert_eq!(attempt.stages, stages);
}

#[tokio::test]
async fn certificates_are_checked_as_far_as_the_mode_asks() {
    let Some(server) = postgres() else { return };
    let (ca, other) = (pem("ca.pem"), pem("other-ca.pem"));
    for (host, mode, ca, refused) in [
        ("localhost", "verify-full", &ca, None),
        ("127.0.0.1", "verify-full", &ca, None),
        ("127.0.0.2", "verify-full", &ca, Some("wrong_name")),
        ("127.0.0.2", "verify-ca", &ca, None),
        ("localhost", "verify-ca", &other, Some("untrusted")),
        ("localhost", "verify-full", &other, Some("untrusted")),
        ("localhost", "require", &other, Some("untrusted")),
        ("127.0.0.2", "require", &ca, None),
    ] {
        let options = json!({ "tls": mode, "tls_ca": ca });
        let attempt = connect(as_reader(
            &server,
            json!({ "host": host, "options": options }),
        ))
        .await;
        match refused {
            None => drop(attempt.session()),
            Some(reason) => {
                let error = attempt.error();
                assert_eq!(error.kind, ErrorKind::CertificateInvalid);
                assert_eq!(error.reason, Some(reason), "{host} {mode}");
            }
        }
    }
}

#[tokio::test]
async fn a_client_certificate_is_a_login() {
    let Some(server) = postgres() else { return };
    let with = |certificate: String, key: String| {
        json!({
            "username": "tls_client",
            "password": null,
            "options": { "tls": "require", "tls_certificate": certificate, "tls_key": key },
        })
    };
    let fields = with(pem("client.pem"), pem("client.key"));
    connect(as_admin(&server, fields)).await.session();

    let key = rcgen::KeyPair::generate().unwrap();
    let stranger = rcgen::CertificateParams::new(vec!["tls_client".to_owned()])
        .unwrap()
        .self_signed(&key)
        .unwrap();
    let fields = with(stranger.pem(), key.serialize_pem());
    let error = connect(as_admin(&server, fields)).await.error();
    assert_eq!(error.kind, ErrorKind::TlsFailed, "{error:?}");
    assert_eq!(error.reason, Some("client_certificate"), "{error:?}");
}

#[tokio::test]
async fn tls_is_used_where_it_is_offered_and_left_out_where_not() {
    let Some(server) = postgres() else { return };
    let tls_only = json!({ "username": "tls_only", "password": "tls-only-pass" });
    let session = connect(as_admin(&server, tls_only)).await.session();
    assert!(session.server().tls.is_some());

    let attempt = connect(as_reader(&server, json!({ "port": server.plain_port }))).await;
    let stages: Vec<_> = attempt.stages.iter().map(|(stage, _)| *stage).collect();
    assert!(!stages.contains(&Stage::Tls), "{stages:?}");
    assert!(attempt.session().server().tls.is_none());
}

#[tokio::test]
async fn a_users_own_limit_of_connections_is_told_from_the_servers() {
    let Some(server) = postgres() else { return };
    let few = as_admin(
        &server,
        json!({ "username": "few", "password": "few-pass", "port": server.plain_port }),
    );
    let first = connect(few.clone()).await.session();
    let error = connect(few).await.error();
    assert_eq!(error.kind, ErrorKind::TooManyConnections);
    assert_eq!(error.reason, Some("user_limit"));
    first.close().await;
}

#[tokio::test]
async fn a_role_that_may_not_log_in_is_told_as_such() {
    let Some(server) = postgres() else { return };
    admin(&server, "postgres")
        .await
        .batch_execute("DROP ROLE IF EXISTS \"no login\"; CREATE ROLE \"no login\" PASSWORD 'p'")
        .await
        .unwrap();
    let fields = json!({ "username": "no login", "password": "p" });
    let error = connect(as_admin(&server, fields)).await.error();
    assert_eq!(error.kind, ErrorKind::AuthenticationFailed);
    assert_eq!(error.server_code.as_deref(), Some("28000"));
    assert!(error.message.contains("may not log in"), "{error:?}");
}

#[tokio::test]
async fn a_socket_is_opened_only_where_the_operator_allows_it() {
    let Some(server) = postgres() else { return };
    let fields = as_admin(&server, json!({ "host": server.socket_dir }));
    connect(fields.clone()).await.session();

    let closed = Dialer::new(HostRules::default(), false);
    let error = connect_with(closed, fields).await.error();
    assert_eq!(error.kind, ErrorKind::HostNotAllowed);
}

#[tokio::test]
async fn of_several_hosts_the_first_that_will_do_is_taken() {
    let Some(server) = postgres() else { return };
    let url = |attrs: &str| {
        format!(
            "postgres://reader:reader-pass@127.0.0.1:1,127.0.0.1:{}/shop?target_session_attrs={attrs}",
            server.port
        )
    };
    for attrs in ["any", "primary", "read-write"] {
        connect(json!({ "url": url(attrs) })).await.session();
    }
    let error = connect(json!({ "url": url("standby") })).await.error();
    assert_eq!(error.reason, Some("target_session_attrs"));
}
