//! Documents of workspaces that are not as they were exported: each is refused with a sentence that
//! names the place, and nothing of it is kept.

use serde_json::{Value, json};

use super::workspace_transfer::{app_with_workspace, exported, import, resealed, run};

#[actix_web::test]
async fn what_does_not_fit_is_refused_by_its_place_and_nothing_is_kept() {
    let (app, admin) = app_with_workspace().await;
    let document = exported(&admin, "default", json!({"include_data": true})).await;
    let bob = app.user("bob", "acme", "viewer");
    let mut cases: Vec<(Value, &str, &str)> = Vec::new();
    let mut case = |path, words, change: &dyn Fn(&mut Value)| {
        let mut document = document.clone();
        change(&mut document);
        cases.push((document, path, words));
    };
    case("checksum", "changed or damaged", &|d| {
        d["workspace"]["name"] = "x".into();
    });
    case("checksum", "changed or damaged", &|d| {
        d["copies"][0]["data"][0][1] = "x".into();
    });
    case("checksum", "no checksum", &|d| d["checksum"] = Value::Null);
    case("format_version", "versions up to 1", &|d| {
        d["format_version"] = 2.into();
    });
    case("format", "no document of the format", &|d| {
        d["format"] = "headwater-project".into();
    });
    case("more", "unknown", &|d| d["more"] = 1.into());
    case("workspace.owner", "unknown", &|d| {
        d["workspace"]["owner"] = "org_1".into();
    });
    case("workspace.name", "200 characters", &|d| {
        d["workspace"]["name"] = "x".repeat(1 << 20).into();
    });
    case("workspace.id", "wrong type or value", &|d| {
        d["workspace"]["id"] = "a b".into();
    });
    case("projects[0].source_ids[0]", "not in the document", &|d| {
        d["projects"][0]["source_ids"][0] = "source_x".into();
    });
    case("sources[1]", "twice", &|d| {
        let one = d["sources"][0].clone();
        d["sources"].as_array_mut().unwrap().push(one);
    });
    case("sources[0].tables[1]", "twice", &|d| {
        d["sources"][0]["tables"][1]["id"] = d["sources"][0]["tables"][0]["id"].clone();
    });
    case("sources[0].settings.database", "'..'", &|d| {
        d["sources"][0]["settings"]["database"] = "../x".into();
    });
    case("schemas[0].source_id", "not in the document", &|d| {
        d["schemas"][0]["source_id"] = "source_x".into();
    });
    case("schemas[0].document_gzip", "schema of a source", &|d| {
        d["schemas"][0]["document_gzip"] = "AAAA".into();
    });
    case(
        "schemas[0].versions[0].document_gzip",
        "schema of a source",
        &|d| {
            d["schemas"][0]["versions"][0]["document_gzip"] = "?".into();
        },
    );
    case(
        "schemas[0].versions[0].number",
        "number of a version",
        &|d| d["schemas"][0]["versions"][0]["number"] = 0.into(),
    );
    case("copies[0].table_id", "not in the document", &|d| {
        d["copies"][0]["table_id"] = "tbl_x".into();
    });
    case("copies[0].rows", "number of its rows", &|d| {
        d["copies"][0]["rows"] = 9.into();
    });
    case("copies[0].key", "key of these columns", &|d| {
        d["copies"][0]["key"] = json!(["nothing"]);
    });
    case("copies[0].cursor", "cursor", &|d| {
        d["copies"][0]["cursor"] = json!([1]);
    });
    case("copies[0].data[0]", "row of so many values", &|d| {
        d["copies"][0]["data"][0] = json!([1]);
    });
    case("copies[0].data[1][0]", "value of a row", &|d| {
        d["copies"][0]["data"][1][0] = true.into();
    });
    case("copies[0].data[1][0]", "value of a row", &|d| {
        d["copies"][0]["data"][1][0] = json!({"real": "x"});
    });
    case("copies[0].data", "key tells apart", &|d| {
        d["copies"][0]["data"][1][0] = d["copies"][0]["data"][0][0].clone();
    });
    for (body, path, words) in cases {
        let body = if path == "checksum" {
            body
        } else {
            resealed(body)
        };
        let failed = import(&bob, json!({ "export_data": body })).await;
        let failed = failed.failed(400, "invalid_field");
        let path = format!("export_data.{path}");
        assert_eq!(
            failed["error"]["details"]["path"],
            path.as_str(),
            "{failed}"
        );
        let message = failed["message"].as_str().unwrap();
        assert!(message.contains(words), "{path}: {message}");
    }
    assert_eq!(bob.get("/workspaces/list").await.ok(), json!([]));
    let copies = std::fs::read_dir(app.data_dir().join("workspaces")).unwrap();
    let copies = copies.filter(|entry| {
        let path = entry.as_ref().unwrap().path();
        path.extension().is_some_and(|end| end == "sqlite")
    });
    assert_eq!(copies.count(), 1, "the admin's alone");
}

#[actix_web::test]
async fn what_is_no_document_at_all_is_refused() {
    let (app, admin) = app_with_workspace().await;
    let document = exported(&admin, "default", json!({})).await;
    let bob = app.user("bob", "acme", "viewer");
    let text = document.to_string();
    let deep = format!("{{\"format\":{}1{}}}", "[".repeat(200), "]".repeat(200));
    let twice = text.replacen("{\"id\":", "{\"id\":\"other\",\"id\":", 1);
    assert_ne!(twice, text);
    for (body, code) in [
        (text[..text.len() / 2].to_owned(), "malformed_json"),
        (deep, "malformed_json"),
        (twice, "invalid_field"),
        ("[]".to_owned(), "invalid_field"),
        ("{}".to_owned(), "missing_field"),
        ("{\"data\": null}".to_owned(), "invalid_field"),
        ("{\"export_data\": 7}".to_owned(), "invalid_field"),
        (
            format!("{{\"export_data\": {text}, \"workspace_id\": \"a b\"}}"),
            "invalid_field",
        ),
        (
            format!("{{\"export_data\": {text}, \"scope\": \"galaxy\"}}"),
            "invalid_field",
        ),
        (
            format!("{{\"export_data\": {text}, \"name\": \"\"}}"),
            "invalid_field",
        ),
    ] {
        let failed = bob.post_bytes("/workspaces/import-tables", body).await;
        failed.failed(400, code);
    }
    let huge = format!("{{\"export_data\": \"{}\"}}", "x".repeat(50 << 20));
    let failed = bob.post_bytes("/workspaces/import-tables", huge).await;
    failed.failed(413, "body_too_large");
    let organization = json!({"export_data": document, "scope": "organization"});
    import(&bob, organization).await.failed(403, "forbidden");
    let path = format!(
        "/workspaces/{}/export-tables",
        document["workspace"]["id"].as_str().unwrap()
    );
    bob.post(&path, json!({})).await.failed(404, "not_found");
    assert_eq!(bob.get("/workspaces/list").await.ok(), json!([]));
}

#[actix_web::test]
async fn what_is_too_large_for_one_answer_says_so_and_travels_without_its_rows() {
    let (app, admin) = app_with_workspace().await;
    run(
        &app,
        "CREATE TABLE large AS SELECT randomblob(40000000) AS b",
    );
    admin.connect(json!({"name": "shop"})).await;
    admin.post("/data/sync", json!({})).await.ok();
    let path = "/workspaces/default/export-tables";
    let failed = admin.post(path, json!({"include_data": true})).await;
    let failed = failed.failed(413, "quota_exceeded");
    let hint = failed["error"]["hint"].as_str().unwrap();
    assert!(hint.contains("include_data"), "{failed}");
    exported(&admin, "default", json!({})).await;
}
