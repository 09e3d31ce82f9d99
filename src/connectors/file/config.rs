//! What a caller may say of files.

use std::path::{Component, Path};

use super::options::{Options, is_known};
use crate::connectors::input::SCHEME_OPTION;
use crate::connectors::{ConfigError, Draft};

const HINT: &str = "Name a file, a folder or a pattern by its path below the files folder, such as \
                    path = \"sales/2024/*.csv\".";

/// Takes one of the options that say how files are written.
#[allow(
    clippy::unnecessary_wraps,
    reason = "of the shape that all engines share"
)]
pub fn parameter(draft: &mut Draft, key: &str, value: &str) -> Result<bool, ConfigError> {
    if key == "compression" {
        // Told by the file's first bytes.
        return Ok(true);
    }
    if !is_known(key) {
        return Ok(false);
    }
    let options = &mut draft.settings.options;
    options.insert(key.to_owned(), value.to_owned());
    Ok(true)
}

/// Checks what can be checked without looking at the folder, and drops what a file has none of.
pub fn complete(draft: &mut Draft) -> Result<(), ConfigError> {
    let settings = &mut draft.settings;
    settings.options.remove(SCHEME_OPTION);
    let dropped = [
        ("host", !std::mem::take(&mut settings.hosts).is_empty()),
        ("username", settings.username.take().is_some()),
        ("password", draft.credentials.password.take().is_some()),
    ];
    draft.warnings.extend(
        dropped
            .iter()
            .filter(|(_, given)| *given)
            .map(|(field, _)| format!("A file has no {field}; it was ignored.")),
    );
    let refused = |message: &str| ConfigError::new("path", message, HINT);
    let path = settings.database.as_deref();
    let path = path.ok_or_else(|| refused("No file is named."))?;
    if Path::new(path)
        .components()
        .any(|part| part == Component::ParentDir)
    {
        let message = "The path holds '..', which could leave the files folder.";
        return Err(refused(message));
    }
    Options::read(settings).map(drop)
}
