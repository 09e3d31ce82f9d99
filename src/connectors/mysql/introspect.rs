//! The schema, put together in memory from the catalog's views.

use std::time::Duration;

use super::catalog::listing::{self, Listed};
use super::catalog::{Catalog, checks, columns, foreign_keys, indexes, views};
use super::client::Client;
use super::server::Server;
use super::tables::Tables;
use super::wire::Failure;
use crate::connectors::Selection;
use crate::schema::{Schema, Unreadable};

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
    let catalog = &mut Catalog::new(client, server, schemas);
    catalog.probe().await?;
    let mut schema = Schema {
        schemas: listing::namespaces(catalog).await?,
        ..Schema::default()
    };
    let unreadable = &mut schema.unreadable;
    let listing = listing::read(catalog, schemas).await?;
    let wanted = listing
        .tables
        .into_iter()
        .filter(|listed| selection.has_table(Some(listed.name().0), listed.name().1));
    let (broken, whole): (Vec<_>, Vec<_>) = wanted.partition(|listed| listed.broken.is_some());
    unreadable.extend(broken.iter().map(says_why));

    let mut tables = Tables::new(whole.into_iter().map(|listed| listed.table).collect());
    let seen = columns::read(catalog, selection, &mut tables).await?;
    let tables_ref = &mut tables;
    let done = columns::geometries(catalog, tables_ref).await;
    unless_refused(done, "spatial reference systems", unreadable)?;
    let done = indexes::read(catalog, tables_ref).await;
    unless_refused(done, "indexes and keys", unreadable)?;
    let done = indexes::periods(catalog, tables_ref).await;
    unless_refused(done, "periods of keys", unreadable)?;
    let done = foreign_keys::actions(catalog).await;
    let actions = unless_refused(done, "actions of foreign keys", unreadable)?;
    let done = foreign_keys::read(catalog, &actions, tables_ref).await;
    let hidden = unless_refused(done, "foreign keys", unreadable)?;
    unreadable.extend(hidden.say(|tables| {
        format!(
            "What the foreign keys of {tables} do ON UPDATE and ON DELETE is hidden from a login \
             that may only read; NO ACTION stands there. Grant it SHOW VIEW or REFERENCES too."
        )
    }));
    let done = checks::read(catalog, tables_ref).await;
    unless_refused(done, "checks", unreadable)?;
    let done = views::read(catalog, tables_ref).await;
    let hidden = unless_refused(done, "definitions of views", unreadable)?;
    unreadable.extend(
        hidden.say(|views| {
            format!("What {views} select is hidden from the login. Grant it SHOW VIEW.")
        }),
    );
    listing::statistics(catalog, ESTIMATES, tables_ref).await?;

    for (table, seen) in tables.into_list().into_iter().zip(seen) {
        if seen {
            schema.tables.push(table);
        } else {
            let namespace = table.schema.unwrap_or_default();
            schema.unreadable.push(Unreadable {
                name: format!("{namespace}.{}", table.name),
                why: "The login may see none of its columns.".to_owned(),
            });
        }
    }
    Ok(schema)
}

fn says_why(listed: &Listed) -> Unreadable {
    let (schema, name) = listed.name();
    let said = listed.broken.as_deref().unwrap_or_default();
    Unreadable {
        name: format!("{schema}.{name}"),
        why: format!("The view cannot be read; the server says: {said}"),
    }
}

/// What a server refuses to tell is named, and the rest stands.
fn unless_refused<T: Default>(
    done: Result<T, Failure>,
    what: &str,
    unreadable: &mut Vec<Unreadable>,
) -> Result<T, Failure> {
    match done {
        Err(Failure::Server(refusal)) => {
            unreadable.push(Unreadable {
                name: what.to_owned(),
                why: format!("The server refused them with error {}.", refusal.code),
            });
            Ok(T::default())
        }
        other => other,
    }
}
