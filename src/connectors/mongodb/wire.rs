//! The wire protocol, as far as it is spoken here and not by the driver: one `hello`, asked in the
//! oldest form, which every server answers before a login (`OP_QUERY` on `admin.$cmd`; newer
//! servers keep it for this command alone).

use std::io;

use mongodb::bson::RawDocument;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

/// `isMaster: 1, helloOk: true`.
pub const HELLO: &[u8] = b"D\0\0\0\x01\0\0\0\0\0\0\0\xd4\x07\0\0\x04\0\0\0admin.$cmd\0\0\0\0\0\
    \xff\xff\xff\xff\x1d\0\0\0\x10isMaster\0\x01\0\0\0\x08helloOk\0\x01\0";

/// `buildInfo: 1`, in the same form. Taken by servers before 5.1.
pub const BUILD_INFO: &[u8] =
    b";\0\0\0\x02\0\0\0\0\0\0\0\xd4\x07\0\0\x04\0\0\0admin.$cmd\0\0\0\0\0\
    \xff\xff\xff\xff\x14\0\0\0\x10buildInfo\0\x01\0\0\0\0";

/// The answer to an `OP_QUERY`.
pub const OP_REPLY: i32 = 1;
/// What all else is said in, since 3.6.
pub const OP_MSG: i32 = 2013;
/// The header of every message: length, request, request answered, opcode.
pub const HEADER: usize = 16;
/// The longest message that a server may send (`maxMessageSizeBytes`, the same for all servers),
/// and room for its frame.
pub const LONGEST: usize = 48_000_000 + 16_384;

/// The longest answer to a `hello`: a replica set has 50 members at most.
const LONGEST_HELLO: usize = 256 * 1024;

/// The length and the opcode of a message, where its header can be one.
pub fn header(bytes: &[u8; HEADER]) -> Option<(usize, i32)> {
    let int =
        |at: usize| i32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]);
    let length = usize::try_from(int(0)).ok()?;
    let opcode = int(12);
    let fits = (HEADER..=LONGEST).contains(&length) && [OP_REPLY, OP_MSG].contains(&opcode);
    fits.then_some((length, opcode))
}

/// The document of a server's whole message, header and all.
pub fn document(message: &[u8]) -> Option<&RawDocument> {
    let (_, opcode) = header(message.first_chunk()?)?;
    let bytes = match opcode {
        // flags, cursor, starting at, number of documents
        OP_REPLY => message.get(HEADER + 20..)?,
        // flags, then sections; a server's answer is one of kind 0
        OP_MSG if message.get(HEADER + 4) == Some(&0) => message.get(HEADER + 5..)?,
        _ => return None,
    };
    let length = usize::try_from(i32::from_le_bytes(*bytes.first_chunk()?)).ok()?;
    RawDocument::from_bytes(bytes.get(..length)?).ok()
}

/// How a TLS server begins its refusal of a plain message (RFC 8446 §5.1): it hangs up, in TLS.
const TLS_ALERT: &[u8] = &[0x15, 0x03];

/// What came back where no answer was understood.
#[derive(Debug)]
pub enum NoAnswer {
    /// The connection ended, with nothing said.
    Closed(io::Error),
    /// Bytes of another protocol: the first of them.
    Foreign(Vec<u8>),
}

/// Asks one thing and reads the whole answer.
pub async fn ask<S>(stream: &mut S, request: &[u8]) -> Result<Vec<u8>, NoAnswer>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    stream.write_all(request).await.map_err(NoAnswer::Closed)?;
    stream.flush().await.map_err(NoAnswer::Closed)?;
    let mut message = Vec::with_capacity(1024);
    while message.len() < HEADER {
        match stream.read_buf(&mut message).await {
            Ok(0) if message.is_empty() => {
                return Err(NoAnswer::Closed(io::ErrorKind::UnexpectedEof.into()));
            }
            Err(error) if message.is_empty() => return Err(NoAnswer::Closed(error)),
            Ok(0) | Err(_) if message.starts_with(TLS_ALERT) => {
                return Err(NoAnswer::Closed(io::ErrorKind::UnexpectedEof.into()));
            }
            Ok(0) | Err(_) => return Err(NoAnswer::Foreign(message)),
            Ok(_) => {}
        }
    }
    let told = message.first_chunk().and_then(header);
    let Some((length, _)) = told.filter(|(length, _)| *length <= LONGEST_HELLO) else {
        return Err(NoAnswer::Foreign(message));
    };
    while message.len() < length {
        match stream.read_buf(&mut message).await {
            Ok(0) | Err(_) => return Err(NoAnswer::Foreign(message)),
            Ok(_) => {}
        }
    }
    message.truncate(length);
    Ok(message)
}

/// Whether these bytes, the first that a server said, answer [`HELLO`].
pub fn recognise(bytes: &[u8]) -> bool {
    let holds = |name: &[u8]| bytes.windows(name.len()).any(|window| window == name);
    bytes
        .first_chunk()
        .is_some_and(|first| header(first).is_some())
        && (holds(b"ismaster\0") || holds(b"isWritablePrimary\0") || holds(b"maxWireVersion\0"))
}

#[cfg(test)]
mod tests {
    use mongodb::bson::{Document, doc};

    use super::*;

    fn query(id: i32, command: &Document) -> Vec<u8> {
        let mut body = 4_i32.to_le_bytes().to_vec();
        body.extend(b"admin.$cmd\0");
        body.extend([0_i32, -1].iter().flat_map(|n| n.to_le_bytes()));
        body.extend(command.to_vec().unwrap());
        let length = i32::try_from(HEADER + body.len()).unwrap();
        let mut message: Vec<u8> = [length, id, 0, 2004]
            .iter()
            .flat_map(|n| n.to_le_bytes())
            .collect();
        message.extend(body);
        message
    }

    #[test]
    fn the_requests_are_what_they_say() {
        assert_eq!(query(1, &doc! { "isMaster": 1, "helloOk": true }), HELLO);
        assert_eq!(query(2, &doc! { "buildInfo": 1 }), BUILD_INFO);
    }

    #[test]
    fn servers_of_other_protocols_are_not_recognised() {
        for bytes in [
            &b"SSH-2.0-OpenSSH_9.2\r\n"[..],
            b"HTTP/1.1 400 Bad Request\r\n",
            b"J\0\0\0\n8.0.36\0\x08\0\0\0abcdefgh",
            b"",
            HELLO,
        ] {
            assert!(!recognise(bytes), "{bytes:?}");
        }
    }

    #[tokio::test]
    async fn a_header_that_promises_gigabytes_is_no_answer() {
        let (mut ours, mut theirs) = tokio::io::duplex(1024);
        let lie: Vec<u8> = [i32::MAX, 1, 1, OP_REPLY]
            .iter()
            .flat_map(|n| n.to_le_bytes())
            .collect();
        theirs.write_all(&lie).await.unwrap();
        assert!(matches!(
            ask(&mut ours, HELLO).await,
            Err(NoAnswer::Foreign(_))
        ));
    }
}
