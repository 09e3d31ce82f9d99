//! The driver's way to its server. The driver would resolve names and dial by itself, take
//! certificates from files alone, and know no `verify-ca`. So it is given a Unix socket in a
//! private folder; behind that, each of its connections is dialled to the addresses that were
//! checked, with our TLS, and what the server says is bounded and checked on its way.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures_util::FutureExt;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::{Notify, watch};
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::timeout;

use super::way::{Way, crowded, lost};
use super::{guard, wire};
use crate::connectors::private_socket::PrivateSocket;
use crate::connectors::{ConnectorError, ErrorKind};

/// How long a server may be silent when it was asked something. Nothing of the catalog may take as long,
/// and of a table's rows some come sooner. A connection on which nothing was asked may lie for as
/// long as it likes: whoever takes the rows may be slow.
const SILENCE: Duration = Duration::from_mins(5);

/// The most that one session takes from its server, unless it is refilled.
const BYTES: u64 = 4 << 30;

/// What is passed on of a driver's question at once.
const QUESTION: usize = 16 << 10;

/// A relay at work. Dropping it ends its tasks and connections and removes its folder.
pub struct Relay {
    socket: PrivateSocket,
    fault: watch::Sender<Option<ConnectorError>>,
    left: Arc<AtomicU64>,
    task: AbortHandle,
}

impl Relay {
    /// Opens the socket and begins to serve it.
    pub fn open(way: Way) -> Result<Self, ConnectorError> {
        let (listener, socket) = PrivateSocket::listen()?;
        let fault = watch::Sender::new(None);
        let left = Arc::new(AtomicU64::new(BYTES));
        let line = Line {
            way,
            fault: fault.clone(),
            left: Arc::clone(&left),
        };
        let task = tokio::spawn(serve(listener, line)).abort_handle();
        Ok(Self {
            socket,
            fault,
            left,
            task,
        })
    }

    /// Lets the server send as much again as at first.
    pub fn refill(&self) {
        self.left.store(BYTES, Ordering::Relaxed);
    }

    /// Where the driver connects to.
    pub fn socket(&self) -> &Path {
        self.socket.path()
    }

    /// Why a connection broke, where it was not the driver that ended it; told once.
    pub fn take_fault(&self) -> Option<ConnectorError> {
        self.fault.send_replace(None)
    }

    /// Waits until a connection breaks.
    pub async fn broken(&self) -> ConnectorError {
        let mut fault = self.fault.subscribe();
        let told = fault.wait_for(Option::is_some).await;
        let told = told.ok().and_then(|fault| fault.clone());
        told.unwrap_or_else(lost)
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// What each connection needs.
#[derive(Clone)]
struct Line {
    way: Way,
    fault: watch::Sender<Option<ConnectorError>>,
    left: Arc<AtomicU64>,
}

async fn serve(listener: UnixListener, line: Line) {
    // Owned by this task, so that its end is the end of all connections.
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((driver, _)) => {
                    connections.spawn(line.clone().carry(driver));
                }
                // Out of file handles, most likely: the ones that end make room.
                Err(_) if connections.join_next().await.is_none() => return,
                Err(_) => {}
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

impl Line {
    /// Carries one connection until either side ends it.
    async fn carry(self, mut driver: UnixStream) {
        // Told before the driver's end closes, so that whoever sees that finds the cause.
        if let Err(fault) = self.relay(&mut driver).await {
            // The first cause tells more than those that follow from it.
            self.fault.send_if_modified(|told| {
                let first = told.is_none();
                told.get_or_insert(fault);
                first
            });
        }
    }

    async fn relay(&self, driver: &mut UnixStream) -> Result<(), ConnectorError> {
        let server = self.way.open().await?;
        let (mut from_server, mut to_server) = tokio::io::split(server);
        let (mut from_driver, mut to_driver) = driver.split();
        let asked = Notify::new();
        let down = async {
            let mut message = Vec::new();
            if !self.receive(&mut from_server, &asked, &mut message).await? {
                return Err(crowded());
            }
            loop {
                let passed_on = to_driver.write_all(&message).await;
                if passed_on.is_err() {
                    return Ok(());
                }
                if !self.receive(&mut from_server, &asked, &mut message).await? {
                    return Ok(());
                }
            }
        };
        let up = async {
            let mut question = Vec::with_capacity(QUESTION);
            while let Ok(1..) = from_driver.read_buf(&mut question).await {
                asked.notify_one();
                if to_server.write_all(&question).await.is_err() || to_server.flush().await.is_err()
                {
                    return;
                }
                question.clear();
            }
        };
        tokio::select! {
            ended = down => ended,
            () = up => Ok(()),
        }
    }

    /// Reads one message of the server. Answers whether there was one.
    async fn receive<S>(
        &self,
        from: &mut S,
        asked: &Notify,
        message: &mut Vec<u8>,
    ) -> Result<bool, ConnectorError>
    where
        S: AsyncRead + Unpin,
    {
        let mut header = [0; wire::HEADER];
        let silence = async {
            asked.notified().await;
            tokio::time::sleep(SILENCE).await;
        };
        tokio::select! {
            biased;
            read = from.read_exact(&mut header) => match read {
                Ok(_) => {}
                // The end between two messages is the server's good right; the driver sees it itself.
                Err(_) => return Ok(false),
            },
            () = silence => return Err(silent()),
        }
        let (length, opcode) = wire::header(&header).ok_or_else(garbage)?;
        if opcode != wire::OP_MSG {
            return Err(garbage());
        }
        self.spend(length)?;
        message.clear();
        message.extend(header);
        let body = u64::try_from(length - wire::HEADER).unwrap_or(u64::MAX);
        let mut body = from.take(body);
        while message.len() < length {
            // Grown as bytes come, so that a length alone costs nothing.
            match timeout(SILENCE, body.read_buf(message)).await {
                Ok(Ok(1..)) => {}
                Ok(_) => return Err(lost()),
                Err(_) => return Err(silent()),
            }
        }
        guard::check(message)?;
        // A question may have come in several pieces, and is answered as a whole.
        let _ = asked.notified().now_or_never();
        Ok(true)
    }

    fn spend(&self, bytes: usize) -> Result<(), ConnectorError> {
        let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
        let take = |left: u64| left.checked_sub(bytes);
        let taken = self
            .left
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, take);
        taken.map(|_| ()).map_err(|_| {
            ConnectorError::new(
                ErrorKind::LimitExceeded,
                format!("The server sent more than {} GiB.", BYTES >> 30),
                "Choose fewer collections, or a smaller sample_size.",
            )
        })
    }
}

fn silent() -> ConnectorError {
    let minutes = SILENCE.as_secs() / 60;
    ConnectorError::new(
        ErrorKind::Timeout,
        format!("The server was asked something and has said nothing for {minutes} minutes."),
        "The server, or the network to it, hangs. Try again later.",
    )
}

fn garbage() -> ConnectorError {
    ConnectorError::new(
        ErrorKind::ServerError,
        "The server sent something that is no MongoDB message.",
        "Check that a MongoDB server answers there, and no proxy changes what it says.",
    )
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use std::os::unix::fs::PermissionsExt;

    use super::*;
    use crate::connectors::dial::Dialer;
    use crate::connectors::mongodb::way::Place;

    async fn relay() -> (Relay, TcpListener) {
        let server = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let way = Way {
            dialer: Dialer::default(),
            place: Place::Addresses(vec![server.local_addr().unwrap()]),
            tls: None,
        };
        (Relay::open(way).unwrap(), server)
    }

    #[tokio::test]
    async fn its_folder_is_private_and_goes_with_it_as_do_its_connections() {
        let (relay, server) = relay().await;
        let socket = relay.socket().to_owned();
        let folder = socket.parent().unwrap().to_owned();
        let mode = std::fs::metadata(&folder).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700);
        let mut driver = UnixStream::connect(&socket).await.unwrap();
        let (mut at_server, _) = server.accept().await.unwrap();
        drop(relay);
        assert!(!folder.exists());
        let mut rest = Vec::new();
        assert_eq!(driver.read_to_end(&mut rest).await.unwrap(), 0);
        assert_eq!(at_server.read_to_end(&mut rest).await.unwrap(), 0);
    }

    /// A connection through it, with its ends at the driver and at the server.
    async fn connected(relay: &Relay, server: &TcpListener) -> (UnixStream, tokio::net::TcpStream) {
        let driver = UnixStream::connect(relay.socket()).await.unwrap();
        (driver, server.accept().await.unwrap().0)
    }

    /// An answer of the server that can be read.
    fn answer() -> Vec<u8> {
        let document = mongodb::bson::doc! { "ok": 1 }.to_vec().unwrap();
        let length = i32::try_from(wire::HEADER + 5 + document.len()).unwrap();
        let header = [length, 1, 1, wire::OP_MSG, 0];
        let mut message: Vec<u8> = header.iter().flat_map(|n| n.to_le_bytes()).collect();
        message.push(0);
        message.extend(document);
        message
    }

    #[tokio::test]
    async fn a_server_that_was_asked_is_not_waited_for_without_end() {
        let (relay, server) = relay().await;
        let (mut driver, mut at_server) = connected(&relay, &server).await;
        driver.write_all(b"question").await.unwrap();
        at_server.read_exact(&mut [0; 8]).await.unwrap();
        tokio::time::pause();
        tokio::time::advance(SILENCE + Duration::from_secs(1)).await;
        tokio::time::resume();
        let mut rest = Vec::new();
        assert_eq!(driver.read_to_end(&mut rest).await.unwrap(), 0);
        assert_eq!(relay.take_fault().unwrap().kind, ErrorKind::Timeout);
    }

    #[tokio::test]
    async fn a_connection_on_which_nothing_was_asked_may_lie() {
        let (relay, server) = relay().await;
        let (mut driver, mut at_server) = connected(&relay, &server).await;
        for _ in 0..2 {
            // In two pieces, of which the second must not be taken for another question.
            for piece in [b"ques", b"tion"] {
                driver.write_all(piece).await.unwrap();
                at_server.read_exact(&mut [0; 4]).await.unwrap();
            }
            let answer = answer();
            at_server.write_all(&answer).await.unwrap();
            let mut got = vec![0; answer.len()];
            driver.read_exact(&mut got).await.unwrap();
            assert_eq!(got, answer);
            tokio::time::pause();
            tokio::time::advance(SILENCE * 3).await;
            tokio::time::resume();
        }
        assert_eq!(relay.take_fault(), None);
    }

    #[tokio::test]
    async fn what_broke_a_connection_is_kept() {
        let (relay, server) = relay().await;
        let mut driver = UnixStream::connect(relay.socket()).await.unwrap();
        let (mut at_server, _) = server.accept().await.unwrap();
        at_server.write_all(&[0xff; 64]).await.unwrap();
        assert_eq!(driver.read_to_end(&mut Vec::new()).await.unwrap(), 0);
        assert_eq!(relay.broken().await.kind, ErrorKind::ServerError);
        assert!(relay.take_fault().is_some() && relay.take_fault().is_none());
        drop(server);
        let _driver = UnixStream::connect(relay.socket()).await.unwrap();
        assert_eq!(relay.broken().await.kind, ErrorKind::ConnectionRefused);
    }
}
