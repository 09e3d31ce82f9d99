//! Errors as callers see them: one table of codes and statuses, one place that makes the body.

use actix_web::http::StatusCode;
use actix_web::http::header::{ALLOW, RETRY_AFTER};
use actix_web::{HttpResponse, ResponseError};
use serde_json::{Map, Value, json};

use crate::connectors::{ConfigError, ConnectorError};

/// The codes of our own making, each with its status. A source's failures come beside them as 422,
/// by [`crate::connectors::ErrorKind::code`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Code(pub &'static str, pub StatusCode);

#[allow(missing_docs, reason = "each line says itself what it is")]
impl Code {
    pub const MALFORMED_JSON: Self = Self("malformed_json", StatusCode::BAD_REQUEST);
    pub const INVALID_FIELD: Self = Self("invalid_field", StatusCode::BAD_REQUEST);
    pub const MISSING_FIELD: Self = Self("missing_field", StatusCode::BAD_REQUEST);
    pub const INVALID_CONNECTION: Self = Self("invalid_connection", StatusCode::BAD_REQUEST);
    pub const CREDENTIALS_REQUIRED: Self = Self("credentials_required", StatusCode::BAD_REQUEST);
    pub const WEAK_PASSWORD: Self = Self("weak_password", StatusCode::BAD_REQUEST);
    pub const UNAUTHENTICATED: Self = Self("unauthenticated", StatusCode::UNAUTHORIZED);
    pub const INVALID_CREDENTIALS: Self = Self("invalid_credentials", StatusCode::UNAUTHORIZED);
    pub const FORBIDDEN: Self = Self("forbidden", StatusCode::FORBIDDEN);
    pub const HOST_NOT_SERVED: Self = Self("host_not_served", StatusCode::FORBIDDEN);
    pub const NOT_FOUND: Self = Self("not_found", StatusCode::NOT_FOUND);
    pub const METHOD_NOT_ALLOWED: Self = Self("method_not_allowed", StatusCode::METHOD_NOT_ALLOWED);
    pub const SLOW_BODY: Self = Self("slow_body", StatusCode::REQUEST_TIMEOUT);
    pub const CONFLICT: Self = Self("conflict", StatusCode::CONFLICT);
    pub const BODY_TOO_LARGE: Self = Self("body_too_large", StatusCode::PAYLOAD_TOO_LARGE);
    pub const QUOTA_EXCEEDED: Self = Self("quota_exceeded", StatusCode::PAYLOAD_TOO_LARGE);
    pub const HEADERS_TOO_LARGE: Self = Self(
        "headers_too_large",
        StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
    );
    pub const UNSUPPORTED_MEDIA_TYPE: Self =
        Self("unsupported_media_type", StatusCode::UNSUPPORTED_MEDIA_TYPE);
    pub const NEEDS_CREDENTIALS: Self = Self("needs_credentials", StatusCode::UNPROCESSABLE_ENTITY);
    pub const ALL_SOURCES_FAILED: Self =
        Self("all_sources_failed", StatusCode::UNPROCESSABLE_ENTITY);
    pub const ENGINE_BUSY: Self = Self("engine_busy", StatusCode::CONFLICT);
    pub const SYNC_STOPPED: Self = Self("sync_stopped", StatusCode::CONFLICT);
    pub const SYNC_FAILED: Self = Self("sync_failed", StatusCode::UNPROCESSABLE_ENTITY);
    pub const SCHEMA_STOPPED: Self = Self("schema_stopped", StatusCode::CONFLICT);
    pub const SCHEMA_FAILED: Self = Self("schema_failed", StatusCode::UNPROCESSABLE_ENTITY);
    pub const TOO_MANY_ATTEMPTS: Self = Self("too_many_attempts", StatusCode::TOO_MANY_REQUESTS);
    pub const INTERNAL: Self = Self("internal_error", StatusCode::INTERNAL_SERVER_ERROR);
    pub const BUSY: Self = Self("busy", StatusCode::SERVICE_UNAVAILABLE);
    pub const STORE_UNAVAILABLE: Self = Self("store_unavailable", StatusCode::SERVICE_UNAVAILABLE);
}

/// An error as its caller sees it. Boxed, since every handler's result carries room for one.
#[derive(Debug, Clone)]
pub struct ApiError(Box<Parts>);

#[derive(Debug, Clone)]
struct Parts {
    status: StatusCode,
    code: &'static str,
    message: String,
    hint: String,
    details: Map<String, Value>,
    data: Value,
    retry_after: Option<u64>,
    allow: Option<String>,
}

impl ApiError {
    /// An error with this code; `message` says what happened, `hint` what to do next.
    pub fn new(code: Code, message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self(Box::new(Parts {
            status: code.1,
            code: code.0,
            message: message.into(),
            hint: hint.into(),
            details: Map::new(),
            data: Value::Null,
            retry_after: None,
            allow: None,
        }))
    }

    /// A failure of ours. What it was stands in the log alone, by the request's id.
    pub fn internal(error: &dyn std::fmt::Display) -> Self {
        tracing::error!(%error, "a request failed for a reason of ours");
        Self::new(
            Code::INTERNAL,
            "Something went wrong inside Headwater.",
            "Try again; if it stays, look for the request's id in the server's log.",
        )
    }

    /// Something that is not there, or not the caller's: the two are told apart to nobody.
    #[must_use]
    pub fn not_found(what: &str, hint: &str) -> Self {
        Self::new(Code::NOT_FOUND, format!("There is no such {what}."), hint)
    }

    /// A field with a wrong value; `path` is its JSON path.
    pub fn field(path: &str, message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::new(Code::INVALID_FIELD, message, hint).with("path", path)
    }

    /// The one answer to a login that failed, whatever of it was wrong.
    #[must_use]
    pub fn wrong_login() -> Self {
        Self::new(
            Code::INVALID_CREDENTIALS,
            "The user name or the password is wrong.",
            "Check both, and the organization if several have a user of this name.",
        )
    }

    /// Adds a detail.
    #[must_use]
    pub fn with(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.0.details.insert(key.to_owned(), value.into());
        self
    }

    /// Answers `data` beside the error, for callers who read that alone.
    #[must_use]
    pub fn with_data(mut self, data: Value) -> Self {
        self.0.data = data;
        self
    }

    /// Answers with another status than the code's own.
    #[must_use]
    pub fn with_status(mut self, status: StatusCode) -> Self {
        self.0.status = status;
        self
    }

    /// Says which methods the endpoint answers to (RFC 9110 §10.2.1).
    #[must_use]
    pub fn allow(mut self, methods: String) -> Self {
        self.0.allow = Some(methods);
        self
    }

    /// Says after how many seconds to try again.
    #[must_use]
    pub fn retry_after(mut self, seconds: u64) -> Self {
        self.0.retry_after = Some(seconds.max(1));
        self
    }

    /// A source's settings that cannot be worked with; `prefix` is the JSON path of the connection.
    #[must_use]
    pub fn config(error: &ConfigError, prefix: &str) -> Self {
        let path = if prefix.is_empty() {
            error.field.clone()
        } else {
            format!("{prefix}.{}", error.field)
        };
        Self::new(Code::INVALID_CONNECTION, &error.message, &error.hint).with("path", path)
    }

    /// What happened, for a person.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// What to do next, for a person.
    #[must_use]
    pub fn hint(&self) -> &str {
        &self.0.hint
    }

    /// What happened, for a program.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.0.code
    }

    /// Whether the request was wrong itself.
    #[must_use]
    pub fn is_bad_request(&self) -> bool {
        self.0.status == StatusCode::BAD_REQUEST
    }

    /// The object under `error` in the body.
    #[must_use]
    pub fn body(&self) -> Value {
        json!({ "code": self.0.code, "hint": self.0.hint, "details": self.0.details })
    }

    /// The envelope, with the request's id so that it can be found in the log.
    #[must_use]
    pub fn envelope(&self, request_id: Option<&str>) -> Value {
        let mut error = self.body();
        if let (Some(id), Value::Object(error)) = (request_id, &mut error) {
            error.insert("request_id".to_owned(), Value::from(id));
        }
        json!({
            "data": self.0.data,
            "message": self.0.message,
            "status": "error",
            "error": error,
        })
    }

    /// The whole answer.
    #[must_use]
    pub fn respond(&self, request_id: Option<&str>) -> HttpResponse {
        let mut response = HttpResponse::build(self.0.status);
        if let Some(methods) = &self.0.allow {
            response.insert_header((ALLOW, methods.as_str()));
        }
        if let Some(seconds) = self.0.retry_after {
            response.insert_header((RETRY_AFTER, seconds.to_string()));
        }
        if self.0.status == StatusCode::UNAUTHORIZED {
            response.insert_header(("WWW-Authenticate", "Bearer"));
        }
        response.json(self.envelope(request_id))
    }
}

impl From<ConnectorError> for ApiError {
    fn from(error: ConnectorError) -> Self {
        let mut details = Map::new();
        let mut add = |key: &str, value: Option<Value>| {
            value.map(|value| details.insert(key.to_owned(), value));
        };
        add("stage", error.stage.map(|stage| stage.as_str().into()));
        add("reason", error.reason.map(Into::into));
        add("server_code", error.server_code.map(Into::into));
        add("server_message", error.server_message.map(Into::into));
        add("position", error.position.map(|at| at.get().into()));
        add("retryable", Some(error.kind.retryable().into()));
        let code = Code(error.kind.code(), StatusCode::UNPROCESSABLE_ENTITY);
        let mut refused = Self::new(code, error.message, error.hint);
        refused.0.details = details;
        refused
    }
}

impl std::fmt::Display for ApiError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl ResponseError for ApiError {
    fn status_code(&self) -> StatusCode {
        self.0.status
    }

    fn error_response(&self) -> HttpResponse {
        // The fence makes the body anew, with the request's id, from what is kept here.
        let mut response = self.respond(None);
        response.extensions_mut().insert(self.clone());
        response
    }
}
