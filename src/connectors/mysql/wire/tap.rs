//! Where the rows of a statement leave the way to the driver: the driver makes a vector of each row
//! and an allocation of each value, and rows of tables are many. They go as they came to whoever
//! reads them, in chunks that are bounded in size and number: a reader that takes none stops the
//! server.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::AsyncBufReadExt;
use tokio::sync::mpsc;

use super::Failure;
use super::guard::Guard;
use super::packet::{FULL, HEADER, Header};
use super::relay::Side;

/// The size from which a chunk is not added to, in bytes.
const CHUNK: usize = 256 * 1024;
/// The chunks that wait for their reader.
const CHUNKS: usize = 2;
/// How long a server may be silent within its rows.
pub const SILENCE: Duration = Duration::from_mins(5);

/// Rows as they came: the payloads of whole packets, one behind the other.
#[derive(Debug, Default)]
pub struct Rows {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl Rows {
    /// The payload of each row.
    pub fn iter(&self) -> impl Iterator<Item = &[u8]> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts
            .zip(&self.ends)
            .map(|(start, end)| &self.bytes[start..*end])
    }

    fn reset(&mut self) {
        self.bytes.clear();
        self.ends.clear();
        // What one giant row took is not kept for the rest of the way.
        self.bytes.shrink_to(2 * CHUNK);
    }
}

/// The reader's end.
#[derive(Debug)]
pub struct Tap {
    chunks: mpsc::Receiver<Rows>,
    spare: mpsc::Sender<Rows>,
}

impl Tap {
    /// The next rows; `None` where there are no more, or the connection ended.
    pub async fn next(&mut self) -> Option<Rows> {
        self.chunks.recv().await
    }

    /// Gives a chunk back that is done with.
    pub fn give_back(&self, rows: Rows) {
        // Where it finds no room, there are enough.
        let _ = self.spare.try_send(rows);
    }
}

/// The relay's end.
#[derive(Debug)]
pub struct Diversion {
    chunks: mpsc::Sender<Rows>,
    spare: mpsc::Receiver<Rows>,
    rows: Rows,
    head: [u8; HEADER],
    /// Bytes of the header that have come.
    known: usize,
    /// Where the payload of the frame begins that is not whole yet.
    start: usize,
    /// Bytes of it that are missing.
    left: usize,
}

/// Where a tap waits for the statement whose rows it takes.
#[derive(Debug, Clone, Default)]
pub struct Slot(Arc<Mutex<Option<Diversion>>>);

impl Slot {
    /// Makes a tap for the rows of the next statement that is executed.
    pub fn arm(&self) -> Tap {
        let (chunks, taken) = mpsc::channel(CHUNKS);
        let (given, spare) = mpsc::channel(CHUNKS + 1);
        let diversion = Diversion {
            chunks,
            spare,
            rows: Rows::default(),
            head: [0; HEADER],
            known: 0,
            start: 0,
            left: 0,
        };
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(diversion);
        Tap {
            chunks: taken,
            spare: given,
        }
    }

    /// The tap that waits, where one does.
    pub fn take(&self) -> Option<Diversion> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl Diversion {
    /// Carries all rows to the reader, and answers the payload of the packet that ends them, which
    /// is the driver's.
    pub async fn run(mut self, server: &mut Side, guard: &mut Guard) -> Result<Vec<u8>, Failure> {
        guard.expect_rows_of_a_table();
        loop {
            let end = self.take(server, guard)?;
            if let Some(end) = end {
                if !self.rows.ends.is_empty() {
                    let sent = self.chunks.send(self.rows).await;
                    sent.map_err(|_| Failure::Unfinished)?;
                }
                return Ok(end);
            }
            let any = !self.rows.ends.is_empty();
            let room = self.rows.bytes.len() < CHUNK || !any;
            let chunks = self.chunks.clone();
            tokio::select! {
                biased;
                permit = chunks.reserve(), if any => {
                    permit.map_err(|_| Failure::Unfinished)?.send(self.exchange());
                }
                filled = tokio::time::timeout(SILENCE, server.fill_buf()), if room => {
                    let filled = filled.map_err(|_| Failure::Silent)?;
                    if filled?.is_empty() {
                        return Err(std::io::Error::from(std::io::ErrorKind::UnexpectedEof).into());
                    }
                }
            }
        }
    }

    /// Takes what has come. Answers the payload that ends the rows, where it is among that.
    fn take(&mut self, server: &mut Side, guard: &mut Guard) -> Result<Option<Vec<u8>>, Failure> {
        let buffered = server.buffer();
        let mut rest = buffered;
        let mut end = None;
        while !rest.is_empty() && end.is_none() && (self.rows.bytes.len() < CHUNK || !self.whole())
        {
            if self.known < HEADER {
                let count = rest.len().min(HEADER - self.known);
                self.head[self.known..][..count].copy_from_slice(&rest[..count]);
                self.known += count;
                rest = &rest[count..];
                if self.known < HEADER {
                    break;
                }
                self.left = Header::read(self.head).length;
                self.start = self.rows.bytes.len();
            }
            let (taken, behind) = rest.split_at(rest.len().min(self.left));
            self.rows.bytes.extend_from_slice(taken);
            self.left -= taken.len();
            rest = behind;
            if self.left == 0 {
                end = self.frame(guard)?;
            }
        }
        let taken = buffered.len() - rest.len();
        server.consume(taken);
        Ok(end)
    }

    /// Whether there is a row to hand on.
    fn whole(&self) -> bool {
        !self.rows.ends.is_empty()
    }

    /// A frame is whole.
    fn frame(&mut self, guard: &mut Guard) -> Result<Option<Vec<u8>>, Failure> {
        self.known = 0;
        let payload = &self.rows.bytes[self.start..];
        guard.answer(payload)?;
        if !guard.is_among_rows() {
            return Ok(Some(self.rows.bytes.split_off(self.start)));
        }
        // A full one goes on in the next.
        if payload.len() < FULL {
            self.rows.ends.push(self.rows.bytes.len());
        }
        Ok(None)
    }

    /// The whole rows; the beginning of the next stays.
    fn exchange(&mut self) -> Rows {
        let mut next = self.spare.try_recv().unwrap_or_default();
        next.reset();
        let end = self.rows.ends.last().copied().unwrap_or(0);
        next.bytes.extend_from_slice(&self.rows.bytes[end..]);
        self.rows.bytes.truncate(end);
        self.start = self.start.saturating_sub(end);
        std::mem::replace(&mut self.rows, next)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use tokio::io::{AsyncWriteExt, BufReader, BufWriter};

    use super::super::{Stream, packet};
    use super::*;

    const EOF: &[u8] = &[0xFE, 0, 0, 2, 0];

    /// A guard in whose statement rows are due.
    fn guard() -> Guard {
        let mut guard = Guard::new();
        guard.ask(0, b"\x17").unwrap();
        for packet in [&[1][..], b"a", EOF] {
            guard.answer(packet).unwrap();
        }
        guard
    }

    fn connection(room: usize, buffer: usize) -> (Side, tokio::io::DuplexStream) {
        let (ours, theirs) = tokio::io::duplex(room);
        let ours: Box<dyn Stream> = Box::new(ours);
        (
            BufReader::with_capacity(buffer, BufWriter::new(ours)),
            theirs,
        )
    }

    /// What comes out of the tap, and how it ends.
    async fn through(
        packets: &[Vec<u8>],
        buffer: usize,
    ) -> (Vec<Vec<u8>>, Result<Vec<u8>, Failure>) {
        let mut wire = Vec::new();
        for packet in packets {
            packet::write(&mut wire, 0, packet).await.unwrap();
        }
        let (mut ours, mut theirs) = connection(1 << 16, buffer);
        let slot = Slot::default();
        let mut tap = slot.arm();
        let (mut guard, diversion) = (guard(), slot.take().unwrap());
        let writing = async move {
            // Whoever does not read to the end closes.
            let _ = theirs.write_all(&wire).await;
        };
        let reading = async {
            let mut rows = Vec::new();
            while let Some(chunk) = tap.next().await {
                rows.extend(chunk.iter().map(<[u8]>::to_vec));
                tap.give_back(chunk);
            }
            rows
        };
        let carrying = async move { diversion.run(&mut ours, &mut guard).await };
        let ((), rows, end) = tokio::join!(writing, reading, carrying);
        (rows, end)
    }

    #[tokio::test]
    async fn rows_come_out_whole_however_long_they_are() {
        let row = |length| vec![0; length];
        let rows = vec![row(1), row(FULL - 1), row(FULL), row(FULL + 1), row(7)];
        let mut packets = rows.clone();
        packets.push(EOF.to_vec());
        let (read, end) = through(&packets, 1 << 16).await;
        assert!(
            read == rows,
            "{:?}",
            read.iter().map(Vec::len).collect::<Vec<_>>()
        );
        assert_eq!(end.unwrap(), EOF);
    }

    #[tokio::test]
    async fn a_refusal_among_rows_ends_them_and_goes_to_the_driver() {
        let refusal = b"\xFF\x25\x05#70100interrupted".to_vec();
        let (read, end) = through(&[vec![0, 1], refusal.clone()], 64).await;
        assert_eq!((read, end.unwrap()), (vec![vec![0, 1]], refusal));
    }

    #[tokio::test]
    async fn a_connection_that_ends_among_rows_is_lost() {
        let (_, end) = through(&[vec![0, 1]], 64).await;
        assert!(matches!(end, Err(Failure::Io(_))), "{end:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_server_that_falls_silent_among_rows_is_given_up() {
        let (mut ours, _theirs) = connection(64, 64);
        let slot = Slot::default();
        let _tap = slot.arm();
        let end = slot.take().unwrap().run(&mut ours, &mut guard()).await;
        assert!(matches!(end, Err(Failure::Silent)), "{end:?}");
    }

    #[tokio::test]
    async fn a_reader_that_takes_nothing_stops_the_server() {
        let (mut ours, mut theirs) = connection(1 << 16, 1 << 16);
        let slot = Slot::default();
        let tap = slot.arm();
        let diversion = slot.take().unwrap();
        let carrying = tokio::spawn(async move { diversion.run(&mut ours, &mut guard()).await });
        let mut packet = Vec::new();
        packet::write(&mut packet, 0, &[0; 1 << 14]).await.unwrap();
        let mut written = 0;
        // Time stands still until nobody can go on.
        tokio::time::pause();
        while let Ok(done) =
            tokio::time::timeout(Duration::from_secs(1), theirs.write_all(&packet)).await
        {
            done.unwrap();
            written += packet.len();
        }
        assert!(written < (CHUNKS + 3) * CHUNK, "{written}");
        drop(tap);
        let end = carrying.await.unwrap();
        assert!(matches!(end, Err(Failure::Unfinished)), "{end:?}");
    }

    proptest! {
        #[test]
        fn rows_come_out_as_they_went_in(
            rows in prop::collection::vec(prop::collection::vec(prop::num::u8::ANY, 0..40), 0..40),
            buffer in 1_usize..50,
        ) {
            let rows: Vec<Vec<u8>> = rows.into_iter().map(|row| [vec![0], row].concat()).collect();
            let mut packets = rows.clone();
            packets.push(EOF.to_vec());
            let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
            let (read, end) = runtime.block_on(through(&packets, buffer));
            prop_assert_eq!(read, rows);
            prop_assert_eq!(end.unwrap(), EOF);
        }
    }
}
