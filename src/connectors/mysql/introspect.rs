//! The schema, put together in memory from the catalog's views.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::catalog::listing;
use super::catalog::{
    Catalog, checks, columns, foreign_keys, indexes, innodb, partitions, sequences, triggers, views,
};
use super::client::Client;
use super::connect::Plan;
use super::privileges::Privileges;
use super::server::{Flavour, Server};
use super::tables::Tables;
use super::unreadable::Told;
use super::wire::Failure;
use super::{aside, kill};
use crate::connectors::Selection;
use crate::connectors::parts::{Parts, Unit};
use crate::schema::{Schema, Sequence, Table};

/// How many parts the catalog is read in.
const PARTS: usize = 14;
/// How long the estimates of rows may take.
const ESTIMATES: Duration = Duration::from_secs(20);

/// Reads the selected tables of these databases. `plan` opens a second connection where they are many.
pub async fn read(
    client: &mut Client,
    plan: &Arc<Plan>,
    server: &Server,
    schemas: &[String],
    selection: &Selection,
    parts: &Parts,
) -> Result<Schema, Failure> {
    if schemas.is_empty() {
        return Ok(Schema::default());
    }
    parts.expect(PARTS, Unit::CatalogParts);
    let catalog = &mut Catalog::open(client, server, schemas).await?;
    let mut told = Told::new(parts.clone());
    let listing = listing::read(catalog).await?;
    parts.done("tables");
    let all = listing.tables.len();
    let mut wanted = Vec::new();
    for listed in listing.tables {
        let (schema, name) = listed.name();
        match &listed.broken {
            _ if !selection.has_table(Some(schema), name) => {}
            Some(said) => {
                let why = format!("The view cannot be read; the server says: {said}");
                told.tell(format!("{schema}.{name}"), why);
            }
            None => wanted.push(listed.table),
        }
    }
    let mut sequences = listing.sequences;
    sequences.retain(|s| selection.has_table(s.schema.as_deref(), &s.name));

    catalog.narrow(wanted.iter().map(|table| table.name.as_str()), all);
    let mut tables = Tables::new(wanted);
    let mut aside = aside::open(plan, server, tables.list_mut().len()).await;
    let other = aside
        .as_mut()
        .map(|client| (client.thread(), catalog.over(client), tables.clone()));
    let shares = Shares::all();
    let referring = async {
        let (thread, mut catalog, mut tables) = other?;
        let mut told = Told::new(parts.clone());
        let reading = async {
            beside(&mut catalog, &mut tables, &mut told).await?;
            shares.read(&mut catalog, &mut tables, &mut told).await
        };
        // Where it does not last, the session's own does it all.
        let done = kill::stopping(plan, thread, reading).await.ok()?;
        Some((tables, told, done))
    };
    let own = async {
        let seen = columns::read(catalog, selection, &mut tables).await?;
        parts.done("columns");
        let done = shares.read(catalog, &mut tables, &mut told).await?;
        structure(catalog, &mut tables, &mut told).await?;
        let privileges = catalog.privileges().await?;
        parts.done("rights");
        by_rights(catalog, &privileges, &mut tables, &mut sequences, &mut told).await?;
        Ok::<_, Failure>((seen, done, privileges))
    };
    let (own, referring) = tokio::join!(own, referring);
    let (seen, done, privileges) = own?;
    if let Some((referring, refused, done)) = referring {
        tables.take(referring, |own, other| taken(own, other, &done));
        told.extend(refused);
    } else {
        beside(catalog, &mut tables, &mut told).await?;
        let left = Shares::all_but(&done);
        left.read(catalog, &mut tables, &mut told).await?;
    }
    if let Some(client) = aside {
        aside::close(client).await;
    }
    tables.list_mut().iter_mut().for_each(indexes::mark);
    checked(catalog, &privileges, &mut tables, &mut told);

    let mut kept = Vec::with_capacity(seen.len());
    for (table, seen) in tables.into_list().into_iter().zip(seen) {
        if seen {
            kept.push(table);
        } else {
            let name = format!("{}.{}", table.schema.unwrap_or_default(), table.name);
            told.tell(name, "The login may see none of its columns.".to_owned());
        }
    }
    Ok(Schema {
        schemas: catalog.namespaces().to_vec(),
        tables: kept,
        sequences,
        unreadable: told.into_list(),
        ..Schema::default()
    })
}

/// What can be read over a connection of its own.
async fn beside(
    catalog: &mut Catalog<'_>,
    tables: &mut Tables,
    told: &mut Told,
) -> Result<(), Failure> {
    foreign_keys(catalog, tables, told).await?;
    listing::statistics(catalog, ESTIMATES, tables).await?;
    told.parts().done("estimates");
    Ok(())
}

/// What either connection can read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Share {
    Checks,
    Indexes,
}

/// What nobody has begun to read. How long foreign keys and figures take differs from server to server
/// and from right to right, so that whoever is done with their own takes the next.
struct Shares(Mutex<Vec<Share>>);

impl Shares {
    fn all() -> Self {
        Self::all_but(&[])
    }

    fn all_but(done: &[Share]) -> Self {
        let mut all = vec![Share::Checks, Share::Indexes];
        all.retain(|share| !done.contains(share));
        Self(Mutex::new(all))
    }

    fn next(&self) -> Option<Share> {
        let mut left = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        left.pop()
    }

    /// Reads one after the other while there are any. Answers those that it read.
    async fn read(
        &self,
        catalog: &mut Catalog<'_>,
        tables: &mut Tables,
        told: &mut Told,
    ) -> Result<Vec<Share>, Failure> {
        let mut done = Vec::new();
        while let Some(share) = self.next() {
            match share {
                Share::Checks => {
                    let read = checks::read(catalog, tables).await;
                    told.unless_refused(read, "checks")?;
                }
                Share::Indexes => {
                    let read = indexes::read(catalog, tables).await;
                    told.unless_refused(read, "indexes and keys")?;
                    let read = indexes::periods(catalog, tables).await;
                    told.unless_refused(read, "periods of keys")?;
                }
            }
            done.push(share);
        }
        Ok(done)
    }
}

/// Takes what was read of the same table over the other connection.
fn taken(table: &mut Table, same: Table, shares: &[Share]) {
    table.foreign_keys = same.foreign_keys;
    table.row_count_estimate = same.row_count_estimate;
    table.size_bytes = same.size_bytes;
    table.index_size_bytes = same.index_size_bytes;
    if shares.contains(&Share::Checks) {
        table.checks = same.checks;
    }
    if shares.contains(&Share::Indexes) {
        table.indexes = same.indexes;
        table.keys = same.keys;
        table.primary_key = same.primary_key;
    }
}

/// What foreign keys refer to and do.
async fn foreign_keys(
    catalog: &mut Catalog<'_>,
    tables: &mut Tables,
    told: &mut Told,
) -> Result<(), Failure> {
    if let Some(keys) = innodb::foreign_keys(catalog).await? {
        foreign_keys::put(keys, tables);
        told.parts().done("foreign keys");
        told.parts().done("actions of foreign keys");
        return Ok(());
    }
    let done = foreign_keys::read(catalog, tables).await;
    let mut columns = told.unless_refused(done, "foreign keys")?;
    let done = foreign_keys::actions(catalog).await;
    if let Some(actions) = told.unless_refused(done.map(Some), "actions of foreign keys")? {
        let actions = foreign_keys::note(actions, tables, &mut columns);
        told.hidden(actions, |tables| {
            format!(
                "What the foreign keys of {tables} do ON UPDATE and ON DELETE is hidden from the \
                 login and stands as unknown. Grant it SHOW VIEW or REFERENCES on the whole database."
            )
        });
    }
    told.hidden(columns, |keys| {
        format!(
            "Columns of the foreign keys {keys} are hidden from the login. Grant it SELECT on the \
             whole tables."
        )
    });
    Ok(())
}

/// What is shown to whoever may see the table, but for some of it.
async fn structure(
    catalog: &mut Catalog<'_>,
    tables: &mut Tables,
    told: &mut Told,
) -> Result<(), Failure> {
    let done = columns::geometries(catalog, tables).await;
    told.unless_refused(done, "spatial reference systems")?;
    let done = views::read(catalog, tables).await;
    let hidden = told.unless_refused(done, "definitions of views")?;
    told.hidden(hidden, |views| {
        format!("What {views} select is hidden from the login. Grant it SHOW VIEW.")
    });
    let done = partitions::read(catalog, tables).await;
    told.unless_refused(done, "partitions")
}

/// What takes a right of its own to see.
async fn by_rights(
    catalog: &mut Catalog<'_>,
    privileges: &Privileges,
    tables: &mut Tables,
    sequences: &mut [Sequence],
    told: &mut Told,
) -> Result<(), Failure> {
    let hidden = columns::hidden(privileges, tables);
    told.hidden(hidden, |tables| {
        format!(
            "The login sees some columns of {tables}. Others, if any, are hidden, and what is told \
             of keys and foreign keys may lack them. Grant it SELECT on the whole tables."
        )
    });
    let done = triggers::read(catalog, privileges, tables).await;
    let hidden = told.unless_refused(done, "triggers")?;
    told.hidden(hidden, |tables| {
        format!(
            "Triggers of {tables}, if any, or what they do, are hidden from the login. Grant it \
             TRIGGER."
        )
    });
    let done = sequences::read(catalog, privileges, sequences).await;
    let hidden = told.unless_refused(done, "figures of sequences")?;
    told.hidden(hidden, |sequences| {
        format!("The figures of {sequences} are hidden from the login. Grant it SELECT.")
    });
    Ok(())
}

/// What follows from checks and columns together.
fn checked(catalog: &Catalog<'_>, privileges: &Privileges, tables: &mut Tables, told: &mut Told) {
    if catalog.flavour() == Flavour::MariaDb {
        tables.list_mut().iter_mut().for_each(checks::json_columns);
    }
    let hidden = checks::hidden(catalog, privileges, tables);
    told.hidden(hidden, |tables| {
        format!(
            "Checks of {tables}, if any, are hidden from the login, and with them which texts are \
             JSON. Grant it SELECT on the whole database."
        )
    });
}
