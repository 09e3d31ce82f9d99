//! The archive's side of `export-tables` and `import-tables`.

use actix_web::http::header::{
    ACCEPT, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_TYPE, ContentDisposition,
    DispositionParam, DispositionType,
};
use actix_web::web::{Bytes, Payload};
use actix_web::{HttpRequest, HttpResponse};
use futures_util::stream;
use secrecy::{ExposeSecret, SecretString};

use super::workspace_transfer::{ExportFormat, checked};
use crate::http::body;
use crate::http::error::ApiError;
use crate::http::state::State;
use crate::model::{Caller, Scope};
use crate::services::sources::Place;
use crate::services::workspace_transfer::{Archive, ExportWorkspace, MAGIC, TransferFailure};

/// The content type of an archive (RFC 8878 §6.1).
pub const ZSTD: &str = "application/zstd";
/// The header that a passphrase travels in. It stands in no log, unlike an address.
pub const PASSPHRASE: &str = "X-Headwater-Passphrase";
/// Where the document stands in an archive.
pub const DOCUMENT: &str = "document.json";
/// How much is written at a time.
const PIECE: usize = 1 << 20;

/// Whether an export is to be an archive.
pub fn is_wanted(format: Option<ExportFormat>, request: &HttpRequest) -> bool {
    match format {
        Some(format) => format == ExportFormat::Archive,
        None => is(request, &ACCEPT),
    }
}

/// Whether a body is an archive, by its first bytes or by what it is declared as.
pub fn is_sent(request: &HttpRequest, first: &[u8]) -> bool {
    first.starts_with(&MAGIC) || is(request, &CONTENT_TYPE)
}

/// Whether a header names the type of archives.
fn is(request: &HttpRequest, header: &actix_web::http::header::HeaderName) -> bool {
    let told = request.headers().get(header);
    let told = told.and_then(|told| told.to_str().ok()).unwrap_or_default();
    told.split(',').any(|part| {
        let essence = part.split(';').next().unwrap_or_default().trim();
        essence.eq_ignore_ascii_case(ZSTD)
    })
}

/// Answers an archive, as it is written.
pub async fn export(
    state: &State,
    place: &Place,
    export: ExportWorkspace,
) -> Result<HttpResponse, ApiError> {
    if let Some(passphrase) = &export.passphrase {
        sendable(passphrase)?;
    }
    let pieces = state
        .workspace_transfers
        .export_archive(place, export)
        .await?;
    let body = stream::unfold(pieces, async |mut pieces| {
        let piece = pieces.recv().await?;
        Some((piece.map(Bytes::from), pieces))
    });
    let disposition = ContentDisposition {
        disposition: DispositionType::Attachment,
        parameters: vec![DispositionParam::Filename(format!(
            "{}.tar.zst",
            place.workspace
        ))],
    };
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, ZSTD))
        .insert_header((CONTENT_DISPOSITION, disposition))
        .streaming(body))
}

/// A passphrase comes back in a header, which has no blanks at its ends and no line breaks in it.
fn sendable(passphrase: &SecretString) -> Result<(), ApiError> {
    let text = passphrase.expose_secret();
    if text.trim() == text && !text.chars().any(char::is_control) {
        return Ok(());
    }
    Err(ApiError::field(
        "passphrase",
        "The passphrase of an archive begins and ends with no blank and has no line break in it.",
        "Use another one: it is given back in a header.",
    ))
}

/// The passphrase that came with an archive.
pub fn passphrase(request: &HttpRequest) -> Result<Option<SecretString>, ApiError> {
    let Some(header) = request.headers().get(PASSPHRASE) else {
        return Ok(None);
    };
    let text = std::str::from_utf8(header.as_bytes()).map_err(|_| {
        let message = format!("The header {PASSPHRASE} is no UTF-8.");
        ApiError::field("passphrase", message, "Send it in UTF-8.")
    })?;
    checked(Some(text.into()))
}

/// Receives an archive, of which the first bytes came.
pub async fn received(
    state: &State,
    (caller, scope): (&Caller, Scope),
    request: &HttpRequest,
    first: Vec<u8>,
    mut payload: Payload,
) -> Result<Archive, ApiError> {
    let limit = state.import_limit;
    let declared = request.headers().get(CONTENT_LENGTH);
    let declared = declared.and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if declared.is_some_and(|length| length > limit) {
        return Err(TransferFailure::TooMuch(limit).into());
    }
    let mut receiving = state
        .workspace_transfers
        .receive_archive(caller, scope, limit)
        .await?;
    let mut piece = first;
    while let Some(part) = body::next_part(&mut payload).await? {
        piece.extend_from_slice(&part);
        if piece.len() >= PIECE {
            receiving = receiving.write(std::mem::take(&mut piece)).await?;
        }
    }
    Ok(receiving.write(piece).await?.finish())
}
