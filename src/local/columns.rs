//! The columns of a copy: their names, and how they are declared.

use std::collections::HashSet;

use rusqlite::Connection;
use rusqlite::limits::Limit;

use super::{CopyColumn, LocalError};
use crate::rows::RowColumn;
use crate::schema::DataType;

/// An identifier as SQLite reads it back.
pub fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// Names the columns of a copy, those behind `known`. They keep the names that they have at their source but where
/// SQLite, to which small and capital letters are one (ASCII alone), would take two for the same.
pub fn named(known: &[CopyColumn], columns: &[RowColumn]) -> Vec<CopyColumn> {
    let mut taken: HashSet<String> = known.iter().map(|c| c.name.to_ascii_lowercase()).collect();
    let all = columns.iter().map(|column| {
        let mut name = column.name.replace('\0', "");
        let mut number = 2;
        while !taken.insert(name.to_ascii_lowercase()) {
            name = format!("{}_{number}", column.name.replace('\0', ""));
            number += 1;
        }
        CopyColumn {
            name,
            source_name: column.name.clone(),
            native_type: column.native_type.clone(),
            logical_type: column.logical_type.clone(),
        }
    });
    all.collect()
}

/// Whether a table may have so many columns.
pub fn fits(conn: &Connection, columns: usize) -> Result<(), LocalError> {
    let most = conn.limit(Limit::SQLITE_LIMIT_COLUMN)?;
    match usize::try_from(most) {
        Ok(most) if columns > most => Err(LocalError::TooLarge),
        _ => Ok(()),
    }
}

/// Adds columns to a table, behind its own.
pub fn add_columns(
    conn: &Connection,
    table: &str,
    columns: &[CopyColumn],
) -> Result<(), LocalError> {
    for column in columns {
        // Only documents bring columns on the way, and their values have any type.
        let (table, name) = (quoted(table), quoted(&column.name));
        conn.execute_batch(&format!("ALTER TABLE {table} ADD COLUMN {name}"))?;
    }
    Ok(())
}

/// How a column is declared: by the form of its values, so that SQLite converts none of them
/// (<https://sqlite.org/datatype3.html#type_affinity>). Reals stand in a column without a type: in
/// one for reals, −0 becomes 0.
pub fn declared(logical_type: &DataType) -> &'static str {
    match logical_type {
        DataType::Boolean
        | DataType::Int8
        | DataType::Int16
        | DataType::Int32
        | DataType::Int64 => " INTEGER",
        DataType::Float32
        | DataType::Float64
        | DataType::Binary
        | DataType::Geometry
        | DataType::Mixed => "",
        _ => " TEXT",
    }
}

/// Whether values of two types stand in a copy in the same form, so that one can take the other's place.
#[must_use]
pub fn same_form(one: &DataType, other: &DataType) -> bool {
    let family = |logical_type: &DataType| match logical_type {
        DataType::Int8 | DataType::Int16 | DataType::Int32 | DataType::Int64 => 1,
        DataType::Decimal(_) => 2,
        DataType::String | DataType::Enum | DataType::Unknown => 3,
        _ => 0,
    };
    one == other || (family(one) != 0 && family(one) == family(other))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_differ_in_letter_case_alone_are_told_apart() {
        let column = |name: &str| RowColumn {
            name: name.to_owned(),
            native_type: "int".to_owned(),
            logical_type: DataType::Int32,
        };
        let names = |known: &[CopyColumn], all: &[&str]| {
            let columns: Vec<_> = all.iter().map(|name| column(name)).collect();
            named(known, &columns)
        };
        let first = names(&[], &["Name", "name", "name_2", "NAME", "ä", "Ä", ""]);
        let made: Vec<_> = first.iter().map(|c| c.name.as_str()).collect();
        assert_eq!(made, ["Name", "name_2", "name_2_2", "NAME_3", "ä", "Ä", ""]);
        let later = names(&first, &["nAme", "new"]);
        assert_eq!(later[0].name, "nAme_4");
        assert_eq!(later[0].source_name, "nAme");
        assert_eq!(later[1].name, "new");
    }
}
