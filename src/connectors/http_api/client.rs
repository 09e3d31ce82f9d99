//! Asking an API: every address is checked by the dialer before it is connected to, the first one
//! and those of redirects alike.

use std::error::Error;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::client::conn::http1::{self, SendRequest};
use hyper::header::{ACCEPT, ACCEPT_ENCODING, CONTENT_TYPE, HOST, HeaderMap, LOCATION, USER_AGENT};
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_util::task::AbortOnDropHandle;
use url::Url;

use super::config::host_of;
use super::identity::{Identity, put};
use super::retry::{Failure, Retry};
use super::{answer, error};
use crate::connectors::dial::Dialer;
use crate::connectors::tls::{Tls, TlsInfo};
use crate::connectors::{
    ConnectorError, Credentials, ErrorKind, Target, TlsMode, TlsSettings, Trace,
};

/// The longest that an answer's beginning is waited for.
const FIRST_BYTE: Duration = Duration::from_secs(30);
/// The longest that a whole answer takes.
const WHOLE: Duration = Duration::from_mins(2);
/// The most redirects of one request.
const REDIRECTS: usize = 5;
/// The most bytes of an answer's headers.
const HEADERS: usize = 64 << 10;

/// One request.
#[derive(Debug, Clone)]
pub struct Ask {
    /// Where to.
    pub url: Url,
    /// What is sent along, as JSON; with it the request is a `POST`.
    pub body: Option<Bytes>,
}

/// An answer that is a success, whose body is yet to come.
pub struct Head {
    /// From where it came, after redirects.
    pub url: Url,
    /// Its headers.
    pub headers: HeaderMap,
    body: Incoming,
}

/// Where a server is, and whether it is spoken to by TLS.
type Origin = (String, String, Option<u16>);

fn origin(url: &Url) -> Origin {
    (
        url.scheme().to_owned(),
        url.host_str().unwrap_or_default().to_owned(),
        url.port_or_known_default(),
    )
}

/// An API, and one open connection to it where there is one.
pub struct Client {
    dialer: Dialer,
    home: Origin,
    tls: TlsSettings,
    identity: Identity,
    open: Option<Open>,
}

struct Open {
    origin: Origin,
    sender: SendRequest<Full<Bytes>>,
    tls: Option<TlsInfo>,
    /// What carries it, and ends with its owner; answers whether something came that nobody asked for.
    running: AbortOnDropHandle<bool>,
}

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

impl Client {
    /// A client of the target's API.
    pub fn new(dialer: &Dialer, target: &Target, base: &Url) -> Self {
        let settings = &target.settings;
        Self {
            dialer: dialer.clone(),
            home: origin(base),
            tls: settings.tls.clone(),
            identity: Identity::of(target),
            open: None,
        }
    }

    /// Connects, where no connection to this place is open. Recorded as the stages `resolve`, `connect`, `tls`.
    pub async fn connect(&mut self, url: &Url, trace: &Trace) -> Result<(), ConnectorError> {
        let to = origin(url);
        let usable = |open: &Open| open.origin == to && !open.sender.is_closed();
        if self.open.as_ref().is_some_and(usable) {
            return Ok(());
        }
        self.open = None;
        let host = host_of(url).map_err(|error| {
            ConnectorError::new(ErrorKind::ProtocolMismatch, error.message, error.hint)
        })?;
        let handshake = self.handshake(&to, &host.name)?;
        let addresses = self.dialer.resolve(&host, 443, trace).await?;
        let stream = self.dialer.connect(&addresses, trace).await?;
        let (stream, tls): (Box<dyn Stream>, _) = match handshake {
            Some(handshake) => {
                let (stream, info) = handshake.handshake(stream, trace).await?;
                (Box::new(stream), Some(info))
            }
            None => (Box::new(stream), None),
        };
        let mut builder = http1::Builder::new();
        builder.max_buf_size(HEADERS);
        let opened = builder.handshake(TokioIo::new(stream)).await;
        let (sender, connection) = opened.map_err(|_| error::lost(&place(url)))?;
        // What else goes wrong here is told to whoever waits for an answer.
        let running = tokio::spawn(async move {
            let ended = connection.await;
            ended.is_err_and(|error| out_of_turn(&error))
        });
        self.open = Some(Open {
            origin: to,
            sender,
            tls,
            running: AbortOnDropHandle::new(running),
        });
        Ok(())
    }

    /// The TLS session of the open connection.
    pub fn tls(&self) -> Option<TlsInfo> {
        self.open.as_ref()?.tls.clone()
    }

    /// What a handshake needs; a stranger is shown no certificate of ours.
    fn handshake(&self, to: &Origin, host: &str) -> Result<Option<Tls>, ConnectorError> {
        if to.0 != "https" {
            return Ok(None);
        }
        if *to == self.home {
            return Tls::prepare(&self.tls, self.identity.credentials(), host);
        }
        let mode = self.tls.mode().max(TlsMode::Require);
        let plain_home = self.tls.mode() == TlsMode::Disable;
        let settings = TlsSettings {
            mode: Some(if plain_home {
                TlsMode::VerifyFull
            } else {
                mode
            }),
            ca: self.tls.ca.clone(),
            client_certificate: None,
        };
        Tls::prepare(&settings, &Credentials::default(), host)
    }

    /// The beginning of an answer, tried again where that may help.
    pub async fn head(
        &mut self,
        ask: &Ask,
        time: Option<Duration>,
    ) -> Result<Head, ConnectorError> {
        let mut retry = Retry::within(time);
        loop {
            match self.head_once(ask).await {
                Ok(head) => return Ok(head),
                Err(failure) => retry.wait(self.scrubbed(failure)).await?,
            }
        }
    }

    /// The rest of an answer.
    pub async fn text(&mut self, head: Head) -> Result<String, ConnectorError> {
        let place = place(&head.url);
        let reading = answer::text(head.body, &head.headers, &place);
        let read = tokio::time::timeout(WHOLE, reading).await;
        let read = read.unwrap_or_else(|_| Err(error::silent(&place, WHOLE.as_secs())));
        if read.is_err() {
            self.open = None;
        }
        read.map_err(|error| self.identity.scrub(error))
    }

    /// A whole answer, tried again where that may help; with where it came from and its headers.
    pub async fn whole(
        &mut self,
        ask: &Ask,
        time: Option<Duration>,
    ) -> Result<(Url, HeaderMap, String), ConnectorError> {
        let mut retry = Retry::within(time);
        loop {
            let asking = async {
                let head = self.head_once(ask).await?;
                let (url, headers) = (head.url.clone(), head.headers.clone());
                let text = self.text(head).await?;
                Ok((url, headers, text))
            };
            let asked = tokio::time::timeout(WHOLE, asking).await;
            let failure: Failure = match asked {
                Ok(Ok(whole)) => return Ok(whole),
                Ok(Err(failure)) => failure,
                Err(_) => error::silent(&place(&ask.url), WHOLE.as_secs()).into(),
            };
            self.open = None;
            retry.wait(self.scrubbed(failure)).await?;
        }
    }

    async fn head_once(&mut self, ask: &Ask) -> Result<Head, Failure> {
        let mut ask = ask.clone();
        // Once a request has left its own host, what comes after it is a stranger's word.
        let mut at_home = origin(&ask.url) == self.home;
        for _ in 0..=REDIRECTS {
            let (url, response) = self.exchange(&ask, at_home).await?;
            let status = response.status();
            if status.is_success() {
                let (parts, body) = response.into_parts();
                return Ok(Head {
                    url,
                    headers: parts.headers,
                    body,
                });
            }
            let next = status.is_redirection().then(|| redirected(&url, &response));
            let Some(next) = next.flatten() else {
                // The connection is what carries the rest of the answer.
                let refused = self.refused(response, &url).await;
                self.open = None;
                return Err(refused);
            };
            self.open = None;
            if !matches!(next.scheme(), "http" | "https") {
                return Err(away(&url, "an address that is neither http nor https").into());
            }
            if url.scheme() == "https" && next.scheme() == "http" {
                return Err(away(&url, "an address without TLS").into());
            }
            at_home = at_home && same_host(&url, &next);
            // RFC 9110, §15.4: with these two the method stays.
            let kept = [
                StatusCode::TEMPORARY_REDIRECT,
                StatusCode::PERMANENT_REDIRECT,
            ];
            // A body may say as much of a caller as a key does.
            ask.body = ask.body.filter(|_| at_home && kept.contains(&status));
            ask.url = next;
        }
        Err(away(&ask.url, "ever new addresses").into())
    }

    /// One request and the beginning of its answer. A connection that the server closed while it
    /// was not in use is no failure.
    async fn exchange(
        &mut self,
        ask: &Ask,
        at_home: bool,
    ) -> Result<(Url, Response<Incoming>), ConnectorError> {
        let (url, request) = self.request(ask, at_home)?;
        let reused = self.open.is_some();
        for may_be_stale in [reused, false] {
            self.connect(&url, &Trace::default()).await?;
            let Some(open) = self.open.as_mut() else {
                break;
            };
            let sending = async {
                // The answer before may not be quite done with.
                open.sender.ready().await?;
                open.sender.send_request(request.clone()).await
            };
            let Ok(sent) = tokio::time::timeout(FIRST_BYTE, sending).await else {
                self.open = None;
                return Err(error::silent(&place(&url), FIRST_BYTE.as_secs()));
            };
            match sent {
                Ok(response) => return Ok((url, response)),
                Err(broken) => {
                    let strange = broken.is_parse()
                        || (!may_be_stale && (out_of_turn(&broken) || self.interrupted().await));
                    self.open = None;
                    if strange {
                        return Err(error::no_http(&place(&url)));
                    }
                    if !may_be_stale {
                        break;
                    }
                }
            }
        }
        Err(error::lost(&place(&url)))
    }

    /// Whether the open connection ended since the server spoke before it was asked.
    async fn interrupted(&mut self) -> bool {
        let Some(Open { running, .. }) = self.open.take() else {
            return false;
        };
        matches!(
            tokio::time::timeout(FIRST_BYTE, running).await,
            Ok(Ok(true))
        )
    }

    fn request(
        &self,
        ask: &Ask,
        at_home: bool,
    ) -> Result<(Url, Request<Full<Bytes>>), ConnectorError> {
        let mut url = ask.url.clone();
        let mut headers = HeaderMap::new();
        let host = match url.port() {
            Some(port) => format!("{}:{port}", url.host_str().unwrap_or_default()),
            None => url.host_str().unwrap_or_default().to_owned(),
        };
        put(&mut headers, ACCEPT, "application/json, */*;q=0.1")?;
        let agent = concat!("headwater/", env!("CARGO_PKG_VERSION"));
        put(&mut headers, USER_AGENT, agent)?;
        if at_home {
            self.identity.sign(&mut headers, &mut url)?;
        }
        put(&mut headers, HOST, &host)?;
        put(&mut headers, ACCEPT_ENCODING, "gzip")?;
        if ask.body.is_some() {
            put(&mut headers, CONTENT_TYPE, "application/json")?;
        }
        let path = match url.query() {
            Some(query) => format!("{}?{query}", url.path()),
            None => url.path().to_owned(),
        };
        let method = if ask.body.is_some() {
            Method::POST
        } else {
            Method::GET
        };
        let body = Full::new(ask.body.clone().unwrap_or_default());
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .body(body)
            .map_err(|_| {
                ConnectorError::new(
                    ErrorKind::ProtocolMismatch,
                    format!("The address {} cannot be asked for.", place(&url)),
                    "Check the path and the parameters of the endpoint.",
                )
            })?;
        *request.headers_mut() = headers;
        Ok((ask.url.clone(), request))
    }

    async fn refused(&self, response: Response<Incoming>, url: &Url) -> Failure {
        let (parts, body) = response.into_parts();
        let error = error::refused(parts.status, &place(url));
        let reading = answer::words(body, &parts.headers);
        let words = tokio::time::timeout(FIRST_BYTE, reading)
            .await
            .unwrap_or_default();
        // Before it is cut, lest half a secret stays.
        let words = self.identity.without_secrets(words);
        let error = error.said_by_server(parts.status.as_str(), words.trim());
        Failure::of_status(error, parts.status, &parts.headers)
    }

    /// An error without any secret, also where it tells of an answer that was a success.
    pub fn scrub(&self, error: ConnectorError) -> ConnectorError {
        self.identity.scrub(error)
    }

    fn scrubbed(&self, failure: Failure) -> Failure {
        failure.told(|error| self.identity.scrub(error))
    }
}

/// Whether the server spoke before it was asked. hyper has no question for that kind of its errors:
/// it is the one without a cause in the system that is no broken-off message, and may stand behind
/// that of the request that was never sent for it.
fn out_of_turn(broken: &hyper::Error) -> bool {
    let behind = broken.source().and_then(|cause| cause.downcast_ref());
    let error: &hyper::Error = behind.unwrap_or(broken);
    let hung_up = error.is_incomplete_message() || error.is_closed() || error.is_canceled();
    !hung_up && error.source().is_none()
}

/// An address as it may stand in a message: without its parameters, which may hold a key.
pub fn place(url: &Url) -> String {
    let path = url.path();
    let path = &path[..path.floor_char_boundary(200)];
    match url.port() {
        Some(port) => format!(
            "{}://{}:{port}{path}",
            url.scheme(),
            url.host_str().unwrap_or_default()
        ),
        None => format!(
            "{}://{}{path}",
            url.scheme(),
            url.host_str().unwrap_or_default()
        ),
    }
}

/// Whether what is meant for one address may be sent to the other: the same host, at the same port
/// or by TLS at its usual one.
fn same_host(from: &Url, to: &Url) -> bool {
    let upgraded = from.scheme() == "http"
        && from.port_or_known_default() == Some(80)
        && to.scheme() == "https"
        && to.port_or_known_default() == Some(443);
    origin(from) == origin(to) || (from.host_str() == to.host_str() && upgraded)
}

fn redirected(from: &Url, response: &Response<Incoming>) -> Option<Url> {
    let to = response.headers().get(LOCATION)?.to_str().ok()?;
    let mut to = from.join(to).ok()?;
    to.set_fragment(None);
    // A login that a stranger wrote is sent to nobody.
    to.set_username("").ok()?;
    to.set_password(None).ok()?;
    Some(to)
}

fn away(from: &Url, to: &str) -> ConnectorError {
    ConnectorError::new(
        ErrorKind::ProtocolMismatch,
        format!("The API at {} redirects to {to}.", place(from)),
        "Give the address at which it answers itself.",
    )
}
