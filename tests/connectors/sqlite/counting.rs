//! Exact counts, bounded in time.

use std::time::{Duration, Instant};

use headwater::connectors::{Selection, Session, TableEntry, Trace};
use serde_json::json;

use super::{Folder, target};

/// Takes for ever, and SQLite cannot know.
const ENDLESS: &str =
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) AS c FROM n";

async fn all(session: &mut Box<dyn Session>) -> Vec<TableEntry> {
    session.list_tables(&Selection::default()).await.unwrap()
}

fn in_ms(ms: u64) -> Instant {
    Instant::now() + Duration::from_millis(ms)
}

#[tokio::test]
async fn tables_views_and_the_query_are_counted_in_the_order_asked() {
    let folder = Folder::with(
        r#"CREATE TABLE "odd "" name" (a); INSERT INTO "odd "" name" VALUES (1), (2), (NULL);
           CREATE TABLE empty (a); CREATE VIEW few AS SELECT a FROM "odd "" name" WHERE a > 1;
           CREATE VIEW broken AS SELECT * FROM gone"#,
    );
    let query = "SELECT 1 UNION ALL SELECT 2;";
    let target = target(json!({ "database": "a.db", "query": query })).unwrap();
    let mut session = folder
        .open_target(&target, &Trace::default())
        .await
        .unwrap();
    let tables = session
        .list_tables(&target.settings.selection)
        .await
        .unwrap();
    let names: Vec<_> = tables.iter().map(|t| t.name.as_str()).collect();
    assert_eq!(names, ["broken", "empty", "few", "odd \" name", "query"]);
    let counts = session.count_rows(&tables, in_ms(60_000)).await;
    assert_eq!(counts, [None, Some(0), Some(1), Some(3), Some(2)]);
}

#[tokio::test]
async fn a_count_that_takes_too_long_ends_at_the_deadline_and_keeps_the_others() {
    let folder = Folder::with(&format!(
        "CREATE TABLE a (x); CREATE VIEW b AS {ENDLESS}; CREATE TABLE c (x)"
    ));
    let mut session = folder.open("a.db").await.unwrap();
    let tables = all(&mut session).await;
    let begun = Instant::now();
    let counts = session.count_rows(&tables, in_ms(200)).await;
    assert_eq!(counts, [Some(0), None, None]);
    assert!(begun.elapsed() < Duration::from_secs(5));
    // The connection is as good as before.
    assert_eq!(
        session.count_rows(&tables[..1], in_ms(60_000)).await,
        [Some(0)]
    );
}

#[tokio::test]
async fn dropping_the_future_stops_the_statement() {
    let folder = Folder::with(&format!("CREATE VIEW a AS {ENDLESS}"));
    let mut session = folder.open("a.db").await.unwrap();
    let tables = all(&mut session).await;
    let counting = session.count_rows(&tables, in_ms(3_600_000));
    tokio::time::timeout(Duration::from_millis(100), counting)
        .await
        .unwrap_err();
    // The next one gets the connection once the statement has ended.
    let listed = tokio::time::timeout(Duration::from_secs(5), all(&mut session)).await;
    assert_eq!(listed.unwrap().len(), 1);
}
