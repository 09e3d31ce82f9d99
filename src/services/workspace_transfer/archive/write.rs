//! Writing an archive, entry by entry.

use std::io::{self, Read, Write};

use super::{CHECKSUM, Sum};

/// How hard it is compressed: about as fast as rows can be read.
const LEVEL: i32 = 1;

/// An archive that is being written. One that is dropped before its end is cut off.
pub struct Writer<W: Write> {
    tar: tar::Builder<zstd::Encoder<'static, W>>,
    sum: Sum,
}

impl<W: Write> Writer<W> {
    pub fn new(out: W) -> io::Result<Self> {
        let mut compressed = zstd::Encoder::new(out, LEVEL)?;
        compressed.include_checksum(true)?;
        // On a thread of its own: rows are read while those before them are compressed.
        compressed.multithread(1)?;
        Ok(Self {
            tar: tar::Builder::new(compressed),
            sum: Sum::default(),
        })
    }

    /// Puts an entry into it.
    pub fn entry(&mut self, name: &str, content: &[u8]) -> io::Result<()> {
        self.stream(name, content.len() as u64, content)
    }

    /// Puts an entry of so many bytes into it.
    pub fn stream(&mut self, name: &str, bytes: u64, content: impl Read) -> io::Result<()> {
        self.sum.begin(name, bytes);
        let mut content = Told {
            content: content.take(bytes),
            sum: &mut self.sum,
        };
        append(&mut self.tar, name, bytes, &mut content)?;
        if content.content.limit() > 0 {
            let problem = format!("{name} became shorter while it was read");
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, problem));
        }
        Ok(())
    }

    /// Ends it. Answers what it was written to.
    pub fn finish(mut self) -> io::Result<W> {
        let sum = serde_json::to_vec(&std::mem::take(&mut self.sum).finish())?;
        append(&mut self.tar, CHECKSUM, sum.len() as u64, sum.as_slice())?;
        self.tar.into_inner()?.finish()
    }
}

fn append(
    tar: &mut tar::Builder<impl Write>,
    name: &str,
    bytes: u64,
    content: impl Read,
) -> io::Result<()> {
    let mut header = tar::Header::new_gnu();
    header.set_size(bytes);
    header.set_mode(0o600);
    tar.append_data(&mut header, name, content)
}

/// Content that is told to the checksum on its way.
struct Told<'a, R> {
    content: io::Take<R>,
    sum: &'a mut Sum,
}

impl<R: Read> Read for Told<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.content.read(buffer)?;
        self.sum.update(&buffer[..read]);
        Ok(read)
    }
}
