//! One state of the server, in which all is read that comes after.

use std::sync::atomic::Ordering;

use super::super::login::Connected;
use super::super::patience::within_patience;
use super::super::reader::{Pace, Reader, SearchPath};
use super::super::text::literal;
use crate::connectors::read::UnderWay;
use crate::connectors::{ConnectorError, ErrorKind, Snapshot, limits};

/// Begins a snapshot, or joins that of another session.
pub async fn begin(connected: &Connected, join: Option<&str>) -> Result<Snapshot, ConnectorError> {
    let work = async {
        if connected.in_snapshot.swap(false, Ordering::Relaxed) {
            let over = connected.client.batch_execute("ROLLBACK").await;
            over.map_err(|error| connected.about.work(&error, &connected.watch))?;
        }
        if join.is_some() {
            return in_one(connected, join, false).await;
        }
        match in_one(connected, None, true).await {
            // A pooler or a look-alike may not let one export it, and it is of use without.
            Err(error) if error.server_code.is_some() => in_one(connected, None, false).await,
            begun => begun,
        }
    };
    within_patience(&connected.watch, &connected.about, work).await?
}

async fn in_one(
    connected: &Connected,
    join: Option<&str>,
    export: bool,
) -> Result<Snapshot, ConnectorError> {
    let reader = connected
        .read(SearchPath::Default, Pace::AtOnce, limits::INTROSPECT)
        .await?;
    if let Some(id) = join {
        // Nothing may have been asked before.
        let sql = format!("SET TRANSACTION SNAPSHOT {}", literal(id));
        let joined = reader.each(&sql, |_| Ok(())).await;
        joined.map_err(left_behind)?;
    }
    let settings = include_str!("../sql/row_settings.sql");
    reader.each(settings, |_| Ok(())).await?;
    let shared = if export {
        let sql = "SELECT pg_catalog.pg_export_snapshot()";
        let ids = reader.all(sql, |row| Ok(row.text(0)?.to_owned())).await?;
        ids.into_iter().next()
    } else {
        join.map(str::to_owned)
    };
    let under_way = under_way(&reader).await?;
    reader.keep();
    connected.in_snapshot.store(true, Ordering::Relaxed);
    Ok(Snapshot { shared, under_way })
}

async fn under_way(reader: &Reader<'_>) -> Result<UnderWay, ConnectorError> {
    reader
        .each("SAVEPOINT headwater_under_way", |_| Ok(()))
        .await?;
    let sql = include_str!("../sql/under_way.sql");
    let asked = reader
        .all(sql, |row| Ok((row.number(0)?, row.number(1)?)))
        .await;
    let under_way = match asked.as_deref() {
        Ok([(oldest, next)]) if oldest == next => UnderWay::None,
        Ok([(oldest, next)]) => UnderWay::Some {
            oldest: *oldest,
            next: *next,
        },
        _ => UnderWay::Unknown,
    };
    let back = "ROLLBACK TO SAVEPOINT headwater_under_way; RELEASE SAVEPOINT headwater_under_way";
    reader.each(back, |_| Ok(())).await?;
    Ok(under_way)
}

/// The session that made the snapshot has ended, or it was of another server.
fn left_behind(error: ConnectorError) -> ConnectorError {
    if !matches!(
        error.kind,
        ErrorKind::ServerError | ErrorKind::UnsupportedServer
    ) {
        return error;
    }
    let meant = ConnectorError::new(
        ErrorKind::ServerUnavailable,
        "The snapshot is not there any more.",
        "Begin a new one; it lasts as long as the session that made it.",
    )
    .because("snapshot_gone");
    ConnectorError {
        server_code: error.server_code,
        server_message: error.server_message,
        ..meant
    }
}
