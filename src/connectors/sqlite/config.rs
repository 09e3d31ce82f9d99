//! What a caller may say of an `SQLite` file.

use std::path::{Component, Path};

use crate::connectors::input::SCHEME_OPTION;
use crate::connectors::{ConfigError, Draft};

const HINT: &str =
    "Name the file by its path below the files folder, such as database = \"demo/shop.sqlite\".";

/// Takes the URI parameters that say how to open the file (<https://sqlite.org/uri.html>). It is
/// opened read-only whatever they say.
pub(super) fn parameter(draft: &mut Draft, key: &str, value: &str) -> Result<bool, ConfigError> {
    match (key, value) {
        ("mode", "ro") => {}
        ("mode", "rw" | "rwc") => {
            let warning = "The file is opened read-only, whatever 'mode' says.";
            draft.warnings.push(warning.to_owned());
        }
        ("mode", "memory") => return Err(refused("A database in memory holds nothing to read.")),
        _ => return Ok(false),
    }
    Ok(true)
}

/// Checks what can be checked without looking at the folder, and drops what a file has none of.
pub(super) fn complete(draft: &mut Draft) -> Result<(), ConfigError> {
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
            .map(|(field, _)| format!("An SQLite file has no {field}; it was ignored.")),
    );
    let path = settings
        .database
        .as_deref()
        .ok_or_else(|| refused("No file is named."))?;
    if path.eq_ignore_ascii_case(":memory:") {
        return Err(refused("A database in memory holds nothing to read."));
    }
    if path
        .get(..5)
        .is_some_and(|p| p.eq_ignore_ascii_case("file:"))
    {
        return Err(refused("A path is wanted here, not a file: URI."));
    }
    if Path::new(path)
        .components()
        .any(|part| part == Component::ParentDir)
    {
        return Err(refused(
            "The path holds '..', which could leave the files folder.",
        ));
    }
    Ok(())
}

fn refused(message: &str) -> ConfigError {
    ConfigError::new("database", message, HINT)
}
