//! The parameters of PostgreSQL's URLs, as libpq and the JDBC driver spell them, and its defaults.

use std::time::Duration;

use tokio_postgres::config::ChannelBinding;

use crate::connectors::input::SCHEME_OPTION;
use crate::connectors::options::tls_mode;
use crate::connectors::{ConfigError, Draft, Host, OptionSpec, Settings, TlsMode};

/// The options of this engine.
pub const OPTIONS: &[OptionSpec] = &[
    OptionSpec {
        name: "application_name",
        help: "The name under which the server lists this connection; headwater unless told.",
    },
    OptionSpec {
        name: "channel_binding",
        help: "Whether the login is bound to the TLS session: disable, prefer or require.",
    },
    OptionSpec {
        name: "connect_timeout",
        help: "Seconds after which connecting is given up, where the usual limits are too long.",
    },
    OptionSpec {
        name: "target_session_attrs",
        help: "Which of several hosts will do: any, read-write, read-only, primary or standby.",
    },
    OptionSpec {
        name: "search_path",
        help: "The schemas in which names in `query` are looked up. A single one is also the only \
               one that is read, where `schema` names none.",
    },
];

const APPLICATION_NAME: &str = "application_name";
const CHANNEL_BINDING: &str = "channel_binding";
const CONNECT_TIMEOUT: &str = "connect_timeout";
const SESSION_ATTRS: &str = "target_session_attrs";
const SEARCH_PATH: &str = "search_path";

/// Takes one parameter (libpq manual, "Parameter Key Words"; JDBC's in its own spelling).
pub fn parameter(draft: &mut Draft, key: &str, value: &str) -> Result<bool, ConfigError> {
    match key {
        "sslmode" => draft.settings.tls.mode = Some(tls_mode(key, value)?),
        // What JDBC and most drivers mean by it checks the certificate; `sslmode` counts more.
        "ssl" => {
            let mode = match tls_mode(key, value)? {
                TlsMode::Require => TlsMode::VerifyFull,
                told => told,
            };
            draft.settings.tls.mode.get_or_insert(mode);
        }
        "host" => hosts(draft, value),
        "port" => ports(draft, value)?,
        "user" | "username" => draft.settings.username = Some(value.to_owned()),
        "password" => draft.credentials.password = Some(value.to_owned().into()),
        "dbname" | "database" => draft.settings.database = Some(value.to_owned()),
        "application_name" | "ApplicationName" => keep(draft, APPLICATION_NAME, value),
        "channel_binding" | "channelBinding" => {
            one_of(key, value, &["disable", "prefer", "require"])?;
            keep(draft, CHANNEL_BINDING, value);
        }
        "connect_timeout" | "connectTimeout" => connect_timeout(draft, key, value)?,
        "target_session_attrs" => session_attrs(draft, key, value)?,
        "search_path" | "currentSchema" | "schema" => keep(draft, SEARCH_PATH, value),
        "options" => draft.warnings.push(
            "The parameter 'options' (settings for the server's start-up) was ignored: poolers \
             refuse it, and nothing that is read depends on it."
                .to_owned(),
        ),
        // Ignoring these would send a password where the caller said not to.
        "require_auth" | "gssencmode" if !matches!(value, "" | "prefer" | "disable") => {
            return Err(ConfigError::new(
                key,
                format!("The parameter '{key}' is not supported with this value."),
                "Leave it out, and use options.tls = verify-full and channel_binding = require to \
                 be sure of the server.",
            ));
        }
        "require_auth" | "gssencmode" => {}
        _ => return Ok(false),
    }
    Ok(true)
}

/// Checks a draft and fills in libpq's defaults.
pub fn complete(draft: &mut Draft) -> Result<(), ConfigError> {
    let settings = &mut draft.settings;
    settings.options.remove(SCHEME_OPTION);
    if settings.hosts.is_empty() || settings.hosts.iter().any(|h| h.name.is_empty()) {
        return Err(ConfigError::new(
            "host",
            "The host is missing.",
            "Give the server's name or address, such as localhost.",
        ));
    }
    let Some(username) = settings.username.clone().filter(|u| !u.is_empty()) else {
        return Err(ConfigError::new(
            "username",
            "The user is missing.",
            "Give the name of a role that may log in.",
        ));
    };
    settings.database.get_or_insert(username);
    if let ([only], None) = (&search_path(settings)[..], &settings.selection.schema) {
        settings.selection.schema = Some(only.clone());
    }
    Ok(())
}

/// How long connecting may take in all, where the caller set a limit.
pub fn patience(settings: &Settings) -> Option<Duration> {
    let seconds = settings.option(CONNECT_TIMEOUT)?.parse().ok()?;
    Some(Duration::from_secs(seconds))
}

/// The name under which the server lists the connection.
pub fn application_name(settings: &Settings) -> &str {
    settings.option(APPLICATION_NAME).unwrap_or("headwater")
}

/// Whether the login must be bound to the TLS session.
pub fn channel_binding(settings: &Settings) -> ChannelBinding {
    match settings.option(CHANNEL_BINDING) {
        Some("disable") => ChannelBinding::Disable,
        Some("require") => ChannelBinding::Require,
        _ => ChannelBinding::Prefer,
    }
}

/// What a server among several must be, where the caller cares.
pub fn target_session_attrs(settings: &Settings) -> Option<&str> {
    settings.option(SESSION_ATTRS).filter(|a| *a != "any")
}

/// The schemas in which the names of the caller's own query are looked up; empty for the server's
/// own default.
pub fn search_path(settings: &Settings) -> Vec<String> {
    let list = settings.option(SEARCH_PATH).unwrap_or_default();
    list.split(',')
        .map(|name| name.trim().trim_matches('"').to_owned())
        .filter(|name| !name.is_empty())
        .collect()
}

fn keep(draft: &mut Draft, option: &str, value: &str) {
    draft
        .settings
        .options
        .insert(option.to_owned(), value.to_owned());
}

/// `host=a,b`: the ports that are known already go with them in turn, a single one with all.
fn hosts(draft: &mut Draft, value: &str) {
    let ports: Vec<_> = draft.settings.hosts.iter().map(|h| h.port).collect();
    let names = value.split(',').map(str::trim).enumerate();
    draft.settings.hosts = names
        .map(|(i, name)| Host {
            name: name.to_owned(),
            port: nth_or_only(&ports, i).flatten(),
        })
        .collect();
}

/// `port=1,2`, likewise.
fn ports(draft: &mut Draft, value: &str) -> Result<(), ConfigError> {
    let ports = value
        .split(',')
        .map(|text| match text.trim() {
            "" => Ok(None),
            text => match text.parse() {
                Ok(port) if port > 0 => Ok(Some(port)),
                _ => Err(ConfigError::new(
                    "port",
                    "A port is no number from 1 to 65535.",
                    "Write one number, or one for each host.",
                )),
            },
        })
        .collect::<Result<Vec<Option<u16>>, _>>()?;
    draft.host_mut();
    for (i, host) in draft.settings.hosts.iter_mut().enumerate() {
        host.port = nth_or_only(&ports, i).flatten();
    }
    Ok(())
}

fn nth_or_only<T: Copy>(list: &[T], i: usize) -> Option<T> {
    match list {
        [only] => Some(*only),
        _ => list.get(i).copied(),
    }
}

fn connect_timeout(draft: &mut Draft, key: &str, value: &str) -> Result<(), ConfigError> {
    match value.trim().parse::<i32>() {
        // libpq: zero, negative or absent means to wait without end; here the usual limits stay.
        Ok(..=0) => {}
        Ok(seconds) => keep(draft, CONNECT_TIMEOUT, &seconds.to_string()),
        Err(_) => {
            return Err(ConfigError::new(
                key,
                format!("`{key}` is no number of seconds."),
                "Write a whole number.",
            ));
        }
    }
    Ok(())
}

fn session_attrs(draft: &mut Draft, key: &str, value: &str) -> Result<(), ConfigError> {
    if value == "prefer-standby" {
        draft.warnings.push(
            "target_session_attrs=prefer-standby was taken as any: the hosts are tried in turn."
                .to_owned(),
        );
        return Ok(());
    }
    one_of(
        key,
        value,
        &["any", "read-write", "read-only", "primary", "standby"],
    )?;
    keep(draft, SESSION_ATTRS, value);
    Ok(())
}

fn one_of(key: &str, value: &str, known: &[&str]) -> Result<(), ConfigError> {
    if known.contains(&value) {
        return Ok(());
    }
    let message = format!("`{key}` takes none but listed words.");
    let hint = format!("Use one of {}.", known.join(", "));
    Err(ConfigError::new(key, message, hint))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connectors::input::ConnectionInput;
    use crate::connectors::postgres::DRIVER;

    fn draft(url: &str) -> Result<Draft, ConfigError> {
        let input: ConnectionInput =
            serde_json::from_value(serde_json::json!({ "url": url })).unwrap();
        input.draft(&DRIVER)
    }

    fn shown(hosts: &[Host]) -> String {
        let hosts: Vec<_> = hosts.iter().map(ToString::to_string).collect();
        hosts.join(" ")
    }

    #[test]
    fn hosts_and_ports_come_from_the_authority_or_from_parameters() {
        for (url, hosts) in [
            ("postgres://u@a/d", "a"),
            ("postgres://u@a:1,b:2/d", "a:1 b:2"),
            ("postgresql:///d?host=a,b&port=1,2&user=u", "a:1 b:2"),
            ("postgresql:///d?port=7&host=a,b&user=u", "a:7 b:7"),
            ("postgresql://u@a,b/d?port=7", "a:7 b:7"),
            ("jdbc:postgresql://a:1/d?user=u&password=p", "a:1"),
            ("postgres://u@%2Frun%2Fpg/d", "/run/pg"),
            ("postgres:///d?host=/run/pg&user=u", "/run/pg"),
        ] {
            assert_eq!(shown(&draft(url).unwrap().settings.hosts), hosts, "{url}");
        }
    }

    #[test]
    fn the_database_is_named_like_the_user_unless_told() {
        for (url, database) in [
            ("postgres://ann@h", "ann"),
            ("postgres://ann@h/", "ann"),
            ("postgres://ann@h/shop", "shop"),
            ("postgres://ann@h?dbname=shop", "shop"),
        ] {
            let read = draft(url).unwrap().settings.database;
            assert_eq!(read.as_deref(), Some(database), "{url}");
        }
    }

    #[test]
    fn the_words_for_tls_mean_what_they_mean_elsewhere() {
        for (parameters, mode) in [
            ("sslmode=disable", TlsMode::Disable),
            ("sslmode=allow", TlsMode::Prefer),
            ("sslmode=verify-ca", TlsMode::VerifyCa),
            ("ssl=true", TlsMode::VerifyFull),
            ("ssl=true&sslmode=require", TlsMode::Require),
            ("sslmode=require&ssl=true", TlsMode::Require),
            ("ssl=false", TlsMode::Disable),
            ("", TlsMode::Prefer),
        ] {
            let read = draft(&format!("postgres://u@h/d?{parameters}")).unwrap();
            assert_eq!(read.settings.tls.mode(), mode, "{parameters}");
        }
    }

    #[test]
    fn one_schema_in_the_search_path_is_the_one_that_is_read() {
        for (parameters, schema) in [
            ("currentSchema=app", Some("app")),
            ("search_path=%22App%22", Some("App")),
            ("schema=app", Some("app")),
            ("search_path=app,public", None),
            ("", None),
        ] {
            let read = draft(&format!("postgres://u@h/d?{parameters}")).unwrap();
            assert_eq!(read.settings.selection.schema.as_deref(), schema);
        }
    }

    #[test]
    fn what_cannot_be_kept_to_is_refused_and_what_does_not_matter_is_named() {
        for (url, field) in [
            ("postgres:///d", "host"),
            ("postgres://h/d", "username"),
            ("postgres://u@h/d?sslmode=maybe", "url"),
            ("postgres://u@h/d?port=0", "url"),
            ("postgres://u@h/d?connect_timeout=soon", "url"),
            ("postgres://u@h/d?target_session_attrs=best", "url"),
            ("postgres://u@h/d?sslrootcert=/etc/passwd", "url"),
            ("postgres://u@h/d?require_auth=scram-sha-256", "url"),
        ] {
            assert_eq!(draft(url).unwrap_err().field, field, "{url}");
        }
        let read = draft("postgres://u@h/d?pgbouncer=true&options=-c%20a%3Db&connect_timeout=3");
        let read = read.unwrap();
        assert_eq!(read.warnings.len(), 2, "{:?}", read.warnings);
        assert_eq!(patience(&read.settings), Some(Duration::from_secs(3)));
    }
}
