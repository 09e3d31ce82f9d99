//! The tables that are being put together, found by their names byte by byte.

use std::collections::HashMap;

use super::client::Row;
use crate::schema::Table;

/// Tables by name.
#[derive(Clone, Default)]
pub struct Tables {
    list: Vec<Table>,
    /// By schema, then name.
    places: HashMap<Vec<u8>, HashMap<Vec<u8>, usize>>,
    /// Where the last row belonged: rows come table by table.
    last: usize,
}

impl Tables {
    /// In this order.
    pub fn new(list: Vec<Table>) -> Self {
        let mut places: HashMap<Vec<u8>, HashMap<Vec<u8>, usize>> = HashMap::new();
        for (place, table) in list.iter().enumerate() {
            let schema = places.entry(schema(table).to_vec()).or_default();
            schema.insert(table.name.as_bytes().to_vec(), place);
        }
        Self {
            list,
            places,
            last: 0,
        }
    }

    /// The table that the first two columns of a row name, where it is one of these.
    pub fn of(&mut self, row: &Row) -> Option<&mut Table> {
        let place = self.place(row.bytes(0)?, row.bytes(1)?)?;
        self.list.get_mut(place)
    }

    /// The table of this name.
    pub fn named(&mut self, schema: &str, name: &str) -> Option<&mut Table> {
        let place = self.place(schema.as_bytes(), name.as_bytes())?;
        self.list.get_mut(place)
    }

    /// Where a table stands among all.
    pub fn place(&mut self, of: &[u8], name: &[u8]) -> Option<usize> {
        let is_last = |last: &Table| last.name.as_bytes() == name && schema(last) == of;
        if !self.list.get(self.last).is_some_and(is_last) {
            self.last = *self.places.get(of)?.get(name)?;
        }
        Some(self.last)
    }

    /// All, in order.
    pub fn list_mut(&mut self) -> &mut Vec<Table> {
        &mut self.list
    }

    /// Takes what others know of the same tables.
    pub fn take(&mut self, of: Self, take: impl Fn(&mut Table, Table)) {
        for (table, same) in self.list.iter_mut().zip(of.list) {
            take(table, same);
        }
    }

    /// All, in order.
    pub fn into_list(self) -> Vec<Table> {
        self.list
    }
}

fn schema(table: &Table) -> &[u8] {
    table.schema.as_deref().unwrap_or_default().as_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_found_by_its_bytes_alone() {
        let table = |schema: &str, name: &str| Table {
            schema: Some(schema.to_owned()),
            name: name.to_owned(),
            ..Table::default()
        };
        let mut tables = Tables::new(vec![table("a", "t"), table("A", "t"), table("a", "T")]);
        for (schema, name, place) in [
            ("a", "t", Some(0)),
            ("a", "t", Some(0)),
            ("A", "t", Some(1)),
            ("a", "T", Some(2)),
            ("A", "T", None),
            ("b", "t", None),
        ] {
            assert_eq!(tables.place(schema.as_bytes(), name.as_bytes()), place);
        }
    }
}
