//! The page, embedded in the binary. Everything that is no endpoint comes here.

use std::collections::HashMap;
use std::io::Write as _;
use std::sync::{Arc, LazyLock, PoisonError, RwLock};

use actix_web::http::Method;
use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, VARY,
};
use actix_web::web::{self, Bytes};
use actix_web::{HttpRequest, HttpResponse};
use data_encoding::HEXLOWER;
use flate2::Compression;
use flate2::write::GzEncoder;
use rust_embed::{EmbeddedFile, RustEmbed};

use super::error::ApiError;
use super::negotiate::{known_tags, takes_gzip};

#[derive(RustEmbed)]
#[folder = "static/"]
struct Assets;

/// Scripts, styles and everything else come from this server alone; names, comments and servers'
/// messages are hostile text, and nothing of it may become code.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
    font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; \
    require-trusted-types-for 'script'; trusted-types 'none'";

/// A file in the forms it is answered in. Of one that gzip makes no smaller there is no second form.
struct Packed {
    hash: String,
    plain: Bytes,
    gzip: Option<Bytes>,
}

/// Each file that was asked for, packed once. A debug build reads files anew at each request; there
/// one that was edited takes the place of the old one.
static PACKED: LazyLock<RwLock<HashMap<String, Arc<Packed>>>> = LazyLock::new(RwLock::default);

/// Answers a file of the page.
pub async fn serve(request: HttpRequest) -> Result<HttpResponse, ApiError> {
    let path = request.path().trim_start_matches('/');
    let path = if path.is_empty() || path == "setup" {
        "index.html"
    } else {
        path
    };
    let is_read = matches!(*request.method(), Method::GET | Method::HEAD);
    let file = Assets::get(path).filter(|_| is_read);
    let file =
        file.ok_or_else(|| ApiError::not_found("page", "The page is at /, the API at /api/v1."))?;
    let packed = packed(path, file).await?;
    let gzip = packed.gzip.as_ref().filter(|_| takes_gzip(&request));
    // Each form has a tag of its own: a strong tag stands for bytes.
    let tag = match gzip {
        Some(_) => format!("{}-gz", packed.hash),
        None => packed.hash.clone(),
    };
    let known = known_tags(&request).contains(&tag);
    let mut response = if known {
        HttpResponse::NotModified()
    } else {
        HttpResponse::Ok()
    };
    response
        .insert_header((CONTENT_SECURITY_POLICY, POLICY))
        .insert_header((CACHE_CONTROL, "no-cache"))
        .insert_header((VARY, "Accept-Encoding"))
        .insert_header((ETAG, format!("\"{tag}\"")));
    if known {
        return Ok(response.finish());
    }
    response.insert_header((CONTENT_TYPE, content_type(path)));
    if gzip.is_some() {
        response.insert_header((CONTENT_ENCODING, "gzip"));
    }
    Ok(response.body(gzip.unwrap_or(&packed.plain).clone()))
}

/// The forms of a file: those that are kept, or made now.
async fn packed(path: &str, file: EmbeddedFile) -> Result<Arc<Packed>, ApiError> {
    let hash = HEXLOWER.encode(&file.metadata.sha256_hash()[..16]);
    let kept = {
        let all = PACKED.read().unwrap_or_else(PoisonError::into_inner);
        all.get(path).cloned()
    };
    if let Some(kept) = kept.filter(|kept| kept.hash == hash) {
        return Ok(kept);
    }
    let packed = web::block(move || pack(hash, Bytes::from(file.data.into_owned())))
        .await
        .map_err(|error| ApiError::internal(&error))?;
    let packed = Arc::new(packed);
    let mut all = PACKED.write().unwrap_or_else(PoisonError::into_inner);
    all.insert(path.to_owned(), Arc::clone(&packed));
    Ok(packed)
}

fn pack(hash: String, plain: Bytes) -> Packed {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    let gzip = encoder.write_all(&plain).and_then(|()| encoder.finish());
    let gzip = gzip.ok().filter(|gzip| gzip.len() < plain.len());
    Packed {
        hash,
        plain,
        gzip: gzip.map(Bytes::from),
    }
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("json") => "application/json",
        Some("txt") => "text/plain; charset=utf-8",
        Some("woff2") => "font/woff2",
        _ => "application/octet-stream",
    }
}
