//! One file that is read, and its format.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::connectors::ConnectorError;
use crate::connectors::{ErrorKind, files};

/// How a file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Csv,
    Tsv,
    Json,
    JsonLines,
    Parquet,
    Excel,
}

impl Format {
    /// The format of this name.
    pub fn named(name: &str) -> Option<Self> {
        Some(match name.to_ascii_lowercase().as_str() {
            "csv" => Self::Csv,
            "tsv" => Self::Tsv,
            "json" => Self::Json,
            "jsonl" | "ndjson" | "json_lines" => Self::JsonLines,
            "parquet" => Self::Parquet,
            "excel" | "xlsx" => Self::Excel,
            _ => return None,
        })
    }

    /// The format that a file's ending tells; the texts may be packed by gzip.
    pub fn of(path: &Path) -> Option<Self> {
        let ending = |path: &Path| path.extension()?.to_str().map(str::to_ascii_lowercase);
        match ending(path)?.as_str() {
            "gz" => Self::of_text(&ending(Path::new(path.file_stem()?))?),
            "parquet" | "pq" => Some(Self::Parquet),
            "xlsx" | "xlsm" | "xls" | "ods" => Some(Self::Excel),
            text => Self::of_text(text),
        }
    }

    fn of_text(ending: &str) -> Option<Self> {
        Some(match ending {
            "csv" | "txt" => Self::Csv,
            "tsv" | "tab" => Self::Tsv,
            "json" => Self::Json,
            "jsonl" | "ndjson" => Self::JsonLines,
            _ => return None,
        })
    }

    /// As it stands in schemas.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Tsv => "tsv",
            Self::Json => "json",
            Self::JsonLines => "jsonl",
            Self::Parquet => "parquet",
            Self::Excel => "excel",
        }
    }
}

/// A file, or one sheet of it, as it was found.
#[derive(Debug, Clone)]
pub struct Part {
    /// Where it is, every link resolved.
    pub path: PathBuf,
    /// What it is called in messages.
    pub shown: String,
    pub format: Format,
    /// Of a workbook: which sheet.
    pub sheet: Option<String>,
    pub size: u64,
    pub changed: Option<SystemTime>,
}

impl Part {
    /// The file of this path, which is resolved and checked.
    pub fn new(path: PathBuf, shown: String, format: Format) -> Result<Self, ConnectorError> {
        let metadata = path
            .metadata()
            .map_err(|error| super::error::io_failed(&error, &shown))?;
        // Told here, so that a file without the right to read it fails at its opening.
        std::fs::File::open(&path).map_err(|_| files::denied(&shown))?;
        Ok(Self {
            size: metadata.len(),
            changed: metadata.modified().ok(),
            path,
            shown,
            format,
            sheet: None,
        })
    }

    /// Fails where the file is not any more what it was when it was found.
    pub fn unchanged(&self) -> Result<(), ConnectorError> {
        let metadata = self.path.symlink_metadata();
        let same = metadata.is_ok_and(|metadata| {
            metadata.len() == self.size && metadata.modified().ok() == self.changed
        });
        if same {
            return Ok(());
        }
        Err(ConnectorError::new(
            ErrorKind::ServerUnavailable,
            format!("'{}' was changed while it was being read.", self.shown),
            "Try again once it is written; write a new file beside it and rename it, so that it is \
             whole at any time.",
        )
        .because("file_changed"))
    }
}
