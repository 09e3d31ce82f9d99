//! What was seen on a connection, and how much may still come.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

/// Shared by the stream, which fills it, and by those who wait for its result.
#[derive(Debug)]
pub struct Watch {
    seen: Mutex<Seen>,
    authenticated: Notify,
    versioned: Notify,
}

#[derive(Debug)]
struct Seen {
    /// The first bytes that came.
    opening: Vec<u8>,
    method: Option<Method>,
    authenticated: bool,
    version: Option<String>,
    allowance: Allowance,
    trip: Option<Trip>,
}

/// What may still come.
#[derive(Debug, Clone, Copy)]
pub struct Allowance {
    /// In all.
    pub bytes: usize,
    /// In one message.
    pub message: usize,
}

impl Allowance {
    /// Of a piece of work on the catalog. A row of it is far shorter than the longest message; a
    /// definition of a view may be long.
    pub const CATALOG: Self = Self {
        bytes: 512 << 20,
        message: 16 << 20,
    };
    /// Of a table's rows, which have no end that is known before.
    pub const ROWS: Self = Self {
        bytes: usize::MAX,
        message: 256 << 20,
    };
}

/// Why no more is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trip {
    /// All together is too much.
    Bytes,
    /// A message announces more than it may hold.
    Message,
    /// These are no messages of PostgreSQL's.
    Foreign,
}

/// The way to log in that the server asked for (PostgreSQL manual, "Message Formats",
/// `Authentication…`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Method {
    /// The password as it is.
    Password,
    /// The password, hashed by MD5.
    Md5,
    /// SCRAM-SHA-256; `bound` where the server offers to bind it to the TLS session.
    Scram { bound: bool },
    /// A way that is not built in, by its name.
    Other(String),
}

/// All that a login may say; it takes a few hundred bytes. The longest message is that of libpq
/// (`MAX_ERRLEN`).
const LOGIN: Allowance = Allowance {
    bytes: 256 << 10,
    message: 30_000,
};
const OPENING: usize = 128;

impl Default for Watch {
    fn default() -> Self {
        let seen = Seen {
            opening: Vec::new(),
            method: None,
            authenticated: false,
            version: None,
            allowance: LOGIN,
            trip: None,
        };
        Self {
            seen: Mutex::new(seen),
            authenticated: Notify::new(),
            versioned: Notify::new(),
        }
    }
}

impl Watch {
    /// Lets so much come from now on.
    pub fn allow(&self, allowance: Allowance) {
        self.lock().allowance = allowance;
    }

    /// How many bytes may still come; fewer, after any came.
    pub fn left(&self) -> usize {
        self.lock().allowance.bytes
    }

    /// Waits for the server to say that the login is right.
    pub async fn authenticated(&self) {
        // A permit is stored where the word came before the question.
        self.authenticated.notified().await;
    }

    /// Waits for the server to say its version, which it does between the login and its end.
    pub async fn version(&self) -> String {
        self.versioned.notified().await;
        self.lock().version.clone().unwrap_or_default()
    }

    pub fn is_authenticated(&self) -> bool {
        self.lock().authenticated
    }

    pub fn method(&self) -> Option<Method> {
        self.lock().method.clone()
    }

    pub fn opening(&self) -> Vec<u8> {
        self.lock().opening.clone()
    }

    pub fn tripped(&self) -> Option<Trip> {
        self.lock().trip
    }

    pub(super) fn trip(&self, trip: Trip) {
        self.lock().trip.get_or_insert(trip);
    }

    /// Takes note of bytes that came; answers whether they are the first, and how long a message
    /// may be.
    pub(super) fn take(&self, bytes: &[u8]) -> Result<(bool, usize), Trip> {
        let mut seen = self.lock();
        let first = seen.opening.is_empty();
        let room = OPENING.saturating_sub(seen.opening.len());
        seen.opening.extend(bytes.iter().take(room));
        let left = seen.allowance.bytes.checked_sub(bytes.len());
        seen.allowance.bytes = left.ok_or(Trip::Bytes)?;
        Ok((first, seen.allowance.message))
    }

    /// Takes note of an authentication request.
    pub(super) fn asked(&self, body: &[u8]) {
        let Some((code, rest)) = body.split_first_chunk() else {
            return;
        };
        let method = match u32::from_be_bytes(*code) {
            0 => {
                self.lock().authenticated = true;
                self.authenticated.notify_one();
                return;
            }
            3 => Method::Password,
            5 => Method::Md5,
            10 => sasl(rest),
            // The rest of an exchange that began before.
            8 | 11 | 12 => return,
            2 => Method::Other("Kerberos V5".to_owned()),
            7 => Method::Other("GSSAPI".to_owned()),
            9 => Method::Other("SSPI".to_owned()),
            other => Method::Other(format!("number {other}")),
        };
        self.lock().method = Some(method);
    }

    /// Takes note of a parameter's value (`ParameterStatus`), of which the version counts.
    pub(super) fn told(&self, body: &[u8]) {
        let mut texts = body.split(|b| *b == 0);
        if let (Some(b"server_version"), Some(version)) = (texts.next(), texts.next()) {
            let version = String::from_utf8_lossy(version).into_owned();
            self.lock().version = Some(version);
            self.versioned.notify_one();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn sasl(names: &[u8]) -> Method {
    let names: Vec<_> = names
        .split(|b| *b == 0)
        .filter(|n| !n.is_empty())
        .map(String::from_utf8_lossy)
        .collect();
    let has = |name: &str| names.iter().any(|n| n == name);
    let bound = has("SCRAM-SHA-256-PLUS");
    if bound || has("SCRAM-SHA-256") {
        return Method::Scram { bound };
    }
    let shown: String = names
        .join(", ")
        .chars()
        .filter(|c| !c.is_control())
        .take(60)
        .collect();
    Method::Other(format!("SASL {shown}"))
}
