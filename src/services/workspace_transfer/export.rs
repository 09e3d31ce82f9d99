//! A workspace as a document.

use std::collections::HashMap;

use data_encoding::BASE64;
use jiff::Timestamp;
use secrecy::SecretString;
use serde_json::Value;

use super::archive::Entry;
use super::cells;
use super::document::{CopyDocument, SchemaExport, Summary, VersionDocument, WorkspaceExport};
use super::sealing::Passage;
use super::{MOST_BYTES, TransferFailure, WorkspaceTransfers};
use crate::connectors::Credentials;
use crate::local::{Copy, Form, Snapshot};
use crate::model::source::{SourceStatus, SourceTable};
use crate::model::{SourceId, TableId};
use crate::rows::RowColumn;
use crate::services::sources::{Place, secret_place};
use crate::services::transfer::{SourceDocument, WORKSPACE, checksum, source_document};
use crate::store::captures::{self, Encoding};
use crate::store::{Connection, projects, secrets, sources, tables, versions, workspaces};

/// What of a workspace is wanted.
#[derive(Debug)]
pub struct ExportWorkspace {
    /// Whether the copied rows are.
    pub include_data: bool,
    /// What the secrets are sealed under; without it they stay.
    pub passphrase: Option<SecretString>,
}

impl WorkspaceTransfers {
    /// Writes a workspace as a document.
    pub async fn export(
        &self,
        place: &Place,
        export: ExportWorkspace,
    ) -> Result<Value, TransferFailure> {
        let passage = match export.passphrase {
            Some(passphrase) => Some(Passage::begin(&self.passwords, passphrase).await?),
            None => None,
        };
        let (this, place) = (self.clone(), place.clone());
        let read = self.store.read(move |conn| {
            let mut writing = Writing::new(&this, &place, conn, Rows::inside(export.include_data));
            writing.document(passage.as_ref())
        });
        read.await
    }
}

/// Where the rows go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rows {
    /// Nowhere.
    Left,
    /// Into the document.
    Inside,
    /// Beside the document, later.
    Beside,
}

impl Rows {
    fn inside(wanted: bool) -> Self {
        if wanted { Self::Inside } else { Self::Left }
    }
}

/// Where schemas are put that do not go into the document.
pub type Aside<'a> = &'a mut dyn FnMut(Entry, &[u8]) -> std::io::Result<()>;

/// A document that is being written.
pub struct Writing<'a> {
    transfers: &'a WorkspaceTransfers,
    place: &'a Place,
    conn: &'a Connection,
    rows: Rows,
    /// About what it takes so far: it is given up before it is all of the memory.
    bytes: usize,
    /// Takes the schemas, where they do not go into the document.
    pub aside: Option<Aside<'a>>,
    /// The state of the copies that the document tells of.
    pub state: Option<(Snapshot, Vec<Copy>)>,
}

impl<'a> Writing<'a> {
    pub fn new(
        transfers: &'a WorkspaceTransfers,
        place: &'a Place,
        conn: &'a Connection,
        rows: Rows,
    ) -> Self {
        Self {
            transfers,
            place,
            conn,
            rows,
            bytes: 0,
            aside: None,
            state: None,
        }
    }

    pub fn document(&mut self, passage: Option<&Passage>) -> Result<Value, TransferFailure> {
        let (conn, owner, id) = (self.conn, &self.place.owner, &self.place.workspace);
        let workspace = workspaces::get(conn, owner, id)?.ok_or(TransferFailure::NotFound)?;
        let mut of_secrets = Vec::new();
        let (mut documents, mut schemas) = (Vec::new(), Vec::new());
        for record in sources::list(conn, owner, id)? {
            let source = record.source.id.clone();
            let waits = record.source.status == SourceStatus::NeedsCredentials;
            let tables = tables::all(conn, owner, id, &source)?;
            self.takes(record.settings.len() + tables.iter().map(size).sum::<usize>())?;
            documents.push(source_document(record, tables)?);
            schemas.extend(self.schema(&source, schemas.len())?);
            if passage.is_some() && !waits {
                of_secrets.push((documents.len() - 1, self.credentials(&source)?));
            }
        }
        let sealed = passage.map(|passage| {
            let all = of_secrets.into_iter();
            let all: Vec<_> = all.map(|(at, secrets)| (&documents[at], secrets)).collect();
            passage.seal(&all)
        });
        let copies = self.copies(&documents)?;
        let projects = projects::list(conn, owner, id)?;
        let summary = Summary {
            total_tables: documents
                .iter()
                .map(|source| source.tables.len() as u64)
                .sum(),
            projects_exported: projects.len() as u64,
            sources_exported: documents.len() as u64,
            schemas_exported: schemas
                .iter()
                .map(|schema| schema.versions.len() as u64)
                .sum(),
            rows_exported: match self.rows {
                Rows::Left => 0,
                Rows::Inside | Rows::Beside => copies.iter().map(|copy| copy.rows).sum(),
            },
        };
        let export = WorkspaceExport {
            format: WORKSPACE.name.to_owned(),
            format_version: WORKSPACE.version,
            program_version: env!("CARGO_PKG_VERSION").to_owned(),
            exported_at: Timestamp::now(),
            workspace: workspace.into(),
            projects: projects.into_iter().map(Into::into).collect(),
            sources: documents,
            schemas,
            copies,
            secrets: sealed.transpose()?,
            checksum: String::new(),
            summary: Some(summary),
            warnings: None,
        };
        let mut document = serde_json::to_value(export)?;
        if let Value::Object(fields) = &mut document {
            let sum = checksum(fields);
            fields.insert("checksum".to_owned(), sum.into());
        }
        Ok(document)
    }

    fn takes(&mut self, bytes: usize) -> Result<(), TransferFailure> {
        self.bytes += bytes;
        if self.bytes > MOST_BYTES {
            return Err(TransferFailure::TooLarge);
        }
        Ok(())
    }

    /// What is known of a source's schema, which is to stand at this place of the document.
    fn schema(
        &mut self,
        source: &SourceId,
        at: usize,
    ) -> Result<Option<SchemaExport>, TransferFailure> {
        let (conn, owner, id) = (self.conn, &self.place.owner, &self.place.workspace);
        let kept = captures::get(conn, owner, id, source, Encoding::Gzip)?;
        let is_kept = kept.is_some();
        let entry = |version| Entry::Schema { at, version };
        let document_gzip = kept.map(|capture| self.put(entry(None), &capture.body));
        let document_gzip = document_gzip.transpose()?.flatten();
        let mut all = Vec::new();
        // The newest first, and so they go aside.
        for version in versions::list(conn, owner, id, source)? {
            let number = version.number;
            let document = versions::document(conn, owner, id, source, number)?;
            let document_gzip = self.put(entry(Some(number)), &document.unwrap_or_default())?;
            all.push(VersionDocument {
                number,
                fingerprint: version.fingerprint,
                captured_at: version.captured_at,
                last_seen_at: version.last_seen_at,
                document_gzip,
            });
        }
        all.reverse();
        Ok((is_kept || !all.is_empty()).then(|| SchemaExport {
            source_id: source.clone(),
            document_gzip,
            versions: all,
        }))
    }

    /// Puts a schema aside, or answers it as it stands in the document.
    fn put(&mut self, entry: Entry, zipped: &[u8]) -> Result<Option<String>, TransferFailure> {
        if let Some(aside) = &mut self.aside {
            aside(entry, zipped)?;
            return Ok(None);
        }
        let text = BASE64.encode(zipped);
        self.takes(text.len())?;
        Ok(Some(text))
    }

    fn credentials(&self, source: &SourceId) -> Result<Credentials, TransferFailure> {
        let place = self.place;
        let sealed = secrets::get(self.conn, &place.owner, &place.workspace, source)?;
        let mut credentials = Credentials::default();
        for (field, sealed) in &sealed {
            let at = secret_place(place, source, field);
            credentials.set(field, self.transfers.vault.open(at, sealed)?);
        }
        Ok(credentials)
    }

    /// The copies of the tables that are shown.
    fn copies(&mut self, sources: &[SourceDocument]) -> Result<Vec<CopyDocument>, TransferFailure> {
        let place = self.place;
        let file = workspaces::known_copies_file(self.conn, &place.owner, &place.workspace)?;
        let copies = file.map(|file| self.transfers.local.existing(&file));
        let Some(copies) = copies.transpose()?.flatten() else {
            return Ok(Vec::new());
        };
        let shown: HashMap<&TableId, &SourceId> = (sources.iter())
            .flat_map(|source| source.tables.iter().map(move |table| (table, &source.id)))
            .filter(|(table, _)| !table.hidden)
            .map(|(table, source)| (&table.id, source))
            .collect();
        let snapshot = copies.snapshot()?;
        let mut known = snapshot.list()?;
        known.retain(|copy| shown.get(&copy.table) == Some(&&copy.source));
        let mut all = Vec::new();
        for copy in &known {
            let data = (self.rows == Rows::Inside).then(|| self.rows(&snapshot, copy));
            let columns = copy_columns(copy);
            all.push(written(
                columns,
                copy.clone(),
                data.transpose()?,
                &snapshot,
            )?);
        }
        self.state = Some((snapshot, known));
        Ok(all)
    }

    fn rows(
        &mut self,
        snapshot: &Snapshot,
        copy: &Copy,
    ) -> Result<Vec<Vec<Value>>, TransferFailure> {
        let mut all = Vec::new();
        snapshot.rows(copy, |cells| {
            let row: Vec<_> = cells.iter().map(|cell| cells::written(*cell)).collect();
            self.takes(row.iter().map(in_memory).sum())?;
            all.push(row);
            Ok::<_, TransferFailure>(())
        })?;
        Ok(all)
    }
}

fn copy_columns(copy: &Copy) -> Vec<RowColumn> {
    let columns = copy.columns.iter().map(|column| RowColumn {
        name: column.source_name.clone(),
        native_type: column.native_type.clone(),
        logical_type: column.logical_type.clone(),
    });
    columns.collect()
}

fn written(
    columns: Vec<RowColumn>,
    copy: Copy,
    data: Option<Vec<Vec<Value>>>,
    snapshot: &Snapshot,
) -> Result<CopyDocument, TransferFailure> {
    let Form {
        strict,
        integer_key,
    } = snapshot.form(&copy)?;
    let key = copy.columns.iter().filter(|c| copy.key.contains(&c.name));
    let synced_at = Timestamp::from_millisecond(copy.synced_at).unwrap_or_default();
    Ok(CopyDocument {
        key: key.map(|column| column.source_name.clone()).collect(),
        table_id: copy.table,
        source_id: copy.source,
        columns,
        strict,
        integer_key,
        rows: copy.rows,
        synced_at,
        cursor: copy.cursor,
        data,
    })
}

/// About what a table takes in a document.
fn size((table, _): &(SourceTable, bool)) -> usize {
    const AROUND: usize = 90;
    AROUND + table.name.len() + table.schema.as_ref().map_or(0, String::len)
}

/// About what a value takes in a document, and no more.
fn in_memory(value: &Value) -> usize {
    match value {
        Value::String(text) => text.len() + 3,
        Value::Object(fields) => fields.values().map(in_memory).sum::<usize>() + 8,
        _ => 2,
    }
}
