//! A second connection for large catalogs: each is answered on one of the server's processors.

use crate::connectors::postgres::login::Connected;
use crate::connectors::postgres::reader::{Pace, Reader, SearchPath};
use crate::connectors::postgres::text::literal;
use crate::connectors::{ConnectorError, limits};

/// A connection beside the one whose snapshot has this name.
pub struct Aside {
    connected: Connected,
    snapshot: String,
}

impl Aside {
    /// Opens one where the catalog is large, and where the login may have two.
    pub async fn open(
        own: &Connected,
        reader: &Reader<'_>,
    ) -> Result<Option<Self>, ConnectorError> {
        // One that is in a snapshot already exports that alone, at its beginning.
        if reader.goes_on() || own.is_in_snapshot() {
            return Ok(None);
        }
        let sql = include_str!("../sql/large.sql");
        let names = reader.all(sql, |row| Ok(row.text(0)?.to_owned())).await?;
        let Some(snapshot) = names.into_iter().next() else {
            return Ok(None);
        };
        let another = own.another().await.ok();
        Ok(another.map(|connected| Self {
            connected,
            snapshot,
        }))
    }

    /// Reads in the same snapshot.
    pub async fn reader(&self) -> Result<Reader<'_>, ConnectorError> {
        let reader = self
            .connected
            .read(SearchPath::Default, Pace::AtOnce, limits::INTROSPECT)
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
