//! What can be wrong with settings.

use std::path::PathBuf;

/// What is wrong with the settings. Never shows a value that may be secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// A key that nobody knows.
    #[error("{name} is not a setting of Headwater{}; take it away, or see `headwater help` for those there are", suggestion(.nearest.as_deref()))]
    Unknown {
        /// As it was written, with where.
        name: String,
        /// The key that was probably meant, written the same way.
        nearest: Option<String>,
    },
    /// A value that is of another kind than the setting.
    #[error("{name} must be {expected}")]
    Kind {
        /// The setting, and where it was written.
        name: String,
        /// What it must be.
        expected: &'static str,
    },
    /// A value that makes no sense for the setting.
    #[error("{name}: {problem}")]
    Value {
        /// The setting, and where it was written.
        name: String,
        /// What is wrong, and what would be right.
        problem: String,
    },
    /// A file that the settings name cannot be read, or is not well written.
    #[error("{}: {problem}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        problem: String,
    },
}

fn suggestion(nearest: Option<&str>) -> String {
    nearest.map_or_else(String::new, |key| format!(" (did you mean {key}?)"))
}
