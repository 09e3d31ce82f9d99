//! A second connection for large catalogs. The server opens each table for each of its views, on one
//! of its processors; meanwhile another one can do the same for another view.

use std::time::Duration;

use super::client::Client;
use super::connect::Plan;
use super::server::Server;
use super::session::prepare;
use crate::connectors::Trace;

/// Fewer tables are read in the time that a connection takes.
const WORTH: usize = 1000;
/// How long is waited for the connection: where there is none to spare, one does as well.
const PATIENCE: Duration = Duration::from_secs(2);

/// Opens one where so many tables are worth it, and where the login may have two.
pub async fn open(plan: &Plan, server: &Server, tables: usize) -> Option<Client> {
    if tables < WORTH {
        return None;
    }
    let opening = async {
        let mut client = plan.open(&Trace::default()).await.ok()?.client;
        prepare(&mut client, server).await.ok()?;
        Some(client)
    };
    tokio::time::timeout(PATIENCE, opening).await.ok()?
}

/// Says goodbye.
pub async fn close(client: Client) {
    let _ = tokio::time::timeout(PATIENCE, client.quit()).await;
}
