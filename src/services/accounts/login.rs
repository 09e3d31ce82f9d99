//! Logging in, and telling who calls.

use std::net::IpAddr;

use jiff::Timestamp;
use secrecy::SecretString;

use super::tokens::{LOGIN_MINUTES, expiry};
use super::{AccountError, Accounts, Issued};
use crate::auth::password::check_policy;
use crate::auth::throttle::Attempt;
use crate::auth::token::TokenError;
use crate::model::name::Name;
use crate::model::user::{TokenKind, User};
use crate::model::{Caller, UserId};
use crate::store::{tokens, users};

/// A login as it is asked for.
#[derive(Debug)]
pub struct Login {
    /// The user's name.
    pub username: String,
    /// The password.
    pub password: SecretString,
    /// The organization; may be absent where the name is in one organization alone.
    pub organization: Option<String>,
    /// A shorter life for the token than that of a login.
    pub expires_in_minutes: Option<u64>,
    /// Where it comes from.
    pub address: IpAddr,
}

/// A change of one's own password.
#[derive(Debug)]
pub struct PasswordChange {
    /// The password until now.
    pub current: SecretString,
    /// The password from now on.
    pub new: SecretString,
    /// Where it comes from.
    pub address: IpAddr,
}

impl Accounts {
    /// Logs a user in. The answer, and the time that it takes, is the same for a user that is not
    /// there, a wrong password and a disabled user.
    pub async fn login(&self, login: Login) -> Result<Issued, AccountError> {
        let minutes = login.expires_in_minutes.unwrap_or(LOGIN_MINUTES);
        expiry(minutes, LOGIN_MINUTES, false)?;
        let (name, organization) = (
            known_form(login.username),
            login.organization.map(known_form),
        );
        // The account is named as the caller names it: a key that depended on what is found would
        // tell what is there.
        let account = format!("{name}\0{}", organization.as_deref().unwrap_or_default());
        let attempt = self
            .throttle
            .begin(login.address, &account.to_lowercase())?;

        let found = self
            .store
            .read(move |conn| users::credentials_by_name(conn, &name, organization.as_deref()))
            .await;
        let verified = match found {
            Ok(found) => {
                let hash = found.as_ref().map(|found| found.password_hash.clone());
                self.passwords
                    .verify(login.password, hash)
                    .await
                    .map(|right| found.filter(|found| right && !found.user.disabled))
                    .map_err(AccountError::from)
            }
            Err(error) => Err(error.into()),
        };
        let user = settle(attempt, verified)?.user.id;
        match self.issue_login(user, minutes).await {
            // Disabled in the blink of an eye since.
            Err(AccountError::NotFound(_)) => Err(AccountError::Credentials),
            answer => answer,
        }
    }

    /// Issues the token of a login.
    pub(in crate::services) async fn issue_login(
        &self,
        user: UserId,
        minutes: u64,
    ) -> Result<Issued, AccountError> {
        let expires_at = expiry(minutes, LOGIN_MINUTES, false)?;
        self.issue(user, String::new(), TokenKind::Login, Some(expires_at))
            .await
    }

    /// Tells who calls, by the token of the request: one look-up in the store.
    pub async fn authenticate(&self, token: &str) -> Result<Caller, AccountError> {
        let claims = self.keys.check(token)?;
        let id = claims.token.clone();
        let bearer = self
            .store
            .read(move |conn| tokens::bearer(conn, &id))
            .await?
            .ok_or(TokenError::Invalid)?;
        let counts = bearer.revoked_at.is_none()
            && !bearer.user.disabled
            && bearer.token_version == claims.version
            && bearer.user.id == claims.user
            && bearer.user.organization_id == claims.organization;
        if !counts {
            return Err(TokenError::Invalid.into());
        }
        if bearer.expires_at.is_some_and(|end| end <= Timestamp::now()) {
            return Err(TokenError::Expired.into());
        }
        Ok(Caller {
            user_id: bearer.user.id,
            user_name: bearer.user.name,
            organization_id: bearer.user.organization_id,
            organization_name: bearer.user.organization,
            role: bearer.user.role,
            token_id: claims.token,
        })
    }

    /// The caller as a user.
    pub async fn me(&self, caller: &Caller) -> Result<User, AccountError> {
        let id = caller.user_id.clone();
        self.store
            .read(move |conn| users::get(conn, &id))
            .await?
            .ok_or(AccountError::NotFound("user"))
    }

    /// Changes the caller's own password. Ends all their tokens, and answers a new one.
    pub async fn change_password(
        &self,
        caller: &Caller,
        change: PasswordChange,
    ) -> Result<Issued, AccountError> {
        check_policy(&change.new, &[&caller.user_name, &caller.organization_name])?;
        let account = caller.user_id.to_string();
        let attempt = self.throttle.begin(change.address, &account)?;
        let verified = self.is_password_of(&caller.user_id, change.current).await;
        settle(attempt, verified.map(|right| right.then_some(())))?;

        let hash = self.passwords.hash(change.new).await?;
        self.replace_password(caller.user_id.clone(), hash).await?;
        self.issue_login(caller.user_id.clone(), LOGIN_MINUTES)
            .await
    }

    async fn is_password_of(
        &self,
        user: &UserId,
        password: SecretString,
    ) -> Result<bool, AccountError> {
        let id = user.clone();
        let found = self
            .store
            .read(move |conn| users::credentials(conn, &id))
            .await?;
        let hash = found.map(|found| found.password_hash);
        Ok(self.passwords.verify(password, hash).await?)
    }

    /// Sets a password's hash, and ends the user's tokens.
    pub(super) async fn replace_password(
        &self,
        user: UserId,
        hash: String,
    ) -> Result<(), AccountError> {
        self.store
            .write(move |tx| {
                if !users::set_password(tx, &user, &hash)? {
                    return Err(AccountError::NotFound("user"));
                }
                tokens::revoke_all(tx, &user)?;
                Ok(())
            })
            .await
    }
}

/// Tells the throttle how an attempt ended. What failed through no fault of the caller counts for
/// nothing.
fn settle<T>(
    attempt: Attempt,
    verified: Result<Option<T>, AccountError>,
) -> Result<T, AccountError> {
    match verified {
        Ok(Some(found)) => {
            attempt.succeeded();
            Ok(found)
        }
        Ok(None) => {
            drop(attempt);
            Err(AccountError::Credentials)
        }
        Err(error) => {
            attempt.abandoned();
            Err(error)
        }
    }
}

/// What cannot be a name is looked for as a name that nobody has, so that it takes the same way
/// as any other, and is not kept by the throttle at its full length.
fn known_form(name: String) -> String {
    Name::parse(&name).map_or_else(|_| "?".to_owned(), |_| name)
}
