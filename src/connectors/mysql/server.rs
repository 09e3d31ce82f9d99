//! Who answered: the flavour, the product and whether it is new enough.

use crate::connectors::error::{ConnectorError, ErrorKind};

/// The two dialects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flavour {
    MySql,
    MariaDb,
}

/// A server, as its version text tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server {
    pub flavour: Flavour,
    /// The product's name for a person.
    pub product: &'static str,
    /// The version, as the server writes it.
    pub version: String,
    number: (u32, u32),
}

/// Marks within the version text or `version_comment`, and the product that they tell.
const PRODUCTS: &[(&str, &str)] = &[
    ("tidb", "TiDB"),
    ("aurora", "Amazon Aurora MySQL"),
    ("percona", "Percona Server for MySQL"),
    ("vitess", "Vitess"),
    ("oceanbase", "OceanBase"),
    ("singlestore", "SingleStore"),
    ("cloudsql", "Google Cloud SQL for MySQL"),
];

/// The oldest servers that know every column and setting that is asked for.
const OLDEST_MYSQL: (u32, u32) = (5, 7);
/// 10.2 is the first that prints defaults as expressions.
const OLDEST_MARIADB: (u32, u32) = (10, 2);

impl Server {
    /// Reads `VERSION()`, or the greeting's version, and `version_comment`.
    pub fn read(version: &str, comment: &str) -> Self {
        // MariaDB 10 greets as 5.5.5 first, for replicas that knew no two-digit version.
        let version = version.strip_prefix("5.5.5-").unwrap_or(version);
        let said = format!("{version} {comment}").to_ascii_lowercase();
        let flavour = if said.contains("mariadb") {
            Flavour::MariaDb
        } else {
            Flavour::MySql
        };
        let look_alike = PRODUCTS.iter().find(|(mark, _)| said.contains(mark));
        let product = match (flavour, look_alike) {
            (Flavour::MariaDb, _) => "MariaDB",
            (Flavour::MySql, Some((_, product))) => product,
            (Flavour::MySql, None) => "MySQL",
        };
        let mut parts = version.split(|c: char| !c.is_ascii_digit());
        let mut part = || parts.next().and_then(|p| p.parse().ok()).unwrap_or(0);
        Self {
            flavour,
            product,
            version: version
                .chars()
                .filter(|c| !c.is_control())
                .take(120)
                .collect(),
            number: (part(), part()),
        }
    }

    /// The engine's name among the drivers.
    pub fn engine(&self) -> &'static str {
        match self.flavour {
            Flavour::MySql => "mysql",
            Flavour::MariaDb => "mariadb",
        }
    }

    /// Whether this is `MySQL` of at least this version.
    pub fn is_mysql_since(&self, major: u32, minor: u32) -> bool {
        self.flavour == Flavour::MySql && self.number >= (major, minor)
    }

    /// Refuses a server that lacks what reading its catalog takes.
    pub fn check(&self) -> Result<(), ConnectorError> {
        let (name, oldest) = match self.flavour {
            Flavour::MySql => ("MySQL", OLDEST_MYSQL),
            Flavour::MariaDb => ("MariaDB", OLDEST_MARIADB),
        };
        if self.number >= oldest {
            return Ok(());
        }
        let (major, minor) = oldest;
        Err(ConnectorError::new(
            ErrorKind::UnsupportedServer,
            format!("{} {} is too old.", self.product, self.version),
            format!("Upgrade the server to {name} {major}.{minor} or newer."),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_and_look_alikes_are_told_by_their_version() {
        for (version, comment, engine, product, shown) in [
            ("9.7.4-2", "(Debian)", "mysql", "MySQL", "9.7.4-2"),
            (
                "5.5.5-10.11.6-MariaDB-1",
                "Debian 12",
                "mariadb",
                "MariaDB",
                "10.11.6-MariaDB-1",
            ),
            ("11.4.2-MariaDB", "", "mariadb", "MariaDB", "11.4.2-MariaDB"),
            ("10.6.1", "MariaDB Server", "mariadb", "MariaDB", "10.6.1"),
            (
                "8.0.11-TiDB-v8.1.0",
                "",
                "mysql",
                "TiDB",
                "8.0.11-TiDB-v8.1.0",
            ),
            (
                "8.0.36-28",
                "Percona Server (GPL), Release 28",
                "mysql",
                "Percona Server for MySQL",
                "8.0.36-28",
            ),
            (
                "8.0.mysql_aurora.3.04.0",
                "",
                "mysql",
                "Amazon Aurora MySQL",
                "8.0.mysql_aurora.3.04.0",
            ),
        ] {
            let server = Server::read(version, comment);
            assert_eq!(
                (server.engine(), server.product, server.version.as_str()),
                (engine, product, shown)
            );
            assert!(server.check().is_ok(), "{version}");
        }
    }

    #[test]
    fn a_server_that_is_too_old_is_refused_with_the_floor_named() {
        for (version, floor) in [
            ("5.6.51", "MySQL 5.7"),
            ("5.5.5-10.1.48-MariaDB", "MariaDB 10.2"),
            ("garbage", "MySQL 5.7"),
        ] {
            let error = Server::read(version, "").check().unwrap_err();
            assert_eq!(error.kind, ErrorKind::UnsupportedServer);
            assert!(error.hint.contains(floor), "{error:?}");
        }
    }
}
