use std::time::{Duration, Instant};

use super::*;

#[test]
fn two_programs_write_to_the_same_folder_at_once() {
    let fixture = Fixture::new();
    let anna = fixture.owner("anna");
    let other = Store::open(fixture.folder.path()).unwrap();
    std::thread::scope(|scope| {
        for (store, prefix) in [(&fixture.store, "a"), (&other, "b")] {
            let anna = &anna;
            scope.spawn(move || {
                for n in 0..50 {
                    let id = WorkspaceId::parse(&format!("{prefix}{n}")).unwrap();
                    let saved = store.write_blocking(|tx| {
                        workspaces::save(tx, anna, &workspace_draft(&id, "n"))
                    });
                    saved.unwrap();
                }
            });
        }
    });
    assert_eq!(
        fixture.read(|conn| workspaces::list(conn, &anna)).len(),
        100
    );
}

#[test]
fn a_new_folder_may_be_opened_by_several_programs_at_once() {
    let folder = tempfile::tempdir().unwrap();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| Store::open(folder.path()).unwrap());
        }
    });
}

#[tokio::test]
async fn many_readers_and_writers_wait_for_each_other() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    let tasks: Vec<_> = (0..100)
        .map(|n| {
            let store = store.clone();
            tokio::spawn(async move {
                let name = format!("org{n}");
                let id = store
                    .write(move |tx| users::ensure_organization(tx, &name))
                    .await?;
                store.read(users::any).await?;
                Ok::<_, StoreError>(id)
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn what_fails_or_panics_leaves_nothing_and_the_store_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    let failed: Result<(), StoreError> = store
        .write(|tx| {
            users::ensure_organization(tx, "org")?;
            Err(StoreError::Taken)
        })
        .await;
    assert!(matches!(failed, Err(StoreError::Taken)));
    let stopped: Result<(), StoreError> = store
        .write(|tx| {
            users::ensure_organization(tx, "org")?;
            panic!("a bug");
        })
        .await;
    assert!(matches!(stopped, Err(StoreError::Stopped)));
    let there = store.read(|conn| users::organization(conn, "org")).await;
    assert!(matches!(there, Ok(None)));
    let made = store
        .write(|tx| users::ensure_organization(tx, "org"))
        .await;
    assert!(made.is_ok());
}

#[test]
fn five_thousand_tables_are_replaced_in_the_blink_of_an_eye() {
    let fixture = Fixture::new();
    let anna = fixture.owner("anna");
    let workspace = fixture.workspace(&anna, "ws_1");
    let source = fixture.source(&anna, &workspace, "db");
    let drafts: Vec<_> = (0..5_000)
        .map(|n| table_draft(&format!("table_{n}")))
        .collect();
    for _ in 0..2 {
        let began = Instant::now();
        fixture.write(|tx| tables::replace(tx, &anna, &workspace, &source, &drafts, Hidden::Keep));
        let took = began.elapsed();
        // Some 40 ms when optimised; the bound leaves room for a busy machine and a debug build.
        assert!(took < Duration::from_secs(2), "{took:?}");
    }
    assert_eq!(fixture.tables(&anna, &workspace, &source).len(), 5_000);
}
