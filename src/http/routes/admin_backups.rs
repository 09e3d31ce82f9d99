//! `/admin/backups`

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

use actix_web::body::SizedStream;
use actix_web::http::StatusCode;
use actix_web::http::header::{
    ACCEPT_RANGES, CONTENT_DISPOSITION, CONTENT_RANGE, CONTENT_TYPE, ETAG, IF_RANGE, RANGE,
};
use actix_web::web::{Bytes, Data};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use futures_util::{Stream, stream};
use serde::{Deserialize, Serialize};

use crate::http::answer::{Answer, ApiResult};
use crate::http::endpoint::Endpoint;
use crate::http::error::ApiError;
use crate::http::extract::{Authenticated, SmallJson, path_segment};
use crate::http::range::{Asked, Part};
use crate::http::state::State;
use crate::services::backup::{Kept, Shelved};

/// The endpoints of this file.
pub fn endpoints() -> Vec<Endpoint> {
    const ALL: &str = "/admin/backups";
    const ONE: &str = "/admin/backups/{name}";
    vec![
        Endpoint::post(ALL, make, "Make a backup of the whole installation")
            .body::<BackupBody>()
            .answers::<Kept>(),
        Endpoint::get(ALL, list, "List the backups, the newest first").answers::<Vec<Shelved>>(),
        Endpoint::get(ONE, download, "Download a backup").answers_text(ARCHIVE),
        Endpoint::delete(ONE, delete, "Delete a backup").answers::<Deleted>(),
    ]
}

/// The content type of archives (RFC 8878 §7.1).
const ARCHIVE: &str = "application/zstd";
/// How much of a file is read at a time.
const PIECE: u64 = 256 << 10;

#[derive(Deserialize, utoipa::ToSchema)]
#[schema(as = BackupRequest)]
struct BackupBody {
    /// Whether the keys are put into it too: whoever has it then has every password in it.
    include_key: Option<bool>,
    /// Whether to wait for the end; the default.
    wait: Option<bool>,
}

#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = DeletedBackup)]
struct Deleted {
    name: String,
}

async fn make(
    state: Data<State>,
    caller: Authenticated,
    body: SmallJson<BackupBody>,
) -> Result<HttpResponse, ApiError> {
    let Authenticated(caller) = caller;
    let operator = state.operators.admit(&caller).await?;
    let SmallJson(parsed) = body;
    let include_key = parsed.value.include_key.unwrap_or(false);
    let begun = state.backups.begin(&operator, include_key)?;
    tracing::info!(
        by = caller.user_name,
        organization = caller.organization_name,
        name = begun.running.name,
        include_key,
        "a backup was asked for"
    );
    if !parsed.value.wait.unwrap_or(true) {
        let answer = Answer::new(begun.running, "Backup begun")?.warn(parsed.warnings);
        return Ok(HttpResponse::from(answer.with_status(StatusCode::ACCEPTED)));
    }
    let message = if include_key {
        "Backup made, the keys in it: whoever has it has every password; keep it like one"
    } else {
        "Backup made, the keys not in it: keep a copy of secret.key elsewhere"
    };
    let kept = begun.wait().await?;
    Ok(Answer::new(kept, message)?.warn(parsed.warnings).into())
}

async fn list(state: Data<State>, caller: Authenticated) -> ApiResult {
    let operator = state.operators.admit(&caller.0).await?;
    Answer::new(state.backups.list(&operator).await?, "Backups listed")
}

async fn delete(state: Data<State>, caller: Authenticated, request: HttpRequest) -> ApiResult {
    let Authenticated(caller) = caller;
    let operator = state.operators.admit(&caller).await?;
    let name = path_segment(&request, "name").unwrap_or_default();
    state.backups.remove(&operator, name.clone()).await?;
    tracing::info!(
        by = caller.user_name,
        organization = caller.organization_name,
        name,
        "a backup was deleted"
    );
    Answer::new(Deleted { name }, "Backup deleted")
}

async fn download(
    state: Data<State>,
    caller: Authenticated,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let Authenticated(caller) = caller;
    let operator = state.operators.admit(&caller).await?;
    let name = path_segment(&request, "name").unwrap_or_default();
    let (backup, file) = state.backups.open(&operator, name).await?;
    tracing::info!(
        by = caller.user_name,
        organization = caller.organization_name,
        name = backup.name,
        "a backup is downloaded"
    );
    // A name and a length are those of one file: archives are never written over.
    let tag = match &backup.sha256 {
        Some(sha256) => format!("\"{sha256}\""),
        None => format!("\"{}-{}\"", backup.bytes, backup.made_at.as_millisecond()),
    };
    let header = |name| request.headers().get(name).and_then(|v| v.to_str().ok());
    let unchanged = header(IF_RANGE).is_none_or(|known| known == tag);
    let asked = match header(RANGE).filter(|_| unchanged) {
        Some(range) => Asked::parse(range, backup.bytes),
        None => Asked::Whole,
    };
    let (mut response, part) = match asked {
        Asked::Whole => (HttpResponse::Ok(), Part::whole(backup.bytes)),
        Asked::Part(part) => {
            let mut response = HttpResponse::PartialContent();
            response.insert_header((CONTENT_RANGE, part.content_range(backup.bytes)));
            (response, part)
        }
        Asked::Beyond => return Ok(beyond(backup.bytes)),
    };
    let disposition = format!("attachment; filename=\"{}\"", backup.name);
    describe(&mut response, &tag, &disposition);
    Ok(response.body(SizedStream::new(part.length, pieces(file, part))))
}

fn describe(response: &mut HttpResponseBuilder, tag: &str, disposition: &str) {
    response
        .insert_header((CONTENT_TYPE, ARCHIVE))
        .insert_header((CONTENT_DISPOSITION, disposition))
        .insert_header((ACCEPT_RANGES, "bytes"))
        .insert_header((ETAG, tag));
}

/// A part that begins behind the end (RFC 9110 §15.5.17).
fn beyond(bytes: u64) -> HttpResponse {
    let refused = ApiError::field(
        "Range",
        format!("The backup has {bytes} bytes, and none in that range."),
        "Ask for bytes that it has.",
    );
    let mut response = refused
        .with_status(StatusCode::RANGE_NOT_SATISFIABLE)
        .respond(None);
    if let Ok(value) = format!("bytes */{bytes}").parse() {
        response.headers_mut().insert(CONTENT_RANGE, value);
    }
    response
}

/// A part of a file, piece by piece, each read on a blocking thread.
fn pieces(file: File, part: Part) -> impl Stream<Item = io::Result<Bytes>> {
    stream::try_unfold((file, part), async |(mut file, part)| {
        if part.length == 0 {
            return Ok(None);
        }
        let read = tokio::task::spawn_blocking(move || {
            let many = part.length.min(PIECE);
            let mut piece = Vec::with_capacity(usize::try_from(many).unwrap_or(0));
            file.seek(SeekFrom::Start(part.start))?;
            (&mut file).take(many).read_to_end(&mut piece)?;
            if piece.is_empty() {
                return Err(io::Error::from(io::ErrorKind::UnexpectedEof));
            }
            let read = piece.len() as u64;
            let rest = Part {
                start: part.start + read,
                length: part.length - read,
            };
            Ok((Bytes::from(piece), (file, rest)))
        });
        read.await.map_err(io::Error::other)?.map(Some)
    })
}
