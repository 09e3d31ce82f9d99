//! Keeps what was known of tables that could be read by half: nothing of them is gone because others had
//! locked them for a moment.

use std::collections::HashMap;

use super::{Index, Partitioning, Schema, Table, Trigger};

/// Gives tables that were read by half what an earlier capture of them knew and this one lacks: their
/// conditions, expressions and selects. Nothing is given to one that is another table by now, or has
/// other columns.
pub fn keep_texts(now: &mut Schema, before: &Schema) {
    let known = before.tables.iter();
    let known: HashMap<_, _> = known
        .filter_map(|table| Some((table.engine_id.as_ref()?, table)))
        .collect();
    for table in now.tables.iter_mut().filter(|table| table.half_read) {
        let before = table.engine_id.as_ref().and_then(|id| known.get(id));
        if let Some(before) = before
            && columns(table).eq(columns(before))
        {
            keep(table, before);
        }
    }
}

fn columns(table: &Table) -> impl Iterator<Item = (&String, &String)> {
    let columns = table.columns.iter();
    columns.map(|column| (&column.name, &column.native_type))
}

fn keep(now: &mut Table, before: &Table) {
    for (column, before) in now.columns.iter_mut().zip(&before.columns) {
        if column.generated.is_none() {
            column.generated.clone_from(&before.generated);
        }
    }
    now.checks.clone_from(&before.checks);
    now.exclusions.clone_from(&before.exclusions);
    let index = |one: &Index, other: &Index| one.name == other.name;
    now.indexes = merged(&now.indexes, &before.indexes, index, |index| {
        index.predicate.is_some() || index.columns.iter().any(|key| key.expression.is_some())
    });
    let trigger = |one: &Trigger, other: &Trigger| one.name == other.name;
    now.triggers = merged(&now.triggers, &before.triggers, trigger, |trigger| {
        trigger.definition.contains(" WHEN (")
    });
    match (&mut now.row_security, &before.row_security) {
        (Some(now), Some(before)) => now.policies.clone_from(&before.policies),
        (now @ None, before) => now.clone_from(before),
        (Some(_), None) => {}
    }
    if let (Some(Partitioning { key, .. }), Some(before)) =
        (&mut now.partitioning, &before.partitioning)
        && key.is_empty()
    {
        key.clone_from(&before.key);
    }
    if now.definition.is_none() {
        now.definition.clone_from(&before.definition);
    }
}

/// What is there now, and of what was before it what could not be read, in the order of before.
fn merged<T: Clone>(
    now: &[T],
    before: &[T],
    is_same: impl Fn(&T, &T) -> bool,
    is_unread: impl Fn(&T) -> bool,
) -> Vec<T> {
    let known = before.iter().filter_map(|one| {
        let of_now = now.iter().find(|other| is_same(one, other));
        of_now.or_else(|| is_unread(one).then_some(one))
    });
    let new = now
        .iter()
        .filter(|one| !before.iter().any(|other| is_same(one, other)));
    known.chain(new).cloned().collect()
}
