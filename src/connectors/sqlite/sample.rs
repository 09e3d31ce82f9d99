//! Making a file from a script: the one place here that writes.

use std::path::Path;

use rusqlite::Connection;

use super::error::failed;
use crate::connectors::ConnectorError;

/// Runs `script` on the file at `path`, which is made where there is none, in one transaction.
///
/// # Errors
/// [`ConnectorError`] where the file cannot be written or the script is wrong.
pub fn create_sample(path: &Path, script: &str) -> Result<(), ConnectorError> {
    let mut connection = Connection::open(path).map_err(failed)?;
    let whole = connection.transaction().map_err(failed)?;
    whole.execute_batch(script).map_err(failed)?;
    whole.commit().map_err(failed)
}
