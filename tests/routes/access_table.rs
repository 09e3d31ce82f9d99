//! Who may do what: every endpoint × every kind of caller, on a workspace of the organization.
//! The rows are checked against the program's own list, so a new endpoint without a row fails.

use std::collections::BTreeSet;

use headwater::http::{Access, endpoints};
use reqwest::Method;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::app::{PASSWORD, TestApp};
use crate::support::client::{Client, send};

/// An endpoint, a request to it, and the status for a viewer, an editor and an admin of the
/// organization, which runs the installation, and for an admin of another one.
struct Row {
    endpoint: &'static str,
    path: &'static str,
    body: Value,
    statuses: [u16; 4],
}

fn row(endpoint: &'static str, path: &'static str, body: Value, statuses: [u16; 4]) -> Row {
    Row {
        endpoint,
        path,
        body,
        statuses,
    }
}

/// `{source}` stands for a source of the organization's workspace `w`, `{job}` for a job of it that has
/// ended, `{jti}` for a token of the admin, `"{document}"` for what was exported of the workspace's project `p`,
/// `{backup}` for a backup, and `"{workspace}"` for what was exported of the workspace.
fn table() -> Vec<Row> {
    let organization = json!({"scope": "organization"});
    let database = json!({"scope": "organization", "database": {"databaseType": "sqlite", "database": "e.sqlite", "name": "e"}});
    let project = json!({"project": {"id": "p", "scope": "organization"}});
    vec![
        row(
            "GET /workspaces/list",
            "/workspaces/list?scope=organization",
            Value::Null,
            [200, 200, 200, 200],
        ),
        row(
            "GET /workspaces/{workspace_id}/load",
            "/workspaces/w/load?scope=organization",
            Value::Null,
            [200, 200, 200, 404],
        ),
        row(
            "GET /data/{workspace_id}/list",
            "/data/w/list?scope=organization",
            Value::Null,
            [200, 200, 200, 404],
        ),
        row(
            "POST /data/{workspace_id}/list",
            "/data/w/list",
            organization.clone(),
            [200, 200, 200, 404],
        ),
        row(
            "GET /data/{workspace_id}/sources/{source_id}",
            "/data/w/sources/{source}?scope=organization",
            Value::Null,
            [200, 200, 200, 404],
        ),
        row(
            "POST /data/{workspace_id}/sources/{source_id}/rename",
            "/data/w/sources/{source}/rename",
            json!({"scope": "organization", "name": "e"}),
            [403, 200, 200, 404],
        ),
        row(
            "GET /data/{workspace_id}/schema",
            "/data/w/schema?scope=organization&source_id={source}",
            Value::Null,
            [200, 200, 200, 404],
        ),
        row(
            "GET /data/{workspace_id}/schema/versions",
            "/data/w/schema/versions?scope=organization&source_id={source}",
            Value::Null,
            [200, 200, 200, 404],
        ),
        row(
            "GET /data/{workspace_id}/schema/changes",
            "/data/w/schema/changes?scope=organization&source_id={source}",
            Value::Null,
            [200, 200, 200, 404],
        ),
        row(
            "GET /data/{workspace_id}/search",
            "/data/w/search?scope=organization&q=customer",
            Value::Null,
            [200, 200, 200, 404],
        ),
        row(
            "POST /data/{workspace_id}/preview",
            "/data/w/preview",
            json!({"scope": "organization", "source_id": "{source}", "table": "t"}),
            [200, 200, 200, 404],
        ),
        row(
            "POST /data/{workspace_id}/query",
            "/data/w/query",
            json!({"scope": "organization", "source_id": "{source}", "sql": "SELECT 1"}),
            [200, 200, 200, 404],
        ),
        row(
            "POST /data/{workspace_id}/sync",
            "/data/w/sync",
            organization.clone(),
            [403, 200, 200, 404],
        ),
        row(
            "POST /data/{workspace_id}/schema/refresh",
            "/data/w/schema/refresh",
            json!({"scope": "organization", "source_id": "{source}"}),
            [200, 200, 200, 404],
        ),
        row(
            "GET /data/{workspace_id}/jobs",
            "/data/w/jobs?scope=organization",
            Value::Null,
            [200, 200, 200, 404],
        ),
        row(
            "GET /data/{workspace_id}/jobs/{job_id}",
            "/data/w/jobs/{job}?scope=organization",
            Value::Null,
            [200, 200, 200, 404],
        ),
        row(
            "GET /data/{workspace_id}/jobs/{job_id}/events",
            "/data/w/jobs/{job}/events?scope=organization",
            Value::Null,
            [200, 200, 200, 404],
        ),
        row(
            "POST /data/{workspace_id}/jobs/{job_id}/cancel",
            "/data/w/jobs/{job}/cancel",
            organization.clone(),
            [403, 200, 200, 404],
        ),
        // It has ended as it should.
        row(
            "POST /data/{workspace_id}/jobs/{job_id}/resume",
            "/data/w/jobs/{job}/resume",
            organization.clone(),
            [403, 409, 409, 404],
        ),
        row(
            "POST /data/{workspace_id}/test-connection",
            "/data/w/test-connection",
            json!({"scope": "organization", "source_id": "{source}"}),
            [200, 200, 200, 404],
        ),
        row(
            "POST /data/{workspace_id}/test-connection",
            "/data/w/test-connection",
            database.clone(),
            [403, 200, 200, 404],
        ),
        row(
            "POST /data/{workspace_id}/infer-schema",
            "/data/w/infer-schema",
            database.clone(),
            [403, 200, 200, 404],
        ),
        row(
            "POST /data/{workspace_id}/connect",
            "/data/w/connect",
            database,
            [403, 200, 200, 404],
        ),
        row(
            "POST /data/{workspace_id}/files",
            "/data/w/files?scope=organization&name=a.json",
            json!([{"a": 1}]),
            [403, 200, 200, 404],
        ),
        row(
            "GET /data/{workspace_id}/files",
            "/data/w/files?scope=organization",
            Value::Null,
            [200, 200, 200, 404],
        ),
        row(
            "DELETE /data/{workspace_id}/files/{name}",
            "/data/w/files/a.json?scope=organization",
            Value::Null,
            [403, 200, 404, 404],
        ),
        row(
            "POST /workspaces/save",
            "/workspaces/save",
            json!({"id": "w2", "name": "W2", "scope": "organization"}),
            [403, 200, 200, 200],
        ),
        row(
            "POST /data/{workspace_id}/cleanup",
            "/data/w2/cleanup",
            organization.clone(),
            [403, 200, 200, 200],
        ),
        row(
            "POST /workspaces/{workspace_id}/delete",
            "/workspaces/w2/delete",
            organization.clone(),
            [403, 200, 404, 200],
        ),
        row(
            "POST /projects/{workspace_id}/save",
            "/projects/w/save",
            json!({"project": {"id": "q", "name": "Q", "scope": "organization"}}),
            [403, 200, 200, 404],
        ),
        row(
            "GET /projects/{workspace_id}/list",
            "/projects/w/list?scopes=organization",
            Value::Null,
            [200, 200, 200, 404],
        ),
        row(
            "POST /projects/{workspace_id}/list",
            "/projects/w/list",
            json!({"scopes": ["organization"]}),
            [200, 200, 200, 404],
        ),
        row(
            "GET /projects/{workspace_id}/load",
            "/projects/w/load?scope=organization&project_id=p",
            Value::Null,
            [200, 200, 200, 404],
        ),
        row(
            "POST /projects/{workspace_id}/load",
            "/projects/w/load",
            project.clone(),
            [200, 200, 200, 404],
        ),
        row(
            "POST /projects/{workspace_id}/copy",
            "/projects/w/copy",
            project.clone(),
            [403, 200, 200, 404],
        ),
        row(
            "POST /projects/{workspace_id}/export-project",
            "/projects/w/export-project",
            project,
            [200, 200, 200, 404],
        ),
        row(
            "POST /projects/{workspace_id}/import-project",
            "/projects/w/import-project",
            json!({"scope": "organization", "export_data": "{document}"}),
            [403, 200, 200, 404],
        ),
        row(
            "POST /workspaces/{workspace_id}/export-tables",
            "/workspaces/w/export-tables",
            organization.clone(),
            [200, 200, 200, 404],
        ),
        // The ids of workspaces are each owner's own: where another organization has none of that
        // id, it gets one.
        row(
            "POST /workspaces/import-tables",
            "/workspaces/import-tables",
            json!({"scope": "organization", "workspace_id": "imported", "export_data": "{workspace}"}),
            [403, 200, 200, 200],
        ),
        row(
            "POST /projects/{workspace_id}/cleanup",
            "/projects/w/cleanup",
            json!({"scope": "organization", "project_ids": ["q"]}),
            [403, 200, 200, 404],
        ),
        row(
            "POST /admin/backups",
            "/admin/backups",
            json!({}),
            [403, 403, 200, 403],
        ),
        row(
            "GET /admin/backups",
            "/admin/backups",
            Value::Null,
            [403, 403, 200, 403],
        ),
        row(
            "GET /admin/backups/{name}",
            "/admin/backups/{backup}",
            Value::Null,
            [403, 403, 200, 403],
        ),
        row(
            "DELETE /admin/backups/{name}",
            "/admin/backups/{backup}",
            Value::Null,
            [403, 403, 200, 403],
        ),
        row(
            "GET /admin/status",
            "/admin/status",
            Value::Null,
            [403, 403, 200, 403],
        ),
        row(
            "POST /users/save",
            "/users/save",
            json!({"username": "new", "role": "viewer", "password": PASSWORD}),
            [403, 403, 200, 200],
        ),
        row(
            "GET /users/list",
            "/users/list",
            Value::Null,
            [403, 403, 200, 200],
        ),
        row(
            "POST /users/set-password",
            "/users/set-password",
            json!({"username": "new", "password": PASSWORD}),
            [403, 403, 200, 200],
        ),
        row(
            "POST /users/disable",
            "/users/disable",
            json!({"username": "new"}),
            [403, 403, 200, 200],
        ),
        row(
            "POST /users/enable",
            "/users/enable",
            json!({"username": "new"}),
            [403, 403, 200, 200],
        ),
        row("GET /auth/me", "/auth/me", Value::Null, [200; 4]),
        row("GET /auth/tokens", "/auth/tokens", Value::Null, [200; 4]),
        row(
            "GET /users/get-role",
            "/users/get-role",
            Value::Null,
            [200; 4],
        ),
        row(
            "POST /auth/issue-token",
            "/auth/issue-token",
            json!({"name": "t"}),
            [200; 4],
        ),
        row(
            "POST /auth/revoke/{jti}",
            "/auth/revoke/{jti}",
            Value::Null,
            [404, 404, 200, 404],
        ),
        row(
            "POST /auth/change-password",
            "/auth/change-password",
            json!({"current_password": "wrong", "new_password": "x"}),
            [400; 4],
        ),
        row(
            "POST /auth/revoke-all",
            "/auth/revoke-all",
            Value::Null,
            [200; 4],
        ),
    ]
}

async fn ask(client: &Client, row: &Row, ids: &[(&str, String)]) -> u16 {
    let fill = |text: &str| {
        let filled = |text: String, (name, id): &(&str, String)| text.replace(name, id);
        ids.iter().fold(text.to_owned(), filled)
    };
    let method = Method::from_bytes(row.endpoint.split(' ').next().unwrap().as_bytes()).unwrap();
    let request = client.request(method.clone(), &fill(row.path));
    let body = fill(&row.body.to_string());
    let request = match method {
        Method::GET => request,
        _ if row.body.is_null() => request,
        _ => request
            .header("Content-Type", "application/json")
            .body(body),
    };
    if row.endpoint.ends_with("/events") || row.endpoint == "GET /admin/backups/{name}" {
        // A stream has no envelope, and neither has a file.
        return request.send().await.unwrap().status().as_u16();
    }
    send(request).await.status
}

#[test]
fn every_endpoint_that_needs_a_token_has_a_row() {
    let rows: BTreeSet<_> = table().iter().map(|row| row.endpoint.to_owned()).collect();
    let guarded = endpoints()
        .into_iter()
        .filter(|endpoint| endpoint.access == Access::Token);
    let listed: BTreeSet<_> = guarded
        .map(|endpoint| format!("{} {}", endpoint.method, endpoint.paths[0]))
        .collect();
    assert_eq!(
        rows, listed,
        "left: rows of the table, right: endpoints of the program"
    );
}

#[test]
fn the_public_endpoints_are_these_alone() {
    let public = endpoints()
        .into_iter()
        .filter(|endpoint| endpoint.access == Access::Public);
    let public: BTreeSet<_> = public
        .map(|endpoint| format!("{} {}", endpoint.method, endpoint.paths[0]))
        .collect();
    let expected = [
        "GET /data/engines",
        "GET /openapi.json",
        "POST /auth/login",
        "POST /auth/setup",
    ];
    assert_eq!(public, expected.map(str::to_owned).into());
}

#[actix_web::test]
async fn every_role_gets_from_every_endpoint_what_the_table_says() {
    let runs = [("HEADWATER_OPERATOR_ORGANIZATION", "acme")];
    let app = TestApp::start_with(TempDir::new().unwrap(), &runs);
    let files = app.data_dir().join("files");
    std::fs::create_dir_all(&files).unwrap();
    let file = rusqlite::Connection::open(files.join("e.sqlite")).unwrap();
    file.execute_batch("CREATE TABLE t (a)").unwrap();
    let admin = app.admin();
    let save = json!({"id": "w", "name": "W", "scope": "organization"});
    admin.post("/workspaces/save", save).await.ok();
    let connect = json!({"scope": "organization", "database": {"databaseType": "sqlite", "database": "e.sqlite", "name": "e"}});
    let connected = admin.post("/data/w/connect", connect).await.ok();
    let source = connected["source_id"].as_str().unwrap().to_owned();
    let synced = admin
        .post("/data/w/sync", json!({"scope": "organization"}))
        .await
        .ok();
    let job = synced["job_id"].as_str().unwrap().to_owned();
    let project = json!({"id": "p", "name": "P", "scope": "organization"});
    let save = json!({ "project": project });
    admin.post("/projects/w/save", save.clone()).await.ok();
    let document = admin.post("/projects/w/export-project", save).await.ok();
    let asked = json!({"scope": "organization"});
    let whole = admin.post("/workspaces/w/export-tables", asked);
    let whole = whole.await.ok();
    let backup = admin.post("/admin/backups", json!({})).await.ok();
    let backup = backup["name"].as_str().unwrap().to_owned();
    let ids = |jti: &str| {
        [
            ("\"{document}\"", document.to_string()),
            ("\"{workspace}\"", whole.to_string()),
            ("{source}", source.clone()),
            ("{job}", job.clone()),
            ("{backup}", backup.clone()),
            ("{jti}", jti.to_owned()),
        ]
    };
    let callers = [
        app.user("vera", "acme", "viewer"),
        app.user("ed", "acme", "editor"),
        app.user("ada", "acme", "admin"),
        app.user("sam", "other", "admin"),
    ];
    let ended = app.user("eve", "acme", "admin");
    ended.post("/auth/revoke-all", json!({})).await.ok();
    let foreign_path = callers[2].at(format!("{}/jarvispy/acme/vera/api/v1", app.url));
    for row in table() {
        let spare = admin
            .post("/auth/issue-token", json!({"name": "spare"}))
            .await
            .ok();
        let jti = spare["jti"].as_str().unwrap();
        assert_eq!(
            ask(&app.nobody(), &row, &ids(jti)).await,
            401,
            "nobody: {}",
            row.endpoint
        );
        assert_eq!(
            ask(&ended, &row, &ids(jti)).await,
            401,
            "a revoked token: {}",
            row.endpoint
        );
        assert_eq!(
            ask(&foreign_path, &row, &ids(jti)).await,
            403,
            "another's path: {}",
            row.endpoint
        );
        for (client, (who, expected)) in callers.iter().zip(
            ["viewer", "editor", "admin", "stranger"]
                .into_iter()
                .zip(row.statuses),
        ) {
            assert_eq!(
                ask(client, &row, &ids(jti)).await,
                expected,
                "{who}: {} {}",
                row.endpoint,
                row.body
            );
        }
    }
    let again = app
        .nobody()
        .post(
            "/auth/login",
            json!({"username": "admin", "password": PASSWORD}),
        )
        .await;
    again.ok();
}
