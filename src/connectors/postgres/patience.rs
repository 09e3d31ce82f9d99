//! Waiting for a server that has no limit of time, and not for one that is silent.

use std::pin::pin;
use std::time::Duration;

use futures_util::FutureExt;
use tokio::time::timeout;

use super::error::About;
use super::watch::Watch;
use crate::connectors::{ConnectorError, ErrorKind};

/// How long a server may be silent while rows are waited for.
const SILENCE: Duration = Duration::from_mins(5);

/// What `work` answers; an error where no byte came for too long.
pub async fn within_patience<F: Future>(
    watch: &Watch,
    about: &About,
    work: F,
) -> Result<F::Output, ConnectorError> {
    let mut work = pin!(work);
    // Mostly it is there already, and then no clock is asked.
    if let Some(done) = work.as_mut().now_or_never() {
        return Ok(done);
    }
    loop {
        let left = watch.left();
        match timeout(SILENCE, work.as_mut()).await {
            Ok(done) => return Ok(done),
            // A long row is still on its way.
            Err(_) if watch.left() < left => {}
            Err(_) => return Err(silent(about)),
        }
    }
}

fn silent(about: &About) -> ConnectorError {
    ConnectorError::new(
        ErrorKind::Timeout,
        format!(
            "{} has sent nothing for {} minutes.",
            about.place,
            SILENCE.as_secs() / 60
        ),
        "It may be overloaded, or sort a large table without an index. Try again, or order by \
         a column with an index.",
    )
}
