//! Which hosts an operator lets sources be on.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use ipnet::IpNet;

/// Why a text is no rule for hosts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a host name, '*.domain', address or network (such as 10.0.0.0/8)")]
pub struct InvalidHostRule;

/// One entry of the list of hosts that sources may be on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HostRule {
    /// A host by its name.
    Name(String),
    /// All hosts below a domain.
    Below(String),
    /// All addresses of a network.
    Network(IpNet),
}

impl HostRule {
    /// Whether the rule lets a host pass by the name that it is asked for by. Case and a dot at the
    /// end make no difference.
    #[must_use]
    pub fn allows_name(&self, name: &str) -> bool {
        let name = name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase();
        match self {
            Self::Name(allowed) => *allowed == name,
            Self::Below(domain) => name
                .strip_suffix(domain.as_str())
                .is_some_and(|rest| rest.len() > 1 && rest.ends_with('.')),
            Self::Network(_) => false,
        }
    }

    /// Whether the rule lets an address pass. An IPv4 address written as IPv6 is the same.
    #[must_use]
    pub fn allows_address(&self, address: IpAddr) -> bool {
        matches!(self, Self::Network(network) if network.contains(&address.to_canonical()))
    }
}

impl FromStr for HostRule {
    type Err = InvalidHostRule;

    fn from_str(text: &str) -> Result<Self, InvalidHostRule> {
        if let Ok(network) = text.parse::<IpNet>() {
            return Ok(Self::Network(network));
        }
        if let Ok(address) = text.parse::<IpAddr>() {
            return Ok(Self::Network(address.into()));
        }
        let text = text.strip_suffix('.').unwrap_or(text).to_ascii_lowercase();
        match text.strip_prefix("*.") {
            Some(domain) if is_name(domain) => Ok(Self::Below(domain.to_owned())),
            None if is_name(&text) => Ok(Self::Name(text)),
            _ => Err(InvalidHostRule),
        }
    }
}

impl fmt::Display for HostRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => f.write_str(name),
            Self::Below(domain) => write!(f, "*.{domain}"),
            Self::Network(network) => network.fmt(f),
        }
    }
}

/// Whether a host's name ends in a number, as an IPv4 address does and no name may: resolvers take
/// `127.1`, `0x7f000001` and `2130706433` for addresses that nobody reads in them. As the URL
/// standard has it (<https://url.spec.whatwg.org/#ends-in-a-number-checker>).
#[must_use]
pub fn ends_in_number(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name);
    let last = name.rsplit('.').next().unwrap_or_default();
    let hexadecimal = last.strip_prefix("0x").or(last.strip_prefix("0X"));
    match hexadecimal {
        Some(digits) => digits.bytes().all(|b| b.is_ascii_hexdigit()),
        None => !last.is_empty() && last.bytes().all(|b| b.is_ascii_digit()),
    }
}

/// Whether the text is a host name: labels of letters, digits, `-` and `_`, with dots between, the
/// last of which is no number.
fn is_name(text: &str) -> bool {
    let is_label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && label
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
    };
    text.len() <= 253 && text.split('.').all(is_label) && !ends_in_number(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(text: &str) -> HostRule {
        text.parse().unwrap()
    }

    #[test]
    fn a_name_allows_itself_alone() {
        let rule = rule("DB.example.com.");
        assert!(rule.allows_name("db.EXAMPLE.com") && rule.allows_name("db.example.com."));
        assert!(!rule.allows_name("xdb.example.com") && !rule.allows_name("example.com"));
    }

    #[test]
    fn a_domain_allows_what_is_below_it() {
        let rule = rule("*.example.com");
        assert!(rule.allows_name("a.example.com") && rule.allows_name("a.b.example.com"));
        for name in [
            "example.com",
            ".example.com",
            "badexample.com",
            "example.com.evil.org",
        ] {
            assert!(!rule.allows_name(name), "{name}");
        }
    }

    #[test]
    fn a_network_allows_its_addresses_however_they_are_written() {
        let rule = rule("10.0.0.0/8");
        let allows = |text: &str| rule.allows_address(text.parse().unwrap());
        assert!(allows("10.1.2.3") && allows("::ffff:10.1.2.3"));
        assert!(!allows("11.0.0.1") && !allows("::1"));
        assert!(
            super::HostRule::from_str("::1")
                .unwrap()
                .allows_address("::1".parse().unwrap())
        );
    }

    #[test]
    fn a_number_at_the_end_makes_no_name() {
        for name in [
            "1",
            "127.1",
            "a.0x7F",
            "0x",
            "a.1.",
            "1.2.3.4.5",
            "256.0.0.1",
        ] {
            assert!(ends_in_number(name), "{name}");
        }
        for name in ["", "a", "1a", "1.a", "0xg", "a.b1", "x0", "a..", "fe80::1"] {
            assert!(!ends_in_number(name), "{name}");
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for text in [
            "",
            "*",
            "*.",
            "a b",
            "http://x",
            "x:5432",
            "a..b",
            "10.0.0.0/33",
            "*.*.x",
            "127.1",
            "*.0.0.1",
        ] {
            assert_eq!(text.parse::<HostRule>(), Err(InvalidHostRule), "{text:?}");
        }
    }
}
