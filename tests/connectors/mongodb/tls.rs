//! TLS, as far as it is asked for.

use headwater::connectors::{ErrorKind, Selection};
use serde_json::{Value, json};
use tokio::io::copy_bidirectional;
use tokio::net::TcpStream;

use super::{Counted, as_admin, connect, kinds, stages};
use crate::support::fake::server;
use crate::support::servers;

fn over_tls(port: u16, host: &str, options: &Value) -> Value {
    let mut input = as_admin(port, "");
    input["host"] = json!(host);
    for (key, value) in options.as_object().unwrap() {
        input["options"][key] = value.clone();
    }
    input
}

#[tokio::test]
async fn tls_is_checked_as_far_as_asked() {
    let Some(server) = servers::mongodb() else {
        return;
    };
    let (ours, others) = (servers::pem("ca.pem"), servers::pem("other-ca.pem"));
    for (host, options) in [
        ("127.0.0.1", json!({ "tls": true, "tls_ca": ours })),
        ("localhost", json!({ "tls": "verify-full", "tls_ca": ours })),
        ("127.0.0.1", json!({ "tls": "verify-ca", "tls_ca": ours })),
        (
            "127.0.0.1",
            json!({ "tls": true, "tlsAllowInvalidCertificates": true }),
        ),
        ("127.0.0.1", json!({ "tls": "prefer" })),
    ] {
        let attempt = connect(over_tls(server.tls_port, host, &options)).await;
        assert_eq!(
            stages(&attempt),
            "resolve connect tls authenticate open_database",
            "{options}"
        );
        let mut session = attempt.session();
        let tls = session.server().tls.clone().unwrap();
        assert_eq!(tls.version, "TLSv1.3");
        assert!(tls.certificate.is_some());
        session.list_tables(&Selection::default()).await.unwrap();
    }
    for options in [
        json!({ "tls": true, "tls_ca": others }),
        json!({ "tls": true }),
    ] {
        let attempt = connect(over_tls(server.tls_port, "127.0.0.1", &options)).await;
        assert_eq!(stages(&attempt), "resolve connect tls!", "{options}");
        let error = attempt.error();
        assert_eq!(
            kinds(&error),
            (ErrorKind::CertificateInvalid, "tls"),
            "{error:?}"
        );
    }
}

#[tokio::test]
async fn a_certificate_for_another_name_is_refused_where_the_name_counts() {
    let Some(server) = servers::mongodb() else {
        return;
    };
    // The right server under an address that its certificate does not name.
    let way = Counted::to(server.tls_port).await;
    let ours = servers::pem("ca.pem");
    let asked = |mode: &str| {
        let options = json!({ "tls": mode, "tls_ca": ours });
        connect(over_tls(way.port, "127.0.0.2", &options))
    };
    let error = asked("verify-full").await.error();
    assert_eq!(kinds(&error), (ErrorKind::CertificateInvalid, "tls"));
    assert_eq!(error.reason, Some("wrong_name"), "{error:?}");
    asked("verify-ca").await.session().close().await;
}

#[tokio::test]
async fn tls_that_is_required_or_not_offered_is_told() {
    let Some(server) = servers::mongodb() else {
        return;
    };
    let disabled = over_tls(server.tls_port, "127.0.0.1", &json!({ "tls": "disable" }));
    let error = connect(disabled).await.error();
    assert_eq!(
        kinds(&error),
        (ErrorKind::TlsRequired, "connect"),
        "{error:?}"
    );
    let required = over_tls(server.port, "127.0.0.1", &json!({ "tls": "require" }));
    let error = connect(required).await.error();
    assert_eq!(
        kinds(&error),
        (ErrorKind::TlsNotOffered, "tls"),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_client_certificate_logs_in() {
    let Some(server) = servers::mongodb() else {
        return;
    };
    let attempt = connect(json!({
        "host": "127.0.0.1", "port": server.tls_port,
        "options": {
            "tls": true, "tls_ca": servers::pem("ca.pem"), "authMechanism": "MONGODB-X509",
            "tls_certificate": servers::pem("client.pem"), "tls_key": servers::pem("client.key"),
        },
    }))
    .await;
    assert_eq!(
        stages(&attempt),
        "resolve connect tls authenticate open_database"
    );
    attempt.session().close().await;
}

#[tokio::test]
async fn a_server_that_shakes_hands_on_no_further_connection_has_too_many() {
    let Some(real) = servers::mongodb() else {
        return;
    };
    let port = server(move |mut stream, number| async move {
        if number == 0 {
            let mut real = TcpStream::connect(("127.0.0.1", real.tls_port))
                .await
                .unwrap();
            let _ = copy_bidirectional(&mut stream, &mut real).await;
        }
    })
    .await;
    let attempt = connect(over_tls(port, "127.0.0.1", &json!({ "tls": "require" }))).await;
    assert_eq!(stages(&attempt), "resolve connect tls authenticate!");
    let error = attempt.error();
    assert_eq!(
        kinds(&error),
        (ErrorKind::TooManyConnections, "authenticate")
    );
}
