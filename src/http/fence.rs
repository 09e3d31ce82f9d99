//! What stands around every endpoint: a request id, the log line, headers, the Host check, and
//! (on the API) that nobody without a token reaches what is not public.

use std::time::Instant;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, HttpRequest, HttpResponse, web};

use super::endpoint::Access;
use super::error::{ApiError, Code};
use super::extract::path_segment;
use super::state::{EndpointInfo, State};
use crate::model::Caller;

/// Around everything: request id, Host check, headers, log line.
pub async fn outer(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let started = Instant::now();
    let id = uuid::Uuid::now_v7().simple().to_string();
    let is_api = request.path().contains("/api/v1/");
    let allowed = request.app_data::<web::Data<State>>().is_some_and(|state| {
        let host = request
            .headers()
            .get(header::HOST)
            .and_then(|host| host.to_str().ok());
        state.hosts.serves(host)
    });
    let mut response = if head_length(&request) > HEAD_LIMIT {
        let refused = ApiError::new(
            Code::HEADERS_TOO_LARGE,
            format!("The path and the headers are larger than {HEAD_LIMIT} bytes."),
            "Send fewer or shorter headers.",
        );
        request.into_response(refused.respond(Some(&id)))
    } else if allowed {
        next.call(request).await?.map_into_boxed_body()
    } else {
        let refused = ApiError::new(
            Code::HOST_NOT_SERVED,
            "This server does not answer under that host name.",
            "Use the address that it printed at its start, or ask the operator to add the name to allowed_hosts.",
        );
        request.into_response(refused.respond(Some(&id)))
    };
    // Errors are made before the id is known; they get it here.
    let error = response.response().extensions().get::<ApiError>().cloned();
    if let Some(error) = error {
        let (request, _) = response.into_parts();
        response = ServiceResponse::new(request, error.respond(Some(&id)));
    }
    let headers = response.headers_mut();
    let mut set = |name: HeaderName, value: &'static str| {
        headers.insert(name, HeaderValue::from_static(value));
    };
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(header::REFERRER_POLICY, "no-referrer");
    if is_api && !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    if let Ok(value) = HeaderValue::from_str(&id) {
        headers.insert(HeaderName::from_static("x-request-id"), value);
    }
    let request = response.request();
    // The route's pattern, not the path: a path holds whatever a stranger wrote.
    let route = request.match_pattern().unwrap_or_default();
    let ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    tracing::info!(request_id = %id, method = %request.method(), route, status = response.status().as_u16(), ms, "request");
    Ok(response)
}

/// The most bytes of a path and headers.
const HEAD_LIMIT: usize = 16 << 10;

fn head_length(request: &ServiceRequest) -> usize {
    let headers = request.headers().iter();
    let headers: usize = headers
        .map(|(name, value)| name.as_str().len() + value.len())
        .sum();
    let path = request.uri().path_and_query();
    headers + path.map_or(0, |path| path.as_str().len())
}

/// Around the API: who asks, and whether the long form of the path is theirs. A refusal is an answer
/// like any other, so that it passes through what stands further out.
pub async fn api(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    match admit(&request).await {
        Ok(caller) => {
            if let Some(caller) = caller {
                request.extensions_mut().insert(caller);
            }
            Ok(next.call(request).await?.map_into_boxed_body())
        }
        Err(refused) => Ok(request.error_response(refused)),
    }
}

/// Who asks; nobody where the endpoint is public.
async fn admit(request: &ServiceRequest) -> Result<Option<Caller>, ApiError> {
    let state = request
        .app_data::<web::Data<State>>()
        .ok_or_else(|| ApiError::internal(&"no state"))?;
    let path = below_base(request.path());
    let is = |endpoint: &EndpointInfo| endpoint.matches(request.method(), path);
    let mut public = state
        .endpoints
        .iter()
        .filter(|e| e.access == Access::Public);
    if public.any(is) {
        return Ok(None);
    }
    let caller = state.accounts.authenticate(&bearer(request)?).await?;
    let named = (
        path_segment(request.request(), "organization"),
        path_segment(request.request(), "user"),
    );
    match named {
        (Some(organization), Some(user))
            if organization != caller.organization_name || user != caller.user_name =>
        {
            Err(ApiError::new(
                Code::FORBIDDEN,
                "The organization and user in the path are not those of the token.",
                "Use the names that the token was issued for, or the short form /api/v1/….",
            ))
        }
        _ => Ok(Some(caller)),
    }
}

/// A path without the API's base path.
fn below_base(path: &str) -> &str {
    path.split_once("/api/v1").map_or("", |(_, below)| below)
}

fn bearer(request: &ServiceRequest) -> Result<String, ApiError> {
    let missing = |message: &str| {
        ApiError::new(
            Code::UNAUTHENTICATED,
            message,
            "Send the header Authorization: Bearer TOKEN, with a token from /auth/login or `headwater token create`.",
        )
    };
    let mut headers = request.headers().get_all(header::AUTHORIZATION);
    let first = headers
        .next()
        .ok_or_else(|| missing("A token is needed."))?;
    if headers.next().is_some() {
        return Err(missing("There are two Authorization headers."));
    }
    let (scheme, token) = first
        .to_str()
        .ok()
        .and_then(|text| text.trim().split_once(' '))
        .unwrap_or(("", ""));
    if scheme.eq_ignore_ascii_case("bearer") && !token.trim().is_empty() {
        Ok(token.trim().to_owned())
    } else {
        Err(missing("The Authorization header holds no bearer token."))
    }
}

/// What answers where no endpoint does.
pub async fn nowhere(
    request: HttpRequest,
    state: web::Data<State>,
) -> Result<HttpResponse, ApiError> {
    let path = below_base(request.path());
    let known = |method: &Method| state.endpoints.iter().any(|e| e.matches(method, path));
    let methods = [Method::GET, Method::POST, Method::DELETE]
        .into_iter()
        .filter(|method| known(method));
    let methods: Vec<_> = methods.map(|method| method.to_string()).collect();
    if methods.is_empty() {
        let hint = "See /api/v1/openapi.json for all of them.";
        return Err(ApiError::not_found("endpoint", hint));
    }
    Err(ApiError::new(
        Code::METHOD_NOT_ALLOWED,
        format!("This endpoint does not answer to {}.", request.method()),
        format!("Use {}.", methods.join(" or ")),
    )
    .allow(methods.join(", ").replace("GET", "GET, HEAD")))
}
