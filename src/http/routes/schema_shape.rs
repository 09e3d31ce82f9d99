//! The parameters of `/data/{workspace_id}/schema` that ask for another form or a part of a schema,
//! and the answers to them.

use actix_web::HttpResponse;
use actix_web::http::header::{CONTENT_ENCODING, CONTENT_TYPE, ETAG};
use actix_web::web::Data;

use super::schema::{CACHE, VARIES, render, tag};
use crate::http::answer::Answer;
use crate::http::error::ApiError;
use crate::http::extract::QueryParameters;
use crate::http::services::refusal;
use crate::http::state::State;
use crate::schema::formats::{Format, UnknownFormat};
use crate::schema::narrow::{Around, DEEPEST, Narrowing};
use crate::services::sources::{Place, SchemaRequest, Shape, ShapedAnswer, ShapedBody};

/// What the parameter `format` does.
pub(super) const FORMAT: &str = "The form: `json` (the default), `markdown`, `mermaid` (an ER diagram), `dbml` or `jsonschema`; \
     all but `json` come as they are, without the envelope";
/// What the parameter `tables` does.
pub(super) const TABLES: &str =
    "These tables alone, by name, `schema.name` or id; several parted by commas or given apart";
/// What the parameter `schema` does.
pub(super) const SCHEMA: &str =
    "The tables of these schemas alone; several parted by commas or given apart";
/// What the parameter `around` does.
pub(super) const AROUND: &str = "A table by name, `schema.name` or id: it alone, and those that refer to it or that it refers to";
/// What the parameter `depth` does.
pub(super) const DEPTH: &str = "Over how many references `around` looks, 0 to 10; 1 unless told";

/// Reads the shape that a request asks for.
pub(super) fn asked_for(query: &QueryParameters) -> Result<Shape, ApiError> {
    let format = query.get("format").map_or(Ok(Format::default()), |name| {
        name.parse().map_err(|unknown: UnknownFormat| {
            ApiError::field("format", "This is no format.", unknown.to_string())
        })
    })?;
    let depth = query.get("depth").map_or(Ok(1), |text| {
        let depth = text.parse().ok().filter(|depth| *depth <= DEEPEST);
        depth.ok_or_else(|| {
            let message = format!("`depth` is a number from 0 to {DEEPEST}.");
            ApiError::field("depth", message, "Leave it out for the nearest tables.")
        })
    })?;
    let around = query.get("around").map(|table| Around {
        table: table.to_owned(),
        depth,
    });
    if around.is_none() && query.get("depth").is_some() {
        let message = "`depth` says how far `around` looks, and that is missing.";
        return Err(ApiError::field(
            "depth",
            message,
            "Name a table in `around`.",
        ));
    }
    Ok(Shape {
        format,
        narrowing: Narrowing {
            tables: query.all("tables"),
            schemas: query.all("schema"),
            around,
        },
    })
}

/// Answers a schema in a shape. The answer has a tag of its own, for the shape is part of it.
pub(super) async fn answer(
    state: &Data<State>,
    place: &Place,
    wanted: SchemaRequest,
    shape: Shape,
) -> Result<HttpResponse, ApiError> {
    let gzip = wanted.gzip;
    let answer = state
        .sources
        .schema_shaped(place, wanted, shape, render)
        .await
        .map_err(|error| refusal(error, "source_id"))?;
    let (name, body) = match answer {
        ShapedAnswer::Known { tag: name } => {
            return Ok(HttpResponse::NotModified()
                .insert_header((ETAG, tag(&name)))
                .insert_header(CACHE)
                .finish());
        }
        ShapedAnswer::Made { tag, body } => (tag, body),
    };
    let mut response: HttpResponse = match body {
        ShapedBody::Document(document) => Answer::new(document, "Schema read")?.into(),
        ShapedBody::Text { format, bytes } => {
            let mut response = HttpResponse::Ok();
            response.insert_header((CONTENT_TYPE, format.content_type()));
            if gzip {
                response.insert_header((CONTENT_ENCODING, "gzip"));
            }
            response.body(bytes)
        }
    };
    let tag = name.map(|name| (ETAG, tag(&name)));
    let headers = response.headers_mut();
    for (name, value) in [
        Some((CACHE.0, CACHE.1.to_owned())),
        Some((VARIES.0, VARIES.1.to_owned())),
        tag,
    ]
    .into_iter()
    .flatten()
    {
        let value = value
            .try_into()
            .map_err(|error| ApiError::internal(&error))?;
        headers.insert(name, value);
    }
    Ok(response)
}
