//! What became of one table.

use std::mem::take;

use serde::Serialize;
use serde_json::{Value, json};

use super::change::{Change, ChangeKind as Kind};
use super::list::{self, Place, Sort, Thing, facts, written};
use super::matching::moved;
use super::{fields, pairs, sorts, words};
use crate::schema::{Column, Field, Key, Partition, Policy, Table};

/// Tells what became of a table, of which one of the two may be absent.
pub fn table(out: &mut Vec<Change>, before: Option<&Table>, after: Option<&Table>) {
    match (before, after) {
        (Some(before), Some(after)) => both(out, before, after),
        (Some(gone), None) => {
            let mut change = whole(gone, Kind::TableRemoved, "removed");
            change.before = outline(gone);
            out.push(change);
        }
        (None, Some(new)) => {
            let mut change = whole(new, Kind::TableAdded, "added");
            change.after = outline(new);
            out.push(change);
        }
        (None, None) => {}
    }
}

fn place(table: &Table) -> Place<'_> {
    Place {
        schema: table.schema.as_deref(),
        table: Some(&table.name),
        table_id: table.id.as_deref(),
    }
}

fn whole(table: &Table, kind: Kind, was: &str) -> Change {
    let (count, word) = match table.fields.len() {
        0 => (table.columns.len(), "column"),
        fields => (fields, "field"),
    };
    let plural = if count == 1 { "" } else { "s" };
    let text = format!("{} was {was} ({count} {word}{plural})", what(table));
    place(table).change(kind, text)
}

/// `Materialized view public.totals`.
fn what(table: &Table) -> String {
    let word = table.kind.as_str().replace('_', " ");
    let (first, rest) = word.split_at(1);
    let name = words::qualified(table.schema.as_deref(), &table.name);
    format!("{}{rest} {name}", first.to_uppercase())
}

/// A table that came or went, in short: the whole may be large, and stands in its version.
fn outline(table: &Table) -> Value {
    let columns: Vec<_> = table.columns.iter().map(|column| &column.name).collect();
    json!({"kind": table.kind, "columns": columns})
}

fn both(out: &mut Vec<Change>, before: &Table, after: &Table) {
    let (mut old, new) = (before.structure(), after.structure());
    if old == new {
        return;
    }
    let place = place(after);
    if pairs::is_renamed(&old, &new) {
        let name = |table: &Table| words::qualified(table.schema.as_deref(), &table.name);
        let text = format!("{} was renamed to {}", what(before), name(after));
        let mut change = place.change(Kind::TableRenamed, text);
        let data = |table: &Table| json!({"schema": table.schema, "name": table.name});
        (change.before, change.after) = (data(before), data(after));
        out.push(change);
        (old.schema, old.name) = (new.schema.clone(), new.name.clone());
        if old == new {
            return;
        }
    }
    let start = out.len();
    Inside {
        out,
        place,
        what: what(after),
    }
    .tell(old, new);
    if out.len() == start {
        // Nothing is silent, were it something that is told nowhere here.
        out.push(place.change(Kind::TableChanged, format!("{} changed", what(after))));
    }
}

/// Tells what became of the parts of a table.
struct Inside<'a> {
    out: &'a mut Vec<Change>,
    place: Place<'a>,
    what: String,
}

impl Inside<'_> {
    /// Each list is taken out and told; what is left over is compared part by part.
    fn tell(mut self, mut old: Table, mut new: Table) {
        let fields = (take(&mut old.fields), take(&mut new.fields));
        let columns = (take(&mut old.columns), take(&mut new.columns));
        let policies = (policies(&mut old), policies(&mut new));
        let partitions = partitions(&mut old, &mut new);
        let lists = (lists(&mut old), lists(&mut new));
        self.rest(&old, &new);
        // The columns of sampled documents are their topmost fields.
        if is_sampled(&columns.0, &fields.0) && is_sampled(&columns.1, &fields.1) {
            fields::fields(self.out, &self.place, &fields.0, &fields.1);
        } else {
            self.columns(columns.0, columns.1);
        }
        let (mut old, mut new) = lists;
        self.primary_key(&mut old, &mut new);
        self.list(&sorts::KEYS, &old.keys, &new.keys);
        self.list(&sorts::FOREIGN_KEYS, &old.foreign_keys, &new.foreign_keys);
        self.list(&sorts::CHECKS, &old.checks, &new.checks);
        self.list(&sorts::EXCLUSIONS, &old.exclusions, &new.exclusions);
        self.list(&sorts::INDEXES, &old.indexes, &new.indexes);
        self.list(&sorts::TRIGGERS, &old.triggers, &new.triggers);
        self.list(&sorts::POLICIES, &policies.0, &policies.1);
        self.list(&sorts::PARTITIONS, &partitions.0, &partitions.1);
    }

    fn rest(&mut self, old: &Table, new: &Table) {
        let thing = Thing {
            what: self.what.clone(),
            object: None,
            changed: |fact| match fact {
                "kind" => Kind::TableKindChanged,
                "definition" => Kind::ViewDefinitionChanged,
                "validator" => Kind::ValidatorChanged,
                "row_security" => Kind::RowSecurityChanged,
                "partitioning" | "partition_of" => Kind::PartitioningChanged,
                _ => Kind::TableChanged,
            },
        };
        facts(self.out, &self.place, &thing, &written(old), &written(new));
    }

    fn columns(&mut self, mut old: Vec<Column>, mut new: Vec<Column>) {
        // Both follow from something else that is told: the order of columns, and the primary key.
        for column in old.iter_mut().chain(&mut new) {
            column.position = 0;
            column.primary_key = false;
        }
        let kept = list::compare(self.out, &self.place, &sorts::COLUMNS, &old, &new);
        for item in moved(&kept) {
            let column = &new[item.now];
            let (was, is) = (item.was + 1, item.now + 1);
            let what = (sorts::COLUMNS.what)(column, &self.place);
            let text = format!("{what} moved from position {was} to {is}");
            let mut change = self.place.change(Kind::ColumnMoved, text);
            change.object = Some(column.name.clone());
            (change.before, change.after) = (was.into(), is.into());
            self.out.push(change);
        }
    }

    /// Tells what became of the primary key: of its columns as such, of its constraint the rest.
    fn primary_key(&mut self, old: &mut Table, new: &mut Table) {
        let (before, after) = (take(&mut old.primary_key), take(&mut new.primary_key));
        let constraint = |keys: &mut Vec<Key>| {
            let at = keys.iter().position(|key| key.primary);
            at.map(|at| keys.remove(at))
        };
        let constraints = (constraint(&mut old.keys), constraint(&mut new.keys));
        let retold = before != after;
        if retold {
            self.primary_columns(before, after);
        }
        match constraints {
            (Some(mut was), Some(is)) => {
                if retold {
                    was.columns.clone_from(&is.columns);
                }
                let thing = sorts::KEYS.thing(&is, &self.place);
                facts(self.out, &self.place, &thing, &written(&was), &written(&is));
            }
            (was, is) if !retold => {
                old.keys.extend(was);
                new.keys.extend(is);
            }
            _ => {}
        }
    }

    fn primary_columns(&mut self, before: Vec<String>, after: Vec<String>) {
        let list = |columns: &[String]| format!("({})", words::listed(columns));
        let text = match (&before[..], &after[..]) {
            ([], now) => format!("{} got the primary key {}", self.what, list(now)),
            (was, []) => format!("{} lost its primary key {}", self.what, list(was)),
            (was, now) => {
                let (was, now) = (list(was), list(now));
                format!("{} changed its primary key from {was} to {now}", self.what)
            }
        };
        let mut change = self.place.change(Kind::PrimaryKeyChanged, text);
        let data = |columns: Vec<String>| {
            if columns.is_empty() {
                Value::Null
            } else {
                columns.into()
            }
        };
        (change.before, change.after) = (data(before), data(after));
        self.out.push(change);
    }

    /// Tells of a list what came, went and changed, and whether its order did.
    fn list<T: Serialize + PartialEq>(&mut self, sort: &Sort<T>, old: &[T], new: &[T]) {
        if old == new {
            return;
        }
        let mut kept = list::compare(self.out, &self.place, sort, old, new);
        // Lists stand by names: another name has another place.
        kept.retain(|item| (sort.name)(&old[item.was]) == (sort.name)(&new[item.now]));
        if moved(&kept).is_empty() {
            return;
        }
        let part = sort
            .list
            .rsplit('.')
            .next()
            .unwrap_or(sort.list)
            .replace('_', " ");
        let text = format!("{} has its {part} in another order", self.what);
        let kind = Kind::TableChanged;
        self.out
            .push(list::reordered(&self.place, sort, kind, text, old, new));
    }
}

/// Whether columns are but the topmost of fields, or there is nothing of either.
fn is_sampled(columns: &[Column], fields: &[Field]) -> bool {
    !fields.is_empty() || columns.is_empty()
}

/// Takes the lists out of a table whose things are told one by one.
fn lists(table: &mut Table) -> Table {
    Table {
        primary_key: take(&mut table.primary_key),
        keys: take(&mut table.keys),
        foreign_keys: take(&mut table.foreign_keys),
        checks: take(&mut table.checks),
        exclusions: take(&mut table.exclusions),
        indexes: take(&mut table.indexes),
        triggers: take(&mut table.triggers),
        ..Table::default()
    }
}

fn policies(table: &mut Table) -> Vec<Policy> {
    let security = table.row_security.as_mut();
    security
        .map(|security| take(&mut security.policies))
        .unwrap_or_default()
}

/// The partitions of both, where both have some; else they are told with the whole partitioning.
fn partitions(old: &mut Table, new: &mut Table) -> (Vec<Partition>, Vec<Partition>) {
    match (&mut old.partitioning, &mut new.partitioning) {
        (Some(old), Some(new)) => (take(&mut old.partitions), take(&mut new.partitions)),
        _ => (Vec::new(), Vec::new()),
    }
}
