//! The schema of collections: what the catalog says of them, their indexes, their sizes, and their
//! fields, from a sample of documents and from the validator.

use std::time::{Duration, Instant};

use futures_util::{StreamExt, stream};

use super::ask::Ask;
use super::catalog::{self, Catalog};
use super::collection::Collection;
use super::link::{Link, is_local};
use super::privileges::Privileges;
use super::sample::{self, Look};
use super::{columns, indexes, merge, rows, sizes, validator};
use crate::connectors::parts::{Parts, Unit};
use crate::connectors::{ConnectorError, ErrorKind, Selection, Stage, limits};
use crate::schema::{Field, Items, Namespace, Schema, Table, TableKind, Unreadable};

/// Collections that are looked at once.
pub const AT_ONCE: usize = 6;

/// What is kept of the whole time for answering with what was read.
const RESERVE: Duration = Duration::from_secs(10);

/// The longest that a figure is waited for that the sizes did not tell.
const ESTIMATE: Duration = Duration::from_secs(4);

/// Reads the selected collections.
pub async fn schema(
    link: &Link,
    privileges: &Privileges,
    database: Option<&str>,
    selection: &Selection,
    look: Look,
    parts: &Parts,
) -> Result<Schema, ConnectorError> {
    let deadline = deadline();
    let Catalog {
        databases,
        collections,
        unreadable,
    } = catalog::read(link, privileges, database, selection).await?;
    parts.expect(collections.len(), Unit::Collections);
    let namespace = |name| Namespace {
        name,
        ..Namespace::default()
    };
    let mut schema = Schema {
        database: database.map(str::to_owned),
        schemas: databases.into_iter().map(namespace).collect(),
        tables: Vec::with_capacity(collections.len()),
        unreadable,
        ..Schema::default()
    };
    let read = stream::iter(collections).map(|collection| async move {
        let read = table(link, &collection, selection, look, deadline).await;
        parts.done(collection.full_name());
        read
    });
    let mut read = read.buffered(AT_ONCE);
    let mut fields = 0;
    while let Some(read) = read.next().await {
        let Read { table, unreadable } = read?;
        fields += count(&table.fields);
        schema.tables.push(table);
        schema.unreadable.extend(unreadable);
        if fields > limits::COLUMNS {
            return Err(too_many());
        }
    }
    Ok(schema)
}

/// Until when collections are looked at.
pub fn deadline() -> Instant {
    Instant::now() + limits::INTROSPECT.saturating_sub(RESERVE)
}

/// What was read of one collection, and what could not be.
pub struct Read {
    /// The table.
    pub table: Table,
    /// What of it could not be read.
    pub unreadable: Vec<Unreadable>,
}

/// A collection stays with what is known of it, whatever else of it fails.
pub async fn table(
    link: &Link,
    collection: &Collection,
    selection: &Selection,
    look: Look,
    deadline: Instant,
) -> Result<Read, ConnectorError> {
    let Collection {
        database,
        name,
        kind,
        ..
    } = collection;
    let (mut table, mut lost) = collection.table();
    let ask = Ask::of(link, collection, deadline);
    // One after the other: each connection more costs a login, and other collections use the rest.
    match indexes::read(&ask, *kind).await {
        Ok(found) => {
            // Nothing keeps apart what stands in a time series.
            if *kind == TableKind::Collection {
                table.keys = indexes::keys(&found);
            }
            table.indexes = found;
        }
        Err(error) => lost.push(why("indexes", error)?),
    }
    let sizes = sizes::read(&ask, *kind).await;
    table.row_count_estimate = match sizes.rows {
        None => rows::estimate(link, collection, deadline.min(Instant::now() + ESTIMATE)).await,
        rows => rows,
    };
    table.size_bytes = sizes.data;
    table.index_size_bytes = sizes.indexes;
    let mut seen = Vec::new();
    match sample::take(ask, *kind, look, table.row_count_estimate).await {
        Ok((fields, sample)) => {
            seen = fields;
            table.sample = Some(sample);
        }
        Err(error) => lost.push(why("documents", error)?),
    }
    let rule = collection.validator().map(validator::read);
    let rule = rule.unwrap_or_default();
    table.comment = rule.description;
    table.fields = merge::merged(seen, rule.fields);
    let wanted = |field: &Field| selection.has_column(Some(database), name, &field.name);
    table.fields.retain(wanted);
    let documents = table.sample.as_ref().map_or(0, |sample| sample.documents);
    table.columns = columns::of(&table.fields, *kind, documents);
    let key = table.columns.iter().filter(|c| c.primary_key);
    table.primary_key = key.map(|c| c.name.clone()).collect();
    let full_name = collection.full_name();
    let unreadable = lost.into_iter().map(|why| Unreadable {
        name: full_name.clone(),
        why,
    });
    Ok(Read {
        table,
        unreadable: unreadable.collect(),
    })
}

/// Why a part of a collection could not be read; an error, where it is not of that collection alone.
fn why(what: &str, error: ConnectorError) -> Result<String, ConnectorError> {
    // Unauthorized, AtlasError. The list of collections was answered, so it is no login that lacks.
    let refused = matches!(error.server_code.as_deref(), Some("13" | "8000"));
    if refused || error.kind == ErrorKind::PermissionDenied {
        return Ok(format!("The login has no right to read its {what}."));
    }
    if !is_local(&error) {
        return Err(error);
    }
    Ok(format!("Its {what}: {}", error.message))
}

/// Fields with those inside of them.
fn count(fields: &[Field]) -> usize {
    let inside = |field: &Field| {
        let items = std::iter::successors(field.items.as_deref(), |items| items.items.as_deref());
        let of_items: usize = items.map(|items: &Items| count(&items.fields)).sum();
        1 + count(&field.fields) + of_items
    };
    fields.iter().map(inside).sum()
}

fn too_many() -> ConnectorError {
    ConnectorError::new(
        ErrorKind::LimitExceeded,
        format!("There are more than {} fields.", limits::COLUMNS),
        "Choose some collections.",
    )
    .at(Stage::ReadCatalog)
}
