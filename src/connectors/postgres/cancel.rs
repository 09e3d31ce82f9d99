//! Stopping a statement that nobody waits for any more.
//!
//! A dropped future leaves its statement running at the server. Here it is stopped the way the
//! protocol has it: by a connection of its own that names the session's secret key.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::time::timeout;
use tokio_postgres::CancelToken;

use super::login::Connected;
use super::route::Route;
use super::wire::AsItIs;
use crate::connectors::Trace;

/// How long the stop may take to be sent, and a statement to end by it.
pub const STOP: Duration = Duration::from_secs(5);

/// Stops the session's statement when dropped, unless that is over.
pub struct StopOnDrop {
    armed: AtomicBool,
    token: CancelToken,
    route: Route,
}

impl Connected {
    /// A guard for the statements that come next.
    pub fn stop_on_drop(&self) -> StopOnDrop {
        StopOnDrop {
            armed: AtomicBool::new(true),
            token: self.client.cancel_token(),
            route: self.route().clone(),
        }
    }
}

impl StopOnDrop {
    /// A statement is about to run.
    pub fn arm(&self) {
        self.armed.store(true, Ordering::Relaxed);
    }

    /// Stops the statement now. Answers when the server has taken note, or could not be told.
    pub async fn now(&self) {
        let _ = timeout(STOP, stop(self.token.clone(), self.route.clone())).await;
        self.disarm();
    }

    /// There is nothing to stop any more.
    pub fn disarm(&self) {
        self.armed.store(false, Ordering::Relaxed);
    }

    /// There is nothing to stop where the server itself ended the statement.
    pub fn disarm_if_over(&self, error: &tokio_postgres::Error) {
        if error.as_db_error().is_some() || error.is_closed() {
            self.disarm();
        }
    }
}

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        let armed = *self.armed.get_mut();
        // Outside of a runtime the connection ends too, and its socket with it.
        if let (true, Ok(runtime)) = (armed, Handle::try_current()) {
            runtime.spawn(timeout(STOP, stop(self.token.clone(), self.route.clone())));
        }
    }
}

async fn stop(token: CancelToken, route: Route) {
    // Where the way is gone, the statement ends by its own timeout at the server.
    if let Ok(opened) = route.open(&Trace::default()).await {
        let _ = token.cancel_query_raw(opened.wire, AsItIs).await;
    }
}
