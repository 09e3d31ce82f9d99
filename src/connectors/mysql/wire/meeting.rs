//! Where the driver is met: it dials by itself, so it is given a place of ours to dial.

use std::io;
use std::net::Ipv4Addr;

use mysql_async::{Conn, OptsBuilder};
use tokio::net::TcpListener;
use tokio_util::task::AbortOnDropHandle;

use super::{Failure, Greeting, PACKET, Stream, packet};
use crate::connectors::error::{ConnectorError, ErrorKind};
use crate::connectors::private_socket::PrivateSocket;

/// No packet of a login is longer.
const LIMIT: usize = 64 * 1024;
/// As much of the driver's response as an `SSLRequest` has: capabilities, largest packet, collation
/// and filler.
const SSL_REQUEST: usize = 32;
/// `CLIENT_SSL` within the second byte of the capabilities.
const SSL: u8 = 0x08;

/// As whom.
#[derive(Clone, Copy)]
pub struct Account<'a> {
    pub user: &'a str,
    pub password: &'a str,
}

/// The driver, greeted and waiting for the end of its login.
pub struct Meeting {
    /// Our end of the connection that the driver believes to be the server's.
    pub stream: Box<dyn Stream>,
    /// What it said to the greeting: a `Protocol::HandshakeResponse41`.
    pub response: Vec<u8>,
    /// The length of the password, in bytes.
    pub password: usize,
    connecting: AbortOnDropHandle<mysql_async::Result<Conn>>,
}

impl Meeting {
    /// Starts the driver, greets it and hears what it says. `closed` tells that nobody else can
    /// listen on the way to the server: the driver then says a password as it is where it is asked
    /// for, as `caching_sha2_password` has it, and else seals it.
    pub async fn arrange(
        account: Account<'_>,
        greeting: &Greeting,
        closed: bool,
    ) -> Result<Self, Failure> {
        // With the two settings, the driver asks the server for none.
        let options = OptsBuilder::default()
            .user(Some(account.user))
            .pass(Some(account.password))
            .prefer_socket(false)
            .max_allowed_packet(Some(PACKET))
            .wait_timeout(Some(0))
            .stmt_cache_size(0);
        let (mut stream, connecting): (Box<dyn Stream>, _) = if closed {
            let (listener, place) = PrivateSocket::listen().map_err(Failure::Here)?;
            let path = place.path().to_str().ok_or_else(|| {
                here(&"the folder for temporary files has a name that is no text")
            })?;
            let mut connecting = start(options.socket(Some(path)));
            let (stream, _) = met(listener.accept(), &mut connecting).await?;
            (Box::new(stream), connecting)
        } else {
            // Not a socket, which the driver takes for a way that is closed to others. Whoever of
            // this machine is first at this port gets a server's greeting and no login with it; the
            // driver then finds the port closed, and the login fails.
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await;
            let listener = listener.map_err(|error| here(&error))?;
            let address = listener.local_addr().map_err(|error| here(&error))?;
            let options = options
                .ip_or_hostname(address.ip().to_string())
                .tcp_port(address.port());
            let mut connecting = start(options);
            let (stream, _) = met(listener.accept(), &mut connecting).await?;
            stream.set_nodelay(true).map_err(|error| here(&error))?;
            (Box::new(stream), connecting)
        };
        packet::write(&mut stream, 0, &greeting.for_driver()).await?;
        let mut response = Vec::new();
        packet::read(&mut stream, LIMIT, &mut response).await?;
        Ok(Self {
            stream,
            response,
            password: account.password.len(),
            connecting,
        })
    }

    /// Tells the server that TLS comes next, in the words of the driver's response.
    pub async fn request_tls(&mut self, server: &mut impl Stream) -> Result<(), Failure> {
        let head = self.response.get_mut(..SSL_REQUEST);
        let head = head.ok_or(Failure::Malformed("a login without capabilities"))?;
        head[1] |= SSL;
        packet::write(server, 1, head).await?;
        Ok(())
    }

    /// The driver's connection and our end of it, once the server's OK was handed on.
    pub async fn end(self) -> Result<(Conn, Box<dyn Stream>), Failure> {
        match self.connecting.await {
            Ok(Ok(conn)) => Ok((conn, self.stream)),
            _ => Err(Failure::Malformed("a login that the driver does not take")),
        }
    }
}

/// A task of its own, so that even a driver that panics costs this login alone.
fn start(options: OptsBuilder) -> AbortOnDropHandle<mysql_async::Result<Conn>> {
    AbortOnDropHandle::new(tokio::spawn(Conn::new(options)))
}

async fn met<T>(
    accept: impl Future<Output = io::Result<T>>,
    connecting: &mut AbortOnDropHandle<mysql_async::Result<Conn>>,
) -> Result<T, Failure> {
    tokio::select! {
        accepted = accept => accepted.map_err(|error| here(&error)),
        _ = connecting => Err(here(&"it did not come")),
    }
}

fn here(why: &dyn std::fmt::Display) -> Failure {
    Failure::Here(ConnectorError::new(
        ErrorKind::ServerError,
        format!("The driver could not be met within this machine: {why}."),
        "Check this machine's free file handles and memory, and TMPDIR.",
    ))
}
