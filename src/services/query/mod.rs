//! Looking at rows: the first of a table, and what a statement answers, at the source or in the
//! workspace's own store.

mod collect;
mod local;
mod named;
mod preview;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::sources::{Place, SourceError, Sources, scrubbed};
use crate::connectors::read::Statement;
use crate::connectors::{ConnectorError, QueryRead, Trace};
use crate::local::{Local, LocalError};
use crate::model::SourceId;
use crate::store::{Store, StoreError, sources};

pub use collect::Rows;
pub use preview::{PreviewRequest, Side};

/// Statements on one source at once.
const AT_ONCE: usize = 2;
/// How long one waits for its turn.
const PATIENCE: Duration = Duration::from_secs(10);

/// Rows of all workspaces. Cheap to clone.
#[derive(Clone)]
pub struct Queries {
    store: Store,
    sources: Sources,
    local: Local,
    turns: Arc<Mutex<HashMap<SourceId, Arc<Semaphore>>>>,
}

/// A statement, and how much may come of it.
#[derive(Debug, Clone)]
pub struct QueryRequest {
    /// A source's id, or `local` for the workspace's own store.
    pub source_id: String,
    /// The statement.
    pub statement: Statement,
    /// The most rows.
    pub limit: u64,
    /// How long it may take.
    pub timeout: Duration,
}

/// Why there are no rows.
#[derive(Debug, thiserror::Error)]
pub enum QueryError {
    /// There is no such thing, or it is not the caller's.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// A table or column that the request names is not there.
    #[error("{message}")]
    Unknown {
        /// The field of the request.
        field: String,
        /// What is not there, in a sentence.
        message: String,
        /// What to do, in a sentence.
        hint: String,
    },
    /// Too many statements wait for the source.
    #[error("too many statements on this source")]
    Busy,
    /// A source cannot be worked with.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// The copies cannot be worked with.
    #[error(transparent)]
    Local(#[from] LocalError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<ConnectorError> for QueryError {
    fn from(error: ConnectorError) -> Self {
        Self::Source(error.into())
    }
}

impl Queries {
    /// Rows of `sources`, and of their copies in `local`.
    #[must_use]
    pub fn new(store: Store, sources: Sources, local: Local) -> Self {
        Self {
            store,
            sources,
            local,
            turns: Arc::default(),
        }
    }

    /// Runs a statement that only reads.
    pub async fn query(&self, place: &Place, request: QueryRequest) -> Result<Rows, QueryError> {
        if request.source_id == "local" {
            return self.query_local(place, request).await;
        }
        let id = SourceId::parse(&request.source_id).map_err(|_| QueryError::NotFound("source"))?;
        let (of, wanted) = (place.clone(), id.clone());
        let record = self
            .store
            .read(move |conn| sources::get(conn, &of.owner, &of.workspace, &wanted))
            .await?
            .ok_or(QueryError::NotFound("source"))?;
        let _turn = self.turn(&id).await?;
        let target = self.sources.target(place, &record).await?;
        let mut session = self.sources.session(&target, &Trace::default()).await?;
        let asked = QueryRead {
            statement: request.statement,
            limit: request.limit,
            timeout: request.timeout,
        };
        let rows = collect::answered(session.as_mut(), &asked).await;
        session.close().await;
        Ok(rows.map_err(|error| scrubbed(error, &target.credentials))?)
    }

    /// Waits for a turn on a source.
    async fn turn(&self, id: &SourceId) -> Result<OwnedSemaphorePermit, QueryError> {
        let turns = {
            let mut all = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
            // Those that nobody holds are as good as new ones.
            all.retain(|_, turns| {
                turns.available_permits() < AT_ONCE || Arc::strong_count(turns) > 1
            });
            let new = || Arc::new(Semaphore::new(AT_ONCE));
            Arc::clone(all.entry(id.clone()).or_insert_with(new))
        };
        let turn = tokio::time::timeout(PATIENCE, turns.acquire_owned()).await;
        turn.map_err(|_| QueryError::Busy)?
            .map_err(|_| QueryError::Busy)
    }
}
