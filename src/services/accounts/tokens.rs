//! Tokens: issuing, listing, revoking.

use jiff::{SignedDuration, Timestamp};

use super::{AccountError, Accounts, Authority, Issued, UserName};
use crate::auth::token::{Claims, TokenError};
use crate::model::user::{TokenInfo, TokenKind};
use crate::model::{Caller, Role, TokenId, UserId};
use crate::store::tokens::RevokedBy;
use crate::store::{tokens, users};

const DAY: u64 = 24 * 60;
/// The life of a token from a login.
pub(in crate::services) const LOGIN_MINUTES: u64 = DAY / 2;
/// The life of an API token, where nothing else is asked for.
const API_MINUTES: u64 = 90 * DAY;
/// The longest life that a user may ask for.
const USER_MINUTES: u64 = 365 * DAY;
/// The longest life that an admin may ask for, short of none at all.
const ADMIN_MINUTES: u64 = 100 * 365 * DAY;

/// How long a token is to live.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Lifetime {
    /// 90 days.
    #[default]
    Standard,
    /// So many minutes.
    Minutes(u64),
    /// Without end; for admins and the operator.
    Endless,
}

/// A token to be issued.
#[derive(Debug, Clone, Default)]
pub struct NewToken {
    /// What its maker calls it.
    pub name: String,
    /// How long it is to live.
    pub lifetime: Lifetime,
}

impl Accounts {
    /// Issues an API token for the caller.
    pub async fn issue_token(
        &self,
        caller: &Caller,
        new: NewToken,
    ) -> Result<Issued, AccountError> {
        let expires_at = end_of(new.lifetime, caller.role)?;
        let name = token_name(&new.name)?;
        self.issue(caller.user_id.clone(), name, TokenKind::Api, expires_at)
            .await
    }

    /// Issues an API token for a user, at the command line.
    pub async fn issue_token_for(
        &self,
        user: &UserName,
        new: NewToken,
    ) -> Result<Issued, AccountError> {
        let expires_at = end_of(new.lifetime, Role::Admin)?;
        let name = token_name(&new.name)?;
        let user = self.find_user(&Authority::Operator, user).await?;
        self.issue(user.id, name, TokenKind::Api, expires_at).await
    }

    /// The caller's tokens, the newest first.
    pub async fn list_tokens(&self, caller: &Caller) -> Result<Vec<TokenInfo>, AccountError> {
        self.tokens_of(caller.user_id.clone()).await
    }

    /// A user's tokens, at the command line.
    pub async fn list_tokens_for(&self, user: &UserName) -> Result<Vec<TokenInfo>, AccountError> {
        let user = self.find_user(&Authority::Operator, user).await?;
        self.tokens_of(user.id).await
    }

    /// Revokes a token: one's own; an admin also those of the organization's users.
    pub async fn revoke_token(&self, by: &Authority, id: &TokenId) -> Result<(), AccountError> {
        let (by, id) = (by.clone(), id.clone());
        let revoked = self
            .store
            .write(move |tx| {
                let by = match &by {
                    Authority::Operator => RevokedBy::Operator,
                    Authority::Caller(caller) if caller.role == Role::Admin => {
                        RevokedBy::Organization(&caller.organization_id)
                    }
                    Authority::Caller(caller) => RevokedBy::User(&caller.user_id),
                };
                tokens::revoke(tx, &id, by)
            })
            .await?;
        revoked.then_some(()).ok_or(AccountError::NotFound("token"))
    }

    /// Revokes all tokens of the caller, that of this request too. Answers how many they were.
    pub async fn revoke_all_tokens(&self, caller: &Caller) -> Result<usize, AccountError> {
        let user = caller.user_id.clone();
        self.store
            .write(move |tx| {
                users::raise_token_version(tx, &user)?;
                Ok(tokens::revoke_all(tx, &user)?)
            })
            .await
    }

    async fn tokens_of(&self, user: UserId) -> Result<Vec<TokenInfo>, AccountError> {
        Ok(self
            .store
            .read(move |conn| tokens::list(conn, &user))
            .await?)
    }

    /// Notes a token and signs it, as the user stands at this moment: one who was disabled since
    /// their password was verified gets none.
    pub(super) async fn issue(
        &self,
        user: UserId,
        name: String,
        kind: TokenKind,
        expires_at: Option<Timestamp>,
    ) -> Result<Issued, AccountError> {
        let (found, info) = self
            .store
            .write(move |tx| {
                let found = users::credentials(tx, &user)?
                    .filter(|found| !found.user.disabled)
                    .ok_or(AccountError::NotFound("enabled user"))?;
                let info = tokens::add(tx, &user, &name, kind, expires_at)?;
                if kind == TokenKind::Login {
                    users::note_login(tx, &user)?;
                }
                Ok::<_, AccountError>((found, info))
            })
            .await?;
        let token = self.keys.sign(&Claims {
            user: found.user.id.clone(),
            organization: found.user.organization_id.clone(),
            token: info.id.clone(),
            version: found.token_version,
            expires_at,
        })?;
        Ok(Issued {
            token,
            info,
            user: found.user,
        })
    }
}

/// When a token of that life ends.
fn end_of(lifetime: Lifetime, role: Role) -> Result<Option<Timestamp>, AccountError> {
    let admin = role == Role::Admin;
    let most = if admin { ADMIN_MINUTES } else { USER_MINUTES };
    match lifetime {
        Lifetime::Standard => expiry(API_MINUTES, most, !admin).map(Some),
        Lifetime::Minutes(minutes) => expiry(minutes, most, !admin).map(Some),
        Lifetime::Endless if admin => Ok(None),
        Lifetime::Endless => Err(AccountError::Lifetime {
            most_minutes: most,
            admin_may: true,
        }),
    }
}

/// So many minutes from now, in whole seconds, as the token itself says it.
pub(super) fn expiry(minutes: u64, most: u64, admin_may: bool) -> Result<Timestamp, AccountError> {
    let refused = || AccountError::Lifetime {
        most_minutes: most,
        admin_may,
    };
    if !(1..=most).contains(&minutes) {
        return Err(refused());
    }
    let minutes = i64::try_from(minutes).map_err(|_| refused())?;
    let end = Timestamp::now()
        .checked_add(SignedDuration::from_mins(minutes))
        .map_err(|_| refused())?;
    Timestamp::from_second(end.as_second()).map_err(|_| TokenError::NotSigned.into())
}

fn token_name(name: &str) -> Result<String, AccountError> {
    let name = name.trim();
    if name.chars().count() > 100 || name.chars().any(char::is_control) {
        return Err(AccountError::TokenName);
    }
    Ok(name.to_owned())
}
