//! The names that entries have.

use std::fmt;

/// An entry behind the document. In this order they stand in an archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// A schema: the last one that was read, or a version.
    Schema {
        /// Its place in the document.
        at: usize,
        /// The version's number.
        version: Option<u32>,
    },
    /// Rows of a copy.
    Rows {
        /// Its place in the document.
        at: usize,
        /// How many entries of the same copy stand before it.
        part: u64,
    },
    /// A file.
    File(String),
}

impl Entry {
    /// The entry of that name; `None` where no export gives an entry such a name.
    pub fn parse(name: &str) -> Option<Self> {
        let entry = match name.split_once('/')? {
            ("files", file) => Self::File(file.to_owned()),
            ("schemas", rest) => {
                let (at, file) = rest.split_once('/')?;
                let version = match file.strip_suffix(".json.gz")? {
                    "last" => None,
                    number => Some(number.parse().ok()?),
                };
                let at = at.parse().ok()?;
                Self::Schema { at, version }
            }
            ("rows", rest) => {
                let (at, file) = rest.split_once('/')?;
                Self::Rows {
                    at: at.parse().ok()?,
                    part: file.strip_suffix(".ndjson")?.parse().ok()?,
                }
            }
            _ => return None,
        };
        // In one way alone: no `+1` and no `01`.
        let is_plain = match &entry {
            Self::File(file) => is_file_name(file),
            _ => entry.to_string() == name,
        };
        is_plain.then_some(entry)
    }

    /// Kinds come one after the other.
    pub fn kind(&self) -> u8 {
        match self {
            Self::Schema { .. } => 0,
            Self::Rows { .. } => 1,
            Self::File(_) => 2,
        }
    }
}

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Schema { at, version: None } => write!(f, "schemas/{at}/last.json.gz"),
            Self::Schema {
                at,
                version: Some(number),
            } => write!(f, "schemas/{at}/{number}.json.gz"),
            Self::Rows { at, part } => write!(f, "rows/{at}/{part}.ndjson"),
            Self::File(name) => write!(f, "files/{name}"),
        }
    }
}

/// Whether a file that is sent may have this name: it is one file in one folder, and not hidden.
pub fn is_file_name(name: &str) -> bool {
    !name.is_empty()
        && name.len() <= 255
        && !name.starts_with('.')
        && !name.contains(['/', '\\', '*', '?'])
        && !name.chars().any(char::is_control)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_read_back_and_no_other_spelling_of_it() {
        for name in [
            "schemas/0/last.json.gz",
            "schemas/17/500.json.gz",
            "rows/5/0.ndjson",
            "files/a b.csv",
            "files/ö",
        ] {
            assert_eq!(Entry::parse(name).unwrap().to_string(), name);
        }
        for name in [
            "",
            "rows",
            "rows/5",
            "rows/05/0.ndjson",
            "rows/+5/0.ndjson",
            "rows/5/0.json",
            "rows/-1/0.ndjson",
            "rows/5/99999999999999999999.ndjson",
            "rows/5/0.ndjson/",
            "/rows/5/0.ndjson",
            "schemas/0/../last.json.gz",
            "schemas/0/LAST.json.gz",
            "files/",
            "files/..",
            "files/.hidden",
            "files/../../etc/passwd",
            "files/a/b",
            "files//etc/passwd",
            "files/a\\b",
            "files/a\0b",
            "/etc/passwd",
            "../x",
            "manifest.json",
        ] {
            assert_eq!(Entry::parse(name), None, "{name:?}");
        }
    }
}
