//! The tables of a source as they are now, for whoever is about to read them.

use std::collections::{HashMap, HashSet};

use crate::connectors::{ConnectorError, Selection, Session, Target, Trace};
use crate::model::TableId;
use crate::model::source::SourceTable;
use crate::schema::{Schema, Table, TableKind};
use crate::store::sources::SourceRecord;
use crate::store::tables;

use super::capture::{Contact, why_unreadable};
use super::flights::Progress;
use super::schema::Render;
use super::{Place, SourceError, Sources, reach};

/// A source as it is now.
pub struct Fresh {
    /// The way to it.
    pub target: Target,
    /// The session that told so, still open.
    pub session: Box<dyn Session>,
    /// Its tables, each with its id.
    pub tables: Vec<Table>,
    /// Those that are wanted and could not be read.
    pub lost: Vec<Lost>,
}

/// A table that is known and could not be read.
pub struct Lost {
    /// The table.
    pub table: SourceTable,
    /// Why, in a sentence.
    pub why: String,
}

impl Sources {
    /// Reads the schema of a source, or that of some of its tables. The whole is kept, as by any
    /// reading of a schema.
    pub(in crate::services) async fn fresh(
        &self,
        place: &Place,
        record: &SourceRecord,
        wanted: Option<&HashSet<TableId>>,
        render: Render,
    ) -> Result<Fresh, SourceError> {
        let Some(wanted) = wanted else {
            let read = self
                .capture_and_stay(place, record.clone(), &Progress::default(), render)
                .await?;
            let (read, Contact { target, session }) = read;
            let schema = read.document.schema;
            let known = self.known_tables(place, record, None).await?;
            let lost = lost(&schema, known);
            // A view is copied where it is named, and so is not missed.
            let lost = lost.filter(|lost| lost.table.kind != TableKind::View.as_str());
            return Ok(Fresh {
                target,
                session,
                lost: lost.collect(),
                tables: schema.tables,
            });
        };
        let mut target = self.target_of(place, record).await?;
        let known = self.known_tables(place, record, Some(wanted)).await?;
        target.settings.selection = narrowed(&target.settings.selection, &known);
        let _attempt = self.attempts.begin(&place.user)?;
        let (session, schema) =
            reach::introspect(&self.context, &target, &Progress::default()).await?;
        let lost = lost(&schema, known.clone()).collect();
        let ids: HashMap<_, _> = (known.into_iter())
            .map(|table| ((table.schema, table.name), table.id))
            .collect();
        let mut tables = schema.tables;
        for table in &mut tables {
            let id = ids.get(&(table.schema.clone(), table.name.clone()));
            table.id = id.map(ToString::to_string);
        }
        Ok(Fresh {
            target,
            session,
            tables,
            lost,
        })
    }

    /// The way to a source.
    pub(in crate::services) async fn target(
        &self,
        place: &Place,
        record: &SourceRecord,
    ) -> Result<Target, SourceError> {
        self.target_of(place, record).await
    }

    /// Opens a session, within the time of a test.
    pub(in crate::services) async fn session(
        &self,
        target: &Target,
        trace: &Trace,
    ) -> Result<Box<dyn Session>, ConnectorError> {
        reach::open(&self.context, target, trace).await
    }

    async fn known_tables(
        &self,
        place: &Place,
        record: &SourceRecord,
        wanted: Option<&HashSet<TableId>>,
    ) -> Result<Vec<SourceTable>, SourceError> {
        let (of, id) = (place.clone(), record.source.id.clone());
        let listed = self
            .store
            .read(move |conn| tables::list(conn, &of.owner, &of.workspace, &id))
            .await?;
        let wanted = listed
            .into_iter()
            .filter(|table| wanted.is_none_or(|wanted| wanted.contains(&table.id)));
        Ok(wanted.collect())
    }
}

/// Those of the known tables that were not read, and why.
fn lost(schema: &Schema, known: Vec<SourceTable>) -> impl Iterator<Item = Lost> {
    let name = |table: &Table| (table.schema.clone(), table.name.clone());
    let read: HashSet<_> = schema.tables.iter().map(name).collect();
    known
        .into_iter()
        .filter(move |table| !read.contains(&(table.schema.clone(), table.name.clone())))
        .map(|table| {
            let why = why_unreadable(schema, &table).unwrap_or("It is not there any more.");
            Lost {
                why: why.to_owned(),
                table,
            }
        })
}

/// The selection of these tables and nothing else.
fn narrowed(selection: &Selection, tables: &[SourceTable]) -> Selection {
    let is_query = |table: &&SourceTable| table.kind == TableKind::Query.as_str();
    let name = |table: &SourceTable| match &table.schema {
        Some(schema) => format!("{schema}.{}", table.name),
        None => table.name.clone(),
    };
    Selection {
        tables: tables.iter().map(name).collect(),
        query: selection
            .query
            .clone()
            .filter(|_| tables.iter().any(|table| is_query(&table))),
        ..selection.clone()
    }
}
