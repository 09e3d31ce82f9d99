//! Keys, checks and exclusions, from `pg_constraint`.

use crate::connectors::postgres::reader::{Reader, Row};
use crate::connectors::{ConnectorError, Selection};
use crate::schema::{Check, Exclusion, Key};

use super::by_table::{ByTable, by_table};
use super::columns::{ColumnRow, names};
use super::indexes::IndexRow;

/// A key, a check or an exclusion, as the catalog has it: its columns by their numbers.
pub struct ConstraintRow {
    columns: Vec<i16>,
    /// The index behind it.
    index: u32,
    constraint: Constraint,
}

enum Constraint {
    Key(Key),
    Check(Check),
    Exclusion(Exclusion),
}

/// The constraints of the selected tables, but for foreign keys.
pub async fn read(
    reader: &Reader<'_>,
    selection: &Selection,
) -> Result<ByTable<ConstraintRow>, ConnectorError> {
    let sql = include_str!("../sql/constraints.sql");
    by_table(reader, selection, sql, "constraints", constraint).await
}

fn constraint(row: &Row<'_>) -> Result<ConstraintRow, ConnectorError> {
    let name = row.text(2)?.to_owned();
    let (deferrable, initially_deferred) = (row.flag(5)?, row.flag(6)?);
    let (validated, enforced) = (row.flag(7)?, row.flag(8)?);
    let expression = || Ok::<_, ConnectorError>(row.text(11)?.to_owned());
    let comment = row.owned(12)?;
    let constraint = match row.letter(1)? {
        'c' => Constraint::Check(Check {
            name: Some(name),
            expression: expression()?,
            column: None,
            not_validated: enforced && !validated,
            not_enforced: !enforced,
            no_inherit: row.flag(9)?,
            comment,
        }),
        'x' => Constraint::Exclusion(Exclusion {
            name,
            definition: expression()?,
            deferrable,
            initially_deferred,
            comment,
        }),
        kind => Constraint::Key(Key {
            name: Some(name),
            primary: kind == 'p',
            without_overlaps: row.flag(10)?,
            deferrable,
            initially_deferred,
            comment,
            ..Key::default()
        }),
    };
    Ok(ConstraintRow {
        columns: row.numbers(3)?,
        index: row.number(4)?,
        constraint,
    })
}

/// The constraints of one table.
#[derive(Default)]
pub struct Constraints {
    /// The primary key first.
    pub keys: Vec<Key>,
    pub checks: Vec<Check>,
    pub exclusions: Vec<Exclusion>,
}

/// Sorts the constraints of one table by what they are, and says of each index of it which
/// constraint it serves.
pub fn sorted(
    rows: Vec<ConstraintRow>,
    columns: &[ColumnRow],
    indexes: &mut [IndexRow],
) -> Constraints {
    let mut all = Constraints::default();
    for row in rows {
        let index = indexes.iter_mut().find(|index| index.oid == row.index);
        let index = index.map(|row| &mut row.index);
        let name = match row.constraint {
            Constraint::Key(key) => {
                let nulls_not_distinct = index.as_ref().is_some_and(|i| i.nulls_not_distinct);
                let name = key.name.clone();
                all.keys.push(Key {
                    columns: names(columns, &row.columns),
                    nulls_not_distinct,
                    ..key
                });
                name
            }
            Constraint::Exclusion(exclusion) => {
                let name = exclusion.name.clone();
                all.exclusions.push(exclusion);
                Some(name)
            }
            Constraint::Check(check) => {
                all.checks.push(check);
                None
            }
        };
        if let Some(index) = index {
            index.constraint = name;
        }
    }
    all
}
