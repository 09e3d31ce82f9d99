//! Identifiers: a prefix that tells what is named, and a UUID v7 that sorts by time of making.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Why a text is not an identifier.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("an id is 1 to 128 letters, digits, '_', '-' or '.'; this is none")]
pub struct InvalidId;

fn is_id(text: &str) -> bool {
    (1..=128).contains(&text.len())
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.'))
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
        #[serde(try_from = "String", into = "String")]
        #[schema(value_type = String)]
        pub struct $name(String);

        impl $name {
            /// A new identifier that nobody has.
            #[must_use]
            pub fn generate() -> Self {
                Self(format!(concat!($prefix, "_{}"), uuid::Uuid::now_v7().simple()))
            }

            /// Takes an identifier as a caller wrote it.
            ///
            /// # Errors
            /// [`InvalidId`] where it has other characters than an identifier may have.
            pub fn parse(text: &str) -> Result<Self, InvalidId> {
                if is_id(text) { Ok(Self(text.to_owned())) } else { Err(InvalidId) }
            }

            /// The identifier as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidId;
            fn try_from(text: String) -> Result<Self, InvalidId> {
                Self::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.0
            }
        }
    };
}

id!(
    /// An organization.
    OrganizationId, "org");
id!(
    /// A user.
    UserId, "user");
id!(
    /// A workspace. Unique within its owner; a caller may choose it.
    WorkspaceId, "ws");
id!(
    /// A project: sources put together. Unique within its workspace; a caller may choose it.
    ProjectId, "proj");
id!(
    /// A source: one connection.
    SourceId, "source");
id!(
    /// A table of a source.
    TableId, "tbl");
id!(
    /// A job: work that goes on by itself.
    JobId, "job");
id!(
    /// A token (`jti`, RFC 7519 §4.1.7).
    TokenId, "tok");

/// A workspace as a caller names it in a path or body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WorkspaceRef {
    /// The owner's default workspace, made on first use: `default`, the literal `workspace_id`
    /// that the published examples leave in their paths, or no workspace in the path at all.
    Default,
    /// A workspace by its id.
    Id(WorkspaceId),
}

impl WorkspaceRef {
    /// Takes the path segment.
    ///
    /// # Errors
    /// [`InvalidId`] where it cannot be an id.
    pub fn parse(text: &str) -> Result<Self, InvalidId> {
        match text {
            "default" | "workspace_id" => Ok(Self::Default),
            other => WorkspaceId::parse(other).map(Self::Id),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_generated_id_parses_and_carries_its_prefix() {
        let id = WorkspaceId::generate();
        assert!(id.as_str().starts_with("ws_"));
        assert_eq!(WorkspaceId::parse(id.as_str()), Ok(id));
    }

    #[test]
    fn an_id_with_other_characters_is_refused() {
        for text in ["", "a b", "a/b", "ä", "a\0", &"x".repeat(129)] {
            assert_eq!(SourceId::parse(text), Err(InvalidId), "{text:?}");
        }
    }

    #[test]
    fn both_names_of_the_default_workspace_mean_it() {
        for text in ["default", "workspace_id"] {
            assert_eq!(WorkspaceRef::parse(text), Ok(WorkspaceRef::Default));
        }
    }
}
