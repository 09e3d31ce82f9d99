//! How one server is reached: the addresses that were checked, and TLS or not. Found out once,
//! and the same for every later connection, so that none falls back behind the first.

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::io::{AsyncRead, AsyncWrite};

use crate::connectors::dial::Dialer;
use crate::connectors::tls::{self, Tls, TlsInfo};
use crate::connectors::{ConnectorError, ErrorKind, Trace};

/// An open connection, with TLS or without.
pub trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

/// Where a server listens.
#[derive(Debug, Clone)]
pub enum Place {
    /// On one of these addresses.
    Addresses(Vec<SocketAddr>),
    /// On a Unix socket.
    Socket(String),
}

/// The way to one server.
#[derive(Clone)]
pub struct Way {
    /// Dials, within the operator's rules.
    pub dialer: Dialer,
    /// Whom.
    pub place: Place,
    /// With TLS, where this is present.
    pub tls: Option<Arc<Tls>>,
}

impl Way {
    /// Opens one more connection, with TLS where that is the way.
    pub async fn open(&self) -> Result<Box<dyn Stream>, ConnectorError> {
        let trace = Trace::default();
        let stream = self.dial(&trace).await?;
        match &self.tls {
            Some(tls) => match tls.handshake(stream, &trace).await {
                Ok((stream, _)) => Ok(Box::new(stream)),
                Err(error) if error.reason == Some(tls::HUNG_UP) => Err(crowded()),
                Err(error) => Err(error),
            },
            None => Ok(stream),
        }
    }

    /// Opens a connection without TLS. Recorded as the stage `connect`.
    pub async fn dial(&self, trace: &Trace) -> Result<Box<dyn Stream>, ConnectorError> {
        match &self.place {
            Place::Addresses(addresses) => {
                Ok(Box::new(self.dialer.connect(addresses, trace).await?))
            }
            Place::Socket(path) => Ok(Box::new(self.dialer.connect_socket(path, trace).await?)),
        }
    }

    /// Opens a connection with this TLS. Recorded as `connect` and `tls`.
    pub async fn dial_tls(
        &self,
        tls: &Tls,
        trace: &Trace,
    ) -> Result<(Box<dyn Stream>, TlsInfo), ConnectorError> {
        let stream = self.dial(trace).await?;
        let (stream, info) = tls.handshake(stream, trace).await?;
        Ok((Box::new(stream), info))
    }
}

/// One more connection that the server closed without a word, after it had answered on another.
pub fn crowded() -> ConnectorError {
    ConnectorError::new(
        ErrorKind::TooManyConnections,
        "The server answers on one connection and closes further ones before a word is said: it \
         has none to spare.",
        "Close connections that are not needed, or raise net.maxIncomingConnections at the server.",
    )
}

/// A connection that the server ended, or that broke.
pub fn lost() -> ConnectorError {
    ConnectorError::new(
        ErrorKind::ConnectionLost,
        "The connection to the server ended in the middle.",
        "The server may have been stopped, or a proxy or firewall between may have cut the \
         connection. Try again.",
    )
}
