//! The tables of a source as they are now, for whoever is about to read them.

use std::collections::{HashMap, HashSet};

use jiff::SignedDuration;

use crate::connectors::{ConnectorError, Selection, Session, Stage, Target, Trace, limits};
use crate::model::TableId;
use crate::model::source::SourceTable;
use crate::schema::{Schema, Table, TableKind};
use crate::store::sources::SourceRecord;
use crate::store::{self, tables};

use super::capture::{Contact, why_unreadable};
use super::document::SchemaDocument;
use super::flights::Progress;
use super::schema::Render;
use super::{Place, SourceError, Sources, reach};

/// For how long a sample of documents stands for those that follow.
const SAMPLE_COUNTS: SignedDuration = SignedDuration::from_hours(24);

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
    /// reading of a schema. Where columns come from a sample that was taken lately, and the catalog
    /// says that all is as it was, that sample stands and nothing is kept.
    pub(in crate::services) async fn fresh(
        &self,
        place: &Place,
        record: &SourceRecord,
        wanted: Option<&HashSet<TableId>>,
        render: Render,
    ) -> Result<Fresh, SourceError> {
        if let Some(as_known) = self.as_known(place, record, wanted).await? {
            return Ok(as_known);
        }
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

    /// A source that is as it was when its documents were looked at last; `None` where it is to be
    /// read.
    async fn as_known(
        &self,
        place: &Place,
        record: &SourceRecord,
        wanted: Option<&HashSet<TableId>>,
    ) -> Result<Option<Fresh>, SourceError> {
        let target = self.target_of(place, record).await?;
        if !target.driver.connector.knows_again() {
            return Ok(None);
        }
        let id = &record.source.id;
        let Some(SchemaDocument { head, mut schema }) = self.kept_document(place, id).await? else {
            return Ok(None);
        };
        let age = store::now().duration_since(head.captured_at);
        if age > SAMPLE_COUNTS || !schema.unreadable.is_empty() {
            return Ok(None);
        }
        let selection = match wanted {
            Some(_) => {
                let known = self.known_tables(place, record, wanted).await?;
                narrowed(&target.settings.selection, &known)
            }
            None => {
                self.shown(place, record, &target.settings.selection)
                    .await?
            }
        };
        let is_selected = |table: &Table| selection.has_table(table.schema.as_deref(), &table.name);
        schema.tables.retain(is_selected);
        if wanted.is_some_and(|wanted| schema.tables.len() != wanted.len()) {
            return Ok(None);
        }
        let _attempt = self.attempts.begin(&place.user)?;
        let opened = reach::open(&self.context, &target, &Trace::default()).await;
        let told = opened.as_ref().map(|session| session.server());
        self.note_contact(place, id, told).await?;
        let mut session = opened?;
        let asking = session.is_as_known(&selection, &schema.tables);
        let asked = Trace::default()
            .run(Stage::ReadCatalog, limits::INTROSPECT, asking)
            .await;
        // What went wrong is told by the reading that follows.
        if !asked.unwrap_or(false) {
            session.close().await;
            return Ok(None);
        }
        Ok(Some(Fresh {
            target,
            session,
            tables: schema.tables,
            lost: Vec::new(),
        }))
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

    /// The selection without the tables that were deleted from the workspace.
    async fn shown(
        &self,
        place: &Place,
        record: &SourceRecord,
        selection: &Selection,
    ) -> Result<Selection, SourceError> {
        let (of, id) = (place.clone(), record.source.id.clone());
        let known = self
            .store
            .read(move |conn| tables::known(conn, &of.owner, &of.workspace, &id));
        let known = known.await?;
        let mut selection = selection.clone();
        let hidden = known.iter().filter(|table| table.hidden);
        let names = hidden.map(|table| full_name(table.name.schema.as_ref(), &table.name.name));
        selection.ignore_tables.extend(names);
        Ok(selection)
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
    let name = |table: &SourceTable| full_name(table.schema.as_ref(), &table.name);
    Selection {
        tables: tables.iter().map(name).collect(),
        query: selection
            .query
            .clone()
            .filter(|_| tables.iter().any(|table| is_query(&table))),
        ..selection.clone()
    }
}

fn full_name(schema: Option<&String>, name: &str) -> String {
    match schema {
        Some(schema) => format!("{schema}.{name}"),
        None => name.to_owned(),
    }
}
