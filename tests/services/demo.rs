//! The sample database.

use std::time::{Duration, Instant};

use headwater::connectors::dial::Dialer;
use headwater::connectors::input::ConnectionInput;
use headwater::connectors::{Context, Session, Target, Trace, driver};
use headwater::schema::{DataType, TableKind};
use headwater::services::demo::write_sample;
use rusqlite::Connection;
use tempfile::TempDir;

async fn open(root: &TempDir, path: &str) -> Box<dyn Session> {
    let driver = driver("sqlite").unwrap();
    let input: ConnectionInput =
        serde_json::from_value(serde_json::json!({ "database": path })).unwrap();
    let draft = input.draft(driver).unwrap();
    let target = Target {
        driver,
        settings: draft.settings,
        credentials: draft.credentials,
        uploads: None,
    };
    let context = Context {
        dialer: Dialer::default(),
        files_root: root.path().to_owned(),
    };
    let connecting = driver.connector;
    connecting
        .connect(&context, &target, &Trace::default())
        .await
        .unwrap()
}

#[tokio::test]
async fn the_sample_is_a_shop_that_can_be_listed_read_and_counted() {
    let root = tempfile::tempdir().unwrap();
    let path = write_sample(root.path()).unwrap();
    let mut session = open(&root, path).await;
    let all = headwater::connectors::Selection::default();
    let tables = session.list_tables(&all).await.unwrap();
    let views = tables.iter().filter(|t| t.kind == TableKind::View).count();
    assert_eq!((tables.len(), views), (10, 2));

    let deadline = Instant::now() + Duration::from_mins(1);
    let counts = session.count_rows(&tables, deadline).await;
    let mut rows = 0;
    for (table, counted) in tables.iter().zip(counts) {
        let counted = counted.unwrap();
        assert!(counted > 0, "{} is empty", table.name);
        if table.kind == TableKind::Table {
            assert_eq!(table.row_count_estimate, Some(counted), "{}", table.name);
            rows += counted;
        }
    }
    assert!((200..=550).contains(&rows), "{rows} rows");

    let schema = session.introspect(&all).await.unwrap();
    assert!(schema.unreadable.is_empty());
    let items = schema.tables.iter().find(|t| t.name == "order_items");
    let items = items.unwrap();
    assert_eq!(items.primary_key, ["order_id", "line"]);
    let total = items.columns.iter().find(|c| c.name == "total").unwrap();
    assert_eq!(total.logical_type, DataType::Decimal(Some((10, 2))));
}

#[test]
fn the_sample_is_sound_and_the_same_wherever_it_is_made() {
    let roots = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let files = roots.each_ref().map(|root| {
        let path = write_sample(root.path()).unwrap();
        root.path().join(path)
    });
    let [first, second] = files.each_ref().map(|file| std::fs::read(file).unwrap());
    assert!(first == second, "two samples differ");
    let made = Connection::open(&files[0]).unwrap();
    for check in ["PRAGMA integrity_check", "PRAGMA foreign_key_check"] {
        let mut statement = made.prepare(check).unwrap();
        let answers = statement.query_map([], |row| row.get::<_, String>(0));
        let answers: Vec<_> = answers.unwrap().map(Result::unwrap).collect();
        assert!(
            answers.is_empty() || answers == ["ok"],
            "{check}: {answers:?}"
        );
    }
}

#[test]
fn a_sample_that_is_there_is_left_alone_and_nothing_else_is_left_behind() {
    let root = tempfile::tempdir().unwrap();
    let file = root.path().join(write_sample(root.path()).unwrap());
    std::fs::write(&file, "mine").unwrap();
    write_sample(root.path()).unwrap();
    assert_eq!(std::fs::read(&file).unwrap(), b"mine");
    assert_eq!(
        std::fs::read_dir(file.parent().unwrap()).unwrap().count(),
        1
    );
}

#[test]
fn a_folder_that_cannot_be_made_is_an_error() {
    let root = tempfile::tempdir().unwrap();
    std::fs::write(root.path().join("demo"), "a file in the way").unwrap();
    assert!(write_sample(root.path()).is_err());
}
