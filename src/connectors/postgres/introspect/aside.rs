//! A second connection for large catalogs: each is answered on one of the server's processors.

use std::time::Duration;

use crate::connectors::ConnectorError;
use crate::connectors::postgres::login::Connected;
use crate::connectors::postgres::reader::{Pace, Reader, SearchPath};
use crate::connectors::postgres::text::literal;

/// A connection beside the one whose snapshot has this name.
pub struct Aside {
    connected: Connected,
    snapshot: String,
}

impl Aside {
    /// The name of the reader's snapshot, where the catalog is large.
    pub async fn wanted(
        own: &Connected,
        reader: &Reader<'_>,
    ) -> Result<Option<String>, ConnectorError> {
        // One that is in a snapshot already exports that alone, at its beginning.
        if reader.goes_on() || own.is_in_snapshot() {
            return Ok(None);
        }
        let sql = include_str!("../sql/large.sql");
        let names = reader.all(sql, |row| Ok(row.text(0)?.to_owned())).await?;
        Ok(names.into_iter().next())
    }

    /// Opens one, where the login may have two.
    pub async fn open(own: &Connected, snapshot: String) -> Option<Self> {
        let connected = own.another().await.ok()?;
        Some(Self {
            connected,
            snapshot,
        })
    }

    /// Reads in the same snapshot, and passes by the same.
    pub async fn reader(
        &self,
        lock: Duration,
        beside: &Reader<'_>,
    ) -> Result<Reader<'_>, ConnectorError> {
        let reader = self
            .connected
            .read_past(
                SearchPath::Default,
                Pace::AtOnce,
                lock,
                beside.locked().to_owned(),
            )
            .await?;
        // Nothing may have been asked before.
        let join = format!("SET TRANSACTION SNAPSHOT {}", literal(&self.snapshot));
        reader.each(&join, |_| Ok(())).await?;
        reader.each(SearchPath::EMPTY, |_| Ok(())).await?;
        Ok(reader)
    }

    /// Says goodbye.
    pub async fn close(self) {
        self.connected.close().await;
    }
}
