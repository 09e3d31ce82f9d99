//! Indexes, from `pg_index`.

use std::collections::HashMap;

use serde_json::Value;

use crate::connectors::postgres::reader::{Reader, Row};
use crate::connectors::{ConnectorError, Selection};
use crate::schema::{Index, IndexColumn, NullsOrder, Order};

use super::by_table::{ByTable, by_table};
use super::columns::{ColumnRow, numbered};
use super::operator_classes::OperatorClasses;
use super::options::stored;

/// An index, as the catalog has it.
pub struct IndexRow {
    pub oid: u32,
    pub size: u64,
    pub index: Index,
    /// How many of its columns are keys; those behind are only held (`indnkeyatts`).
    keys: usize,
    /// Their numbers; 0 for an expression.
    columns: Vec<i16>,
    operator_classes: Vec<u32>,
    collations: Vec<u32>,
    /// `indoption`, bits: descending, NULLs first.
    orders: Vec<i16>,
}

/// A key of an index that is an expression, or has options for its operator class.
pub struct KeyRow {
    number: usize,
    expression: Option<String>,
    type_oid: u32,
    options: Vec<String>,
}

/// The indexes of the selected tables.
pub async fn read(
    reader: &Reader<'_>,
    selection: &Selection,
) -> Result<ByTable<IndexRow>, ConnectorError> {
    let sql = include_str!("../sql/indexes.sql");
    by_table(reader, selection, sql, "indexes", index).await
}

/// What the same indexes' keys are, where the index itself does not tell; by index.
pub async fn read_keys(
    reader: &Reader<'_>,
    selection: &Selection,
) -> Result<ByTable<KeyRow>, ConnectorError> {
    let sql = include_str!("../sql/index_keys.sql");
    let key = |row: &Row<'_>| {
        Ok(KeyRow {
            number: row.number(1)?,
            expression: row.owned(2)?,
            type_oid: row.number(3)?,
            options: row.texts(4)?,
        })
    };
    by_table(reader, selection, sql, "keys of indexes", key).await
}

fn index(row: &Row<'_>) -> Result<IndexRow, ConnectorError> {
    let mut options = stored(&row.texts(14)?, "");
    if let Some(tablespace) = row.owned(15)? {
        options.insert("tablespace".to_owned(), Value::String(tablespace));
    }
    Ok(IndexRow {
        oid: row.number(1)?,
        size: row.number(16)?,
        index: Index {
            name: row.text(2)?.to_owned(),
            method: row.text(3)?.to_owned(),
            unique: row.flag(4)?,
            primary: row.flag(5)?,
            invalid: !row.flag(6)?,
            nulls_not_distinct: row.flag(7)?,
            predicate: row.owned(13)?,
            options,
            comment: row.owned(17)?,
            ..Index::default()
        },
        keys: row.number(8)?,
        columns: row.numbers(9)?,
        operator_classes: row.numbers(10)?,
        collations: row.numbers(11)?,
        orders: row.numbers(12)?,
    })
}

/// What the numbers in an index stand for.
pub struct Names<'a> {
    pub operator_classes: &'a OperatorClasses,
    pub collations: &'a HashMap<u32, String>,
}

/// An index with its keys. `special` are those of its keys that are no plain columns.
pub fn named(row: IndexRow, special: &[KeyRow], columns: &[ColumnRow], names: &Names<'_>) -> Index {
    let held = row.columns.get(row.keys..).unwrap_or_default();
    let included = super::columns::names(columns, held);
    let keys = row.columns.iter().take(row.keys).enumerate();
    let keys = keys
        .map(|(at, number)| {
            let special = special.iter().find(|key| key.number == at + 1);
            key(&row, at, special, numbered(columns, *number), names)
        })
        .collect();
    Index {
        columns: keys,
        included,
        ..row.index
    }
}

fn key(
    row: &IndexRow,
    at: usize,
    special: Option<&KeyRow>,
    column: Option<&ColumnRow>,
    names: &Names<'_>,
) -> IndexColumn {
    // No other method of PostgreSQL's own keeps an order (pg_am, amcanorder).
    let ordered = row.index.method == "btree";
    let bits = row.orders.get(at).filter(|_| ordered).copied();
    let descending = bits.map(|bits| bits & 1 != 0);
    let nulls = bits.and_then(|bits| match bits & 3 {
        2 => Some(NullsOrder::First),
        1 => Some(NullsOrder::Last),
        _ => None,
    });
    let collation = row.collations.get(at).filter(|oid| **oid != 0);
    let own = column.map_or(DEFAULT_COLLATION, |c| c.collation);
    let type_oid = match column {
        Some(column) => column.type_oid,
        None => special.map_or(0, |key| key.type_oid),
    };
    let class = row.operator_classes.get(at).copied().unwrap_or_default();
    let options = special.map_or(&[][..], |key| &key.options);
    IndexColumn {
        name: column.map(|c| c.column.name.clone()),
        expression: special.and_then(|key| key.expression.clone()),
        order: descending.map(|it| if it { Order::Desc } else { Order::Asc }),
        nulls,
        collation: collation
            .filter(|oid| **oid != own)
            .and_then(|oid| names.collations.get(oid).cloned()),
        operator_class: names.operator_classes.other(class, type_oid, options),
        ..IndexColumn::default()
    }
}

/// `pg_collation.oid` of `default`: that of an expression is not kept, and is mostly this one.
const DEFAULT_COLLATION: u32 = 100;
