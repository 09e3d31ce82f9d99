//! Databases, tables and the engines' figures.

use std::collections::HashSet;
use std::time::Duration;

use super::{Catalog, Failure};
use crate::connectors::limits;
use crate::connectors::mysql::client::{Client, Row};
use crate::connectors::mysql::options;
use crate::connectors::mysql::server::Flavour;
use crate::connectors::mysql::tables::Tables;
use crate::schema::{Namespace, Sequence, Table, TableKind};

/// Databases beyond which a listing of all of them is not taken.
const SCHEMAS: usize = 10_000;

/// The databases that the login sees, but the server's own.
pub async fn schemas(client: &mut Client) -> Result<Vec<String>, Failure> {
    let sql = include_str!("../sql/schemas.sql");
    client.read(sql, SCHEMAS, |row| row.text(0)).await
}

/// The databases that are read. Where letter case makes no difference to the server, one may have
/// been asked for in another than its own.
pub async fn namespaces(
    catalog: &mut Catalog<'_>,
    asked: &[String],
) -> Result<Vec<Namespace>, Failure> {
    let mut namespaces = Vec::new();
    let read = catalog.read(include_str!("../sql/namespaces.sql"), |row| {
        namespaces.push(Namespace {
            name: row.string(0),
            character_set: row.text(1),
            collation: row.text(2),
            comment: row.filled(3),
        });
    });
    super::refusal_is_fine(read.await)?;
    if namespaces.len() > asked.len() {
        namespaces.retain(|namespace| asked.contains(&namespace.name));
    }
    if namespaces.is_empty() {
        namespaces.extend(asked.iter().map(|name| Namespace {
            name: name.clone(),
            ..Namespace::default()
        }));
    }
    namespaces.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(namespaces)
}

/// What `TABLES` lists of the databases, by schema and name.
#[derive(Default)]
pub struct Listing {
    /// Without columns.
    pub tables: Vec<Listed>,
    /// `MariaDB`'s, without figures.
    pub sequences: Vec<Sequence>,
}

/// A table or view.
pub struct Listed {
    pub table: Table,
    /// Why a view cannot be read, in the server's own words.
    pub broken: Option<String>,
}

impl Listed {
    /// Its full name.
    pub fn name(&self) -> (&str, &str) {
        let schema = self.table.schema.as_deref().unwrap_or_default();
        (schema, &self.table.name)
    }
}

/// Reads the list of tables.
pub async fn read(catalog: &mut Catalog<'_>) -> Result<Listing, Failure> {
    let names = catalog.namespaces().iter().map(|n| n.name.clone());
    let wanted: HashSet<Vec<u8>> = names.map(String::into_bytes).collect();
    let mut listing = Listing::default();
    let mut too_many = false;
    let sql = match catalog.flavour() {
        Flavour::MySql => include_str!("../sql/mysql/tables.sql"),
        Flavour::MariaDb => include_str!("../sql/mariadb/tables.sql"),
    };
    let read = catalog.read(sql, |row| {
        too_many |= listing.tables.len() >= limits::TABLES;
        if !too_many && row.bytes(0).is_some_and(|schema| wanted.contains(schema)) {
            listing.take(row);
        }
    });
    read.await?;
    if too_many {
        return Err(Failure::TooLarge("the tables of the catalog"));
    }
    let name = |s: &Sequence| (s.schema.clone(), s.name.clone());
    listing.sequences.sort_by_cached_key(name);
    listing.tables.sort_by(|a, b| a.name().cmp(&b.name()));
    Ok(listing)
}

impl Listing {
    fn take(&mut self, row: &Row) {
        let engine = row.filled(3);
        let (schema, name) = (row.text(0), row.string(1));
        let create_options = row.string(4);
        let kind = match row.string(2).as_str() {
            "SEQUENCE" => {
                self.sequences.push(Sequence {
                    schema,
                    name,
                    comment: row.filled(5),
                    ..Sequence::default()
                });
                return;
            }
            "TEMPORARY SEQUENCE" | "TEMPORARY" => return,
            "VIEW" | "SYSTEM VIEW" => TableKind::View,
            "SYSTEM VERSIONED" => TableKind::SystemVersioned,
            _ if engine.as_deref().is_some_and(is_foreign) => TableKind::ForeignTable,
            _ if create_options.split(' ').any(|word| word == "partitioned") => {
                TableKind::PartitionedTable
            }
            _ => TableKind::Table,
        };
        let (comment, broken) = match (kind, row.filled(5)) {
            // A view has no comment: it says "VIEW" there, or what is wrong with it (error 1356).
            (TableKind::View, Some(said)) if said != "VIEW" && said != "SYSTEM VIEW" => {
                (None, Some(said))
            }
            (TableKind::View, _) => (None, None),
            (_, comment) => (comment, None),
        };
        let collation = row.filled(6);
        let table = Table {
            schema,
            name,
            kind,
            comment,
            engine,
            character_set: collation.as_deref().map(character_set),
            collation,
            options: options::read(&create_options),
            // MySQL's come later.
            row_count_estimate: row.number(7),
            size_bytes: row.number(8),
            index_size_bytes: row.number(9),
            ..Table::default()
        };
        self.tables.push(Listed { table, broken });
    }
}

/// Whether the rows of an engine stand elsewhere.
fn is_foreign(engine: &str) -> bool {
    ["FEDERATED", "CONNECT", "SPIDER"]
        .iter()
        .any(|foreign| foreign.eq_ignore_ascii_case(engine))
}

/// Every collation begins with the name of its character set
/// (<https://dev.mysql.com/doc/refman/en/charset-collation-names.html>).
fn character_set(collation: &str) -> String {
    let name = collation.split('_').next().unwrap_or(collation);
    name.to_owned()
}

/// The engines' estimates of rows and bytes, where they can be had in time. `MariaDB` told them with
/// the list.
pub async fn statistics(
    catalog: &mut Catalog<'_>,
    limit: Duration,
    tables: &mut Tables,
) -> Result<(), Failure> {
    if catalog.flavour() == Flavour::MariaDb {
        return Ok(());
    }
    if catalog.server.is_mysql_since(8, 0) {
        // MySQL answers from figures up to a day old. Only this query asks for any.
        let fresh = "SET SESSION information_schema_stats_expiry = 0";
        catalog.try_execute(fresh).await?;
    }
    let sql = include_str!("../sql/mysql/statistics.sql");
    let read = catalog.read_within(limit, sql, |row| {
        if let Some(table) = tables.of(row) {
            table.row_count_estimate = row.number(2);
            table.size_bytes = row.number(3);
            table.index_size_bytes = row.number(4);
        }
    });
    super::refusal_is_fine(read.await)
}
