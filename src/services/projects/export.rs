//! A project as a document.

use jiff::Timestamp;
use serde_json::Value;

use super::{ProjectError, Projects};
use crate::model::ProjectId;
use crate::services::sources::Place;
use crate::services::transfer::{PROJECT, ProjectExport, Summary, checksum, source_document};
use crate::store::{projects, sources, tables};

impl Projects {
    /// Writes a project and its sources as a document, without secrets.
    pub async fn export(&self, place: &Place, id: ProjectId) -> Result<Value, ProjectError> {
        let place = place.clone();
        self.store
            .read(move |conn| {
                let Place {
                    owner, workspace, ..
                } = &place;
                let project = projects::get(conn, owner, workspace, &id)?
                    .ok_or(ProjectError::NotFound("project"))?;
                let mut documents = Vec::new();
                for source in &project.source_ids {
                    let tables = tables::list(conn, owner, workspace, source)?;
                    if let Some(record) = sources::get(conn, owner, workspace, source)? {
                        documents.push(source_document(record, tables)?);
                    }
                }
                let tables = documents.iter().map(|source| source.tables.len() as u64);
                let summary = Summary {
                    total_sources: documents.len() as u64,
                    total_tables: tables.sum(),
                };
                let export = ProjectExport {
                    format: PROJECT.name.to_owned(),
                    format_version: PROJECT.version,
                    program_version: env!("CARGO_PKG_VERSION").to_owned(),
                    exported_at: Timestamp::now(),
                    project: project.into(),
                    sources: documents,
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
            })
            .await
    }
}
