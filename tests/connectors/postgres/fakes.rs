//! What a real server does not show on demand.

use headwater::connectors::{ErrorKind, Selection, Stage};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::{fake, source};

/// A message of the server's: its kind, its length, its body.
fn message(kind: u8, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len() + 4).unwrap().to_be_bytes();
    [&[kind], length.as_slice(), body].concat()
}

fn error(code: &str, words: &str) -> Vec<u8> {
    message(
        b'E',
        format!("SFATAL\0VFATAL\0C{code}\0M{words}\0\0").as_bytes(),
    )
}

fn admitted(version: &str) -> Vec<u8> {
    [
        message(b'R', &[0; 4]),
        message(b'S', format!("server_version\0{version}\0").as_bytes()),
        message(b'K', &[0; 8]),
        message(b'Z', b"I"),
    ]
    .concat()
}

/// One row of texts, as the simple protocol answers.
fn row(texts: &[&str]) -> Vec<u8> {
    let count = u16::try_from(texts.len()).unwrap().to_be_bytes();
    let (mut description, mut data) = (count.to_vec(), count.to_vec());
    for text in texts {
        description.extend(b"x\0");
        description.extend([0; 18]);
        data.extend(u32::try_from(text.len()).unwrap().to_be_bytes());
        data.extend(text.as_bytes());
    }
    [
        message(b'T', &description),
        message(b'D', &data),
        message(b'C', b"SELECT 1\0"),
        message(b'Z', b"I"),
    ]
    .concat()
}

async fn hear(stream: &mut TcpStream) {
    let mut heard = [0; 4096];
    let _ = stream.read(&mut heard).await;
}

/// Says each of these in turn, each after something was heard; then stays, silent.
async fn say(mut stream: TcpStream, words: Vec<Vec<u8>>) {
    for word in words {
        hear(&mut stream).await;
        let _ = stream.write_all(&word).await;
    }
    while stream.read(&mut [0; 4096]).await.is_ok_and(|n| n > 0) {}
}

async fn fields_for(words: Vec<Vec<u8>>, tls: &str) -> Value {
    let port = fake::server(move |stream, _| say(stream, words.clone())).await;
    fields(port, tls)
}

fn fields(port: u16, tls: &str) -> Value {
    json!({
        "databaseType": "postgres", "host": "127.0.0.1", "port": port,
        "username": "ann", "password": "hunter2",
        "options": { "tls": tls, "connect_timeout": 2 },
    })
}

async fn refusal(words: Vec<Vec<u8>>, tls: &str) -> headwater::connectors::ConnectorError {
    source::connect(fields_for(words, tls).await).await.error()
}

#[tokio::test]
async fn servers_refuse_in_many_ways_and_each_is_told() {
    use ErrorKind as K;
    use Stage::{Authenticate, OpenDatabase, Tls};
    let no = b"N".to_vec();
    let scram_only = message(b'R', b"\0\0\0\x0aOAUTHBEARER\0\0");
    for (words, kind, stage) in [
        (
            vec![
                no.clone(),
                error("53300", "sorry, too many clients already"),
            ],
            K::TooManyConnections,
            Authenticate,
        ),
        (
            vec![
                no.clone(),
                error("57P03", "the database system is starting up"),
            ],
            K::ServerUnavailable,
            Authenticate,
        ),
        (
            vec![no.clone(), error("08P01", "no such database: shop")],
            K::AuthenticationFailed,
            Authenticate,
        ),
        (
            vec![no.clone(), message(b'R', &[0, 0, 0, 7])],
            K::AuthenticationUnsupported,
            Authenticate,
        ),
        (
            vec![no.clone(), scram_only],
            K::AuthenticationUnsupported,
            Authenticate,
        ),
        (
            vec![
                no.clone(),
                [
                    message(b'R', &[0; 4]),
                    error("57P01", "terminating connection"),
                ]
                .concat(),
            ],
            K::ServerUnavailable,
            OpenDatabase,
        ),
        (
            vec![
                no.clone(),
                admitted("9.6.24"),
                row(&["PostgreSQL 9.6.24 on x86_64", "shop"]),
            ],
            K::UnsupportedServer,
            OpenDatabase,
        ),
        (
            vec![no.clone(), admitted("15.1"), row(&["only one"])],
            K::ServerError,
            OpenDatabase,
        ),
        (vec![error("53300", "too many")], K::TooManyConnections, Tls),
        (
            vec![b"Ecould not fork new process for connection\n\0".to_vec()],
            K::ServerUnavailable,
            Tls,
        ),
        (
            vec![b"SSH-2.0-OpenSSH_9.2\r\n".to_vec()],
            K::ProtocolMismatch,
            Tls,
        ),
        (
            vec![b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec()],
            K::ProtocolMismatch,
            Tls,
        ),
        (
            vec![b"S and more, before TLS".to_vec()],
            K::ProtocolMismatch,
            Tls,
        ),
        (
            vec![no.clone(), b"\0\0\0\0\0\0\0\0".to_vec()],
            K::ProtocolMismatch,
            Authenticate,
        ),
        (
            vec![no.clone(), b"R\x7f\xff\xff\xff".to_vec()],
            K::LimitExceeded,
            Authenticate,
        ),
        (
            vec![
                no.clone(),
                [message(b'R', &[0; 4]), b"S\x7f\xff\xff\xff".to_vec()].concat(),
            ],
            K::LimitExceeded,
            OpenDatabase,
        ),
        (
            vec![
                no.clone(),
                [
                    message(b'R', &[0; 4]),
                    message(b'S', b"a\0b\0").repeat(40_000),
                ]
                .concat(),
            ],
            K::LimitExceeded,
            OpenDatabase,
        ),
        (vec![no.clone(), vec![]], K::Timeout, Authenticate),
        (vec![], K::Timeout, Tls),
    ] {
        let error = refusal(words.clone(), "prefer").await;
        let said: Vec<_> = words
            .iter()
            .map(|w| String::from_utf8_lossy(&w[..w.len().min(60)]))
            .collect();
        assert_eq!(
            (error.kind, error.stage),
            (kind, Some(stage)),
            "{said:?} {error:?}"
        );
        assert!(!format!("{error:?}").contains("hunter2"), "{error:?}");
    }
}

#[tokio::test]
async fn a_server_whose_version_is_too_old_and_that_falls_silent_is_told_as_old() {
    let version = message(b'S', b"server_version\x009.6.24\0");
    let begun = [message(b'R', &[0; 4]), version].concat();
    // Before the end of the login, and after it.
    for words in [vec![begun], vec![admitted("9.6.24")]] {
        let error = refusal(words, "disable").await;
        assert_eq!(
            (error.kind, error.stage),
            (ErrorKind::UnsupportedServer, Some(Stage::OpenDatabase))
        );
        assert!(error.message.contains("9.6.24"), "{error:?}");
    }
}

#[tokio::test]
async fn without_tls_something_else_is_told_from_its_first_words_too() {
    for (words, kind) in [
        (
            b"SSH-2.0-OpenSSH_9.2\r\n".to_vec(),
            ErrorKind::ProtocolMismatch,
        ),
        (
            b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec(),
            ErrorKind::ProtocolMismatch,
        ),
        (error("28000", "no entry"), ErrorKind::AuthenticationFailed),
    ] {
        let error = refusal(vec![words.clone()], "disable").await;
        assert_eq!(error.kind, kind, "{error:?}");
    }
    let error = refusal(vec![b"SSH-2.0-OpenSSH_9.2\r\n".to_vec()], "disable").await;
    assert!(error.message.contains("an SSH server"), "{error:?}");
}

#[tokio::test]
async fn a_server_that_hangs_up_without_a_word_is_told_as_such() {
    let port = fake::server(|stream, _| async move { drop(stream) }).await;
    for tls in ["prefer", "disable"] {
        let error = source::connect(fields(port, tls)).await.error();
        assert_eq!(error.kind, ErrorKind::ConnectionLost, "{error:?}");
    }
}

#[tokio::test]
async fn a_failed_handshake_falls_back_only_where_tls_is_preferred_and_says_so() {
    let serve = |stream: TcpStream, number: usize| {
        let words = match number {
            0 => vec![b"S".to_vec(), b"this is no TLS at all".to_vec()],
            _ => vec![
                admitted("15.1"),
                row(&["PostgreSQL 15.1 on x86_64", "shop"]),
            ],
        };
        say(stream, words)
    };
    let attempt = source::connect(fields(fake::server(serve).await, "prefer")).await;
    assert!(
        attempt.stages.contains(&(Stage::Tls, false)),
        "{:?}",
        attempt.stages
    );
    let session = attempt.session();
    let notes = &session.server().notes;
    assert!(
        notes[0].contains("nothing on this connection is encrypted"),
        "{notes:?}"
    );

    let error = source::connect(fields(fake::server(serve).await, "require"))
        .await
        .error();
    assert_eq!(
        (error.kind, error.stage),
        (ErrorKind::TlsFailed, Some(Stage::Tls))
    );
}

#[tokio::test]
async fn a_password_asked_for_in_clear_text_is_noted() {
    let words = vec![
        message(b'R', &[0, 0, 0, 3]),
        admitted("15.1"),
        row(&["CockroachDB CCL v23.1.11 (x86_64-pc-linux-gnu)", "shop"]),
    ];
    let session = source::connect(fields_for(words, "disable").await)
        .await
        .session();
    let info = session.server();
    assert_eq!(info.product, "CockroachDB");
    assert_eq!(info.notes.len(), 2, "{:?}", info.notes);
}

#[tokio::test]
async fn a_catalog_that_is_too_much_or_none_at_all_is_refused() {
    let begun = [message(b'C', b"BEGIN\0"), message(b'Z', b"T")].concat();
    let huge = b"D\x7f\xff\xff\xff".to_vec();
    let oid_is_no_number = row(&["x", "app", "t", "r", "1", "t", ""]);
    let too_short = row(&["1"]);
    let not_utf8 = {
        let mut bytes = row(&["1", "aaaa", "t", "r", "1", "t", ""]);
        let at = bytes.windows(4).position(|w| w == b"aaaa").unwrap();
        bytes[at] = 0xff;
        bytes
    };
    for (answer, kind) in [
        (huge, ErrorKind::LimitExceeded),
        (oid_is_no_number, ErrorKind::ServerError),
        (too_short, ErrorKind::ServerError),
        (not_utf8, ErrorKind::ServerError),
        (message(b'D', b"\xff\xff"), ErrorKind::ServerError),
        (
            b"\x01\x02\x03\x04\x05garbage".to_vec(),
            ErrorKind::LimitExceeded,
        ),
        (error("57P01", "terminating"), ErrorKind::ServerUnavailable),
        (error("XX000", "hunter2 was here"), ErrorKind::ServerError),
    ] {
        let words = vec![
            admitted("15.1"),
            row(&["PostgreSQL 15.1 on x86_64", "shop"]),
            begun.clone(),
            answer.clone(),
        ];
        let mut session = source::connect(fields_for(words, "disable").await)
            .await
            .session();
        let error = session
            .list_tables(&Selection::default())
            .await
            .unwrap_err();
        assert_eq!(
            error.kind,
            kind,
            "{:?} {error:?}",
            String::from_utf8_lossy(&answer)
        );
        assert!(!format!("{error:?}").contains("hunter2"), "{error:?}");
    }
}

#[tokio::test]
async fn no_flipped_byte_of_a_login_or_an_answer_does_harm() {
    let login = admitted("15.1");
    let hello = row(&["PostgreSQL 15.1 on x86_64", "shop"]);
    let mut attempts = Vec::new();
    for (at, flip) in (0..login.len() + hello.len()).flat_map(|at| [(at, 1), (at, 0x80)]) {
        let (mut login, mut hello) = (login.clone(), hello.clone());
        match at.checked_sub(login.len()) {
            None => login[at] ^= flip,
            Some(at) => hello[at] ^= flip,
        }
        let attempt = async move {
            let fields = fields_for(vec![login, hello], "disable").await;
            source::connect(fields).await.result.map(drop)
        };
        attempts.push(tokio::spawn(attempt));
    }
    for attempt in attempts {
        // The task ends by itself: with a session or an error, not with a panic.
        drop(attempt.await.unwrap());
    }
}
