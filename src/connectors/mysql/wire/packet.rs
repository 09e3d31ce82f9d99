//! Packets: three bytes of length, one of sequence, the payload; a payload of 16 MB or more goes
//! on in the next packet.

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use super::Failure;

/// The length of what stands before a payload.
pub const HEADER: usize = 4;
/// A packet of this length goes on in the next one.
pub const FULL: usize = 0xFF_FFFF;
/// Memory is taken as the bytes arrive, in steps of this size, never because they were announced.
const STEP: usize = 64 * 1024;

/// The figures at the head of a packet.
#[derive(Debug, Clone, Copy)]
pub struct Header {
    pub length: usize,
    pub sequence: u8,
}

impl Header {
    pub fn read(bytes: [u8; HEADER]) -> Self {
        let [low, middle, high, sequence] = bytes;
        Self {
            length: u32::from_le_bytes([low, middle, high, 0]) as usize,
            sequence,
        }
    }
}

/// Reads a whole packet into `buffer`, and answers the sequence number that follows it.
pub async fn read(
    stream: &mut (impl AsyncRead + Unpin + ?Sized),
    limit: usize,
    buffer: &mut Vec<u8>,
) -> Result<u8, Failure> {
    buffer.clear();
    loop {
        let mut head = [0; HEADER];
        stream.read_exact(&mut head).await?;
        let header = Header::read(head);
        read_payload(stream, header, limit, buffer).await?;
        if header.length < FULL {
            return Ok(header.sequence.wrapping_add(1));
        }
    }
}

/// Appends the payload behind a header to `buffer`.
pub async fn read_payload(
    stream: &mut (impl AsyncRead + Unpin + ?Sized),
    header: Header,
    limit: usize,
    buffer: &mut Vec<u8>,
) -> Result<(), Failure> {
    let end = buffer.len() + header.length;
    if end > limit {
        return Err(Failure::TooLarge("a packet"));
    }
    while buffer.len() < end {
        let start = buffer.len();
        buffer.resize(end.min(start + STEP), 0);
        stream.read_exact(&mut buffer[start..]).await?;
    }
    Ok(())
}

/// Writes a payload as packets from `sequence` on, and answers the number that follows.
pub async fn write(
    stream: &mut (impl AsyncWrite + Unpin + ?Sized),
    mut sequence: u8,
    payload: &[u8],
) -> Result<u8, Failure> {
    let mut bytes = Vec::with_capacity(payload.len() + HEADER);
    let mut rest = payload;
    loop {
        let (part, behind) = rest.split_at(rest.len().min(FULL));
        bytes.extend_from_slice(&part.len().to_le_bytes()[..3]);
        bytes.push(sequence);
        bytes.extend_from_slice(part);
        sequence = sequence.wrapping_add(1);
        rest = behind;
        // A full packet is always followed by another, be it empty.
        if part.len() < FULL {
            break;
        }
    }
    stream.write_all(&bytes).await?;
    stream.flush().await?;
    Ok(sequence)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_payload_of_any_length_comes_back_whole() {
        for length in [0, 1, STEP, STEP + 1, FULL - 1, FULL, FULL + 1] {
            let payload: Vec<u8> = (0..length)
                .map(|i| u8::try_from(i % 251).unwrap())
                .collect();
            let mut wire = Vec::new();
            let next = write(&mut wire, 3, &payload).await.unwrap();
            let mut back = Vec::new();
            let read = read(&mut wire.as_slice(), usize::MAX, &mut back)
                .await
                .unwrap();
            assert_eq!((read, back == payload), (next, true), "{length}");
        }
    }

    #[tokio::test]
    async fn an_announced_length_beyond_the_bound_is_refused_before_anything_is_read() {
        let mut buffer = Vec::new();
        let wire = [0xFF, 0xFF, 0xFF, 0];
        let failure = read(&mut wire.as_slice(), 1 << 16, &mut buffer).await;
        assert!(matches!(failure, Err(Failure::TooLarge(_))), "{failure:?}");
        assert_eq!(buffer.capacity(), 0);
    }
}
