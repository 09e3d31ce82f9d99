//! What could not be read, and why.

use std::collections::BTreeMap;

use super::wire::Failure;
use crate::connectors::Parts;
use crate::schema::Unreadable;

/// Tables that are named; the others are counted.
const NAMED: usize = 5;

/// All that could not be read. What was read, or refused, is told to whoever looks on.
#[derive(Debug)]
pub struct Told {
    unreadable: Vec<Unreadable>,
    parts: Parts,
}

impl Told {
    /// Nothing so far.
    pub fn new(parts: Parts) -> Self {
        Self {
            unreadable: Vec::new(),
            parts,
        }
    }

    /// The parts of the reading.
    pub fn parts(&self) -> &Parts {
        &self.parts
    }

    /// One thing that could not be read.
    pub fn tell(&mut self, name: String, why: String) {
        self.unreadable.push(Unreadable { name, why });
    }

    /// What a server refuses to tell is named, and the rest stands.
    pub fn unless_refused<T: Default>(
        &mut self,
        done: Result<T, Failure>,
        what: &'static str,
    ) -> Result<T, Failure> {
        self.parts.done(what);
        match done {
            Err(Failure::Server(refusal)) => {
                let why = format!("The server refused them with error {}.", refusal.code);
                self.tell(what.to_owned(), why);
                Ok(T::default())
            }
            other => other,
        }
    }

    /// What is kept from the login: once for a database and not for each table. `why` gets the
    /// tables' names.
    pub fn hidden(&mut self, hidden: Hidden, why: impl Fn(&str) -> String) {
        for (name, tables) in hidden.0 {
            let why = why(&listed(&tables));
            self.tell(name, why);
        }
    }

    /// What another reader was told.
    pub fn extend(&mut self, other: Self) {
        self.unreadable.extend(other.unreadable);
    }

    /// All of it.
    pub fn into_list(self) -> Vec<Unreadable> {
        self.unreadable
    }
}

/// Tables of which something is kept from the login, by database.
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
