//! What views select.

use serde_json::Value;

use super::{Catalog, Failure};
use crate::connectors::mysql::server::Flavour;
use crate::connectors::mysql::tables::Tables;
use crate::connectors::mysql::unreadable::Hidden;
use crate::schema::{TableKind, ViewCheck};

/// Reads what the views select. Answers those of which that is hidden.
pub async fn read(catalog: &mut Catalog<'_>, tables: &mut Tables) -> Result<Hidden, Failure> {
    let mut hidden = Hidden::default();
    if tables.list_mut().iter().all(|t| t.kind != TableKind::View) {
        return Ok(hidden);
    }
    let sql = match catalog.flavour() {
        Flavour::MySql => include_str!("../sql/mysql/views.sql"),
        Flavour::MariaDb => include_str!("../sql/mariadb/views.sql"),
    };
    let read = catalog.read(sql, |row| {
        let Some(table) = tables.of(row) else {
            return;
        };
        table.definition = row.filled(2);
        if table.definition.is_none() {
            hidden.add(&row.string(0), &row.string(1));
        }
        table.check_option = match row.bytes(3) {
            Some(b"LOCAL") => Some(ViewCheck::Local),
            Some(b"CASCADED") => Some(ViewCheck::Cascaded),
            _ => None,
        };
        for (name, column) in [("definer", 4), ("security", 5), ("algorithm", 6)] {
            if let Some(value) = row.filled(column) {
                table.options.insert(name.to_owned(), Value::from(value));
            }
        }
    });
    read.await?;
    Ok(hidden)
}
