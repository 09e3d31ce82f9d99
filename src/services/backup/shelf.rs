//! The folder that backups stand in, each with a note beside it of what it is: an archive tells that
//! at its very end alone.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::write::Made;
use crate::private_file;

/// What the names of archives end with.
const ENDING: &str = ".tar.zst";
/// What the names of notes end with, behind the archive's.
const NOTE: &str = ".json";
/// What the names of those begin with that were made because it was time, and nobody asked.
const SCHEDULED: &str = "scheduled-";
/// What the names of others begin with.
const ASKED_FOR: &str = "headwater-";
/// The longest name, in bytes.
const LONGEST: usize = 200;
/// More than any note has.
const NOTE_LIMIT: u64 = 64 << 10;

/// The folder of backups.
#[derive(Debug, Clone)]
pub struct Shelf {
    folder: PathBuf,
}

/// A backup as it is listed. Of a file that somebody else put there only what the file itself shows
/// is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = Backup)]
pub struct Shelved {
    /// The file's name.
    pub name: String,
    /// Its length.
    pub bytes: u64,
    /// When what is in it was as it is; of a file without a note, when it was written.
    #[schema(value_type = String)]
    pub made_at: Timestamp,
    /// The version of the program that made it.
    pub program_version: Option<String>,
    /// Whether the keys are in it.
    pub includes_key: Option<bool>,
    /// Its SHA-256, in hexadecimal.
    pub sha256: Option<String>,
    /// Whether the schedule made it, and lets go of it too.
    pub scheduled: bool,
}

/// What stands in the note beside an archive.
#[derive(Debug, Serialize, Deserialize)]
struct Note {
    bytes: u64,
    made_at: Timestamp,
    program_version: String,
    includes_key: bool,
    sha256: String,
}

impl Shelf {
    /// The backups in a folder, which is made when the first of them is.
    #[must_use]
    pub fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// The folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// A name for a new backup, by the time at which it is begun.
    #[must_use]
    pub fn new_name(scheduled: bool) -> String {
        let begin = if scheduled { SCHEDULED } else { ASKED_FOR };
        let now = Timestamp::now().strftime("%Y%m%dT%H%M%S.%3fZ");
        format!("{begin}{now}{ENDING}")
    }

    /// Where a backup of that name stands.
    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Writes down what an archive is that was just made.
    pub(super) fn note(&self, name: &str, made: &Made) -> io::Result<()> {
        let note = Note {
            bytes: made.bytes,
            made_at: made.manifest.created_at,
            program_version: made.manifest.program.clone(),
            includes_key: made.manifest.with_key,
            sha256: made.sha256.clone(),
        };
        let text = serde_json::to_vec(&note)?;
        let path = self.note_path(name);
        // One that is there is of an archive that was taken away by hand.
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        private_file::create_new(&path, &text).map(|_| ())
    }

    /// The backups, the newest first.
    pub fn list(&self) -> io::Result<Vec<Shelved>> {
        let entries = match std::fs::read_dir(&self.folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries?,
        };
        let mut found = Vec::new();
        for entry in entries {
            let name = entry?.file_name();
            if let Some(name) = name.to_str()
                && let Some(shelved) = self.find(name)?
            {
                found.push(shelved);
            }
        }
        found.sort_by(|one, other| (other.made_at, &other.name).cmp(&(one.made_at, &one.name)));
        Ok(found)
    }

    /// The backup of that name, if it is one.
    pub fn find(&self, name: &str) -> io::Result<Option<Shelved>> {
        if !is_name(name) {
            return Ok(None);
        }
        // Not followed: a link may lead anywhere.
        match std::fs::symlink_metadata(self.path(name)) {
            Ok(found) if found.is_file() => {
                let note = self.read_note(name);
                let note = note.filter(|note| note.bytes == found.len());
                Ok(Some(shelved(name, &found, note)))
            }
            Ok(_) => Ok(None),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The backup of that name, opened. It can be read to its end whatever becomes of its name.
    pub fn open(&self, name: &str) -> io::Result<Option<(Shelved, File)>> {
        let Some(shelved) = self.find(name)? else {
            return Ok(None);
        };
        let file = File::open(self.path(name))?;
        let bytes = file.metadata()?.len();
        Ok(Some((Shelved { bytes, ..shelved }, file)))
    }

    /// Takes a backup away. Answers whether there was one.
    pub fn remove(&self, name: &str) -> io::Result<bool> {
        if self.find(name)?.is_none() {
            return Ok(false);
        }
        std::fs::remove_file(self.path(name))?;
        match std::fs::remove_file(self.note_path(name)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                tracing::warn!(%error, "the note of the backup {name} is left over");
            }
            _ => {}
        }
        Ok(true)
    }

    /// Takes the oldest of those away that the schedule made, but for `keep` of them, and but for
    /// `newest` whatever the clock said when it was made. Answers the names of those that went.
    pub(super) fn forget_oldest(&self, keep: usize, newest: &str) -> io::Result<Vec<String>> {
        let ours = (self.list()?.into_iter())
            .filter(|shelved| shelved.scheduled && shelved.name != newest);
        let mut gone = Vec::new();
        for old in ours.skip(keep.saturating_sub(1)) {
            if self.remove(&old.name)? {
                gone.push(old.name);
            }
        }
        Ok(gone)
    }

    fn note_path(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{name}{NOTE}"))
    }

    fn read_note(&self, name: &str) -> Option<Note> {
        let file = File::open(self.note_path(name)).ok()?;
        serde_json::from_reader(io::Read::take(file, NOTE_LIMIT)).ok()
    }
}

/// Whether a name can be that of a backup: one file in one folder, and not hidden.
fn is_name(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    name.len() <= LONGEST
        && name.ends_with(ENDING)
        && !name.starts_with('.')
        && name.bytes().all(plain)
}

fn shelved(name: &str, found: &std::fs::Metadata, note: Option<Note>) -> Shelved {
    let written = || {
        let modified = found.modified().ok();
        modified.and_then(|at| Timestamp::try_from(at).ok())
    };
    let made_at = note.as_ref().map(|note| note.made_at).or_else(written);
    let (program_version, includes_key, sha256) = match note {
        Some(note) => (
            Some(note.program_version),
            Some(note.includes_key),
            Some(note.sha256),
        ),
        None => (None, None, None),
    };
    Shelved {
        name: name.to_owned(),
        bytes: found.len(),
        made_at: made_at.unwrap_or(Timestamp::UNIX_EPOCH),
        program_version,
        includes_key,
        sha256,
        scheduled: name.starts_with(SCHEDULED),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(shelf: &Shelf, name: &str, at: i64) {
        std::fs::write(shelf.path(name), "archive").unwrap();
        let note = Note {
            bytes: 7,
            made_at: Timestamp::from_second(at).unwrap(),
            program_version: "1".to_owned(),
            includes_key: false,
            sha256: "00".to_owned(),
        };
        std::fs::write(shelf.note_path(name), serde_json::to_vec(&note).unwrap()).unwrap();
    }

    fn names(shelf: &Shelf) -> Vec<String> {
        let listed = shelf.list().unwrap();
        listed.into_iter().map(|shelved| shelved.name).collect()
    }

    #[test]
    fn only_the_oldest_of_the_schedules_own_go_and_never_the_one_just_made() {
        let folder = tempfile::tempdir().unwrap();
        let shelf = Shelf::new(folder.path().to_owned());
        put(&shelf, "headwater-0.tar.zst", 0);
        put(&shelf, "mine.tar.zst", 0);
        for at in 1..=4 {
            put(&shelf, &format!("scheduled-{at}.tar.zst"), at);
        }
        // A clock that was put back: the newest looks like the oldest.
        let gone = shelf.forget_oldest(2, "scheduled-1.tar.zst").unwrap();
        assert_eq!(gone, ["scheduled-3.tar.zst", "scheduled-2.tar.zst"]);
        assert_eq!(
            names(&shelf),
            [
                "scheduled-4.tar.zst",
                "scheduled-1.tar.zst",
                "mine.tar.zst",
                "headwater-0.tar.zst"
            ]
        );
        assert!(!shelf.note_path("scheduled-2.tar.zst").exists());
    }

    #[test]
    fn a_file_without_its_own_note_is_listed_by_what_it_shows() {
        let folder = tempfile::tempdir().unwrap();
        let shelf = Shelf::new(folder.path().to_owned());
        put(&shelf, "a.tar.zst", 5);
        std::fs::write(shelf.path("a.tar.zst"), "another archive").unwrap();
        let found = shelf.find("a.tar.zst").unwrap().unwrap();
        assert_eq!((found.bytes, &found.sha256), (15, &None));
        assert!(found.made_at > Timestamp::from_second(5).unwrap());
    }

    #[test]
    fn what_is_no_file_of_the_folder_is_no_backup() {
        let folder = tempfile::tempdir().unwrap();
        let shelf = Shelf::new(folder.path().join("backups"));
        assert_eq!(names(&shelf), Vec::<String>::new());
        std::fs::create_dir(shelf.folder()).unwrap();
        std::fs::write(folder.path().join("out.tar.zst"), "").unwrap();
        std::fs::create_dir(shelf.path("folder.tar.zst")).unwrap();
        #[cfg(unix)]
        std::os::unix::fs::symlink("../out.tar.zst", shelf.path("link.tar.zst")).unwrap();
        for name in [
            "../out.tar.zst",
            "folder.tar.zst",
            "link.tar.zst",
            ".hidden.tar.zst",
            "a\0.tar.zst",
            "none.tar.zst",
            "",
        ] {
            assert_eq!(shelf.find(name).unwrap(), None, "{name:?}");
            assert!(!shelf.remove(name).unwrap(), "{name:?}");
        }
        assert_eq!(names(&shelf), Vec::<String>::new());
        assert!(folder.path().join("out.tar.zst").exists());
        assert!(is_name(&Shelf::new_name(true)) && is_name(&Shelf::new_name(false)));
    }
}
