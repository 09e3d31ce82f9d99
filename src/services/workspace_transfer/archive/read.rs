//! Reading an archive, which may be anybody's: its entries are taken in their order, none but plain
//! files, no more bytes than so small an archive may hold, and all of it is what its last entry says.

use std::io::{self, BufReader, Read};

use super::{CHECKSUM, Checksum, Sum};
use crate::services::transfer::TransferError;

/// The most memory that a frame may ask for, as a power of two: 128 MiB, as `zstd` itself has it.
const WINDOW: u32 = 27;
/// The longest name.
const LONGEST_NAME: u64 = 4096;
/// The largest checksum's entry.
const LARGEST_CHECKSUM: u64 = 1 << 10;
/// What may stand behind the last entry: tar fills up with zeros.
const PADDING: u64 = 1 << 20;
/// How many times as large as it is an archive may become, and what any may become. Rows of copies are packed to a
/// tenth or a fiftieth; a table of the same row again and again to a five-hundredth.
const RATIO: u64 = 1000;
const ANY: u64 = 64 << 20;

/// Why an archive is not taken.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// It ends too early.
    #[error("the archive is cut off")]
    Cut,
    /// It cannot be unpacked.
    #[error("this is no archive of a workspace, or a damaged one")]
    Damaged,
    /// It is not what was exported.
    #[error("the archive was changed or damaged since it was exported: its checksum does not fit")]
    Checksum,
    /// It holds something that has no business there, or not at this place.
    #[error("the archive holds what no export does at this place: '{0}'")]
    Foreign(String),
    /// It would unpack to more than is believed.
    #[error("the archive unpacks to more than a thousand times its length")]
    Bomb,
    /// Something that has to be in it is not.
    #[error("the archive lacks '{0}'")]
    Lacks(String),
    /// An entry is not what it has to be.
    #[error("this is no {expected}")]
    Unreadable {
        /// The entry, and behind a colon the line.
        place: String,
        /// What it has to be.
        expected: &'static str,
    },
    /// It says of itself that it is something else.
    #[error(transparent)]
    Manifest(TransferError),
}

impl ArchiveError {
    /// A name in it that does not belong there.
    #[must_use]
    pub fn foreign(name: &str) -> Self {
        let name = &name[..name.floor_char_boundary(200)];
        Self::Foreign(name.escape_debug().to_string())
    }
}

impl From<io::Error> for ArchiveError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::UnexpectedEof => Self::Cut,
            io::ErrorKind::FileTooLarge => Self::Bomb,
            _ => Self::Damaged,
        }
    }
}

/// The content of an entry, and how many bytes it has in all.
pub struct Content<'a> {
    from: &'a mut dyn Read,
    sum: &'a mut Sum,
    /// How many bytes the entry has.
    pub bytes: u64,
    left: u64,
}

impl Content<'_> {
    /// All of it, where it is no more than so many bytes; else `None`.
    pub fn whole(&mut self, most: u64) -> Result<Option<Vec<u8>>, ArchiveError> {
        if self.bytes > most {
            return Ok(None);
        }
        let mut all = Vec::new();
        self.read_to_end(&mut all)?;
        if self.left > 0 {
            return Err(ArchiveError::Cut);
        }
        Ok(Some(all))
    }
}

impl Read for Content<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.from.read(buffer)?;
        self.sum.update(&buffer[..read]);
        self.left = self.left.saturating_sub(read as u64);
        Ok(read)
    }
}

/// Whether more entries are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// They are.
    More,
    /// No; the rest is not looked at.
    Enough,
}

/// Hands over the entries of an archive of `bytes` bytes, but its last one.
pub fn entries<E: From<ArchiveError>>(
    archive: impl Read,
    bytes: u64,
    mut take: impl FnMut(&str, &mut Content<'_>) -> Result<Next, E>,
) -> Result<(), E> {
    let most = bytes.saturating_mul(RATIO).max(ANY);
    let told = ArchiveError::from;
    let mut content = zstd::Decoder::with_buffer(BufReader::new(archive)).map_err(told)?;
    content.window_log_max(WINDOW).map_err(told)?;
    let mut tar = tar::Archive::new(Bounded {
        content,
        left: most,
    });
    let (mut sum, mut checksum, mut long_name) = (Sum::default(), None, None);
    // Raw: a long name is an entry of its own, whose length is looked at before it is read.
    for entry in tar.entries().map_err(told)?.raw(true) {
        let mut entry = entry.map_err(told)?;
        let size = entry.header().entry_size().map_err(told)?;
        let kind = entry.header().entry_type();
        if kind.is_gnu_longname() && size <= LONGEST_NAME && long_name.is_none() {
            long_name = Some(exactly(&mut entry, size).map_err(told)?);
            continue;
        }
        let name = long_name.take();
        let name = name.unwrap_or_else(|| entry.header().path_bytes().into_owned());
        let name = String::from_utf8_lossy(&name);
        let name = name.trim_end_matches('\0');
        if !kind.is_file() || checksum.is_some() {
            return Err(ArchiveError::foreign(name).into());
        }
        if name == CHECKSUM {
            if size > LARGEST_CHECKSUM {
                return Err(ArchiveError::Checksum.into());
            }
            checksum = Some(exactly(&mut entry, size).map_err(told)?);
            continue;
        }
        sum.begin(name, size);
        let mut content = Content {
            from: &mut entry,
            sum: &mut sum,
            bytes: size,
            left: size,
        };
        if take(name, &mut content)? == Next::Enough {
            return Ok(());
        }
        io::copy(&mut content, &mut io::sink()).map_err(told)?;
        if content.left > 0 {
            return Err(ArchiveError::Cut.into());
        }
    }
    let told_sum = checksum.ok_or(ArchiveError::Cut)?;
    // To the end: the last bytes are zstd's own checksum.
    let mut rest = tar.into_inner().take(PADDING);
    if io::copy(&mut rest, &mut io::sink()).map_err(told)? == PADDING {
        return Err(ArchiveError::Damaged.into());
    }
    match serde_json::from_slice::<Checksum>(&told_sum) {
        Ok(told) if told == sum.finish() => Ok(()),
        _ => Err(ArchiveError::Checksum.into()),
    }
}

/// The content of a small entry.
fn exactly(entry: &mut impl Read, bytes: u64) -> io::Result<Vec<u8>> {
    let mut content = Vec::new();
    if entry.take(bytes).read_to_end(&mut content)? as u64 != bytes {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(content)
}

/// No more than so many bytes.
struct Bounded<R> {
    content: R,
    left: u64,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.content.read(buffer)?;
        self.left = (self.left.checked_sub(read as u64)).ok_or(io::ErrorKind::FileTooLarge)?;
        Ok(read)
    }
}
