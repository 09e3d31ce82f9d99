//! APIs over HTTPS.

use std::sync::Arc;

use headwater::connectors::tls::install_provider;
use headwater::connectors::{ErrorKind, Stage};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_rustls::TlsAcceptor;

use crate::support::fake;
use crate::support::source::connect;

/// An API at `localhost` that gives one answer to everything, and its certificate.
async fn secure(head: &'static str) -> (String, String) {
    install_provider();
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let port = fake::server(move |stream, _| {
        let acceptor = acceptor.clone();
        async move {
            let Ok(mut stream) = acceptor.accept(stream).await else {
                return;
            };
            let mut bytes = [0; 4096];
            while stream.read(&mut bytes).await.is_ok_and(|read| read > 0) {
                let answer = format!("HTTP/1.1 {head}\r\nContent-Length: 2\r\n\r\n[]");
                if stream.write_all(answer.as_bytes()).await.is_err() {
                    return;
                }
            }
        }
    })
    .await;
    (format!("https://localhost:{port}"), made.cert.pem())
}

#[tokio::test]
async fn a_certificate_is_checked_unless_less_is_asked_for() {
    let (base_url, certificate) = secure("200 OK").await;
    let error = connect(json!({"base_url": base_url})).await.error();
    assert_eq!(
        (error.kind, error.stage),
        (ErrorKind::CertificateInvalid, Some(Stage::Tls))
    );
    for options in [json!({"tls_ca": certificate}), json!({"tls": "require"})] {
        let session = connect(json!({"base_url": base_url, "options": options}))
            .await
            .session();
        let told = session.server().tls.as_ref().unwrap();
        assert!(told.version.starts_with("TLSv1."), "{told:?}");
    }
}

#[tokio::test]
async fn no_redirect_leads_away_from_tls() {
    let (base_url, certificate) = secure("302 X\r\nLocation: http://localhost/").await;
    let fields = json!({"base_url": base_url, "options": {"tls_ca": certificate}});
    let error = connect(fields).await.error();
    assert_eq!(error.kind, ErrorKind::ProtocolMismatch);
    assert!(error.message.contains("without TLS"), "{error:?}");
}
