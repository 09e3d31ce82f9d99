//! The bytes of a text file as UTF-8: unpacked, and taken out of other encodings.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};

use encoding_rs::{Decoder, DecoderResult, Encoding, UTF_8, UTF_16BE, UTF_16LE};
use flate2::read::MultiGzDecoder;

use super::error::{io_failed, mismatch};
use super::part::Part;
use crate::connectors::ConnectorError;

const BUFFER: usize = 64 << 10;

/// How much of a file is looked at to tell how it is written.
pub const HEAD: u64 = 64 << 10;

/// What unpacks to so much and to so many times its size is a bomb. Texts come to some 20 times.
const BOMB_BYTES: u64 = 256 << 20;
const BOMB_RATIO: u64 = 200;

/// A packed file unpacks to too much.
#[derive(Debug, thiserror::Error)]
#[error("unpacks to too much")]
pub struct Bomb;

/// How files of other formats begin.
const OTHERS: &[(&[u8], &str)] = &[
    (b"PK\x03\x04", "a ZIP archive or an Excel workbook"),
    (b"\xd0\xcf\x11\xe0", "an old Office document"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard archive"),
    (b"PAR1", "a Parquet file"),
    (b"SQLite format 3\0", "an SQLite database"),
    (b"%PDF", "a PDF document"),
];

/// What is read of a text file, from its beginning.
pub type Text = BufReader<Box<dyn Read + Send>>;

/// Opens a text file. `encoding` is the caller's; else what the file's first bytes say, else UTF-8.
pub fn open(part: &Part, encoding: Option<&'static Encoding>) -> Result<Text, ConnectorError> {
    let failed = |error: io::Error| io_failed(&error, &part.shown);
    let file = File::open(&part.path).map_err(failed)?;
    let mut file = BufReader::with_capacity(BUFFER, file);
    let packed = file.fill_buf().map_err(failed)?.starts_with(b"\x1f\x8b");
    let mut bytes: BufReader<Box<dyn Read + Send>> = if packed {
        let unpacked = Unpacked {
            inner: MultiGzDecoder::new(file),
            count: 0,
            most: BOMB_BYTES.max(part.size.saturating_mul(BOMB_RATIO)),
        };
        BufReader::with_capacity(BUFFER, Box::new(unpacked))
    } else {
        BufReader::with_capacity(BUFFER, Box::new(file))
    };
    let head = bytes.fill_buf().map_err(failed)?;
    if let Some((_, what)) = OTHERS.iter().find(|(magic, _)| head.starts_with(magic)) {
        return Err(mismatch(&part.shown, what));
    }
    let marked = Encoding::for_bom(head);
    let encoding = marked.map(|(told, _)| told).or(encoding).unwrap_or(UTF_8);
    if encoding != UTF_16LE && encoding != UTF_16BE && head.contains(&0) {
        return Err(mismatch(
            &part.shown,
            "a binary file, or a text in UTF-16 that does not say so (options.encoding)",
        ));
    }
    if let Some((_, mark)) = marked {
        bytes.consume(mark);
    }
    if encoding == UTF_8 {
        return Ok(bytes);
    }
    let decoding = Decoding {
        inner: bytes,
        decoder: encoding.new_decoder_without_bom_handling(),
        done: false,
    };
    Ok(BufReader::with_capacity(BUFFER, Box::new(decoding)))
}

/// The beginning of a text file, and whether that is all of it.
pub fn head(
    part: &Part,
    encoding: Option<&'static Encoding>,
) -> Result<(Vec<u8>, bool), ConnectorError> {
    let mut head = Vec::new();
    open(part, encoding)?
        .take(HEAD)
        .read_to_end(&mut head)
        .map_err(|error| io_failed(&error, &part.shown))?;
    let whole = (head.len() as u64) < HEAD;
    Ok((head, whole))
}

struct Unpacked<R> {
    inner: R,
    count: u64,
    most: u64,
}

impl<R: Read> Read for Unpacked<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(into)?;
        self.count += read as u64;
        if self.count > self.most {
            return Err(io::Error::other(Bomb));
        }
        Ok(read)
    }
}

struct Decoding<R> {
    inner: R,
    decoder: Decoder,
    done: bool,
}

impl<R: BufRead> Read for Decoding<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        loop {
            if self.done {
                return Ok(0);
            }
            let bytes = self.inner.fill_buf()?;
            let last = bytes.is_empty();
            let (result, read, written) = self
                .decoder
                .decode_to_utf8_without_replacement(bytes, into, last);
            self.inner.consume(read);
            match result {
                DecoderResult::Malformed(..) => return Err(io::ErrorKind::InvalidData.into()),
                DecoderResult::InputEmpty => self.done = last,
                DecoderResult::OutputFull if written == 0 => {
                    return Err(io::ErrorKind::InvalidInput.into());
                }
                DecoderResult::OutputFull => {}
            }
            if written > 0 {
                return Ok(written);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_packed_text_that_becomes_too_large_is_given_up() {
        let unpacked = |most| {
            let inner = &[b'x'; 100][..];
            let count = 0;
            let mut text = Unpacked { inner, count, most };
            text.read_to_end(&mut Vec::new())
        };
        assert_eq!(unpacked(100).ok(), Some(100));
        let error = unpacked(99).unwrap_err();
        let error = io_failed(&error, "a.csv.gz");
        assert_eq!(error.kind, crate::connectors::ErrorKind::LimitExceeded);
    }
}
