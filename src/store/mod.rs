//! Floor 1: the control data in an embedded SQLite file. The only place that knows its SQL.
//!
//! One file a resource, plain functions on a connection (to read) or a transaction (to write), so
//! that a service can put several of them into one transaction. Each function on owned things takes
//! the [`Owner`](crate::model::Owner) and has it in its SQL. No rules of the product stand here.

mod before;
pub mod captures;
mod connection;
mod error;
pub mod jobs;
mod migrations;
mod owned;
pub mod projects;
pub mod search;
pub mod secrets;
pub mod setup_links;
pub mod sources;
pub mod tables;
#[cfg(test)]
mod tests;
pub mod tokens;
pub mod users;
mod values;
pub mod versions;
pub mod workspaces;

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::{Mutex, Semaphore};
use tokio::task::spawn_blocking;

use crate::private_file;

pub use error::StoreError;
pub use rusqlite::{Connection, Transaction};
pub use values::now;

/// The store's file in the data folder.
pub const FILE_NAME: &str = "headwater.sqlite";

/// Readers at once. SQLite answers from memory in microseconds; more would only cost memory.
const READERS: u32 = 4;

/// How long opening a connection goes on trying.
const PATIENCE: Duration = Duration::from_secs(5);

/// The store: many readers, one writer. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    readers: r2d2::Pool<connection::Readers>,
    /// As many permits as the pool has connections: who waits, waits here and not on a thread.
    read_permits: Arc<Semaphore>,
    writer: Arc<Mutex<Connection>>,
}

impl Store {
    /// Opens the store in a data folder, makes what is missing, and brings it to this version.
    ///
    /// # Errors
    /// Where the folder cannot be used, the file is damaged, or a newer program wrote it.
    pub fn open(data_dir: &Path) -> Result<Self, StoreError> {
        let path = data_dir.join(FILE_NAME);
        private_file::make_folder(data_dir)
            .and_then(|()| private_file::touch(&path))
            .map_err(|cause| StoreError::Folder {
                path: data_dir.to_owned(),
                cause,
            })?;
        let writer = open_writer(&path)?;
        let readers = r2d2::Pool::builder()
            .max_size(READERS)
            .min_idle(Some(0))
            .idle_timeout(Some(Duration::from_mins(1)))
            .connection_timeout(PATIENCE)
            .test_on_check_out(false)
            .error_handler(Box::new(r2d2::NopErrorHandler))
            .build_unchecked(connection::Readers::new(path));
        Ok(Self {
            inner: Arc::new(Inner {
                readers,
                read_permits: Arc::new(Semaphore::new(READERS as usize)),
                writer: Arc::new(Mutex::new(writer)),
            }),
        })
    }

    /// Reads on a blocking thread. All statements of the closure see one state of the store.
    pub async fn read<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: FnOnce(&Connection) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let permit = Arc::clone(&self.inner.read_permits)
            .acquire_owned()
            .await
            .map_err(|_| StoreError::Stopped)?;
        let store = self.clone();
        spawn_blocking(move || {
            let _permit = permit;
            store.read_blocking(work)
        })
        .await
        .unwrap_or_else(|_| Err(StoreError::Stopped.into()))
    }

    /// Writes on a blocking thread, in one transaction: it is committed where the closure answers
    /// `Ok`, else nothing of it stays. Writes of this process wait for each other here, those of
    /// other processes in SQLite.
    ///
    /// The work is done to its end once begun, even where nobody waits for it any more.
    pub async fn write<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: FnOnce(&Transaction<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let mut writer = Arc::clone(&self.inner.writer).lock_owned().await;
        spawn_blocking(move || in_transaction(&mut writer, work))
            .await
            .unwrap_or_else(|_| Err(StoreError::Stopped.into()))
    }

    /// Does what [`write`](Self::write) would do and takes all of it back, whatever comes out: for
    /// answering what would be done.
    pub async fn rehearse<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: FnOnce(&Transaction<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let mut writer = Arc::clone(&self.inner.writer).lock_owned().await;
        spawn_blocking(move || {
            let tx = writer.transaction().map_err(StoreError::from)?;
            work(&tx)
        })
        .await
        .unwrap_or_else(|_| Err(StoreError::Stopped.into()))
    }

    /// The same on this thread. Not to be called from an async task.
    pub fn rehearse_blocking<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: FnOnce(&Transaction<'_>) -> Result<T, E>,
        E: From<StoreError>,
    {
        let mut writer = self.inner.writer.blocking_lock();
        let tx = writer.transaction().map_err(StoreError::from)?;
        work(&tx)
    }

    /// Reads on this thread.
    pub fn read_blocking<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: FnOnce(&Connection) -> Result<T, E>,
        E: From<StoreError>,
    {
        let conn = (self.inner.readers.get())
            .map_err(|error| StoreError::NoConnection(error.to_string()))?;
        // Dropped at the end, which rolls back; there is nothing to commit.
        let snapshot = conn.unchecked_transaction().map_err(StoreError::from)?;
        work(&snapshot)
    }

    /// Writes on this thread. Not to be called from an async task.
    pub fn write_blocking<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: FnOnce(&Transaction<'_>) -> Result<T, E>,
        E: From<StoreError>,
    {
        in_transaction(&mut self.inner.writer.blocking_lock(), work)
    }
}

/// The version of a store that may be of another program's, and the newest that this one knows.
pub fn versions(conn: &Connection) -> Result<(usize, usize), StoreError> {
    migrations::versions(conn)
}

/// Opens the writing connection and brings the store to this version. Where other programs open or
/// close the same file at this moment SQLite refuses some steps at once, without waiting (the switch
/// to WAL, the removal of the log by the last to close): those are tried again.
fn open_writer(path: &Path) -> Result<Connection, StoreError> {
    let until = Instant::now() + PATIENCE;
    loop {
        let opened = connection::open_writer(path)
            .map_err(StoreError::from)
            .and_then(|mut writer| {
                before::keep(path)?;
                migrations::run(&mut writer).map(|()| writer)
            });
        match opened {
            Err(StoreError::Busy) if Instant::now() < until => {
                std::thread::sleep(Duration::from_millis(20));
            }
            opened => return opened,
        }
    }
}

fn in_transaction<T, E, F>(conn: &mut Connection, work: F) -> Result<T, E>
where
    F: FnOnce(&Transaction<'_>) -> Result<T, E>,
    E: From<StoreError>,
{
    // The migrations have set the connection to begin immediately: a transaction that begins by
    // reading and then finds another process writing would have to be done again.
    let tx = conn.transaction().map_err(StoreError::from)?;
    let answer = work(&tx)?;
    tx.commit().map_err(StoreError::from)?;
    Ok(answer)
}
