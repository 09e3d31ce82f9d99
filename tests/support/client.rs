//! A caller over HTTP, who checks the envelope of everything that comes back.

use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

/// A caller, with or without a token.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    base: String,
    token: Option<String>,
}

/// What came back.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The body.
    pub body: Value,
}

impl Client {
    pub fn new(base: String, token: Option<String>) -> Self {
        Self {
            http: reqwest::Client::new(),
            base,
            token,
        }
    }

    /// The same caller at another base URL.
    pub fn at(&self, base: String) -> Self {
        Self {
            base,
            ..self.clone()
        }
    }

    /// The same caller with another token.
    pub fn with_token(&self, token: &str) -> Self {
        Self {
            token: Some(token.to_owned()),
            ..self.clone()
        }
    }

    pub fn token(&self) -> &str {
        self.token.as_deref().unwrap_or_default()
    }

    /// A request that is still to be filled.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.base));
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    pub async fn get(&self, path: &str) -> Answer {
        send(self.request(Method::GET, path)).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        send(self.request(Method::POST, path).json(&body)).await
    }

    /// Sends bytes as they are, declared as JSON.
    pub async fn post_bytes(&self, path: &str, body: impl Into<reqwest::Body>) -> Answer {
        let request = self
            .request(Method::POST, path)
            .header("Content-Type", "application/json");
        send(request.body(body)).await
    }

    /// Connects a database and answers all of `data`.
    pub async fn connect(&self, database: Value) -> Value {
        self.post(
            "/data/workspace_id/connect",
            json!({ "database": database }),
        )
        .await
        .ok()
    }
}

/// Sends a request, and checks that what comes back stands in the envelope.
pub async fn send(request: RequestBuilder) -> Answer {
    let response = request.send().await.expect("the server answers");
    let status = response.status().as_u16();
    let bytes = response.bytes().await.expect("the body arrives");
    assert!(!super::app::leaks(&bytes), "the canary is in an answer");
    let body: Value = serde_json::from_slice(&bytes)
        .unwrap_or_else(|_| panic!("{status}: no JSON: {}", String::from_utf8_lossy(&bytes)));
    for field in ["data", "message", "status"] {
        assert!(body.get(field).is_some(), "no {field} in {body}");
    }
    if status >= 400 {
        assert_eq!(body["status"], "error", "{body}");
    }
    if body["status"] == "error" {
        for field in ["code", "hint"] {
            assert!(
                body["error"][field]
                    .as_str()
                    .is_some_and(|text| !text.is_empty()),
                "no {field} in {body}"
            );
        }
        assert!(body["error"]["details"].is_object(), "{body}");
        assert!(!body["message"].as_str().unwrap().is_empty(), "{body}");
    }
    Answer { status, body }
}

impl Answer {
    /// `data` of a success.
    #[track_caller]
    pub fn ok(self) -> Value {
        assert_eq!(
            (self.status, self.body["status"].as_str()),
            (200, Some("success")),
            "{}",
            self.body
        );
        self.body["data"].clone()
    }

    /// Checks status and code of a failure, and answers the body.
    #[track_caller]
    pub fn failed(self, status: u16, code: &str) -> Value {
        assert_eq!(
            (self.status, self.body["error"]["code"].as_str()),
            (status, Some(code)),
            "{}",
            self.body
        );
        self.body
    }
}
