//! Versions of a source's schema.

use jiff::Timestamp;
use serde::Serialize;

/// A version of a source's schema: a reading that differs from the one before it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct SchemaVersion {
    /// Its number, from 1 for each source. The oldest are let go of where there are many.
    #[serde(rename = "version")]
    pub number: u32,
    /// Tells one content from another.
    pub fingerprint: String,
    /// When it was first read.
    #[schema(value_type = String)]
    pub captured_at: Timestamp,
    /// When it was last found unchanged.
    #[schema(value_type = String)]
    pub last_seen_at: Timestamp,
    /// How many tables it has.
    pub table_count: u64,
    /// How many columns they have.
    pub column_count: u64,
    /// The server's product, when it was first read.
    pub server_product: String,
    /// The server's version, when it was first read.
    pub server_version: String,
}
