//! Files of 32-byte keys: one key a line, the newest first, so that keys can be rotated.
//!
//! The newest key makes new things; the others still read old ones. A key's id is derived from it,
//! and cannot be mistaken. Empty lines and those that begin with `#` are notes.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use data_encoding::{BASE64, BASE64_NOPAD, BASE64URL_NOPAD, HEXLOWER, HEXLOWER_PERMISSIVE};
use rand::TryRngCore;
use rand::rngs::OsRng;
use secrecy::{ExposeSecret, SecretBox, SecretString};
use sha2::{Digest, Sha256};
use zeroize::{Zeroize, Zeroizing};

use crate::private_file;

/// Bytes of a key.
pub const KEY_LENGTH: usize = 32;

/// What a file of keys looks like, and what to do about one that does not.
const LOOKS: &str = "each line is a key (32 random bytes in base64 or hexadecimal, such as \
                     `openssl rand -base64 32` makes), empty, or a note that begins with #; put \
                     the right one back from a backup";

/// Why there is no key.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    /// The file is not there.
    #[error("the key file {} is missing; put it back from a backup", .0.display())]
    Missing(PathBuf),
    /// The file cannot be read or written.
    #[error("the key file {} cannot be used: {cause}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        cause: io::Error,
    },
    /// A line is no key.
    #[error("line {line} of {origin} is no key; {LOOKS}")]
    Malformed {
        /// The file, or the setting.
        origin: String,
        /// Which line.
        line: usize,
    },
    /// There is no line with a key.
    #[error("{0} holds no key; {LOOKS}")]
    Empty(String),
    /// The system gave no random bytes.
    #[error("the system gave no random bytes for a key")]
    NoRandomness,
}

/// A key, and the name that it goes by.
pub struct Key {
    id: String,
    bytes: SecretBox<[u8; KEY_LENGTH]>,
}

impl Key {
    /// A new random key.
    pub fn generate() -> Result<Self, KeyFileError> {
        let mut bytes = Zeroizing::new([0; KEY_LENGTH]);
        OsRng
            .try_fill_bytes(bytes.as_mut())
            .map_err(|_| KeyFileError::NoRandomness)?;
        Ok(Self::new(&bytes))
    }

    /// A key of these bytes.
    #[must_use]
    pub fn new(bytes: &[u8; KEY_LENGTH]) -> Self {
        let mut hash = Sha256::new();
        hash.update(b"headwater key id\0");
        hash.update(bytes);
        let digest = hash.finalize();
        Self {
            id: HEXLOWER.encode(&digest[..8]),
            bytes: SecretBox::init_with_mut(|place: &mut [u8; KEY_LENGTH]| {
                place.copy_from_slice(bytes);
            }),
        }
    }

    /// The key from its text, in base64 or hexadecimal.
    fn parse(text: &str) -> Option<Self> {
        let text = text.as_bytes();
        let encodings = [HEXLOWER_PERMISSIVE, BASE64, BASE64_NOPAD, BASE64URL_NOPAD];
        encodings.iter().find_map(|encoding| {
            let mut decoded = Zeroizing::new(encoding.decode(text).ok()?);
            let key = <&[u8; KEY_LENGTH]>::try_from(decoded.as_slice())
                .ok()
                .map(Self::new);
            decoded.zeroize();
            key
        })
    }

    /// The name that the key goes by. It tells nothing of the key.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The key itself.
    #[must_use]
    pub fn expose(&self) -> &[u8; KEY_LENGTH] {
        self.bytes.expose_secret()
    }
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Key")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// The keys of a text; `origin` names it in errors. At least one, the newest first.
pub fn parse(text: &SecretString, origin: &str) -> Result<Vec<Key>, KeyFileError> {
    let mut keys = Vec::new();
    for (index, line) in text.expose_secret().lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        keys.push(Key::parse(line).ok_or_else(|| KeyFileError::Malformed {
            origin: origin.to_owned(),
            line: index + 1,
        })?);
    }
    if keys.is_empty() {
        return Err(KeyFileError::Empty(origin.to_owned()));
    }
    Ok(keys)
}

/// The keys of a file that the operator keeps. One that others may read is told in the log, with
/// what to do: its permissions are not ours to change.
pub fn load(path: &Path) -> Result<Vec<Key>, KeyFileError> {
    let keys = read(path)?;
    if private_file::is_open_to_others(path).map_err(|cause| failed(path, cause))? {
        let path = path.display();
        tracing::warn!("others may read the key file {path}; run: chmod 600 {path}");
    }
    Ok(keys)
}

/// The keys of a file in the data folder, which is closed to others where it was not.
pub fn load_ours(path: &Path) -> Result<Vec<Key>, KeyFileError> {
    let keys = read(path)?;
    private_file::close_to_others(path).map_err(|cause| failed(path, cause))?;
    Ok(keys)
}

/// As [`load_ours`]; where the file is not there it is made with one new key, for the owner alone.
/// `purpose` is written into it as a note.
pub fn load_or_create(path: &Path, purpose: &str) -> Result<Vec<Key>, KeyFileError> {
    match load_ours(path) {
        Err(KeyFileError::Missing(_)) => {
            let key = Key::generate()?;
            let text = Zeroizing::new(format!(
                "# {purpose}\n# One key a line, the newest first. Keep a copy, and keep it secret.\n{}\n",
                Zeroizing::new(BASE64.encode(key.expose())).as_str()
            ));
            private_file::make_folder(path.parent().unwrap_or_else(|| Path::new(".")))
                .and_then(|()| private_file::create_new(path, text.as_bytes()))
                .map_err(|cause| failed(path, cause))?;
            // Another process may have made it meanwhile: what stands in the file counts.
            load_ours(path)
        }
        loaded => loaded,
    }
}

/// Writes a key above those of a file, in one step: others read the old lines or the new ones.
/// Whose file it is and who may read it stays as it was.
pub fn put_above(path: &Path, key: &Key, note: &str) -> Result<(), KeyFileError> {
    let before = read_text(path)?;
    let written = || {
        let folder = path.parent().unwrap_or_else(|| Path::new("."));
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        let line = Zeroizing::new(BASE64.encode(key.expose()));
        for part in ["# ", note, "\n", line.as_str(), "\n", before.as_str()] {
            file.write_all(part.as_bytes())?;
        }
        let had = path.metadata()?;
        file.as_file().set_permissions(had.permissions())?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::{MetadataExt, fchown};
            let made = file.as_file().metadata()?;
            if (made.uid(), made.gid()) != (had.uid(), had.gid()) {
                fchown(file.as_file(), Some(had.uid()), Some(had.gid()))?;
            }
        }
        file.as_file().sync_all()?;
        file.persist(path).map_err(|refused| refused.error)?;
        std::fs::File::open(folder)?.sync_all()
    };
    written().map_err(|cause| failed(path, cause))
}

fn read(path: &Path) -> Result<Vec<Key>, KeyFileError> {
    let text = SecretString::from(read_text(path)?.as_str());
    parse(&text, &path.display().to_string())
}

fn read_text(path: &Path) -> Result<Zeroizing<String>, KeyFileError> {
    std::fs::read_to_string(path)
        .map(Zeroizing::new)
        .map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => KeyFileError::Missing(path.to_owned()),
            // Not even text; a damaged disk, or another kind of file under this name.
            io::ErrorKind::InvalidData => KeyFileError::Empty(path.display().to_string()),
            _ => failed(path, error),
        })
}

fn failed(path: &Path, cause: io::Error) -> KeyFileError {
    KeyFileError::Io {
        path: path.to_owned(),
        cause,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(keys: &[Key]) -> Vec<&str> {
        keys.iter().map(Key::id).collect()
    }

    #[test]
    fn a_key_file_is_made_once_and_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("data/some.key");
        assert!(matches!(load(&path), Err(KeyFileError::Missing(_))));
        let made = load_or_create(&path, "For tests.").unwrap();
        let again = load_or_create(&path, "For tests.").unwrap();
        assert_eq!(ids(&made), ids(&again));
        assert_eq!(made.len(), 1);
    }

    #[test]
    fn a_key_is_the_same_in_base64_and_in_hexadecimal() {
        let bytes = [7; KEY_LENGTH];
        let text = format!(
            "# a note\n\n{}\n  {}\n{}\n{}",
            BASE64.encode(&bytes),
            HEXLOWER.encode(&bytes),
            HEXLOWER.encode(&bytes).to_uppercase(),
            BASE64URL_NOPAD.encode(&bytes),
        );
        let keys = parse(&text.into(), "a test").unwrap();
        assert_eq!(keys.len(), 4);
        assert!(
            keys.iter()
                .all(|key| key.expose() == &bytes && key.id() == keys[0].id())
        );
    }

    #[test]
    fn what_is_no_key_is_refused_by_its_line_and_never_shown() {
        let short = BASE64.encode(&[7; 31]);
        let error = parse(&format!("# note\n{short}").into(), "secret.key").unwrap_err();
        assert!(matches!(error, KeyFileError::Malformed { line: 2, .. }));
        assert!(!error.to_string().contains(&short));
        assert!(error.to_string().contains("openssl rand -base64 32"));
        assert!(matches!(
            parse(&"# note".into(), "x"),
            Err(KeyFileError::Empty(_))
        ));
    }

    #[test]
    fn a_file_that_is_not_even_text_is_told_with_what_a_key_file_looks_like() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret.key");
        std::fs::write(&path, [0xff, 0xfe, 0, 7]).unwrap();
        let error = load(&path).unwrap_err().to_string();
        for part in ["secret.key", "32 random bytes", "backup"] {
            assert!(error.contains(part), "{error}");
        }
    }

    #[test]
    fn a_key_is_not_shown_for_debugging() {
        let key = Key::generate().unwrap();
        let shown = format!("{key:?}");
        assert!(!shown.contains(&BASE64.encode(key.expose())));
        assert!(!shown.contains(&format!("{:?}", key.expose())));
    }
}
