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
    /// The texts of those keys that are expressions.
    expressions: Vec<String>,
    /// Of each key, the options for its operator class; none at all for most methods.
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

fn index(row: &Row<'_>) -> Result<IndexRow, ConnectorError> {
    let mut options = stored(&row.texts(16)?, "");
    if let Some(tablespace) = row.owned(17)? {
        options.insert("tablespace".to_owned(), Value::String(tablespace));
    }
    Ok(IndexRow {
        oid: row.number(1)?,
        size: row.number(18)?,
        index: Index {
            name: row.text(2)?.to_owned(),
            method: row.text(3)?.to_owned(),
            unique: row.flag(4)?,
            primary: row.flag(5)?,
            invalid: !row.flag(6)?,
            nulls_not_distinct: row.flag(7)?,
            predicate: row.owned(15)?,
            options,
            comment: row.owned(19)?,
            ..Index::default()
        },
        keys: row.number(8)?,
        columns: row.numbers(9)?,
        operator_classes: row.numbers(10)?,
        collations: row.numbers(11)?,
        orders: row.numbers(12)?,
        expressions: row.texts(13)?,
        options: row.texts(14)?,
    })
}

/// What the numbers in an index stand for.
pub struct Names<'a> {
    pub operator_classes: &'a OperatorClasses,
    pub collations: &'a HashMap<u32, String>,
}

/// An index with its keys.
pub fn named(mut row: IndexRow, columns: &[ColumnRow], names: &Names<'_>) -> Index {
    let held = row.columns.get(row.keys..).unwrap_or_default();
    let included = super::columns::names(columns, held);
    let mut expressions = std::mem::take(&mut row.expressions).into_iter();
    let keys = (0..row.keys.min(row.columns.len())).map(|at| {
        let column = numbered(columns, row.columns[at]);
        let expression = match column {
            Some(_) => None,
            None => expressions.next(),
        };
        IndexColumn {
            name: column.map(|column| column.column.name.clone()),
            expression,
            ..key(&row, at, column, names)
        }
    });
    Index {
        columns: keys.collect(),
        included,
        ..row.index
    }
}

/// What is said of a key beside what it is.
fn key(row: &IndexRow, at: usize, column: Option<&ColumnRow>, names: &Names<'_>) -> IndexColumn {
    // No other method of PostgreSQL's own keeps an order (pg_am, amcanorder).
    let ordered = row.index.method == "btree";
    let bits = row.orders.get(at).filter(|_| ordered).copied();
    let own_collation = column.map_or(DEFAULT_COLLATION, |column| column.collation);
    let collation = row.collations.get(at).filter(|oid| **oid != own_collation);
    let class = row.operator_classes.get(at).copied().unwrap_or_default();
    let options = row.options.get(at).map_or("", String::as_str);
    IndexColumn {
        order: bits.map(|bits| match bits & 1 {
            0 => Order::Asc,
            _ => Order::Desc,
        }),
        nulls: bits.and_then(|bits| match bits & 3 {
            2 => Some(NullsOrder::First),
            1 => Some(NullsOrder::Last),
            _ => None,
        }),
        collation: collation.and_then(|oid| names.collations.get(oid).cloned()),
        operator_class: names.operator_classes.other(
            class,
            column.map_or(0, |column| column.type_oid),
            options,
        ),
        ..IndexColumn::default()
    }
}

/// `pg_collation.oid` of `default`: that of an expression is not kept, and is mostly this one.
const DEFAULT_COLLATION: u32 = 100;
