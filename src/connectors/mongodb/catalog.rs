//! What collections there are (manual: listCollections), as far as the login is shown them.

use futures_util::{StreamExt, stream};
use mongodb::bson::{Document, RawDocumentBuf, doc};
use mongodb::error::Error;

use super::collection::Collection;
use super::error;
use super::link::{self, Link};
use super::privileges::Privileges;
use crate::connectors::{ConnectorError, ErrorKind, Selection, Stage, limits};
use crate::schema::Unreadable;

/// Databases that are the server's own.
const OWN: &[&str] = &["admin", "config", "local"];

/// Databases that are asked at once.
const AT_ONCE: usize = 6;

/// What was found.
#[derive(Debug, Default)]
pub struct Catalog {
    /// The databases that were listed, by name.
    pub databases: Vec<String>,
    /// The collections that are wanted, by database and name.
    pub collections: Vec<Collection>,
    /// Databases that could not be listed.
    pub unreadable: Vec<Unreadable>,
}

/// Lists the selected collections.
pub async fn read(
    link: &Link,
    privileges: &Privileges,
    database: Option<&str>,
    selection: &Selection,
) -> Result<Catalog, ConnectorError> {
    let mut catalog = Catalog::default();
    let databases = match database.or(selection.schema.as_deref()) {
        Some(named) => vec![named.to_owned()],
        None => visible(link, privileges).await?,
    };
    let only = databases.len() == 1;
    let listed = stream::iter(databases).map(|database| async move {
        let found = collections(link, privileges, &database).await;
        (database, found)
    });
    let mut listed = listed.buffered(AT_ONCE);
    while let Some((database, found)) = listed.next().await {
        match found {
            Ok(found) => {
                let wanted = |c: &Collection| selection.has_table(Some(&c.database), &c.name);
                catalog.collections.extend(found.into_iter().filter(wanted));
                catalog.databases.push(database);
            }
            Err(error) => {
                let error = link.explain(&error, Some(&database), Stage::ReadCatalog);
                if only || !link::is_local(&error) {
                    return Err(error);
                }
                catalog.unreadable.push(Unreadable {
                    name: database,
                    why: error.message,
                });
            }
        }
        if catalog.collections.len() > limits::TABLES {
            return Err(too_many());
        }
    }
    let by_name = |c: &Collection| (c.database.clone(), c.name.clone());
    catalog.collections.sort_by_cached_key(by_name);
    Ok(catalog)
}

async fn visible(link: &Link, privileges: &Privileges) -> Result<Vec<String>, ConnectorError> {
    let mut names = match link::database_names(link).await {
        Ok(names) => names,
        // Some products refuse the whole list where MongoDB gives the part that may be seen.
        Err(error) if error::is_refusal(&error) && !privileges.databases().is_empty() => {
            privileges.databases()
        }
        Err(error) => {
            let explained = link.explain(&error, None, Stage::ReadCatalog);
            let hint = "Name the database.".to_owned();
            let refused = explained.kind == ErrorKind::PermissionDenied;
            return Err(if refused {
                ConnectorError { hint, ..explained }
            } else {
                explained
            });
        }
    };
    names.retain(|name| !OWN.contains(&name.as_str()));
    names.sort();
    Ok(names)
}

/// The collections of one database: the whole list, or where that is refused the part that the
/// login may see, or where that is refused too the names that its privileges hold.
async fn collections(
    link: &Link,
    privileges: &Privileges,
    database: &str,
) -> Result<Vec<Collection>, Error> {
    let whole = doc! { "listCollections": 1 };
    let seen = doc! { "listCollections": 1, "nameOnly": true, "authorizedCollections": true };
    let refused = match list(link, database, whole).await {
        Err(error) if error::is_refusal(&error) => match list(link, database, seen).await {
            Err(error) if error::is_refusal(&error) => error,
            answer => return answer,
        },
        answer => return answer,
    };
    let named = privileges.collections(database);
    if named.is_empty() {
        return Err(refused);
    }
    let named = named.into_iter();
    Ok(named
        .map(|name| Collection::named(database, name))
        .collect())
}

async fn list(link: &Link, database: &str, command: Document) -> Result<Vec<Collection>, Error> {
    let cursor = link.cursor(database, command).await?;
    let entries = link::collect(cursor, limits::TABLES + 1).await?;
    let read = |entry: &RawDocumentBuf| Collection::read(database, entry);
    Ok(entries.iter().filter_map(read).collect())
}

fn too_many() -> ConnectorError {
    ConnectorError::new(
        ErrorKind::LimitExceeded,
        format!("There are more than {} collections.", limits::TABLES),
        "Name a database, or choose some collections.",
    )
    .at(Stage::ReadCatalog)
}
