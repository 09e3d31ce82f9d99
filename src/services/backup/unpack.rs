//! Reading an archive, which may be anybody's: nothing is written outside of a new folder, nothing
//! but files, no more than there is room for, and all of it is what the manifest says.

use std::fs::{File, OpenOptions};
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::Path;

use super::manifest::{self, Entry, Manifest};
use super::write::Hashed;
use super::{BackupError, failed};
use crate::{disk, private_file, sqlite_file};

/// The most memory that a frame may ask for, as a power of two: 128 MiB, as `zstd` itself has it.
const WINDOW: u32 = 27;
/// What is left free on the disk.
const RESERVE: u64 = 64 << 20;
/// The most entries, long names among them.
const ENTRIES: usize = 1_000_000;
/// What may stand behind the last entry: tar fills up with zeros.
const PADDING: u64 = 1 << 20;

fn refused(problem: impl Into<String>) -> BackupError {
    BackupError::Refused(problem.into())
}

/// An archive that ends too early or cannot be unpacked, and not a file of ours that cannot be written.
fn unreadable(error: &io::Error) -> BackupError {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => refused("it is cut off; copy it again"),
        _ => refused("it is no backup, or damaged; copy it again, or take another"),
    }
}

/// Unpacks an archive into a new folder, and checks every file of it. `files` is where the folder of
/// files belongs, from there on.
pub(super) fn unpack(
    archive: &Path,
    into: &Path,
    files: Option<&Path>,
) -> Result<Manifest, BackupError> {
    let file = File::open(archive).map_err(failed(archive))?;
    let mut content = zstd::Decoder::with_buffer(BufReader::new(file)).map_err(failed(archive))?;
    (content.window_log_max(WINDOW)).map_err(|error| unreadable(&error))?;
    let mut tar = tar::Archive::new(content);
    private_file::make_folder(into).map_err(failed(into))?;
    let mut found: Vec<Entry> = Vec::new();
    let mut manifest = None;
    let mut long_name = None;
    // Raw: a long name is an entry of its own, whose length is looked at before it is read.
    let entries = tar.entries().map_err(|error| unreadable(&error))?.raw(true);
    for (number, entry) in entries.enumerate() {
        let mut entry = entry.map_err(|error| unreadable(&error))?;
        if number >= ENTRIES || manifest.is_some() {
            return Err(refused("it holds more than a backup does"));
        }
        let kind = entry.header().entry_type();
        let bytes = (entry.header().entry_size()).map_err(|error| unreadable(&error))?;
        if kind.is_gnu_longname() {
            if bytes > manifest::LONGEST_PATH as u64 || long_name.is_some() {
                return Err(refused("it holds a name that is too long"));
            }
            long_name = Some(whole(&mut entry, bytes)?);
            continue;
        }
        let name = match long_name.take() {
            Some(name) => name,
            None => entry.header().path_bytes().into_owned(),
        };
        let name =
            String::from_utf8(name).map_err(|_| refused("it holds a name that is no UTF-8"))?;
        let name = name.trim_end_matches('\0');
        if !kind.is_file() {
            return Err(refused(format!(
                "'{}' in it is no plain file",
                name.escape_debug()
            )));
        }
        if name == manifest::NAME {
            if bytes > manifest::LARGEST {
                return Err(refused("its manifest is too large"));
            }
            let text = whole(&mut entry, bytes)?;
            manifest = Some(serde_json::from_slice::<Manifest>(&text).map_err(|_| {
                refused("its manifest cannot be read; was it written by a newer Headwater?")
            })?);
            continue;
        }
        let place = manifest::place(name, files).ok_or_else(|| {
            let name = name.escape_debug();
            refused(format!("'{name}' in it belongs to no data folder"))
        })?;
        let path = into.join(place);
        let free = disk::free(into).map_err(failed(into))?;
        if bytes.saturating_add(RESERVE) > free {
            return Err(refused(format!(
                "it needs more room than there is: {bytes} bytes for '{}', and {free} are free on the disk; free some space",
                name.escape_debug()
            )));
        }
        let sha256 = write(entry, bytes, &path)?;
        found.push(Entry {
            path: name.to_owned(),
            bytes,
            sha256,
        });
    }
    let manifest = manifest
        .ok_or_else(|| refused("it has no manifest at its end: it is cut off, or no backup"))?;
    // To the end: the last bytes are the checksum of all.
    let mut rest = tar.into_inner().take(PADDING);
    let read = io::copy(&mut rest, &mut io::sink()).map_err(|error| unreadable(&error))?;
    if read == PADDING {
        return Err(refused("it holds more than a backup does"));
    }
    agree(&manifest, &found)?;
    for entry in found
        .iter()
        .filter(|entry| manifest::is_database(&entry.path))
    {
        let place = manifest::place(&entry.path, files).unwrap_or_default();
        sqlite_file::check(&into.join(place))
            .map_err(|error| refused(format!("a database in it does not pass: {error}")))?;
    }
    Ok(manifest)
}

/// The content of a small entry.
fn whole(entry: &mut impl Read, bytes: u64) -> Result<Vec<u8>, BackupError> {
    let mut content = Vec::new();
    let read = entry.take(bytes).read_to_end(&mut content);
    if read.map_err(|error| unreadable(&error))? as u64 != bytes {
        return Err(unreadable(&io::ErrorKind::UnexpectedEof.into()));
    }
    Ok(content)
}

/// Writes a file for the owner alone, where none is, and answers its hash.
fn write(entry: impl Read, bytes: u64, path: &Path) -> Result<String, BackupError> {
    if let Some(folder) = path.parent() {
        private_file::make_folder(folder).map_err(failed(folder))?;
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = match options.open(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            return Err(refused("it holds the same file twice"));
        }
        file => BufWriter::new(file.map_err(failed(path))?),
    };
    let mut content = Hashed::new(entry);
    let mut buffer = vec![0; 64 << 10];
    loop {
        let read = (content.read(&mut buffer)).map_err(|error| unreadable(&error))?;
        if read == 0 {
            break;
        }
        file.write_all(&buffer[..read]).map_err(failed(path))?;
    }
    if content.bytes != bytes {
        return Err(unreadable(&io::ErrorKind::UnexpectedEof.into()));
    }
    let file = file.into_inner().map_err(io::IntoInnerError::into_error);
    file.and_then(|file| file.sync_all())
        .map_err(failed(path))?;
    Ok(content.hex())
}

/// Whether the archive holds just what its manifest says, and each file is as it was.
fn agree(manifest: &Manifest, found: &[Entry]) -> Result<(), BackupError> {
    if manifest.format != manifest::FORMAT {
        return Err(refused(format!(
            "its form is {}, and this program reads {}; restore it with Headwater {}",
            manifest.format,
            manifest::FORMAT,
            manifest.program
        )));
    }
    for (said, is) in manifest.files.iter().zip(found) {
        if said != is {
            return Err(refused(format!(
                "'{}' in it is not what its manifest says",
                is.path.escape_debug()
            )));
        }
    }
    if manifest.files.len() != found.len() {
        return Err(refused("its manifest names other files than it holds"));
    }
    if !found
        .iter()
        .any(|file| file.path == crate::store::FILE_NAME)
    {
        return Err(refused("it holds no store"));
    }
    Ok(())
}
