//! Checks a server's certificate as far as the mode asks, keeps it for the report, and says in
//! words what did not stand.

use std::sync::{Arc, Mutex, PoisonError};

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{
    AlertDescription, CertificateError, DigitallySignedStruct, RootCertStore, SignatureScheme,
};

use super::CertificateInfo;
use crate::connectors::config::TlsMode;
use crate::connectors::error::{ConnectorError, ErrorKind};

/// The certificate of one handshake.
#[derive(Debug)]
pub struct Seen {
    pub certificate: CertificateDer<'static>,
    /// Whether chain and name stand, whatever the mode asked.
    pub verified: bool,
}

#[derive(Debug)]
pub struct Verifier {
    mode: TlsMode,
    webpki: Arc<WebPkiServerVerifier>,
    pinned: Vec<CertificateDer<'static>>,
    provider: CryptoProvider,
    seen: Arc<Mutex<Option<Seen>>>,
}

impl Verifier {
    pub fn new(
        mode: TlsMode,
        roots: Arc<RootCertStore>,
        pinned: Vec<CertificateDer<'static>>,
        seen: Arc<Mutex<Option<Seen>>>,
    ) -> Result<Self, ConnectorError> {
        let webpki =
            WebPkiServerVerifier::builder_with_provider(roots, Arc::new(ring::default_provider()));
        let webpki = webpki.build().map_err(|error| {
            super::failed(
                format!("The trusted authorities cannot be used: {error}."),
                "Check options.tls_ca.",
            )
        })?;
        Ok(Self {
            mode,
            webpki,
            pinned,
            provider: ring::default_provider(),
            seen,
        })
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let mut result = self
            .webpki
            .verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
            .map(|_| ());
        // A self-signed certificate that the caller gave as the authority is trusted for what it
        // is, which webpki, wanting an authority apart from the server, refuses.
        if self.pinned.contains(end_entity)
            && !matches!(result, Err(rustls::Error::InvalidCertificate(ref e)) if is_expiry(e))
        {
            let parsed = rustls::server::ParsedCertificate::try_from(end_entity)?;
            result = rustls::client::verify_server_name(&parsed, server_name);
        }
        let seen = Seen {
            certificate: end_entity.clone().into_owned(),
            verified: result.is_ok(),
        };
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = Some(seen);
        match (self.mode, result) {
            (TlsMode::VerifyFull, Err(error)) => Err(error),
            // webpki checks the name after the chain, so a wrong name means that the chain stands.
            (TlsMode::VerifyCa, Err(error)) if !is_wrong_name(&error) => Err(error),
            _ => Ok(ServerCertVerified::assertion()),
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        rustls::crypto::verify_tls12_signature(
            message,
            cert,
            dss,
            &self.provider.signature_verification_algorithms,
        )
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        rustls::crypto::verify_tls13_signature(
            message,
            cert,
            dss,
            &self.provider.signature_verification_algorithms,
        )
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}

fn is_expiry(error: &CertificateError) -> bool {
    matches!(
        error,
        CertificateError::Expired
            | CertificateError::ExpiredContext { .. }
            | CertificateError::NotValidYet
            | CertificateError::NotValidYetContext { .. }
    )
}

fn is_wrong_name(error: &rustls::Error) -> bool {
    matches!(
        error,
        rustls::Error::InvalidCertificate(
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. }
        )
    )
}

/// What a failed handshake means.
#[must_use]
pub fn explain(error: &rustls::Error, certificate: Option<&CertificateInfo>) -> ConnectorError {
    let invalid = |reason, message: String, hint: &str| {
        ConnectorError::new(ErrorKind::CertificateInvalid, message, hint).because(reason)
    };
    match error {
        _ if is_wrong_name(error) => {
            let names = certificate.map(|c| c.names.join(", ")).filter(|n| !n.is_empty());
            let names = names.unwrap_or_else(|| "no name at all".to_owned());
            invalid(
                "wrong_name",
                format!("The server's certificate is not made out to this host; it names {names}."),
                "Connect by a name that the certificate holds, or use options.tls = verify-ca, which \
                 checks the authority alone.",
            )
        }
        rustls::Error::InvalidCertificate(CertificateError::UnknownIssuer) => {
            let issuer = certificate.map_or_else(String::new, |c| format!(" It was issued by {}.", c.issuer));
            invalid(
                "untrusted",
                format!("The server's certificate is signed by no authority that is trusted.{issuer}"),
                "Give the authority's certificate as PEM text in options.tls_ca.",
            )
        }
        rustls::Error::InvalidCertificate(CertificateError::Expired | CertificateError::ExpiredContext { .. }) => {
            let end = certificate.map_or_else(String::new, |c| format!(" on {}", c.not_after));
            invalid(
                "expired",
                format!("The server's certificate ended{end}."),
                "Renew it at the server. Check this machine's clock too.",
            )
        }
        rustls::Error::InvalidCertificate(CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. }) => {
            invalid("not_yet_valid", "The server's certificate is not valid yet.".to_owned(), "Check both clocks.")
        }
        rustls::Error::InvalidCertificate(other) => invalid(
            "unusable",
            format!("The server's certificate cannot be used: {other}."),
            "A self-signed certificate can be given itself, as PEM text, in options.tls_ca.",
        ),
        rustls::Error::AlertReceived(
            AlertDescription::CertificateRequired | AlertDescription::BadCertificate | AlertDescription::UnknownCA,
        ) => ConnectorError::new(
            ErrorKind::TlsFailed,
            "The server wants a client certificate that it trusts.",
            "Give options.tls_certificate and options.tls_key, signed by an authority that the server knows.",
        )
        .because("client_certificate"),
        other => super::failed(
            format!("The TLS handshake failed: {other}."),
            "The server may speak no TLS on this port, or other versions of it than 1.2 and 1.3.",
        ),
    }
}
