//! Who speaks PostgreSQL's protocol: PostgreSQL itself, or a product that only does so too.

/// The oldest PostgreSQL that is supported.
pub const FLOOR: u32 = 12;

/// Products by the words that `version()` holds beside, or in place of, PostgreSQL's own.
const PRODUCTS: &[(&str, &str)] = &[
    ("CockroachDB", "CockroachDB"),
    ("Redshift", "Amazon Redshift"),
    ("-YB-", "YugabyteDB"),
    ("Greenplum", "Greenplum"),
    ("Materialize", "Materialize"),
    ("RisingWave", "RisingWave"),
    ("CrateDB", "CrateDB"),
    ("QuestDB", "QuestDB"),
    ("H2 ", "H2"),
];

/// PostgreSQL's own name.
pub const POSTGRESQL: &str = "PostgreSQL";

/// The product behind a `version()`.
pub fn product(version: &str) -> &'static str {
    let found = PRODUCTS.iter().find(|(word, _)| version.contains(word));
    found.map_or(POSTGRESQL, |(_, name)| name)
}

/// Whether a `server_version` is below the oldest that is supported.
pub fn is_too_old(server_version: &str) -> bool {
    major(server_version).is_some_and(|major| major < FLOOR)
}

/// The major version in a `server_version`: 15 of `15.13 (Debian …)`, 18 of `18beta1`.
fn major(server_version: &str) -> Option<u32> {
    let end = server_version.find(|c: char| !c.is_ascii_digit());
    server_version[..end.unwrap_or(server_version.len())]
        .parse()
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn look_alikes_are_told_by_their_own_words() {
        for (version, name) in [
            (
                "PostgreSQL 15.13 (Debian 15.13-0+deb12u1) on x86_64",
                "PostgreSQL",
            ),
            (
                "CockroachDB CCL v23.1.11 (x86_64-pc-linux-gnu)",
                "CockroachDB",
            ),
            (
                "PostgreSQL 8.0.2 on i686-pc-linux-gnu, Redshift 1.0.60982",
                "Amazon Redshift",
            ),
            ("PostgreSQL 11.2-YB-2.19.0.0-b0 on x86_64", "YugabyteDB"),
            ("", "PostgreSQL"),
        ] {
            assert_eq!(product(version), name);
        }
    }

    #[test]
    fn the_major_version_is_read_of_releases_and_betas() {
        for (version, expected) in [
            ("15.13 (Debian 15.13-0+deb12u1)", Some(15)),
            ("9.6.24", Some(9)),
            ("18beta1", Some(18)),
            ("", None),
            ("devel", None),
            ("99999999999999", None),
        ] {
            assert_eq!(major(version), expected, "{version}");
        }
    }
}
