//! What can be a host, as callers write it.

use std::net::{IpAddr, Ipv6Addr};

use crate::connectors::ConfigError;
use crate::model::host::ends_in_number;

/// The longest name that DNS knows.
const HOST_LIMIT: usize = 253;

/// An IPv6 address, as it stands in a URL, without its brackets.
pub fn without_brackets(host: &str) -> &str {
    let inner = host.strip_prefix('[').and_then(|h| h.strip_suffix(']'));
    inner
        .filter(|inner| inner.parse::<Ipv6Addr>().is_ok())
        .unwrap_or(host)
}

/// Refuses what can be no host, before it is taken for a name that nobody knows.
pub fn check(name: &str) -> Result<(), ConfigError> {
    let bare = name.strip_suffix('.').unwrap_or(name);
    // A path is a Unix socket; whether those may be opened is for the dialer to say.
    if name.starts_with('/') || bare.parse::<IpAddr>().is_ok() {
        return Ok(());
    }
    let wrong = |message: &str, hint: &str| Err(ConfigError::new("host", message, hint));
    let strange = |c: char| c.is_control() || c.is_whitespace() || "@/\\?#,[]".contains(c);
    if name.len() > HOST_LIMIT || name.contains(strange) || name.contains("..") {
        return wrong(
            "`host` holds no host name and no address.",
            "Give one name or address alone; a connection URL goes into `url`.",
        );
    }
    match name.split_once(':') {
        Some((_, port)) if !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit()) => {
            wrong("`host` holds a port too.", "Write the port into `port`.")
        }
        Some(_) => wrong(
            "`host` holds no address that can be dialled.",
            "Write an IPv6 address in full and without a zone.",
        ),
        None if !name.is_ascii() => wrong(
            "`host` holds letters or digits beyond ASCII.",
            "Write a name of other letters in its ASCII form (xn--…), and an address in ASCII digits.",
        ),
        None if ends_in_number(name) => wrong(
            "`host` ends in a number and is no IPv4 address.",
            "Write an address in full, as four decimal numbers without zeros before them: 127.0.0.1.",
        ),
        None => Ok(()),
    }
}
