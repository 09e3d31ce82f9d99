//! One state of a cluster that several commands read (manual: Read Concern "snapshot", since 5.0).
//!
//! Servers keep states for five minutes unless told (`minSnapshotHistoryWindowInSeconds`); a cursor
//! that is read for longer ends with `SnapshotTooOld`, which is told with the reason `snapshot_too_old`.

use bson::{Bson, Document, Timestamp, doc};

use super::super::hello::{Hello, Role};
use super::super::link::Link;
use crate::connectors::read::{Snapshot, UnderWay};
use crate::connectors::{ConnectorError, ErrorKind, Stage};

/// The wire version of `MongoDB` 5.0.
const WIRE: i64 = 13;

/// Whether a server keeps states: a lone one has no clock that they could be told by.
pub fn is_offered(hello: &Hello) -> bool {
    let has_clock = matches!(hello.role, Role::Primary | Role::Secondary | Role::Router);
    has_clock && hello.wire >= WIRE
}

/// The present state, or the one that another session told.
pub async fn begin(link: &Link, join: Option<&str>) -> Result<Option<Timestamp>, ConnectorError> {
    if let Some(text) = join {
        return parse(text).map(Some);
    }
    let answer = link.command("admin", doc! { "ping": 1 }).await;
    let answer = answer.map_err(|error| link.explain(&error, None, Stage::ReadCatalog))?;
    Ok(time_of(&answer))
}

/// As other sessions are told of it.
pub fn told(time: Option<Timestamp>) -> Snapshot {
    Snapshot {
        shared: time.map(|time| format!("{}.{}", time.time, time.increment)),
        // Transactions commit late what clients made early, `_id`s among it, and none lists them.
        under_way: UnderWay::Unknown,
    }
}

/// The server's time at an answer: of its last operation, else of its cluster.
fn time_of(answer: &Document) -> Option<Timestamp> {
    let cluster = || answer.get_document("$clusterTime").ok()?.get("clusterTime");
    match answer.get("operationTime").or_else(cluster)? {
        Bson::Timestamp(time) if time.time > 0 => Some(*time),
        _ => None,
    }
}

fn parse(text: &str) -> Result<Timestamp, ConnectorError> {
    let parts = text.split_once('.');
    let parsed = parts.map(|(time, increment)| (time.parse(), increment.parse()));
    match parsed {
        Some((Ok(time), Ok(increment))) => Ok(Timestamp { time, increment }),
        _ => Err(ConnectorError::new(
            ErrorKind::ServerError,
            "The state that is to be joined is none of MongoDB's.",
            "Begin it by a session of the same server.",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_is_told_by_the_servers_own_time() {
        let time = |time, increment| Timestamp { time, increment };
        let cluster = doc! { "clusterTime": time(8, 1) };
        let of = |answer: Document| time_of(&answer);
        let both = doc! { "operationTime": time(7, 2), "$clusterTime": cluster.clone() };
        assert_eq!(of(both), Some(time(7, 2)));
        assert_eq!(of(doc! { "$clusterTime": cluster }), Some(time(8, 1)));
        assert_eq!(of(doc! { "ok": 1 }), None);
        assert_eq!(of(doc! { "operationTime": time(0, 0) }), None);
        let shared = told(Some(time(7, 2))).shared.unwrap();
        assert_eq!(parse(&shared), Ok(time(7, 2)));
        for text in ["", "7", "7.", "x.1", "00000003-0000001B-1"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn servers_that_stand_alone_or_are_old_keep_no_states() {
        let offered = |role, wire| {
            is_offered(&Hello {
                wire,
                role,
                ..Hello::default()
            })
        };
        assert!(offered(Role::Primary, 13) && offered(Role::Router, 21));
        assert!(!offered(Role::Standalone, 21) && !offered(Role::Primary, 12));
    }
}
