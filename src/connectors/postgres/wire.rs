//! The byte stream below the driver: bounded, and watched while the login goes on.
//!
//! The driver buffers whatever a message's length announces and says of a failed login little more
//! than that it failed. So its stream passes through here: message lengths and the bytes of each
//! piece of work have limits, and what the server asked for in the login is kept for the report.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready as ready_or_return};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_postgres::tls::{ChannelBinding, TlsConnect, TlsStream};

use super::watch::{Trip, Watch};

/// A connection of any kind: TCP, TLS on it, a Unix socket.
pub trait Duplex: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Duplex for T {}

/// The stream that the driver is given.
pub struct Wire {
    stream: Box<dyn Duplex>,
    /// The certificate's hash, for the login to be bound to this TLS session (RFC 5929 §4).
    binding: Option<Vec<u8>>,
    frames: Frames,
    watch: Arc<Watch>,
}

impl Wire {
    pub fn new(stream: Box<dyn Duplex>, binding: Option<Vec<u8>>, watch: Arc<Watch>) -> Self {
        Self {
            stream,
            binding,
            frames: Frames::default(),
            watch,
        }
    }
}

/// Stands where the driver would do its handshake: the stream is as it shall be.
pub struct AsItIs;

impl TlsConnect<Wire> for AsItIs {
    type Stream = Wire;
    type Error = Infallible;
    type Future = Ready<Result<Wire, Infallible>>;

    fn connect(self, stream: Wire) -> Self::Future {
        ready(Ok(stream))
    }
}

impl TlsStream for Wire {
    fn channel_binding(&self) -> ChannelBinding {
        match &self.binding {
            Some(hash) => ChannelBinding::tls_server_end_point(hash.clone()),
            None => ChannelBinding::none(),
        }
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buf.filled().len();
        ready_or_return!(Pin::new(&mut this.stream).poll_read(cx, buf))?;
        let passed = this.frames.pass(&buf.filled()[before..], &this.watch);
        Poll::Ready(passed.map_err(|trip| {
            this.watch.trip(trip);
            buf.set_filled(before);
            io::Error::other("refused by the limits on what a server may send")
        }))
    }
}

impl AsyncWrite for Wire {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write(cx, buf)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(cx)
    }
}

/// Follows the server's messages: one byte of kind, four of length, the body (PostgreSQL manual,
/// "Message Formats").
struct Frames {
    header: [u8; HEADER],
    have: usize,
    left: usize,
    /// The body of an authentication request or a parameter.
    body: Vec<u8>,
    login: bool,
}

const HEADER: usize = 5;

/// What a server may begin with: an authentication request, an error, a notice, and an answer on
/// protocol versions.
const OPENINGS: &[u8] = b"RENv";

impl Default for Frames {
    fn default() -> Self {
        Self {
            header: [0; HEADER],
            have: 0,
            left: 0,
            body: Vec::new(),
            login: true,
        }
    }
}

impl Frames {
    fn pass(&mut self, mut bytes: &[u8], watch: &Watch) -> Result<(), Trip> {
        let (first, longest) = watch.take(bytes)?;
        if first && !bytes.first().is_none_or(|tag| OPENINGS.contains(tag)) {
            return Err(Trip::Foreign);
        }
        while !bytes.is_empty() {
            let wanted = if self.have < HEADER {
                HEADER - self.have
            } else {
                self.left
            };
            let (piece, rest) = bytes.split_at(wanted.min(bytes.len()));
            bytes = rest;
            if self.have < HEADER {
                self.header[self.have..self.have + piece.len()].copy_from_slice(piece);
                self.have += piece.len();
                if self.have == HEADER {
                    self.left = self.length(longest)?;
                }
            } else {
                self.left -= piece.len();
                if self.login && matches!(self.header[0], b'R' | b'S') {
                    self.body.extend_from_slice(piece);
                }
            }
            if self.have == HEADER && self.left == 0 {
                self.end(watch);
            }
        }
        Ok(())
    }

    /// The length of the body. The length on the wire counts itself.
    fn length(&self, limit: usize) -> Result<usize, Trip> {
        let [_, length @ ..] = self.header;
        let length = u32::from_be_bytes(length) as usize;
        match length.checked_sub(4) {
            None => Err(Trip::Foreign),
            Some(body) if body > limit => Err(Trip::Message),
            Some(body) => Ok(body),
        }
    }

    fn end(&mut self, watch: &Watch) {
        match self.header[0] {
            b'R' if self.login => watch.asked(&std::mem::take(&mut self.body)),
            b'S' if self.login => watch.told(&std::mem::take(&mut self.body)),
            // ReadyForQuery ends the login.
            b'Z' => self.login = false,
            _ => {}
        }
        self.have = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::super::watch::Method;
    use super::*;

    fn message(tag: u8, body: &[u8]) -> Vec<u8> {
        let length = u32::try_from(body.len() + 4).unwrap().to_be_bytes();
        [&[tag], length.as_slice(), body].concat()
    }

    #[test]
    fn a_login_is_followed_however_its_bytes_are_cut() {
        let scram = b"\0\0\0\x0aSCRAM-SHA-256-PLUS\0SCRAM-SHA-256\0\0";
        let login = [
            message(b'R', scram),
            message(b'R', &[0, 0, 0, 0]),
            message(b'Z', b"I"),
        ]
        .concat();
        for size in 1..login.len() {
            let (watch, mut frames) = (Watch::default(), Frames::default());
            for piece in login.chunks(size) {
                frames.pass(piece, &watch).unwrap();
            }
            assert!(watch.is_authenticated() && !frames.login);
            assert_eq!(watch.method(), Some(Method::Scram { bound: true }));
        }
    }

    #[test]
    fn a_length_beyond_the_limits_is_refused_before_its_body_comes() {
        for length in [i32::MAX.to_be_bytes(), [0xff; 4], [0, 1, 0, 0]] {
            let bytes = [b"R".as_slice(), &length].concat();
            let passed = Frames::default().pass(&bytes, &Watch::default());
            assert_eq!(passed, Err(Trip::Message), "{length:?}");
        }
        let passed = Frames::default().pass(b"R\0\0\0\x03", &Watch::default());
        assert_eq!(passed, Err(Trip::Foreign));
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_make_it_panic(pieces in proptest::collection::vec(proptest::collection::vec(proptest::num::u8::ANY, 0..40), 0..20)) {
            let (watch, mut frames) = (Watch::default(), Frames::default());
            for piece in &pieces {
                if frames.pass(piece, &watch).is_err() {
                    break;
                }
            }
        }
    }
}
