//! What passes between the driver and a server, in the protocol that `MySQL` and `MariaDB` share.
//!
//! The driver is `mysql_async`. What it would do by itself and must not is kept from it: it dials
//! without a deadline, wherever a name leads; its `verify-ca` goes by an error text that rustls no
//! longer writes; and it reserves memory for as many columns as a server claims, panics on a login
//! key that is none, and answers whoever asks for a file or for the password as it is. So the
//! connection is ours: dialled to the address that was checked, greeted, with the TLS of all
//! engines. The driver is met at a place that nobody else can reach, and each packet for it is
//! checked on its way: those of the login in [`login`], all others in [`guard`].
//!
//! The protocol: <https://dev.mysql.com/doc/dev/mysql-server/latest/PAGE_PROTOCOL.html> and
//! <https://mariadb.com/kb/en/clientserver-protocol/>.

mod greeting;
mod guard;
mod key;
mod login;
mod meeting;
mod packet;
mod reader;
mod relay;
mod tap;

use std::io;

pub use greeting::{First, Greeting, read_greeting};
pub use login::{LoginOutcome, log_in};
pub use meeting::{Account, Meeting};
pub use reader::Reader;
pub use relay::Relay;
pub use tap::{SILENCE, Tap};

use tokio::io::{AsyncRead, AsyncWrite};

use crate::connectors::error::ConnectorError;

/// The largest packet that is taken, in bytes: far above any row of a catalog, and the default of
/// `max_allowed_packet`.
const PACKET: usize = 64 * 1024 * 1024;
/// The largest row of a table that is taken, in bytes.
const ROW: usize = 256 * 1024 * 1024;

/// A connection of any kind: TCP, TLS, a Unix socket.
pub trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

/// What went wrong while talking to a server.
#[derive(Debug)]
pub enum Failure {
    /// The server refused, by its own code.
    Server(Refusal),
    /// The connection broke.
    Io(io::Error),
    /// The server said what the protocol does not have.
    Malformed(&'static str),
    /// The server announced or sent more than is taken.
    TooLarge(&'static str),
    /// The server asked for a file of this machine.
    AskedForFile,
    /// The server wants a login method that is not built in, by its own name.
    Method(String),
    /// This machine has no place to meet the driver at.
    Here(ConnectorError),
    /// The server sent nothing for too long.
    Silent,
    /// An earlier answer was not read to its end, because its reader was dropped.
    Unfinished,
}

/// An ERR packet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The server's error number.
    pub code: u16,
    /// Its words.
    pub message: String,
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl Refusal {
    /// Reads an ERR packet behind its first byte. The SQLSTATE is there or not, by what was
    /// negotiated; its mark tells.
    fn read(payload: &[u8]) -> Self {
        let (code, rest) = payload
            .split_first_chunk()
            .map_or((0, payload), |(code, rest)| {
                (u16::from_le_bytes(*code), rest)
            });
        let message = match rest.split_at_checked(6) {
            Some(([b'#', ..], message)) => message,
            _ => rest,
        };
        Self {
            code,
            message: String::from_utf8_lossy(message).into_owned(),
        }
    }
}
