//! What can be refused around accounts.

use crate::auth::password::{PasswordError, WeakPassword};
use crate::auth::permission::Denied;
use crate::auth::throttle::Throttled;
use crate::auth::token::TokenError;
use crate::model::name::InvalidName;
use crate::store::StoreError;

/// Why something around accounts was refused.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    /// Unknown user, wrong password, disabled user, a name that several organizations have: one
    /// answer for all, that tells nothing.
    #[error("the user name or the password is wrong")]
    Credentials,
    /// Too many attempts.
    #[error(transparent)]
    Throttled(#[from] Throttled),
    /// Too many are being hashed; or the hashing failed.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// The token does not count: malformed, forged, expired, revoked, or its user is disabled.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// The caller's role does not go that far.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// A new password that is not taken.
    #[error(transparent)]
    WeakPassword(#[from] WeakPassword),
    /// A name of a user or an organization that is none.
    #[error("{field}: {cause}")]
    Name {
        /// The field of the request.
        field: &'static str,
        /// Why.
        cause: InvalidName,
    },
    /// A token's name that is too long, or would disturb a terminal.
    #[error("the name of a token has at most 100 characters and no control characters")]
    TokenName,
    /// A lifetime beyond what this caller may ask for.
    #[error("a token lives from 1 minute to {most_minutes} minutes{}", if *.admin_may { "; an admin may make one that lives longer" } else { "" })]
    Lifetime {
        /// The longest.
        most_minutes: u64,
        /// Whether an admin may make it longer.
        admin_may: bool,
    },
    /// The name is taken in the organization.
    #[error("the organization has a user of this name")]
    NameTaken,
    /// There is no such thing for this caller.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// An admin would shut themselves out.
    #[error("you cannot disable yourself; ask another admin")]
    Yourself,
    /// A password of one's own is changed by whoever knows the present one.
    #[error(
        "your own password is changed by /auth/change-password, which asks for the present one"
    )]
    OwnPassword,
    /// Nobody would be left to rule the organization.
    #[error("this is the last admin of the organization")]
    LastAdmin,
    /// The set-up link was used, is too old, or never was.
    #[error("the set-up link is not valid any more; restart the program to get a new one")]
    SetupLink,
    /// The system gave no random bytes.
    #[error("the system gave no random bytes")]
    NoRandomness,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The kinds of [`AccountError`], for those who map them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AccountErrorKind {
    /// Who calls is not known.
    Unauthenticated,
    /// Who calls may not do this.
    Denied,
    /// Too many attempts; [`AccountError::retry_after`] tells when to try again.
    Throttled,
    /// Too much at once; try again.
    Busy,
    /// The request is wrong.
    Invalid,
    /// There is no such thing.
    NotFound,
    /// It is taken.
    Conflict,
    /// The store or the program failed.
    Internal,
}

impl AccountError {
    /// What kind it is.
    #[must_use]
    pub fn kind(&self) -> AccountErrorKind {
        use AccountErrorKind as Kind;
        match self {
            Self::Credentials
            | Self::Token(TokenError::Invalid | TokenError::Expired)
            | Self::SetupLink => Kind::Unauthenticated,
            Self::Throttled(_) => Kind::Throttled,
            Self::Password(PasswordError::Busy) | Self::Store(StoreError::Busy) => Kind::Busy,
            Self::Denied(_) => Kind::Denied,
            Self::WeakPassword(_)
            | Self::Name { .. }
            | Self::TokenName
            | Self::Lifetime { .. }
            | Self::Yourself
            | Self::OwnPassword => Kind::Invalid,
            Self::NameTaken | Self::LastAdmin => Kind::Conflict,
            Self::NotFound(_) => Kind::NotFound,
            Self::Password(PasswordError::Failed)
            | Self::Token(TokenError::NotSigned)
            | Self::NoRandomness
            | Self::Store(_) => Kind::Internal,
        }
    }

    /// When to try again, where that is known.
    #[must_use]
    pub fn retry_after(&self) -> Option<std::time::Duration> {
        match self {
            Self::Throttled(throttled) => Some(throttled.retry_after),
            _ if self.kind() == AccountErrorKind::Busy => Some(std::time::Duration::from_secs(2)),
            _ => None,
        }
    }
}
