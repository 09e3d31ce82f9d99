//! Access tokens: JSON web tokens signed by HMAC-SHA-256 under a key of our own, and no other kind.
//!
//! What a token says is checked here; whether it still counts (its user, its version, whether it
//! was revoked) is for the store to tell.

use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use crate::key_file::{self, Key, KeyFileError};
use crate::model::{OrganizationId, TokenId, UserId};

/// The key file in the data folder.
pub const FILE_NAME: &str = "token.key";

const ISSUER: &str = "headwater";
const AUDIENCE: &str = "headwater-api";
const TYPE: &str = "access";

/// How far clocks may be apart.
const LEEWAY_SECONDS: u64 = 10;

/// The longest token that is looked at.
const MAX_LENGTH: usize = 8 * 1024;

/// The end of a token without end: the last second of the year 9999.
const WITHOUT_END: i64 = 253_402_300_799;

/// What a token says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claims {
    /// The user.
    pub user: UserId,
    /// The user's organization.
    pub organization: OrganizationId,
    /// The token's own id.
    pub token: TokenId,
    /// The version of the user's tokens that it was made under.
    pub version: u32,
    /// When it ends, if it does.
    pub expires_at: Option<Timestamp>,
}

/// Why a token is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// It is ours, and has ended.
    #[error("the token has expired; log in again, or make a new one")]
    Expired,
    /// Anything else. What exactly is nobody's business but ours.
    #[error("the token is not valid")]
    Invalid,
    /// It could not be signed.
    #[error("the token could not be signed")]
    NotSigned,
}

/// As they stand in the token. Each must be there and of its type.
#[derive(Serialize, Deserialize)]
struct WireClaims {
    iss: String,
    aud: String,
    sub: UserId,
    org: OrganizationId,
    jti: TokenId,
    typ: String,
    ver: u32,
    iat: i64,
    nbf: i64,
    exp: i64,
}

/// Signs tokens and checks them. Cheap to clone.
#[derive(Clone)]
pub struct TokenKeys {
    /// At least one; the first signs.
    keys: Arc<[SigningKey]>,
}

struct SigningKey {
    id: String,
    encoding: EncodingKey,
    decoding: DecodingKey,
}

impl std::fmt::Debug for TokenKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let ids: Vec<_> = self.keys.iter().map(|key| key.id.as_str()).collect();
        f.debug_struct("TokenKeys").field("ids", &ids).finish()
    }
}

impl TokenKeys {
    /// Takes the keys from the data folder; makes one at the first start.
    pub fn load(data_dir: &Path) -> Result<Self, KeyFileError> {
        let path = data_dir.join(FILE_NAME);
        let keys = key_file::load_or_create(&path, "Signs the tokens that Headwater issues.")?;
        Ok(Self::new(&keys))
    }

    fn new(keys: &[Key]) -> Self {
        let keys = keys.iter().map(|key| SigningKey {
            id: key.id().to_owned(),
            encoding: EncodingKey::from_secret(key.expose()),
            decoding: DecodingKey::from_secret(key.expose()),
        });
        Self {
            keys: keys.collect(),
        }
    }

    /// Signs a token.
    pub fn sign(&self, claims: &Claims) -> Result<SecretString, TokenError> {
        let key = self.keys.first().ok_or(TokenError::NotSigned)?;
        let now = Timestamp::now().as_second();
        let wire = WireClaims {
            iss: ISSUER.to_owned(),
            aud: AUDIENCE.to_owned(),
            sub: claims.user.clone(),
            org: claims.organization.clone(),
            jti: claims.token.clone(),
            typ: TYPE.to_owned(),
            ver: claims.version,
            iat: now,
            nbf: now,
            exp: claims.expires_at.map_or(WITHOUT_END, Timestamp::as_second),
        };
        let header = Header {
            kid: Some(key.id.clone()),
            ..Header::new(Algorithm::HS256)
        };
        jsonwebtoken::encode(&header, &wire, &key.encoding)
            .map(SecretString::from)
            .map_err(|_| TokenError::NotSigned)
    }

    /// Checks what can be told from the token alone.
    pub fn check(&self, token: &str) -> Result<Claims, TokenError> {
        if token.len() > MAX_LENGTH {
            return Err(TokenError::Invalid);
        }
        let header = jsonwebtoken::decode_header(token).map_err(|_| TokenError::Invalid)?;
        // `crit` names what must be understood, and we understand nothing of the kind (RFC 7515 §4.1.11).
        if header.crit.is_some() || header.extras.inner().contains_key("b64") {
            return Err(TokenError::Invalid);
        }
        // The header is not ours to trust: its key id looks up our own keys and does nothing else.
        let kid = header.kid.as_deref().ok_or(TokenError::Invalid)?;
        let key = (self.keys.iter())
            .find(|key| key.id == kid)
            .ok_or(TokenError::Invalid)?;
        let wire = jsonwebtoken::decode::<WireClaims>(token, &key.decoding, &validation())
            .map_err(|error| match error.kind() {
                jsonwebtoken::errors::ErrorKind::ExpiredSignature => TokenError::Expired,
                _ => TokenError::Invalid,
            })?
            .claims;
        let now = Timestamp::now().as_second();
        if wire.typ != TYPE || wire.iat > now.saturating_add(LEEWAY_SECONDS.cast_signed()) {
            return Err(TokenError::Invalid);
        }
        Ok(Claims {
            user: wire.sub,
            organization: wire.org,
            token: wire.jti,
            version: wire.ver,
            expires_at: (wire.exp != WITHOUT_END)
                .then(|| Timestamp::from_second(wire.exp))
                .transpose()
                .map_err(|_| TokenError::Invalid)?,
        })
    }
}

/// The library's own defaults are wider than ours: a minute of leeway, `nbf` unchecked, and no
/// claim required but `exp`.
fn validation() -> Validation {
    let mut validation = Validation::new(Algorithm::HS256);
    validation.leeway = LEEWAY_SECONDS;
    validation.validate_exp = true;
    validation.validate_nbf = true;
    validation.validate_aud = true;
    validation.set_audience(&[AUDIENCE]);
    validation.set_issuer(&[ISSUER]);
    validation.set_required_spec_claims(&["exp", "nbf", "aud", "iss", "sub"]);
    validation
}

#[cfg(test)]
#[path = "token_tests.rs"]
mod tests;
