//! `/data/{workspace_id}/schema` and `/data/{workspace_id}/infer-schema`

use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, HeaderName, VARY,
};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;

use crate::auth::permission::Access;
use crate::connectors::input::ConnectionInput;
use crate::http::answer::{Answer, ApiResult, Envelope};
use crate::http::endpoint::Endpoint;
use crate::http::error::ApiError;
use crate::http::extract::{Authenticated, Json, QueryParameters, WorkspacePath};
use crate::http::negotiate::{known_tags, takes_gzip};
use crate::http::services::refusal;
use crate::http::state::State;
use crate::model::Scope;
use crate::schema::formats::TextFormat;
use crate::services::sources::{KnownTags, SchemaAnswer, SchemaDocument, SchemaRequest};

use super::{SCOPE, schema_shape, schema_versions};

/// The endpoints of this file.
pub fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get(
            "/data/{workspace_id}/schema",
            schema,
            "The schema of a source, or of one of its tables",
        )
        .also("/data/schema")
        .required("source_id", "The id of a source or of a table")
        .query("scope", SCOPE)
        .query("refresh", "`true` reads the source again")
        .query(
            "version",
            "The number of a version that is kept, in place of the newest",
        )
        .query("format", schema_shape::FORMAT)
        .query("tables", schema_shape::TABLES)
        .query("schema", schema_shape::SCHEMA)
        .query("around", schema_shape::AROUND)
        .query("depth", schema_shape::DEPTH)
        .answers_text(TextFormat::Markdown.content_type())
        .answers_text(TextFormat::Mermaid.content_type())
        .answers_text(TextFormat::Dbml.content_type())
        .answers_text(TextFormat::JsonSchema.content_type())
        .answers::<SchemaDocument>(),
        Endpoint::post(
            "/data/{workspace_id}/infer-schema",
            infer,
            "The schema of a database, without keeping anything",
        )
        .also("/data/infer-schema")
        .body::<InferBody>()
        .answers::<SchemaDocument>(),
    ]
}

#[derive(Deserialize, utoipa::ToSchema)]
struct InferBody {
    scope: Option<Scope>,
    /// A database as `connect` takes it.
    database: ConnectionInput,
}

/// Makes the bytes that are kept and answered.
pub fn render(document: &SchemaDocument) -> Result<Vec<u8>, serde_json::Error> {
    serde_json::to_vec(&Envelope {
        data: document,
        message: "Schema read",
        status: "success",
    })
}

async fn schema(
    state: Data<State>,
    caller: Authenticated,
    path: WorkspacePath,
    query: QueryParameters,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let place = state
        .sources
        .place(&caller.0, query.scope()?, path.0, Access::Read)
        .await?;
    let wanted = SchemaRequest {
        id: query.require("source_id")?.to_owned(),
        refresh: query.flag("refresh")?,
        version: query.parsed("version", schema_versions::NUMBER)?,
        gzip: takes_gzip(&request),
        known: known_tags(&request),
    };
    if wanted.refresh && wanted.version.is_some() {
        return Err(ApiError::field(
            "version",
            "A version that is kept is not read again.",
            "Leave out `version` or `refresh`.",
        ));
    }
    let shape = schema_shape::asked_for(&query)?;
    if !shape.is_kept() {
        return schema_shape::answer(&state, &place, wanted, shape).await;
    }
    let has_any = matches!(wanted.known, KnownTags::Any);
    let answer = state
        .sources
        .schema(&place, wanted, render)
        .await
        .map_err(|error| refusal(error, "source_id"))?;
    Ok(match answer {
        SchemaAnswer::Known { tag: whole } => HttpResponse::NotModified()
            .insert_header((ETAG, tag(&whole)))
            .insert_header(CACHE)
            .finish(),
        SchemaAnswer::Bytes {
            tag: whole,
            body,
            gzip,
        } => {
            let mut response = HttpResponse::Ok();
            response.insert_header((CONTENT_TYPE, "application/json"));
            response
                .insert_header((ETAG, tag(&whole)))
                .insert_header(CACHE);
            response.insert_header(VARIES);
            if gzip {
                response.insert_header((CONTENT_ENCODING, "gzip"));
            }
            response.body(body)
        }
        // Of one table, which has no tag.
        SchemaAnswer::Document(document) if has_any && !document.head.stale => {
            HttpResponse::NotModified().insert_header(CACHE).finish()
        }
        SchemaAnswer::Document(document) => Answer::new(document, "Schema read")?.into(),
    })
}

async fn infer(
    state: Data<State>,
    caller: Authenticated,
    path: WorkspacePath,
    body: Json<InferBody>,
) -> ApiResult {
    let Json(parsed) = body;
    let InferBody { scope, database } = parsed.value;
    let place = state
        .sources
        .place(&caller.0, scope.unwrap_or_default(), path.0, Access::Write)
        .await?;
    let (document, warnings) = state
        .sources
        .infer(&place, database)
        .await
        .map_err(|error| refusal(error, "database"))?;
    Ok(Answer::new(document, "Schema read")?
        .warn(warnings)
        .warn(parsed.warnings))
}

/// The answer may be kept by its caller alone, and is asked after by its tag.
pub(super) const CACHE: (HeaderName, &str) = (CACHE_CONTROL, "private, no-cache");
/// The answer differs by what is accepted and who asks.
pub(super) const VARIES: (HeaderName, &str) = (VARY, "Accept-Encoding, Authorization");

/// A weak tag (RFC 9110 §8.8.1): estimates of rows and the time of reading may differ below one tag.
pub(super) fn tag(whole: &str) -> String {
    format!("W/\"{whole}\"")
}
