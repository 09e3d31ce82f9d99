//! Servers in a few lines, which say what they are told to say.

use std::sync::Arc;

use mongodb::bson::{Document, RawDocumentBuf, doc};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::fake::server;

/// A server that answers each command by `answer`, which gets the command with its name
/// first; with silence where that gives no bytes.
pub async fn mongod(answer: impl Fn(&Document) -> Vec<u8> + Send + Sync + 'static) -> u16 {
    let answer = Arc::new(answer);
    server(move |stream, _| converse(stream, Arc::clone(&answer))).await
}

async fn converse(
    mut stream: TcpStream,
    answer: Arc<impl Fn(&Document) -> Vec<u8> + Send + Sync + 'static>,
) {
    loop {
        let mut header = [0; 16];
        if stream.read_exact(&mut header).await.is_err() {
            return;
        }
        let int = |at: usize| i32::from_le_bytes(header[at..at + 4].try_into().unwrap());
        let mut body = vec![0; usize::try_from(int(0)).unwrap() - 16];
        if stream.read_exact(&mut body).await.is_err() {
            return;
        }
        let (opcode, start) = if int(12) == 2004 {
            (1, 4 + "admin.$cmd\0".len() + 8)
        } else {
            (2013, 5)
        };
        let command = Document::from_reader(&body[start..]).unwrap();
        let document = answer(&command);
        if document.is_empty() {
            continue;
        }
        let frame = if opcode == 1 { vec![0; 20] } else { vec![0; 5] };
        let length = i32::try_from(16 + frame.len() + document.len()).unwrap();
        let mut message: Vec<u8> = [length, 1, int(4), opcode]
            .iter()
            .flat_map(|n| n.to_le_bytes())
            .collect();
        message.extend(frame);
        message.extend(document);
        if stream.write_all(&message).await.is_err() {
            return;
        }
    }
}

/// A document's bytes.
pub fn bytes(document: &Document) -> Vec<u8> {
    RawDocumentBuf::try_from(document).unwrap().into_bytes()
}

/// The first name in a command.
pub fn name(command: &Document) -> &str {
    command.keys().next().unwrap()
}

/// Whether a command is `hello`, by any of its names.
pub fn is_hello(command: &Document) -> bool {
    ["hello", "isMaster", "ismaster"].contains(&name(command))
}

/// What a lone server of release 7.0 says to `hello`.
pub fn hello() -> Document {
    doc! {
        "ismaster": true, "isWritablePrimary": true, "helloOk": true, "minWireVersion": 0,
        "maxWireVersion": 21, "maxBsonObjectSize": 16 << 20, "maxMessageSizeBytes": 48_000_000,
        "maxWriteBatchSize": 100_000, "ok": 1.0,
    }
}

/// A lone server without logins, but for what `special` answers.
pub fn lone(special: impl Fn(&Document) -> Option<Vec<u8>>) -> impl Fn(&Document) -> Vec<u8> {
    move |command| {
        if let Some(answer) = special(command) {
            return answer;
        }
        let cursor = |batch: Vec<Document>| {
            doc! { "cursor": { "id": 0_i64, "ns": "shop.$cmd", "firstBatch": batch }, "ok": 1.0 }
        };
        bytes(&match name(command) {
            _ if is_hello(command) => hello(),
            "connectionStatus" => doc! { "authInfo": { "authenticatedUsers": [] }, "ok": 1.0 },
            "buildInfo" => doc! { "version": "7.0.14", "ok": 1.0 },
            "listDatabases" => doc! { "databases": [{ "name": "shop" }], "ok": 1.0 },
            "listCollections" => cursor(vec![
                doc! { "name": "bad", "type": "collection" },
                doc! { "name": "good", "type": "collection" },
            ]),
            "find" => cursor(vec![doc! { "_id": 1 }]),
            "listIndexes" => cursor(vec![doc! { "v": 2, "key": { "_id": 1 }, "name": "_id_" }]),
            "aggregate" => cursor(vec![]),
            "count" => doc! { "n": 1, "ok": 1.0 },
            _ => doc! { "ok": 1.0 },
        })
    }
}
