//! TLS towards servers: rustls with ring for every engine, checked as far as the caller asked.

mod certificate;
mod verifier;

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

pub use certificate::CertificateInfo;

use super::config::{ConfigError, Credentials, TlsMode, TlsSettings};
use super::error::{ConnectorError, ErrorKind, Stage};
use super::limits;
use super::trace::Trace;
use verifier::{Seen, Verifier};

/// The reason of a handshake that failed since the server ended the connection.
pub const HUNG_UP: &str = "hung_up";

/// A TLS session, for a person to look at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct TlsInfo {
    /// `TLSv1.3` or `TLSv1.2`.
    pub version: String,
    /// The cipher suite, by its IANA name.
    pub cipher: String,
    /// The server's certificate.
    pub certificate: Option<CertificateInfo>,
}

/// What one handshake needs. Made before dialling, so that a bad PEM text is told before anything
/// is sent.
pub struct Tls {
    config: Arc<ClientConfig>,
    name: ServerName<'static>,
    seen: Arc<Mutex<Option<Seen>>>,
    mode: TlsMode,
}

impl Tls {
    /// Prepares a handshake with `host`; `None` where TLS is disabled.
    ///
    /// # Errors
    /// [`ErrorKind::TlsFailed`] where a PEM text cannot be read, or key and certificate do not fit.
    pub fn prepare(
        settings: &TlsSettings,
        credentials: &Credentials,
        host: &str,
    ) -> Result<Option<Self>, ConnectorError> {
        let mode = settings.mode();
        if mode == TlsMode::Disable {
            return Ok(None);
        }
        let name = host.trim_end_matches('.').to_owned();
        let name = ServerName::try_from(name).map_err(|_| {
            failed(
                format!("'{host}' can be no name in a certificate."),
                "Use the server's DNS name or address.",
            )
        })?;
        let seen = Arc::default();
        let pinned = settings.ca.as_deref().map(certificates).transpose()?;
        let roots = match &pinned {
            Some(authorities) => Arc::new(store_of(authorities)?),
            None => system_roots(),
        };
        let verifier = Verifier::new(mode, roots, pinned.unwrap_or_default(), Arc::clone(&seen))?;
        let config = ClientConfig::builder()
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(verifier));
        let config = match identity(settings, credentials)? {
            Some((chain, key)) => config.with_client_auth_cert(chain, key).map_err(|error| {
                failed(
                    format!("The client's certificate and key cannot be used: {error}."),
                    "Check that options.tls_key is the key of options.tls_certificate.",
                )
            })?,
            None => config.with_no_client_auth(),
        };
        Ok(Some(Self {
            config: Arc::new(config),
            name,
            seen,
            mode,
        }))
    }

    /// Whether all PEM texts can be read and fit together, before anything is dialled.
    ///
    /// # Errors
    /// [`ConfigError`] with what cannot be used.
    pub fn check(settings: &TlsSettings, credentials: &Credentials) -> Result<(), ConfigError> {
        let given = settings.ca.is_some()
            || settings.client_certificate.is_some()
            || credentials.client_key.is_some();
        if !given {
            return Ok(());
        }
        match Self::prepare(settings, credentials, "localhost") {
            Ok(_) => Ok(()),
            Err(error) => Err(ConfigError::new("options", error.message, error.hint)),
        }
    }

    /// Whether a connection without TLS will do, should the server have none.
    #[must_use]
    pub fn is_optional(&self) -> bool {
        self.mode == TlsMode::Prefer
    }

    /// Shakes hands over an open connection. Recorded as the stage `tls`.
    pub async fn handshake<S>(
        &self,
        stream: S,
        trace: &Trace,
    ) -> Result<(TlsStream<S>, TlsInfo), ConnectorError>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let connector = TlsConnector::from(Arc::clone(&self.config));
        let shake = async {
            connector
                .connect(self.name.clone(), stream)
                .await
                .map_err(|error| self.refusal(&error))
        };
        let stream = trace.run(Stage::Tls, limits::TLS, shake).await?;
        let session = stream.get_ref().1;
        let info = TlsInfo {
            version: session
                .protocol_version()
                .and_then(|v| v.as_str())
                .unwrap_or("TLS")
                .replace("TLSv1_", "TLSv1."),
            cipher: session
                .negotiated_cipher_suite()
                .and_then(|suite| suite.suite().as_str())
                .unwrap_or_default()
                .to_owned(),
            certificate: self.certificate(),
        };
        Ok((stream, info))
    }

    /// The certificate that the server showed, once it did; also after a handshake that failed for it.
    #[must_use]
    pub fn certificate(&self) -> Option<CertificateInfo> {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.as_ref()
            .map(|seen| CertificateInfo::read(&seen.certificate, seen.verified))
    }

    /// The failure that an I/O error of a handshake stands for.
    #[must_use]
    pub fn refusal(&self, error: &std::io::Error) -> ConnectorError {
        let inner = error
            .get_ref()
            .and_then(|inner| inner.downcast_ref::<rustls::Error>());
        match inner {
            Some(error) => verifier::explain(error, self.certificate().as_ref()),
            None => failed(
                "The server ended the connection in the middle of the TLS handshake.",
                "The port may not speak TLS, or the server takes other versions of it than 1.2 and \
                 1.3. Try options.tls = disable on a trusted network.",
            )
            .because(HUNG_UP),
        }
    }
}

fn failed(message: impl Into<String>, hint: &str) -> ConnectorError {
    ConnectorError::new(ErrorKind::TlsFailed, message, hint).at(Stage::Tls)
}

fn certificates(pem: &str) -> Result<Vec<CertificateDer<'static>>, ConnectorError> {
    let read: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem.as_bytes()).collect();
    match read {
        Ok(found) if !found.is_empty() => Ok(found),
        _ => Err(failed(
            "A certificate cannot be read as PEM.",
            "Paste the whole text from -----BEGIN CERTIFICATE----- on.",
        )),
    }
}

type Identity = (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>);

fn identity(
    settings: &TlsSettings,
    credentials: &Credentials,
) -> Result<Option<Identity>, ConnectorError> {
    match (&settings.client_certificate, &credentials.client_key) {
        (Some(chain), Some(key)) => Ok(Some((certificates(chain)?, private_key(key)?))),
        (None, None) => Ok(None),
        _ => Err(failed(
            "A client certificate needs both options.tls_certificate and options.tls_key.",
            "Give both, or neither.",
        )),
    }
}

fn private_key(pem: &SecretString) -> Result<PrivateKeyDer<'static>, ConnectorError> {
    // The reader's own error could quote the text, so it is not shown.
    PrivateKeyDer::from_pem_slice(pem.expose_secret().as_bytes()).map_err(|_| {
        failed(
            "options.tls_key cannot be read as a PEM private key.",
            "Use an unencrypted PKCS#8, PKCS#1 or SEC1 key.",
        )
    })
}

fn store_of(authorities: &[CertificateDer<'static>]) -> Result<RootCertStore, ConnectorError> {
    let mut store = RootCertStore::empty();
    for authority in authorities {
        store.add(authority.clone()).map_err(|error| {
            failed(
                format!("A certificate of options.tls_ca cannot be used: {error}."),
                "Check the PEM text.",
            )
        })?;
    }
    Ok(store)
}

/// The authorities that this machine trusts; where it has none, Mozilla's as built in. Read once:
/// it is a file of some 200 kB.
fn system_roots() -> Arc<RootCertStore> {
    static ROOTS: OnceLock<Arc<RootCertStore>> = OnceLock::new();
    let load = || {
        let mut store = RootCertStore::empty();
        store.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        if store.is_empty() {
            store.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
        }
        Arc::new(store)
    };
    Arc::clone(ROOTS.get_or_init(load))
}

/// Makes ring the one provider of this process's cryptography. To be called before any connection;
/// a second call changes nothing.
pub fn install_provider() {
    // The error only says that it was installed before.
    let _ = rustls::crypto::ring::default_provider().install_default();
}
