//! Which hosts may be dialled.
//!
//! Databases live on private addresses, so those are fine. Refused always are addresses at which
//! no database is and at which machines keep their secrets: link-local ones (cloud metadata among
//! them), unspecified, multicast and broadcast. An operator's list narrows the rest.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::connectors::error::{ConnectorError, ErrorKind};
use crate::model::host::HostRule;

/// The rules in force. An empty list allows all but what is always refused.
#[derive(Debug, Clone, Default)]
pub struct HostRules {
    allowed: Vec<HostRule>,
}

impl HostRules {
    /// Rules that allow only what is listed, where anything is.
    #[must_use]
    pub fn new(allowed: Vec<HostRule>) -> Self {
        Self { allowed }
    }

    /// Checks one address of a name.
    pub fn check(&self, name: &str, ip: IpAddr) -> Result<(), ConnectorError> {
        let ip = ip.to_canonical();
        if always_refused(ip) {
            return Err(ConnectorError::new(
                ErrorKind::HostNotAllowed,
                format!(
                    "'{name}' leads to {ip}, a link-local, metadata, multicast or unspecified address, which is never dialled."
                ),
                "Use the database server's own address.",
            ));
        }
        let allows = |rule: &HostRule| rule.allows_name(name) || rule.allows_address(ip);
        if self.allowed.is_empty() || self.allowed.iter().any(allows) {
            return Ok(());
        }
        Err(ConnectorError::new(
            ErrorKind::HostNotAllowed,
            format!("'{name}' ({ip}) is not among the hosts that the operator allows."),
            "Ask the operator to add it to source_hosts.",
        ))
    }
}

fn always_refused(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => v4_refused(ip),
        IpAddr::V6(ip) => {
            // NAT64 (RFC 6052), 6to4 and the compatible form of old carry an IPv4 address inside.
            let inner = match ip.segments() {
                [0x64, 0xff9b, 0, 0, 0, 0, high, low]
                | [0, 0, 0, 0, 0, 0, high @ 1..=u16::MAX, low]
                | [0x2002, high, low, ..] => {
                    let [a, b] = high.to_be_bytes();
                    let [c, d] = low.to_be_bytes();
                    v4_refused(Ipv4Addr::new(a, b, c, d))
                }
                _ => false,
            };
            inner
                || ip.is_unspecified()
                || ip.is_multicast()
                || ip.is_unicast_link_local()
                || METADATA_V6.contains(&ip)
        }
    }
}

fn v4_refused(ip: Ipv4Addr) -> bool {
    ip.octets()[0] == 0
        || ip.is_multicast()
        || ip.is_broadcast()
        || ip.is_link_local()
        || METADATA_V4.contains(&ip)
}

/// Metadata services outside the link-local range: Alibaba Cloud, Oracle Cloud, Azure's platform address.
const METADATA_V4: [Ipv4Addr; 3] = [
    Ipv4Addr::new(100, 100, 100, 200),
    Ipv4Addr::new(192, 0, 0, 192),
    Ipv4Addr::new(168, 63, 129, 16),
];

/// Metadata services on IPv6: AWS, Google Cloud.
const METADATA_V6: [Ipv6Addr; 2] = [
    Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254),
    Ipv6Addr::new(0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metadata_and_link_local_addresses_are_refused_however_they_are_written() {
        let rules = HostRules::default();
        for text in [
            "169.254.169.254",
            "0.0.0.0",
            "0.1.2.3",
            "224.0.0.1",
            "255.255.255.255",
            "100.100.100.200",
            "::",
            "fe80::1",
            "ff02::1",
            "::ffff:169.254.169.254",
            "::169.254.169.254",
            "64:ff9b::a9fe:a9fe",
            "2002:a9fe:a9fe::",
            "fd00:ec2::254",
        ] {
            assert!(rules.check("h", text.parse().unwrap()).is_err(), "{text}");
        }
    }

    #[test]
    fn private_and_public_addresses_are_fine_without_a_list() {
        for text in [
            "127.0.0.1",
            "10.1.2.3",
            "192.168.0.1",
            "::1",
            "8.8.8.8",
            "fd12::1",
        ] {
            assert!(
                HostRules::default()
                    .check("h", text.parse().unwrap())
                    .is_ok(),
                "{text}"
            );
        }
    }

    #[test]
    fn a_list_denies_what_it_does_not_name_and_never_opens_what_is_always_refused() {
        let rules = ["10.0.0.0/8", "db.example.org", "*.corp", "169.254.169.254"];
        let rules = HostRules::new(rules.iter().map(|r| r.parse().unwrap()).collect());
        for (name, ip, allowed) in [
            ("x", "10.9.9.9", true),
            ("DB.example.org", "192.0.2.1", true),
            ("a.corp", "192.0.2.1", true),
            ("corp", "192.0.2.1", false),
            ("x", "192.0.2.1", false),
            ("x", "169.254.169.254", false),
        ] {
            assert_eq!(
                rules.check(name, ip.parse().unwrap()).is_ok(),
                allowed,
                "{name} {ip}"
            );
        }
    }
}
