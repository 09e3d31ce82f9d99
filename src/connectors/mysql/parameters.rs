//! What stands in a URL behind the `?`, in the spellings of the clients that people copy from:
//! Connector/J, `MariaDB`'s connectors, the command line, Go, Python, `mysql_async`.

use secrecy::SecretString;

use crate::connectors::config::{ConfigError, Draft, TlsMode};
use crate::connectors::input::SCHEME_OPTION;
use crate::connectors::options::tls_mode;

/// Settings of other clients that change nothing here: each has its fixed, safe value.
const HARMLESS: &[&str] = &[
    "allowmultiqueries",
    "allownativepasswords",
    "allowpublickeyretrieval",
    "autoreconnect",
    "cacheprepstmts",
    "characterencoding",
    "charset",
    "collation",
    "compress",
    "connecttimeout",
    "connectionattributes",
    "connectioncollation",
    "interpolateparams",
    "loc",
    "maxallowedpacket",
    "maxexecutiontime",
    "multistatements",
    "nullcatalogmeanscurrent",
    "nullnamepatternmatchesall",
    "parsetime",
    "poolmax",
    "poolmin",
    "prefersocket",
    "prepstmtcachesize",
    "prepstmtcachesqllimit",
    "readtimeout",
    "reconnect",
    "rewritebatchedstatements",
    "servertimezone",
    "sockettimeout",
    "stmtcachesize",
    "tcpkeepalive",
    "tcpnodelay",
    "timeout",
    "timezone",
    "tinyint1isbit",
    "usecompression",
    "usecursorfetch",
    "useserverprepstmts",
    "useunicode",
    "waittimeout",
    "writetimeout",
    "yearisdatetype",
    "zerodatetimebehavior",
];

/// Takes one parameter. Letter case, `-` and `_` do not count.
pub fn parameter(draft: &mut Draft, key: &str, value: &str) -> Result<bool, ConfigError> {
    let plain: String = key
        .chars()
        .filter(|c| !matches!(c, '-' | '_'))
        .map(|c| c.to_ascii_lowercase())
        .collect();
    match plain.as_str() {
        "sslmode" => draft.settings.tls.mode = Some(tls_mode(key, value)?),
        "ssl" | "usessl" if !switch(key, value)? => {
            draft.settings.tls.mode = Some(TlsMode::Disable);
        }
        "ssl" | "usessl" | "requiressl" | "trustservercertificate" => {
            raise_if(draft, switch(key, value)?, TlsMode::Require);
        }
        "verifyservercertificate" | "verifyca" | "sslverifycert" => {
            raise_if(draft, switch(key, value)?, TlsMode::VerifyCa);
        }
        "verifyidentity" | "sslverifyidentity" | "sslverifyservercert" => {
            raise_if(draft, switch(key, value)?, TlsMode::VerifyFull);
        }
        // Paths never come this far: only PEM text does.
        "sslca" | "serversslcert" => draft.settings.tls.ca = Some(pem(key, value)?),
        "sslcert" => draft.settings.tls.client_certificate = Some(pem(key, value)?),
        "sslkey" => draft.credentials.client_key = Some(pem(key, value)?.into()),
        "user" | "username" => draft.settings.username = Some(value.to_owned()),
        "password" => draft.credentials.password = Some(SecretString::from(value)),
        "database" | "db" | "dbname" => draft.settings.database = Some(value.to_owned()),
        known => return Ok(HARMLESS.contains(&known)),
    }
    Ok(true)
}

/// Checks the whole.
pub fn complete(draft: &mut Draft) -> Result<(), ConfigError> {
    let written = draft.settings.options.remove(SCHEME_OPTION);
    if written.is_some_and(|scheme| scheme == "mysqls") {
        raise(draft, TlsMode::Require);
    }
    let settings = &mut draft.settings;
    if settings.hosts.is_empty()
        || settings
            .hosts
            .iter()
            .any(|host| host.name.trim().is_empty())
    {
        return Err(ConfigError::new(
            "host",
            "No host is given.",
            "Give the server's name or address in `host`.",
        ));
    }
    if settings.username.is_none() {
        return Err(ConfigError::new(
            "username",
            "No user is given.",
            "Give the name to log in with in `username`.",
        ));
    }
    // These servers have one level above tables and call it both a schema and a database.
    if let (Some(database), Some(schema)) = (&settings.database, &settings.selection.schema)
        && database != schema
    {
        return Err(ConfigError::new(
            "schema",
            "`database` and `schema` name two different databases.",
            "A schema of MySQL and MariaDB is a database: give one of them.",
        ));
    }
    Ok(())
}

fn raise(draft: &mut Draft, mode: TlsMode) {
    let told = draft.settings.tls.mode.unwrap_or(TlsMode::Disable);
    draft.settings.tls.mode = Some(told.max(mode));
}

fn raise_if(draft: &mut Draft, on: bool, mode: TlsMode) {
    if on {
        raise(draft, mode);
    }
}

fn switch(key: &str, value: &str) -> Result<bool, ConfigError> {
    match value.to_ascii_lowercase().as_str() {
        "true" | "1" | "yes" | "on" | "" => Ok(true),
        "false" | "0" | "no" | "off" => Ok(false),
        _ => Err(ConfigError::new(
            key,
            format!("`{key}` is a switch."),
            "Use true or false.",
        )),
    }
}

fn pem(key: &str, value: &str) -> Result<String, ConfigError> {
    if value.trim_start().starts_with("-----BEGIN") {
        return Ok(value.replace("\\n", "\n"));
    }
    Err(ConfigError::new(
        key,
        format!("`{key}` would read a file of this machine; it is not taken."),
        "Give the PEM text itself, in options.tls_ca, options.tls_certificate and options.tls_key.",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode_of(parameters: &[(&str, &str)]) -> Option<TlsMode> {
        let mut draft = Draft::default();
        for (key, value) in parameters {
            assert!(parameter(&mut draft, key, value).unwrap(), "{key}");
        }
        draft.settings.tls.mode
    }

    #[test]
    fn every_clients_way_to_ask_for_tls_is_understood() {
        for (parameters, expected) in [
            (
                &[("ssl-mode", "VERIFY_IDENTITY")][..],
                Some(TlsMode::VerifyFull),
            ),
            (&[("sslMode", "PREFERRED")], Some(TlsMode::Prefer)),
            (&[("ssl_mode", "DISABLED")], Some(TlsMode::Disable)),
            (&[("useSSL", "false")], Some(TlsMode::Disable)),
            (
                &[("useSSL", "true"), ("verifyServerCertificate", "true")],
                Some(TlsMode::VerifyCa),
            ),
            (
                &[("verifyServerCertificate", "false"), ("requireSSL", "true")],
                Some(TlsMode::Require),
            ),
            (
                &[("require_ssl", "true"), ("verify_identity", "true")],
                Some(TlsMode::VerifyFull),
            ),
            (
                &[("require_ssl", "true"), ("verify_ca", "false")],
                Some(TlsMode::Require),
            ),
            (
                &[("trustServerCertificate", "true"), ("useSSL", "true")],
                Some(TlsMode::Require),
            ),
            (&[("charset", "utf8mb4"), ("connectTimeout", "5")], None),
        ] {
            assert_eq!(mode_of(parameters), expected, "{parameters:?}");
        }
    }

    #[test]
    fn a_path_is_never_taken_for_a_certificate() {
        for key in ["sslCa", "serverSslCert", "ssl-key"] {
            let error = parameter(&mut Draft::default(), key, "/etc/passwd").unwrap_err();
            assert!(error.hint.contains("PEM"), "{error:?}");
        }
    }

    #[test]
    fn an_unknown_parameter_is_said_to_be_unknown() {
        assert!(!parameter(&mut Draft::default(), "sslrootcertificate", "x").unwrap());
    }

    #[test]
    fn a_schema_is_a_database_and_not_a_second_one() {
        let draft = |database: Option<&str>, schema: Option<&str>| {
            let mut draft = Draft::default();
            draft.host_mut().name = "h".to_owned();
            draft.settings.username = Some("u".to_owned());
            draft.settings.database = database.map(str::to_owned);
            draft.settings.selection.schema = schema.map(str::to_owned);
            complete(&mut draft)
        };
        assert!(draft(None, Some("shop")).is_ok());
        assert!(draft(Some("shop"), Some("shop")).is_ok());
        assert_eq!(
            draft(Some("shop"), Some("public")).unwrap_err().field,
            "schema"
        );
    }
}
