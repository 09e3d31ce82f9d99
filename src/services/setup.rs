//! The first start: the vault's key, and the first admin.

mod rotation;
mod vault;

#[cfg(test)]
mod tests;

use std::net::IpAddr;

use data_encoding::BASE64URL_NOPAD;
use jiff::{SignedDuration, Timestamp};
use rand::TryRngCore;
use rand::rngs::OsRng;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::accounts::{
    AccountError, Accounts, Authority, Issued, LOGIN_MINUTES, NewUser, UserName,
};
use crate::model::Role;
use crate::model::user::User;
use crate::store::{now, setup_links, users};

pub use rotation::{Rotated, RotationError, rotate, unopened};
pub use vault::{VaultStartError, check_vault, open_vault};

/// How long a set-up link lives.
const LINK_LIFE: SignedDuration = SignedDuration::from_mins(30);

/// Who asks of the throttle, where there is no account yet.
const SETUP_ACCOUNT: &str = "\0set-up";

/// The first admin, as the settings give it.
#[derive(Debug)]
pub struct FirstAdmin {
    /// The name.
    pub username: String,
    /// The password.
    pub password: SecretString,
    /// The organization.
    pub organization: String,
}

/// A one-time link's token: shown once, kept as a hash.
#[derive(Debug)]
pub struct SetupLink {
    /// The token, as it stands in the link.
    pub token: SecretString,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// How the program finds itself at a start.
#[derive(Debug)]
pub enum FirstStart {
    /// There are users.
    Ready,
    /// There were none; the admin of the settings was made.
    AdminMade(Box<User>),
    /// There are none: whoever holds this link makes the first.
    NeedsSetup(SetupLink),
}

/// What somebody with the set-up link fills in.
#[derive(Debug)]
pub struct Completion {
    /// The link's token.
    pub token: SecretString,
    /// The first admin's name.
    pub username: String,
    /// The first admin's password.
    pub password: SecretString,
    /// The first organization's name.
    pub organization: String,
    /// Where it comes from.
    pub address: IpAddr,
}

impl Accounts {
    /// Whether there is no user yet.
    pub async fn needs_setup(&self) -> Result<bool, AccountError> {
        Ok(!self.store.read(users::any).await?)
    }

    /// What a start does about the first user: nothing where there are users; else it makes the
    /// admin of the settings; else it makes a set-up link, in place of the last one.
    pub async fn first_start(&self, admin: Option<FirstAdmin>) -> Result<FirstStart, AccountError> {
        if !self.needs_setup().await? {
            return Ok(FirstStart::Ready);
        }
        if let Some(admin) = admin {
            let new = NewUser {
                user: UserName {
                    name: admin.username,
                    organization: admin.organization,
                },
                role: Role::Admin,
                password: admin.password,
            };
            let user = self.add_user(&Authority::Operator, new).await?;
            return Ok(FirstStart::AdminMade(Box::new(user)));
        }
        let token = random_token()?;
        let (hash, expires_at) = (hash(&token), now() + LINK_LIFE);
        self.store
            .write(move |tx| setup_links::replace(tx, &hash, expires_at))
            .await?;
        Ok(FirstStart::NeedsSetup(SetupLink { token, expires_at }))
    }

    /// Makes the first admin with the token of the set-up link, and logs them in. What is wrong in
    /// the form does not use the link up.
    pub async fn complete_setup(&self, form: Completion) -> Result<Issued, AccountError> {
        let attempt = self.throttle.begin(form.address, SETUP_ACCOUNT)?;
        let link = hash(&form.token);
        let valid = self
            .store
            .read(move |conn| setup_links::is_valid(conn, &link))
            .await;
        match valid {
            Ok(true) => attempt.succeeded(),
            Ok(false) => return Err(AccountError::SetupLink),
            Err(error) => {
                attempt.abandoned();
                return Err(error.into());
            }
        }
        let new = NewUser {
            user: UserName {
                name: form.username,
                organization: form.organization,
            },
            role: Role::Admin,
            password: form.password,
        };
        let user = self
            .add_user_if(&Authority::Operator, new, move |tx| {
                // A link may be older than the first user: added at the command line meanwhile.
                let good = setup_links::take(tx, &link)? && !users::any(tx)?;
                good.then_some(()).ok_or(AccountError::SetupLink)
            })
            .await?;
        self.issue_login(user.id, LOGIN_MINUTES).await
    }
}

fn random_token() -> Result<SecretString, AccountError> {
    let mut bytes = Zeroizing::new([0; 32]);
    OsRng
        .try_fill_bytes(bytes.as_mut())
        .map_err(|_| AccountError::NoRandomness)?;
    Ok(BASE64URL_NOPAD.encode(bytes.as_ref()).into())
}

/// A token of 256 random bits needs no slow hash, and no salt.
fn hash(token: &SecretString) -> [u8; 32] {
    Sha256::digest(token.expose_secret().as_bytes()).into()
}
