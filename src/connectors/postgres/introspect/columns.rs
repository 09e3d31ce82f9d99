//! Columns, from `pg_attribute`.

use crate::connectors::postgres::reader::{Reader, Row};
use crate::connectors::{ConnectorError, Selection};
use crate::schema::{Column, Generated};

use super::by_table::{ByTable, by_table, unsorted};

/// A column, as the catalog has it: what is known without its type, and what its type is.
pub struct ColumnRow {
    /// `attnum`, by which all else names it.
    pub number: i16,
    pub type_oid: u32,
    pub modifier: i32,
    pub collation: u32,
    /// `attidentity`: blank, or whether a caller's own value is taken.
    pub identity: char,
    pub column: Column,
}

/// The columns of the selected tables, by table, in order.
pub async fn read(
    reader: &Reader<'_>,
    selection: &Selection,
) -> Result<ByTable<ColumnRow>, ConnectorError> {
    let sql = include_str!("../sql/columns.sql");
    let mut columns = by_table(reader, selection, unsorted(sql), "columns", column).await?;
    for of_table in columns.values_mut() {
        of_table.sort_by_key(|row| row.number);
    }
    Ok(columns)
}

fn column(row: &Row<'_>) -> Result<ColumnRow, ConnectorError> {
    let expression = row.owned(7)?;
    let (default, generated) = match row.letter(9)? {
        ' ' => (expression, None),
        how => (
            None,
            expression.map(|expression| Generated {
                expression,
                stored: how == 's',
            }),
        ),
    };
    Ok(ColumnRow {
        number: row.number(1)?,
        type_oid: row.number(4)?,
        modifier: row.number(5)?,
        collation: row.number(10)?,
        identity: row.letter(8)?,
        column: Column {
            name: row.text(2)?.to_owned(),
            native_type: row.text(3)?.to_owned(),
            nullable: !row.flag(6)?,
            default,
            generated,
            comment: row.owned(11)?,
            ..Column::default()
        },
    })
}

/// The names of columns, by their numbers in `of`, which are ordered by those. A column that is
/// not there is left out.
pub fn names(of: &[ColumnRow], numbers: &[i16]) -> Vec<String> {
    numbers
        .iter()
        .filter_map(|number| numbered(of, *number))
        .map(|row| row.column.name.clone())
        .collect()
}

/// The column of this number.
pub fn numbered(of: &[ColumnRow], number: i16) -> Option<&ColumnRow> {
    let at = of.binary_search_by_key(&number, |row| row.number).ok()?;
    of.get(at)
}
