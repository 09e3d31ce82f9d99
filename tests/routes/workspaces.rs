//! `/workspaces/…`

use serde_json::{Value, json};

use crate::support::app::TestApp;

#[actix_web::test]
async fn a_workspace_is_saved_listed_loaded_updated_and_deleted() {
    let app = TestApp::start();
    let admin = app.admin();
    let saved = admin
        .post(
            "/workspaces/save",
            json!({"name": "Finance", "description": "Reports", "metadata": {"a": [1]}}),
        )
        .await
        .ok();
    let id = saved["workspace_id"].as_str().unwrap().to_owned();
    assert!(id.starts_with("ws_"));
    assert_eq!(saved["id"], saved["workspace_id"]);

    let updated = admin
        .post(
            "/workspaces/save",
            json!({"id": id, "name": "Money", "description": null}),
        )
        .await
        .ok();
    assert_eq!(updated["workspace_id"], id.as_str());
    assert_eq!(
        (&updated["name"], &updated["description"]),
        (&json!("Money"), &json!("Reports")),
        "null keeps the old"
    );

    let listed = admin.get("/workspaces/list?scope=user").await.ok();
    assert_eq!(listed.as_array().unwrap().len(), 1);
    for field in [
        "id",
        "name",
        "description",
        "metadata",
        "scope",
        "created_at",
        "updated_at",
        "source_count",
        "project_count",
    ] {
        assert!(listed[0].get(field).is_some(), "{field}");
    }
    assert_eq!(listed[0]["metadata"], json!({"a": [1]}));

    let loaded = admin
        .get(&format!("/workspaces/{id}/load?scope=user"))
        .await
        .ok();
    assert_eq!(
        (&loaded["name"], &loaded["sources"], &loaded["projects"]),
        (&json!("Money"), &json!([]), &json!([]))
    );

    admin
        .post(&format!("/workspaces/{id}/delete"), json!({}))
        .await
        .ok();
    admin
        .get(&format!("/workspaces/{id}/load"))
        .await
        .failed(404, "not_found");
    admin
        .post(&format!("/workspaces/{id}/delete"), json!({}))
        .await
        .failed(404, "not_found");
}

#[actix_web::test]
async fn both_names_of_the_default_workspace_mean_the_same_one() {
    let app = TestApp::start();
    let admin = app.admin();
    let ids = ["default", "workspace_id"];
    let mut found = Vec::new();
    for id in ids {
        found.push(admin.get(&format!("/workspaces/{id}/load")).await.ok()["id"].clone());
    }
    assert_eq!(found[0], found[1]);
    assert_ne!(found[0], json!("default"), "it has an id of its own");
    let other = app.user("bob", "acme", "editor");
    assert_ne!(
        other.get("/workspaces/default/load").await.ok()["id"],
        found[0]
    );
}

#[actix_web::test]
async fn the_same_id_is_another_workspace_for_each_owner() {
    let app = TestApp::start();
    let (ann, bob) = (app.admin(), app.user("bob", "acme", "editor"));
    let save = |name: &str, scope: &str| json!({"id": "shared-id", "name": name, "scope": scope});
    ann.post("/workspaces/save", save("ann's", "user"))
        .await
        .ok();
    bob.post("/workspaces/save", save("bob's", "user"))
        .await
        .ok();
    bob.post("/workspaces/save", save("acme's", "organization"))
        .await
        .ok();
    for (client, scope, name) in [
        (&ann, "user", "ann's"),
        (&bob, "user", "bob's"),
        (&ann, "organization", "acme's"),
    ] {
        let loaded = client
            .get(&format!("/workspaces/shared-id/load?scope={scope}"))
            .await
            .ok();
        assert_eq!(loaded["name"], name);
    }
    ann.post("/workspaces/shared-id/delete", json!({}))
        .await
        .ok();
    assert_eq!(
        bob.get("/workspaces/shared-id/load").await.ok()["name"],
        "bob's"
    );
}

#[actix_web::test]
async fn a_viewer_reads_the_organizations_workspaces_and_writes_only_their_own() {
    let app = TestApp::start();
    let viewer = app.user("vera", "acme", "viewer");
    app.admin()
        .post(
            "/workspaces/save",
            json!({"id": "w", "name": "W", "scope": "organization"}),
        )
        .await
        .ok();
    viewer
        .get("/workspaces/w/load?scope=organization")
        .await
        .ok();
    let save = json!({"id": "w", "name": "mine", "scope": "organization"});
    viewer
        .post("/workspaces/save", save)
        .await
        .failed(403, "forbidden");
    viewer
        .post("/workspaces/w/delete", json!({"scope": "organization"}))
        .await
        .failed(403, "forbidden");
    viewer
        .post("/workspaces/save", json!({"name": "mine"}))
        .await
        .ok();
    let stranger = app.user("sam", "other", "admin");
    stranger
        .get("/workspaces/w/load?scope=organization")
        .await
        .failed(404, "not_found");
}

#[actix_web::test]
async fn unknown_fields_are_named_and_wrong_values_are_told_by_their_path() {
    let app = TestApp::start();
    let admin = app.admin();
    let saved = admin
        .post(
            "/workspaces/save",
            json!({"name": "x", "colour": "red", "scope": null}),
        )
        .await
        .ok();
    assert!(
        saved["warnings"][0].as_str().unwrap().contains("'colour'"),
        "{saved}"
    );
    for (body, path) in [
        (json!({"name": 7}), "name"),
        (json!({"name": "  "}), "name"),
        (json!({"name": "x", "metadata": "text"}), "metadata"),
        (json!({"name": "x", "scope": "galaxy"}), "scope"),
        (json!({"name": "x", "id": "a b"}), "id"),
    ] {
        let failed = admin
            .post("/workspaces/save", body.clone())
            .await
            .failed(400, "invalid_field");
        assert_eq!(failed["error"]["details"]["path"], path, "{body}");
    }
    let failed = admin.post("/workspaces/save", json!({"name": null})).await;
    assert_eq!(failed.status, 400, "{}", failed.body);
    admin
        .post("/workspaces/save", json!({}))
        .await
        .failed(400, "missing_field");
    let kept = admin.get("/workspaces/list").await.ok();
    assert_eq!(kept.as_array().map(Vec::len), Some(1), "{kept}");
    assert_ne!(kept, Value::Null);
}
