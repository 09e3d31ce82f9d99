//! The tables of a source as they are now, for whoever is about to read them.

use std::collections::{HashMap, HashSet};

use crate::connectors::{ConnectorError, Selection, Session, Target, Trace};
use crate::model::TableId;
use crate::model::source::SourceTable;
use crate::schema::{Table, TableKind};
use crate::store::sources::SourceRecord;
use crate::store::tables;

use super::capture::Contact;
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
            let read = self.capture_and_stay(place, record.clone(), render).await?;
            let (read, Contact { target, session }) = read;
            return Ok(Fresh {
                target,
                session,
                tables: read.document.schema.tables,
            });
        };
        let mut target = self.target_of(place, record).await?;
        let known = self.known_tables(place, record, wanted).await?;
        target.settings.selection = narrowed(&target.settings.selection, &known);
        let _attempt = self.attempts.begin(&place.user)?;
        let (session, schema) = reach::introspect(&self.context, &target).await?;
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
        wanted: &HashSet<TableId>,
    ) -> Result<Vec<SourceTable>, SourceError> {
        let (of, id) = (place.clone(), record.source.id.clone());
        let listed = self
            .store
            .read(move |conn| tables::list(conn, &of.owner, &of.workspace, &id))
            .await?;
        let wanted = listed
            .into_iter()
            .filter(|table| wanted.contains(&table.id));
        Ok(wanted.collect())
    }
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
