//! The one-time set-up token of the first start. Only its hash is kept.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Transaction};

use super::{StoreError, now};

/// Keeps the hash of a new set-up token in place of the last one.
pub fn replace(tx: &Transaction<'_>, hash: &[u8], expires_at: Timestamp) -> Result<(), StoreError> {
    tx.execute(
        "INSERT OR REPLACE INTO setup_link (one, hash, expires_at) VALUES (1, ?1, ?2)",
        rusqlite::params![hash, expires_at.as_millisecond()],
    )?;
    Ok(())
}

/// Whether it is the set-up token, and in time.
pub fn is_valid(conn: &Connection, hash: &[u8]) -> Result<bool, StoreError> {
    Ok(conn
        .query_row(
            "SELECT 1 FROM setup_link WHERE hash = ?1 AND expires_at > ?2",
            rusqlite::params![hash, now().as_millisecond()],
            |_| Ok(()),
        )
        .optional()?
        .is_some())
}

/// Uses a set-up token up. Answers whether it was the one, and in time.
pub fn take(tx: &Transaction<'_>, hash: &[u8]) -> Result<bool, StoreError> {
    let taken = tx.execute(
        "DELETE FROM setup_link WHERE hash = ?1 AND expires_at > ?2",
        rusqlite::params![hash, now().as_millisecond()],
    )?;
    Ok(taken > 0)
}

/// Forgets the set-up token: there is a user now.
pub fn clear(tx: &Transaction<'_>) -> Result<(), StoreError> {
    tx.execute("DELETE FROM setup_link", [])?;
    Ok(())
}
