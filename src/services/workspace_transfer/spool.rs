//! A place for what is made before it is needed: in memory where it is little, else in a file without
//! a name, which goes with the program.

use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

use tempfile::SpooledTempFile;

/// What stays in memory.
const IN_MEMORY: usize = 8 << 20;

/// Bytes that were put away.
#[derive(Debug, Clone, Copy)]
pub struct Span {
    at: u64,
    bytes: usize,
}

/// A place to put bytes away.
#[derive(Debug)]
pub struct Spool {
    file: SpooledTempFile,
    end: u64,
}

impl Spool {
    /// One whose file is in that folder.
    pub fn new(folder: &Path) -> Self {
        Self {
            file: tempfile::spooled_tempfile_in(IN_MEMORY, folder),
            end: 0,
        }
    }

    pub fn put(&mut self, bytes: &[u8]) -> io::Result<Span> {
        self.file.seek(SeekFrom::Start(self.end))?;
        self.file.write_all(bytes)?;
        let span = Span {
            at: self.end,
            bytes: bytes.len(),
        };
        self.end += bytes.len() as u64;
        Ok(span)
    }

    pub fn get(&mut self, span: Span) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; span.bytes];
        self.file.seek(SeekFrom::Start(span.at))?;
        self.file.read_exact(&mut bytes)?;
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_put_away_comes_back_however_much_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let mut spool = Spool::new(folder.path());
        let large = vec![7; IN_MEMORY];
        let spans = [&b"a"[..], b"", &large, b"bc"].map(|bytes| spool.put(bytes).unwrap());
        assert_eq!(spool.get(spans[3]).unwrap(), b"bc");
        assert_eq!(spool.get(spans[0]).unwrap(), b"a");
        assert_eq!(spool.get(spans[1]).unwrap(), b"");
        assert!(spool.get(spans[2]).unwrap() == large);
        let entries = std::fs::read_dir(folder.path()).unwrap();
        assert_eq!(entries.count(), 0, "its file has no name");
    }
}
