//! What is there and kept from the login, said once for a database and not for each table.

use std::collections::BTreeMap;

use crate::schema::Unreadable;

/// Tables that are named; the others are counted.
const NAMED: usize = 5;

/// Tables of which something is hidden, by database.
#[derive(Debug, Default)]
pub struct Hidden(BTreeMap<String, Vec<String>>);

impl Hidden {
    /// One more table.
    pub fn add(&mut self, schema: &str, table: &str) {
        let tables = self.0.entry(schema.to_owned()).or_default();
        if tables.last().is_none_or(|last| last != table) {
            tables.push(table.to_owned());
        }
    }

    /// A sentence for each database; `why` gets the tables' names.
    pub fn say(self, why: impl Fn(&str) -> String) -> impl Iterator<Item = Unreadable> {
        self.0.into_iter().map(move |(name, tables)| {
            let why = why(&listed(&tables));
            Unreadable { name, why }
        })
    }
}

fn listed(tables: &[String]) -> String {
    let named = &tables[..tables.len().min(NAMED)];
    let more = tables.len() - named.len();
    match (named, more) {
        (named, 1..) => format!("{} and {more} more", named.join(", ")),
        ([before @ .., last], 0) if !before.is_empty() => {
            format!("{} and {last}", before.join(", "))
        }
        (named, 0) => named.join(", "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_tables_are_named_and_many_counted() {
        let names: Vec<_> = (1..=7).map(|n| format!("t{n}")).collect();
        assert_eq!(listed(&names[..1]), "t1");
        assert_eq!(listed(&names[..3]), "t1, t2 and t3");
        assert_eq!(listed(&names), "t1, t2, t3, t4, t5 and 2 more");
    }
}
