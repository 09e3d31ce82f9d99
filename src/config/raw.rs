//! Settings as they are written, each with where it was.

mod environment;
mod file;

use std::collections::BTreeMap;

use secrecy::{ExposeSecret, SecretString};

use super::{ConfigError, Flags};

pub(super) use environment::from_environment;
pub(super) use file::from_file;

/// The key of the data folder.
pub(super) const DATA_DIR: &str = "data_dir";

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    List,
    Flag,
    Number,
}

/// Every setting there is.
const KEYS: &[(&str, Kind)] = &[
    ("listen", Kind::Text),
    (DATA_DIR, Kind::Text),
    ("files_dir", Kind::Text),
    ("allowed_hosts", Kind::List),
    ("allow_unix_sockets", Kind::Flag),
    ("source_hosts", Kind::List),
    ("max_upload_mb", Kind::Number),
    ("max_workspace_uploads_mb", Kind::Number),
    ("operator_organization", Kind::Text),
    ("backup_dir", Kind::Text),
    ("backup_every", Kind::Text),
    ("backup_keep", Kind::Number),
    ("max_import_mb", Kind::Number),
    ("log_format", Kind::Text),
    ("log_level", Kind::Text),
    ("secret_key", Kind::Text),
    ("secret_key_file", Kind::Text),
    ("admin_user", Kind::Text),
    ("admin_password", Kind::Text),
    ("admin_password_file", Kind::Text),
    ("admin_organization", Kind::Text),
    ("demo", Kind::Flag),
];

/// A value as it was written. Any text may be a secret.
#[derive(Debug)]
enum Value {
    Text(SecretString),
    List(Vec<String>),
    Flag(bool),
}

/// A value, and where it was written.
#[derive(Debug)]
struct Given {
    value: Value,
    name: String,
}

/// Settings of one layer, or of several laid over each other.
#[derive(Debug, Default)]
pub(super) struct RawSettings {
    given: BTreeMap<&'static str, Given>,
}

impl RawSettings {
    /// This layer, and what it leaves open from the one below.
    pub(super) fn over(self, below: Self) -> Self {
        let mut given = below.given;
        given.extend(self.given);
        Self { given }
    }

    /// A text, where it was given.
    pub(super) fn text(&self, key: &str) -> Option<&str> {
        self.secret(key).map(ExposeSecret::expose_secret)
    }

    /// A text that is secret.
    pub(super) fn secret(&self, key: &str) -> Option<&SecretString> {
        match &self.given.get(key)?.value {
            Value::Text(text) => Some(text),
            Value::List(_) | Value::Flag(_) => None,
        }
    }

    /// A list; empty where it was not given.
    pub(super) fn list(&self, key: &str) -> &[String] {
        match self.given.get(key).map(|given| &given.value) {
            Some(Value::List(list)) => list,
            _ => &[],
        }
    }

    /// A flag; no where it was not given.
    pub(super) fn flag(&self, key: &str) -> bool {
        matches!(
            self.given.get(key).map(|given| &given.value),
            Some(Value::Flag(true))
        )
    }

    /// The setting as it was written, for an error to name.
    pub(super) fn name(&self, key: &str) -> String {
        (self.given.get(key)).map_or_else(|| key.to_owned(), |given| given.name.clone())
    }

    fn set(&mut self, key: &'static str, name: String, value: Value) {
        self.given.insert(key, Given { value, name });
    }
}

pub(super) fn from_flags(flags: &Flags) -> RawSettings {
    let mut raw = RawSettings::default();
    let mut text = |key, value: Option<&str>| {
        if let Some(value) = value {
            raw.set(key, flag_name(key), Value::Text(value.into()));
        }
    };
    text("listen", flags.listen.as_deref());
    text("log_format", flags.log_format.as_deref());
    text("log_level", flags.log_level.as_deref());
    text(
        DATA_DIR,
        flags
            .data_dir
            .as_ref()
            .map(|path| path.to_string_lossy())
            .as_deref(),
    );
    if flags.demo {
        raw.set("demo", flag_name("demo"), Value::Flag(true));
    }
    raw
}

fn flag_name(key: &str) -> String {
    format!("--{}", key.replace('_', "-"))
}

/// The setting of that key; else an error that names the nearest, spelt as it would be there.
fn find(
    name: &str,
    key: &str,
    spell: impl Fn(&str) -> String,
) -> Result<(&'static str, Kind), ConfigError> {
    if let Some(found) = KEYS.iter().find(|(known, _)| *known == key) {
        return Ok(*found);
    }
    let nearest = (KEYS.iter())
        .map(|(known, _)| (strsim::damerau_levenshtein(known, key), *known))
        .min()
        .filter(|(distance, known)| *distance <= known.len() / 3)
        .map(|(_, known)| spell(known));
    Err(ConfigError::Unknown {
        name: name.to_owned(),
        nearest,
    })
}
