use serde_json::json;

use super::*;
use crate::model::secret::Sealed;
use crate::model::user::TokenKind;
use crate::model::{ProjectId, TableId, TokenId};
use crate::store::captures::{self, CaptureDraft, Encoding};
use crate::store::projects::{self, ProjectDraft};
use crate::store::tokens::{self, RevokedBy};
use crate::store::{now, secrets, setup_links, versions};

#[test]
fn saving_a_workspace_again_keeps_what_is_not_given() {
    let fixture = Fixture::new();
    let anna = fixture.owner("anna");
    let id = WorkspaceId::parse("ws_1").unwrap();
    let metadata = json!({"team": "blue"}).as_object().cloned().unwrap();
    let first = WorkspaceDraft {
        description: Some("for tests"),
        metadata: Some(&metadata),
        ..workspace_draft(&id, "One")
    };
    let made = fixture.write(|tx| workspaces::save(tx, &anna, &first));
    let saved = fixture.write(|tx| workspaces::save(tx, &anna, &workspace_draft(&id, "Two")));
    assert_eq!(saved.name, "Two");
    assert_eq!(saved.description.as_deref(), Some("for tests"));
    assert_eq!(saved.metadata, metadata);
    assert_eq!(saved.created_at, made.created_at);
    assert_eq!(fixture.read(|conn| workspaces::list(conn, &anna)).len(), 1);
}

#[test]
fn a_source_of_the_same_name_is_updated_and_keeps_its_id() {
    let fixture = Fixture::new();
    let anna = fixture.owner("anna");
    let workspace = fixture.workspace(&anna, "ws_1");
    let metadata = json!({"k": 1}).as_object().cloned().unwrap();
    let tested = now();
    let draft = SourceDraft {
        metadata: Some(&metadata),
        tested_at: Some(tested),
        ..source_draft("db")
    };
    let first = fixture
        .write(|tx| sources::save(tx, &anna, &workspace, &draft))
        .unwrap();
    let again = SourceDraft {
        host: Some("other"),
        settings: r#"{"a":1}"#,
        ..source_draft("db")
    };
    let second = fixture
        .write(|tx| sources::save(tx, &anna, &workspace, &again))
        .unwrap();
    assert_eq!(first, second);
    let record = fixture
        .read(|conn| sources::get(conn, &anna, &workspace, &first))
        .unwrap();
    assert_eq!(record.source.host.as_deref(), Some("other"));
    assert_eq!(record.source.metadata, metadata);
    assert_eq!(record.source.last_tested_at, Some(tested));
    assert_eq!(record.settings, r#"{"a":1}"#);
    assert_eq!(record.server_version.as_deref(), Some("17.2"));
    assert_eq!(
        fixture
            .read(|conn| workspaces::get(conn, &anna, &workspace))
            .unwrap()
            .source_count,
        1
    );
}

#[test]
fn a_project_keeps_what_is_not_given_and_lets_go_of_a_source_that_is_deleted() {
    let fixture = Fixture::new();
    let anna = fixture.owner("anna");
    let workspace = fixture.workspace(&anna, "ws_1");
    let (one, two) = (
        fixture.source(&anna, &workspace, "b"),
        fixture.source(&anna, &workspace, "a"),
    );
    let id = ProjectId::generate();
    let metadata = json!({"k": 1}).as_object().cloned().unwrap();
    let save = |name, description, metadata| {
        let draft = ProjectDraft {
            id: &id,
            name,
            description,
            metadata,
        };
        fixture.write(|tx| projects::save(tx, &anna, &workspace, &draft))
    };
    let get = || {
        fixture
            .read(|conn| projects::get(conn, &anna, &workspace, &id))
            .unwrap()
    };
    assert!(save("One", Some("why"), Some(&metadata)));
    let ids = [one.clone(), two.clone(), one.clone()];
    fixture.write(|tx| projects::set_sources(tx, &anna, &workspace, &id, &ids));
    assert!(save("Two", None, None));
    let kept = get();
    assert_eq!(
        (kept.name.as_str(), kept.description.as_deref()),
        ("Two", Some("why"))
    );
    assert_eq!(kept.metadata, metadata);
    assert_eq!(kept.source_ids, [two.clone(), one.clone()]);
    assert!(save("Two", Some(""), None));
    assert_eq!(get().description, None);

    fixture.write(|tx| sources::delete_many(tx, &anna, &workspace, &[one.to_string()]));
    assert_eq!((get().source_count, get().source_ids), (1, vec![two]));
    let count = || {
        fixture
            .read(|conn| workspaces::get(conn, &anna, &workspace))
            .unwrap()
            .project_count
    };
    assert_eq!(count(), 1);
    assert_eq!(
        fixture.write(|tx| projects::delete_all(tx, &anna, &workspace)),
        std::slice::from_ref(&id)
    );
    assert_eq!(count(), 0);
}

#[test]
fn what_arrives_keeps_its_id_where_nobody_has_it() {
    let fixture = Fixture::new();
    let (anna, ben) = (fixture.owner("anna"), fixture.owner("ben"));
    let (from, to) = (
        fixture.workspace(&anna, "ws_1"),
        fixture.workspace(&ben, "ws_1"),
    );
    let (wanted, table) = (SourceId::generate(), TableId::generate());
    let arrive = |owner: &Owner, workspace: &WorkspaceId| {
        fixture.write(|tx| {
            let id = sources::arrive(tx, owner, workspace, &wanted, &source_draft("db"))?.unwrap();
            let tables = [(table.clone(), table_draft("t"))];
            let tables = tables::arrive(tx, owner, workspace, &id, &tables)?.unwrap();
            Ok((id, tables[0].clone()))
        })
    };
    assert_eq!(arrive(&anna, &from), (wanted.clone(), table.clone()));
    let (id, other) = arrive(&ben, &to);
    assert!(id != wanted && other != table);
}

#[test]
fn tables_keep_their_ids_when_the_set_is_replaced() {
    let fixture = Fixture::new();
    let anna = fixture.owner("anna");
    let workspace = fixture.workspace(&anna, "ws_1");
    let source = fixture.source(&anna, &workspace, "db");
    fixture.set_tables(&anna, &workspace, &source, &["a", "b"], Hidden::Keep);
    let before = fixture.tables(&anna, &workspace, &source);
    fixture.set_tables(&anna, &workspace, &source, &["b", "c"], Hidden::Keep);
    let after = fixture.tables(&anna, &workspace, &source);
    assert_eq!(
        after.iter().map(|t| t.name.as_str()).collect::<Vec<_>>(),
        ["b", "c"]
    );
    assert_eq!(before[1].id, after[0].id);
    assert_eq!(after[0].row_count, Some(3));
    let record = fixture
        .read(|conn| sources::get_by_table(conn, &anna, &workspace, &after[0].id))
        .unwrap();
    assert_eq!((record.source.id, record.source.table_count), (source, 2));
}

#[test]
fn a_table_of_an_engine_without_schemas_has_none() {
    let fixture = Fixture::new();
    let anna = fixture.owner("anna");
    let workspace = fixture.workspace(&anna, "ws_1");
    let source = fixture.source(&anna, &workspace, "db");
    let drafts = [TableDraft {
        schema: None,
        ..table_draft("a")
    }];
    for _ in 0..2 {
        fixture.write(|tx| tables::replace(tx, &anna, &workspace, &source, &drafts, Hidden::Keep));
    }
    let tables = fixture.tables(&anna, &workspace, &source);
    assert_eq!(tables.len(), 1);
    assert_eq!(tables[0].schema, None);
}

#[test]
fn a_deleted_table_stays_deleted_until_its_source_is_connected_again() {
    let fixture = Fixture::new();
    let anna = fixture.owner("anna");
    let workspace = fixture.workspace(&anna, "ws_1");
    let source = fixture.source(&anna, &workspace, "db");
    fixture.set_tables(&anna, &workspace, &source, &["a", "b"], Hidden::Keep);
    let id = fixture.tables(&anna, &workspace, &source)[0].id.to_string();
    let delete = || {
        fixture.write(|tx| sources::delete_many(tx, &anna, &workspace, std::slice::from_ref(&id)))
    };
    assert_eq!(delete().deleted, std::slice::from_ref(&id));
    assert_eq!(delete().not_found, std::slice::from_ref(&id));

    fixture.set_tables(&anna, &workspace, &source, &["b"], Hidden::Keep);
    fixture.set_tables(&anna, &workspace, &source, &["a", "b"], Hidden::Keep);
    assert_eq!(fixture.tables(&anna, &workspace, &source).len(), 1);
    let known = fixture.read(|conn| tables::known(conn, &anna, &workspace, &source));
    let known: Vec<_> = known
        .iter()
        .map(|table| (table.name.name.as_str(), table.hidden))
        .collect();
    assert_eq!(known, [("a", true), ("b", false)]);

    fixture.set_tables(&anna, &workspace, &source, &["a", "b"], Hidden::Reveal);
    assert_eq!(fixture.tables(&anna, &workspace, &source).len(), 2);
}

#[test]
fn sources_and_tables_are_deleted_in_any_mixture() {
    let fixture = Fixture::new();
    let anna = fixture.owner("anna");
    let workspace = fixture.workspace(&anna, "ws_1");
    let (one, two) = (
        fixture.source(&anna, &workspace, "one"),
        fixture.source(&anna, &workspace, "two"),
    );
    fixture.set_tables(&anna, &workspace, &one, &["a"], Hidden::Keep);
    let table = fixture.tables(&anna, &workspace, &one)[0].id.to_string();
    let ids = [
        one.to_string(),
        "source_123".to_owned(),
        table.clone(),
        one.to_string(),
    ];
    let answer = fixture.write(|tx| sources::delete_many(tx, &anna, &workspace, &ids));
    assert_eq!(answer.deleted, [one.to_string(), table]);
    assert_eq!(answer.not_found, ["source_123"]);
    assert_eq!(
        fixture.write(|tx| sources::delete_all(tx, &anna, &workspace)),
        [two]
    );
}

#[test]
fn all_below_a_workspace_goes_with_it() {
    let fixture = Fixture::new();
    let anna = fixture.owner("anna");
    let workspace = fixture.workspace(&anna, "ws_1");
    let source = fixture.source(&anna, &workspace, "db");
    fixture.set_tables(&anna, &workspace, &source, &["a"], Hidden::Keep);
    let sealed = Sealed {
        key_id: "k".into(),
        nonce: vec![1],
        ciphertext: vec![2],
    };
    let draft = CaptureDraft {
        document: b"{}",
        document_gzip: b"gz",
        fingerprint: "f",
        captured_at: now(),
    };
    fixture.write(|tx| secrets::put(tx, &anna, &workspace, &source, "password", &sealed));
    fixture.write(|tx| captures::put(tx, &anna, &workspace, &source, &draft));
    fixture.write(|tx| versions::add(tx, &anna, &workspace, &source, &version_draft(1)));
    assert!(fixture.write(|tx| workspaces::delete(tx, &anna, &workspace)));
    for table in [
        "source",
        "source_table",
        "secret",
        "capture",
        "schema_version",
        "schema_version_document",
    ] {
        let count: i64 = fixture.read(|conn| {
            Ok(
                conn.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| {
                    row.get(0)
                })?,
            )
        });
        assert_eq!(count, 0, "{table}");
    }
}

#[test]
fn a_capture_is_read_plain_compressed_or_by_its_head_alone() {
    let fixture = Fixture::new();
    let anna = fixture.owner("anna");
    let workspace = fixture.workspace(&anna, "ws_1");
    let source = fixture.source(&anna, &workspace, "db");
    let draft = CaptureDraft {
        document: b"{}",
        document_gzip: b"gz",
        fingerprint: "f1",
        captured_at: now(),
    };
    assert!(!fixture.write(|tx| captures::confirm(tx, &anna, &workspace, &source, now())));
    fixture.write(|tx| captures::put(tx, &anna, &workspace, &source, &draft));
    let later = now() + jiff::SignedDuration::from_secs(5);
    assert!(fixture.write(|tx| captures::confirm(tx, &anna, &workspace, &source, later)));
    fixture.read(|conn| {
        let body = |encoding| captures::get(conn, &anna, &workspace, &source, encoding);
        assert_eq!(body(Encoding::Plain)?.unwrap().body, b"{}");
        assert_eq!(body(Encoding::Gzip)?.unwrap().body, b"gz");
        let head = captures::head(conn, &anna, &workspace, &source)?.unwrap();
        assert_eq!((head.fingerprint.as_str(), head.captured_at), ("f1", later));
        let listed = sources::list(conn, &anna, &workspace)?.remove(0);
        assert_eq!(listed.source.schema_captured_at, Some(later));
        Ok(())
    });
}

#[test]
fn a_sealed_field_is_replaced_and_removed() {
    let fixture = Fixture::new();
    let anna = fixture.owner("anna");
    let workspace = fixture.workspace(&anna, "ws_1");
    let source = fixture.source(&anna, &workspace, "db");
    let sealed = |byte| Sealed {
        key_id: "k".into(),
        nonce: vec![byte],
        ciphertext: vec![byte],
    };
    fixture.write(|tx| {
        secrets::put(tx, &anna, &workspace, &source, "password", &sealed(1))?;
        secrets::put(tx, &anna, &workspace, &source, "password", &sealed(2))
    });
    let kept = fixture.read(|conn| secrets::get(conn, &anna, &workspace, &source));
    assert_eq!(
        kept.into_iter().collect::<Vec<_>>(),
        [("password".to_owned(), sealed(2))]
    );
    assert!(fixture.write(|tx| secrets::remove(tx, &anna, &workspace, &source, "password")));
    assert!(!fixture.write(|tx| secrets::remove(tx, &anna, &workspace, &source, "password")));
}

#[test]
fn a_name_is_taken_within_its_organization_whatever_its_case() {
    let fixture = Fixture::new();
    fixture.user("anna");
    let taken = fixture.store.write_blocking(|tx| {
        let organization = users::ensure_organization(tx, "ORG")?;
        let draft = users::UserDraft {
            organization: &organization,
            name: "Anna",
            role: Role::Viewer,
            password_hash: "hash",
        };
        users::add(tx, &draft)
    });
    assert!(matches!(taken, Err(StoreError::Taken)));
}

#[test]
fn a_name_that_is_in_two_organizations_is_found_only_with_its_organization() {
    let fixture = Fixture::new();
    fixture.user("anna");
    let find = |organization: Option<&str>| {
        fixture
            .read(|conn| users::credentials_by_name(conn, "anna", organization))
            .is_some()
    };
    assert!(find(None));
    fixture.write(|tx| {
        let organization = users::ensure_organization(tx, "second")?;
        let draft = users::UserDraft {
            organization: &organization,
            name: "anna",
            role: Role::Viewer,
            password_hash: "hash",
        };
        users::add(tx, &draft)
    });
    assert!(!find(None));
    assert!(find(Some("second")) && find(Some("org")) && !find(Some("third")));
}

#[test]
fn a_token_is_revoked_by_its_user_or_organization_alone() {
    let fixture = Fixture::new();
    let (anna, ben) = (fixture.user("anna"), fixture.user("ben"));
    let token = fixture.write(|tx| tokens::add(tx, &anna.id, "t", TokenKind::Api, None));
    assert!(!fixture.write(|tx| tokens::revoke(tx, &token.id, RevokedBy::User(&ben.id))));
    let by = RevokedBy::Organization(&anna.organization_id);
    assert!(fixture.write(|tx| tokens::revoke(tx, &token.id, by)));
    let bearer = fixture
        .read(|conn| tokens::bearer(conn, &token.id))
        .unwrap();
    assert!(bearer.revoked_at.is_some());
    assert_eq!(bearer.user.name, "anna");
    let unknown = TokenId::generate();
    assert!(!fixture.write(|tx| tokens::revoke(tx, &unknown, RevokedBy::Operator)));
}

#[test]
fn a_set_up_token_works_once_and_in_time() {
    let fixture = Fixture::new();
    let later = now() + jiff::SignedDuration::from_mins(30);
    fixture.write(|tx| setup_links::replace(tx, b"first", later));
    fixture.write(|tx| setup_links::replace(tx, b"second", later));
    assert!(!fixture.write(|tx| setup_links::take(tx, b"first")));
    assert!(fixture.write(|tx| setup_links::take(tx, b"second")));
    assert!(!fixture.write(|tx| setup_links::take(tx, b"second")));
    fixture.write(|tx| setup_links::replace(tx, b"late", now()));
    assert!(!fixture.write(|tx| setup_links::take(tx, b"late")));
}
