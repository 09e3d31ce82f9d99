//! The one way out: names are resolved once, every address is checked against the operator's
//! rules, and the address that was checked is the one that is connected to.

use std::io;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpStream, UnixStream};
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

use super::config::Host;
use super::error::{ConnectorError, ErrorKind, Stage};
use super::limits;
use super::trace::{Trace, out_of_time};

mod rules;

pub use rules::HostRules;

/// Resolves and connects.
#[derive(Debug, Clone)]
pub struct Dialer {
    rules: HostRules,
    unix_sockets: bool,
    lookups: Arc<Semaphore>,
}

impl Default for Dialer {
    fn default() -> Self {
        Self::new(HostRules::default(), false)
    }
}

/// Names that are looked up at once. The system's resolver holds a thread for as long as its name
/// server is silent, which is longer than any caller waits; the store works on threads of the same
/// pool, and must find one.
const LOOKUPS: usize = 32;

/// The most addresses of one name that are tried.
const ADDRESSES: usize = 16;

impl Dialer {
    /// A dialer that keeps to the operator's rules, and opens Unix sockets only where those are allowed.
    #[must_use]
    pub fn new(rules: HostRules, unix_sockets: bool) -> Self {
        Self {
            rules,
            unix_sockets,
            lookups: Arc::new(Semaphore::new(LOOKUPS)),
        }
    }

    /// The addresses of a host, each checked. Recorded as the stage `resolve`.
    pub async fn resolve(
        &self,
        host: &Host,
        port: u16,
        trace: &Trace,
    ) -> Result<Vec<SocketAddr>, ConnectorError> {
        trace
            .run(Stage::Resolve, limits::RESOLVE, self.look_up(host, port))
            .await
    }

    async fn look_up(&self, host: &Host, port: u16) -> Result<Vec<SocketAddr>, ConnectorError> {
        let name = host.name.trim_end_matches('.');
        let port = host.port.unwrap_or(port);
        let unknown = |why: String| {
            ConnectorError::new(
                ErrorKind::DnsFailure,
                format!("The host name '{name}' cannot be resolved{why}."),
                "Check the spelling, and that this machine's name server knows the name; or use an IP address.",
            )
        };
        let found: Vec<SocketAddr> = match name.parse::<IpAddr>() {
            Ok(ip) => vec![SocketAddr::new(ip, port)],
            Err(_) => self.ask_the_system(name, port).await.map_err(|error| {
                unknown(if error.raw_os_error().is_some() {
                    format!(" ({error})")
                } else {
                    String::new()
                })
            })?,
        };
        if found.is_empty() {
            return Err(unknown(": it has no address".to_owned()));
        }
        for address in &found {
            self.rules.check(name, address.ip())?;
        }
        Ok(found)
    }

    async fn ask_the_system(&self, name: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
        let permit = Arc::clone(&self.lookups).acquire_owned().await;
        let name = name.to_owned();
        let asking = spawn_blocking(move || {
            // Kept by the thread, not by the caller, who may be gone long before it.
            let _permit = permit;
            let found = (name.as_str(), port).to_socket_addrs()?;
            Ok(found.take(ADDRESSES).collect())
        });
        asking.await.map_err(io::Error::other)?
    }

    /// Connects to the first address that answers. Recorded as the stage `connect`.
    pub async fn connect(
        &self,
        addresses: &[SocketAddr],
        trace: &Trace,
    ) -> Result<TcpStream, ConnectorError> {
        trace
            .run(
                Stage::Connect,
                limits::CONNECT,
                first_that_answers(addresses),
            )
            .await
    }

    /// Whether Unix sockets may be opened, by the operator's setting.
    ///
    /// # Errors
    /// [`ErrorKind::HostNotAllowed`] where not.
    pub fn allow_socket(&self) -> Result<(), ConnectorError> {
        if self.unix_sockets {
            return Ok(());
        }
        Err(ConnectorError::new(
            ErrorKind::HostNotAllowed,
            "Unix sockets are not allowed here.",
            "Use a host and a port, or ask the operator to set allow_unix_sockets = true.",
        )
        .at(Stage::Resolve))
    }

    /// Connects to a Unix socket, where the operator allows it. Recorded as the stage `connect`.
    pub async fn connect_socket(
        &self,
        path: &str,
        trace: &Trace,
    ) -> Result<UnixStream, ConnectorError> {
        self.allow_socket()?;
        let open = async {
            UnixStream::connect(path)
                .await
                .map_err(|error| refused(path, &error))
        };
        trace.run(Stage::Connect, limits::CONNECT, open).await
    }
}

async fn first_that_answers(addresses: &[SocketAddr]) -> Result<TcpStream, ConnectorError> {
    // Each address gets its share, so that a silent first one (often IPv6) leaves time for the next.
    let share = limits::CONNECT / u32::try_from(addresses.len()).unwrap_or(1).max(1);
    let mut last = None;
    for address in addresses {
        match tokio::time::timeout(
            share.max(Duration::from_millis(250)),
            TcpStream::connect(address),
        )
        .await
        {
            Ok(Ok(stream)) => {
                // Catalog queries are small; without this each would wait for the last one's ACK.
                stream
                    .set_nodelay(true)
                    .map_err(|error| refused(&address.to_string(), &error))?;
                return Ok(stream);
            }
            Ok(Err(error)) => last = Some(refused(&address.to_string(), &error)),
            Err(_) => last = last.or_else(|| Some(out_of_time(Stage::Connect, limits::CONNECT))),
        }
    }
    Err(last.unwrap_or_else(|| out_of_time(Stage::Connect, limits::CONNECT)))
}

fn refused(place: &str, error: &io::Error) -> ConnectorError {
    let loopback = place
        .parse::<SocketAddr>()
        .is_ok_and(|a| a.ip().is_loopback());
    let (kind, message, hint) = match error.kind() {
        io::ErrorKind::ConnectionRefused => (
            ErrorKind::ConnectionRefused,
            format!("Nothing listens at {place}: the connection was refused."),
            if loopback && in_container() {
                "Headwater runs in a container, where localhost is the container itself. Use the \
                 host's address, such as host.docker.internal, or the name of the database's container."
            } else {
                "Check the port, that the server runs, and that it listens on this address and not \
                 on another one alone."
            },
        ),
        io::ErrorKind::NotFound => (
            ErrorKind::ConnectionRefused,
            format!("There is no socket at {place}."),
            "Check the path, and that the server runs.",
        ),
        io::ErrorKind::TimedOut => return out_of_time(Stage::Connect, limits::CONNECT),
        io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable => (
            ErrorKind::NetworkUnreachable,
            format!("There is no route to {place}."),
            "Check the address, and the network or VPN of this machine.",
        ),
        _ => (
            ErrorKind::NetworkUnreachable,
            format!("Connecting to {place} failed: {error}."),
            "Check the address, and the network of this machine.",
        ),
    };
    ConnectorError::new(kind, message, hint)
}

fn in_container() -> bool {
    // Marks that Docker and Podman leave in every container.
    ["/.dockerenv", "/run/.containerenv"]
        .iter()
        .any(|mark| std::path::Path::new(mark).exists())
}
