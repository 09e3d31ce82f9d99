use super::*;
use crate::model::secret::Sealed;
use crate::model::{OrganizationId, ProjectId, WorkspaceRef};
use crate::schema::TableRef;
use crate::store::captures::{self, CaptureDraft, Encoding};
use crate::store::projects::{self, ProjectDraft};
use crate::store::search::{self, SearchDraft};
use crate::store::{now, secrets, versions};

fn sealed() -> Sealed {
    Sealed {
        key_id: "k".into(),
        nonce: vec![1],
        ciphertext: vec![2],
    }
}

#[test]
fn two_owners_have_workspaces_of_the_same_id() {
    let fixture = Fixture::new();
    let (anna, ben) = (fixture.owner("anna"), fixture.owner("ben"));
    let id = fixture.workspace(&anna, "ws_same");
    fixture.write(|tx| workspaces::save(tx, &ben, &workspace_draft(&id, "Ben's")));
    let name = |owner: &Owner| {
        fixture
            .read(|conn| workspaces::get(conn, owner, &id))
            .unwrap()
            .name
    };
    assert_eq!(name(&anna), "ws_same");
    assert_eq!(name(&ben), "Ben's");

    assert!(fixture.write(|tx| workspaces::delete(tx, &ben, &id)));
    assert_eq!(name(&anna), "ws_same");
}

#[test]
fn the_scopes_of_a_user_and_an_organization_are_apart_even_with_equal_ids() {
    let fixture = Fixture::new();
    let user = fixture.user("anna");
    let (own, shared) = (
        Owner::User(user.id),
        Owner::Organization(user.organization_id),
    );
    let id = fixture.workspace(&own, "ws_1");
    assert!(
        fixture
            .read(|conn| workspaces::get(conn, &shared, &id))
            .is_none()
    );
    // An organization whose id is that of the user.
    let twin = Owner::Organization(OrganizationId::parse(own.id()).unwrap());
    assert!(
        fixture
            .read(|conn| workspaces::list(conn, &twin))
            .is_empty()
    );
}

#[test]
fn another_owner_reaches_no_source_by_any_id() {
    let fixture = Fixture::new();
    let (anna, ben) = (fixture.owner("anna"), fixture.owner("ben"));
    let workspace = fixture.workspace(&anna, "ws_same");
    fixture.workspace(&ben, "ws_same");
    let source = fixture.source(&anna, &workspace, "db");
    fixture.set_tables(&anna, &workspace, &source, &["a"], Hidden::Keep);
    let table = fixture.tables(&anna, &workspace, &source).remove(0);
    let draft = CaptureDraft {
        document: b"{}",
        document_gzip: b"gz",
        fingerprint: "f",
        captured_at: now(),
    };
    assert!(fixture.write(|tx| secrets::put(
        tx,
        &anna,
        &workspace,
        &source,
        "password",
        &sealed()
    )));
    assert!(fixture.write(|tx| captures::put(tx, &anna, &workspace, &source, &draft)));
    let version = version_draft(1);
    assert!(fixture.write(|tx| versions::add(tx, &anna, &workspace, &source, &version)));
    let parts = SearchDraft {
        fingerprint: "old",
        format: 1,
        parts: &[vec![1]],
    };
    assert!(fixture.write(|tx| search::put(tx, &anna, &workspace, &source, &parts)));

    fixture.read(|conn| {
        assert!(sources::get(conn, &ben, &workspace, &source)?.is_none());
        assert!(sources::get_by_name(conn, &ben, &workspace, "db")?.is_none());
        assert!(sources::get_by_table(conn, &ben, &workspace, &table.id)?.is_none());
        assert!(sources::list(conn, &ben, &workspace)?.is_empty());
        assert!(tables::get(conn, &ben, &workspace, &table.id)?.is_none());
        assert!(tables::list(conn, &ben, &workspace, &source)?.is_empty());
        assert!(tables::list_by_source(conn, &ben, &workspace)?.is_empty());
        assert!(secrets::get(conn, &ben, &workspace, &source)?.is_empty());
        assert!(captures::head(conn, &ben, &workspace, &source)?.is_none());
        assert!(search::sources(conn, &ben, &workspace)?.is_empty());
        assert!(search::outdated(conn, &ben, &workspace, 1)?.is_empty());
        assert!(captures::get(conn, &ben, &workspace, &source, Encoding::Plain)?.is_none());
        assert!(tables::known(conn, &ben, &workspace, &source)?.is_empty());
        assert!(tables::all(conn, &ben, &workspace, &source)?.is_empty());
        assert!(versions::list(conn, &ben, &workspace, &source)?.is_empty());
        assert!(versions::latest(conn, &ben, &workspace, &source)?.is_none());
        assert!(versions::document(conn, &ben, &workspace, &source, 1)?.is_none());
        Ok(())
    });
    fixture.write(|tx| {
        assert!(!tables::replace(
            tx,
            &ben,
            &workspace,
            &source,
            &[],
            Hidden::Keep
        )?);
        assert!(!secrets::put(
            tx,
            &ben,
            &workspace,
            &source,
            "password",
            &sealed()
        )?);
        assert!(!secrets::remove(tx, &ben, &workspace, &source, "password")?);
        assert!(!captures::put(tx, &ben, &workspace, &source, &draft)?);
        assert!(!captures::confirm(tx, &ben, &workspace, &source, now())?);
        let version = version_draft(2);
        assert!(!versions::add(tx, &ben, &workspace, &source, &version)?);
        assert!(!versions::confirm(tx, &ben, &workspace, &source, now())?);
        let name = |name: &str| TableRef {
            schema: table.schema.clone(),
            name: name.to_owned(),
        };
        let renames = [(name(&table.name), name("other"))];
        tables::rename(tx, &ben, &workspace, &source, &renames)?;
        tables::hide(tx, &ben, &workspace, &source, &[name(&table.name)])?;
        let seen = versions::set_last_seen(tx, &ben, &workspace, &source, 1, now())?;
        assert!(!seen && !sources::credentials_came(tx, &ben, &workspace, &source)?);
        assert!(!search::put(tx, &ben, &workspace, &source, &parts)?);
        assert!(!search::forget(tx, &ben, &workspace, &source)?);
        assert!(!sources::record_sync(tx, &ben, &workspace, &source, now())?);
        let ids = [source.to_string(), table.id.to_string()];
        let answer = sources::delete_many(tx, &ben, &workspace, &ids)?;
        assert_eq!((answer.deleted.len(), answer.not_found.len()), (0, 2));
        assert!(sources::delete_all(tx, &ben, &workspace)?.is_empty());
        Ok(())
    });
    assert_eq!(fixture.tables(&anna, &workspace, &source), [table]);
    assert_eq!(fixture.searched(&anna, &workspace), [vec![1]]);
    assert_eq!(
        fixture
            .read(|conn| secrets::get(conn, &anna, &workspace, &source))
            .len(),
        1
    );
}

#[test]
fn another_owner_reaches_no_project_and_may_have_one_of_the_same_id() {
    let fixture = Fixture::new();
    let (anna, ben) = (fixture.owner("anna"), fixture.owner("ben"));
    let workspace = fixture.workspace(&anna, "ws_same");
    let source = fixture.source(&anna, &workspace, "db");
    let id = ProjectId::parse("proj_same").unwrap();
    let draft = |name| ProjectDraft {
        id: &id,
        name,
        description: None,
        metadata: None,
    };
    let set = |owner: &Owner, sources: &[SourceId]| {
        fixture.write(|tx| projects::set_sources(tx, owner, &workspace, &id, sources))
    };
    assert!(fixture.write(|tx| projects::save(tx, &anna, &workspace, &draft("Anna's"))));
    assert_eq!(set(&anna, std::slice::from_ref(&source)), Some(Vec::new()));
    // While Ben has no workspace of that id, and when he has one.
    assert!(!fixture.write(|tx| projects::save(tx, &ben, &workspace, &draft("Ben's"))));
    fixture.workspace(&ben, "ws_same");
    fixture.read(|conn| {
        assert!(projects::get(conn, &ben, &workspace, &id)?.is_none());
        assert!(projects::list(conn, &ben, &workspace)?.is_empty());
        Ok(())
    });
    assert_eq!(set(&ben, std::slice::from_ref(&source)), None);
    fixture.write(|tx| {
        let ids = [id.to_string(), id.to_string()];
        let answer = projects::delete_many(tx, &ben, &workspace, &ids)?;
        assert_eq!((answer.deleted.len(), answer.not_found.len()), (0, 1));
        assert!(projects::delete_all(tx, &ben, &workspace)?.is_empty());
        let table = crate::model::TableId::generate();
        let arrived = tables::arrive(tx, &ben, &workspace, &source, &[(table, table_draft("t"))])?;
        assert!(arrived.is_none());
        assert!(projects::save(tx, &ben, &workspace, &draft("Ben's"))?);
        Ok(())
    });
    // A source of another's is as unknown as one that is nowhere.
    assert_eq!(
        set(&ben, std::slice::from_ref(&source)),
        Some(vec![source.clone()])
    );
    let anna_s = fixture
        .read(|conn| projects::get(conn, &anna, &workspace, &id))
        .unwrap();
    assert_eq!(
        (anna_s.name.as_str(), &anna_s.source_ids),
        ("Anna's", &vec![source])
    );
}

#[test]
fn another_workspace_of_the_same_owner_does_not_reach_a_source_either() {
    let fixture = Fixture::new();
    let anna = fixture.owner("anna");
    let (one, two) = (
        fixture.workspace(&anna, "ws_1"),
        fixture.workspace(&anna, "ws_2"),
    );
    let source = fixture.source(&anna, &one, "db");
    assert!(
        fixture
            .read(|conn| sources::get(conn, &anna, &two, &source))
            .is_none()
    );
    let answer = fixture.write(|tx| sources::delete_many(tx, &anna, &two, &[source.to_string()]));
    assert_eq!(answer.not_found, [source.to_string()]);
}

#[test]
fn nothing_is_saved_into_a_workspace_of_another_owner() {
    let fixture = Fixture::new();
    let (anna, ben) = (fixture.owner("anna"), fixture.owner("ben"));
    let workspace = fixture.workspace(&anna, "ws_anna");
    let saved = fixture.write(|tx| sources::save(tx, &ben, &workspace, &source_draft("db")));
    assert!(saved.is_none());
}

#[test]
fn each_owner_has_one_default_workspace() {
    let fixture = Fixture::new();
    let (anna, ben) = (fixture.owner("anna"), fixture.owner("ben"));
    let default = |owner| fixture.write(|tx| workspaces::default_workspace(tx, owner));
    assert_eq!(
        fixture.read(|conn| workspaces::resolve(conn, &anna, &WorkspaceRef::Default)),
        None
    );
    let first = default(&anna);
    assert_eq!(default(&anna), first);
    assert_ne!(default(&ben), first);
    assert_eq!(
        fixture.read(|conn| workspaces::resolve(conn, &anna, &WorkspaceRef::Default)),
        Some(first)
    );
}

#[test]
fn deleting_a_user_or_an_organization_takes_their_workspaces_along() {
    let fixture = Fixture::new();
    let user = fixture.user("anna");
    let own = Owner::User(user.id.clone());
    let shared = Owner::Organization(user.organization_id.clone());
    fixture.workspace(&own, "ws_1");
    fixture.workspace(&shared, "ws_1");
    fixture.write(|tx| Ok(tx.execute("DELETE FROM organization", [])?));
    let left: i64 = fixture
        .read(|conn| Ok(conn.query_row("SELECT count(*) FROM workspace", [], |row| row.get(0))?));
    assert_eq!(left, 0);
}
