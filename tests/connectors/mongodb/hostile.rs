//! Servers that are old, broken, or out to harm.

use headwater::connectors::{ErrorKind, Selection};
use mongodb::bson::{Binary, Bson, Document, doc, spec::BinarySubtype};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::TcpStream;

use super::{Counted, connect, fake, kinds, until};
use crate::support::fake::server;

#[tokio::test]
async fn a_server_that_is_too_old_is_told_with_its_version_and_the_floor() {
    let port = fake::mongod(fake::lone(|command| {
        let old = doc! { "ismaster": true, "minWireVersion": 0, "maxWireVersion": 6, "ok": 1.0 };
        match fake::name(command) {
            "buildInfo" => Some(fake::bytes(&doc! { "version": "3.6.23", "ok": 1.0 })),
            _ if fake::is_hello(command) => Some(fake::bytes(&old)),
            _ => None,
        }
    }))
    .await;
    let error = connect(json!({ "host": "127.0.0.1", "port": port }))
        .await
        .error();
    assert_eq!(kinds(&error), (ErrorKind::UnsupportedServer, "connect"));
    assert!(
        error.message.contains("3.6.23") && error.message.contains("4.4"),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_server_that_is_too_old_and_falls_silent_is_told_with_its_release() {
    let port = fake::mongod(|command| {
        let old = doc! { "ismaster": true, "minWireVersion": 0, "maxWireVersion": 6, "ok": 1.0 };
        let said = fake::is_hello(command).then(|| fake::bytes(&old));
        said.unwrap_or_default()
    })
    .await;
    let error = connect(json!({
        "host": "127.0.0.1", "port": port, "options": { "connectTimeoutMS": 100 },
    }))
    .await
    .error();
    assert_eq!(kinds(&error), (ErrorKind::UnsupportedServer, "connect"));
    assert!(error.message.contains("3.6"), "{error:?}");
}

#[tokio::test]
async fn a_server_that_hangs_up_is_told_with_what_may_be_the_cause() {
    let port = server(|mut stream, _| async move {
        let _ = stream.read(&mut [0; 16]).await;
    })
    .await;
    let error = connect(json!({ "host": "127.0.0.1", "port": port }))
        .await
        .error();
    assert_eq!(kinds(&error), (ErrorKind::ConnectionLost, "connect"));
    assert!(error.hint.contains("maxIncomingConnections"), "{error:?}");
}

#[tokio::test]
async fn connections_that_are_closed_before_a_word_are_told_as_too_many() {
    // What a server does that has no connection to spare; TLS or not, it asks for nothing first.
    let port = server(|stream, _| async move { drop(stream) }).await;
    for (tls, stage) in [
        ("prefer", "connect"),
        ("disable", "connect"),
        ("require", "tls"),
    ] {
        let fields = json!({ "host": "127.0.0.1", "port": port, "options": { "tls": tls } });
        let error = connect(fields).await.error();
        assert_eq!(kinds(&error), (ErrorKind::TooManyConnections, stage));
        assert_eq!(error.reason, Some("closed_at_once"));
        // It is the likely cause and not the only one.
        for cause in ["net.maxIncomingConnections", "proxy", "address"] {
            assert!(error.hint.contains(cause), "{error:?}");
        }
    }
}

#[tokio::test]
async fn a_server_that_takes_no_further_connection_is_told_as_having_too_many() {
    let real = fake::mongod(fake::lone(|_| None)).await;
    for taken in 1..=2 {
        let port = server(move |mut stream, number| async move {
            if number < taken {
                let mut real = TcpStream::connect(("127.0.0.1", real)).await.unwrap();
                let _ = copy_bidirectional(&mut stream, &mut real).await;
            }
        })
        .await;
        let fields = json!({ "host": "127.0.0.1", "port": port, "database": "shop" });
        let attempt = connect(fields).await;
        let error = attempt.error();
        let told = (ErrorKind::TooManyConnections, "authenticate");
        assert_eq!(kinds(&error), told, "{taken} {error:?}");
        assert_eq!(error.reason, None);
    }
}

#[tokio::test]
async fn a_user_without_a_password_is_told_that_none_was_given() {
    let port = fake::mongod(fake::lone(|_| None)).await;
    let fields = json!({ "host": "127.0.0.1", "port": port, "username": "ann" });
    let error = connect(fields).await.error();
    assert_eq!(
        kinds(&error),
        (ErrorKind::AuthenticationFailed, "authenticate")
    );
    assert!(
        error.message.contains("'ann'") && error.message.contains("none was given"),
        "{error:?}"
    );
    assert_eq!(error.hint, "Give the password.");
}

#[tokio::test]
async fn a_server_that_is_stopping_is_told() {
    let port = fake::mongod(fake::lone(|command| {
        let stopping =
            doc! { "ok": 0.0, "code": 91, "codeName": "ShutdownInProgress", "errmsg": "bye" };
        (fake::name(command) == "connectionStatus").then(|| fake::bytes(&stopping))
    }))
    .await;
    let error = connect(json!({ "host": "127.0.0.1", "port": port }))
        .await
        .error();
    assert_eq!(
        kinds(&error),
        (ErrorKind::ServerUnavailable, "authenticate")
    );
    assert_eq!(error.server_message.as_deref(), Some("bye"));
}

#[tokio::test]
async fn a_length_of_gigabytes_and_garbage_are_told_and_cost_nothing() {
    let hello = |tail: &'static [u8]| {
        server(move |mut stream, _| async move {
            let mut request = [0; 68];
            let _ = stream.read_exact(&mut request).await;
            let _ = stream.write_all(tail).await;
            let _ = stream.read_to_end(&mut Vec::new()).await;
        })
    };
    for bytes in [
        &b"\xff\xff\xff\x7f\0\0\0\0\x01\0\0\0\x01\0\0\0"[..],
        b"\x10\0\0\0\0\0\0\0\x01\0\0\0\x01\0\0\0",
        b"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
    ] {
        let port = hello(bytes).await;
        let error = connect(json!({ "host": "127.0.0.1", "port": port }))
            .await
            .error();
        assert_eq!(
            kinds(&error),
            (ErrorKind::ProtocolMismatch, "connect"),
            "{bytes:?}"
        );
    }
}

#[tokio::test]
async fn four_billion_rounds_of_scram_are_refused() {
    let port = fake::mongod(fake::lone(|command| {
        let payload = |command: &Document| {
            let said =
                String::from_utf8_lossy(command.get_binary_generic("payload").ok()?).into_owned();
            let nonce = said.rsplit("r=").next()?.to_owned();
            let first = format!("r={nonce}xyz,s=QUJDREVGR0g=,i=4294967295");
            Some(Bson::Binary(Binary {
                subtype: BinarySubtype::Generic,
                bytes: first.into_bytes(),
            }))
        };
        let start = if fake::is_hello(command) {
            command.get_document("speculativeAuthenticate").ok()?
        } else {
            Some(command).filter(|c| fake::name(c) == "saslStart")?
        };
        let said =
            doc! { "conversationId": 1, "done": false, "payload": payload(start)?, "ok": 1.0 };
        if !fake::is_hello(command) {
            return Some(fake::bytes(&said));
        }
        let mut hello = fake::hello();
        hello.extend(
            doc! { "saslSupportedMechs": ["SCRAM-SHA-256"], "speculativeAuthenticate": said },
        );
        Some(fake::bytes(&hello))
    }))
    .await;
    let began = std::time::Instant::now();
    let attempt = connect(json!({
        "host": "127.0.0.1", "port": port, "username": "u", "password": "canary-password",
    }))
    .await;
    let error = attempt.error();
    assert_eq!(
        kinds(&error),
        (ErrorKind::LimitExceeded, "authenticate"),
        "{error:?}"
    );
    assert!(began.elapsed().as_secs() < 4);
}

/// A document of this many levels.
fn deep(levels: usize) -> Vec<u8> {
    let inner = 5;
    let length = |level: usize| i32::try_from(inner + level * 8).unwrap().to_le_bytes();
    let mut bytes = Vec::new();
    for level in (1..levels).rev() {
        bytes.extend(length(level));
        bytes.extend(b"\x03a\0");
    }
    bytes.extend(length(0));
    bytes.extend(vec![0; levels]);
    bytes
}

#[tokio::test]
async fn a_document_that_nests_without_end_costs_one_collection_and_not_the_process() {
    let port = fake::mongod(fake::lone(|command| {
        let of_bad = command.get_str("find").ok() == Some("bad");
        of_bad.then(|| deep(2_000_000))
    }))
    .await;
    let mut session = connect(json!({ "host": "127.0.0.1", "port": port, "database": "shop" }))
        .await
        .session();
    let schema = session.introspect(&Selection::default()).await.unwrap();
    let names: Vec<_> = schema.tables.iter().map(|t| t.name.as_str()).collect();
    assert_eq!(names, ["good"]);
    assert_eq!(schema.unreadable.len(), 1);
    assert!(
        schema.unreadable[0].why.contains("nests deeper"),
        "{schema:?}"
    );
}

#[tokio::test]
async fn documents_as_deep_as_are_let_through_are_decoded() {
    let port = fake::mongod(fake::lone(|command| {
        let nested = (0..240).fold(doc! {}, |inner, _| doc! { "a": inner });
        (fake::name(command) == "buildInfo")
            .then(|| fake::bytes(&doc! { "version": "7.0.14", "deep": nested, "ok": 1.0 }))
    }))
    .await;
    let attempt = connect(json!({ "host": "127.0.0.1", "port": port, "database": "shop" })).await;
    assert_eq!(attempt.session().server().version, "7.0.14");
}

#[tokio::test]
async fn names_twice_in_a_document_and_text_that_is_no_utf8_are_shown_as_they_can_be() {
    let port = fake::mongod(fake::lone(|command| {
        if command.get_str("find").ok() != Some("bad") {
            return None;
        }
        // { "\xff": "\xfe", "twice": 1, "twice": "x" }
        let odd = b"\x26\0\0\0\x02\xff\0\x02\0\0\0\xfe\0\x10twice\0\x01\0\0\0\x02twice\0\x02\0\0\0x\0\0";
        let good = fake::bytes(&doc! { "a": 1 });
        let answer = doc! { "cursor": { "id": 0_i64, "ns": "shop.bad", "firstBatch": [{ "a": 1 }] }, "ok": 1.0 };
        let answer = fake::bytes(&answer);
        let at = answer.windows(good.len()).position(|w| w == good).unwrap();
        let more = i32::try_from(odd.len() - good.len()).unwrap();
        let mut odder = answer.clone();
        odder.splice(at..at + good.len(), odd.iter().copied());
        // The lengths of the documents around it: the answer, the cursor, the batch.
        let cursor = 4 + b"\x03cursor\0".len();
        let batch = at - b"\x030\0".len() - 4;
        for start in [0, cursor, batch] {
            let length = i32::from_le_bytes(odder[start..start + 4].try_into().unwrap()) + more;
            odder[start..start + 4].copy_from_slice(&length.to_le_bytes());
        }
        Some(odder)
    }))
    .await;
    let mut session = connect(json!({ "host": "127.0.0.1", "port": port, "database": "shop" }))
        .await
        .session();
    let schema = session.introspect(&Selection::default()).await.unwrap();
    assert_eq!(schema.unreadable, []);
    let columns: Vec<_> = schema.tables[0]
        .columns
        .iter()
        .map(|c| (c.name.as_str(), c.native_type.as_str()))
        .collect();
    assert_eq!(columns, [("\u{fffd}", "string"), ("twice", "int | string")]);
}

#[tokio::test]
async fn work_that_is_given_up_is_given_up_at_the_server_too() {
    let port = fake::mongod(fake::lone(|command| {
        (fake::name(command) == "find").then(Vec::new)
    }))
    .await;
    let way = Counted::to(port).await;
    let fields = json!({ "host": "127.0.0.1", "port": way.port, "database": "shop" });
    let mut session = connect(fields).await.session();
    let idle = way.open();
    {
        let selection = Selection::default();
        let mut work = session.introspect(&selection);
        let begun = async {
            while way.open() <= idle {
                tokio::task::yield_now().await;
            }
        };
        tokio::select! {
            _ = &mut work => panic!("nothing answers"),
            () = begun => {}
        }
    }
    until("a connection still waits", || way.open() <= idle).await;
}
