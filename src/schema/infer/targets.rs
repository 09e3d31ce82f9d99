//! The keys that names can mean.

use std::collections::{HashMap, HashSet};

use super::{Kind, words};
use crate::schema::{Schema, Table, TableKind};

/// A key of one column that a name can mean.
#[derive(Debug, Clone, Copy)]
pub(super) struct Target<'a> {
    /// The place of its table.
    pub table: usize,
    /// The column.
    pub column: &'a str,
    /// Its type; none where it cannot be referred to, so that the name means nothing else either.
    pub kind: Option<Kind>,
    /// By which of its names.
    pub by: Match,
    /// Whether that has the whole name of its table in it, or goes without the module.
    pub whole: bool,
}

/// By which name a key is meant, the surest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Match {
    /// Its own, which has that of its table in it.
    Key,
    /// That of its table, and its own.
    TableAndKey,
    /// That of its table alone.
    Name,
}

/// The keys of a schema by the names that mean them.
#[derive(Debug)]
pub(super) struct Targets<'a> {
    named: HashMap<String, Named<'a>>,
    /// The schemas, in the order of their first tables.
    schemas: HashMap<Option<&'a str>, usize>,
    primary: HashMap<usize, Target<'a>>,
    modules: Vec<Option<String>>,
}

/// The keys that one name means.
#[derive(Debug, Default)]
struct Named<'a> {
    anywhere: Vec<Target<'a>>,
    /// By the number of the schema where they stand, in order.
    here: Vec<(usize, Vec<Target<'a>>)>,
}

impl<'a> Named<'a> {
    fn here(&self, schema: Option<usize>) -> &[Target<'a>] {
        let place = |number| self.here.binary_search_by_key(&number, |(of, _)| *of);
        let here = schema.and_then(|number| self.here.get(place(number).ok()?));
        here.map_or(&[], |(_, targets)| targets)
    }
}

/// What stands behind the name of a table for its key, whatever that is called itself.
const KEYS: [&str; 6] = ["id", "ids", "uuid", "guid", "oid", "fk"];

/// As many keys of one name are kept; where there are more, none is meant.
pub(super) const MOST: usize = 50;

impl<'a> Targets<'a> {
    /// The keys of all tables that can be referred to.
    pub(super) fn new(schema: &'a Schema) -> Self {
        let mut targets = Self {
            // Tables have some few names; to grow would be to hash them all again.
            named: HashMap::with_capacity(schema.tables.len() * 4),
            schemas: HashMap::new(),
            primary: HashMap::with_capacity(schema.tables.len()),
            modules: modules(schema),
        };
        for (at, table) in schema.tables.iter().enumerate() {
            let kinds = [
                TableKind::Table,
                TableKind::PartitionedTable,
                TableKind::SystemVersioned,
                TableKind::Collection,
            ];
            if kinds.contains(&table.kind) {
                targets.add(at, table);
            }
        }
        targets
    }

    fn add(&mut self, at: usize, table: &'a Table) {
        let words = words::split(&table.name);
        let words: Vec<_> = words.iter().map(String::as_str).collect();
        let module = self.modules.get(at).and_then(Option::as_deref);
        let names = names(&words, module);
        let keys = table.unique_keys();
        let one = |key: &Vec<&'a str>| if let [one] = key[..] { Some(one) } else { None };
        let single: Vec<&str> = keys.iter().filter_map(one).collect();
        for (name, whole) in &names {
            for column in &single {
                self.add_key(at, table, (name, *whole), column);
            }
            if single.is_empty() {
                let target = Target {
                    table: at,
                    column: "",
                    kind: None,
                    by: Match::TableAndKey,
                    whole: *whole,
                };
                self.put(table, format!("{name}id"), target);
            }
        }
    }

    fn add_key(
        &mut self,
        at: usize,
        table: &'a Table,
        (name, whole): (&str, bool),
        column: &'a str,
    ) {
        let primary = table.primary_key.len() == 1 && table.primary_key[0] == column;
        let kind = table.columns.iter().find(|of| of.name == column);
        let kind = kind.and_then(|of| Kind::of(&of.logical_type));
        let target = |by| Target {
            table: at,
            column,
            kind,
            by,
            whole,
        };
        let key = words::split(column);
        let last = key.last().map_or("", String::as_str);
        let (squashed, id) = (key.concat(), words::is_id(last));
        if primary {
            self.primary.insert(at, target(Match::Key));
        }
        if !primary && words::is_description(last) {
            return;
        }
        let begins = (1..=key.len())
            .any(|end| key.iter().take(end).map(String::as_str).collect::<String>() == name);
        if begins && (primary || squashed.len() > name.len()) {
            self.put(table, squashed.clone(), target(Match::Key));
        } else if primary || id || ["code", "sku", "key", "isbn", "slug"].contains(&last) {
            self.put(
                table,
                format!("{name}{squashed}"),
                target(Match::TableAndKey),
            );
        }
        if primary && id {
            self.put(table, name.to_owned(), target(Match::Name));
        }
    }

    fn put(&mut self, table: &'a Table, name: String, target: Target<'a>) {
        let count = self.schemas.len();
        let schema = *self.schemas.entry(table.schema.as_deref()).or_insert(count);
        let Named { anywhere, here } = self.named.entry(name).or_default();
        let place = here.binary_search_by_key(&schema, |(of, _)| *of);
        let place = place.unwrap_or_else(|place| {
            here.insert(place, (schema, Vec::new()));
            place
        });
        for targets in [anywhere, &mut here[place].1] {
            add(targets, target);
        }
    }

    /// The primary key of a table, where it is one column.
    pub(super) fn primary(&self, table: usize) -> Option<Target<'a>> {
        self.primary.get(&table).copied()
    }

    /// The one that is meant by a column of the table `at`: of several tables the one whose whole name
    /// it is, else the one of its own module; of several keys the surest.
    pub(super) fn unambiguous(
        &self,
        at: usize,
        found: impl Iterator<Item = Target<'a>>,
    ) -> Option<Target<'a>> {
        let mut found: Vec<_> = found.collect();
        let several = |found: &[Target]| found.windows(2).any(|two| two[0].table != two[1].table);
        if several(&found) && found.iter().any(|target| target.whole) {
            found.retain(|target| target.whole);
        }
        if several(&found) {
            let module = |table: usize| self.modules.get(table)?.as_deref();
            let own = module(at)?;
            found.retain(|target| module(target.table) == Some(own));
        }
        if several(&found) {
            return None;
        }
        found.sort_by_key(|target| target.by);
        let best = *found.first()?;
        let rivals = found.iter().filter(|other| other.by == best.by);
        (rivals.count() == 1).then_some(best)
    }

    /// What words mean: in the schema where they stand, else in all others.
    pub(super) fn named(
        &self,
        schema: Option<&'a str>,
        words: &[&str],
        many: bool,
    ) -> Vec<Target<'a>> {
        let mut names = vec![words.concat()];
        // Lists have plural names.
        if let (true, Some((last, head))) = (many, words.split_last()) {
            let forms = words::forms(last);
            names.extend(forms.iter().map(|form| format!("{}{form}", head.concat())));
        }
        let schema = self.schemas.get(&schema).copied();
        let mut found = names.iter().map(|name| self.meant(schema, name));
        found.find(|found| !found.is_empty()).unwrap_or_default()
    }

    /// What one name means.
    fn meant(&self, schema: Option<usize>, name: &str) -> Vec<Target<'a>> {
        let exact = self.named.get(name);
        let table = |key: &&str| self.named.get(name.strip_suffix(key)?);
        let tables: Vec<_> = KEYS.iter().filter_map(table).collect();
        let among = |of: &dyn Fn(&Named<'a>) -> Vec<Target<'a>>| {
            let mut found = exact.map(of).unwrap_or_default();
            for target in tables.iter().flat_map(|named| of(named)) {
                if target.by == Match::Name {
                    let by = Match::TableAndKey;
                    add(&mut found, Target { by, ..target });
                }
            }
            found
        };
        let here = among(&|named| named.here(schema).to_vec());
        if here.is_empty() {
            return among(&|named| named.anywhere.clone());
        }
        here
    }
}

/// Adds a key, where it is not known by as sure a name already.
fn add<'a>(targets: &mut Vec<Target<'a>>, target: Target<'a>) {
    let known = targets.iter().any(|known| {
        known.table == target.table && known.column == target.column && known.by <= target.by
    });
    if !known && targets.len() < MOST {
        targets.push(target);
    }
}

/// What a table may be called in names of columns: its words without gaps, the last one singular,
/// also without its module; and whether it is the whole name.
fn names(words: &[&str], module: Option<&str>) -> Vec<(String, bool)> {
    const MARKS: [&str; 6] = ["dim", "lkp", "tab", "tb", "tbl", "ref"];
    let without = match words.split_first() {
        Some((first, rest)) if !rest.is_empty() => {
            let marked = MARKS.contains(first) || module == Some(*first);
            marked.then_some(rest)
        }
        _ => None,
    };
    let mut names = Vec::new();
    for (words, whole) in [(Some(words), true), (without, false)] {
        if let Some((last, head)) = words.and_then(<[_]>::split_last) {
            let (head, forms) = (head.concat(), words::forms(last));
            names.extend(forms.iter().map(|form| (format!("{head}{form}"), whole)));
        }
    }
    let mut seen = HashSet::new();
    names.retain(|(name, _)| name.len() > 1 && seen.insert(name.clone()));
    names
}

/// The module of each table: its first word, where some tables of its schema share it and it is
/// not a table's own name. `auth` of `auth_user` is one; `order` of `order_items` is none beside
/// `orders`.
fn modules(schema: &Schema) -> Vec<Option<String>> {
    const FEWEST: usize = 3;
    let mut uses: HashMap<(Option<&str>, String), usize> = HashMap::new();
    let mut names = HashSet::new();
    let mut all = Vec::new();
    for table in &schema.tables {
        let mut words = words::split(&table.name).into_iter();
        let (first, more) = (words.next(), words.next().is_some());
        let first = first.map(|word| (table.schema.as_deref(), word));
        match (first, more) {
            (Some(first), true) => {
                *uses.entry(first.clone()).or_default() += 1;
                all.push(Some(first));
            }
            (first, _) => {
                let forms = first.iter().flat_map(|(schema, word)| {
                    let forms = words::forms(word).into_iter();
                    forms.map(|form| (*schema, form))
                });
                names.extend(forms);
                all.push(None);
            }
        }
    }
    let is_module = |first: &(Option<&str>, String)| {
        uses.get(first).is_some_and(|uses| *uses >= FEWEST) && !names.contains(first)
    };
    let modules = all.into_iter().map(|first| first.filter(is_module));
    modules.map(|module| module.map(|(_, word)| word)).collect()
}
