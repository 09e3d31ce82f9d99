//! Writing a backup, also while a server works in the folder.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use data_encoding::HEXLOWER;
use jiff::Timestamp;
use secrecy::ExposeSecret;
use sha2::{Digest, Sha256};
use tokio_util::sync::CancellationToken;
use zeroize::Zeroizing;

use super::manifest::{self, Entry, Manifest};
use super::{BackupError, FILES, Places, failed};
use crate::aside::Aside;
use crate::sqlite_file::Snapshot;
use crate::vault::KeySource;
use crate::{auth, disk, local, store, vault};

/// How hard it is compressed: what costs a few seconds a gigabyte.
const LEVEL: i32 = 3;
/// How often the states are taken anew where a workspace was made between one and the next.
const TRIES: usize = 5;
const FILES_AT_MOST: usize = 250_000;

/// A backup that was made.
#[derive(Debug)]
pub struct Made {
    /// What is in it.
    pub manifest: Manifest,
    /// The length of the archive.
    pub bytes: u64,
    /// The archive's SHA-256, in hexadecimal.
    pub sha256: String,
    /// What is not in it, and why: for whoever asked to know.
    pub left_out: Vec<String>,
}

/// Writes the data folder into a new file, which is there only when it is whole. Ends early where it
/// is told to stop.
pub fn make(
    places: &Places,
    target: &Path,
    with_key: bool,
    stop: &CancellationToken,
) -> Result<Made, BackupError> {
    let parent = match target.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    };
    if target.exists() {
        let target = target.display();
        return Err(BackupError::Place(format!(
            "{target} is there already; name another file"
        )));
    }
    let whole = |path: &Path| path.canonicalize().map_err(failed(path));
    let into = whole(parent)?;
    if whole(&places.files_dir).is_ok_and(|files| into.starts_with(files)) {
        return Err(BackupError::Place(format!(
            "{} stands among the files that are backed up; name another place",
            target.display()
        )));
    }
    let aside = Aside::new(parent).map_err(failed(parent))?;
    let (part, copy) = (aside.path("archive"), aside.path("copy.sqlite"));
    let states = States::take(&places.data_dir)?;
    let mut archive = Archive::new(&part, stop.clone()).map_err(failed(&part))?;
    let mut left_out = Vec::new();
    for (path, state) in states.all {
        state.copy_to(&copy)?;
        drop(state);
        archive.file(&path, &copy)?;
        std::fs::remove_file(&copy).map_err(failed(&copy))?;
    }
    match places.files_inside() {
        Some(_) => files(&mut archive, &places.files_dir, &mut left_out)?,
        None => left_out.push(format!(
            "the files folder {}, which stands outside of the data folder",
            places.files_dir.display()
        )),
    }
    if with_key {
        keys(&mut archive, places)?;
    }
    let (manifest, sha256) = archive
        .finish(states.taken_at, with_key)
        .map_err(failed(&part))?;
    let bytes = part.metadata().map_err(failed(&part))?.len();
    disk::rename_to_new(&part, target)
        .and_then(|()| disk::sync_folder(parent))
        .map_err(failed(target))?;
    Ok(Made {
        manifest,
        bytes,
        sha256,
        left_out,
    })
}

/// One state of each database, all of the same moment.
struct States {
    /// By their paths in the data folder.
    all: BTreeMap<String, Snapshot>,
    taken_at: Timestamp,
}

impl States {
    /// The copies first and the store last: whatever a copy is of was in the store before it, and so
    /// is in the store's state. What the store names and was made between is found by comparing, and
    /// all are taken once more.
    fn take(data_dir: &Path) -> Result<Self, BackupError> {
        disk::raise_open_files();
        let store_path = data_dir.join(store::FILE_NAME);
        let copies_dir = data_dir.join(local::FOLDER);
        for _ in 0..TRIES {
            let mut all = BTreeMap::new();
            for path in databases(&copies_dir)? {
                if let (Some(state), Some(name)) = (Snapshot::begin(&path)?, path.file_stem()) {
                    all.insert(name.to_string_lossy().into_owned(), state);
                }
            }
            let Some(state) = Snapshot::begin(&store_path)? else {
                return Err(BackupError::Place(format!(
                    "{} holds no store; name a data folder by --data-dir",
                    data_dir.display()
                )));
            };
            let named = store::workspaces::all_copies_files(state.connection())?;
            let made_since = |name: &String| {
                let path = copies_dir.join(format!("{name}.sqlite"));
                !all.contains_key(name) && path.exists()
            };
            if named.iter().any(made_since) {
                continue;
            }
            // What no workspace has any more is rubbish of one that was deleted.
            all.retain(|name, _| named.contains(name));
            let in_folder = |(name, state)| (format!("{}/{name}.sqlite", local::FOLDER), state);
            let mut all: BTreeMap<_, _> = all.into_iter().map(in_folder).collect();
            all.insert(store::FILE_NAME.to_owned(), state);
            return Ok(Self {
                all,
                taken_at: Timestamp::now(),
            });
        }
        Err(BackupError::Place(
            "workspaces were being made all the time; try again in a moment".to_owned(),
        ))
    }
}

/// The databases in the folder of copies.
fn databases(folder: &Path) -> Result<Vec<PathBuf>, BackupError> {
    let entries = match std::fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(failed(folder))?,
    };
    let mut found = Vec::new();
    for entry in entries {
        let path = entry.map_err(failed(folder))?.path();
        if path.extension().is_some_and(|ending| ending == "sqlite") {
            found.push(path);
        }
    }
    Ok(found)
}

/// Puts the files into the archive, folder by folder, in the order of their names.
fn files(
    archive: &mut Archive,
    root: &Path,
    left_out: &mut Vec<String>,
) -> Result<(), BackupError> {
    let mut folders = vec![(root.to_owned(), FILES.to_owned())];
    while let Some((folder, name)) = folders.pop() {
        let entries = match std::fs::read_dir(&folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            entries => entries.map_err(failed(&folder))?,
        };
        let entries = entries.collect::<Result<Vec<_>, _>>();
        let mut entries = entries.map_err(failed(&folder))?;
        entries.sort_by_key(std::fs::DirEntry::file_name);
        for entry in entries {
            let path = entry.path();
            let kind = entry.file_type().map_err(failed(&path))?;
            let entry_name = entry.file_name();
            let named = (entry_name.to_str())
                .map(|entry| format!("{name}/{entry}"))
                .filter(|path| manifest::place(path, None).is_some());
            let Some(named) = named else {
                left_out.push(format!("{}, for its name", path.display()));
                continue;
            };
            if kind.is_dir() {
                folders.push((path, named));
            } else if kind.is_file() {
                archive.file(&named, &path)?;
            } else {
                left_out.push(format!("{}, which is no regular file", path.display()));
            }
        }
    }
    Ok(())
}

/// Puts the keys into the archive.
fn keys(archive: &mut Archive, places: &Places) -> Result<(), BackupError> {
    let token = places.data_dir.join(auth::token::FILE_NAME);
    archive.file(auth::token::FILE_NAME, &token)?;
    let secret = match &places.secret_key {
        KeySource::DataFolder(folder) => folder.join(vault::FILE_NAME),
        KeySource::File(path) => path.clone(),
        KeySource::Text(text) => {
            let text = Zeroizing::new(format!("{}\n", text.expose_secret()));
            return archive.bytes(vault::FILE_NAME, text.as_bytes());
        }
    };
    archive.file(vault::FILE_NAME, &secret)
}

/// An archive that is being written.
struct Archive {
    path: PathBuf,
    tar: tar::Builder<zstd::Encoder<'static, BufWriter<HashedFile>>>,
    files: Vec<Entry>,
    stop: CancellationToken,
}

impl Archive {
    fn new(path: &Path, stop: CancellationToken) -> io::Result<Self> {
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = HashedFile {
            file: options.open(path)?,
            hash: Sha256::new(),
        };
        let mut compressed = zstd::Encoder::new(BufWriter::new(file), LEVEL)?;
        compressed.include_checksum(true)?;
        Ok(Self {
            path: path.to_owned(),
            tar: tar::Builder::new(compressed),
            files: Vec::new(),
            stop,
        })
    }

    /// Puts a file into it. One that is gone meanwhile is not missed.
    fn file(&mut self, name: &str, path: &Path) -> Result<(), BackupError> {
        let file = match File::open(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            file => file.map_err(failed(path))?,
        };
        let bytes = file.metadata().map_err(failed(path))?.len();
        self.put(name, file, bytes, path)
    }

    fn bytes(&mut self, name: &str, bytes: &[u8]) -> Result<(), BackupError> {
        self.put(name, bytes, bytes.len() as u64, Path::new(name))
    }

    fn put(
        &mut self,
        name: &str,
        content: impl Read,
        bytes: u64,
        path: &Path,
    ) -> Result<(), BackupError> {
        if self.files.len() >= FILES_AT_MOST {
            return Err(BackupError::Place(format!(
                "there are more than {FILES_AT_MOST} files; keep the folder of files outside of the data folder (files_dir)"
            )));
        }
        let stop = self.stop.clone();
        let mut content = Hashed::new(Stoppable { content, stop }.take(bytes));
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes);
        header.set_mode(0o600);
        let put = self.tar.append_data(&mut header, name, &mut content);
        if self.stop.is_cancelled() {
            return Err(BackupError::Stopped);
        }
        put.map_err(failed(&self.path))?;
        if content.bytes != bytes {
            return Err(BackupError::Place(format!(
                "{} became shorter while it was read; try again",
                path.display()
            )));
        }
        self.files.push(Entry {
            path: name.to_owned(),
            bytes,
            sha256: content.hex(),
        });
        Ok(())
    }

    /// Writes the manifest, and has all of it on the disk. Answers the hash of the archive too.
    fn finish(mut self, created_at: Timestamp, with_key: bool) -> io::Result<(Manifest, String)> {
        let manifest = Manifest {
            format: manifest::FORMAT,
            program: env!("CARGO_PKG_VERSION").to_owned(),
            created_at,
            with_key,
            files: std::mem::take(&mut self.files),
        };
        let text = serde_json::to_vec_pretty(&manifest)?;
        let mut header = tar::Header::new_gnu();
        header.set_size(text.len() as u64);
        header.set_mode(0o600);
        (self.tar).append_data(&mut header, manifest::NAME, text.as_slice())?;
        let written = self.tar.into_inner()?.finish()?.into_inner();
        let HashedFile { file, hash } = written.map_err(io::IntoInnerError::into_error)?;
        file.sync_all()?;
        Ok((manifest, HEXLOWER.encode(&hash.finalize())))
    }
}

/// A file that is hashed as it is written.
struct HashedFile {
    file: File,
    hash: Sha256,
}

impl Write for HashedFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.hash.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// What is read until it is told to stop: a server that ends waits for nothing that takes minutes.
struct Stoppable<R> {
    content: R,
    stop: CancellationToken,
}

impl<R: Read> Read for Stoppable<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.stop.is_cancelled() {
            return Err(io::Error::other("stopped"));
        }
        self.content.read(buffer)
    }
}

/// What is read, counted and hashed on its way.
pub(super) struct Hashed<R> {
    content: R,
    hash: Sha256,
    /// How many bytes it was so far.
    pub(super) bytes: u64,
}

impl<R: Read> Hashed<R> {
    pub(super) fn new(content: R) -> Self {
        Self {
            content,
            hash: Sha256::new(),
            bytes: 0,
        }
    }

    pub(super) fn hex(self) -> String {
        HEXLOWER.encode(&self.hash.finalize())
    }
}

impl<R: Read> Read for Hashed<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.content.read(buffer)?;
        self.hash.update(&buffer[..read]);
        self.bytes += read as u64;
        Ok(read)
    }
}
