use super::*;
use crate::store::FILE_NAME;

#[test]
fn a_new_store_is_for_its_owner_alone_and_opens_again() {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("data");
    drop(Store::open(&folder).unwrap());
    let store = Store::open(&folder).unwrap();
    assert!(!store.read_blocking(users::any).unwrap());
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode =
            |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&folder), 0o700);
        assert_eq!(mode(&folder.join(FILE_NAME)), 0o600);
        assert_eq!(mode(&folder.join(format!("{FILE_NAME}-wal"))), 0o600);
    }
}

#[test]
fn a_store_of_a_newer_program_is_refused_with_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    (store.inner.writer.blocking_lock())
        .pragma_update(None, "user_version", 99)
        .unwrap();
    let error = Store::open(folder.path()).unwrap_err();
    assert!(matches!(error, StoreError::Newer { found: 99, .. }));
    assert!(
        error.to_string().contains("start the newer program"),
        "{error}"
    );
}

#[test]
fn a_file_that_is_no_store_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(FILE_NAME), "no database, ".repeat(99)).unwrap();
    assert!(matches!(
        Store::open(folder.path()),
        Err(StoreError::Damaged)
    ));
}

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    let root = tempfile::tempdir().unwrap();
    let file = root.path().join("file");
    std::fs::write(&file, "").unwrap();
    let error = Store::open(&file.join("data")).unwrap_err();
    assert!(matches!(error, StoreError::Folder { .. }));
    assert!(error.to_string().contains("--data-dir"), "{error}");
}

#[test]
fn a_full_disk_is_told_as_such_and_changes_nothing() {
    let fixture = Fixture::new();
    let owner = fixture.owner("anna");
    let workspace = WorkspaceId::parse("ws_1").unwrap();
    {
        let writer = fixture.store.inner.writer.blocking_lock();
        let pages: i64 = writer
            .pragma_query_value(None, "page_count", |row| row.get(0))
            .unwrap();
        writer.pragma_update(None, "max_page_count", pages).unwrap();
    }
    let description = "x".repeat(100_000);
    let refused = fixture.store.write_blocking(|tx| {
        let draft = WorkspaceDraft {
            description: Some(&description),
            ..workspace_draft(&workspace, "n")
        };
        workspaces::save(tx, &owner, &draft)
    });
    assert!(matches!(refused, Err(StoreError::Full)), "{refused:?}");
    assert!(
        fixture
            .read(|conn| workspaces::list(conn, &owner))
            .is_empty()
    );
}

#[test]
fn the_tables_of_the_store_are_those_that_were_reviewed() {
    let fixture = Fixture::new();
    let ddl: Vec<String> = fixture.read(|conn| {
        let mut statement = conn
            .prepare("SELECT type || ' ' || name FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' ORDER BY 1")?;
        let rows = statement.query_map([], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    });
    insta::assert_snapshot!(ddl.join("\n"), @r"
    index job_by_workspace
    index job_running
    index project_source_by_source
    index source_table_shown
    index token_by_user
    index user_by_organization
    index workspace_default
    table capture
    table job
    table organization
    table project
    table project_source
    table schema_version
    table schema_version_document
    table search_index
    table search_part
    table secret
    table setup_link
    table source
    table source_table
    table token
    table user
    table vault_canary
    table workspace
    ");
}
