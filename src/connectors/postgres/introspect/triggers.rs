//! Triggers, from `pg_trigger`.

use crate::connectors::postgres::reader::{Reader, Row};
use crate::connectors::{ConnectorError, Selection};
use crate::schema::Trigger;

use super::by_table::{ByTable, by_table};

/// The triggers of the selected tables.
pub async fn read(
    reader: &Reader<'_>,
    selection: &Selection,
) -> Result<ByTable<Trigger>, ConnectorError> {
    let sql = include_str!("../sql/triggers.sql");
    by_table(reader, selection, sql, "triggers", trigger).await
}

fn trigger(row: &Row<'_>) -> Result<Trigger, ConnectorError> {
    let bits = row.number(2)?;
    Ok(Trigger {
        name: row.text(1)?.to_owned(),
        timing: timing(bits).to_owned(),
        events: events(bits),
        for_each_row: bits & ROW != 0,
        disabled: row.flag(3)?,
        definition: row.text(4)?.to_owned(),
        comment: row.owned(5)?,
    })
}

// The bits of tgtype (catalog/pg_trigger.h of the server's source).
const ROW: i16 = 1;
const BEFORE: i16 = 2;
const INSERT: i16 = 4;
const DELETE: i16 = 8;
const UPDATE: i16 = 16;
const TRUNCATE: i16 = 32;
const INSTEAD: i16 = 64;

fn timing(bits: i16) -> &'static str {
    match bits {
        _ if bits & INSTEAD != 0 => "instead_of",
        _ if bits & BEFORE != 0 => "before",
        _ => "after",
    }
}

fn events(bits: i16) -> Vec<String> {
    let all = [
        (INSERT, "insert"),
        (UPDATE, "update"),
        (DELETE, "delete"),
        (TRUNCATE, "truncate"),
    ];
    all.iter()
        .filter(|(bit, _)| bits & bit != 0)
        .map(|(_, word)| (*word).to_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bits_of_a_trigger_say_when_it_runs() {
        for (bits, time, on) in [
            (
                ROW | BEFORE | INSERT | UPDATE,
                "before",
                &["insert", "update"][..],
            ),
            (TRUNCATE, "after", &["truncate"]),
            (ROW | INSTEAD | DELETE, "instead_of", &["delete"]),
        ] {
            assert_eq!(timing(bits), time);
            assert_eq!(events(bits), on);
        }
    }
}
