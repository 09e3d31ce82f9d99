//! Sequences, from `pg_sequence`.

use std::collections::HashMap;

use crate::connectors::postgres::reader::{Reader, Row};
use crate::connectors::{ConnectorError, Selection};
use crate::schema::{Identity, IdentityGeneration, Sequence, TableRef};

use super::by_table::{ByTable, all};
use super::columns::{ColumnRow, numbered};

/// A sequence, as the catalog has it.
pub struct SequenceRow {
    /// Whether it counts for an identity column.
    identity: bool,
    /// The table and the column that it belongs to.
    owner: Option<(u32, i16)>,
    sequence: Sequence,
}

/// The sequences of the selected schema.
pub async fn read(
    reader: &Reader<'_>,
    selection: &Selection,
) -> Result<Vec<SequenceRow>, ConnectorError> {
    let sql = include_str!("../sql/sequences.sql");
    all(reader, selection, sql, "sequences", sequence).await
}

fn sequence(row: &Row<'_>) -> Result<SequenceRow, ConnectorError> {
    let text = |i| Ok::<_, ConnectorError>(row.text(i)?.to_owned());
    let owner = match row.optional(10)? {
        Some(_) => Some((row.number(10)?, row.number(13)?)),
        None => None,
    };
    let owned_by_table = match row.owned(12)? {
        Some(name) => Some(TableRef {
            schema: row.owned(11)?,
            name,
        }),
        None => None,
    };
    Ok(SequenceRow {
        identity: row.optional(9)? == Some("t"),
        owner,
        sequence: Sequence {
            schema: row.owned(0)?,
            name: text(1)?,
            native_type: text(2)?,
            start: text(3)?,
            increment: text(4)?,
            minimum: text(5)?,
            maximum: text(6)?,
            cache: text(7)?,
            cycle: row.flag(8)?,
            owned_by_table,
            owned_by_column: None,
            comment: row.owned(14)?,
        },
    })
}

/// How identity columns count, by the table's object id and the column's name.
pub type Identities = HashMap<u32, HashMap<String, Sequence>>;

/// Parts the sequences of identity columns, whose figures stand in the column, from all others,
/// which come with the table that they belong to.
pub fn parted(
    rows: Vec<SequenceRow>,
    columns: &ByTable<ColumnRow>,
) -> (Identities, Vec<(Option<u32>, Sequence)>) {
    let (mut identities, mut others) = (Identities::new(), Vec::new());
    for mut row in rows {
        let column = row.owner.and_then(|(table, number)| {
            let column = numbered(columns.get(&table)?, number)?;
            Some(column.column.name.clone())
        });
        match (row.owner, column) {
            (Some((table, _)), Some(column)) if row.identity => {
                let of = identities.entry(table).or_default();
                of.insert(column, row.sequence);
            }
            (owner, column) => {
                row.sequence.owned_by_column = column;
                others.push((owner.map(|(table, _)| table), row.sequence));
            }
        }
    }
    (identities, others)
}

/// What `attidentity` says of a column, and how it counts.
pub fn identity(letter: char, sequence: &Sequence) -> Option<Identity> {
    let generation = match letter {
        'a' => IdentityGeneration::Always,
        'd' => IdentityGeneration::ByDefault,
        _ => return None,
    };
    Some(Identity {
        generation,
        start: sequence.start.clone(),
        increment: sequence.increment.clone(),
        minimum: sequence.minimum.clone(),
        maximum: sequence.maximum.clone(),
        cycle: sequence.cycle,
    })
}
