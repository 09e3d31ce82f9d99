//! Users and their tokens.

use jiff::Timestamp;
use serde::Serialize;

use super::{OrganizationId, Role, TokenId, UserId};

/// A user as others see it: no hash, no secret.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct User {
    /// The id.
    pub id: UserId,
    /// The name, unique within the organization.
    pub name: String,
    /// The organization's id.
    #[serde(skip)]
    pub organization_id: OrganizationId,
    /// The organization's name.
    pub organization: String,
    /// What the user may do in the organization's scope.
    pub role: Role,
    /// Whether logins and tokens of this user are refused.
    pub disabled: bool,
    /// When the user was added.
    #[schema(value_type = String)]
    pub created_at: Timestamp,
}

/// How a token came to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TokenKind {
    /// By a login.
    Login,
    /// Issued by name, for programs.
    Api,
}

impl TokenKind {
    /// As it stands in answers.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Login => "login",
            Self::Api => "api",
        }
    }
}

/// A token as it is listed: never the token itself.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct TokenInfo {
    /// The id, `jti` in the token.
    #[serde(rename = "jti")]
    pub id: TokenId,
    /// What its maker called it.
    pub name: String,
    /// How it came to be.
    pub kind: TokenKind,
    /// When it was made.
    #[schema(value_type = String)]
    pub created_at: Timestamp,
    /// When it ends; absent where an admin issued it without end.
    #[schema(value_type = Option<String>)]
    pub expires_at: Option<Timestamp>,
    /// When it was revoked, if it was.
    #[schema(value_type = Option<String>)]
    pub revoked_at: Option<Timestamp>,
}
