//! Unix sockets that nobody else can reach: where a driver that insists on dialling by itself meets
//! the connection that was dialled for it.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use tempfile::TempDir;
use tokio::net::UnixListener;

use super::error::{ConnectorError, ErrorKind};

/// The longest path of a Unix socket (`sun_path`, with its NUL).
const LONGEST_PATH: usize = 107;

/// The place of such a socket. Dropping it removes the socket and its folder; connections live on.
pub struct PrivateSocket {
    path: PathBuf,
    _folder: TempDir,
}

impl PrivateSocket {
    /// Listens in a folder of its own that only this user may enter.
    ///
    /// # Errors
    /// [`ErrorKind::ServerError`] where the folder for temporary files cannot be used.
    pub fn listen() -> Result<(UnixListener, Self), ConnectorError> {
        // With the process in its name, what a crash left behind is told from what is in use.
        let folder = tempfile::Builder::new()
            .prefix(&format!("headwater-{}-", std::process::id()))
            .permissions(Permissions::from_mode(0o700))
            .tempdir()
            .map_err(|error| unusable(&error.to_string()))?;
        let path = folder.path().join("socket");
        if path.as_os_str().len() > LONGEST_PATH {
            return Err(unusable("its path is too long for a socket"));
        }
        let listener = UnixListener::bind(&path).map_err(|error| unusable(&error.to_string()))?;
        let place = Self {
            path,
            _folder: folder,
        };
        Ok((listener, place))
    }

    /// Where the driver connects to.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

fn unusable(why: &str) -> ConnectorError {
    ConnectorError::new(
        ErrorKind::ServerError,
        format!("A private temporary folder could not be used: {why}."),
        "Check the space and the rights of the folder for temporary files (TMPDIR).",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_its_user_may_enter_and_nothing_is_left_of_it() {
        let (listener, place) = PrivateSocket::listen().unwrap();
        let folder = place.path().parent().unwrap().to_owned();
        let mode = std::fs::metadata(&folder).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700);
        let dialled = tokio::net::UnixStream::connect(place.path()).await;
        assert!(dialled.is_ok() && listener.accept().await.is_ok());
        drop(place);
        assert!(!folder.exists());
    }
}
