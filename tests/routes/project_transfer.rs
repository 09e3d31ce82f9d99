//! `/projects/…/export-project` and `import-project`.

use serde_json::{Value, json};

use super::api_sources::{shop, source};
use super::projects::{saved, sources};
use crate::support::app::{CANARY, TestApp};
use crate::support::client::Client;

async fn exported(client: &Client, id: &str) -> Value {
    let body = json!({"project": {"id": id, "scope": "user"}});
    client.post("/projects/export-project", body).await.ok()
}

/// An app with the project `p` of the sources `one` and `two`, and the project's document.
async fn app_with_document() -> (TestApp, Client, Value) {
    let app = TestApp::start();
    let admin = app.admin();
    let [one, two] = sources(&app, &admin).await;
    let project = json!({"id": "p", "name": "P", "description": "d",
        "metadata": {"number": 1.5, "whole": 2.0, "list": [null, {"deep": true}]}, "source_ids": [one, two]});
    saved(&admin, project).await;
    let document = exported(&admin, "p").await;
    (app, admin, document)
}

/// All that an import may change, without its times.
async fn state(client: &Client) -> Value {
    let mut state = json!([
        client.get("/projects/list").await.ok(),
        client.get("/data/list?tables=true").await.ok()
    ]);
    for project in state[0].as_array_mut().unwrap() {
        assert!(
            project
                .as_object_mut()
                .unwrap()
                .remove("workspace_id")
                .is_some()
        );
    }
    state
}

#[actix_web::test]
async fn a_document_says_what_it_is_and_holds_the_sources_without_secrets() {
    let app = TestApp::start();
    let admin = app.admin();
    let [one, _] = sources(&app, &admin).await;
    saved(&admin, json!({"id": "p", "name": "P", "source_ids": [one]})).await;
    let document = exported(&admin, "p").await;
    assert_eq!(
        json!([
            document["format"],
            document["format_version"],
            document["program_version"],
            document["summary"]
        ]),
        json!(["headwater-project", 1, env!("CARGO_PKG_VERSION"), {"total_sources": 1, "total_tables": 2}])
    );
    for field in ["exported_at", "checksum"] {
        assert!(document[field].is_string(), "{document}");
    }
    let source = &document["sources"][0];
    assert_eq!(
        json!([
            source["id"],
            source["name"],
            source["type"],
            source["engine"],
            source["settings"]["database"]
        ]),
        json!([one, "one", "database", "sqlite", "a.sqlite"])
    );
    let tables = source["tables"].as_array().unwrap();
    let names: Vec<_> = tables.iter().map(|table| &table["name"]).collect();
    assert_eq!(names, ["t", "u"]);
}

/// Each answer is searched for the canary, which is the key of this source.
#[actix_web::test]
async fn a_secret_does_not_travel_and_one_written_into_a_document_is_refused() {
    let app = TestApp::start();
    let admin = app.admin();
    let api = shop().await;
    let connect = json!({"sources": [source(&api)]});
    let connected = admin.post("/data/connect", connect.clone()).await.ok();
    let id = &connected["connected_sources"][0]["id"];
    saved(&admin, json!({"id": "p", "name": "P", "source_ids": [id]})).await;
    let mut document = exported(&admin, "p").await;
    assert_eq!(document["sources"][0]["id"], *id, "{connected}");

    let bob = app.user("bob", "acme", "viewer");
    let imported = import(&bob, document.clone()).await.ok();
    assert_eq!(imported["needs_credentials"], json!(["sales"]));
    let here = imported["sources"][0]["id"].as_str().unwrap();
    let asked = json!({"source_id": here});
    bob.post("/data/test-connection", asked)
        .await
        .failed(422, "needs_credentials");
    bob.post("/data/connect", connect).await.ok();
    assert_eq!(bob.get("/data/list").await.ok()[0]["status"], "connected");

    document["sources"][0]["settings"]["api_key"] = CANARY.into();
    let refused = import(&bob, resealed(document))
        .await
        .failed(400, "invalid_field");
    let message = refused["message"].as_str().unwrap();
    assert!(
        message.contains("'sources[0].settings.api_key' is unknown"),
        "{message}"
    );
}

async fn import(client: &Client, body: Value) -> crate::support::client::Answer {
    client.post("/projects/import-project", body).await
}

/// A document with the checksum that fits it.
fn resealed(mut document: Value) -> Value {
    let fields = document.as_object_mut().unwrap();
    let sum = headwater::services::transfer::checksum(fields);
    fields.insert("checksum".to_owned(), sum.into());
    document
}

#[actix_web::test]
async fn an_import_by_another_user_brings_all_and_a_second_one_changes_nothing() {
    let (app, _, document) = app_with_document().await;
    let answer = json!({"data": document, "message": "Project exported", "status": "success"});
    for (at, body) in [
        json!({ "export_data": document }),
        json!({ "export_data": answer }),
        document.clone(),
        answer,
    ]
    .into_iter()
    .enumerate()
    {
        let bob = app.user(&format!("bob{at}"), "acme", "viewer");
        let first = import(&bob, body.clone()).await.ok();
        assert_eq!(
            json!([
                first["outcome"],
                first["project_id"],
                first["dry_run"],
                first["needs_credentials"],
                first["summary"]
            ]),
            json!(["created", "p", false, ["one", "two"],
                {"projects_imported": 1, "sources_imported": 2, "tables_imported": 4}])
        );
        // The ids of the sources are the admin's: they are others here.
        let [one, two] = [0, 1].map(|at| document["sources"][at]["id"].as_str().unwrap());
        let map = &first["id_map"];
        assert_eq!(
            first["project"]["source_ids"],
            json!([map[one], map[two]]),
            "{first}"
        );
        assert_eq!(
            first["project"]["metadata"],
            document["project"]["metadata"]
        );
        let before = state(&bob).await;
        assert_eq!(before[1][0]["status"], "needs_credentials");
        assert_eq!(before[1][0]["tables"][1]["name"], "u");
        let second = import(&bob, body).await.ok();
        assert_eq!(
            json!([second["outcome"], second["id_map"], second["summary"]]),
            json!(["unchanged", map,
                {"projects_imported": 0, "sources_imported": 0, "tables_imported": 0}])
        );
        assert_eq!(state(&bob).await, before);
    }
}

#[actix_web::test]
async fn ids_are_kept_where_they_are_free_and_a_source_works_once_it_is_connected() {
    let (_app, _, document) = app_with_document().await;
    let elsewhere = TestApp::start();
    let admin = elsewhere.admin();
    let imported = import(&admin, document.clone()).await.ok();
    assert_eq!(
        imported["id_map"],
        json!({}),
        "another machine has none of them"
    );
    let source = &document["sources"][0];
    let id = source["id"].as_str().unwrap();
    let listed = admin.get("/data/list?tables=true").await.ok();
    assert_eq!(
        json!([listed[0]["id"], listed[0]["tables"][0]["id"]]),
        json!([id, source["tables"][0]["id"]])
    );
    admin
        .get(&format!("/data/schema?source_id={id}"))
        .await
        .failed(422, "needs_credentials");
    let file = elsewhere.data_dir().join("files/a.sqlite");
    rusqlite::Connection::open(file)
        .unwrap()
        .execute_batch("CREATE TABLE t (a)")
        .unwrap();
    let connected = admin.connect(json!({"name": "one"})).await;
    assert_eq!(connected["source_id"], id, "the settings came along");
    admin
        .get(&format!("/data/schema?source_id={id}"))
        .await
        .ok();
}

#[actix_web::test]
async fn a_project_that_is_there_is_updated_or_skipped_or_copied() {
    let (_app, admin, document) = app_with_document().await;
    let [one, two] = [0, 1].map(|at| document["sources"][at]["id"].clone());
    let changed = json!({"id": "p", "name": "Mine", "source_ids": [one], "metadata": {}});
    for (body, query, outcome, name) in [
        (
            json!({"export_data": document, "on_conflict": "skip"}),
            "",
            "skipped",
            "Mine",
        ),
        (document.clone(), "?on_conflict=skip", "skipped", "Mine"),
        (
            json!({"export_data": document, "on_conflict": "copy"}),
            "",
            "copied",
            "P (copy)",
        ),
        (
            json!({"export_data": document, "on_conflict": "update"}),
            "",
            "updated",
            "P",
        ),
        (document.clone(), "", "updated", "P"),
    ] {
        saved(&admin, changed.clone()).await;
        let path = format!("/projects/import-project{query}");
        let imported = admin.post(&path, body).await.ok();
        assert_eq!(
            json!([imported["outcome"], imported["project"]["name"]]),
            json!([outcome, name])
        );
        let map = match outcome {
            "copied" => json!({"p": imported["project_id"]}),
            _ => json!({}),
        };
        assert_eq!(imported["id_map"], map);
        assert_eq!(
            json!([
                imported["needs_credentials"],
                imported["summary"]["sources_imported"]
            ]),
            json!([[], 0])
        );
        let there = admin.get("/projects/load?project_id=p").await.ok();
        let expected = match outcome {
            "updated" => json!(["P", [one, two], document["project"]["metadata"]]),
            _ => json!(["Mine", [one], {}]),
        };
        assert_eq!(
            json!([there["name"], there["source_ids"], there["metadata"]]),
            expected
        );
    }
}

#[actix_web::test]
async fn a_rehearsal_tells_the_same_and_keeps_nothing() {
    let (app, _, document) = app_with_document().await;
    let bob = app.user("bob", "acme", "viewer");
    let before = state(&bob).await;
    for (path, body) in [
        (
            "/projects/import-project",
            json!({"export_data": document, "dry_run": true}),
        ),
        (
            "/projects/default/import-project?dry_run=true",
            document.clone(),
        ),
    ] {
        let told = bob.post(path, body).await.ok();
        assert_eq!(
            json!([
                told["dry_run"],
                told["outcome"],
                told["summary"]["sources_imported"]
            ]),
            json!([true, "created", 2])
        );
        assert_eq!(state(&bob).await, before);
    }
}

#[actix_web::test]
async fn a_source_of_the_same_name_is_left_as_it_is() {
    let (app, _, document) = app_with_document().await;
    let bob = app.user("bob", "acme", "viewer");
    let [one, _] = sources(&app, &bob).await;
    bob.post(
        "/data/cleanup",
        json!({"source_ids": [bob_s(&bob, "two").await]}),
    )
    .await
    .ok();
    let before = bob.get("/data/list?tables=true").await.ok();
    let imported = import(&bob, document).await.ok();
    assert_eq!(imported["needs_credentials"], json!(["two"]));
    assert_eq!(
        json!([
            imported["sources"][0]["id"],
            imported["sources"][0]["created"],
            imported["sources"][1]["created"]
        ]),
        json!([one, false, true])
    );
    let after = bob.get("/data/list?tables=true").await.ok();
    assert_eq!(after[0], before[0]);
}

async fn bob_s(bob: &Client, name: &str) -> Value {
    let listed = bob.get("/data/list").await.ok();
    let sources = listed.as_array().unwrap().iter();
    let mut named = sources.filter(|source| source["name"] == name);
    named.next().unwrap()["id"].clone()
}

#[actix_web::test]
async fn a_document_that_is_not_as_it_was_exported_is_refused_with_a_sentence_and_nothing_is_kept()
{
    let (app, _, document) = app_with_document().await;
    let bob = app.user("bob", "acme", "viewer");
    let edited = |change: &dyn Fn(&mut Value)| {
        let mut document = document.clone();
        change(&mut document);
        document
    };
    for (body, path, words) in [
        (
            edited(&|d| d["project"]["name"] = "Q".into()),
            "checksum",
            "changed or damaged",
        ),
        (
            edited(&|d| d["checksum"] = "sha256:00".into()),
            "checksum",
            "changed or damaged",
        ),
        (
            edited(&|d| d["checksum"] = Value::Null),
            "checksum",
            "no checksum",
        ),
        (
            edited(&|d| d["format_version"] = 2.into()),
            "format_version",
            "versions up to 1",
        ),
        (
            edited(&|d| d["format_version"] = "1".into()),
            "format",
            "no document of the format",
        ),
        (
            edited(&|d| d["format"] = "other".into()),
            "format",
            "no document of the format",
        ),
        (edited(&|d| d["more"] = 1.into()), "more", "unknown"),
        (
            edited(&|d| d["project"]["more"] = 1.into()),
            "project.more",
            "unknown",
        ),
        (
            edited(&|d| d["sources"][1]["more"] = 1.into()),
            "sources[1].more",
            "unknown",
        ),
        (
            edited(&|d| d["sources"][1]["settings"]["more"] = 1.into()),
            "sources[1].settings.more",
            "unknown",
        ),
        (
            edited(&|d| d["sources"][0]["tables"][0]["more"] = 1.into()),
            "sources[0].tables[0].more",
            "unknown",
        ),
        (
            edited(&|d| d["project"]["name"] = 7.into()),
            "project.name",
            "a string",
        ),
        (
            edited(&|d| d["project"]["name"] = "a\nb".into()),
            "project.name",
            "line breaks",
        ),
        (
            edited(&|d| d["sources"][0]["name"] = "x".repeat(201).into()),
            "sources[0].name",
            "200 characters",
        ),
        (
            edited(&|d| d["sources"][0]["id"] = "a b".into()),
            "sources[0].id",
            "wrong type or value",
        ),
        (
            edited(&|d| d["project"]["source_ids"][1] = "source_x".into()),
            "project.source_ids[1]",
            "not in the document",
        ),
        (
            edited(&|d| d["sources"][0]["engine"] = "oracle".into()),
            "sources[0].engine",
            "unknown to this program",
        ),
        (
            edited(&|d| d["sources"][1]["settings"]["database"] = "../a".into()),
            "sources[1].settings.database",
            "'..'",
        ),
        (
            edited(&|d| d["sources"][0]["tables"][1] = d["sources"][0]["tables"][0].clone()),
            "sources[0].tables[1]",
            "twice",
        ),
    ] {
        let body = if path == "checksum" {
            body
        } else {
            resealed(body)
        };
        let failed = import(&bob, json!({ "export_data": body }))
            .await
            .failed(400, "invalid_field");
        let path = format!("export_data.{path}");
        assert_eq!(
            failed["error"]["details"]["path"],
            path.as_str(),
            "{failed}"
        );
        let message = failed["message"].as_str().unwrap();
        assert!(message.contains(words), "{message}");
    }
    for (body, path) in [
        (json!({"export_data": "text"}), "export_data.format"),
        (
            json!({"export_data": {"data": 1}}),
            "export_data.data.format",
        ),
        (json!({"data": {}}), "data.format"),
        (json!({"data": document, "dry_run": "yes"}), "dry_run"),
        (
            json!({"export_data": document, "on_conflict": "destroy"}),
            "on_conflict",
        ),
        (
            json!({"export_data": document, "dry_run": "yes"}),
            "dry_run",
        ),
        (json!({"export_data": document, "scope": "galaxy"}), "scope"),
    ] {
        let failed = import(&bob, body).await.failed(400, "invalid_field");
        assert_eq!(failed["error"]["details"]["path"], path, "{failed}");
    }
    import(&bob, json!({})).await.failed(400, "missing_field");
    assert_eq!(import(&bob, json!([])).await.status, 400);
    let query = bob
        .post(
            "/projects/import-project?on_conflict=destroy",
            document.clone(),
        )
        .await;
    query.failed(400, "invalid_field");
    assert_eq!(state(&bob).await, json!([[], []]));
}

#[actix_web::test]
async fn a_document_survives_programs_that_write_json_in_their_own_way() {
    let (app, _, document) = app_with_document().await;
    let bob = app.user("bob", "acme", "viewer");
    let mut fields: Vec<_> = document.as_object().unwrap().clone().into_iter().collect();
    fields.reverse();
    let text = serde_json::to_string_pretty(&serde_json::Map::from_iter(fields)).unwrap();
    let text = text.replace("\"whole\": 2.0", "\"whole\": 2");
    assert!(text.contains("\"whole\": 2,"), "{text}");
    bob.post_bytes("/projects/import-project", text).await.ok();
}

#[actix_web::test]
async fn a_document_may_be_larger_than_other_bodies_within_its_limit() {
    let (app, _, mut document) = app_with_document().await;
    let bob = app.user("bob", "acme", "viewer");
    document["project"]["metadata"] = json!({"text": "x".repeat(3 << 20)});
    import(&bob, resealed(document)).await.ok();
    let huge = format!("{{\"export_data\": \"{}\"}}", "x".repeat(50 << 20));
    let failed = bob.post_bytes("/projects/import-project", huge).await;
    assert_eq!(
        failed.failed(413, "body_too_large")["error"]["details"]["limit_bytes"],
        50 << 20
    );
}
