//! A workspace as an archive: tar, compressed by zstd, so that any tar opens it. It is written and read
//! in one pass, without being in memory or on the disk as a whole.
//!
//! | entry | what |
//! |---|---|
//! | `manifest.json` | what the archive is, so that another one is told before anything else of it is read |
//! | `document.json` | the document of the workspace, without schemas and rows |
//! | `schemas/3/last.json.gz` | the schema that was last read of the source of `schemas[3]` |
//! | `schemas/3/12.json.gz` | the version 12 of it; the newest come first |
//! | `rows/5/0.ndjson` | rows of `copies[5]`, each a JSON array on a line of its own; the next are in `rows/5/1.ndjson` |
//! | `files/a.csv` | a file that was sent to the workspace |
//! | `checksum.json` | how many entries stand before it, and the SHA-256 of their names, lengths and contents |

mod entry;
mod export;
mod import;
mod outflow;
mod read;
mod write;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

pub use entry::Entry;
pub use import::{Archive, ReceivingArchive};
pub use outflow::Pieces;
pub use read::ArchiveError;

use crate::services::transfer::Format;

/// The archive of a workspace.
pub const ARCHIVE: Format = Format {
    name: "headwater-workspace-archive",
    version: 1,
};

/// The first four bytes of what zstd wrote (RFC 8878 §3.1.1).
pub const MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

const MANIFEST: &str = "manifest.json";
const DOCUMENT: &str = "document.json";
const CHECKSUM: &str = "checksum.json";

/// The size at which rows go into the next entry.
const PART: usize = 512 << 10;
/// The longest row, as it is written.
const LONGEST_ROW: u64 = 128 << 20;

/// What an archive is.
#[derive(Debug, Serialize, Deserialize)]
struct Manifest {
    format: String,
    format_version: u32,
    program_version: String,
    exported_at: Timestamp,
    /// Whether the copied rows and the files are in it.
    include_data: bool,
}

/// What its last entry says of those before it.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Checksum {
    entries: u64,
    sha256: String,
}

/// The checksum of entries, made as they go by.
#[derive(Default)]
struct Sum {
    entries: u64,
    hash: Sha256,
}

impl Sum {
    /// An entry begins; its content is told by [`update`](Self::update).
    fn begin(&mut self, name: &str, bytes: u64) {
        self.entries += 1;
        self.hash.update(name.as_bytes());
        self.hash.update([0]);
        self.hash.update(bytes.to_le_bytes());
    }

    fn update(&mut self, content: &[u8]) {
        self.hash.update(content);
    }

    fn finish(self) -> Checksum {
        Checksum {
            entries: self.entries,
            sha256: data_encoding::HEXLOWER.encode(&self.hash.finalize()),
        }
    }
}
