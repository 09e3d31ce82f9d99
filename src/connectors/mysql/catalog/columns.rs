//! Columns.

use super::{Catalog, Failure};
use crate::connectors::Selection;
use crate::connectors::mysql::client::Row;
use crate::connectors::mysql::privileges::Privileges;
use crate::connectors::mysql::server::Flavour;
use crate::connectors::mysql::tables::Tables;
use crate::connectors::mysql::unreadable::Hidden;
use crate::connectors::mysql::{printed, types};
use crate::schema::{Column, DataType, Generated, Table};

/// Reads the columns that are wanted. Answers which of the tables have any at all.
pub async fn read(
    catalog: &mut Catalog<'_>,
    selection: &Selection,
    tables: &mut Tables,
) -> Result<Vec<bool>, Failure> {
    let flavour = catalog.flavour();
    let sql = match flavour {
        Flavour::MySql => include_str!("../sql/mysql/columns.sql"),
        Flavour::MariaDb => include_str!("../sql/mariadb/columns.sql"),
    };
    let mut seen = vec![false; tables.list_mut().len()];
    let read = catalog.read_unsorted(sql, |row| {
        let (Some(schema), Some(name)) = (row.bytes(0), row.bytes(1)) else {
            return;
        };
        let Some(place) = tables.place(schema, name) else {
            return;
        };
        seen[place] = true;
        let table = &mut tables.list_mut()[place];
        let column = column(row, flavour, table);
        if selection.has_column(table.schema.as_deref(), &table.name, &column.name) {
            table.columns.push(column);
        }
    });
    read.await?;
    for table in tables.list_mut() {
        table.columns.sort_by_key(|column| column.position);
        // One that is hidden, or not wanted, has no place.
        for (position, column) in (1..).zip(&mut table.columns) {
            column.position = position;
        }
    }
    Ok(seen)
}

/// The tables of whose columns the login may be shown some only. A server does not say that there
/// are more of them.
pub fn hidden(privileges: &Privileges, tables: &mut Tables) -> Hidden {
    let mut hidden = Hidden::default();
    for table in tables.list_mut() {
        let schema = table.schema.as_deref().unwrap_or_default();
        if privileges.shows_some_columns(schema, &table.name) {
            hidden.add(schema, &table.name);
        }
    }
    hidden
}

fn column(row: &Row, flavour: Flavour, table: &Table) -> Column {
    let data_type = row.string(3).to_ascii_lowercase();
    let native_type = row.string(4);
    let extra = row.string(8);
    let default = row.text(6).and_then(|text| match flavour {
        Flavour::MySql => Some(printed::mysql_default(&data_type, &extra, text)),
        Flavour::MariaDb => printed::mariadb_default(text),
    });
    let values = match data_type.as_str() {
        "enum" | "set" => printed::values(&native_type),
        _ => Vec::new(),
    };
    let generated = row.filled(11).map(|text| Generated {
        expression: match flavour {
            Flavour::MySql => printed::mysql_expression(&text),
            Flavour::MariaDb => text,
        },
        stored: !extra.contains("VIRTUAL"),
    });
    let position = row.number(13).and_then(|place| u32::try_from(place).ok());
    Column {
        name: row.string(2),
        position: position.unwrap_or_default(),
        logical_type: types::logical(&data_type, &native_type),
        native_type,
        nullable: row.bytes(5) == Some(b"YES"),
        default,
        comment: row.filled(7),
        values,
        generated,
        auto_increment: extra.contains("auto_increment"),
        on_update: on_update(&extra),
        character_set: row
            .filled(9)
            .filter(|c| table.character_set.as_ref() != Some(c)),
        collation: row.filled(10),
        invisible: extra.contains("INVISIBLE"),
        srid: row.number(12).and_then(|srid| u32::try_from(srid).ok()),
        ..Column::default()
    }
}

/// What follows the words in `EXTRA`, up to the next word of it.
fn on_update(extra: &str) -> Option<String> {
    let (_, behind) = extra.split_once("on update ")?;
    let expression = behind.split([' ', ',']).next()?;
    Some(expression.to_owned())
}

/// `MariaDB`'s spatial reference systems, which stand in a view of their own.
pub async fn geometries(catalog: &mut Catalog<'_>, tables: &mut Tables) -> Result<(), Failure> {
    let geometry = |column: &Column| column.logical_type == DataType::Geometry;
    let any = |tables: &mut Vec<Table>| tables.iter().any(|t| t.columns.iter().any(geometry));
    if !catalog.has("GEOMETRY_COLUMNS", "SRID") || !any(tables.list_mut()) {
        return Ok(());
    }
    let sql = include_str!("../sql/mariadb/geometries.sql");
    let read = catalog.read(sql, |row| {
        let (Some(table), Some(name)) = (tables.of(row), row.bytes(2)) else {
            return;
        };
        if let Some(column) = table.columns.iter_mut().find(|c| c.name.as_bytes() == name) {
            column.srid = row.number(3).and_then(|srid| u32::try_from(srid).ok());
        }
    });
    read.await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_row_is_set_to_when_it_changes_is_found_among_the_extras() {
        for (extra, expected) in [
            (
                "DEFAULT_GENERATED on update CURRENT_TIMESTAMP(3)",
                Some("CURRENT_TIMESTAMP(3)"),
            ),
            (
                "DEFAULT_GENERATED on update CURRENT_TIMESTAMP INVISIBLE",
                Some("CURRENT_TIMESTAMP"),
            ),
            (
                "on update current_timestamp(), INVISIBLE",
                Some("current_timestamp()"),
            ),
            ("auto_increment", None),
        ] {
            assert_eq!(on_update(extra).as_deref(), expected);
        }
    }
}
