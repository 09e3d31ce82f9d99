//! Rows as `COPY … (FORMAT binary)` sends them (PostgreSQL manual, "COPY", "Binary Format").

use std::pin::pin;

use futures_util::StreamExt;

use super::super::patience::within_patience;
use super::super::reader::Reader;
use super::super::watch::Trip;
use super::decode::{self, Decode, Malformed, take};
use super::refusal::long_row;
use crate::connectors::{ConnectorError, Outlet};
use crate::rows::RowBatch;

/// Reads the rows of a select into `out`, whose values are to be decoded so. Stops the select where
/// nobody takes them any more.
pub async fn copy(
    reader: &Reader<'_>,
    select: &str,
    decodes: &[Decode],
    out: &mut Outlet,
) -> Result<(), ConnectorError> {
    let (client, watch, about) = (reader.client, reader.watch, reader.about);
    let failed = |error: ConnectorError| match watch.tripped() {
        Some(Trip::Message) => long_row(error),
        _ => error,
    };
    let sql = format!("COPY ({select}\n) TO STDOUT (FORMAT binary)");
    let begun = within_patience(watch, about, client.copy_out(&sql)).await?;
    let mut stream = pin!(reader.done(begun).map_err(failed)?);
    let mut batch = out.batch(decodes.len());
    let mut tuples = Tuples::new(decodes);
    while let Some(piece) = within_patience(watch, about, stream.next()).await? {
        let piece = reader.done(piece).map_err(failed)?;
        let taken = tuples.take(&piece, &mut batch);
        taken.map_err(|Malformed| about.nonsense())?;
        if batch.is_full() && out.send(&mut batch).await.is_err() {
            reader.give_up(stream).await;
            return Ok(());
        }
    }
    if !tuples.is_whole() {
        return Err(about.nonsense());
    }
    // Nothing is left to do where nobody takes these.
    let _ = out.send(&mut batch).await;
    Ok(())
}

/// Reads tuples out of messages. A message holds whole ones: the server sends one row in each
/// (PostgreSQL manual, "COPY Operations").
struct Tuples<'a> {
    decodes: &'a [Decode],
    state: State,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Header,
    Rows,
    End,
}

const SIGNATURE: &[u8] = b"PGCOPY\n\xff\r\n\0";
/// The flag that object ids are in the rows, which servers before 12 could be asked for.
const WITH_OIDS: u32 = 1 << 16;

impl<'a> Tuples<'a> {
    fn new(decodes: &'a [Decode]) -> Self {
        let state = State::Header;
        Self { decodes, state }
    }

    fn is_whole(&self) -> bool {
        self.state == State::End
    }

    fn take(&mut self, mut bytes: &[u8], batch: &mut RowBatch) -> Result<(), Malformed> {
        if self.state == State::Header {
            bytes = bytes.strip_prefix(SIGNATURE).ok_or(Malformed)?;
            let flags = u32::from_be_bytes(take(&mut bytes)?);
            let extension = u32::from_be_bytes(take(&mut bytes)?);
            if flags & WITH_OIDS != 0 {
                return Err(Malformed);
            }
            bytes = bytes.get(extension as usize..).ok_or(Malformed)?;
            self.state = State::Rows;
        }
        while !bytes.is_empty() {
            if self.state == State::End {
                return Err(Malformed);
            }
            let count = i16::from_be_bytes(take(&mut bytes)?);
            if count == -1 {
                self.state = State::End;
            } else if usize::try_from(count) == Ok(self.decodes.len()) {
                self.row(&mut bytes, batch)?;
            } else {
                return Err(Malformed);
            }
        }
        Ok(())
    }

    fn row(&self, bytes: &mut &[u8], batch: &mut RowBatch) -> Result<(), Malformed> {
        for decode in self.decodes {
            let length = i32::from_be_bytes(take(bytes)?);
            if length == -1 {
                batch.null();
                continue;
            }
            let length = usize::try_from(length).map_err(|_| Malformed)?;
            let (value, rest) = bytes.split_at_checked(length).ok_or(Malformed)?;
            *bytes = rest;
            decode::value(*decode, value, batch)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::Cell;

    fn stream() -> Vec<u8> {
        let mut bytes = SIGNATURE.to_vec();
        bytes.extend([0, 0, 0, 0, 0, 0, 0, 2, 9, 9]);
        bytes.extend([0, 2, 0, 0, 0, 2, 0, 7, 0xff, 0xff, 0xff, 0xff]);
        bytes.extend([0, 2, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 1, b'x']);
        bytes.extend([0xff, 0xff]);
        bytes
    }

    #[test]
    fn rows_are_read_from_the_signature_to_the_end() {
        let mut batch = RowBatch::new(2);
        let mut tuples = Tuples::new(&[Decode::Int2, Decode::Text]);
        tuples.take(&stream(), &mut batch).unwrap();
        assert!(tuples.is_whole());
        let mut cells = Vec::new();
        for row in batch.rows() {
            cells.extend(row.cells());
        }
        assert_eq!(
            cells,
            [Cell::Integer(7), Cell::Null, Cell::Null, Cell::Text("x")]
        );
    }

    #[test]
    fn a_stream_that_is_cut_or_goes_on_is_refused() {
        let whole = stream();
        for end in 0..whole.len() {
            let mut batch = RowBatch::new(2);
            let mut tuples = Tuples::new(&[Decode::Int2, Decode::Text]);
            let taken = tuples.take(&whole[..end], &mut batch);
            assert!(taken.is_err() || !tuples.is_whole(), "{end}");
        }
        let mut tuples = Tuples::new(&[Decode::Int2, Decode::Text]);
        let longer = [whole.as_slice(), b"\0"].concat();
        assert!(tuples.take(&longer, &mut RowBatch::new(2)).is_err());
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_make_it_panic(at in 11_usize..48, byte in proptest::num::u8::ANY) {
            let mut bytes = stream();
            if let Some(changed) = bytes.get_mut(at) {
                *changed = byte;
            }
            let mut tuples = Tuples::new(&[Decode::Int2, Decode::Text]);
            let _ = tuples.take(&bytes, &mut RowBatch::new(2));
        }
    }
}
