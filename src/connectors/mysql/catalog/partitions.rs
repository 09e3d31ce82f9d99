//! Partitions, which are parts of a table and no tables.

use super::{Catalog, Failure};
use crate::connectors::mysql::client::Row;
use crate::connectors::mysql::server::Flavour;
use crate::connectors::mysql::tables::Tables;
use crate::schema::{Partition, Partitioning, Table, TableKind};

/// Reads how the rows of tables are dealt out.
pub async fn read(catalog: &mut Catalog<'_>, tables: &mut Tables) -> Result<(), Failure> {
    // MariaDB opens every table for this. Its list of tables tells which are partitioned, where
    // MySQL's is silent on those dealt out by the primary key.
    let mariadb = catalog.flavour() == Flavour::MariaDb;
    if mariadb && !tables.list_mut().iter().any(may_be) {
        return Ok(());
    }
    let sql = include_str!("../sql/partitions.sql");
    let read = catalog.read(sql, |row| {
        if let Some(table) = tables.of(row) {
            if table.kind == TableKind::Table {
                table.kind = TableKind::PartitionedTable;
            }
            let partitioning = table.partitioning.get_or_insert_with(|| begin(row, 2));
            add(partitioning, row);
        }
    });
    read.await
}

/// By the columns that hold the method and the expression. A key without columns is the primary one.
fn begin(row: &Row, method: usize) -> Partitioning {
    Partitioning {
        strategy: row.string(method).to_ascii_lowercase().replace(' ', "_"),
        key: row.string(method + 1),
        ..Partitioning::default()
    }
}

fn add(partitioning: &mut Partitioning, row: &Row) {
    let name = row.string(4);
    if partitioning
        .partitions
        .last()
        .is_none_or(|last| last.name != name)
    {
        partitioning.partitions.push(Partition {
            schema: None,
            name,
            bound: row.filled(5),
        });
    }
    if let Some(part) = row.filled(8) {
        let parts = partitioning
            .subpartitioning
            .get_or_insert_with(|| Box::new(begin(row, 6)));
        parts.partitions.push(Partition {
            schema: None,
            name: part,
            bound: None,
        });
    }
}

/// A table with history does not say in its kind whether it is dealt out too.
fn may_be(table: &Table) -> bool {
    matches!(
        table.kind,
        TableKind::PartitionedTable | TableKind::SystemVersioned
    )
}
