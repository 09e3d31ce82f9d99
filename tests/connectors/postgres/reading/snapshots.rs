//! One state, in one session and in several.

use headwater::connectors::read::UnderWay;
use headwater::connectors::{ErrorKind, Selection};
use serde_json::json;

use super::super::Database;
use super::{all_of, ask, int, question, read};

#[tokio::test]
async fn sessions_share_one_state_whatever_happens_meanwhile() {
    let Some(database) = Database::with("CREATE TABLE t AS SELECT 1 AS id").await else {
        return;
    };
    let mut first = database.connect(json!({})).await;
    let wanted = all_of(&mut *first, "t").await;
    let snapshot = first.begin_snapshot(None).await.unwrap();
    let shared = snapshot.shared.unwrap();
    let admin = &database.admin;
    admin
        .batch_execute("INSERT INTO t VALUES (2)")
        .await
        .unwrap();
    let mut second = database.connect(json!({})).await;
    let joined = second.begin_snapshot(Some(&shared)).await.unwrap();
    assert_eq!(joined.shared, Some(shared));
    let mut outside = database.connect(json!({})).await;
    for _ in 0..2 {
        for session in [&mut first, &mut second] {
            assert_eq!(read(&mut **session, &wanted).await.unwrap().ids(), [1]);
            let largest = session.largest(&wanted, "id").await.unwrap();
            assert_eq!(largest.as_deref(), Some("1"));
            // Other work neither leaves the state nor ends it, nor does what is refused.
            let schema = session.introspect(&Selection::default()).await.unwrap();
            assert_eq!(schema.tables.len(), 1);
            let refused = ask(&mut **session, &question("SELECT 1/0", vec![])).await;
            assert_eq!(refused.unwrap_err().kind, ErrorKind::InvalidQuery);
            let count = question("SELECT count(*) FROM t", vec![]);
            let count = ask(&mut **session, &count).await.unwrap();
            assert_eq!(count.rows, [[int(1)]]);
        }
        assert_eq!(read(&mut *outside, &wanted).await.unwrap().rows.len(), 2);
    }
    // The next snapshot is a new one.
    first.begin_snapshot(None).await.unwrap();
    assert_eq!(read(&mut *first, &wanted).await.unwrap().rows.len(), 2);
}

#[tokio::test]
async fn a_snapshot_that_is_gone_is_told_and_another_one_can_begin() {
    let Some(database) = Database::with("").await else {
        return;
    };
    let mut session = database.connect(json!({})).await;
    for id in ["00000003-0000001B-1", "no id' at \\ all"] {
        let error = session.begin_snapshot(Some(id)).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::ServerUnavailable, "{error:?}");
        assert_eq!(error.reason, Some("snapshot_gone"));
    }
    session.begin_snapshot(None).await.unwrap();
}

#[tokio::test]
async fn transactions_under_way_are_told_by_their_numbers() {
    let Some(database) = Database::with("CREATE TABLE t (id int)").await else {
        return;
    };
    let mut session = database.connect(json!({})).await;
    let admin = &database.admin;
    admin
        .batch_execute("BEGIN; INSERT INTO t VALUES (1)")
        .await
        .unwrap();
    let sql = "SELECT txid_current()";
    let own: i64 = admin.query_one(sql, &[]).await.unwrap().get(0);
    let own = u64::try_from(own).unwrap();
    match session.begin_snapshot(None).await.unwrap().under_way {
        UnderWay::Some { oldest, next } => assert!(oldest <= own && own < next),
        other => panic!("{other:?}"),
    }
    admin.batch_execute("COMMIT").await.unwrap();
    // Other tests write to this server too, and have begun before.
    for _ in 0..10_000 {
        match session.begin_snapshot(None).await.unwrap().under_way {
            UnderWay::None => return,
            UnderWay::Some { oldest, next } => assert!(own < next && oldest < next),
            UnderWay::Unknown => panic!("a server of these days knows"),
        }
    }
    panic!("something was always under way");
}
