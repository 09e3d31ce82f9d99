//! Checks, of which each flavour has a view of its own layout.

use std::collections::HashMap;

use super::{Catalog, Failure};
use crate::connectors::mysql::privileges::Privileges;
use crate::connectors::mysql::server::Flavour;
use crate::connectors::mysql::tables::Tables;
use crate::connectors::mysql::unreadable::Hidden;
use crate::connectors::mysql::{printed, quote};
use crate::schema::{Check, DataType, Table, TableKind};

/// Reads the checks, by name.
pub async fn read(catalog: &mut Catalog<'_>, tables: &mut Tables) -> Result<(), Failure> {
    // Before 8.0.16 and 10.2.22 there is no such view.
    if !catalog.has("CHECK_CONSTRAINTS", "CHECK_CLAUSE") {
        return Ok(());
    }
    match catalog.flavour() {
        Flavour::MySql => mysql(catalog, tables).await?,
        Flavour::MariaDb => mariadb(catalog, tables).await?,
    }
    for table in tables.list_mut() {
        table.checks.sort_by(|a, b| a.name.cmp(&b.name));
    }
    Ok(())
}

/// The tables whose checks the login would not be shown: `MariaDB` shows them for a right on the
/// whole database, even to read, and not for any on the table (measured on 10.11).
pub fn hidden(catalog: &Catalog<'_>, privileges: &Privileges, tables: &mut Tables) -> Hidden {
    let mut hidden = Hidden::default();
    if catalog.flavour() == Flavour::MySql || !catalog.has("CHECK_CONSTRAINTS", "CHECK_CLAUSE") {
        return hidden;
    }
    for table in tables.list_mut() {
        let schema = table.schema.as_deref().unwrap_or_default();
        if table.kind != TableKind::View
            && table.checks.is_empty()
            && privileges.lacks_all_tables(schema)
        {
            hidden.add(schema, &table.name);
        }
    }
    hidden
}

/// Names of checks are unique within a database; which table each is of stands in a second view.
async fn mysql(catalog: &mut Catalog<'_>, tables: &mut Tables) -> Result<(), Failure> {
    let mut places: HashMap<(String, String), (usize, bool)> = HashMap::new();
    let sql = include_str!("../sql/mysql/check_tables.sql");
    let read = catalog.read(sql, |row| {
        let (Some(schema), Some(table)) = (row.bytes(0), row.bytes(1)) else {
            return;
        };
        if let Some(place) = tables.place(schema, table) {
            let not_enforced = row.bytes(4) == Some(b"NO");
            places.insert((row.string(2), row.string(3)), (place, not_enforced));
        }
    });
    read.await?;
    if places.is_empty() {
        return Ok(());
    }
    let sql = include_str!("../sql/mysql/checks.sql");
    let read = catalog.read(sql, |row| {
        let name = (row.string(0), row.string(1));
        let Some((place, not_enforced)) = places.get(&name) else {
            return;
        };
        tables.list_mut()[*place].checks.push(Check {
            name: Some(name.1),
            expression: printed::mysql_expression(&row.string(2)),
            not_enforced: *not_enforced,
            ..Check::default()
        });
    });
    read.await
}

async fn mariadb(catalog: &mut Catalog<'_>, tables: &mut Tables) -> Result<(), Failure> {
    let sql = include_str!("../sql/mariadb/checks.sql");
    let read = catalog.read(sql, |row| {
        if let Some(table) = tables.of(row) {
            let name = row.text(2);
            // A column's check has the column's name.
            let column = name.clone().filter(|_| row.bytes(4) == Some(b"Column"));
            table.checks.push(Check {
                name,
                expression: row.string(3),
                column,
                ..Check::default()
            });
        }
    });
    read.await
}

/// `MariaDB` keeps a column that was declared as JSON as a text with a check.
pub fn json_columns(table: &mut Table) {
    for column in table
        .columns
        .iter_mut()
        .filter(|c| c.native_type == "longtext")
    {
        let valid = format!("json_valid({})", quote::identifier(&column.name));
        if table.checks.iter().any(|check| check.expression == valid) {
            column.logical_type = DataType::Json;
        }
    }
}
