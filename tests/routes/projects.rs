//! `/projects/…`: saving, listing, loading, deleting, copying. Export and import stand in
//! `project_transfer`.

use serde_json::{Value, json};

use crate::support::app::TestApp;
use crate::support::client::Client;

/// Two connected sources of the caller's default workspace, `one` and `two`: their ids.
pub(super) async fn sources(app: &TestApp, client: &Client) -> [Value; 2] {
    let file = app.data_dir().join("files/a.sqlite");
    rusqlite::Connection::open(file)
        .unwrap()
        .execute_batch("CREATE TABLE IF NOT EXISTS t (a); CREATE TABLE IF NOT EXISTS u (b)")
        .unwrap();
    let mut ids = Vec::new();
    for name in ["one", "two"] {
        let database = json!({"databaseType": "sqlite", "database": "a.sqlite", "name": name});
        ids.push(client.connect(database).await["source_id"].clone());
    }
    ids.try_into().unwrap()
}

pub(super) async fn saved(client: &Client, project: Value) -> Value {
    client
        .post("/projects/save", json!({ "project": project }))
        .await
        .ok()
}

#[actix_web::test]
async fn a_project_is_saved_listed_loaded_updated_and_deleted_under_both_base_paths() {
    let app = TestApp::start();
    let admin = app.admin();
    let [one, two] = sources(&app, &admin).await;
    let long = admin.at(format!("{}/jarvispy/acme/admin/api/v1", app.url));
    for (client, path) in [
        (&admin, "/projects/workspace_id"),
        (&admin, "/projects/default"),
        (&long, "/projects"),
    ] {
        let project = json!({"name": "Churn", "description": "Who leaves", "metadata": {"a": [1]},
            "source_ids": [two, one, two]});
        let answer = client
            .post(&format!("{path}/save"), json!({ "project": project }))
            .await;
        assert_eq!(answer.body["message"], "Project saved successfully");
        let saved = answer.ok();
        let id = saved["project_id"].as_str().unwrap().to_owned();
        assert!(
            id.starts_with("proj_") && saved["id"] == saved["project_id"],
            "{saved}"
        );
        assert_eq!(saved["source_ids"], json!([one, two]), "by name, each once");

        let update = json!({"project": {"id": id, "name": "Leavers", "description": null}});
        let updated = client.post(&format!("{path}/save"), update).await.ok();
        assert_eq!(updated["name"], "Leavers");
        let update = json!({"project": {"id": id, "source_ids": [one]}});
        let updated = client.post(&format!("{path}/save"), update).await.ok();
        assert_eq!(
            json!([
                updated["name"],
                updated["description"],
                updated["metadata"],
                updated["created_at"]
            ]),
            json!(["Leavers", "Who leaves", {"a": [1]}, saved["created_at"]]),
            "what is absent stays"
        );

        let by_query = client
            .get(&format!("{path}/list?scopes=user,organization"))
            .await
            .ok();
        let body = json!({"scopes": ["user", "organization"]});
        assert_eq!(
            client.post(&format!("{path}/list"), body).await.ok(),
            by_query
        );
        assert_eq!(by_query.as_array().map(Vec::len), Some(1), "{by_query}");
        assert_eq!(
            json!([by_query[0]["id"], by_query[0]["source_count"]]),
            json!([id, 1])
        );
        let other = client
            .get(&format!("{path}/list?scopes=organization"))
            .await
            .ok();
        assert_eq!(other, json!([]));

        let loaded = client
            .get(&format!("{path}/load?project_id={id}&scope=user"))
            .await
            .ok();
        let body = json!({"project": {"id": id, "scope": "user"}});
        assert_eq!(
            client
                .post(&format!("{path}/load"), body.clone())
                .await
                .ok(),
            loaded
        );
        let listed = client.get("/data/list").await.ok();
        assert_eq!(
            loaded["sources"],
            json!([listed[0]]),
            "as in the list of sources"
        );

        let workspace = client.get("/workspaces/default/load").await.ok();
        assert_eq!(
            json!([workspace["project_count"], workspace["projects"][0]["id"]]),
            json!([1, id])
        );
        let cleaned = client.post(&format!("{path}/cleanup"), body).await.ok();
        assert_eq!(
            cleaned,
            json!({"deleted_count": 1, "deleted_ids": [id], "not_found_ids": []})
        );
        client
            .get(&format!("{path}/load?project_id={id}"))
            .await
            .failed(404, "not_found");
        let workspaces = client.get("/workspaces/list").await.ok();
        assert_eq!(
            json!([
                workspaces[0]["project_count"],
                workspaces[0]["source_count"]
            ]),
            json!([0, 2])
        );
    }
}

#[actix_web::test]
async fn a_cleanup_deletes_what_is_named_or_all_of_the_scope() {
    let app = TestApp::start();
    let admin = app.admin();
    for id in ["a", "b", "c", "d"] {
        saved(&admin, json!({"id": id, "name": id})).await;
    }
    saved(
        &admin,
        json!({"id": "a", "name": "shared", "scope": "organization"}),
    )
    .await;
    let misspelled = json!({"projects": ["b"]});
    let refused = admin.post("/projects/cleanup", misspelled).await;
    refused.failed(400, "invalid_field");
    for (body, deleted, not_found) in [
        (json!({"project_ids": []}), json!([]), json!([])),
        (
            json!({"project_ids": ["b", "x y", "b"]}),
            json!(["b"]),
            json!(["x y"]),
        ),
        (json!({"project_id": "c"}), json!(["c"]), json!([])),
        (json!({"scope": "user"}), json!(["a", "d"]), json!([])),
        (
            json!({"project": {"id": "d", "scope": "organization"}}),
            json!([]),
            json!(["d"]),
        ),
        (json!({"scope": "organization"}), json!(["a"]), json!([])),
    ] {
        let cleaned = admin.post("/projects/cleanup", body.clone()).await.ok();
        assert_eq!(cleaned["deleted_ids"], deleted, "{body}");
        assert_eq!(cleaned["not_found_ids"], not_found, "{body}");
        assert_eq!(cleaned["deleted_count"], deleted.as_array().unwrap().len());
    }
}

#[actix_web::test]
async fn what_makes_no_sense_is_refused_by_its_field_and_nothing_is_kept() {
    let app = TestApp::start();
    let admin = app.admin();
    let [one, _] = sources(&app, &admin).await;
    let huge = "x".repeat(201);
    let many = vec!["source_x"; 10_001];
    for (path, body, code, at) in [
        ("save", json!({}), "missing_field", "project"),
        ("save", json!({"project": "p"}), "invalid_field", "project"),
        (
            "save",
            json!({"project": {}}),
            "missing_field",
            "project.name",
        ),
        (
            "save",
            json!({"project": {"id": "new"}}),
            "missing_field",
            "project.name",
        ),
        (
            "save",
            json!({"project": {"name": 7}}),
            "invalid_field",
            "project.name",
        ),
        (
            "save",
            json!({"project": {"name": huge}}),
            "invalid_field",
            "project.name",
        ),
        (
            "save",
            json!({"project": {"name": "two\nlines"}}),
            "invalid_field",
            "project.name",
        ),
        (
            "save",
            json!({"project": {"name": "x", "id": "a b"}}),
            "invalid_field",
            "project.id",
        ),
        (
            "save",
            json!({"project": {"name": "x", "metadata": []}}),
            "invalid_field",
            "project.metadata",
        ),
        (
            "save",
            json!({"project": {"name": "x", "scope": "galaxy"}}),
            "invalid_field",
            "project.scope",
        ),
        (
            "save",
            json!({"project": {"name": "x", "source_ids": one}}),
            "invalid_field",
            "project.source_ids",
        ),
        (
            "save",
            json!({"project": {"name": "x", "source_ids": [one, 7]}}),
            "invalid_field",
            "project.source_ids[1]",
        ),
        (
            "save",
            json!({"project": {"name": "x", "source_ids": [one, "a b"]}}),
            "invalid_field",
            "project.source_ids[1]",
        ),
        (
            "save",
            json!({"project": {"name": "x", "source_ids": many}}),
            "invalid_field",
            "project.source_ids",
        ),
        ("list", json!({"scopes": "user"}), "invalid_field", "scopes"),
        (
            "list",
            json!({"scopes": ["galaxy"]}),
            "invalid_field",
            "scopes[0]",
        ),
        (
            "load",
            json!({"project": {"scope": "user"}}),
            "missing_field",
            "project.id",
        ),
        (
            "cleanup",
            json!({"project": {"scope": "user"}}),
            "missing_field",
            "project.id",
        ),
        (
            "cleanup",
            json!({"project_ids": "all"}),
            "invalid_field",
            "project_ids",
        ),
        (
            "cleanup",
            json!({"project_ids": many}),
            "invalid_field",
            "project_ids",
        ),
        (
            "copy",
            json!({"project": {"id": "p"}, "name": ""}),
            "invalid_field",
            "name",
        ),
        (
            "copy",
            json!({"project": {"id": "p"}, "to": {"workspace_id": "a b"}}),
            "invalid_field",
            "to.workspace_id",
        ),
    ] {
        let failed = admin
            .post(&format!("/projects/default/{path}"), body.clone())
            .await;
        let failed = failed.failed(400, code);
        assert_eq!(failed["error"]["details"]["path"], at, "{path} {body}");
    }
    for path in [
        "list?scopes=user,galaxy",
        "list?scope=galaxy",
        "load",
        "load?project_id=p&scope=x",
    ] {
        assert_eq!(
            admin.get(&format!("/projects/{path}")).await.status,
            400,
            "{path}"
        );
    }
    for id in ["proj_nope", "a%20b"] {
        let path = format!("/projects/load?project_id={id}");
        admin.get(&path).await.failed(404, "not_found");
    }
    let unknown = json!({"project": {"name": "x", "source_ids": [one, "source_nope", "tbl_nope"]}});
    let failed = admin
        .post("/projects/save", unknown)
        .await
        .failed(404, "not_found");
    assert_eq!(
        failed["error"]["details"]["missing"],
        json!(["source_nope", "tbl_nope"])
    );
    assert!(
        failed["message"]
            .as_str()
            .unwrap()
            .contains("source_nope, tbl_nope"),
        "{failed}"
    );
    assert_eq!(admin.get("/projects/list").await.ok(), json!([]));

    let body = json!({"project": {"name": "x", "colour": "red"}, "more": 1});
    let answer = admin.post("/projects/save", body).await.ok();
    let warnings = answer["warnings"].to_string();
    assert!(
        warnings.contains("'project.colour'") && warnings.contains("'more'"),
        "{warnings}"
    );
}

#[actix_web::test]
async fn a_failed_update_changes_nothing() {
    let app = TestApp::start();
    let admin = app.admin();
    let [one, _] = sources(&app, &admin).await;
    let before = saved(&admin, json!({"id": "p", "name": "P", "source_ids": [one]})).await;
    let update = json!({"project": {"id": "p", "name": "Q", "source_ids": ["source_nope"]}});
    admin
        .post("/projects/save", update)
        .await
        .failed(404, "not_found");
    assert_eq!(
        admin.get("/projects/list").await.ok()[0]["name"],
        before["name"]
    );
    let loaded = admin.get("/projects/load?project_id=p").await.ok();
    assert_eq!(loaded["source_ids"], json!([one]));
    // A source that is deleted leaves its projects.
    admin
        .post("/data/cleanup", json!({"source_ids": [one]}))
        .await
        .ok();
    let loaded = admin.get("/projects/load?project_id=p").await.ok();
    assert_eq!(
        json!([loaded["source_count"], loaded["sources"]]),
        json!([0, []])
    );
}

#[actix_web::test]
async fn another_user_learns_of_nothing_and_may_have_a_project_of_the_same_id() {
    let app = TestApp::start();
    let (ann, bob) = (app.admin(), app.user("bob", "acme", "admin"));
    let [one, _] = sources(&app, &ann).await;
    saved(
        &ann,
        json!({"id": "p", "name": "Ann's", "source_ids": [one]}),
    )
    .await;
    let named = json!({"project": {"id": "p"}});
    for path in ["load", "copy", "export-project"] {
        let path = format!("/projects/{path}");
        let foreign = bob
            .post(&path, named.clone())
            .await
            .failed(404, "not_found");
        let nowhere = json!({"project": {"id": "proj_nope"}});
        let nowhere = bob.post(&path, nowhere).await.failed(404, "not_found");
        assert_eq!(foreign["message"], nowhere["message"]);
    }
    let cleaned = bob.post("/projects/cleanup", json!({})).await.ok();
    assert_eq!(cleaned["deleted_count"], 0);
    let cleaned = bob
        .post("/projects/cleanup", json!({"project_ids": ["p"]}))
        .await
        .ok();
    assert_eq!(cleaned["not_found_ids"], json!(["p"]));
    assert_eq!(
        bob.get("/projects/list?scopes=user,organization")
            .await
            .ok(),
        json!([])
    );
    let with_hers = json!({"project": {"id": "p", "name": "Bob's", "source_ids": [one]}});
    bob.post("/projects/save", with_hers)
        .await
        .failed(404, "not_found");
    saved(&bob, json!({"id": "p", "name": "Bob's"})).await;
    let loaded = ann.get("/projects/load?project_id=p").await.ok();
    assert_eq!(
        json!([loaded["name"], loaded["source_count"]]),
        json!(["Ann's", 1])
    );
}

#[actix_web::test]
async fn a_viewer_reads_the_organizations_projects_and_writes_only_their_own() {
    let app = TestApp::start();
    let (editor, viewer) = (
        app.user("ed", "acme", "editor"),
        app.user("vera", "acme", "viewer"),
    );
    let project = json!({"id": "p", "name": "Shared", "scope": "organization"});
    saved(&editor, project.clone()).await;
    let named = json!({"id": "p", "scope": "organization"});
    let exported = viewer
        .post("/projects/export-project", json!({ "project": named }))
        .await
        .ok();
    let beside = json!({"project": named, "to": {"scope": "organization"}});
    let import = json!({"export_data": exported, "scope": "organization"});
    for (path, body, status) in [
        ("load", json!({ "project": named }), 200),
        ("list", json!({"scopes": ["organization"]}), 200),
        ("save", json!({ "project": project }), 403),
        ("cleanup", json!({"scope": "organization"}), 403),
        ("cleanup", json!({ "project": named }), 403),
        ("copy", json!({ "project": named }), 403),
        ("copy", beside, 403),
        ("import-project", import, 403),
        // Into their own scope.
        (
            "copy",
            json!({"project": named, "to": {"scope": "user"}}),
            200,
        ),
        ("import-project", json!({ "export_data": exported }), 200),
        ("save", json!({"project": {"name": "mine"}}), 200),
    ] {
        let answer = viewer
            .post(&format!("/projects/{path}"), body.clone())
            .await;
        assert_eq!(answer.status, status, "{path} {body}: {}", answer.body);
    }
    let own = viewer.get("/projects/list").await.ok();
    assert_eq!(own.as_array().map(Vec::len), Some(3));
    let both = viewer
        .get("/projects/list?scopes=user,organization")
        .await
        .ok();
    assert_eq!(both.as_array().map(Vec::len), Some(4));
    assert_eq!(
        json!([both[3]["id"], both[3]["scope"]]),
        json!(["p", "organization"])
    );
}

#[actix_web::test]
async fn a_workspace_that_only_one_scope_has_is_listed_and_one_that_none_has_is_not_found() {
    let app = TestApp::start();
    let admin = app.admin();
    admin
        .post("/workspaces/save", json!({"id": "w", "name": "W"}))
        .await
        .ok();
    let project = json!({"project": {"name": "in w"}});
    admin.post("/projects/w/save", project).await.ok();
    let listed = admin
        .get("/projects/w/list?scopes=user,organization")
        .await
        .ok();
    assert_eq!(
        json!([listed[0]["name"], listed[0]["workspace_id"]]),
        json!(["in w", "w"])
    );
    assert_eq!(
        admin.get("/projects/list").await.ok(),
        json!([]),
        "the default one is another"
    );
    for path in [
        "w/list?scopes=organization",
        "nope/list?scopes=user,organization",
    ] {
        admin
            .get(&format!("/projects/{path}"))
            .await
            .failed(404, "not_found");
    }
    admin.post("/workspaces/w/delete", json!({})).await.ok();
    admin.get("/projects/w/list").await.failed(404, "not_found");
}

#[actix_web::test]
async fn a_copy_refers_to_the_same_sources_here_and_to_those_of_the_same_names_elsewhere() {
    let app = TestApp::start();
    let admin = app.admin();
    let [one, two] = sources(&app, &admin).await;
    let original = json!({"id": "p", "name": "P", "description": "d", "metadata": {"k": 1}, "source_ids": [one, two]});
    saved(&admin, original).await;
    let copy = |body: Value| {
        let admin = admin.clone();
        async move { admin.post("/projects/copy", body).await }
    };
    let beside = copy(json!({"project": {"id": "p", "scope": "user"}}))
        .await
        .ok();
    assert_eq!(
        json!([
            beside["name"],
            beside["description"],
            beside["metadata"],
            beside["source_ids"],
            beside["missing_sources"]
        ]),
        json!(["P (copy)", "d", {"k": 1}, [one, two], []])
    );
    assert!(beside["project_id"].as_str().unwrap().starts_with("proj_"));
    let renamed = copy(json!({"project": {"id": "p"}, "name": "Q"}))
        .await
        .ok();
    assert_eq!(renamed["name"], "Q");
    let long = "x".repeat(200);
    saved(&admin, json!({"id": "long", "name": long})).await;
    let name = copy(json!({"project": {"id": "long"}})).await.ok()["name"].clone();
    assert_eq!(name.as_str().unwrap().chars().count(), 197);

    admin
        .post("/workspaces/save", json!({"id": "w", "name": "W"}))
        .await
        .ok();
    let database = json!({"databaseType": "sqlite", "database": "a.sqlite", "name": "two"});
    let other = admin
        .post("/data/w/connect", json!({ "database": database }))
        .await
        .ok();
    let elsewhere = copy(json!({"project": {"id": "p"}, "to": {"workspace_id": "w"}}))
        .await
        .ok();
    assert_eq!(
        json!([
            elsewhere["name"],
            elsewhere["workspace_id"],
            elsewhere["source_ids"],
            elsewhere["missing_sources"]
        ]),
        json!(["P", "w", [other["source_id"]], ["one"]])
    );
    let count = |path: &'static str| {
        let admin = admin.clone();
        async move { admin.get(path).await.ok().as_array().unwrap().len() }
    };
    assert_eq!(count("/data/w/list").await, 1, "no source is copied");
    let shared = copy(json!({"project": {"id": "p"}, "to": {"scope": "organization"}}))
        .await
        .ok();
    assert_eq!(
        json!([shared["scope"], shared["missing_sources"]]),
        json!(["organization", ["one", "two"]])
    );
    let nowhere = json!({"project": {"id": "p"}, "to": {"workspace_id": "nope"}});
    copy(nowhere).await.failed(404, "not_found");
    assert_eq!(count("/projects/list").await, 5);
}
