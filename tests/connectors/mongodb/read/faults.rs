//! What breaks, what is given up, and takers that take nothing.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use headwater::connectors::ErrorKind;
use headwater::connectors::read::{Chunk, channel};
use headwater::rows::RowBatch;
use mongodb::bson::{Bson, Document, RawDocumentBuf, doc};
use serde_json::json;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use super::super::{admin, as_admin, connect, fake, fresh, until};
use super::{Owned, local, of, read, things};
use crate::support::servers;

/// How often each was asked for.
#[derive(Default)]
struct Seen {
    more: AtomicUsize,
    killed: AtomicUsize,
    refreshed: AtomicUsize,
}

/// A server whose one collection has no end: each answer holds half a megabyte. After `answers` of
/// them it is silent.
async fn endless(answers: usize) -> (u16, Arc<Seen>) {
    let seen = Arc::new(Seen::default());
    let counted = Arc::clone(&seen);
    let port = fake::mongod(fake::lone(move |command| {
        let row = || doc! { "_id": 1, "text": "x".repeat(1 << 16) };
        let batch = |name: &str| {
            let rows: Vec<_> = (0..8).map(|_| Bson::from(row())).collect();
            let cursor = doc! { "id": 77_i64, "ns": "shop.good", name: rows };
            fake::bytes(&doc! { "cursor": cursor, "ok": 1.0 })
        };
        let mut hello = fake::hello();
        hello.insert("logicalSessionTimeoutMinutes", 30);
        match fake::name(command) {
            _ if fake::is_hello(command) => Some(fake::bytes(&hello)),
            "find" => Some(batch("firstBatch")),
            "getMore" => {
                let more = counted.more.fetch_add(1, Ordering::SeqCst) + 1;
                Some(if more > answers {
                    Vec::new()
                } else {
                    batch("nextBatch")
                })
            }
            "killCursors" => {
                let killed = command.get_array("cursors").unwrap();
                assert_eq!(killed, &[Bson::Int64(77)]);
                counted.killed.fetch_add(1, Ordering::SeqCst);
                None
            }
            "refreshSessions" => {
                counted.refreshed.fetch_add(1, Ordering::SeqCst);
                None
            }
            _ => None,
        }
    }))
    .await;
    (port, seen)
}

#[tokio::test]
async fn a_reading_that_is_given_up_ends_its_cursor_at_the_server() {
    let (port, seen) = endless(0).await;
    let mut session = connect(local(port)).await.session();
    let wanted = of("shop", "good", &[("_id", "int32"), ("text", "string")]);
    {
        let (mut out, _inlet) = channel(2, RowBatch::ROWS);
        let reading = session.read_table(&wanted, &mut out);
        let asked = until("it asks for more", || seen.more.load(Ordering::SeqCst) > 0);
        tokio::select! {
            read = reading => panic!("nothing answers: {read:?}"),
            () = asked => {}
        }
    }
    until("the cursor is ended", || {
        seen.killed.load(Ordering::SeqCst) == 1
    })
    .await;
}

#[tokio::test]
async fn a_taker_that_goes_away_ends_the_reading_well() {
    let (port, seen) = endless(usize::MAX).await;
    let mut session = connect(local(port)).await.session();
    let wanted = of("shop", "good", &[("_id", "int32")]);
    let (mut out, mut inlet) = channel(1, RowBatch::ROWS);
    let taking = async {
        while !matches!(inlet.next().await, Some(Chunk::Rows(_))) {}
        drop(inlet);
    };
    let (read, ()) = tokio::join!(session.read_table(&wanted, &mut out), taking);
    assert_eq!(read, Ok(()));
    until("the cursor is ended", || {
        seen.killed.load(Ordering::SeqCst) == 1
    })
    .await;
}

#[tokio::test]
async fn where_nobody_takes_rows_the_server_is_asked_for_no_more_and_the_session_stays_alive() {
    let (port, seen) = endless(usize::MAX).await;
    let mut session = connect(local(port)).await.session();
    let wanted = of("shop", "good", &[("_id", "int32"), ("text", "string")]);
    let (mut out, mut inlet) = channel(2, RowBatch::ROWS);
    let reading = session.read_table(&wanted, &mut out);
    let watching = async {
        until("it asks for more", || seen.more.load(Ordering::SeqCst) >= 2).await;
        while seen.refreshed.load(Ordering::SeqCst) < 2 {
            pass_a_minute(port).await;
        }
        // Two batches on the way, one in hand, and an answer that came meanwhile.
        let asked = seen.more.load(Ordering::SeqCst);
        assert!(asked <= 5, "{asked}");
        // However long that took, it goes on.
        while seen.more.load(Ordering::SeqCst) < asked + 5 {
            assert!(inlet.next().await.is_some());
        }
    };
    tokio::select! {
        read = reading => panic!("it has no end: {read:?}"),
        () = watching => {}
    }
}

/// Lets a minute pass, and all that it brings be done: both sides run on this thread, and what they send is
/// there before what is sent after it.
async fn pass_a_minute(port: u16) {
    tokio::time::pause();
    tokio::time::advance(Duration::from_mins(1)).await;
    tokio::time::resume();
    for _ in 0..8 {
        for _ in 0..200 {
            tokio::task::yield_now().await;
        }
        TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    }
}

/// A way to a server that can be cut.
async fn cuttable(port: u16) -> (u16, watch::Sender<bool>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let way = listener.local_addr().unwrap().port();
    let (cut, is_cut) = watch::channel(false);
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            let mut is_cut = is_cut.clone();
            tokio::spawn(async move {
                let mut server = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
                tokio::select! {
                    _ = tokio::io::copy_bidirectional(&mut client, &mut server) => {}
                    _ = is_cut.wait_for(|cut| *cut) => {}
                }
            });
        }
    });
    (way, cut)
}

#[tokio::test]
async fn a_connection_that_breaks_in_the_middle_is_told() {
    let (port, seen) = endless(3).await;
    let (way, cut) = cuttable(port).await;
    let mut session = connect(local(way)).await.session();
    let wanted = of("shop", "good", &[("_id", "int32")]);
    let cutting = async {
        until("it is silent", || seen.more.load(Ordering::SeqCst) > 3).await;
        cut.send(true).unwrap();
    };
    let (read, ()) = tokio::join!(read(&mut *session, &wanted), cutting);
    assert_eq!(read.unwrap_err().kind, ErrorKind::ConnectionLost);
}

#[tokio::test]
async fn what_ends_a_cursor_in_the_middle_is_told_by_its_code() {
    // CursorNotFound, QueryPlanKilled, Unauthorized, SnapshotTooOld
    for (code, kind) in [
        (43, ErrorKind::ConnectionLost),
        (175, ErrorKind::ConnectionLost),
        (13, ErrorKind::AuthenticationFailed),
        (239, ErrorKind::ServerError),
    ] {
        let port = fake::mongod(fake::lone(move |command| {
            let row = doc! { "_id": 1 };
            let cursor = doc! { "id": 7_i64, "ns": "shop.good", "firstBatch": [row] };
            match fake::name(command) {
                "find" => Some(fake::bytes(&doc! { "cursor": cursor, "ok": 1.0 })),
                "getMore" => Some(fake::bytes(
                    &doc! { "ok": 0.0, "code": code, "errmsg": "ended" },
                )),
                _ => None,
            }
        }))
        .await;
        let mut session = connect(local(port)).await.session();
        let error = read(&mut *session, &of("shop", "good", &[]))
            .await
            .unwrap_err();
        assert_eq!(error.kind, kind, "{code}");
        assert_eq!(error.server_message.as_deref(), Some("ended"));
    }
}

#[tokio::test]
async fn a_collection_that_is_gone_is_not_taken_for_an_empty_one() {
    let Some(server) = servers::mongodb() else {
        return;
    };
    let (database, mut session) = things(server.port, "gone", vec![doc! { "_id": 1 }]).await;
    let wanted = of(database.name(), "things", &[("_id", "int32")]);
    let things = database.collection::<Document>("things");
    things.delete_many(doc! {}).await.unwrap();
    assert_eq!(read(&mut *session, &wanted).await.unwrap().rows.len(), 0);
    things.drop().await.unwrap();
    let error = read(&mut *session, &wanted).await.unwrap_err();
    assert_eq!(error.reason, Some("table_not_found"));
}

#[tokio::test]
async fn a_right_that_is_lacking_is_told() {
    let Some(server) = servers::mongodb() else {
        return;
    };
    let other = admin(server.port).await.database(&fresh("other"));
    other
        .collection("things")
        .insert_one(doc! { "_id": 1 })
        .await
        .unwrap();
    let shop = admin(server.port).await.database("shop");
    shop.collection(&fresh("there"))
        .insert_one(doc! { "_id": 1 })
        .await
        .unwrap();
    let reader = json!({
        "host": "127.0.0.1", "port": server.port, "database": "shop",
        "username": "reader", "password": "reader-pass", "options": { "authSource": "shop" },
    });
    let mut session = connect(reader).await.session();
    let error = read(&mut *session, &of(other.name(), "things", &[]))
        .await
        .unwrap_err();
    assert_eq!(error.kind, ErrorKind::PermissionDenied);
}

#[tokio::test]
async fn many_documents_come_through_many_answers() {
    let Some(server) = servers::mongodb() else {
        return;
    };
    let filler = "é".repeat(2_000);
    let documents = (0..6_000)
        .map(|n| doc! { "_id": n, "filler": &filler })
        .collect();
    let (database, _) = things(server.port, "many", documents).await;
    let mut session = connect(as_admin(server.port, database.name()))
        .await
        .session();
    let answer = read(
        &mut *session,
        &of(database.name(), "things", &[("_id", "int32")]),
    )
    .await;
    let answer = answer.unwrap();
    assert_eq!(answer.integers("_id"), (0..6_000).collect::<Vec<i64>>());
    assert!(
        answer
            .of("filler")
            .iter()
            .all(|cell| *cell == Owned::Text(filler.clone()))
    );
}

#[tokio::test]
async fn names_that_stand_twice_and_text_that_is_no_utf8_are_kept_as_they_can_be() {
    // { "_id": 1, "twice": 1, "twice": "x", "text": "\xfe" }
    let odd = b"\x33\0\0\0\x10_id\0\x01\0\0\0\x10twice\0\x01\0\0\0\x02twice\0\x02\0\0\0x\0\x02text\0\x02\0\0\0\xfe\0\0";
    let mut odd = odd.to_vec();
    odd[0] = u8::try_from(odd.len()).unwrap();
    let port = fake::mongod(fake::lone(move |command| {
        (fake::name(command) == "find").then(|| answer_with(&odd))
    }))
    .await;
    let mut session = connect(local(port)).await.session();
    let wanted = of(
        "shop",
        "good",
        &[("_id", "int32"), ("twice", "mixed"), ("text", "string")],
    );
    let answer = read(&mut *session, &wanted).await.unwrap();
    assert_eq!(answer.of("twice"), [Owned::Integer(1)]);
    assert_eq!(answer.of("text"), [Owned::Blob(vec![0xfe])]);
    let text = "{\"_id\":{\"$numberInt\":\"1\"},\"twice\":{\"$numberInt\":\"1\"},\"twice\":\"x\",\"text\":\"\u{fffd}\"}";
    assert_eq!(answer.of("_document"), [text.into()]);
}

/// An answer whose first batch is this one document.
fn answer_with(document: &[u8]) -> Vec<u8> {
    use mongodb::bson::raw::{CStr, RawArrayBuf};
    let name = |text: &'static str| <&CStr>::try_from(text).unwrap();
    let mut batch = RawArrayBuf::new();
    batch.push(RawDocumentBuf::from_bytes(document.to_vec()).unwrap());
    let mut cursor = RawDocumentBuf::new();
    cursor.append(name("id"), 0_i64);
    cursor.append(name("ns"), "shop.good");
    cursor.append(name("firstBatch"), batch);
    let mut answer = RawDocumentBuf::new();
    answer.append(name("cursor"), cursor);
    answer.append(name("ok"), 1.0);
    answer.into_bytes()
}
