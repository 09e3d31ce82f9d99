//! The sample database, so that the whole way can be seen with no database at hand.

use std::io;
use std::path::Path;

use tempfile::NamedTempFile;

use crate::connectors::{ConnectorError, sqlite};

/// The user and the organization of the demo.
pub const NAME: &str = "demo";

/// Where the sample stands below the files folder.
pub const SAMPLE: &str = "demo/shop.sqlite";

const SCRIPT: &str = include_str!("demo/shop.sql");

/// Why the sample is not there.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// Its folder cannot be written to.
    #[error("the sample database cannot be written: {0}")]
    Folder(#[from] io::Error),
    /// Its script failed.
    #[error("the sample database cannot be made: {0}")]
    Script(#[from] ConnectorError),
}

/// Makes the sample below `files_root` where it is not there yet, and answers its path below that
/// folder. It appears whole or not at all; one that is there is left as it is. Blocks.
///
/// # Errors
/// [`DemoError`] where it cannot be written.
pub fn write_sample(files_root: &Path) -> Result<&'static str, DemoError> {
    let file = files_root.join(SAMPLE);
    let folder = file.parent().unwrap_or(files_root);
    if file.exists() {
        return Ok(SAMPLE);
    }
    std::fs::create_dir_all(folder)?;
    let unfinished = NamedTempFile::new_in(folder)?.into_temp_path();
    sqlite::create_sample(&unfinished, SCRIPT)?;
    match unfinished.persist_noclobber(&file) {
        Err(error) if error.error.kind() != io::ErrorKind::AlreadyExists => Err(error.error.into()),
        // Another start was quicker: its sample is the same.
        _ => Ok(SAMPLE),
    }
}
