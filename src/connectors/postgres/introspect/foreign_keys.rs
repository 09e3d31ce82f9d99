//! Foreign keys, from `pg_constraint`.

use std::collections::HashMap;

use crate::connectors::postgres::reader::{Reader, Row};
use crate::connectors::postgres::tables::TableRow;
use crate::connectors::{ConnectorError, Selection};
use crate::schema::{ForeignKey, ForeignKeyAction, Match};

use super::by_table::{ByTable, by_table};
use super::columns::{ColumnRow, names};

/// A foreign key, as the catalog has it: columns by their numbers.
pub struct ForeignKeyRow {
    columns: Vec<i16>,
    on_delete_columns: Vec<i16>,
    referenced: u32,
    referenced_columns: Vec<i16>,
    key: ForeignKey,
}

/// The foreign keys of the selected tables.
pub async fn read(
    reader: &Reader<'_>,
    selection: &Selection,
) -> Result<ByTable<ForeignKeyRow>, ConnectorError> {
    let sql = include_str!("../sql/foreign_keys.sql");
    by_table(reader, selection, sql, "foreign keys", foreign_key).await
}

fn foreign_key(row: &Row<'_>) -> Result<ForeignKeyRow, ConnectorError> {
    let (validated, enforced) = (row.flag(14)?, row.flag(15)?);
    Ok(ForeignKeyRow {
        columns: row.numbers(2)?,
        on_delete_columns: row.numbers(10)?,
        referenced: row.number(5)?,
        referenced_columns: row.numbers(6)?,
        key: ForeignKey {
            name: row.owned(1)?,
            columns: Vec::new(),
            referenced_schema: row.owned(3)?,
            referenced_table: row.owned(4)?.unwrap_or_default(),
            referenced_columns: row.texts(7)?,
            on_update: action(row.letter(8)?),
            on_delete: action(row.letter(9)?),
            on_delete_columns: Vec::new(),
            match_type: match_type(row.letter(11)?),
            deferrable: row.flag(12)?,
            initially_deferred: row.flag(13)?,
            period: row.flag(16)?,
            not_validated: enforced && !validated,
            not_enforced: !enforced,
            comment: row.owned(17)?,
        },
    })
}

/// `confupdtype`, `confdeltype`.
fn action(letter: char) -> ForeignKeyAction {
    match letter {
        'r' => ForeignKeyAction::Restrict,
        'c' => ForeignKeyAction::Cascade,
        'n' => ForeignKeyAction::SetNull,
        'd' => ForeignKeyAction::SetDefault,
        _ => ForeignKeyAction::NoAction,
    }
}

/// `confmatchtype`.
fn match_type(letter: char) -> Match {
    match letter {
        'f' => Match::Full,
        'p' => Match::Partial,
        _ => Match::Simple,
    }
}

/// The foreign keys of each table, with the names of tables and columns. One whose table is not there
/// is left out.
pub fn named(
    rows: ByTable<ForeignKeyRow>,
    tables: &HashMap<u32, &TableRow>,
    columns: &ByTable<ColumnRow>,
) -> ByTable<ForeignKey> {
    let of = |table: u32| columns.get(&table).map_or(&[][..], Vec::as_slice);
    let named = |table, row: ForeignKeyRow| {
        let mut key = row.key;
        if key.referenced_table.is_empty() {
            let referenced = tables.get(&row.referenced)?;
            key.referenced_schema = Some(referenced.schema.clone());
            key.referenced_table.clone_from(&referenced.name);
        }
        key.columns = names(of(table), &row.columns);
        key.on_delete_columns = names(of(table), &row.on_delete_columns);
        if key.referenced_columns.is_empty() {
            key.referenced_columns = names(of(row.referenced), &row.referenced_columns);
        }
        Some(key)
    };
    let of_table = |(table, rows): (u32, Vec<_>)| {
        let keys = rows.into_iter().filter_map(|row| named(table, row));
        (table, keys.collect())
    };
    rows.into_iter().map(of_table).collect()
}
