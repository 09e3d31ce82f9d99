//! What the login may do, by what was granted to it.

use super::client::Client;
use super::wire::Failure;
use crate::connectors::limits;

/// The rights that decide what is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Right {
    Select,
    Trigger,
    Other,
}

/// The grants of one account.
#[derive(Debug, Default)]
pub struct Privileges {
    grants: Vec<Grant>,
    /// Whether nothing comes from a role. What does is not among the grants.
    alone: bool,
}

#[derive(Debug)]
struct Grant {
    /// A pattern of `LIKE`, where it is narrower than everything.
    schema: Option<String>,
    table: Option<String>,
    whole_table: bool,
    right: Right,
}

impl Privileges {
    pub async fn read(client: &mut Client) -> Result<Self, Failure> {
        let sql = include_str!("sql/privileges.sql");
        let grants = client.read(sql, limits::COLUMNS, |row| {
            Some(Grant {
                schema: row.text(1),
                table: row.text(2),
                whole_table: row.bytes(0) != Some(b"column"),
                right: match row.bytes(3) {
                    Some(b"SELECT") => Right::Select,
                    Some(b"TRIGGER") => Right::Trigger,
                    _ => Right::Other,
                },
            })
        });
        let grants = match grants.await {
            Ok(grants) => grants,
            // A look-alike without these views: only trying tells.
            Err(Failure::Server(_)) => return Ok(Self::default()),
            Err(other) => return Err(other),
        };
        let roles = client.read(include_str!("sql/roles.sql"), 1, |row| {
            Some(row.bytes(0).is_none_or(|roles| roles == b"NONE"))
        });
        let alone = match roles.await {
            Ok(alone) => alone == [true],
            // Before 8.0 there are no roles to ask for; a look-alike may have them all the same.
            Err(Failure::Server(_)) => false,
            Err(other) => return Err(other),
        };
        Ok(Self { grants, alone })
    }

    /// Whether it is known that a right on a table was not granted.
    pub fn lacks(&self, right: Right, schema: &str, table: &str) -> bool {
        let granted = |grant: &Grant| grant.right == right && grant.covers(schema, table);
        // Every account has a row at least, by which its lack of rights is known.
        self.alone && !self.grants.is_empty() && !self.grants.iter().any(granted)
    }

    /// Whether a table that the catalog shows may be read. It is shown for any right on it; where
    /// none of the account's own explains that, a role's does, and only trying tells.
    pub fn may_read(&self, schema: &str, table: &str) -> Option<bool> {
        let mut shown = None;
        for grant in &self.grants {
            let here = grant.covers(schema, table);
            match (here, grant.right == Right::Select, grant.whole_table) {
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

impl Grant {
    /// Whether it is about this table or a part of it.
    fn covers(&self, schema: &str, table: &str) -> bool {
        self.schema
            .as_ref()
            .is_none_or(|pattern| match &self.table {
                Some(named) => pattern == schema && named == table,
                None => like(pattern, schema),
            })
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

    fn privileges(alone: bool) -> Privileges {
        let grant = |schema: Option<&str>, table: Option<&str>, right| Grant {
            schema: schema.map(str::to_owned),
            table: table.map(str::to_owned),
            whole_table: true,
            right,
        };
        let grants = vec![
            grant(None, None, Right::Other),
            grant(Some("app%"), None, Right::Select),
            grant(Some("shop"), Some("orders"), Right::Select),
            grant(Some("shop"), Some("audit"), Right::Trigger),
        ];
        Privileges { grants, alone }
    }

    #[test]
    fn a_table_is_readable_by_any_grant_that_covers_it() {
        let privileges = privileges(true);
        assert_eq!(privileges.may_read("app_1", "x"), Some(true));
        assert_eq!(privileges.may_read("shop", "orders"), Some(true));
        assert_eq!(privileges.may_read("shop", "audit"), Some(false));
        assert_eq!(privileges.may_read("shop", "by_a_role"), None);
    }

    #[test]
    fn a_right_is_lacking_only_where_nothing_unknown_could_give_it() {
        let (known, with_roles) = (privileges(true), privileges(false));
        assert!(known.lacks(Right::Trigger, "shop", "orders"));
        assert!(!known.lacks(Right::Trigger, "shop", "audit"));
        assert!(!known.lacks(Right::Select, "app_1", "x"));
        assert!(!with_roles.lacks(Right::Trigger, "shop", "orders"));
        assert!(!Privileges::default().lacks(Right::Trigger, "shop", "orders"));
    }
}
