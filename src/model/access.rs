//! Who asks, and whose things are meant.

use serde::{Deserialize, Serialize};

use super::{OrganizationId, TokenId, UserId};

/// Whose things a call is about.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// The caller's own.
    #[default]
    User,
    /// Shared by the caller's organization.
    Organization,
}

impl Scope {
    /// As it stands in requests and answers.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Organization => "organization",
        }
    }
}

/// What a user may do in the organization's scope. Ordered: each role may do what those before it may.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    utoipa::ToSchema,
    clap::ValueEnum,
)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Reads the organization's scope.
    Viewer,
    /// Writes the organization's scope.
    Editor,
    /// All of the organization, and its users.
    Admin,
}

impl Role {
    /// As it stands in requests and answers.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Editor => "editor",
            Self::Admin => "admin",
        }
    }
}

/// The authenticated caller of one request.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The user.
    pub user_id: UserId,
    /// The user's name, unique within the organization.
    pub user_name: String,
    /// The user's organization.
    pub organization_id: OrganizationId,
    /// The organization's name.
    pub organization_name: String,
    /// What the user may do in the organization's scope.
    pub role: Role,
    /// The token that the request came with.
    pub token_id: TokenId,
}

/// Whose rows a store function may touch. Made from a caller and a scope by `auth::permission`
/// alone; every store function on owned things takes one and has it in its SQL.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Owner {
    /// One user.
    User(UserId),
    /// One organization.
    Organization(OrganizationId),
}

impl Owner {
    /// The scope that the owner stands for.
    #[must_use]
    pub fn scope(&self) -> Scope {
        match self {
            Self::User(_) => Scope::User,
            Self::Organization(_) => Scope::Organization,
        }
    }

    /// The owner's id as text, as the store keeps it beside the scope.
    #[must_use]
    pub fn id(&self) -> &str {
        match self {
            Self::User(id) => id.as_str(),
            Self::Organization(id) => id.as_str(),
        }
    }
}
