//! What is kept of tokens: that they were made, when they end, whether they were revoked. Never a
//! token itself.

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, Row, Transaction};

use super::values;
use super::{StoreError, now, users};
use crate::model::user::{TokenInfo, TokenKind, User};
use crate::model::{OrganizationId, TokenId, UserId};

/// How long an ended token is still listed.
const KEPT_AFTER_END: SignedDuration = SignedDuration::from_hours(7 * 24);

/// A token and its user, as a request finds them.
#[derive(Debug, Clone)]
pub struct Bearer {
    /// The user.
    pub user: User,
    /// What the token must carry.
    pub token_version: u32,
    /// When it ends, if it does.
    pub expires_at: Option<Timestamp>,
    /// When it was revoked, if it was.
    pub revoked_at: Option<Timestamp>,
}

fn read(row: &Row<'_>) -> Result<TokenInfo, StoreError> {
    Ok(TokenInfo {
        id: values::text(row, "id")?,
        name: row.get("name")?,
        kind: values::text(row, "kind")?,
        created_at: values::time(row, "created_at")?,
        expires_at: values::optional_time(row, "expires_at")?,
        revoked_at: values::optional_time(row, "revoked_at")?,
    })
}

/// Notes a new token, and forgets those of its user that ended long ago.
pub fn add(
    tx: &Transaction<'_>,
    user: &UserId,
    name: &str,
    kind: TokenKind,
    expires_at: Option<Timestamp>,
) -> Result<TokenInfo, StoreError> {
    let token = TokenInfo {
        id: TokenId::generate(),
        name: name.to_owned(),
        kind,
        created_at: now(),
        expires_at,
        revoked_at: None,
    };
    tx.prepare_cached("DELETE FROM token WHERE user_id = ?1 AND expires_at < ?2")?
        .execute(rusqlite::params![
            user.as_str(),
            (now() - KEPT_AFTER_END).as_millisecond()
        ])?;
    tx.prepare_cached(
        "INSERT INTO token (id, user_id, name, kind, created_at, expires_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?
    .execute(rusqlite::params![
        token.id.as_str(),
        user.as_str(),
        name,
        kind.as_str(),
        token.created_at.as_millisecond(),
        expires_at.map(Timestamp::as_millisecond),
    ])?;
    Ok(token)
}

/// A token and its user, in one look-up.
pub fn bearer(conn: &Connection, id: &TokenId) -> Result<Option<Bearer>, StoreError> {
    let mut statement = conn.prepare_cached(
        "SELECT user.*, organization.name AS organization, token.expires_at, token.revoked_at
         FROM token
         JOIN user ON user.id = token.user_id
         JOIN organization ON organization.id = user.organization_id
         WHERE token.id = ?1",
    )?;
    values::first(statement.query([id.as_str()])?, |row| {
        Ok(Bearer {
            user: users::read_user(row)?,
            token_version: row.get("token_version")?,
            expires_at: values::optional_time(row, "expires_at")?,
            revoked_at: values::optional_time(row, "revoked_at")?,
        })
    })
}

/// The tokens of a user, the newest first.
pub fn list(conn: &Connection, user: &UserId) -> Result<Vec<TokenInfo>, StoreError> {
    let mut statement = conn.prepare_cached(
        "SELECT * FROM token WHERE user_id = ?1 ORDER BY created_at DESC, id DESC",
    )?;
    values::collect(statement.query([user.as_str()])?, read)
}

/// Whose tokens a revocation may touch.
#[derive(Debug, Clone, Copy)]
pub enum RevokedBy<'a> {
    /// A user: their own.
    User(&'a UserId),
    /// An admin: those of the organization's users.
    Organization(&'a OrganizationId),
    /// The operator, at the command line: any.
    Operator,
}

/// Revokes a token. Answers whether there was one to revoke; revoking twice changes nothing.
pub fn revoke(tx: &Transaction<'_>, id: &TokenId, by: RevokedBy<'_>) -> Result<bool, StoreError> {
    let (user, organization) = match by {
        RevokedBy::User(user) => (Some(user.as_str()), None),
        RevokedBy::Organization(organization) => (None, Some(organization.as_str())),
        RevokedBy::Operator => (None, None),
    };
    let changed = tx.execute(
        "UPDATE token SET revoked_at = coalesce(revoked_at, :now)
         WHERE id = :id
           AND (:user IS NULL OR user_id = :user)
           AND (:organization IS NULL
                OR user_id IN (SELECT id FROM user WHERE organization_id = :organization))",
        rusqlite::named_params! {
            ":id": id.as_str(),
            ":user": user,
            ":organization": organization,
            ":now": now().as_millisecond(),
        },
    )?;
    Ok(changed > 0)
}

/// Revokes all tokens of a user. Answers how many were still of use.
pub fn revoke_all(tx: &Transaction<'_>, user: &UserId) -> Result<usize, StoreError> {
    Ok(tx.execute(
        "UPDATE token SET revoked_at = ?2
         WHERE user_id = ?1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > ?2)",
        rusqlite::params![user.as_str(), now().as_millisecond()],
    )?)
}
