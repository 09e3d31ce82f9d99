//! Which engine answers at a place: asked of the server itself, where the caller named none, or
//! where something else answered than was expected.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::dial::Dialer;
use super::error::{ConnectorError, ErrorKind, Stage};
use super::{DRIVERS, Driver, Host, Target, Trace, limits};

/// How an engine's servers are recognised.
pub struct Identify {
    /// What makes a server that waits for its client say who it is. Empty where the server speaks first.
    pub request: &'static [u8],
    /// Whether these bytes, the first that it said, are of this engine.
    pub recognise: fn(&[u8]) -> bool,
}

/// How long a server that speaks first may take for it.
const GREETING: Duration = Duration::from_millis(600);
/// How long an answer to a request may take.
const ANSWER: Duration = Duration::from_secs(1);

/// Other services that turn up on mistaken ports, by how their first bytes begin.
const OTHERS: &[(&[u8], &str)] = &[
    (b"SSH-", "an SSH server"),
    (b"HTTP/", "an HTTP server"),
    (b"220 ", "a mail or FTP server"),
    (b"* OK", "an IMAP server"),
    (b"+OK", "a POP3 server"),
    (b"-ERR", "a Redis server"),
    (b"-NOAUTH", "a Redis server"),
];

/// Who answers.
#[derive(Debug, Clone, Copy)]
pub enum Answer {
    /// A server of an engine that is known here.
    Engine(&'static Driver),
    /// Another service, as one would say it.
    Other(&'static str),
    /// Somebody who said something that is not known.
    Unknown,
    /// Somebody who said nothing at all.
    Silent,
    /// Somebody who hung up without a word.
    HungUp,
}

impl Answer {
    /// As one would say it, with an article.
    #[must_use]
    pub fn described(self) -> Option<String> {
        match self {
            Self::Engine(driver) => Some(format!("a {} server", driver.title)),
            Self::Other(what) => Some(what.to_owned()),
            Self::Unknown | Self::Silent | Self::HungUp => None,
        }
    }
}

/// Asks the server at `host` who it is: listens first, then tries each engine's request on a
/// connection of its own. The asking is a part of the stage `connect`.
///
/// # Errors
/// The failure to resolve or to connect.
pub async fn identify(
    dialer: &Dialer,
    host: &Host,
    port: u16,
    trace: &Trace,
) -> Result<Answer, ConnectorError> {
    let addresses = dialer.resolve(host, port, trace).await?;
    let stream = dialer.connect(&addresses, trace).await?;
    let asking = Box::pin(ask(dialer, &addresses, stream));
    trace.run(Stage::Connect, limits::TEST, asking).await
}

async fn ask(
    dialer: &Dialer,
    addresses: &[SocketAddr],
    mut stream: TcpStream,
) -> Result<Answer, ConnectorError> {
    let (mut strange, mut hung_up) = (false, false);
    match first_words(&mut stream, GREETING).await {
        Some(words) if words.is_empty() => hung_up = true,
        Some(words) => return Ok(recognise(&words)),
        None => {}
    }
    let mut listened_on = Some(stream).filter(|_| !hung_up);
    let requests = DRIVERS.iter().filter_map(|d| d.identify.as_ref());
    for request in requests.map(|i| i.request).filter(|r| !r.is_empty()) {
        let mut connection = match listened_on.take() {
            Some(open) => open,
            None => dialer.connect(addresses, &Trace::default()).await?,
        };
        let sent = connection.write_all(request).await;
        // A server that hung up may have said why before it did.
        match first_words(&mut connection, ANSWER).await {
            Some(words) if words.is_empty() => hung_up = true,
            Some(words) => match recognise(&words) {
                Answer::Unknown => strange = true,
                known => return Ok(known),
            },
            None => hung_up |= sent.is_err(),
        }
    }
    Ok(match (strange, hung_up) {
        (true, _) => Answer::Unknown,
        (_, true) => Answer::HungUp,
        _ => Answer::Silent,
    })
}

/// Names who answers, where a server took the connection and then said nothing that its engine
/// would say. Any other failure is answered as it is.
pub async fn name_the_silent(
    dialer: &Dialer,
    target: &Target,
    error: ConnectorError,
) -> ConnectorError {
    let spoken_to = matches!(
        error.stage,
        Some(Stage::Connect | Stage::Tls | Stage::Authenticate)
    );
    let (ErrorKind::Timeout, true) = (error.kind, spoken_to) else {
        return error;
    };
    let (Some(host), Some(port)) = (target.settings.hosts.first(), target.driver.default_port)
    else {
        return error;
    };
    let asked = identify(dialer, host, port, &Trace::default()).await;
    let who = match asked {
        // Of the same family: it is the right one, and slow.
        Ok(Answer::Engine(driver)) if driver.default_port == target.driver.default_port => {
            return error;
        }
        Ok(answer) => answer.described(),
        Err(_) => None,
    };
    let Some(who) = who else { return error };
    let named = ConnectorError::new(
        ErrorKind::ProtocolMismatch,
        format!(
            "At {} answers {who}, no {} server.",
            target.place(),
            target.driver.title
        ),
        format!(
            "Check the port, or choose the engine that answers there instead of {}.",
            target.driver.title
        ),
    );
    ConnectorError {
        stage: error.stage,
        ..named
    }
}

/// Who would begin with these bytes.
#[must_use]
pub fn recognise(bytes: &[u8]) -> Answer {
    let is = |driver: &&&Driver| {
        driver
            .identify
            .as_ref()
            .is_some_and(|i| (i.recognise)(bytes))
    };
    if let Some(driver) = DRIVERS.iter().find(is) {
        return Answer::Engine(driver);
    }
    let other = OTHERS.iter().find(|(start, _)| bytes.starts_with(start));
    other.map_or(Answer::Unknown, |(_, what)| Answer::Other(what))
}

/// The first words that come in time; none of them where the connection ended.
async fn first_words(stream: &mut TcpStream, patience: Duration) -> Option<Vec<u8>> {
    let mut bytes = vec![0; 1024];
    let read = timeout(patience, stream.read(&mut bytes)).await.ok()?;
    bytes.truncate(read.unwrap_or(0));
    Some(bytes)
}
