//! Organizations and their users.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, Transaction};
use serde::Serialize;

use super::values;
use super::{StoreError, now};
use crate::model::user::User;
use crate::model::{OrganizationId, Role, UserId};

/// A user to be added.
#[derive(Debug, Clone)]
pub struct UserDraft<'a> {
    /// The organization.
    pub organization: &'a OrganizationId,
    /// The name, unique within the organization.
    pub name: &'a str,
    /// What the user may do in the organization's scope.
    pub role: Role,
    /// The password's hash, with its parameters.
    pub password_hash: &'a str,
}

/// A user as an admin sees it in the list.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct ListedUser {
    /// The user.
    #[serde(flatten)]
    pub user: User,
    /// When the user last logged in, if ever since that is noted.
    #[schema(value_type = Option<String>)]
    pub last_login_at: Option<Timestamp>,
}

/// What a login needs.
#[derive(Clone)]
pub struct Credentials {
    /// The user.
    pub user: User,
    /// The password's hash, with its parameters.
    pub password_hash: String,
    /// What the user's tokens must carry.
    pub token_version: u32,
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Credentials")
            .field("user", &self.user)
            .field("token_version", &self.token_version)
            .finish_non_exhaustive()
    }
}

macro_rules! select {
    () => {
        "SELECT user.*, organization.name AS organization FROM user \
         JOIN organization ON organization.id = user.organization_id "
    };
}

pub(super) fn read_user(row: &Row<'_>) -> Result<User, StoreError> {
    Ok(User {
        id: values::text(row, "id")?,
        name: row.get("name")?,
        organization_id: values::text(row, "organization_id")?,
        organization: row.get("organization")?,
        role: values::text(row, "role")?,
        disabled: row.get("disabled")?,
        created_at: values::time(row, "created_at")?,
    })
}

fn read_credentials(row: &Row<'_>) -> Result<Credentials, StoreError> {
    Ok(Credentials {
        user: read_user(row)?,
        password_hash: row.get("password_hash")?,
        token_version: row.get("token_version")?,
    })
}

/// The organization of that name, made where it is not there. Case does not tell names apart.
pub fn ensure_organization(tx: &Transaction<'_>, name: &str) -> Result<OrganizationId, StoreError> {
    tx.execute(
        "INSERT INTO organization (id, name, created_at) VALUES (?1, ?2, ?3) ON CONFLICT (name) DO NOTHING",
        rusqlite::params![OrganizationId::generate().as_str(), name, now().as_millisecond()],
    )?;
    organization(tx, name)?.ok_or(StoreError::Unreadable("an organization"))
}

/// The organization of that name.
pub fn organization(conn: &Connection, name: &str) -> Result<Option<OrganizationId>, StoreError> {
    let mut statement = conn.prepare_cached("SELECT id FROM organization WHERE name = ?1")?;
    values::first(statement.query([name])?, |row| values::text(row, "id"))
}

/// The organization, where there is just one.
pub fn only_organization(conn: &Connection) -> Result<Option<OrganizationId>, StoreError> {
    let mut statement = conn.prepare_cached("SELECT id FROM organization ORDER BY id LIMIT 2")?;
    let mut found = values::collect(statement.query([])?, |row| values::text(row, "id"))?;
    Ok(found.pop().filter(|_| found.is_empty()))
}

/// Adds a user. [`StoreError::Taken`] where the organization has one of that name.
pub fn add(tx: &Transaction<'_>, draft: &UserDraft<'_>) -> Result<User, StoreError> {
    let id = UserId::generate();
    tx.execute(
        "INSERT INTO user (id, organization_id, name, role, password_hash, created_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        rusqlite::params![
            id.as_str(),
            draft.organization.as_str(),
            draft.name,
            draft.role.as_str(),
            draft.password_hash,
            now().as_millisecond(),
        ],
    )?;
    get(tx, &id)?.ok_or(StoreError::Unreadable("a user"))
}

/// Whether there is any user at all.
pub fn any(conn: &Connection) -> Result<bool, StoreError> {
    Ok(conn
        .query_row("SELECT 1 FROM user LIMIT 1", [], |_| Ok(()))
        .optional()?
        .is_some())
}

/// One user.
pub fn get(conn: &Connection, id: &UserId) -> Result<Option<User>, StoreError> {
    let mut statement = conn.prepare_cached(concat!(select!(), "WHERE user.id = ?1"))?;
    values::first(statement.query([id.as_str()])?, read_user)
}

/// One user, with what a login needs.
pub fn credentials(conn: &Connection, id: &UserId) -> Result<Option<Credentials>, StoreError> {
    let mut statement = conn.prepare_cached(concat!(select!(), "WHERE user.id = ?1"))?;
    values::first(statement.query([id.as_str()])?, read_credentials)
}

/// The one user of that name: in that organization, or in all of them where none is named. `None`
/// also where there are several. Case does not tell names apart.
pub fn credentials_by_name(
    conn: &Connection,
    name: &str,
    organization: Option<&str>,
) -> Result<Option<Credentials>, StoreError> {
    const SQL: &str = concat!(
        select!(),
        "WHERE user.name = ?1 AND (?2 IS NULL OR organization.name = ?2) LIMIT 2"
    );
    let mut statement = conn.prepare_cached(SQL)?;
    let rows = statement.query(rusqlite::params![name, organization])?;
    let mut found = values::collect(rows, read_credentials)?;
    Ok(found.pop().filter(|_| found.is_empty()))
}

/// The users, of one organization or of all.
pub fn list(
    conn: &Connection,
    organization: Option<&OrganizationId>,
) -> Result<Vec<ListedUser>, StoreError> {
    const SQL: &str = concat!(
        select!(),
        "WHERE ?1 IS NULL OR user.organization_id = ?1 ORDER BY organization.name, user.name"
    );
    let mut statement = conn.prepare_cached(SQL)?;
    let rows = statement.query([organization.map(OrganizationId::as_str)])?;
    values::collect(rows, |row| {
        Ok(ListedUser {
            user: read_user(row)?,
            last_login_at: values::optional_time(row, "last_login_at")?,
        })
    })
}

/// Whether an organization has another admin who is not disabled.
pub fn has_other_admin(
    conn: &Connection,
    organization: &OrganizationId,
    but: &UserId,
) -> Result<bool, StoreError> {
    let mut statement = conn.prepare_cached(
        "SELECT EXISTS (SELECT 1 FROM user
             WHERE organization_id = ?1 AND id <> ?2 AND role = 'admin' AND disabled = 0)",
    )?;
    Ok(statement.query_row([organization.as_str(), but.as_str()], |row| row.get(0))?)
}

/// Sets what a user may do in the organization's scope. Answers whether the user was there.
pub fn set_role(tx: &Transaction<'_>, id: &UserId, role: Role) -> Result<bool, StoreError> {
    let changed = tx.execute(
        "UPDATE user SET role = ?2 WHERE id = ?1",
        [id.as_str(), role.as_str()],
    )?;
    Ok(changed > 0)
}

/// Notes that a user logs in now.
pub fn note_login(tx: &Transaction<'_>, id: &UserId) -> Result<(), StoreError> {
    tx.prepare_cached("UPDATE user SET last_login_at = ?2 WHERE id = ?1")?
        .execute(rusqlite::params![id.as_str(), now().as_millisecond()])?;
    Ok(())
}

/// Sets the hash of a user's password, and ends all the user's tokens. Answers whether the user was there.
pub fn set_password(tx: &Transaction<'_>, id: &UserId, hash: &str) -> Result<bool, StoreError> {
    let changed = tx.execute(
        "UPDATE user SET password_hash = ?2, token_version = token_version + 1 WHERE id = ?1",
        rusqlite::params![id.as_str(), hash],
    )?;
    Ok(changed > 0)
}

/// Ends all tokens of a user. Answers whether the user was there.
pub fn raise_token_version(tx: &Transaction<'_>, id: &UserId) -> Result<bool, StoreError> {
    let changed = tx.execute(
        "UPDATE user SET token_version = token_version + 1 WHERE id = ?1",
        [id.as_str()],
    )?;
    Ok(changed > 0)
}

/// Disables or enables a user. Answers whether the user was there.
pub fn set_disabled(tx: &Transaction<'_>, id: &UserId, disabled: bool) -> Result<bool, StoreError> {
    let changed = tx.execute(
        "UPDATE user SET disabled = ?2 WHERE id = ?1",
        rusqlite::params![id.as_str(), disabled],
    )?;
    Ok(changed > 0)
}
