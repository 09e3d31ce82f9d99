//! A certificate, for a person to look at.

use data_encoding::HEXLOWER;
use rustls::pki_types::CertificateDer;
use serde::Serialize;
use sha2::{Digest, Sha256};
use x509_parser::prelude::{FromDer, GeneralName, X509Certificate};

/// A server's certificate (RFC 5280).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct CertificateInfo {
    /// Whom it is made out to.
    pub subject: String,
    /// Who signed it.
    pub issuer: String,
    /// The DNS names and addresses that it holds.
    pub names: Vec<String>,
    /// When it begins to hold.
    pub not_before: String,
    /// When it ends.
    pub not_after: String,
    /// SHA-256 of its DER form, in hexadecimal.
    pub sha256: String,
    /// Whether authority and name stand, whatever the mode asked.
    pub verified: bool,
}

impl CertificateInfo {
    /// Reads a certificate; what cannot be read stays empty.
    #[must_use]
    pub fn read(der: &CertificateDer<'_>, verified: bool) -> Self {
        let mut info = Self {
            subject: String::new(),
            issuer: String::new(),
            names: Vec::new(),
            not_before: String::new(),
            not_after: String::new(),
            sha256: HEXLOWER.encode(&Sha256::digest(der.as_ref())),
            verified,
        };
        if let Ok((_, certificate)) = X509Certificate::from_der(der.as_ref()) {
            info.subject = certificate.subject().to_string();
            info.issuer = certificate.issuer().to_string();
            info.not_before = instant(certificate.validity().not_before.timestamp());
            info.not_after = instant(certificate.validity().not_after.timestamp());
            if let Ok(Some(names)) = certificate.subject_alternative_name() {
                info.names = names
                    .value
                    .general_names
                    .iter()
                    .take(50)
                    .filter_map(name)
                    .collect();
            }
        }
        info
    }
}

fn instant(seconds: i64) -> String {
    jiff::Timestamp::from_second(seconds)
        .map(|t| t.to_string())
        .unwrap_or_default()
}

fn name(name: &GeneralName<'_>) -> Option<String> {
    match name {
        GeneralName::DNSName(name) => Some((*name).to_owned()),
        GeneralName::IPAddress(bytes) => match bytes.len() {
            4 => <[u8; 4]>::try_from(*bytes)
                .ok()
                .map(|b| std::net::Ipv4Addr::from(b).to_string()),
            16 => <[u8; 16]>::try_from(*bytes)
                .ok()
                .map(|b| std::net::Ipv6Addr::from(b).to_string()),
            _ => None,
        },
        _ => None,
    }
}
