//! `MariaDB`'s sequences.

use std::collections::HashMap;
use std::fmt::Write;

use super::{Catalog, Failure};
use crate::connectors::mysql::client::Row;
use crate::connectors::mysql::privileges::{Privileges, Right};
use crate::connectors::mysql::quote;
use crate::connectors::mysql::unreadable::Hidden;
use crate::schema::Sequence;

/// Reads the figures of these sequences, all by two statements. Answers those whose figures are
/// hidden.
pub async fn read(
    catalog: &mut Catalog<'_>,
    privileges: &Privileges,
    sequences: &mut [Sequence],
) -> Result<Hidden, Failure> {
    if sequences.is_empty() {
        return Ok(Hidden::default());
    }
    // The only type before there was a view of them.
    for sequence in &mut *sequences {
        "bigint".clone_into(&mut sequence.native_type);
    }
    if catalog.has("SEQUENCES", "DATA_TYPE") {
        listed(catalog, sequences).await?;
    }
    let mut readable: Vec<_> = (0..sequences.len()).collect();
    readable.retain(|place| {
        let (schema, name) = name(&sequences[*place]);
        !privileges.lacks(Right::Select, schema, name)
    });
    let mut left = Vec::new();
    if !readable.is_empty() {
        let sql = statement(sequences, &readable);
        let read = catalog.run(&sql, |row| {
            let place = row.number(0).and_then(|place| usize::try_from(place).ok());
            if let Some(sequence) = place.and_then(|place| sequences.get_mut(place)) {
                figures(sequence, row, 1);
                sequence.cache = row.string(6);
            }
        });
        // One that is refused takes the others with it; those of the view stand.
        super::refusal_is_fine(read.await)?;
    }
    left.extend(sequences.iter().filter(|s| s.start.is_empty()).map(name));
    let mut hidden = Hidden::default();
    for (schema, name) in left {
        hidden.add(schema, name);
    }
    Ok(hidden)
}

fn name(sequence: &Sequence) -> (&str, &str) {
    let schema = sequence.schema.as_deref().unwrap_or_default();
    (schema, &sequence.name)
}

async fn listed(catalog: &mut Catalog<'_>, sequences: &mut [Sequence]) -> Result<(), Failure> {
    let places = sequences.iter().enumerate();
    let places: HashMap<(String, String), usize> = places
        .map(|(place, sequence)| {
            let (schema, name) = name(sequence);
            ((schema.to_owned(), name.to_owned()), place)
        })
        .collect();
    let sql = include_str!("../sql/mariadb/sequences.sql");
    let read = catalog.read(sql, |row| {
        if let Some(place) = places.get(&(row.string(0), row.string(1))) {
            let sequence = &mut sequences[*place];
            sequence.native_type = row.string(2);
            figures(sequence, row, 3);
        }
    });
    super::refusal_is_fine(read.await)
}

/// From a row that has them from this column on.
fn figures(sequence: &mut Sequence, row: &Row, from: usize) {
    sequence.start = row.string(from);
    sequence.increment = row.string(from + 1);
    sequence.minimum = row.string(from + 2);
    sequence.maximum = row.string(from + 3);
    sequence.cycle = row.number(from + 4) == Some(1);
}

/// One select for each, which says where its sequence stands.
fn statement(sequences: &[Sequence], places: &[usize]) -> String {
    let sql = include_str!("../sql/mariadb/sequence.sql");
    let begin = sql.find("SELECT 0").unwrap_or(0);
    let (select, order) = sql[begin..].split_once("\nORDER BY").unwrap_or((sql, ""));
    let (columns, _) = select.split_once("`sequence`").unwrap_or((select, ""));
    let columns = columns.trim_start_matches("SELECT 0");
    let mut statement = String::new();
    for place in places {
        let (schema, name) = name(&sequences[*place]);
        let union = if statement.is_empty() {
            ""
        } else {
            "UNION ALL "
        };
        let (schema, name) = (quote::identifier(schema), quote::identifier(name));
        // Writing to a String cannot fail.
        let _ = writeln!(statement, "{union}SELECT {place}{columns}{schema}.{name}");
    }
    format!("{statement}ORDER BY{order}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_sequences_are_asked_in_one_statement() {
        let sequence = |name: &str| Sequence {
            schema: Some("s".to_owned()),
            name: name.to_owned(),
            ..Sequence::default()
        };
        let sequences = [sequence("a"), sequence("b"), sequence("c`d")];
        let statement = statement(&sequences, &[0, 2]);
        let columns = " AS place, start_value, increment, minimum_value, maximum_value, \
                       cycle_option, cache_size\nFROM ";
        assert_eq!(
            statement,
            format!(
                "SELECT 0{columns}`s`.`a`\nUNION ALL SELECT 2{columns}`s`.`c``d`\nORDER BY place\n"
            )
        );
    }
}
