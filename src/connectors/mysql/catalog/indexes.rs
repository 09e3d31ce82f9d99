//! Indexes, and the keys that are made of them.

use super::{Catalog, Failure};
use crate::connectors::mysql::client::Row;
use crate::connectors::mysql::printed;
use crate::connectors::mysql::server::Flavour;
use crate::connectors::mysql::tables::Tables;
use crate::schema::{Index, IndexColumn, Key, Order, Table};

/// More columns than an index may have: 16 in `MySQL`, 32 in `MariaDB`.
const PARTS: u64 = 64;

/// Reads the indexes; the primary one first, then by name.
pub async fn read(catalog: &mut Catalog<'_>, tables: &mut Tables) -> Result<(), Failure> {
    let flavour = catalog.flavour();
    let sql = match flavour {
        Flavour::MySql => include_str!("../sql/mysql/indexes.sql"),
        Flavour::MariaDb => include_str!("../sql/mariadb/indexes.sql"),
    };
    let read = catalog.read_unsorted(sql, |row| {
        if let Some(table) = tables.of(row) {
            take(&mut table.indexes, row, flavour);
        }
    });
    read.await?;
    for table in tables.list_mut() {
        for index in &mut table.indexes {
            // Of what is not shown there is an empty place.
            index.columns.retain(|part| *part != IndexColumn::default());
        }
        let order = |a: &Index, b: &Index| (!a.primary, &a.name).cmp(&(!b.primary, &b.name));
        table.indexes.sort_by(order);
        keys(table);
    }
    Ok(())
}

fn take(indexes: &mut Vec<Index>, row: &Row, flavour: Flavour) {
    let name = row.string(2);
    let is_it = |index: &Index| index.name == name;
    let place = indexes.iter().rposition(is_it).unwrap_or(indexes.len());
    if place == indexes.len() {
        // An expression may be an index's first part, so what it is stands in every row.
        let unique = row.bytes(3) == Some(b"0");
        let invisible = match flavour {
            Flavour::MySql => row.bytes(10) == Some(b"NO"),
            Flavour::MariaDb => row.bytes(10) == Some(b"YES"),
        };
        indexes.push(Index {
            unique,
            method: row.string(4).to_ascii_lowercase(),
            primary: name == "PRIMARY",
            invisible,
            // MyISAM's, while it is loaded.
            invalid: row.bytes(8) == Some(b"disabled"),
            comment: row.filled(9),
            name,
            ..Index::default()
        });
    }
    let Some(index) = indexes.get_mut(place) else {
        return;
    };
    let part = part(row, flavour, &index.method);
    let place = match flavour {
        Flavour::MySql => row.number(12),
        Flavour::MariaDb => row.number(11),
    };
    let place = place.filter(|place| (1..=PARTS).contains(place));
    match place.and_then(|place| usize::try_from(place).ok()) {
        Some(place) => {
            let places = index.columns.len().max(place);
            index.columns.resize_with(places, IndexColumn::default);
            index.columns[place - 1] = part;
        }
        None => index.columns.push(part),
    }
}

fn part(row: &Row, flavour: Flavour, method: &str) -> IndexColumn {
    let ordered = matches!(method, "btree" | "rtree" | "lsm");
    let order = match row.bytes(6) {
        Some(b"A") if ordered => Some(Order::Asc),
        Some(b"D") if ordered => Some(Order::Desc),
        _ => None,
    };
    let expression = match flavour {
        Flavour::MySql => row.filled(11),
        Flavour::MariaDb => None,
    };
    IndexColumn {
        name: row.text(5),
        expression: expression.map(|text| printed::mysql_expression(&text)),
        order,
        // A spatial index has the length of its rectangles there.
        prefix_length: row.number(7).filter(|_| method != "spatial"),
        ..IndexColumn::default()
    }
}

/// Every unique index is a key, unless it has an expression, which is no column.
fn keys(table: &mut Table) {
    for index in table.indexes.iter_mut().filter(|index| index.unique) {
        let columns: Option<Vec<_>> = index.columns.iter().map(|c| c.name.clone()).collect();
        let Some(columns) = columns else {
            continue;
        };
        if index.primary {
            table.primary_key.clone_from(&columns);
        }
        index.constraint = Some(index.name.clone());
        table.keys.push(Key {
            name: Some(index.name.clone()),
            primary: index.primary,
            columns,
            ..Key::default()
        });
    }
}

/// Marks the columns of the primary key.
pub fn mark(table: &mut Table) {
    for column in &mut table.columns {
        column.primary_key = table.primary_key.contains(&column.name);
    }
}

/// `MariaDB`'s keys whose periods may not overlap.
pub async fn periods(catalog: &mut Catalog<'_>, tables: &mut Tables) -> Result<(), Failure> {
    if !catalog.has("KEY_PERIOD_USAGE", "PERIOD_NAME") {
        return Ok(());
    }
    let sql = include_str!("../sql/mariadb/periods.sql");
    let read = catalog.read(sql, |row| {
        let (Some(table), name) = (tables.of(row), row.text(2)) else {
            return;
        };
        for key in table.keys.iter_mut().filter(|key| key.name == name) {
            key.without_overlaps = true;
        }
    });
    read.await
}
