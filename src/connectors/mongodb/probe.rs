//! Asks one server who it is, before the driver is let near it: that it speaks the protocol, that
//! it is new enough, with TLS or without, and what it is within its replica set.
//!
//! `MongoDB` does not negotiate TLS: a port speaks it or not (or both). So `prefer` asks plainly
//! first, as clients of `MongoDB` do, and with TLS where the server hangs up on that.

use std::sync::Arc;
use std::time::Duration;

use tokio::io::AsyncReadExt;
use tokio::time::timeout;

use super::hello::{self, Hello, OLDEST_WIRE};
use super::way::{Place, Stream, Way};
use super::wire::{self, NoAnswer};
use crate::connectors::tls::{Tls, TlsInfo};
use crate::connectors::{
    ConnectorError, Context, ErrorKind, Host, Stage, Target, TlsMode, TlsSettings, Trace, detect,
    limits, trace::out_of_time,
};

/// How long a server that is connected may take to say who it is.
const ANSWER: Duration = Duration::from_secs(3);

/// How long it may take to find out who else it is.
const IDENTIFY: Duration = Duration::from_secs(4);

/// How soon a server that has no connection to spare closes one, and one that is too old has to say
/// its version to have it told.
const AT_ONCE: Duration = Duration::from_secs(1);

/// A server that answered.
pub struct Member {
    /// Where.
    pub host: Host,
    /// How it is reached.
    pub way: Way,
    /// What it says of itself.
    pub hello: Hello,
    /// The TLS session, where there is one.
    pub tls: Option<TlsInfo>,
}

/// Asks the server at `host`. Recorded as `resolve`, `connect` and `tls`.
pub async fn ask(
    context: &Context,
    target: &Target,
    host: &Host,
    trace: &Trace,
) -> Result<Member, ConnectorError> {
    let settings = &target.settings;
    let (tls, place) = if host.is_socket() {
        // What never leaves the machine is not encrypted: servers have no TLS on sockets.
        context.dialer.allow_socket()?;
        (None, Place::Socket(host.name.clone()))
    } else {
        // Prepared first, so that a PEM text that cannot be read is told before anything is sent.
        let tls = Tls::prepare(&settings.tls, &target.credentials, &host.name)?;
        let resolve = context.dialer.resolve(host, super::PORT, trace);
        (tls, Place::Addresses(resolve.await?))
    };
    let probe = Probe {
        context,
        host,
        patience: super::config::connect_timeout(settings),
        way: Way {
            dialer: context.dialer.clone(),
            place,
            tls: None,
        },
    };
    match tls {
        Some(tls) if !tls.is_optional() => probe.with_tls(tls, trace).await,
        tls => probe.plainly_first(tls, trace).await,
    }
}

struct Probe<'a> {
    context: &'a Context,
    host: &'a Host,
    patience: Duration,
    way: Way,
}

impl Probe<'_> {
    async fn plainly_first(
        self,
        tls: Option<Tls>,
        trace: &Trace,
    ) -> Result<Member, ConnectorError> {
        let plain = async {
            let mut stream = self.dial().await?;
            match self.greet(&mut stream).await {
                Ok(hello) => Ok(Some(hello)),
                Err(NoHello::HungUp(_)) => Ok(None),
                Err(NoHello::Told(error)) => Err(error),
            }
        };
        let limit = self.patience + ANSWER;
        if let Some(hello) = trace.run(Stage::Connect, limit, plain).await? {
            return Ok(self.member(hello, None));
        }
        let Some(tls) = tls else {
            return Err(if self.speaks_tls().await {
                self.tls_required()
            } else {
                self.stranger().await
            });
        };
        // A stage of its own only where TLS is what is spoken there.
        let attempt = Trace::default();
        let shaken = self.try_tls(&tls, &attempt).await;
        if shaken.is_err() && tls.certificate().is_none() {
            return Err(self.stranger().await);
        }
        trace.adopt(&attempt);
        let (hello, info) = shaken?;
        Ok(self.through(tls).member(hello, Some(info)))
    }

    async fn with_tls(self, tls: Tls, trace: &Trace) -> Result<Member, ConnectorError> {
        let dial = self.dial();
        let stream = trace.run(Stage::Connect, limits::CONNECT, dial).await?;
        match self.shake(&tls, stream, trace).await {
            Ok((hello, info)) => Ok(self.through(tls).member(hello, Some(info))),
            Err(error) if tls.certificate().is_some() => Err(error),
            Err(error) => Err(self.why_no_tls(error).await),
        }
    }

    /// Dials, within the caller's patience and outside of any trace.
    async fn dial(&self) -> Result<Box<dyn Stream>, ConnectorError> {
        match timeout(self.patience, self.way.dial(&Trace::default())).await {
            Ok(dialled) => dialled,
            Err(_) => Err(out_of_time(Stage::Connect, self.patience)),
        }
    }

    async fn try_tls(&self, tls: &Tls, trace: &Trace) -> Result<(Hello, TlsInfo), ConnectorError> {
        let stream = self.dial().await?;
        self.shake(tls, stream, trace).await
    }

    /// A handshake and a `hello` behind it: the stage `tls`, since only the answer shows that the
    /// server is content with what it was shown.
    async fn shake(
        &self,
        tls: &Tls,
        stream: Box<dyn Stream>,
        trace: &Trace,
    ) -> Result<(Hello, TlsInfo), ConnectorError> {
        let shake = async {
            let (mut stream, info) = tls.handshake(stream, &Trace::default()).await?;
            match self.greet(&mut stream).await {
                Ok(hello) => Ok((hello, info)),
                Err(NoHello::Told(error)) => Err(error),
                // TLS 1.3 tells of a client's certificate that is missed only after the handshake.
                Err(NoHello::HungUp(error)) if error.get_ref().is_some() => {
                    Err(tls.refusal(&error))
                }
                Err(NoHello::HungUp(_)) => Err(self.hung_up()),
            }
        };
        trace.run(Stage::Tls, limits::TLS + ANSWER, shake).await
    }

    /// Asks an open connection, and takes the answer only of a server that the driver speaks to.
    async fn greet(&self, stream: &mut (impl Stream + ?Sized)) -> Result<Hello, NoHello> {
        let mut stream = stream;
        let message = match timeout(ANSWER, wire::ask(&mut stream, wire::HELLO)).await {
            Ok(Ok(message)) => message,
            Ok(Err(NoAnswer::Closed(error))) => return Err(NoHello::HungUp(error)),
            Ok(Err(NoAnswer::Foreign(bytes))) => {
                return Err(NoHello::Told(self.foreign(detect::recognise(&bytes))));
            }
            Err(_) => {
                // Worded as for every engine: connected, and then silence.
                let silent = out_of_time(Stage::Authenticate, ANSWER);
                return Err(NoHello::Told(ConnectorError {
                    stage: None,
                    ..silent
                }));
            }
        };
        let document = wire::document(&message);
        let Some(hello) = document.and_then(Hello::read) else {
            let refusal = document.and_then(super::error::refused_hello);
            let error = refusal.unwrap_or_else(|| self.foreign(detect::recognise(&message)));
            return Err(NoHello::Told(error));
        };
        if hello.wire < OLDEST_WIRE {
            let version = timeout(AT_ONCE, wire::ask(&mut stream, wire::BUILD_INFO)).await;
            let version = version.ok().and_then(Result::ok);
            return Err(NoHello::Told(self.too_old(&hello, version.as_deref())));
        }
        Ok(hello)
    }

    fn through(mut self, tls: Tls) -> Self {
        self.way.tls = Some(Arc::new(tls));
        self
    }

    fn member(self, hello: Hello, tls: Option<TlsInfo>) -> Member {
        Member {
            host: self.host.clone(),
            way: self.way,
            hello,
            tls,
        }
    }

    /// Whether a handshake works here, whatever the certificate. Nothing is sent behind it.
    async fn speaks_tls(&self) -> bool {
        let any = TlsSettings {
            mode: Some(TlsMode::Require),
            ..TlsSettings::default()
        };
        let Ok(Some(tls)) = Tls::prepare(
            &any,
            &crate::connectors::Credentials::default(),
            &self.host.name,
        ) else {
            return false;
        };
        let shaken = timeout(ANSWER, self.way.dial_tls(&tls, &Trace::default())).await;
        matches!(shaken, Ok(Ok(_))) || tls.certificate().is_some()
    }

    /// Whether a connection is closed before anything is said on it. So does a server over its
    /// `net.maxIncomingConnections`, with TLS too: it neither reads nor says a byte
    /// (`SessionManagerCommon::startSession` in the server's sources). One that waits for its
    /// client, whatever it makes of its words, does not.
    async fn closes_at_once(&self) -> bool {
        let Ok(mut stream) = self.dial().await else {
            return false;
        };
        let read = timeout(AT_ONCE, stream.read(&mut [0; 1])).await;
        matches!(read, Ok(Ok(0) | Err(_)))
    }

    /// What a failed handshake means, without a certificate shown: a server without TLS, or none
    /// of `MongoDB`'s.
    async fn why_no_tls(&self, error: ConnectorError) -> ConnectorError {
        if !matches!(error.kind, ErrorKind::TlsFailed | ErrorKind::Timeout) {
            return error;
        }
        let plain = async {
            let mut stream = self.dial().await.ok()?;
            Some(self.greet(&mut stream).await)
        };
        match plain.await {
            Some(Ok(_)) => ConnectorError::new(
                ErrorKind::TlsNotOffered,
                format!("The MongoDB server at {} speaks no TLS.", self.host),
                "Turn TLS on at the server (net.tls.mode), or use options.tls = disable on a \
                 trusted network.",
            )
            .at(Stage::Tls),
            Some(Err(NoHello::Told(told))) if told.kind == ErrorKind::ProtocolMismatch => {
                told.at(Stage::Tls)
            }
            _ if self.closes_at_once().await => self.crowded(),
            _ => error,
        }
    }

    /// Who hangs up on every kind of `hello`.
    async fn stranger(&self) -> ConnectorError {
        let trace = Trace::default();
        let who = detect::identify(&self.context.dialer, self.host, super::PORT, &trace);
        let (who, at_once) = tokio::join!(timeout(IDENTIFY, who), self.closes_at_once());
        let error = match who {
            Ok(Ok(answer)) if answer.described().is_some() => self.foreign(answer),
            _ if at_once => self.crowded(),
            _ => self.hung_up(),
        };
        error.at(Stage::Connect)
    }

    fn crowded(&self) -> ConnectorError {
        ConnectorError::new(
            ErrorKind::TooManyConnections,
            format!(
                "{} takes connections and closes each before a word is said, as a MongoDB server \
                 does that has none to spare.",
                self.host
            ),
            "Close connections that are not needed, or raise net.maxIncomingConnections. Otherwise \
             check host and port: a proxy or a container's published port without a server behind \
             it does the same, and so does what refuses this machine's address (an access list, as \
             Atlas has).",
        )
        .because("closed_at_once")
    }

    fn foreign(&self, answer: detect::Answer) -> ConnectorError {
        if matches!(answer, detect::Answer::Engine(driver) if driver.name == super::DRIVER.name) {
            return ConnectorError::new(
                ErrorKind::ConnectionLost,
                format!(
                    "The MongoDB server at {} broke off its first answer.",
                    self.host
                ),
                "Try again; if it stays, look into the server's log, and at what stands between here \
                 and there.",
            );
        }
        let who = answer.described();
        let who =
            who.unwrap_or_else(|| "a server that does not speak MongoDB's protocol".to_owned());
        ConnectorError::new(
            ErrorKind::ProtocolMismatch,
            format!("At {} {who} answers, and no MongoDB server.", self.host),
            "Check host and port: MongoDB listens on 27017 unless told otherwise. Or choose the \
             engine that answers there.",
        )
    }

    fn hung_up(&self) -> ConnectorError {
        ConnectorError::new(
            ErrorKind::ConnectionLost,
            format!(
                "{} accepted the connection and ended it at the first message.",
                self.host
            ),
            "It may be no MongoDB server, refuse this machine's address (an access list, as Atlas \
             has), want a client certificate (options.tls_certificate, options.tls_key), or have \
             had no connection to spare (net.maxIncomingConnections).",
        )
    }

    fn tls_required(&self) -> ConnectorError {
        ConnectorError::new(
            ErrorKind::TlsRequired,
            format!(
                "The server at {} takes no connection without TLS.",
                self.host
            ),
            "Use options.tls = verify-full (tls=true in the URL), with options.tls_ca where its \
             authority is your own.",
        )
        .at(Stage::Connect)
    }

    fn too_old(&self, hello: &Hello, build_info: Option<&[u8]>) -> ConnectorError {
        let version = build_info
            .and_then(wire::document)
            .and_then(super::server::version);
        let release = hello::release(hello.wire);
        ConnectorError::new(
            ErrorKind::UnsupportedServer,
            format!(
                "The server at {} is MongoDB {} (wire version {}); the oldest that works is MongoDB 4.4.",
                self.host,
                version.as_deref().unwrap_or(release),
                hello.wire
            ),
            "Upgrade the server. Of compatible products, choose the API version 4.4 or newer.",
        )
    }
}

enum NoHello {
    HungUp(std::io::Error),
    Told(ConnectorError),
}
