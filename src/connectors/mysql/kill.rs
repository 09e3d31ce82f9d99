//! Stopping what a server still does for somebody who went away.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use super::connect::Plan;
use crate::connectors::Trace;

/// How long telling the server may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// Does work on the connection `thread`. Where the future is dropped half-way, a second connection
/// tells the server to stop: it would not notice before it has something to send.
pub async fn stopping<T>(plan: &Arc<Plan>, thread: u32, work: impl Future<Output = T>) -> T {
    let mut guard = Guard {
        plan: Some(Arc::clone(plan)),
        thread,
    };
    let result = work.await;
    guard.plan = None;
    result
}

struct Guard {
    plan: Option<Arc<Plan>>,
    thread: u32,
}

impl Drop for Guard {
    fn drop(&mut self) {
        let (Some(plan), Ok(runtime)) = (self.plan.take(), tokio::runtime::Handle::try_current())
        else {
            return;
        };
        let thread = self.thread;
        runtime.spawn(async move { stop(&plan, thread).await });
    }
}

/// Tells the server to stop what it does on the connection `thread`.
pub async fn stop(plan: &Plan, thread: u32) {
    // Where it fails (a limit on the account's connections, say), the session's own time limit ends
    // the statement, or the end of its connection.
    let told = async {
        if let Ok(mut opened) = plan.open(&Trace::default()).await {
            let _ = opened.client.execute(&format!("KILL QUERY {thread}")).await;
            opened.client.quit().await;
        }
    };
    let _ = tokio::time::timeout(PATIENCE, told).await;
}
