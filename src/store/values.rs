//! How values of the model stand in columns.

use jiff::Timestamp;
use rusqlite::Row;
use serde_json::{Map, Value};

use super::StoreError;
use crate::model::id::InvalidId;
use crate::model::job::{JobKind, JobState};
use crate::model::source::{SourceStatus, SourceType};
use crate::model::user::TokenKind;
use crate::model::{Role, Scope};

/// Now, as exact as the store keeps it, so that what is answered is what is read again.
#[must_use]
pub fn now() -> Timestamp {
    let now = Timestamp::now();
    Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now)
}

/// A value that reads itself from one text column.
pub(super) trait FromText: Sized {
    const WHAT: &'static str;
    fn from_text(text: &str) -> Option<Self>;
}

/// Reads a text column.
pub(super) fn text<T: FromText>(row: &Row<'_>, column: &str) -> Result<T, StoreError> {
    let text = row.get_ref(column)?;
    (text.as_str().ok())
        .and_then(T::from_text)
        .ok_or(StoreError::Unreadable(T::WHAT))
}

/// Reads a time.
pub(super) fn time(row: &Row<'_>, column: &str) -> Result<Timestamp, StoreError> {
    optional_time(row, column)?.ok_or(StoreError::Unreadable("a time"))
}

/// Reads a time that may be absent.
pub(super) fn optional_time(row: &Row<'_>, column: &str) -> Result<Option<Timestamp>, StoreError> {
    let millis: Option<i64> = row.get(column)?;
    millis
        .map(|millis| {
            Timestamp::from_millisecond(millis).map_err(|_| StoreError::Unreadable("a time"))
        })
        .transpose()
}

/// Reads a count.
pub(super) fn count(row: &Row<'_>, column: &str) -> Result<u64, StoreError> {
    let count: i64 = row.get(column)?;
    Ok(u64::try_from(count).unwrap_or(0))
}

/// Reads a count that may be absent.
pub(super) fn optional_count(row: &Row<'_>, column: &str) -> Result<Option<u64>, StoreError> {
    let count: Option<i64> = row.get(column)?;
    Ok(count.and_then(|count| u64::try_from(count).ok()))
}

/// A count as a column takes it; SQLite knows signed numbers only.
pub(super) fn from_count(count: Option<u64>) -> Option<i64> {
    count.map(|count| i64::try_from(count).unwrap_or(i64::MAX))
}

/// Metadata as a column takes it.
pub(super) fn from_metadata(metadata: &Map<String, Value>) -> String {
    serde_json::to_string(metadata).unwrap_or_else(|_| "{}".to_owned())
}

/// All rows of a query that yields what a row becomes.
pub(super) fn collect<T>(
    mut rows: rusqlite::Rows<'_>,
    read: impl Fn(&Row<'_>) -> Result<T, StoreError>,
) -> Result<Vec<T>, StoreError> {
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        all.push(read(row)?);
    }
    Ok(all)
}

/// The first row of a query, if there is one.
pub(super) fn first<T>(
    mut rows: rusqlite::Rows<'_>,
    read: impl Fn(&Row<'_>) -> Result<T, StoreError>,
) -> Result<Option<T>, StoreError> {
    rows.next()?.map(read).transpose()
}

impl FromText for Map<String, Value> {
    const WHAT: &'static str = "metadata";
    fn from_text(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }
}

macro_rules! from_text_of_id {
    ($($name:ident),*) => {$(
        impl FromText for crate::model::$name {
            const WHAT: &'static str = "an id";
            fn from_text(text: &str) -> Option<Self> {
                let parsed: Result<Self, InvalidId> = Self::parse(text);
                parsed.ok()
            }
        }
    )*};
}
from_text_of_id!(
    JobId,
    OrganizationId,
    ProjectId,
    SourceId,
    TableId,
    TokenId,
    UserId,
    WorkspaceId
);

/// Each of a closed set of words, as the model itself writes it.
macro_rules! from_text_of_words {
    ($($name:ty, $what:literal, $values:expr;)*) => {$(
        impl FromText for $name {
            const WHAT: &'static str = $what;
            fn from_text(text: &str) -> Option<Self> {
                $values.into_iter().find(|value| value.as_str() == text)
            }
        }
    )*};
}
from_text_of_words! {
    Scope, "a scope", [Scope::User, Scope::Organization];
    Role, "a role", [Role::Viewer, Role::Editor, Role::Admin];
    TokenKind, "a kind of token", [TokenKind::Login, TokenKind::Api];
    SourceType, "a type of source", [SourceType::Database, SourceType::Api, SourceType::File];
    JobKind, "a kind of job", JobKind::ALL;
    JobState, "a state", JobState::ALL;
    SourceStatus, "a status",
        [SourceStatus::Connected, SourceStatus::Unreachable, SourceStatus::NeedsCredentials];
}
