//! The schema, put together in memory from the catalog's views.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use super::catalog::{self, ColumnRow, Name};
use super::client::Client;
use super::server::{Flavour, Server};
use super::wire::Failure;
use super::{quote, types};
use crate::connectors::Selection;
use crate::schema::{Column, DataType, Schema, Table, Unreadable};

/// How long the estimates of rows may take.
const ESTIMATES: Duration = Duration::from_secs(20);

/// Reads the selected tables of these databases.
pub async fn read(
    client: &mut Client,
    server: &Server,
    schemas: &[String],
    selection: &Selection,
) -> Result<Schema, Failure> {
    if schemas.is_empty() {
        return Ok(Schema::default());
    }
    let tables = catalog::tables(client, schemas).await?;
    let columns = catalog::columns(client, server, schemas).await?;
    let keys = catalog::primary_keys(client, schemas).await?;
    let aliased =
        server.flavour == Flavour::MariaDb && columns.iter().any(|c| c.data_type == "longtext");
    let json = if aliased {
        catalog::json_checks(client, schemas).await?
    } else {
        HashSet::new()
    };
    let mut estimates = catalog::estimates(client, server, schemas, ESTIMATES).await?;

    let mut columns = by_table(columns);
    let mut keys = by_table(keys);
    let mut schema = Schema::default();
    for row in tables {
        let (namespace, name) = &row.name;
        if !selection.has_table(Some(namespace), name) {
            continue;
        }
        let found = columns.remove(&row.name).unwrap_or_default();
        let why = match row.broken {
            Some(said) => Some(format!("The view cannot be read; the server says: {said}")),
            None if found.is_empty() => Some("The login may see none of its columns.".to_owned()),
            None => None,
        };
        if let Some(why) = why {
            let name = format!("{namespace}.{name}");
            schema.unreadable.push(Unreadable { name, why });
            continue;
        }
        let primary_key = keys.remove(&row.name).unwrap_or_default();
        let wanted = found
            .into_iter()
            .filter(|c| selection.has_column(Some(namespace), name, &c.name));
        let columns = wanted
            .zip(1..)
            .map(|(column_row, position)| column(column_row, position, &primary_key, &json));
        schema.tables.push(Table {
            columns: columns.collect(),
            kind: row.kind,
            comment: row.comment,
            primary_key,
            row_count_estimate: estimates.remove(&row.name),
            schema: Some(row.name.0),
            name: row.name.1,
            ..Table::default()
        });
    }
    Ok(schema)
}

/// A row that belongs to a table.
trait OfTable {
    type Rest;
    fn split(self) -> (Name, Self::Rest);
}

impl OfTable for ColumnRow {
    type Rest = Self;
    fn split(self) -> (Name, Self) {
        (self.table.clone(), self)
    }
}

impl OfTable for (Name, String) {
    type Rest = String;
    fn split(self) -> (Name, String) {
        self
    }
}

fn by_table<R: OfTable>(rows: Vec<R>) -> HashMap<Name, Vec<R::Rest>> {
    let mut tables: HashMap<Name, Vec<R::Rest>> = HashMap::new();
    for (table, rest) in rows.into_iter().map(OfTable::split) {
        tables.entry(table).or_default().push(rest);
    }
    tables
}

fn column(
    row: ColumnRow,
    position: u32,
    primary_key: &[String],
    json: &HashSet<(Name, String)>,
) -> Column {
    // How MariaDB keeps a column that was declared as JSON.
    let check = format!("json_valid({})", quote::identifier(&row.name));
    let is_json = row.data_type == "longtext" && json.contains(&(row.table, check));
    let logical_type = if is_json {
        DataType::Json
    } else {
        types::logical(&row.data_type, &row.column_type)
    };
    Column {
        position,
        logical_type,
        native_type: row.column_type,
        nullable: row.nullable,
        default: row.default,
        primary_key: primary_key.contains(&row.name),
        comment: row.comment,
        name: row.name,
        ..Column::default()
    }
}
