//! Columns, from `pg_attribute`, and what other catalogs have of them.

use std::collections::HashMap;

use crate::connectors::postgres::reader::{Reader, Row};
use crate::connectors::postgres::text::{array_of, filled};
use crate::connectors::{ConnectorError, Selection};
use crate::schema::{Column, Generated};

use super::by_table::{ByTable, by_table, taken, unsorted};

/// A column, as the catalog has it: what is known without its type, and what its type is.
pub struct ColumnRow {
    /// `attnum`, by which all else names it.
    pub number: i16,
    pub type_oid: u32,
    pub modifier: i32,
    pub collation: u32,
    /// `attidentity`: blank, or whether a caller's own value is taken.
    pub identity: char,
    /// `attgenerated`: blank, or how it is kept.
    generated: char,
    pub column: Column,
}

/// Texts that belong to columns, with the numbers of those.
pub type Texts = ByTable<(i16, String)>;

/// The columns of the selected tables, by table, in order.
pub async fn read(
    reader: &Reader<'_>,
    selection: &Selection,
) -> Result<ByTable<ColumnRow>, ConnectorError> {
    let sql = unsorted(include_str!("../sql/columns.sql"));
    let mut columns = by_table(reader, selection, sql, "columns", column).await?;
    let mut names = TypeNames::default();
    for row in columns.values().flatten() {
        names.want(row);
    }
    let names = names.read(reader).await?;
    for of_table in columns.values_mut() {
        for row in &mut *of_table {
            let name = names.get(&(row.type_oid, row.modifier));
            row.column.native_type = name.cloned().unwrap_or_default();
        }
        of_table.sort_by_key(|row| row.number);
    }
    Ok(columns)
}

fn column(row: &Row<'_>) -> Result<ColumnRow, ConnectorError> {
    Ok(ColumnRow {
        number: row.number(1)?,
        type_oid: row.number(3)?,
        modifier: row.number(4)?,
        collation: row.number(8)?,
        identity: row.letter(6)?,
        generated: row.letter(7)?,
        column: Column {
            name: row.text(2)?.to_owned(),
            nullable: !row.flag(5)?,
            ..Column::default()
        },
    })
}

/// Types with their modifiers, as many as there are different ones.
#[derive(Default)]
struct TypeNames {
    known: HashMap<(u32, i32), usize>,
    types: Vec<u32>,
    modifiers: Vec<i32>,
}

impl TypeNames {
    fn want(&mut self, row: &ColumnRow) {
        let key = (row.type_oid, row.modifier);
        self.known.entry(key).or_insert_with(|| {
            self.types.push(row.type_oid);
            self.modifiers.push(row.modifier);
            self.types.len() - 1
        });
    }

    /// What they are called (`format_type`).
    async fn read(
        self,
        reader: &Reader<'_>,
    ) -> Result<HashMap<(u32, i32), String>, ConnectorError> {
        let (types, modifiers) = (array_of(&self.types), array_of(&self.modifiers));
        let sql = include_str!("../sql/column_types.sql");
        let sql = filled(sql, &[("oids", &types), ("modifiers", &modifiers)]);
        let texts = reader.all(&sql, |row| Ok(row.text(0)?.to_owned())).await?;
        let known = self.known.into_iter();
        Ok(known
            .filter_map(|(key, at)| Some((key, texts.get(at)?.clone())))
            .collect())
    }
}

/// Defaults, and what generated columns are computed by, from `pg_attrdef`.
pub async fn expressions(
    reader: &Reader<'_>,
    selection: &Selection,
) -> Result<Texts, ConnectorError> {
    let sql = unsorted(include_str!("../sql/defaults.sql"));
    by_table(reader, selection, sql, "defaults", text).await
}

/// Comments, from `pg_description`.
pub async fn comments(reader: &Reader<'_>, selection: &Selection) -> Result<Texts, ConnectorError> {
    let sql = unsorted(include_str!("../sql/column_comments.sql"));
    by_table(reader, selection, sql, "comments", text).await
}

fn text(row: &Row<'_>) -> Result<(i16, String), ConnectorError> {
    Ok((row.number(1)?, row.text(2)?.to_owned()))
}

/// Gives each column what was read apart.
pub fn complete(columns: &mut ByTable<ColumnRow>, mut expressions: Texts, mut comments: Texts) {
    for (table, of_table) in columns {
        for (number, expression) in taken(&mut expressions, *table) {
            let Some(row) = numbered_mut(of_table, number) else {
                continue;
            };
            match row.generated {
                ' ' => row.column.default = Some(expression),
                how => {
                    row.column.generated = Some(Generated {
                        expression,
                        stored: how == 's',
                    });
                }
            }
        }
        for (number, comment) in taken(&mut comments, *table) {
            if let Some(row) = numbered_mut(of_table, number) {
                row.column.comment = Some(comment);
            }
        }
    }
}

fn numbered_mut(of: &mut [ColumnRow], number: i16) -> Option<&mut ColumnRow> {
    let at = of.binary_search_by_key(&number, |row| row.number).ok()?;
    of.get_mut(at)
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
