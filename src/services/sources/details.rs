//! All of one source that may be shown: what its form begins with, and what goes with it.

use serde::Serialize;
use tokio::task::spawn_blocking;

use crate::connectors::Settings;
use crate::local::Copy;
use crate::model::SourceId;
use crate::model::source::Source;
use crate::store::{StoreError, secrets, sources, workspaces};

use super::{Place, SourceError, Sources};

/// A source with its settings. It never carries a secret, but says which there are.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct SourceDetails {
    /// The source.
    #[serde(flatten)]
    pub source: Source,
    /// The product, as the server told it.
    pub server_product: Option<String>,
    /// The version, as the server told it.
    pub server_version: Option<String>,
    /// Where it is and what of it is wanted.
    #[schema(value_type = Object)]
    pub settings: Settings,
    /// The secrets that are kept: `password`, `client_key`, `api_key`, `headers`.
    pub secrets: Vec<String>,
    /// How many of its tables are copied.
    pub copied_tables: u64,
    /// How many rows those copies have.
    pub copied_rows: u64,
}

impl Sources {
    /// One source with its settings.
    pub async fn details(
        &self,
        place: &Place,
        id: &SourceId,
    ) -> Result<SourceDetails, SourceError> {
        let (of, wanted) = (place.clone(), id.clone());
        let read = self.store.read(move |conn| -> Result<_, SourceError> {
            let Place {
                owner, workspace, ..
            } = &of;
            let record = sources::get(conn, owner, workspace, &wanted)?
                .ok_or(SourceError::NotFound("source"))?;
            let secrets = secrets::get(conn, owner, workspace, &wanted)?;
            let file = workspaces::known_copies_file(conn, owner, workspace)?;
            Ok((record, secrets.into_keys().collect(), file))
        });
        let (record, secrets, file) = read.await?;
        let copies = match file {
            Some(file) => self.copies_of(file, id).await?,
            None => Vec::new(),
        };
        Ok(SourceDetails {
            settings: serde_json::from_str(&record.settings)?,
            source: record.source,
            server_product: record.server_product,
            server_version: record.server_version,
            secrets,
            copied_tables: copies.len() as u64,
            copied_rows: copies.iter().map(|copy| copy.rows).sum(),
        })
    }

    async fn copies_of(&self, file: String, id: &SourceId) -> Result<Vec<Copy>, SourceError> {
        let (local, id) = (self.local.clone(), id.clone());
        let listed = spawn_blocking(move || match local.existing(&file)? {
            Some(copies) => copies.list(),
            None => Ok(Vec::new()),
        });
        let mut all = listed.await.map_err(|_| StoreError::Stopped)??;
        all.retain(|copy| copy.source == id);
        Ok(all)
    }
}
