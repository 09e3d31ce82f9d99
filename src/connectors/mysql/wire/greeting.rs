//! What a server says first: its greeting, or the reason why it has none.

use std::time::Duration;

use mysql_async::consts::CapabilityFlags;
use tokio::io::AsyncReadExt;

use super::packet::{self, Header};
use super::reader::Reader;
use super::{Failure, Refusal, Stream};

/// No greeting or login is longer.
const LIMIT: usize = 16 * 1024;
/// As much of another protocol's first words as is wanted to recognise it.
const SAMPLE: usize = 256;
/// How long that sample is waited for, once its first bytes are none of ours.
const MORE: Duration = Duration::from_millis(200);

/// `Protocol::HandshakeV10`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Greeting {
    /// The version, as the server writes it.
    pub version: String,
    /// The number by which this connection can be killed.
    pub thread: u32,
    /// The challenge for the login, 20 bytes.
    pub nonce: Vec<u8>,
    /// What the server can do.
    pub capabilities: CapabilityFlags,
    /// The login method that it would rather have.
    pub method: Vec<u8>,
}

/// The first words of whoever answered.
#[derive(Debug)]
pub enum First {
    /// A greeting.
    Greeting(Greeting),
    /// Words of another protocol.
    Foreign(Vec<u8>),
}

impl Greeting {
    /// Reads a payload; `None` where it is no greeting of this protocol.
    pub fn read(payload: &[u8]) -> Option<Self> {
        let mut rest = Reader(payload);
        if rest.u8()? != 10 {
            return None;
        }
        let version = String::from_utf8_lossy(rest.until_nul()).into_owned();
        let thread = rest.u32()?;
        let mut nonce = rest.bytes(8)?.to_vec();
        rest.bytes(1)?;
        let low = u32::from(rest.u16()?);
        // The collation (1) and the status (2) say nothing that is needed.
        rest.bytes(3)?;
        let high = u32::from(rest.u16()?);
        let nonce_length = usize::from(rest.u8()?);
        rest.bytes(10)?;
        let capabilities = CapabilityFlags::from_bits_truncate(low | high << 16);
        if capabilities.contains(CapabilityFlags::CLIENT_SECURE_CONNECTION) {
            nonce.extend_from_slice(rest.bytes(nonce_length.saturating_sub(8).max(13))?);
        }
        nonce.resize(20, 0);
        Some(Self {
            version,
            thread,
            nonce,
            capabilities,
            method: rest.until_nul().to_vec(),
        })
    }

    /// The greeting that the driver gets in place of this one. It offers nothing that a server
    /// could turn against us: neither local files, nor several statements or answers in one, nor
    /// compression; nor TLS, which is not the driver's business. The version only tells the driver
    /// that there is `utf8mb4`, and so never is a text that it cannot read.
    pub fn for_driver(&self) -> Vec<u8> {
        let taken = CapabilityFlags::CLIENT_LONG_PASSWORD
            | CapabilityFlags::CLIENT_LONG_FLAG
            | CapabilityFlags::CLIENT_PROTOCOL_41
            | CapabilityFlags::CLIENT_TRANSACTIONS
            | CapabilityFlags::CLIENT_SECURE_CONNECTION
            | CapabilityFlags::CLIENT_PLUGIN_AUTH;
        let [low, lower, high, higher] = (self.capabilities & taken).bits().to_le_bytes();
        let (first, second) = self.nonce.split_at(8);
        let collation_and_status = [45, 2, 0];
        [
            b"\x0a8.0.0\0",
            &self.thread.to_le_bytes()[..],
            first,
            &[0, low, lower],
            &collation_and_status,
            &[high, higher, 21],
            &[0; 10],
            second,
            &[0],
            &self.method,
            &[0],
        ]
        .concat()
    }

    /// Whether the server offers TLS.
    pub fn offers_tls(&self) -> bool {
        self.capabilities.contains(CapabilityFlags::CLIENT_SSL)
    }
}

/// Reads a server's first words. Takes no byte more than they have, so that nothing that was sent
/// in the clear can count as said behind TLS.
pub async fn read_greeting(stream: &mut impl Stream) -> Result<First, Failure> {
    let mut head = [0; 4];
    let mut known = 0;
    while known < head.len() {
        match stream.read(&mut head[known..]).await? {
            0 => return Ok(First::Foreign(head[..known].to_vec())),
            count => known += count,
        }
    }
    let header = Header::read(head);
    let mut payload = Vec::new();
    if header.sequence == 0 && (1..=LIMIT).contains(&header.length) {
        packet::read_payload(stream, header, LIMIT, &mut payload).await?;
        if let Some(greeting) = Greeting::read(&payload) {
            return Ok(First::Greeting(greeting));
        }
        if let [0xFF, refusal @ ..] = payload.as_slice() {
            return Err(Failure::Server(Refusal::read(refusal)));
        }
    } else {
        payload.resize(SAMPLE, 0);
        let more = tokio::time::timeout(MORE, stream.read(&mut payload)).await;
        payload.truncate(more.unwrap_or(Ok(0))?);
    }
    payload.splice(0..0, head);
    Ok(First::Foreign(payload))
}

#[cfg(test)]
pub mod tests {
    use super::*;

    /// A greeting as a server would send it.
    pub fn payload(version: &str, method: &str) -> Vec<u8> {
        let mut bytes = vec![10];
        bytes.extend_from_slice(version.as_bytes());
        bytes.extend_from_slice(b"\0\x07\0\0\x0012345678\0\xff\xff\x2d\x02\0\xff\xdf\x15");
        bytes.extend_from_slice(&[0; 10]);
        bytes.extend_from_slice(b"901234567890\0");
        bytes.extend_from_slice(method.as_bytes());
        bytes.push(0);
        bytes
    }

    #[test]
    fn a_greeting_gives_version_thread_challenge_and_method() {
        let greeting = Greeting::read(&payload("9.7.4", "caching_sha2_password")).unwrap();
        assert_eq!(greeting.version, "9.7.4");
        assert_eq!((greeting.thread, greeting.nonce.len()), (7, 20));
        assert_eq!(greeting.nonce, b"12345678901234567890");
        assert_eq!(greeting.method, b"caching_sha2_password");
        assert!(greeting.offers_tls());
    }

    #[test]
    fn the_drivers_greeting_has_the_challenge_and_offers_less() {
        let greeting = Greeting::read(&payload("9.7.4", "caching_sha2_password")).unwrap();
        let shown = Greeting::read(&greeting.for_driver()).unwrap();
        assert_eq!(
            (shown.thread, &shown.nonce, &shown.method),
            (greeting.thread, &greeting.nonce, &greeting.method)
        );
        let unwanted = CapabilityFlags::CLIENT_SSL
            | CapabilityFlags::CLIENT_COMPRESS
            | CapabilityFlags::CLIENT_LOCAL_FILES
            | CapabilityFlags::CLIENT_MULTI_STATEMENTS
            | CapabilityFlags::CLIENT_MULTI_RESULTS;
        assert!(greeting.capabilities.contains(unwanted));
        assert!(!shown.capabilities.intersects(unwanted));
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_make_reading_panic(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..200)) {
            let _ = Greeting::read(&bytes);
            let mut cut = payload("5.7", "x");
            cut.truncate(bytes.len());
            let _ = Greeting::read(&cut);
        }
    }
}
