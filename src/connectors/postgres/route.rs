//! The way to one server: its checked addresses, and whether TLS is spoken on it. Taken for the
//! login, for further connections, and again to stop a statement.

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_postgres::config::ChannelBinding;

use super::binding::tls_server_end_point;
use super::config;
use super::error::About;
use super::watch::Watch;
use super::wire::{Duplex, Wire};
use crate::connectors::dial::Dialer;
use crate::connectors::tls::{Tls, TlsInfo};
use crate::connectors::{
    ConnectorError, ErrorKind, Host, Stage, Target, TlsMode, TlsSettings, Trace, detect, limits,
};

/// The way to one server.
#[derive(Clone)]
pub struct Route {
    pub dialer: Dialer,
    pub about: About,
    host: Host,
    port: u16,
    end: End,
    tls: Option<Arc<Tls>>,
}

#[derive(Clone)]
enum End {
    Tcp(Vec<SocketAddr>),
    Socket(String),
}

/// An open connection, before the login.
pub struct Opened {
    /// The way to this very server, of all that the name leads to.
    pub route: Route,
    pub wire: Wire,
    pub watch: Arc<Watch>,
    pub tls: Option<TlsInfo>,
}

/// Asks for TLS: a length of 8 and the code 80877103 (PostgreSQL manual, "`SSLRequest`").
pub const SSL_REQUEST: &[u8; 8] = b"\0\0\0\x08\x04\xd2\x16\x2f";

impl Route {
    /// Finds the way to one host of the target.
    pub async fn find(
        dialer: &Dialer,
        target: &Target,
        host: &Host,
        trace: &Trace,
    ) -> Result<Self, ConnectorError> {
        let port = host.port.or(target.driver.default_port).unwrap_or(5432);
        let (end, tls) = if host.is_socket() {
            // No TLS on a Unix socket, whatever is asked for: as libpq has it, nobody is between.
            (End::Socket(socket_path(&host.name, port)), None)
        } else {
            let settings = &target.settings.tls;
            let tls = Tls::prepare(settings, &target.credentials, &host.name)?;
            let addresses = dialer.resolve(host, port, trace).await?;
            (End::Tcp(addresses), tls.map(Arc::new))
        };
        let settings = &target.settings;
        let place = match &end {
            End::Socket(path) => path.clone(),
            End::Tcp(_) => {
                let (name, port) = (host.name.clone(), Some(port));
                Host { name, port }.to_string()
            }
        };
        let about = About {
            place,
            username: settings.username.clone().unwrap_or_default(),
            database: settings.database.clone().unwrap_or_default(),
            password: target.credentials.password.clone(),
            secured: false,
            binding_required: config::channel_binding(settings) == ChannelBinding::Require,
        };
        Ok(Self {
            dialer: dialer.clone(),
            about,
            host: host.clone(),
            port,
            end,
            tls,
        })
    }

    /// Whether a connection without TLS will do, though one with it was tried.
    pub fn tls_is_optional(&self) -> bool {
        self.tls.as_ref().is_some_and(|tls| tls.is_optional())
    }

    /// Whether TLS is left out on purpose, on a connection that could have it.
    pub fn is_plain_tcp(&self) -> bool {
        self.tls.is_none() && matches!(self.end, End::Tcp(_))
    }

    /// Whether it goes over the network.
    pub fn is_tcp(&self) -> bool {
        matches!(self.end, End::Tcp(_))
    }

    /// The TLS of this way, for the meaning of its failures.
    pub fn tls(&self) -> Option<&Tls> {
        self.tls.as_deref()
    }

    /// The same way without TLS.
    pub fn plain(&self) -> Self {
        Self {
            tls: None,
            ..self.clone()
        }
    }

    /// The same way with TLS in any case, unchecked; for a question that carries no secret.
    pub fn with_any_tls(&self, target: &Target) -> Option<Self> {
        let settings = TlsSettings {
            mode: Some(TlsMode::Require),
            ..target.settings.tls.clone()
        };
        let tls = Tls::prepare(&settings, &target.credentials, &self.host.name).ok()??;
        let tls = Some(Arc::new(tls));
        Some(Self {
            tls,
            ..self.clone()
        })
    }

    /// Connects, and shakes hands where TLS is spoken.
    pub async fn open(&self, trace: &Trace) -> Result<Opened, ConnectorError> {
        let addresses = match &self.end {
            End::Socket(path) => {
                let stream = self.dialer.connect_socket(path, trace).await?;
                return Ok(self.clone().opened(Box::new(stream), None, None));
            }
            End::Tcp(addresses) => addresses,
        };
        let mut stream = self.dialer.connect(addresses, trace).await?;
        let here = match stream.peer_addr() {
            Ok(address) => Self {
                end: End::Tcp(vec![address]),
                ..self.clone()
            },
            Err(_) => self.clone(),
        };
        let Some(tls) = &self.tls else {
            return Ok(here.opened(Box::new(stream), None, None));
        };
        let asked = self.ask_for_tls(&mut stream, tls.is_optional());
        if !trace.begin(Stage::Tls, limits::TLS, asked).await? {
            return Ok(here.opened(Box::new(stream), None, None));
        }
        let (stream, info) = tls.handshake(stream, trace).await?;
        let certificates = stream.get_ref().1.peer_certificates();
        let binding = certificates
            .and_then(|chain| chain.first())
            .and_then(tls_server_end_point);
        Ok(here.opened(Box::new(stream), binding, Some(info)))
    }

    /// Whether the server goes on with TLS.
    async fn ask_for_tls(
        &self,
        stream: &mut TcpStream,
        optional: bool,
    ) -> Result<bool, ConnectorError> {
        let mut answer = [0; 1024];
        // A server that speaks first may have closed already: what it said can still be read.
        let sent = stream.write_all(SSL_REQUEST).await;
        let read = match (sent, stream.read(&mut answer).await) {
            (Ok(()), Ok(read)) => read,
            (_, read) => read.unwrap_or(0),
        };
        match &answer[..read] {
            b"S" => Ok(true),
            b"N" if optional => Ok(false),
            b"N" => Err(ConnectorError::new(
                ErrorKind::TlsNotOffered,
                format!("{} offers no TLS.", self.about.place),
                "Turn it on at the server (ssl = on), or use options.tls = prefer or disable if \
                 the network between is trusted.",
            )),
            // Anything behind the one byte would be taken for what came over TLS (CVE-2021-23222);
            // and it is how other services begin.
            other => Err(self.who_says(other).await),
        }
    }

    /// What an answer that is none of PostgreSQL's means. A server that hung up without a word is
    /// asked who it is, by the words of the other engines.
    pub async fn who_says(&self, bytes: &[u8]) -> ConnectorError {
        if let Some(refusal) = self.about.before_login(bytes) {
            return refusal;
        }
        let answer = if bytes.is_empty() && matches!(self.end, End::Tcp(_)) {
            detect::identify(&self.dialer, &self.host, self.port, &Trace::default())
                .await
                .unwrap_or(detect::Answer::Unknown)
        } else {
            detect::recognise(bytes)
        };
        self.about.foreign(answer, bytes.is_empty())
    }

    fn opened(
        self,
        stream: Box<dyn Duplex>,
        binding: Option<Vec<u8>>,
        tls: Option<TlsInfo>,
    ) -> Opened {
        let watch = Arc::<Watch>::default();
        Opened {
            route: self,
            wire: Wire::new(stream, binding, Arc::clone(&watch)),
            watch,
            tls,
        }
    }
}

/// The socket in a folder, as the server names it; a path that names the socket itself stays.
fn socket_path(path: &str, port: u16) -> String {
    if path
        .rsplit('/')
        .next()
        .is_some_and(|file| file.starts_with(".s.PGSQL."))
    {
        return path.to_owned();
    }
    format!("{}/.s.PGSQL.{port}", path.trim_end_matches('/'))
}
