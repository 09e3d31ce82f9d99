//! Whether collections are as they were when their schema was read. Those of which every document was
//! looked at then are looked at again; of larger ones a sample would cost megabytes each and tell what
//! another sample tells, so that the catalog and the indexes do.

use std::collections::HashMap;

use futures_util::{StreamExt, TryStreamExt, stream};

use super::ask::Ask;
use super::catalog::{self, Catalog};
use super::collection::Collection;
use super::indexes;
use super::introspect::{self, AT_ONCE};
use super::link::Link;
use super::privileges::Privileges;
use super::sample::{ALL, Look};
use crate::connectors::{ConnectorError, Selection};
use crate::schema::{Table, TableKind};

/// Whether the selected collections are those that are known.
pub async fn all(
    link: &Link,
    privileges: &Privileges,
    database: Option<&str>,
    selection: &Selection,
    look: Look,
    known: &[Table],
) -> Result<bool, ConnectorError> {
    let Catalog {
        collections,
        unreadable,
        ..
    } = catalog::read(link, privileges, database, selection).await?;
    let places: HashMap<_, _> = (0..)
        .zip(known)
        .map(|(at, table)| ((table.schema.as_deref(), table.name.as_str()), at))
        .collect();
    let place = |collection: Collection| {
        let name = (Some(&*collection.database), &*collection.name);
        let at: usize = *places.get(&name)?;
        Some((collection, at))
    };
    let is_complete = collections.len() == known.len() && unreadable.is_empty();
    let pairs: Option<Vec<_>> = collections.into_iter().map(place).collect();
    let Some(pairs) = pairs.filter(|_| is_complete) else {
        return Ok(false);
    };
    let deadline = introspect::deadline();
    let looks = stream::iter(pairs).map(|(collection, at)| async move {
        let (collection, known) = (&collection, &known[at]);
        match &known.sample {
            Some(sample) if sample.method == ALL => {
                let read = introspect::table(link, collection, selection, look, deadline).await?;
                Ok(read.table.structure() == known.structure() && read.unreadable.is_empty())
            }
            Some(_) => {
                let ask = Ask::of(link, collection, deadline);
                let found = indexes::read(&ask, collection.kind).await?;
                Ok(found == known.indexes && is_same(collection, known))
            }
            None => Ok(false),
        }
    });
    let looks = looks.buffered(AT_ONCE);
    looks.try_all(|is_same| async move { is_same }).await
}

/// Whether the catalog tells of a collection what it told before.
fn is_same(collection: &Collection, known: &Table) -> bool {
    let (now, lost) = collection.table();
    // A view has no identity but what it is made of.
    let is_itself = now.engine_id == known.engine_id || now.kind == TableKind::View;
    is_itself
        && lost.is_empty()
        && now.kind == known.kind
        && now.options == known.options
        && now.definition == known.definition
        && now.validator == known.validator
        && now.collation == known.collation
}
