//! What other sessions have locked while the catalog is read.

use crate::connectors::postgres::reader::{Reader, Row};
use crate::connectors::postgres::tables::narrowed;
use crate::connectors::postgres::text::array_of;
use crate::connectors::{ConnectorError, Selection};
use crate::schema::Unreadable;

/// Tables whose texts the server cannot print, since for that it opens tables that others have
/// locked (`ALTER TABLE`, `VACUUM FULL`, …). Their columns, types and keys are plain rows.
#[derive(Default)]
pub struct Locked {
    oids: Vec<u32>,
    named: Vec<Unreadable>,
}

impl Locked {
    /// Those of the selected tables that are locked at this moment.
    pub async fn read(reader: &Reader<'_>, selection: &Selection) -> Result<Self, ConnectorError> {
        let mut locked = Self::default();
        let take = |row: Row<'_>| {
            let (schema, name) = (row.text(1)?, row.text(2)?);
            locked.oids.push(row.number(0)?);
            if selection.has_table(Some(schema), name) {
                locked.named.push(Unreadable {
                    name: format!("{schema}.{name}"),
                    why: why(row.flag(3)?),
                });
            }
            Ok(())
        };
        let sql = narrowed(include_str!("../sql/locked.sql"), selection);
        reader.each(&sql, take).await?;
        Ok(locked)
    }

    /// Their object ids, in the text form of an array.
    pub fn array(&self) -> String {
        array_of(&self.oids)
    }

    /// Whether a table is one of them.
    pub fn has(&self, oid: u32) -> bool {
        self.oids.contains(&oid)
    }

    /// What is left out for them.
    pub fn unreadable(self) -> Vec<Unreadable> {
        self.named
    }
}

fn why(itself: bool) -> String {
    let what = if itself {
        "It is locked by another session"
    } else {
        "It refers to a table that is locked by another session"
    };
    format!(
        "{what} (ALTER TABLE, for example), so that its conditions, expressions and selects are those \
         of the last reading, where there was one; refresh when that is done."
    )
}

/// Whether a lock of another session was waited for in vain (SQLSTATE `lock_not_available`).
pub fn is_locked_out(error: &ConnectorError) -> bool {
    error.server_code.as_deref() == Some("55P03")
}
