//! Foreign keys, from `pg_constraint`.

use crate::connectors::postgres::reader::{Reader, Row};
use crate::connectors::{ConnectorError, Selection};
use crate::schema::{ForeignKey, ForeignKeyAction, Match};

use super::by_table::{ByTable, by_table};
use super::columns::{ColumnRow, names};

/// A foreign key, as the catalog has it: its own columns by their numbers.
pub struct ForeignKeyRow {
    columns: Vec<i16>,
    on_delete_columns: Vec<i16>,
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
    let (validated, enforced) = (row.flag(12)?, row.flag(13)?);
    Ok(ForeignKeyRow {
        columns: row.numbers(2)?,
        on_delete_columns: row.numbers(8)?,
        key: ForeignKey {
            name: row.owned(1)?,
            columns: Vec::new(),
            referenced_schema: row.owned(3)?,
            referenced_table: row.text(4)?.to_owned(),
            referenced_columns: row.texts(5)?,
            on_update: action(row.letter(6)?),
            on_delete: action(row.letter(7)?),
            on_delete_columns: Vec::new(),
            match_type: match_type(row.letter(9)?),
            deferrable: row.flag(10)?,
            initially_deferred: row.flag(11)?,
            period: row.flag(14)?,
            not_validated: enforced && !validated,
            not_enforced: !enforced,
            comment: row.owned(15)?,
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

/// The foreign keys of one table, with the names of its columns.
pub fn named(rows: Vec<ForeignKeyRow>, columns: &[ColumnRow]) -> Vec<ForeignKey> {
    let named = |row: ForeignKeyRow| ForeignKey {
        columns: names(columns, &row.columns),
        on_delete_columns: names(columns, &row.on_delete_columns),
        ..row.key
    };
    rows.into_iter().map(named).collect()
}
