//! Another name for a source. All else of it stays: its id, its tables, what was read and copied of it.

use crate::model::SourceId;
use crate::model::source::Source;
use crate::store::{StoreError, sources};

use super::schema::Render;
use super::{Place, SourceError, Sources, capture};

impl Sources {
    /// Gives a source another name. Versions of its schema keep the name that it had when they were read.
    pub async fn rename(
        &self,
        place: &Place,
        id: &SourceId,
        name: &str,
        render: Render,
    ) -> Result<Source, SourceError> {
        let (of, id, name) = (place.clone(), id.clone(), name.to_owned());
        self.store
            .write(move |tx| -> Result<_, SourceError> {
                let Place {
                    owner, workspace, ..
                } = &of;
                let found = sources::get(tx, owner, workspace, &id)?;
                let missing = || SourceError::NotFound("source");
                let before = found.ok_or_else(missing)?;
                if before.source.name == name {
                    return Ok(before.source);
                }
                match sources::rename(tx, owner, workspace, &id, &name) {
                    Err(StoreError::Taken) => return Err(SourceError::NameTaken),
                    renamed => renamed?,
                };
                capture::rename(tx, &of, &id, &name, render)?;
                let renamed = sources::get(tx, owner, workspace, &id)?;
                Ok(renamed.ok_or_else(missing)?.source)
            })
            .await
    }
}
