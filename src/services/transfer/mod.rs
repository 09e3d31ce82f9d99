//! Documents that carry things to another workspace or another machine: what stands in them, whether
//! they are whole, and how what they hold takes its place. They never hold a secret, and nothing is
//! dialled for one.

mod arrival;
mod canonical;
mod document;

use serde_json::{Map, Value};

use crate::connectors::ConfigError;

pub use arrival::{Arrived, ArrivedSource, CheckedSource, IdMap, check_sources, take_sources};
pub use canonical::checksum;
pub use document::{
    ProjectDocument, ProjectExport, SourceDocument, Summary, TableDocument, source_document,
};

/// A kind of document, and the newest version of it that this program reads and writes.
#[derive(Debug, Clone, Copy)]
pub struct Format {
    /// Its name, in `format`.
    pub name: &'static str,
    /// Its version, in `format_version`.
    pub version: u32,
}

/// A project with its sources.
pub const PROJECT: Format = Format {
    name: "headwater-project",
    version: 1,
};

/// A workspace with all that is in it.
pub const WORKSPACE: Format = Format {
    name: "headwater-workspace",
    version: 1,
};

/// Why a document is not taken.
#[derive(Debug, thiserror::Error)]
pub enum TransferError {
    /// It says of itself that it is something else, or nothing.
    #[error("this is no document of the format `{expected}`")]
    Format {
        /// The format that is needed.
        expected: &'static str,
    },
    /// It was written by a newer program.
    #[error(
        "the document has the format version {found}, and this program knows versions up to {known}"
    )]
    Newer {
        /// Its version.
        found: u64,
        /// The newest version that is known.
        known: u32,
    },
    /// It has no checksum.
    #[error("the document has no checksum")]
    NoChecksum,
    /// It is not what was exported.
    #[error("the document was changed or damaged since it was exported: its checksum does not fit")]
    Checksum,
    /// A source is of an engine that is unknown here.
    #[error("the engine of the source '{name}' is unknown to this program")]
    Engine {
        /// Where it stands in the document.
        field: String,
        /// The source's name.
        name: String,
    },
    /// A source's settings cannot be worked with.
    #[error("{cause}")]
    Settings {
        /// Where they stand in the document.
        field: String,
        /// What is wrong.
        cause: ConfigError,
    },
    /// A source has the same table twice.
    #[error("the table is there twice")]
    TableTwice {
        /// Where it stands in the document.
        field: String,
    },
    /// What is referred to is not in the document.
    #[error("this source is not in the document")]
    Dangling {
        /// Where the reference stands in the document.
        field: String,
    },
    /// Something is there twice that can be there once.
    #[error("this is in the document twice")]
    Twice {
        /// Where the second one stands in the document.
        field: String,
    },
    /// Something is not what it has to be.
    #[error("this is no {expected}")]
    Unreadable {
        /// Where it stands in the document.
        field: String,
        /// What it has to be.
        expected: &'static str,
    },
    /// The passphrase is not the one that the secrets were sealed under.
    #[error("the passphrase does not open the secrets of this document")]
    Passphrase,
}

impl TransferError {
    /// Where in the document it is wrong.
    #[must_use]
    pub fn field(&self) -> &str {
        match self {
            Self::Format { .. } => "format",
            Self::Newer { .. } => "format_version",
            Self::NoChecksum | Self::Checksum => "checksum",
            Self::Engine { field, .. }
            | Self::Settings { field, .. }
            | Self::TableTwice { field }
            | Self::Dangling { field }
            | Self::Twice { field }
            | Self::Unreadable { field, .. } => field,
            Self::Passphrase => "secrets",
        }
    }

    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> &str {
        match self {
            Self::Format { .. } => "Give `data` of an export's answer, or the whole answer.",
            Self::Newer { .. } | Self::Engine { .. } => "Import it with a newer program.",
            Self::Settings { cause, .. } => &cause.hint,
            Self::Passphrase => {
                "Give the passphrase that it was exported with, or none: the sources then wait for their credentials."
            }
            _ => "Export it again, and give the document as it is.",
        }
    }
}

/// The document in what a caller gave: `data` of an export's answer, or that answer as a whole.
/// Answers besides where in it the document stands.
#[must_use]
pub fn unwrapped(given: Value) -> (Value, Option<&'static str>) {
    match given {
        Value::Object(mut answer) if !answer.contains_key("format") => {
            match answer.remove("data") {
                Some(data) => (data, Some("data")),
                None => (Value::Object(answer), None),
            }
        }
        document => (document, None),
    }
}

/// The body of an import, its document in `export_data`, and what that is called by its caller: the answer of an
/// export has it in `data`, and whoever sends that on may have put options beside it.
#[must_use]
pub fn in_its_field(mut body: Value) -> (Value, &'static str) {
    if let Value::Object(fields) = &mut body
        && !fields.contains_key("export_data")
        && !fields.contains_key("format")
        && let Some(data) = fields.remove("data")
    {
        for of_answer in ["message", "status", "warnings"] {
            fields.remove(of_answer);
        }
        fields.insert("export_data".to_owned(), data);
        return (body, "data");
    }
    (body, "export_data")
}

/// Checks that a document is of this format, of a version that is known, and as it was exported.
///
/// # Errors
/// [`TransferError`] that says which of these it is not.
pub fn check(document: &Value, format: Format) -> Result<(), TransferError> {
    let other = TransferError::Format {
        expected: format.name,
    };
    let fields = document.as_object().ok_or(TransferError::Format {
        expected: format.name,
    })?;
    if field(fields, "format").and_then(Value::as_str) != Some(format.name) {
        return Err(other);
    }
    match field(fields, "format_version").and_then(Value::as_u64) {
        None | Some(0) => return Err(other),
        Some(found) if found > u64::from(format.version) => {
            let known = format.version;
            return Err(TransferError::Newer { found, known });
        }
        Some(_) => {}
    }
    let told = field(fields, "checksum").ok_or(TransferError::NoChecksum)?;
    if told.as_str() == Some(checksum(fields).as_str()) {
        Ok(())
    } else {
        Err(TransferError::Checksum)
    }
}

fn field<'a>(fields: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    fields.get(name).filter(|value| !value.is_null())
}
