//! What may be shown and kept of an API: where it is, and what is asked of it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// All of an API's settings but its host, its user and TLS, which stand where those of all engines do.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiSettings {
    /// Where paths begin, without a login.
    pub base_url: String,
    /// What becomes tables.
    pub endpoints: Vec<Endpoint>,
    /// How requests say who asks.
    pub login: Option<Login>,
}

/// What becomes one table.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(title = "ApiEndpoint")]
pub struct Endpoint {
    /// The name of the table.
    pub name: Option<String>,
    /// The path below `base_url`; none for that address itself.
    pub path: Option<String>,
    /// `GET` (the default) or `POST`.
    pub method: Option<Method>,
    /// Parameters of the address. Never secrets: those are `auth` or `headers`.
    #[schema(value_type = Option<Object>)]
    pub params: Option<Map<String, Value>>,
    /// What is sent with `POST`.
    #[schema(value_type = Option<Object>)]
    pub body: Option<Value>,
    /// Where the records stand in an answer, as names with dots between them; found out where absent.
    pub record_path: Option<String>,
    /// The field, or the fields, that tell records apart.
    pub primary_key: Option<Names>,
    /// The field that tells when a record changed.
    pub cursor_field: Option<String>,
    /// The parameter that asks for records from a value of `cursor_field` on.
    pub cursor_param: Option<String>,
    /// How there is more than one answer.
    pub pagination: Option<Pagination>,
}

/// How an endpoint is asked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum Method {
    /// Parameters stand in the address.
    #[default]
    #[serde(alias = "get")]
    Get,
    /// A body is sent.
    #[serde(alias = "post")]
    Post,
}

/// One name, or several.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(untagged)]
pub enum Names {
    /// One.
    One(String),
    /// Several.
    Several(Vec<String>),
}

impl Names {
    /// All of them.
    #[must_use]
    pub fn all(&self) -> &[String] {
        match self {
            Self::One(name) => std::slice::from_ref(name),
            Self::Several(names) => names,
        }
    }
}

/// How the next page is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(title = "ApiPagination")]
pub struct Pagination {
    /// By what.
    #[serde(rename = "type")]
    pub by: By,
    /// The parameter of the page's number; `page` where absent.
    pub page_param: Option<String>,
    /// The parameter of a page's size; none is sent where absent.
    pub size_param: Option<String>,
    /// How many records are asked for at once.
    pub size: Option<u64>,
    /// The parameter of the offset; `offset` where absent.
    pub offset_param: Option<String>,
    /// The parameter of the limit; `limit` where absent.
    pub limit_param: Option<String>,
    /// The parameter of the cursor; `cursor` where absent.
    pub cursor_param: Option<String>,
    /// Where the cursor of the next page stands in an answer; `next_cursor` where absent. With
    /// `link`: where the next page's address stands, in place of the header `Link`.
    pub cursor_path: Option<String>,
    /// The first page's number (1) or offset (0).
    pub start: Option<u64>,
    /// The most pages of one reading; 10,000 where absent.
    pub max_pages: Option<u64>,
}

/// What tells pages apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum By {
    /// Their numbers.
    Page,
    /// How many records stand before them.
    Offset,
    /// A text that the answer before gave.
    Cursor,
    /// An address that the answer before gave (RFC 8288's `Link`).
    Link,
}

/// How requests say who asks. The secret itself is among the credentials.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Login {
    /// A key in a header.
    Header(String),
    /// A key in a parameter of the address.
    Query(String),
    /// `Authorization: Bearer`.
    Bearer,
    /// `Authorization: Basic`, with the settings' user.
    Basic,
}

impl Endpoint {
    /// The name of its table.
    #[must_use]
    pub fn table(&self) -> &str {
        self.name.as_deref().unwrap_or_default()
    }

    /// The fields that tell its records apart.
    #[must_use]
    pub fn key(&self) -> &[String] {
        self.primary_key.as_ref().map_or(&[], Names::all)
    }

    /// What else a reader of the schema should know of it.
    #[must_use]
    pub fn options(&self) -> BTreeMap<String, Value> {
        let told = [
            ("path", &self.path),
            ("record_path", &self.record_path),
            ("cursor_field", &self.cursor_field),
            ("cursor_param", &self.cursor_param),
        ];
        let told = told.into_iter();
        told.filter_map(|(name, text)| Some((name.to_owned(), text.clone()?.into())))
            .collect()
    }
}
