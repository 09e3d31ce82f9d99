//! Bodies: JSON alone, bounded in bytes and time, with the path of what is wrong and the names of
//! what is unknown.

use std::time::Duration;

use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::Bytes;
use actix_web::{HttpRequest, web};
use futures_util::StreamExt;
use serde::de::DeserializeOwned;

use super::error::{ApiError, Code};

/// The largest JSON body of an ordinary endpoint.
pub const JSON_LIMIT: usize = 1 << 20;
/// The largest body of a login or anything like it.
pub const LOGIN_LIMIT: usize = 4 << 10;
/// The largest body of an import.
pub const IMPORT_LIMIT: usize = 50 << 20;
/// How long a body may take to arrive.
const PATIENCE: Duration = Duration::from_secs(30);

/// A body that was read, and the paths in it that nobody asked for.
#[derive(Debug)]
pub struct Parsed<T> {
    /// The body.
    pub value: T,
    /// Sentences on fields that were ignored.
    pub warnings: Vec<String>,
}

/// The next part of a body that is taken part by part; `None` at its end.
pub async fn next_part(payload: &mut web::Payload) -> Result<Option<Bytes>, ApiError> {
    let next = tokio::time::timeout(PATIENCE, payload.next()).await;
    let next = next.map_err(|_| {
        let hint = "Send it without pauses of more than 30 seconds.";
        ApiError::new(Code::SLOW_BODY, "The body took too long to arrive.", hint)
    })?;
    next.transpose().map_err(|_| {
        let hint = "Send the whole body.";
        ApiError::new(Code::INVALID_FIELD, "The body ended too early.", hint)
    })
}

/// Reads a JSON body of at most `limit` bytes. An empty body counts as `{}`.
pub async fn read<T: DeserializeOwned>(
    request: &HttpRequest,
    payload: web::Payload,
    limit: usize,
) -> Result<Parsed<T>, ApiError> {
    parse(&received(request, Bytes::new(), payload, limit).await?, "")
}

/// The same for bodies so large that reading them would keep others waiting: on a blocking thread.
pub async fn read_aside<T: DeserializeOwned + Send + 'static>(
    request: &HttpRequest,
    payload: web::Payload,
    limit: usize,
) -> Result<Parsed<T>, ApiError> {
    read_rest_aside(request, Bytes::new(), payload, limit).await
}

/// The same where the first bytes were looked at already.
pub async fn read_rest_aside<T: DeserializeOwned + Send + 'static>(
    request: &HttpRequest,
    first: Bytes,
    payload: web::Payload,
    limit: usize,
) -> Result<Parsed<T>, ApiError> {
    let bytes = received(request, first, payload, limit).await?;
    let parsed = tokio::task::spawn_blocking(move || parse(&bytes, "")).await;
    parsed.map_err(|error| ApiError::internal(&error))?
}

async fn received(
    request: &HttpRequest,
    first: Bytes,
    payload: web::Payload,
    limit: usize,
) -> Result<Vec<u8>, ApiError> {
    let bytes = tokio::time::timeout(PATIENCE, collect(request, &first, payload, limit))
        .await
        .map_err(|_| {
            ApiError::new(
                Code::SLOW_BODY,
                "The body took too long to arrive.",
                "Send it within 30 seconds.",
            )
        })??;
    if bytes.is_empty() {
        return Ok(b"{}".to_vec());
    }
    require_json(request)?;
    Ok(bytes)
}

async fn collect(
    request: &HttpRequest,
    first: &[u8],
    mut payload: web::Payload,
    limit: usize,
) -> Result<Vec<u8>, ApiError> {
    let too_large = || {
        ApiError::new(
            Code::BODY_TOO_LARGE,
            format!("The body is larger than {limit} bytes."),
            "Send less at once.",
        )
        .with("limit_bytes", limit)
    };
    let declared = request
        .headers()
        .get("content-length")
        .and_then(|v| v.to_str().ok()?.parse::<usize>().ok());
    if declared.is_some_and(|length| length > limit) {
        return Err(too_large());
    }
    if first.len() > limit {
        return Err(too_large());
    }
    let mut bytes = Vec::with_capacity(declared.unwrap_or(0).max(first.len()));
    bytes.extend_from_slice(first);
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_| {
            ApiError::new(
                Code::MALFORMED_JSON,
                "The body ended too early.",
                "Send the whole body.",
            )
        })?;
        if bytes.len() + chunk.len() > limit {
            return Err(too_large());
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

fn require_json(request: &HttpRequest) -> Result<(), ApiError> {
    let content_type = request
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|v| v.to_str().ok())
        .unwrap_or("");
    let essence = content_type
        .split(';')
        .next()
        .unwrap_or("")
        .trim()
        .to_ascii_lowercase();
    if essence == "application/json"
        || (essence.starts_with("application/") && essence.ends_with("+json"))
    {
        return Ok(());
    }
    Err(ApiError::new(
        Code::UNSUPPORTED_MEDIA_TYPE,
        "The body is not declared as JSON.",
        "Send the header Content-Type: application/json.",
    ))
}

/// Reads JSON whose place in the body is `prefix` (empty for the body itself).
pub fn parse<T: DeserializeOwned>(bytes: &[u8], prefix: &str) -> Result<Parsed<T>, ApiError> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        ApiError::new(
            Code::MALFORMED_JSON,
            format!(
                "The body is no UTF-8: byte {} begins no character.",
                error.valid_up_to()
            ),
            "Send JSON in UTF-8.",
        )
    })?;
    // First whether it is JSON at all: what stands where in it matters only then.
    serde_json::from_str::<serde::de::IgnoredAny>(text).map_err(|error| {
        ApiError::new(
            Code::MALFORMED_JSON,
            format!("The body is no valid JSON (line {}, column {}).", error.line(), error.column()),
            "Send one JSON value; check brackets, commas, quotes, and that it is not nested too deep.",
        )
    })?;
    deserialize(&mut serde_json::Deserializer::from_str(text), prefix)
}

/// Reads a value that was already taken apart, whose place in the body is `prefix`.
pub fn parse_value<T: DeserializeOwned>(
    value: &serde_json::Value,
    prefix: &str,
) -> Result<Parsed<T>, ApiError> {
    deserialize(value, prefix)
}

fn deserialize<'de, T, D>(deserializer: D, prefix: &str) -> Result<Parsed<T>, ApiError>
where
    T: DeserializeOwned,
    D: serde::Deserializer<'de, Error = serde_json::Error>,
{
    let mut warnings = Vec::new();
    let mut track = serde_path_to_error::Track::new();
    let with_path = serde_path_to_error::Deserializer::new(deserializer, &mut track);
    let mut note = |path: serde_ignored::Path<'_>| {
        // Options put a `?` into the path for each of their layers.
        let path = path.to_string().replace(".?", "").replace("?.", "");
        if warnings.len() < 20 {
            warnings.push(format!(
                "The field '{}' is unknown and was ignored.",
                join(prefix, shortened(&path))
            ));
        }
    };
    let result = T::deserialize(serde_ignored::Deserializer::new(with_path, &mut note));
    let value = result
        .map_err(|error| refusal(&error, &join(prefix, shortened(&track.path().to_string()))))?;
    Ok(Parsed { value, warnings })
}

fn refusal(error: &serde_json::Error, path: &str) -> ApiError {
    // serde's words for a wrong type quote the value, which may be a secret: only what was expected is shown.
    let text = error.to_string();
    let text = without_place(&text);
    if text == "recursion limit exceeded" {
        return ApiError::new(
            Code::MALFORMED_JSON,
            "The body is nested too deep.",
            "Nest at most 100 arrays and objects in each other.",
        );
    }
    if let Some(field) = (text.strip_prefix("duplicate field `")).and_then(|t| t.strip_suffix('`'))
    {
        let path = if path == WHOLE {
            field.to_owned()
        } else {
            format!("{path}.{field}")
        };
        return ApiError::field(
            &path,
            format!("The field '{path}' is given twice."),
            "Give it once; some fields have a second name.",
        );
    }
    if let Some(field) = text
        .strip_prefix("missing field `")
        .and_then(|rest| rest.split('`').next())
    {
        let path = if path == WHOLE {
            field.to_owned()
        } else {
            format!("{path}.{field}")
        };
        return ApiError::new(
            Code::MISSING_FIELD,
            format!("The field '{path}' is missing."),
            "Add it.",
        )
        .with("path", path);
    }
    if let Some(field) = text
        .strip_prefix("unknown field `")
        .and_then(|rest| rest.split('`').next())
    {
        let field = shortened(field);
        let path = match path.strip_suffix(field) {
            _ if path == WHOLE => field.to_owned(),
            Some(before) if before.is_empty() || before.ends_with('.') => path.to_owned(),
            _ => format!("{path}.{field}"),
        };
        let message = format!("The field '{path}' is unknown.");
        return ApiError::field(&path, message, "Leave it out.");
    }
    let expected = text.rsplit_once("expected ").map(|(_, expected)| expected);
    let expected = expected
        .map(|expected| format!(": {} is expected", in_words(expected)))
        .unwrap_or_default();
    let message = format!("The field '{path}' has a wrong type or value{expected}.");
    ApiError::field(path, message, "Correct it and send the request again.")
}

/// The words of an error without the line and column behind them; a value in them may read alike.
fn without_place(text: &str) -> &str {
    let is_place = |place: &str| {
        let numbers = place.split_once(" column ");
        numbers.is_some_and(|(line, column)| {
            [line, column]
                .iter()
                .all(|n| n.bytes().all(|b| b.is_ascii_digit()))
        })
    };
    let parts = text.rsplit_once(" at line ");
    parts
        .filter(|(_, place)| is_place(place))
        .map_or(text, |(words, _)| words)
}

/// What serde expects, without the names that types have in this program.
fn in_words(expected: &str) -> &str {
    match expected {
        "u16" => "a whole number from 0 to 65535",
        "u8" | "u32" | "u64" | "usize" | "i32" | "i64" => "a whole number",
        "a sequence" => "a list",
        "a map" => "an object",
        other if other.starts_with("struct ") => "an object",
        other => other,
    }
}

/// How the body itself is called where a path would be empty.
const WHOLE: &str = "body";

fn join(prefix: &str, path: &str) -> String {
    match (prefix, path) {
        ("", "" | ".") => WHOLE.to_owned(),
        ("", path) => path.to_owned(),
        (prefix, "" | ".") => prefix.to_owned(),
        (prefix, path) => format!("{prefix}.{path}"),
    }
}

fn shortened(path: &str) -> &str {
    &path[..path.floor_char_boundary(120)]
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    struct Inner {
        #[expect(dead_code, reason = "read by serde alone")]
        port: u16,
    }

    #[derive(Debug, Deserialize)]
    struct Body {
        #[expect(dead_code, reason = "read by serde alone")]
        database: Option<Inner>,
    }

    fn error(text: &str) -> ApiError {
        parse::<Body>(text.as_bytes(), "").unwrap_err()
    }

    #[test]
    fn a_wrong_type_names_its_path_and_not_its_value() {
        let error = error(r#"{"database": {"port": "hunter2"}}"#);
        assert_eq!(error.body()["details"]["path"], "database.port");
        assert!(!format!("{error:?}").contains("hunter2"));
    }

    #[test]
    fn a_missing_field_names_its_path() {
        assert_eq!(
            error(r#"{"database": {}}"#).body()["details"]["path"],
            "database.port"
        );
    }

    #[test]
    fn a_field_that_is_given_twice_is_named() {
        let error = error(r#"{"database": {"port": 1, "port": 2}}"#);
        assert_eq!(error.message(), "The field 'database.port' is given twice.");
        assert_eq!(error.body()["details"]["path"], "database.port");
    }

    #[test]
    fn a_value_that_reads_like_an_explanation_is_not_shown() {
        let text = r#"{"database": {"port": "expected hunter2 at line 3"}}"#;
        assert!(!format!("{:?}", error(text)).contains("hunter2"));
        let value: serde_json::Value = serde_json::from_str(text).unwrap();
        let error = parse_value::<Body>(&value, "").unwrap_err();
        assert!(!format!("{error:?}").contains("hunter2"));
    }

    #[test]
    fn unknown_fields_are_named_however_deep() {
        let parsed =
            parse::<Body>(br#"{"a": 1, "database": {"port": 1, "b": {"c": 2}}}"#, "").unwrap();
        let expected =
            ["a", "database.b"].map(|f| format!("The field '{f}' is unknown and was ignored."));
        assert_eq!(parsed.warnings, expected);
    }

    #[test]
    fn what_is_no_json_is_told_by_its_place() {
        for text in ["{", "{\"a\": 1} x", "nul", ""] {
            assert_eq!(error(text).body()["code"], "malformed_json", "{text}");
        }
        assert_eq!(
            parse::<Body>(b"{\"a\": \"\xff\"}", "").unwrap_err().body()["code"],
            "malformed_json"
        );
        assert_eq!(error("null").body()["code"], "invalid_field");
        let nested = format!("{{\"database\": {}1{}}}", "[".repeat(200), "]".repeat(200));
        assert_eq!(
            parse::<serde_json::Value>(nested.as_bytes(), "")
                .unwrap_err()
                .message(),
            "The body is nested too deep."
        );
        assert_eq!(error(&"[".repeat(100_000)).body()["code"], "malformed_json");
    }
}
