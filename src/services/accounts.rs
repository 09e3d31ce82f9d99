//! Accounts: logging in, telling who calls, tokens, users.

mod error;
mod login;
#[cfg(test)]
mod tests;
mod tokens;
mod users;

use secrecy::SecretString;

use crate::auth::password::Passwords;
use crate::auth::throttle::LoginThrottle;
use crate::auth::token::TokenKeys;
use crate::model::user::{TokenInfo, User};
use crate::store::Store;
pub use crate::store::users::ListedUser;

pub use error::{AccountError, AccountErrorKind};
pub use login::{Login, PasswordChange};
pub(super) use tokens::LOGIN_MINUTES;
pub use tokens::{Lifetime, NewToken};
pub use users::{Authority, NewUser, UserName};

/// The use cases of accounts. Cheap to clone; clones share the throttle and the bound on hashing.
#[derive(Debug, Clone)]
pub struct Accounts {
    pub(super) store: Store,
    keys: TokenKeys,
    passwords: Passwords,
    pub(super) throttle: LoginThrottle,
}

/// A token just made: the only time that it is seen.
#[derive(Debug)]
pub struct Issued {
    /// The token itself.
    pub token: SecretString,
    /// What is kept of it.
    pub info: TokenInfo,
    /// Whose it is.
    pub user: User,
}

impl Accounts {
    /// The use cases over a store, with the keys that sign tokens.
    #[must_use]
    pub fn new(store: Store, keys: TokenKeys) -> Self {
        Self {
            store,
            keys,
            passwords: Passwords::default(),
            throttle: LoginThrottle::default(),
        }
    }

    /// What hashes passwords, for others that do the like: all of them take turns.
    #[must_use]
    pub fn passwords(&self) -> &Passwords {
        &self.passwords
    }
}
