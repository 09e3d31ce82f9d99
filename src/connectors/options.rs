//! Options, from a URL's parameters or the `options` of a request: the words that all engines share,
//! and what is taken from nobody. What else there is each engine knows itself.

use secrecy::{ExposeSecret, SecretString};

use super::Driver;
use super::config::{ConfigError, Draft, TlsMode};

/// Options that make a client library read a file, socket or program of the machine that it runs
/// on. A caller must not steer that; certificates and keys come as text.
const READS_THE_MACHINE: &[&str] = &[
    "sslrootcert",
    "sslcert",
    "sslkey",
    "sslcrl",
    "sslcrldir",
    "passfile",
    "service",
    "servicefile",
    "tlscafile",
    "tlscertificatekeyfile",
    "ssl-ca",
    "ssl-cert",
    "ssl-key",
    "ssl_ca",
    "ssl_cert",
    "ssl_key",
    "unix_socket",
    "socket",
    "local_infile",
    "allowlocalinfile",
    "krbsrvname",
    "gsslib",
    "tlscertificatekeyfilepassword",
    "sslpassword",
    "default-auth",
    "plugin-dir",
    "init-command",
    "init_command",
    "setup",
    "init",
];

/// Takes one option into the draft.
///
/// # Errors
/// [`ConfigError`] where its value is none of its words, or it is taken from nobody.
pub fn option(
    draft: &mut Draft,
    driver: &Driver,
    key: &str,
    value: &str,
) -> Result<(), ConfigError> {
    let is_pem = value.trim_start().starts_with("-----BEGIN");
    if READS_THE_MACHINE.contains(&key.to_ascii_lowercase().as_str()) && !is_pem {
        return Err(ConfigError::new(
            key,
            format!(
                "The option '{key}' would read a file or run a statement of this machine; it is not taken."
            ),
            "Give certificates and keys as PEM text: options.tls_ca, options.tls_certificate, options.tls_key.",
        ));
    }
    // The engine first: MongoDB's `tls=true` asks for more than the words shared by all mean.
    if (driver.parameter)(draft, key, value)? {
        return Ok(());
    }
    let tls = &mut draft.settings.tls;
    match key {
        "tls" if driver.capability.tls => tls.mode = Some(tls_mode(key, value)?),
        "tls_ca" if driver.capability.tls => tls.ca = Some(pem(key, value, "CERTIFICATE")?),
        "tls_certificate" if driver.capability.tls => {
            tls.client_certificate = Some(pem(key, value, "CERTIFICATE")?);
        }
        "tls_key" if driver.capability.tls => {
            if given(&SecretString::from(value)) {
                draft.credentials.client_key = Some(pem(key, value, "PRIVATE KEY")?.into());
            }
        }
        _ => {
            let warning = format!(
                "The option '{}' is unknown to {} and was ignored.",
                shown(key),
                driver.title
            );
            draft.warnings.push(warning);
        }
    }
    Ok(())
}

/// Reads a TLS mode under the option's own name.
///
/// # Errors
/// [`ConfigError`] with the words that are known.
pub fn tls_mode(key: &str, value: &str) -> Result<TlsMode, ConfigError> {
    TlsMode::parse(value).ok_or_else(|| {
        let message = format!("'{}' is no TLS mode.", shown(value));
        ConfigError::new(
            key,
            message,
            "Use disable, prefer, require, verify-ca or verify-full.",
        )
    })
}

fn pem(key: &str, value: &str, what: &str) -> Result<String, ConfigError> {
    // A line may have come through a form or an environment variable with its breaks written out.
    let text = value.replace("\\n", "\n");
    if text.contains("-----BEGIN ") && text.contains(what) {
        Ok(text)
    } else {
        let message = format!("`{key}` holds no PEM text.");
        Err(ConfigError::new(
            key,
            message,
            format!("Paste the whole text with its BEGIN … {what} line, not a path."),
        ))
    }
}

/// Whether a secret counts as given. `***` is what forms send back for a secret that they were
/// not shown.
pub(super) fn given(secret: &SecretString) -> bool {
    !matches!(secret.expose_secret(), "" | "***")
}

/// A caller's text as it may stand in a message: short.
pub(super) fn shown(text: &str) -> &str {
    &text[..text.floor_char_boundary(64)]
}
