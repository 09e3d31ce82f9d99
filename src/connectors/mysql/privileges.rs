//! What the login may do, by what was granted to it.

use std::collections::HashMap;

use super::client::{Client, Row};
use super::wire::Failure;
use crate::connectors::limits;

/// The rights that decide what is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Right {
    Select,
    Trigger,
    /// To write, or refer to, columns.
    Columns,
    /// Another one on tables.
    Tables,
    Other,
}

/// The grants of one account.
#[derive(Debug, Default)]
pub struct Privileges {
    /// Everywhere, or on databases: a pattern of `LIKE`.
    wide: Vec<(Option<String>, Right)>,
    /// On tables, by database and name.
    narrow: HashMap<String, HashMap<String, Vec<Grant>>>,
    /// Whether nothing comes from a role. What does is not among the grants.
    alone: bool,
}

/// On a table or on columns of it.
#[derive(Debug, Clone, Copy)]
struct Grant {
    whole_table: bool,
    right: Right,
}

impl Privileges {
    pub async fn read(client: &mut Client) -> Result<Self, Failure> {
        let mut privileges = Self::default();
        let sql = include_str!("sql/privileges.sql");
        let grants = client.read(sql, limits::COLUMNS, |row| {
            privileges.take(row);
            Some(())
        });
        match grants.await {
            Ok(_) => {}
            // A look-alike without these views: only trying tells.
            Err(Failure::Server(_)) => return Ok(Self::default()),
            Err(other) => return Err(other),
        }
        let roles = client.read(include_str!("sql/roles.sql"), 1, |row| {
            Some(row.bytes(0).is_none_or(|roles| roles == b"NONE"))
        });
        privileges.alone = match roles.await {
            Ok(alone) => alone == [true],
            // Before 8.0 there are no roles to ask for; a look-alike may have them all the same.
            Err(Failure::Server(_)) => false,
            Err(other) => return Err(other),
        };
        Ok(privileges)
    }

    fn take(&mut self, row: &Row) {
        let right = right(row.bytes(3).unwrap_or_default());
        let (Some(schema), Some(table)) = (row.text(1), row.text(2)) else {
            self.wide.push((row.text(1), right));
            return;
        };
        let whole_table = row.bytes(0) != Some(b"column");
        let tables = self.narrow.entry(schema).or_default();
        let grants = tables.entry(table).or_default();
        grants.push(Grant { whole_table, right });
    }

    /// Whether it is known that a right on a table was not granted.
    pub fn lacks(&self, right: Right, schema: &str, table: &str) -> bool {
        let mut grants = self.wide_of(schema).chain(self.narrow_of(schema, table));
        self.are_known() && !grants.any(|grant| grant.right == right)
    }

    /// Whether it is known that no right on the tables of a database was granted for all of them.
    pub fn lacks_all_tables(&self, schema: &str) -> bool {
        self.are_known()
            && self
                .wide_of(schema)
                .all(|grant| grant.right == Right::Other)
    }

    /// Whether it is known that of a table's columns only some were granted.
    pub fn shows_some_columns(&self, schema: &str, table: &str) -> bool {
        let shows_all = |grant: Grant| {
            grant.whole_table && matches!(grant.right, Right::Select | Right::Columns)
        };
        let mut narrow = self.narrow_of(schema, table);
        self.are_known()
            && narrow.any(|grant| !grant.whole_table)
            && !self.narrow_of(schema, table).any(shows_all)
            && !self.wide_of(schema).any(shows_all)
    }

    /// Whether a table that the catalog shows may be read. It is shown for any right on it; where
    /// none of the account's own explains that, a role's does, and only trying tells.
    pub fn may_read(&self, schema: &str, table: &str) -> Option<bool> {
        let reads = |grant: &Grant| grant.right == Right::Select;
        if self.wide_of(schema).any(|grant| reads(&grant)) {
            return Some(true);
        }
        let narrow: Vec<_> = self.narrow_of(schema, table).collect();
        match narrow
            .iter()
            .find(|grant| reads(grant) && grant.whole_table)
        {
            Some(_) => Some(true),
            // Some columns may be read and some not.
            None if narrow.iter().any(reads) => None,
            // USAGE on everything is no right at all.
            None => {
                let on_schema = self.wide.iter().any(|(pattern, _)| {
                    pattern
                        .as_ref()
                        .is_some_and(|pattern| like(pattern, schema))
                });
                (on_schema || !narrow.is_empty()).then_some(false)
            }
        }
    }

    /// Every account has a row at least, by which its lack of rights is known.
    fn are_known(&self) -> bool {
        self.alone && !self.wide.is_empty()
    }

    /// What was granted on all tables of a database.
    fn wide_of(&self, schema: &str) -> impl Iterator<Item = Grant> {
        let covers = move |pattern: &Option<String>| {
            pattern.as_ref().is_none_or(|pattern| like(pattern, schema))
        };
        let wide = self.wide.iter().filter(move |(pattern, _)| covers(pattern));
        wide.map(|(_, right)| Grant {
            whole_table: true,
            right: *right,
        })
    }

    /// What was granted on a table or parts of it.
    fn narrow_of(&self, schema: &str, table: &str) -> impl Iterator<Item = Grant> {
        let grants = self.narrow.get(schema).and_then(|of| of.get(table));
        grants.into_iter().flatten().copied()
    }
}

fn right(name: &[u8]) -> Right {
    match name {
        b"SELECT" => Right::Select,
        b"TRIGGER" => Right::Trigger,
        b"INSERT" | b"UPDATE" | b"REFERENCES" => Right::Columns,
        b"DELETE"
        | b"CREATE"
        | b"DROP"
        | b"INDEX"
        | b"ALTER"
        | b"CREATE VIEW"
        | b"SHOW VIEW"
        | b"DELETE HISTORY"
        | b"DELETE VERSIONING ROWS" => Right::Tables,
        _ => Right::Other,
    }
}

/// Whether a name fits a pattern of `GRANT … ON`: `%` any text, `_` any character, `\` takes the
/// next as it is. An account may have thousands of them, so most must fail at their first letters.
fn like(pattern: &str, name: &str) -> bool {
    let (mut pattern, mut name) = (pattern, name);
    // What stands behind the last `%`, and the text from which it was tried last.
    let mut again: Option<(&str, &str)> = None;
    loop {
        let (mut wanted, mut given) = (pattern.chars(), name.chars());
        let fits = match (wanted.next(), given.next()) {
            (Some('%'), _) => {
                pattern = wanted.as_str();
                again = Some((pattern, name));
                continue;
            }
            (None, None) => return true,
            (Some('_'), Some(_)) => true,
            (Some('\\'), Some(given)) => wanted.next().unwrap_or('\\') == given,
            (Some(wanted), Some(given)) => wanted == given,
            (None, Some(_)) | (Some(_), None) => false,
        };
        if fits {
            (pattern, name) = (wanted.as_str(), given.as_str());
            continue;
        }
        let Some((behind, tried)) = again else {
            return false;
        };
        let mut rest = tried.chars();
        if rest.next().is_none() {
            return false;
        }
        (pattern, name) = (behind, rest.as_str());
        again = Some((behind, name));
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
            ("%ab", "aab", true),
            ("%\\_", "a_", true),
            ("%\\_", "ab", false),
            ("a\\", "a\\", true),
            ("_", "é", true),
        ] {
            assert_eq!(like(pattern, name), fits, "{pattern} {name}");
        }
    }

    fn privileges(alone: bool) -> Privileges {
        let on =
            |name: &str, whole_table, right| (name.to_owned(), vec![Grant { whole_table, right }]);
        let shop = [
            on("orders", true, Right::Select),
            on("audit", true, Right::Trigger),
            on("people", false, Right::Select),
        ];
        Privileges {
            wide: vec![
                (None, Right::Other),
                (Some("app%".to_owned()), Right::Select),
                (Some("locked".to_owned()), Right::Other),
            ],
            narrow: [("shop".to_owned(), shop.into_iter().collect())].into(),
            alone,
        }
    }

    #[test]
    fn a_table_is_readable_by_any_grant_that_covers_it() {
        let privileges = privileges(true);
        assert_eq!(privileges.may_read("app_1", "x"), Some(true));
        assert_eq!(privileges.may_read("shop", "orders"), Some(true));
        assert_eq!(privileges.may_read("shop", "audit"), Some(false));
        assert_eq!(privileges.may_read("shop", "people"), None);
        assert_eq!(privileges.may_read("shop", "by_a_role"), None);
        assert_eq!(privileges.may_read("locked", "x"), Some(false));
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

    #[test]
    fn columns_are_granted_one_by_one_only_where_no_wider_grant_shows_all() {
        let privileges = privileges(true);
        assert!(privileges.shows_some_columns("shop", "people"));
        assert!(!privileges.shows_some_columns("shop", "orders"));
        assert!(!privileges.shows_some_columns("app_1", "people"));
        assert!(!self::privileges(false).shows_some_columns("shop", "people"));
    }

    #[test]
    fn a_right_on_one_table_is_none_on_all_of_the_database() {
        let privileges = privileges(true);
        assert!(privileges.lacks_all_tables("shop"));
        assert!(privileges.lacks_all_tables("locked"));
        assert!(!privileges.lacks_all_tables("app_1"));
        assert!(!self::privileges(false).lacks_all_tables("shop"));
    }
}
