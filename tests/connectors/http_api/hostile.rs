//! APIs that fail for a while, answer something else, or mean harm.

use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use flate2::Compression;
use flate2::write::GzEncoder;
use futures_util::future::join_all;
use headwater::connectors::read::TableRead;
use headwater::connectors::{ErrorKind, Session, Stage};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::fake::{Api, Reply, json as answer, status};
use super::{all, endpoint, read, rows, table};
use crate::support::fake;
use crate::support::source::connect;

#[tokio::test]
async fn what_fails_for_a_while_is_asked_again() {
    for code in [429, 500, 502, 503, 504] {
        let api = Api::start(move |asked| match asked.number {
            0 => status(code, ""),
            _ => answer("[{\"id\":1}]"),
        })
        .await;
        endpoint(&api, json!({})).await.session();
        assert_eq!(api.targets().len(), 2, "{code}");
    }
}

#[tokio::test]
async fn the_break_that_an_api_asks_for_is_kept() {
    let api = Api::start(|asked| match asked.number {
        0 => status(429, "Retry-After: 1\r\n"),
        _ => answer("[]"),
    })
    .await;
    let since = Instant::now();
    endpoint(&api, json!({})).await.session();
    assert!(since.elapsed() >= Duration::from_secs(1));
    let api = Api::start(|_| status(503, "Retry-After: 3600\r\n")).await;
    let error = endpoint(&api, json!({})).await.error();
    assert_eq!(error.kind, ErrorKind::ServerUnavailable);
    assert!(error.hint.contains("3600 s"), "{}", error.hint);
    assert_eq!(api.targets().len(), 1);
}

#[tokio::test]
async fn a_connection_that_ends_between_or_within_answers_is_made_anew() {
    let port = fake::server(|mut stream, number| async move {
        let mut bytes = [0; 4096];
        let _ = stream.read(&mut bytes).await;
        // The second connection breaks off in the middle, all end behind their first answer.
        let answer = if number == 1 {
            "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n[{\"id\":"
        } else {
            "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n[{\"id\":1}]"
        };
        let _ = stream.write_all(answer.as_bytes()).await;
    })
    .await;
    let fields = json!({"base_url": format!("http://127.0.0.1:{port}/t")});
    let mut session = connect(fields).await.session();
    assert_eq!(rows(&mut session).await, [[json!(1)]]);
}

#[tokio::test]
async fn what_is_no_answer_of_an_api_is_told_as_what_it_is() {
    for (reply, kind, stage, words) in [
        (
            answer("<html>"),
            ErrorKind::ProtocolMismatch,
            Stage::OpenDatabase,
            "web page",
        ),
        (
            answer("{\"a\":"),
            ErrorKind::ProtocolMismatch,
            Stage::OpenDatabase,
            "no JSON",
        ),
        (
            answer(""),
            ErrorKind::ProtocolMismatch,
            Stage::OpenDatabase,
            "is empty",
        ),
        (
            answer(b"[\"\xff\"]"),
            ErrorKind::ProtocolMismatch,
            Stage::OpenDatabase,
            "UTF-8",
        ),
        (
            answer("[".repeat(1_000_000)),
            ErrorKind::LimitExceeded,
            Stage::OpenDatabase,
            "nests deeper",
        ),
        (
            status(404, ""),
            ErrorKind::DatabaseNotFound,
            Stage::OpenDatabase,
            "nothing at",
        ),
        (
            status(418, ""),
            ErrorKind::ServerError,
            Stage::OpenDatabase,
            "418",
        ),
        (
            Reply {
                headers: "Content-Encoding: br\r\n".to_owned(),
                ..answer("x")
            },
            ErrorKind::ProtocolMismatch,
            Stage::OpenDatabase,
            "not asked for",
        ),
    ] {
        let api = Api::start(move |_| reply.clone()).await;
        let error = endpoint(&api, json!({})).await.error();
        assert_eq!((error.kind, error.stage), (kind, Some(stage)), "{error:?}");
        assert!(error.message.contains(words), "{error:?}");
    }
    let api = Api::start(|_| answer("{\"data\":{\"rows\":[]}}")).await;
    let error = endpoint(&api, json!({"record_path": "data.items"}))
        .await
        .error();
    assert_eq!(error.kind, ErrorKind::ProtocolMismatch);
    assert!(
        error.hint.contains("an object with 'rows'"),
        "{}",
        error.hint
    );
}

#[tokio::test]
async fn what_does_not_speak_http_is_told() {
    let port = fake::server(|mut stream, _| async move {
        let _ = stream.write_all(b"SSH-2.0-OpenSSH\r\n").await;
        let mut bytes = [0; 4096];
        let _ = stream.read(&mut bytes).await;
    })
    .await;
    let error = connect(json!({"base_url": format!("http://127.0.0.1:{port}")}))
        .await
        .error();
    assert_eq!(error.kind, ErrorKind::ProtocolMismatch, "{error:?}");
}

fn packed(bytes: &[u8]) -> Reply {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    Reply {
        headers: "Content-Encoding: gzip\r\n".to_owned(),
        ..answer(encoder.finish().unwrap())
    }
}

#[tokio::test]
async fn packed_answers_are_unpacked_and_bombs_are_not() {
    let good = packed(b"[{\"id\":1}]");
    let api = Api::start(move |_| good.clone()).await;
    let mut session = endpoint(&api, json!({})).await.session();
    assert_eq!(rows(&mut session).await, [[json!(1)]]);
    let bomb = packed(&vec![b' '; 80 << 20]);
    let api = Api::start(move |_| bomb.clone()).await;
    let error = endpoint(&api, json!({})).await.error();
    assert_eq!(error.kind, ErrorKind::LimitExceeded, "{error:?}");
}

#[tokio::test]
async fn an_answer_without_end_is_cut_off() {
    let port = fake::server(|mut stream, _| async move {
        let mut bytes = [0; 4096];
        let _ = stream.read(&mut bytes).await;
        let head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
        let _ = stream.write_all(head).await;
        let chunk = [b"100000\r\n".as_slice(), &vec![b' '; 1 << 20], b"\r\n"].concat();
        while stream.write_all(&chunk).await.is_ok() {}
    })
    .await;
    let error = connect(json!({"base_url": format!("http://127.0.0.1:{port}")}))
        .await
        .error();
    assert_eq!(error.kind, ErrorKind::LimitExceeded, "{error:?}");
}

#[tokio::test]
async fn headers_without_end_are_cut_off() {
    let port = fake::server(|mut stream, _| async move {
        let mut bytes = [0; 4096];
        let _ = stream.read(&mut bytes).await;
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n").await;
        while stream
            .write_all(b"X-Padding: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n")
            .await
            .is_ok()
        {}
    })
    .await;
    let error = connect(json!({"base_url": format!("http://127.0.0.1:{port}")}))
        .await
        .error();
    assert_eq!(error.kind, ErrorKind::ProtocolMismatch, "{error:?}");
}

#[tokio::test]
async fn a_silent_api_is_given_up() {
    let port = fake::server(|mut stream, _| async move {
        let mut bytes = [0; 4096];
        let _ = stream.read(&mut bytes).await;
        std::future::pending::<()>().await;
    })
    .await;
    let fields = json!({"base_url": format!("http://127.0.0.1:{port}")});
    let error = connect(fields).await.error();
    assert_eq!(
        (error.kind, error.stage),
        (ErrorKind::Timeout, Some(Stage::Authenticate))
    );
}

#[tokio::test]
async fn an_endpoint_that_cannot_be_read_is_named_and_the_others_are_read() {
    let api = Api::start(|asked| match asked.target.as_str() {
        "/t" => answer("[{\"id\":1}]"),
        _ => status(403, ""),
    })
    .await;
    let endpoints = json!([{"path": "/t"}, {"path": "/secret"}]);
    let fields = json!({"base_url": api.url(), "endpoints": endpoints});
    let mut session = connect(fields).await.session();
    let schema = super::schema(&mut session).await;
    assert_eq!(schema.tables[0].name, "t");
    assert_eq!(schema.unreadable[0].name, "secret");
}

#[tokio::test]
async fn a_failure_in_the_middle_of_the_pages_is_told() {
    let api = Api::start(|asked| match (asked.param("page"), asked.number) {
        (Some("1"), _) => answer("[{\"id\":1}]"),
        (_, 0..=2) => answer("[]"),
        _ => status(401, ""),
    })
    .await;
    let more = json!({"pagination": {"type": "page"}});
    let mut session = endpoint(&api, more).await.session();
    let wanted = all(&table(&mut session).await);
    let error = read(&mut session, &wanted).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::AuthenticationFailed);
}

/// An answer as it goes over the wire, framed in each way that HTTP knows.
fn framed(body: &[u8]) -> [Vec<u8>; 4] {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(body).unwrap();
    let packed = encoder.finish().unwrap();
    let long = |headers: &str, body: &[u8]| {
        let head = format!(
            "HTTP/1.1 200 OK\r\n{headers}Content-Length: {}\r\n\r\n",
            body.len()
        );
        [head.as_bytes(), body].concat()
    };
    let mut chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".to_vec();
    for chunk in body.chunks(20) {
        chunked.extend(format!("{:x}\r\n", chunk.len()).bytes());
        chunked.extend([chunk, b"\r\n"].concat());
    }
    chunked.extend(b"0\r\n\r\n");
    let to_the_end = [b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n", body].concat();
    [
        long("", body),
        long("Content-Encoding: gzip\r\n", &packed),
        chunked,
        to_the_end,
    ]
}

#[tokio::test]
async fn an_answer_that_is_cut_anywhere_is_never_taken_for_all_of_it() {
    let body = "[{\"id\":1},{\"id\":2}, {\"id\":3}]";
    let all = [1, 2, 3].map(|id| vec![json!(id)]);
    let cut_at = |whole: Vec<u8>, at: usize| {
        let all = all.clone();
        async move {
            let api = whole.clone();
            // Whoever connects is answered; then, once, with a part.
            let cut = Arc::new(AtomicUsize::new(usize::MAX));
            let once = Arc::clone(&cut);
            let port = fake::server(move |mut stream, _| {
                let end = once.swap(usize::MAX, Ordering::SeqCst).min(api.len());
                let answer = api[..end].to_vec();
                async move {
                    let mut bytes = [0; 4096];
                    let _ = stream.read(&mut bytes).await;
                    let _ = stream.write_all(&answer).await;
                }
            })
            .await;
            let fields = json!({"base_url": format!("http://127.0.0.1:{port}/t")});
            let mut session = connect(fields).await.session();
            let wanted = all_of(&mut session).await;
            cut.store(at, Ordering::SeqCst);
            match read(&mut session, &wanted).await {
                Ok((_, rows)) => assert_eq!(rows, all, "{at}"),
                Err(error) => {
                    assert_eq!(error.kind, ErrorKind::ProtocolMismatch, "{at}: {error:?}");
                }
            }
            cut.load(Ordering::SeqCst) == usize::MAX
        }
    };
    let mut cuts = Vec::new();
    for whole in framed(body.as_bytes()) {
        let step = (0..whole.len()).filter(|at| at % 3 == 0 || at + 20 > whole.len());
        cuts.extend(step.map(|at| cut_at(whole.clone(), at)));
    }
    let used = join_all(cuts).await;
    assert!(
        used.iter().all(|used| *used),
        "each answer was cut while rows were read"
    );
}

async fn all_of(session: &mut Box<dyn Session>) -> TableRead {
    all(&table(session).await)
}
