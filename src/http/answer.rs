//! The envelope around every answer: `data`, `message`, `status`.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, ResponseError};
use serde::Serialize;
use serde_json::{Value, json};

use super::error::ApiError;

/// What a handler gives back.
pub type ApiResult = Result<Answer, ApiError>;

/// A success, before it becomes bytes.
#[derive(Debug)]
pub struct Answer {
    data: Value,
    message: &'static str,
    warnings: Vec<String>,
    found: Option<ApiError>,
    status: StatusCode,
}

impl Answer {
    /// An answer with `data`; `message` is for a person.
    pub fn new(data: impl Serialize, message: &'static str) -> Result<Self, ApiError> {
        let data = serde_json::to_value(data).map_err(|error| ApiError::internal(&error))?;
        Ok(Self {
            data,
            message,
            warnings: Vec::new(),
            found: None,
            status: StatusCode::OK,
        })
    }

    /// An answer to a question whose finding is a failure: the call worked, so its status is 200,
    /// and the envelope says what was found.
    #[must_use]
    pub fn found_wrong(data: Value, error: ApiError) -> Self {
        Self {
            data,
            message: "",
            warnings: Vec::new(),
            found: Some(error),
            status: StatusCode::OK,
        }
    }

    /// Answers with another status than 200.
    #[must_use]
    pub fn with_status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    /// The envelope alone, for where it is no answer of its own.
    #[must_use]
    pub fn envelope(mut self) -> Value {
        add_warnings(&mut self.data, self.warnings);
        match self.found {
            None => json!({"data": self.data, "message": self.message, "status": "success"}),
            Some(error) => error.with_data(self.data).envelope(None),
        }
    }

    /// Adds warnings to `data.warnings`, where `data` is an object.
    #[must_use]
    pub fn warn(mut self, warnings: Vec<String>) -> Self {
        self.warnings.extend(warnings);
        self
    }
}

impl From<Answer> for HttpResponse {
    fn from(mut answer: Answer) -> Self {
        add_warnings(&mut answer.data, answer.warnings);
        match answer.found {
            None => HttpResponse::build(answer.status).json(Envelope {
                data: &answer.data,
                message: answer.message,
                status: "success",
            }),
            Some(error) => error
                .with_data(answer.data)
                .with_status(answer.status)
                .error_response(),
        }
    }
}

/// Puts warnings into `data.warnings`, where `data` is an object and there are any.
pub fn add_warnings(data: &mut Value, warnings: Vec<String>) {
    if let (Value::Object(data), false) = (data, warnings.is_empty()) {
        let all = data
            .entry("warnings")
            .or_insert_with(|| Value::Array(Vec::new()));
        if let Value::Array(all) = all {
            all.extend(warnings.into_iter().map(Value::String));
        }
    }
}

/// The envelope's shape, errors apart.
#[derive(Serialize)]
pub struct Envelope<'a, T: Serialize> {
    /// The answer itself.
    pub data: T,
    /// For a person.
    pub message: &'a str,
    /// `success` or `error`.
    pub status: &'static str,
}

impl actix_web::Responder for Answer {
    type Body = actix_web::body::BoxBody;

    fn respond_to(self, _: &actix_web::HttpRequest) -> HttpResponse {
        self.into()
    }
}
