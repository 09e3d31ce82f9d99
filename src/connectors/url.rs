//! Connection URLs: the shape that the engines' own syntaxes share.
//!
//! `scheme://user:password@host:port,host:port/database?key=value`, everything percent-encoded
//! (RFC 3986 §2.1), several hosts separated by commas (libpq, `MongoDB`), IPv6 in brackets. What
//! the keys mean is each engine's own.

use percent_encoding::percent_decode_str;
use secrecy::SecretString;

use super::config::{ConfigError, Host};

/// A URL in its parts, decoded.
#[derive(Debug)]
pub struct ConnectionUrl {
    /// In lower case, without `jdbc:`.
    pub scheme: String,
    /// The user.
    pub username: Option<String>,
    /// The password.
    pub password: Option<SecretString>,
    /// The hosts.
    pub hosts: Vec<Host>,
    /// What stands behind the host, without its leading slash; absent where empty.
    pub path: Option<String>,
    /// The parameters, in order.
    pub parameters: Vec<(String, String)>,
}

impl ConnectionUrl {
    /// Reads a URL.
    ///
    /// # Errors
    /// [`ConfigError`] that names the part that is wrong, without showing it: it may hold the
    /// password.
    pub fn parse(text: &str) -> Result<Self, ConfigError> {
        let text = text.trim();
        let text = text.strip_prefix("jdbc:").unwrap_or(text);
        let (scheme, rest) = text
            .split_once(':')
            .filter(|(s, _)| is_scheme(s))
            .ok_or_else(|| {
                wrong(
                    "The URL has no scheme.",
                    "Write it as scheme://user:password@host:port/database.",
                )
            })?;
        let (rest, query) = split_at_first(rest, &['?', '#']);
        let (authority, path) = match rest.strip_prefix("//") {
            Some(rest) => match rest.find('/') {
                Some(slash) => (&rest[..slash], &rest[slash + 1..]),
                None => (rest, ""),
            },
            None => ("", rest),
        };
        let (login, hosts) = match authority.rsplit_once('@') {
            Some((login, hosts)) => (Some(login), hosts),
            None => (None, authority),
        };
        let (username, password) = match login.map(|l| l.split_once(':').unwrap_or((l, ""))) {
            Some((user, password)) => (decoded(user, "user")?, decoded(password, "password")?),
            None => (String::new(), String::new()),
        };
        let some = |text: String| (!text.is_empty()).then_some(text);
        Ok(Self {
            scheme: scheme.to_ascii_lowercase(),
            username: some(username),
            password: some(password).map(SecretString::from),
            hosts: hosts
                .split(',')
                .filter(|h| !h.is_empty())
                .map(host)
                .collect::<Result<_, _>>()?,
            path: some(decoded(path, "database")?),
            parameters: parameters(query)?,
        })
    }
}

impl ConnectionUrl {
    /// Authority and path as one path: what a URL means by them where there is no server.
    /// `sqlite://folder/a.sqlite` names the file `folder/a.sqlite`.
    #[must_use]
    pub fn file_path(&self) -> Option<String> {
        let hosts: Vec<_> = self.hosts.iter().map(ToString::to_string).collect();
        let authority = Some(hosts.join(",")).filter(|a| !a.is_empty());
        match (authority, self.path.as_deref()) {
            (Some(authority), Some(path)) => Some(format!("{authority}/{path}")),
            (authority, path) => authority.or(path.map(str::to_owned)),
        }
    }
}

/// The scheme of a URL, without reading the rest; `None` where there is none.
#[must_use]
pub fn scheme(text: &str) -> Option<String> {
    let text = text.trim();
    let (scheme, _) = text.strip_prefix("jdbc:").unwrap_or(text).split_once(':')?;
    is_scheme(scheme).then(|| scheme.to_ascii_lowercase())
}

fn is_scheme(text: &str) -> bool {
    // RFC 3986 §3.1
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'))
}

fn split_at_first<'a>(text: &'a str, marks: &[char]) -> (&'a str, &'a str) {
    text.find(marks)
        .map_or((text, ""), |at| (&text[..at], &text[at + 1..]))
}

fn host(text: &str) -> Result<Host, ConfigError> {
    let (name, port) = match text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, "")) => (address, None),
        Some((address, port)) => (address, port.strip_prefix(':')),
        None => match text.rsplit_once(':') {
            Some((name, port)) => (name, Some(port)),
            None => (text, None),
        },
    };
    let port = match port {
        None | Some("") => None,
        Some(port) => Some(port.parse().ok().filter(|p| *p != 0).ok_or_else(|| {
            wrong(
                "A port in the URL is no number from 1 to 65535.",
                "If the password holds one of / ? # @ : [ ] or %, write it percent-encoded: \
                 / as %2F, ? as %3F, # as %23, @ as %40, : as %3A, % as %25.",
            )
        })?),
    };
    Ok(Host {
        name: decoded(name, "host")?,
        port,
    })
}

fn parameters(query: &str) -> Result<Vec<(String, String)>, ConfigError> {
    let pair = |text: &str| {
        let (key, value) = text.split_once('=').unwrap_or((text, ""));
        Ok((decoded(key, "parameters")?, decoded(value, "parameters")?))
    };
    query
        .split('&')
        .filter(|p| !p.is_empty())
        .map(pair)
        .collect()
}

/// Percent-decodes one part. A `%` that begins no escape is an error, as it is for libpq: the
/// likeliest cause is a password that was pasted as it is, and guessing would send a wrong one.
fn decoded(text: &str, part: &str) -> Result<String, ConfigError> {
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        let is_hex = |b: Option<u8>| b.is_some_and(|b| b.is_ascii_hexdigit());
        if byte == b'%' && !(is_hex(bytes.next()) && is_hex(bytes.next())) {
            return Err(wrong(
                format!("The {part} in the URL holds a % that begins no percent-encoding."),
                "Write a literal % as %25.",
            ));
        }
    }
    let decoded = percent_decode_str(text).decode_utf8().map_err(|_| {
        wrong(
            format!("The {part} in the URL is no UTF-8 once decoded."),
            "Encode it as UTF-8.",
        )
    })?;
    if decoded.contains('\0') {
        return Err(wrong(
            format!("The {part} in the URL holds a NUL."),
            "Remove it.",
        ));
    }
    Ok(decoded.into_owned())
}

fn wrong(message: impl Into<String>, hint: &str) -> ConfigError {
    ConfigError::new("url", message, hint)
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    #[test]
    fn every_part_is_read_and_decoded() {
        let url = ConnectionUrl::parse(
            "PostgreSQL://us%40er:p%40ss%2F%25@db1:5433,[::1]:5434,db3/my%20db?sslmode=require&a=b%26c",
        )
        .unwrap();
        assert_eq!(url.scheme, "postgresql");
        assert_eq!(url.username.as_deref(), Some("us@er"));
        assert_eq!(url.password.unwrap().expose_secret(), "p@ss/%");
        let hosts: Vec<_> = url.hosts.iter().map(ToString::to_string).collect();
        assert_eq!(hosts, ["db1:5433", "[::1]:5434", "db3"]);
        assert_eq!(url.path.as_deref(), Some("my db"));
        let expected = [("sslmode", "require"), ("a", "b&c")];
        assert_eq!(
            url.parameters,
            expected.map(|(k, v)| (k.to_owned(), v.to_owned()))
        );
    }

    #[test]
    fn a_password_may_hold_a_bare_at_sign() {
        let url = ConnectionUrl::parse("mysql://u:a@b@host/db").unwrap();
        assert_eq!(url.password.unwrap().expose_secret(), "a@b");
        assert_eq!(url.hosts[0].name, "host");
    }

    #[test]
    fn an_error_tells_how_to_encode_and_never_shows_the_password() {
        for text in [
            "postgres://u:hun/ter2@host/db",
            "postgres://u:hun%ter2@host/db",
            "hunter2",
        ] {
            let error = ConnectionUrl::parse(text).unwrap_err();
            assert!(!format!("{error:?}").contains("ter2"), "{error:?}");
            assert_eq!(error.field, "url");
        }
    }

    #[test]
    fn sockets_and_files_are_read_too() {
        let url = ConnectionUrl::parse("postgres://u@%2Frun%2Fpostgresql/db").unwrap();
        assert!(url.hosts[0].is_socket());
        let url = ConnectionUrl::parse("sqlite:folder/a file.sqlite").unwrap();
        assert_eq!(
            (url.hosts.len(), url.path.as_deref()),
            (0, Some("folder/a file.sqlite"))
        );
    }

    #[test]
    fn a_file_is_named_by_authority_and_path_together() {
        for (text, path) in [
            ("sqlite:a/b.db", Some("a/b.db")),
            ("sqlite://a/b.db", Some("a/b.db")),
            ("sqlite:///a/b.db", Some("a/b.db")),
            ("sqlite:////a/b.db", Some("/a/b.db")),
            ("sqlite://b.db", Some("b.db")),
            (
                "sqlite://my%20files/b%231.db?mode=ro",
                Some("my files/b#1.db"),
            ),
            ("sqlite:", None),
        ] {
            let url = ConnectionUrl::parse(text).unwrap();
            assert_eq!(url.file_path().as_deref(), path, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn reading_never_panics_and_every_password_round_trips(text in ".*", password in "[^\\x00]+") {
            let _ = ConnectionUrl::parse(&text);
            let encoded = percent_encoding::utf8_percent_encode(&password, percent_encoding::NON_ALPHANUMERIC);
            let url = ConnectionUrl::parse(&format!("mysql://u:{encoded}@h/d")).unwrap();
            let read = url.password.unwrap();
            proptest::prop_assert_eq!(read.expose_secret(), &password);
        }
    }
}
