//! Users: adding, listing, setting passwords, disabling. By the operator at the command line, or by
//! an admin for the users of their own organization.

use secrecy::SecretString;

use super::{AccountError, Accounts};
use crate::auth::password::check_policy;
use crate::auth::permission;
use crate::model::name::Name;
use crate::model::user::User;
use crate::model::{Caller, Role};
use crate::store::users::{self, ListedUser, UserDraft};
use crate::store::{StoreError, Transaction, setup_links, tokens};

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
        let user = self.add_user_if(by, new, |_| Ok(())).await?;
        audit(by, "a user was added", &user);
        Ok(user)
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
    ) -> Result<Vec<ListedUser>, AccountError> {
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
        if is_oneself(by, &user) {
            return Err(AccountError::OwnPassword);
        }
        check_policy(&password, &[&user.name, &user.organization])?;
        let hash = self.passwords.hash(password).await?;
        self.replace_password(user.id.clone(), hash).await?;
        audit(by, "a user's password was set", &user);
        Ok(user)
    }

    /// Sets what a user may do in the organization's scope. It counts from the next request on.
    pub async fn set_role(
        &self,
        by: &Authority,
        user: &UserName,
        role: Role,
    ) -> Result<User, AccountError> {
        let user = self.find_user(by, user).await?;
        let (last, of) = (last_admin(by), user.clone());
        let changed = self.store.write(move |tx| {
            if role != Role::Admin {
                last(tx, &of)?;
            }
            users::set_role(tx, &of.id, role)?;
            users::get(tx, &of.id)?.ok_or(AccountError::NotFound("user"))
        });
        let user = changed.await?;
        audit(by, "a user's role was set", &user);
        Ok(user)
    }

    /// Disables or enables a user. Disabling ends the user's tokens.
    pub async fn set_disabled(
        &self,
        by: &Authority,
        user: &UserName,
        disabled: bool,
    ) -> Result<User, AccountError> {
        let user = self.find_user(by, user).await?;
        let oneself = disabled && is_oneself(by, &user);
        let (last, of) = (last_admin(by), user.clone());
        let changed = self.store.write(move |tx| {
            if disabled {
                last(tx, &of)?;
            }
            if oneself {
                return Err(AccountError::Yourself);
            }
            users::set_disabled(tx, &of.id, disabled)?;
            if disabled {
                users::raise_token_version(tx, &of.id)?;
                tokens::revoke_all(tx, &of.id)?;
            }
            users::get(tx, &of.id)?.ok_or(AccountError::NotFound("user"))
        });
        let user = changed.await?;
        let what = if disabled {
            "a user was disabled"
        } else {
            "a user was enabled"
        };
        audit(by, what, &user);
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

fn is_oneself(by: &Authority, user: &User) -> bool {
    matches!(by, Authority::Caller(caller) if caller.user_id == user.id)
}

/// Refuses to take the last admin from an organization, in the transaction that would. The operator
/// may: they can make another one.
fn last_admin(
    by: &Authority,
) -> impl FnOnce(&Transaction<'_>, &User) -> Result<(), AccountError> + use<> {
    let may = matches!(by, Authority::Operator);
    move |tx, user| {
        if may || users::has_other_admin(tx, &user.organization_id, &user.id)? {
            return Ok(());
        }
        // As the user stands now: a role may have changed since they were looked up.
        let rules = users::get(tx, &user.id)?
            .is_some_and(|user| user.role == Role::Admin && !user.disabled);
        (!rules).then_some(()).ok_or(AccountError::LastAdmin)
    }
}

/// Tells in the log who did what to whom. What the operator does at the command line is theirs to note.
fn audit(by: &Authority, what: &str, user: &User) {
    if let Authority::Caller(caller) = by {
        tracing::info!(
            by = caller.user_name,
            organization = user.organization,
            user = user.name,
            role = user.role.as_str(),
            "{what}"
        );
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
