//! What the login may read, by what was granted to it.

use super::client::Client;
use super::wire::Failure;
use crate::connectors::limits;

/// The grants of one account.
#[derive(Debug, Default)]
pub struct Privileges(Vec<Grant>);

#[derive(Debug)]
struct Grant {
    /// A pattern of `LIKE`, where it is narrower than everything.
    schema: Option<String>,
    table: Option<String>,
    whole_table: bool,
    select: bool,
}

impl Privileges {
    pub async fn read(client: &mut Client) -> Result<Self, Failure> {
        let sql = include_str!("sql/privileges.sql");
        let grants = client.read(sql, limits::COLUMNS, |row| {
            Some(Grant {
                schema: row.text(1),
                table: row.text(2),
                whole_table: row.bytes(0) != Some(b"column"),
                select: row.bytes(3) == Some(b"SELECT"),
            })
        });
        match grants.await {
            Ok(grants) => Ok(Self(grants)),
            // A look-alike without these views: only trying tells.
            Err(Failure::Server(_)) => Ok(Self::default()),
            Err(other) => Err(other),
        }
    }

    /// Whether a table that the catalog shows may be read. It is shown for any right on it; where
    /// none of the account's own explains that, a role's does, and only trying tells.
    pub fn may_read(&self, schema: &str, table: &str) -> Option<bool> {
        let mut shown = None;
        for grant in &self.0 {
            let here = grant
                .schema
                .as_ref()
                .is_none_or(|pattern| match &grant.table {
                    Some(named) => pattern == schema && named == table,
                    None => like(pattern, schema),
                });
            match (here, grant.select, grant.whole_table) {
                (true, true, true) => return Some(true),
                // Some columns may be read and some not.
                (true, true, false) => return None,
                // USAGE on everything is no right at all.
                (true, false, _) if grant.schema.is_some() => shown = Some(false),
                _ => {}
            }
        }
        shown
    }
}

/// Whether a name fits a pattern of `GRANT … ON`: `%` any text, `_` any character, `\` takes the
/// next as it is.
fn like(pattern: &str, name: &str) -> bool {
    let pattern: Vec<char> = pattern.chars().collect();
    let name: Vec<char> = name.chars().collect();
    // The places within the pattern that fit the name so far.
    let mut places = vec![false; pattern.len() + 1];
    places[0] = true;
    skip_any(&pattern, &mut places);
    for character in name {
        let mut next = vec![false; pattern.len() + 1];
        for (at, _) in places.iter().enumerate().filter(|(_, fits)| **fits) {
            match (pattern.get(at), pattern.get(at + 1)) {
                (Some('%'), _) => next[at] = true,
                (Some('_'), _) => next[at + 1] = true,
                (Some('\\'), Some(literal)) if *literal == character => next[at + 2] = true,
                (Some('\\'), Some(_)) | (None, _) => {}
                (Some(literal), _) if *literal == character => next[at + 1] = true,
                _ => {}
            }
        }
        skip_any(&pattern, &mut next);
        places = next;
    }
    places.last().copied().unwrap_or(false)
}

/// A `%` fits no character too.
fn skip_any(pattern: &[char], places: &mut [bool]) {
    for at in 0..pattern.len() {
        let escaped = at > 0 && pattern[at - 1] == '\\';
        if places[at] && pattern[at] == '%' && !escaped {
            places[at + 1] = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_fit_as_the_servers_read_them() {
        for (pattern, name, fits) in [
            ("shop", "shop", true),
            ("shop", "shops", false),
            ("sh%", "shop", true),
            ("%", "", true),
            ("%op", "shop", true),
            ("s_op", "shop", true),
            ("s\\_op", "shop", false),
            ("s\\_op", "s_op", true),
            ("100\\%", "100%", true),
            ("100\\%", "1000", false),
            ("a%b%c", "a1b2c", true),
            ("a%b%c", "a1c2b", false),
        ] {
            assert_eq!(like(pattern, name), fits, "{pattern} {name}");
        }
    }

    #[test]
    fn a_table_is_readable_by_any_grant_that_covers_it() {
        let grant = |schema: Option<&str>, table: Option<&str>, select| Grant {
            schema: schema.map(str::to_owned),
            table: table.map(str::to_owned),
            whole_table: true,
            select,
        };
        let privileges = Privileges(vec![
            grant(None, None, false),
            grant(Some("app%"), None, true),
            grant(Some("shop"), Some("orders"), true),
            grant(Some("shop"), Some("audit"), false),
        ]);
        assert_eq!(privileges.may_read("app_1", "x"), Some(true));
        assert_eq!(privileges.may_read("shop", "orders"), Some(true));
        assert_eq!(privileges.may_read("shop", "audit"), Some(false));
        assert_eq!(privileges.may_read("shop", "by_a_role"), None);
    }
}
