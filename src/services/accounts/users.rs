//! Users: adding, listing, setting passwords, disabling. By the operator at the command line, or by
//! an admin for the users of their own organization.

use secrecy::SecretString;

use super::{AccountError, Accounts};
use crate::auth::password::check_policy;
use crate::auth::permission;
use crate::model::name::Name;
use crate::model::user::User;
use crate::model::{Caller, Role};
use crate::store::users::{self, UserDraft};
use crate::store::{StoreError, Transaction, setup_links};

/// On whose word something is done.
#[derive(Debug, Clone)]
pub enum Authority {
    /// Who runs the program and holds its data folder.
    Operator,
    /// A caller of the API.
    Caller(Caller),
}

/// A user by name.
#[derive(Debug, Clone)]
pub struct UserName {
    /// The name.
    pub name: String,
    /// The organization; for a caller always their own, whatever stands here.
    pub organization: String,
}

/// A user to be added.
#[derive(Debug)]
pub struct NewUser {
    /// Who.
    pub user: UserName,
    /// What the user may do in the organization's scope.
    pub role: Role,
    /// The password.
    pub password: SecretString,
}

impl Accounts {
    /// Adds a user. The organization is made on first use.
    pub async fn add_user(&self, by: &Authority, new: NewUser) -> Result<User, AccountError> {
        self.add_user_if(by, new, |_| Ok(())).await
    }

    /// Adds a user where the condition holds, in one transaction with it.
    pub(in crate::services) async fn add_user_if(
        &self,
        by: &Authority,
        new: NewUser,
        condition: impl FnOnce(&Transaction<'_>) -> Result<(), AccountError> + Send + 'static,
    ) -> Result<User, AccountError> {
        let organization = organization_of(by, &new.user)?;
        let organization = parse("organization", &organization)?;
        let name = parse("username", &new.user.name)?;
        check_policy(&new.password, &[name.as_str(), organization.as_str()])?;
        let hash = self.passwords.hash(new.password).await?;
        self.store
            .write(move |tx| {
                condition(tx)?;
                insert(tx, &organization, &name, new.role, &hash)
            })
            .await
    }

    /// The users: of one organization, or for the operator of all where none is named.
    pub async fn list_users(
        &self,
        by: &Authority,
        organization: Option<&str>,
    ) -> Result<Vec<User>, AccountError> {
        let organization = match by {
            Authority::Operator => organization.map(str::to_owned),
            Authority::Caller(caller) => {
                permission::require(caller, Role::Admin)?;
                Some(caller.organization_name.clone())
            }
        };
        self.store
            .read(move |conn| {
                let Some(name) = organization else {
                    return Ok(users::list(conn, None)?);
                };
                let id = users::organization(conn, &name)?
                    .ok_or(AccountError::NotFound("organization"))?;
                Ok(users::list(conn, Some(&id))?)
            })
            .await
    }

    /// Sets a user's password, and ends the user's tokens.
    pub async fn set_password(
        &self,
        by: &Authority,
        user: &UserName,
        password: SecretString,
    ) -> Result<User, AccountError> {
        let user = self.find_user(by, user).await?;
        check_policy(&password, &[&user.name, &user.organization])?;
        let hash = self.passwords.hash(password).await?;
        self.replace_password(user.id.clone(), hash).await?;
        Ok(user)
    }

    /// Disables or enables a user. The tokens of a disabled user count for nothing meanwhile.
    pub async fn set_disabled(
        &self,
        by: &Authority,
        user: &UserName,
        disabled: bool,
    ) -> Result<User, AccountError> {
        let mut user = self.find_user(by, user).await?;
        if let Authority::Caller(caller) = by
            && caller.user_id == user.id
        {
            return Err(AccountError::Yourself);
        }
        let id = user.id.clone();
        self.store
            .write(move |tx| users::set_disabled(tx, &id, disabled))
            .await?;
        user.disabled = disabled;
        Ok(user)
    }

    pub(super) async fn find_user(
        &self,
        by: &Authority,
        user: &UserName,
    ) -> Result<User, AccountError> {
        let (name, organization) = (user.name.clone(), organization_of(by, user)?);
        self.store
            .read(move |conn| users::credentials_by_name(conn, &name, Some(&organization)))
            .await?
            .map(|found| found.user)
            .ok_or(AccountError::NotFound("user"))
    }
}

/// Adds a user in a transaction. With the first user, the set-up link has done its work.
fn insert(
    tx: &Transaction<'_>,
    organization: &Name,
    name: &Name,
    role: Role,
    password_hash: &str,
) -> Result<User, AccountError> {
    let organization = users::ensure_organization(tx, organization.as_str())?;
    let draft = UserDraft {
        organization: &organization,
        name: name.as_str(),
        role,
        password_hash,
    };
    let user = users::add(tx, &draft).map_err(|error| match error {
        StoreError::Taken => AccountError::NameTaken,
        other => other.into(),
    })?;
    setup_links::clear(tx)?;
    Ok(user)
}

fn parse(field: &'static str, text: &str) -> Result<Name, AccountError> {
    Name::parse(text).map_err(|cause| AccountError::Name { field, cause })
}

/// The organization that is meant; for a caller it is their own, and they must rule it.
fn organization_of(by: &Authority, user: &UserName) -> Result<String, AccountError> {
    match by {
        Authority::Operator => Ok(user.organization.clone()),
        Authority::Caller(caller) => {
            permission::require(caller, Role::Admin)?;
            Ok(caller.organization_name.clone())
        }
    }
}
