//! Servers that say what they were told to say.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// What a scripted server does next.
pub enum Step {
    /// Sends these bytes.
    Say(Vec<u8>),
    /// Waits for one packet.
    Hear,
    /// Ends the connection.
    HangUp,
}

/// A server for one connection. Ends when its caller is gone, and answers all bytes that it heard.
pub struct Fake {
    pub port: u16,
    heard: JoinHandle<Vec<u8>>,
}

impl Fake {
    pub async fn start(steps: Vec<Step>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let heard = tokio::spawn(async move {
            let (stream, _) = listener.accept().await.unwrap();
            serve(stream, steps).await
        });
        Self { port, heard }
    }

    /// Everything that the caller sent, once it is gone.
    pub async fn heard(self) -> Vec<u8> {
        self.heard.await.unwrap()
    }
}

async fn serve(mut stream: TcpStream, steps: Vec<Step>) -> Vec<u8> {
    let mut heard = Vec::new();
    for step in steps {
        match step {
            Step::Say(bytes) => {
                if stream.write_all(&bytes).await.is_err() {
                    break;
                }
            }
            Step::HangUp => return heard,
            Step::Hear => {
                let mut header = [0; 4];
                if stream.read_exact(&mut header).await.is_err() {
                    break;
                }
                let length = u32::from_le_bytes([header[0], header[1], header[2], 0]);
                let mut payload = vec![0; length as usize];
                if stream.read_exact(&mut payload).await.is_err() {
                    break;
                }
                heard.extend_from_slice(&payload);
            }
        }
    }
    let _ = stream.read_to_end(&mut heard).await;
    heard
}

/// A packet.
pub fn packet(sequence: u8, payload: &[u8]) -> Vec<u8> {
    let mut bytes = u32::try_from(payload.len()).unwrap().to_le_bytes()[..3].to_vec();
    bytes.push(sequence);
    bytes.extend_from_slice(payload);
    bytes
}

/// A greeting without TLS.
pub fn greeting(version: &str, method: &str) -> Vec<u8> {
    let mut payload = vec![10];
    payload.extend_from_slice(version.as_bytes());
    payload.extend_from_slice(b"\0\x07\0\0\0abcdefgh\0\xff\xf7\x2d\x02\0\xff\xdf\x15");
    payload.extend_from_slice(&[0; 10]);
    payload.extend_from_slice(b"ijklmnopqrst\0");
    payload.extend_from_slice(method.as_bytes());
    payload.push(0);
    packet(0, &payload)
}

/// An OK packet.
pub fn ok(sequence: u8) -> Vec<u8> {
    packet(sequence, &[0, 0, 0, 2, 0, 0, 0])
}

/// An ERR packet.
pub fn refusal(sequence: u8, code: u16, message: &str) -> Vec<u8> {
    let mut payload = vec![0xFF];
    payload.extend_from_slice(&code.to_le_bytes());
    payload.extend_from_slice(message.as_bytes());
    packet(sequence, &payload)
}

/// The answer to a select: one row of texts.
pub fn row(values: &[&str]) -> Vec<u8> {
    let mut bytes = packet(1, &[u8::try_from(values.len()).unwrap()]);
    let mut sequence = 2;
    let mut next = |payload: &[u8]| {
        let bytes = packet(sequence, payload);
        sequence += 1;
        bytes
    };
    for _ in values {
        bytes.extend(next(
            b"\x03def\0\0\0\x01a\0\x0c\x2d\0\xff\0\0\0\xfd\0\0\0\0\0",
        ));
    }
    bytes.extend(next(&[0xFE, 0, 0, 2, 0]));
    let mut cells = Vec::new();
    for value in values {
        cells.push(u8::try_from(value.len()).unwrap());
        cells.extend_from_slice(value.as_bytes());
    }
    bytes.extend(next(&cells));
    bytes.extend(next(&[0xFE, 0, 0, 2, 0]));
    bytes
}
