//! Which Host headers are answered: a page of a stranger must not reach this server by pointing
//! a name of its own at it (DNS rebinding).

use std::net::{IpAddr, SocketAddr};

/// The names that this server answers under.
#[derive(Debug, Clone)]
pub struct ServedHosts {
    bound: IpAddr,
    names: Vec<String>,
}

impl ServedHosts {
    /// The bound address, loopback, and the operator's own names.
    #[must_use]
    pub fn new(bound: SocketAddr, names: &[String]) -> Self {
        Self {
            bound: bound.ip(),
            names: names.iter().map(|name| name.to_ascii_lowercase()).collect(),
        }
    }

    /// Whether a Host header is answered. Addresses cannot be rebound: only names can. So where the
    /// server listens on all addresses any address will do, else loopback and the bound one.
    #[must_use]
    pub fn serves(&self, host: Option<&str>) -> bool {
        let Some(host) = host else { return false };
        let name = match host.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            Some((address, _)) => address,
            None => host.split(':').next().unwrap_or(host),
        };
        let name = name.trim_end_matches('.').to_ascii_lowercase();
        if name == "localhost" || name.ends_with(".localhost") || self.names.contains(&name) {
            return true;
        }
        name.parse::<IpAddr>().is_ok_and(|ip| {
            let ip = ip.to_canonical();
            ip.is_loopback() || ip == self.bound.to_canonical() || self.bound.is_unspecified()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_the_bound_address_and_configured_names_are_served_and_nothing_else() {
        let hosts = ServedHosts::new(
            "192.0.2.7:8000".parse().unwrap(),
            &["Data.example".to_owned()],
        );
        for host in [
            "localhost:8000",
            "127.0.0.1",
            "[::1]:8000",
            "192.0.2.7:1",
            "data.EXAMPLE:80",
            "data.example.",
        ] {
            assert!(hosts.serves(Some(host)), "{host}");
        }
        for host in [
            None,
            Some(""),
            Some("evil.example"),
            Some("192.0.2.8"),
            Some("localhost.evil.example"),
        ] {
            assert!(!hosts.serves(host), "{host:?}");
        }
    }

    #[test]
    fn a_server_on_all_addresses_answers_under_any_address_but_under_no_name() {
        let hosts = ServedHosts::new("0.0.0.0:8000".parse().unwrap(), &[]);
        assert!(hosts.serves(Some("10.0.0.5:8000")));
        assert!(!hosts.serves(Some("evil.example:8000")));
    }
}
