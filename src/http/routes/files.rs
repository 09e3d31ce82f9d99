//! `/data/{workspace_id}/files`

use actix_web::HttpRequest;
use actix_web::web::{Data, Payload};
use serde::Serialize;

use crate::auth::permission::Access;
use crate::http::answer::{Answer, ApiResult};
use crate::http::body;
use crate::http::endpoint::Endpoint;
use crate::http::error::{ApiError, Code};
use crate::http::extract::{Authenticated, QueryParameters, WorkspacePath, path_segment};
use crate::http::state::State;
use crate::services::sources::{Quota, UploadedFile};

/// The endpoints of this file.
pub fn endpoints() -> Vec<Endpoint> {
    const NAME: &str = "The name of the file";
    const ALL: &str = "/data/{workspace_id}/files";
    vec![
        Endpoint::post(ALL, upload, "Send a file, as the raw body")
            .also("/data/files")
            .required("name", NAME)
            .query("scope", super::SCOPE)
            .answers::<UploadedFile>(),
        Endpoint::get(ALL, list, "List the files that were sent")
            .also("/data/files")
            .query("scope", super::SCOPE)
            .answers::<Vec<UploadedFile>>(),
        Endpoint::delete(
            "/data/{workspace_id}/files/{name}",
            delete,
            "Delete a file that was sent",
        )
        .query("scope", super::SCOPE)
        .answers::<Deleted>(),
    ]
}

#[derive(Serialize, utoipa::ToSchema)]
#[schema(title = "DeletedFile", as = DeletedFile)]
struct Deleted {
    name: String,
}

/// How much is written at a time.
const PIECE: usize = 1 << 20;

async fn upload(
    state: Data<State>,
    caller: Authenticated,
    path: WorkspacePath,
    query: QueryParameters,
    request: HttpRequest,
    mut payload: Payload,
) -> ApiResult {
    let name = query.get("name").unwrap_or_default();
    let name = file_name(name)?;
    let place = state
        .sources
        .place(&caller.0, query.scope()?, path.0, Access::Write)
        .await?;
    let limit = state.upload_limit;
    let declared = request.headers().get("content-length");
    let declared = declared.and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if declared.is_some_and(|length| length > limit) {
        return Err(too_large(limit));
    }
    let quota = Quota {
        limit: state.workspace_uploads_limit,
        expected: declared.unwrap_or(0),
    };
    let mut upload = state.sources.begin_upload(&place, name, quota).await?;
    let (mut piece, mut size) = (Vec::new(), 0_u64);
    while let Some(chunk) = body::next_part(&mut payload).await? {
        size += chunk.len() as u64;
        if size > limit {
            return Err(too_large(limit));
        }
        piece.extend_from_slice(&chunk);
        if piece.len() >= PIECE {
            upload = upload.write(std::mem::take(&mut piece)).await?;
        }
    }
    let uploaded = upload.write(piece).await?.finish().await?;
    Answer::new(uploaded, "File uploaded")
}

async fn list(
    state: Data<State>,
    caller: Authenticated,
    path: WorkspacePath,
    query: QueryParameters,
) -> ApiResult {
    let place = state
        .sources
        .place(&caller.0, query.scope()?, path.0, Access::Read)
        .await?;
    let files = state.sources.uploads(&place).await?;
    Answer::new(files, "Files listed")
}

async fn delete(
    state: Data<State>,
    caller: Authenticated,
    path: WorkspacePath,
    query: QueryParameters,
    request: HttpRequest,
) -> ApiResult {
    let name = path_segment(&request, "name").unwrap_or_default();
    let name = file_name(&name)?.to_owned();
    let place = state
        .sources
        .place(&caller.0, query.scope()?, path.0, Access::Write)
        .await?;
    if !state.sources.delete_upload(&place, &name).await? {
        return Err(ApiError::not_found(
            "file",
            "See /data/files for those that are there.",
        ));
    }
    Answer::new(Deleted { name }, "File deleted")
}

/// A name that is one file in one folder, and not hidden. Most file systems take 255 bytes.
fn file_name(name: &str) -> Result<&str, ApiError> {
    let name = super::name(name, "A file's name", "name")?;
    if name.starts_with('.') || name.contains(['/', '\\', '*', '?']) || name.len() > 255 {
        let message = "A file's name has at most 255 bytes, none of / \\ * ? in it and no dot at its beginning.";
        return Err(ApiError::field("name", message, "Choose another name."));
    }
    Ok(name)
}

fn too_large(limit: u64) -> ApiError {
    ApiError::new(
        Code::BODY_TOO_LARGE,
        format!("The file is larger than {} MB.", limit >> 20),
        "Send a smaller file, or ask the operator to raise max_upload_mb or to put it into the files folder.",
    )
    .with("limit_bytes", limit)
}
