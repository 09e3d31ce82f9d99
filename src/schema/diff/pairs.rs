//! Which table of before is which of now.

use std::collections::HashMap;
use std::hash::Hash;

use crate::schema::{Schema, Table, TableKind};

/// A table before and now; one of the two is absent where it was added or removed.
pub type Pair<'a> = (Option<&'a Table>, Option<&'a Table>);

/// The fewest columns by which two tables can be taken for one: many have but an `id`.
const TELLING_COLUMNS: usize = 2;

/// The tables of both, each with what it was or became, by schema and name of now.
///
/// A table is the same where the workspace has one id for both. Else by its name: what stands
/// under a name is that table, whatever became of it. What is left over was renamed where the
/// engine knows both by one id, or, where it gives none that is sure to stay, where they have the
/// very same columns and no other two do; unless the workspace holds them for two.
pub fn pairs<'a>(before: &'a Schema, after: &'a Schema) -> Vec<Pair<'a>> {
    let mut matching = Matching::new(before, after);
    matching.by(|table| table.id.as_deref());
    matching.by(|table| Some((table.schema.as_deref(), table.name.as_str())));
    // In another database the same numbers stand for other tables.
    if before.database == after.database {
        matching.by(|table| table.engine_id.as_deref());
    }
    let addressed = |schema: &Schema| schema.tables.iter().any(|table| table.id.is_some());
    if !(addressed(before) && addressed(after)) {
        matching.by(|table| {
            // Some products that speak MongoDB's protocol give a renamed collection a new id.
            let uncertain = table.engine_id.is_none() || table.kind == TableKind::Collection;
            let told = uncertain && table.columns.len() >= TELLING_COLUMNS;
            told.then(|| (table.kind, columns(table)))
        });
    }
    matching.pairs()
}

/// The tables that have another name or schema than before.
#[must_use]
pub fn renames<'a>(before: &'a Schema, after: &'a Schema) -> Vec<(&'a Table, &'a Table)> {
    let pairs = pairs(before, after).into_iter();
    let both = pairs.filter_map(|(old, new)| Some((old?, new?)));
    both.filter(|(old, new)| is_renamed(old, new)).collect()
}

/// Whether two readings of a table have it under two names.
pub fn is_renamed(old: &Table, new: &Table) -> bool {
    (&old.schema, &old.name) != (&new.schema, &new.name)
}

fn columns(table: &Table) -> Vec<(&str, &str)> {
    let columns = table.columns.iter();
    columns
        .map(|column| (column.name.as_str(), column.native_type.as_str()))
        .collect()
}

struct Matching<'a> {
    before: &'a [Table],
    after: &'a [Table],
    /// Of each table of before, which of now it is.
    became: Vec<Option<usize>>,
    /// Of each table of now, whether it was one of before.
    found: Vec<bool>,
}

impl<'a> Matching<'a> {
    fn new(before: &'a Schema, after: &'a Schema) -> Self {
        Self {
            before: &before.tables,
            after: &after.tables,
            became: vec![None; before.tables.len()],
            found: vec![false; after.tables.len()],
        }
    }

    /// Matches those that are left over and have the same key, where each side has one of it.
    fn by<K: Eq + Hash>(&mut self, key: impl Fn(&'a Table) -> Option<K>) {
        let old = self.before.iter().zip(&self.became).enumerate();
        let old = old.filter(|(_, (_, became))| became.is_none());
        let old = only_ones(old.map(|(at, (table, _))| (at, key(table))));
        let new = self.after.iter().zip(&self.found).enumerate();
        let new = new.filter(|(_, (_, found))| !**found);
        let new = only_ones(new.map(|(at, (table, _))| (at, key(table))));
        for (key, at) in old {
            if let (Some(at), Some(Some(now))) = (at, new.get(&key)) {
                self.became[at] = Some(*now);
                self.found[*now] = true;
            }
        }
    }

    fn pairs(self) -> Vec<Pair<'a>> {
        let old = self.before.iter().zip(&self.became);
        let old = old.map(|(table, became)| (Some(table), became.map(|now| &self.after[now])));
        let new = self.after.iter().zip(&self.found);
        let new = new.filter(|(_, found)| !**found);
        let mut pairs: Vec<Pair<'a>> = old
            .chain(new.map(|(table, _)| (None, Some(table))))
            .collect();
        pairs.sort_by_key(|(old, new)| {
            new.or(*old)
                .map(|table| (table.schema.as_deref(), table.name.as_str(), new.is_some()))
        });
        pairs
    }
}

/// Where each key stands; `None` where it stands more than once.
fn only_ones<K: Eq + Hash>(
    keys: impl Iterator<Item = (usize, Option<K>)>,
) -> HashMap<K, Option<usize>> {
    let mut all = HashMap::new();
    for (at, key) in keys {
        if let Some(key) = key {
            all.entry(key)
                .and_modify(|only| *only = None)
                .or_insert(Some(at));
        }
    }
    all
}
