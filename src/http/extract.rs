//! What handlers take from a request.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage, HttpRequest, web};
use futures_util::future::LocalBoxFuture;
use serde::de::DeserializeOwned;

use super::body::{self, IMPORT_LIMIT, JSON_LIMIT, LOGIN_LIMIT, Parsed};
use super::error::{ApiError, Code};
use crate::model::{Caller, Scope, WorkspaceRef};

/// The caller, as the fence found out. A handler that takes one runs behind the fence alone.
#[derive(Debug, Clone)]
pub struct Authenticated(pub Caller);

impl FromRequest for Authenticated {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let caller = request.extensions().get::<Caller>().cloned();
        ready(
            caller
                .map(Self)
                .ok_or_else(|| ApiError::internal(&"no caller behind the fence")),
        )
    }
}

/// A JSON body of ordinary size.
#[derive(Debug)]
pub struct Json<T>(pub Parsed<T>);

/// A JSON body of a login's size.
#[derive(Debug)]
pub struct SmallJson<T>(pub Parsed<T>);

/// A JSON body of an import's size.
#[derive(Debug)]
pub struct LargeJson<T>(pub Parsed<T>);

macro_rules! from_body {
    ($name:ident, $read:path, $limit:expr) => {
        impl<T: DeserializeOwned + Send + 'static> FromRequest for $name<T> {
            type Error = ApiError;
            type Future = LocalBoxFuture<'static, Result<Self, ApiError>>;

            fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
                let request = request.clone();
                let payload = web::Payload::from_request(&request, payload);
                Box::pin(async move {
                    let payload = payload.await.map_err(|error| ApiError::internal(&error))?;
                    $read(&request, payload, $limit).await.map(Self)
                })
            }
        }
    };
}

from_body!(Json, body::read, JSON_LIMIT);
from_body!(SmallJson, body::read, LOGIN_LIMIT);
from_body!(LargeJson, body::read_aside, IMPORT_LIMIT);

/// The workspace in the path; the default one where the path has none.
#[derive(Debug, Clone)]
pub struct WorkspacePath(pub WorkspaceRef);

impl FromRequest for WorkspacePath {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(match path_segment(request, "workspace_id") {
            None => Ok(Self(WorkspaceRef::Default)),
            Some(text) => WorkspaceRef::parse(&text).map(Self).map_err(|error| {
                ApiError::field(
                    "workspace_id",
                    error.to_string(),
                    "Use an id from /workspaces/list.",
                )
            }),
        })
    }
}

/// A named segment of the path, decoded.
#[must_use]
pub fn path_segment(request: &HttpRequest, name: &str) -> Option<String> {
    let raw = request.match_info().get(name)?;
    Some(
        percent_encoding::percent_decode_str(raw)
            .decode_utf8_lossy()
            .into_owned(),
    )
}

/// The query parameters, by name.
#[derive(Debug, Clone, Default)]
pub struct QueryParameters(Vec<(String, String)>);

impl FromRequest for QueryParameters {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let pairs = web::Query::<Vec<(String, String)>>::from_query(request.query_string());
        ready(pairs.map(|pairs| Self(pairs.into_inner())).map_err(|_| {
            ApiError::new(
                Code::INVALID_FIELD,
                "The query string cannot be read.",
                "Percent-encode it as UTF-8.",
            )
        }))
    }
}

impl QueryParameters {
    /// A parameter; one that is empty counts as absent.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        let found = self
            .0
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str());
        found.filter(|value| !value.is_empty())
    }

    /// All values of a parameter that may be given several times.
    #[must_use]
    pub fn all(&self, name: &str) -> Vec<String> {
        let given = self
            .0
            .iter()
            .filter(|(key, value)| key == name && !value.is_empty());
        given.map(|(_, value)| value.clone()).collect()
    }

    /// A parameter that must be there.
    pub fn require(&self, name: &'static str) -> Result<&str, ApiError> {
        self.get(name).ok_or_else(|| {
            let message = format!("The query parameter '{name}' is missing.");
            ApiError::new(Code::MISSING_FIELD, message, "Add it.").with("path", name)
        })
    }

    /// A parameter that is true or false; false where it is absent.
    pub fn flag(&self, name: &'static str) -> Result<bool, ApiError> {
        match self.get(name).map(str::to_ascii_lowercase).as_deref() {
            None | Some("false" | "0") => Ok(false),
            Some("true" | "1") => Ok(true),
            Some(_) => Err(ApiError::field(
                name,
                format!("'{name}' is true or false."),
                "Use one of the two.",
            )),
        }
    }

    /// A parameter that is read from its text; `what` says how it is to be written.
    pub fn parsed<T: std::str::FromStr>(
        &self,
        name: &'static str,
        what: &str,
    ) -> Result<Option<T>, ApiError> {
        let read = self.get(name).map(str::parse).transpose();
        read.map_err(|_| ApiError::field(name, format!("'{name}' is {what}."), "Correct it."))
    }

    /// A parameter that is one of these words.
    pub fn word<T: Copy>(
        &self,
        name: &'static str,
        words: &[T],
        written: impl Fn(T) -> &'static str,
    ) -> Result<Option<T>, ApiError> {
        let Some(text) = self.get(name) else {
            return Ok(None);
        };
        let found = words.iter().copied().find(|word| written(*word) == text);
        found.map(Some).ok_or_else(|| {
            let known: Vec<_> = words.iter().map(|word| written(*word)).collect();
            let hint = format!("Use one of {}.", known.join(", "));
            ApiError::field(name, format!("'{name}' has no such value."), hint)
        })
    }

    /// The scope; the caller's own where none is named.
    pub fn scope(&self) -> Result<Scope, ApiError> {
        match self.get("scope") {
            None | Some("user") => Ok(Scope::User),
            Some("organization") => Ok(Scope::Organization),
            Some(_) => Err(ApiError::field(
                "scope",
                "This is no scope.",
                "Use user or organization.",
            )),
        }
    }
}
