//! `MongoDB`'s URL parameters and options (manual: Connection Strings), in its own spelling and
//! without regard to letter case, as its clients take them.

use std::time::Duration;

use super::login::Mechanism;
use super::members::{Preference, Wanted};
use super::options::{
    ANY_CERTIFICATE, ANY_NAME, AUTH_MECHANISM, AUTH_SOURCE, CONNECT_TIMEOUT, DIRECT,
    READ_PREFERENCE, REPLICA_SET, SAMPLE, SAMPLE_SIZE, SRV, SRV_SERVICE, VALUES, WITHOUT_MEANING,
};
use super::sample::Look;
use crate::connectors::input::SCHEME_OPTION;
use crate::connectors::options::tls_mode;
use crate::connectors::{ConfigError, Draft, Settings, TlsMode, limits};

/// As flags are kept.
const NO: &str = "false";

/// Takes one parameter or option. Answers whether it is one of `MongoDB`'s.
pub fn parameter(draft: &mut Draft, key: &str, value: &str) -> Result<bool, ConfigError> {
    let lower = key.to_ascii_lowercase();
    let name = match lower.as_str() {
        // "true" means here what it means to MongoDB's clients: with the certificate checked.
        "tls" | "ssl" => {
            let mode = match flag(key, value) {
                Ok(true) => TlsMode::VerifyFull,
                Ok(false) => TlsMode::Disable,
                Err(_) => tls_mode(key, value)?,
            };
            draft.settings.tls.mode = Some(mode);
            return Ok(true);
        }
        "tlscafile" => {
            draft.settings.tls.ca = Some(value.replace("\\n", "\n"));
            return Ok(true);
        }
        "loadbalanced" => return refuse_load_balancing(key, value),
        "authmechanismproperties" if value.is_empty() => return Ok(true),
        "tlsinsecure" | "tlsallowinvalidcertificates" | "sslallowinvalidcertificates" => {
            ANY_CERTIFICATE
        }
        "tlsallowinvalidhostnames" | "sslallowinvalidhostnames" => ANY_NAME,
        "authsource" => AUTH_SOURCE,
        "authmechanism" => AUTH_MECHANISM,
        "replicaset" => REPLICA_SET,
        "readpreference" => READ_PREFERENCE,
        "directconnection" | "direct_connection" => DIRECT,
        "srv" => SRV,
        "srvservicename" => SRV_SERVICE,
        "connecttimeoutms" => CONNECT_TIMEOUT,
        "sample_size" | "samplesize" => SAMPLE_SIZE,
        "values" => VALUES,
        other => return Ok(WITHOUT_MEANING.contains(&other)),
    };
    let value = match name {
        ANY_CERTIFICATE | ANY_NAME | DIRECT | SRV => flag(key, value)?.to_string(),
        AUTH_MECHANISM => Mechanism::parse(key, value)?.as_str().to_owned(),
        READ_PREFERENCE if Preference::parse(value).is_none() => {
            let help = "Use primary, primaryPreferred, secondary, secondaryPreferred or nearest.";
            return Err(wrong(key, "is no read preference", help));
        }
        CONNECT_TIMEOUT => number(key, value, u32::MAX)?.to_string(),
        SAMPLE_SIZE => number(key, value, SAMPLE.1)?.to_string(),
        // The one flag that is set unless told.
        VALUES if value.is_empty() || flag(key, value)? => String::new(),
        VALUES => NO.to_owned(),
        SRV_SERVICE if !is_service(value) => {
            return Err(wrong(
                key,
                "is no service name",
                "Leave it out: it is mongodb.",
            ));
        }
        _ => value.to_owned(),
    };
    let options = &mut draft.settings.options;
    if value.is_empty() || (value == NO && name != VALUES) {
        options.remove(name);
    } else {
        options.insert(name.to_owned(), value);
    }
    Ok(true)
}

/// Checks a whole draft.
pub fn complete(draft: &mut Draft) -> Result<(), ConfigError> {
    let settings = &mut draft.settings;
    if settings.options.remove(SCHEME_OPTION).as_deref() == Some("mongodb+srv") {
        settings.options.insert(SRV.to_owned(), "true".to_owned());
    }
    let srv = settings.option(SRV).is_some();
    if settings.hosts.iter().all(|host| host.name.is_empty()) {
        return Err(ConfigError::new(
            "host",
            "There is no host.",
            "Give `host`, or a `url` such as mongodb://user:password@host:27017/database.",
        ));
    }
    if srv {
        check_srv(settings)?;
    }
    if settings.option(DIRECT).is_some() && settings.hosts.len() > 1 {
        let message = "`directConnection` speaks to one server, and several are given.";
        return Err(ConfigError::new(DIRECT, message, "Give one host."));
    }
    let x509 = settings.option(AUTH_MECHANISM) == Some(Mechanism::X509.as_str());
    let any_certificate = settings.options.remove(ANY_CERTIFICATE).is_some();
    let any_name = settings.options.remove(ANY_NAME).is_some();
    let mode = match settings.tls.mode {
        None if srv || x509 => Some(TlsMode::VerifyFull),
        told => told,
    };
    settings.tls.mode = match mode {
        Some(TlsMode::VerifyFull) if any_certificate => Some(TlsMode::Require),
        Some(TlsMode::VerifyFull) if any_name => Some(TlsMode::VerifyCa),
        told => told,
    };
    if x509 && settings.tls.client_certificate.is_none() {
        return Err(ConfigError::new(
            AUTH_MECHANISM,
            "MONGODB-X509 logs in by a client certificate, and none is given.",
            "Give options.tls_certificate and options.tls_key.",
        ));
    }
    let password = draft.credentials.password.is_some();
    if password && settings.username.is_none() && !x509 {
        return Err(ConfigError::new(
            "username",
            "There is a password and no user.",
            "Give `username`.",
        ));
    }
    Ok(())
}

fn check_srv(settings: &Settings) -> Result<(), ConfigError> {
    let wrong = |message: &str| {
        let hint = "Write it as mongodb+srv://user:password@cluster.example.net/database, or use mongodb:// for servers.";
        ConfigError::new("host", message, hint)
    };
    match settings.hosts.as_slice() {
        [host] if host.port.is_some() => Err(wrong("The name of an SRV entry has no port.")),
        [host] if host.name.parse::<std::net::IpAddr>().is_ok() || host.is_socket() => {
            Err(wrong("An SRV entry has a name, not an address."))
        }
        [_] => Ok(()),
        _ => Err(wrong("An SRV entry is one name.")),
    }
}

/// Which server is wanted.
pub fn wanted(settings: &Settings) -> Wanted {
    Wanted {
        set: settings.option(REPLICA_SET).map(str::to_owned),
        preference: settings
            .option(READ_PREFERENCE)
            .and_then(Preference::parse)
            .unwrap_or_default(),
        direct: settings.option(DIRECT).is_some(),
    }
}

/// How long to wait for a connection: as told, within what is waited for at all.
pub fn connect_timeout(settings: &Settings) -> Duration {
    let told = settings
        .option(CONNECT_TIMEOUT)
        .and_then(|ms| ms.parse().ok());
    let told = told.filter(|ms| *ms > 0).map(Duration::from_millis);
    told.unwrap_or(limits::CONNECT).min(limits::CONNECT)
}

/// How collections are looked at.
pub fn look(settings: &Settings) -> Look {
    let told = settings.option(SAMPLE_SIZE).and_then(|n| n.parse().ok());
    Look {
        size: told.unwrap_or(SAMPLE.0).clamp(1, SAMPLE.1),
        values: settings.option(VALUES) != Some(NO),
    }
}

fn refuse_load_balancing(key: &str, value: &str) -> Result<bool, ConfigError> {
    if flag(key, value)? {
        let help =
            "Leave it out: a router or a replica set behind the same host is spoken to as it is.";
        return Err(ConfigError::new(
            key,
            "loadBalanced=true is not spoken here.",
            help,
        ));
    }
    Ok(true)
}

fn flag(key: &str, value: &str) -> Result<bool, ConfigError> {
    match value.to_ascii_lowercase().as_str() {
        "true" | "1" => Ok(true),
        "false" | "0" | "" => Ok(false),
        _ => Err(wrong(
            key,
            "is neither true nor false",
            "Use true or false.",
        )),
    }
}

fn number(key: &str, value: &str, most: u32) -> Result<u32, ConfigError> {
    let number = value.parse().ok().filter(|n| (1..=most).contains(n));
    number.ok_or_else(|| {
        wrong(
            key,
            "is no number that can be taken",
            &format!("Use 1 to {most}."),
        )
    })
}

fn is_service(text: &str) -> bool {
    // RFC 6335 §5.1
    (1..=15).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

fn wrong(key: &str, what: &str, hint: &str) -> ConfigError {
    ConfigError::new(key, format!("The value of `{key}` {what}."), hint)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::connectors::input::ConnectionInput;

    fn draft(url: &str) -> Result<Draft, ConfigError> {
        let input = serde_json::json!({ "url": url });
        let input: ConnectionInput = serde_json::from_value(input).unwrap();
        input.draft(&super::super::DRIVER)
    }

    #[test]
    fn tls_means_what_it_means_to_mongodbs_own_clients() {
        for (url, mode) in [
            ("mongodb://h/", None),
            ("mongodb://h/?tls=true", Some(TlsMode::VerifyFull)),
            ("mongodb://h/?ssl=true", Some(TlsMode::VerifyFull)),
            ("mongodb://h/?TLS=false", Some(TlsMode::Disable)),
            ("mongodb://h/?tls=require", Some(TlsMode::Require)),
            (
                "mongodb://h/?tlsInsecure=true&tls=true",
                Some(TlsMode::Require),
            ),
            (
                "mongodb://h/?tls=true&tlsAllowInvalidCertificates=true",
                Some(TlsMode::Require),
            ),
            (
                "mongodb://h/?tls=true&tlsAllowInvalidHostnames=true",
                Some(TlsMode::VerifyCa),
            ),
            (
                "mongodb://h/?tls=true&tlsAllowInvalidHostnames=false",
                Some(TlsMode::VerifyFull),
            ),
            ("mongodb://h/?tlsInsecure=true", None),
            ("mongodb+srv://a.example.net/", Some(TlsMode::VerifyFull)),
            (
                "mongodb+srv://a.example.net/?tls=false",
                Some(TlsMode::Disable),
            ),
        ] {
            assert_eq!(draft(url).unwrap().settings.tls.mode, mode, "{url}");
        }
    }

    #[test]
    fn parameters_are_known_in_any_letter_case_and_those_without_meaning_pass_quietly() {
        let url = "mongodb://u:p@a:1,b/shop?AUTHSOURCE=admin&replicaset=rs0&readPreference=nearest\
                   &retryWrites=true&w=majority&appName=x&compressors=zstd&connectTimeoutMS=300\
                   &sample_size=50&directConnection=false";
        let draft = draft(url).unwrap();
        assert_eq!(draft.warnings, [""; 0]);
        let settings = draft.settings;
        assert_eq!(settings.option(AUTH_SOURCE), Some("admin"));
        let wanted = wanted(&settings);
        assert_eq!(wanted.set.as_deref(), Some("rs0"));
        assert_eq!(wanted.preference, Preference::Nearest);
        assert!(!wanted.direct);
        assert_eq!(connect_timeout(&settings), Duration::from_millis(300));
        assert_eq!(look(&settings).size, 50);
    }

    #[test]
    fn values_are_listed_unless_told_otherwise() {
        for (url, listed) in [
            ("mongodb://h/", true),
            ("mongodb://h/?values=true", true),
            ("mongodb://h/?values=", true),
            ("mongodb://h/?values=false", false),
            ("mongodb://h/?values=0", false),
        ] {
            assert_eq!(look(&draft(url).unwrap().settings).values, listed, "{url}");
        }
        let mut draft = draft("mongodb://h/?values=false").unwrap();
        parameter(&mut draft, "values", "true").unwrap();
        assert!(look(&draft.settings).values);
        assert!(parameter(&mut draft, "values", "some").is_err());
    }

    #[test]
    fn what_cannot_work_is_told_before_anything_is_dialled() {
        for url in [
            "mongodb:///shop",
            "mongodb+srv://a.example.net:27017/",
            "mongodb+srv://127.0.0.1/",
            "mongodb+srv://a.example.net,b.example.net/",
            "mongodb://a,b/?directConnection=true",
            "mongodb://h/?loadBalanced=true",
            "mongodb://h/?authMechanism=GSSAPI",
            "mongodb://h/?authMechanism=MONGODB-X509",
            "mongodb://h/?readPreference=first",
            "mongodb://h/?sample_size=0",
            "mongodb://h/?sample_size=10001",
            "mongodb://h/?tlsCAFile=/etc/passwd",
            "mongodb://:secret@h/",
        ] {
            let error = draft(url).unwrap_err();
            assert!(!error.message.is_empty() && !error.hint.is_empty(), "{url}");
        }
    }

    proptest! {
        #[test]
        fn no_parameter_makes_it_panic(key in ".*", value in ".*") {
            let _ = parameter(&mut Draft::default(), &key, &value);
        }
    }
}
