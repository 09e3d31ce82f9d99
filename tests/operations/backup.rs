use std::path::Path;

use rusqlite::Connection;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::{Place, done, refused, told, unpacked};
use crate::connectors::http_api::fake::{Api, json as answer, status};
use crate::support::app::{CANARY, TestApp, leaks, run};
use crate::support::client::Client;

pub async fn api() -> Api {
    Api::start(|asked| match asked.header("x-api-key") {
        Some(CANARY) => answer(r#"[{"id":7,"name":"Ada"}]"#),
        _ => status(401, ""),
    })
    .await
}

/// Connects a source with a secret, and one of a file.
pub async fn fill(app: &TestApp, client: &Client, api: &Api) {
    let source = json!({"type": "api", "name": "sales", "connection_config": {
        "base_url": api.url(), "api_key": CANARY, "endpoints": [{"path": "/customers"}]}});
    client
        .post("/data/connect", json!({"sources": [source]}))
        .await
        .ok();
    file_source(app, client, "shop").await;
}

/// Connects a file and copies what is in it.
async fn file_source(app: &TestApp, client: &Client, name: &str) {
    let path = app.data_dir().join(format!("files/{name}.sqlite"));
    Connection::open(path)
        .unwrap()
        .execute_batch("CREATE TABLE t (a INTEGER PRIMARY KEY); INSERT INTO t VALUES (1), (2)")
        .unwrap();
    let database = json!({"url": format!("sqlite:{name}.sqlite"), "name": name});
    client.connect(database).await;
    client.post("/data/sync", json!({})).await.ok();
}

fn backup(app: &TestApp, file: &Path, options: &[&str]) -> String {
    let mut args = vec!["backup", file.to_str().unwrap()];
    args.extend(options);
    let output = app.run(&args, "");
    done(&output);
    told(&output)
}

/// What is sealed opens: the API answers to the key that was kept.
pub async fn sees_all(client: &Client) {
    let synced = client.post("/data/sync", json!({})).await.ok();
    let sources = synced["sources"].as_array().unwrap();
    assert_eq!(sources.len(), 2, "{synced}");
    for source in sources {
        for table in source["tables"].as_array().unwrap() {
            assert_eq!(table["error"], Value::Null, "{synced}");
        }
    }
}

#[actix_web::test]
async fn a_folder_that_is_served_is_backed_up_and_restored_as_it_was() {
    use std::os::unix::fs::PermissionsExt;

    let app = TestApp::start();
    let (admin, api, beside) = (app.admin(), api().await, TempDir::new().unwrap());
    fill(&app, &admin, &api).await;
    let (plain, keyed) = (beside.path().join("plain"), beside.path().join("keyed"));
    assert!(backup(&app, &plain, &[]).contains("The keys are not in it"));
    assert!(backup(&app, &keyed, &["--with-key"]).contains("The keys are in it"));
    assert_eq!(
        plain.metadata().unwrap().permissions().mode() & 0o777,
        0o600
    );

    let files = unpacked(&plain);
    let names: Vec<_> = files.keys().map(String::as_str).collect();
    assert!(
        names.contains(&"headwater.sqlite") && names.contains(&"files/shop.sqlite"),
        "{names:?}"
    );
    assert!(names.iter().any(|name| name.starts_with("workspaces/")));
    assert!(!names.iter().any(|name| name.contains(".key")), "{names:?}");
    assert!(!files.values().any(|bytes| leaks(bytes)));
    assert!(unpacked(&keyed).contains_key("secret.key"));

    // A server holds the folder.
    refused(
        &app.run(&["restore", plain.to_str().unwrap()], ""),
        "in use",
    );
    app.add_user("later", "acme", "viewer");
    let key = std::fs::read(app.data_dir().join("secret.key")).unwrap();
    let folder = app.stop();
    let restored = run(folder.path(), &["restore", plain.to_str().unwrap()], "");
    done(&restored);
    let told = told(&restored);
    let replaced = told.split("before is in ").nth(1).unwrap();
    let replaced = Path::new(replaced.split(';').next().unwrap()).to_owned();
    assert!(replaced.join("headwater.sqlite").exists(), "{told}");
    assert_eq!(
        std::fs::read(folder.path().join("secret.key")).unwrap(),
        key
    );

    let app = TestApp::start_with(folder, &[]);
    let users = String::from_utf8(app.run(&["user", "list"], "").stdout).unwrap();
    assert!(
        users.contains("admin") && !users.contains("later"),
        "{users}"
    );
    sees_all(&app.admin()).await;
    drop(app);
    std::fs::remove_dir_all(replaced).unwrap();

    // On another machine, where there is nothing yet.
    let new = beside.path().join("new");
    refused(
        &run(&new, &["restore", plain.to_str().unwrap()], ""),
        "HEADWATER_SECRET_KEY_FILE",
    );
    assert!(!new.exists());
    done(&run(&new, &["restore", keyed.to_str().unwrap()], ""));
    let moved = TempDir::new().unwrap();
    std::fs::remove_dir(moved.path()).unwrap();
    std::fs::rename(&new, moved.path()).unwrap();
    let app = TestApp::start_with(moved, &[]);
    sees_all(&app.admin()).await;
}

#[actix_web::test]
async fn what_is_backed_up_while_sources_come_and_are_copied_fits_together() {
    let app = TestApp::start();
    let (admin, beside) = (app.admin(), TempDir::new().unwrap());
    file_source(&app, &admin, "first").await;
    let working = async {
        for number in 0..8 {
            file_source(&app, &admin, &format!("s{number}")).await;
        }
    };
    let data = app.data_dir().to_owned();
    let folder = beside.path().to_owned();
    let backing = tokio::task::spawn_blocking(move || {
        for number in 0..8 {
            let file = folder.join(format!("b{number}"));
            done(&run(&data, &["backup", file.to_str().unwrap()], ""));
        }
    });
    let ((), backed) = tokio::join!(working, backing);
    backed.unwrap();
    let mut copies = 0;
    for number in 0..8 {
        let files = unpacked(&beside.path().join(format!("b{number}")));
        let folder = TempDir::new().unwrap();
        let at = |name: &str| {
            let path = folder.path().join(name.replace('/', "-"));
            std::fs::write(&path, &files[name]).unwrap();
            path
        };
        let store = Connection::open(at("headwater.sqlite")).unwrap();
        for name in files.keys().filter(|name| name.starts_with("workspaces/")) {
            let path = at(name);
            store
                .execute("ATTACH ?1 AS copies", [path.to_str().unwrap()])
                .unwrap();
            let strangers: i64 = store
                .query_row(
                    "SELECT count(*) FROM copies.headwater_copy WHERE table_id NOT IN (SELECT id FROM source_table)
                     OR source_id NOT IN (SELECT id FROM source)
                     OR physical NOT IN (SELECT name FROM copies.sqlite_schema)",
                    [],
                    |row| row.get(0),
                )
                .unwrap();
            assert_eq!(strangers, 0, "{name} of backup {number}");
            let count = "SELECT count(*) FROM copies.headwater_copy";
            copies += store
                .query_row(count, [], |row| row.get::<_, i64>(0))
                .unwrap();
            store.execute("DETACH copies", []).unwrap();
        }
    }
    assert!(copies >= 8, "the first source was copied before any backup");
}

#[test]
fn a_backup_is_written_to_no_name_that_is_taken_and_not_among_what_it_holds() {
    let place = Place::new("anna");
    let file = place.backup("b.tar.zst");
    let written = std::fs::read(&file).unwrap();
    refused(
        &place.run(&["backup", file.to_str().unwrap()]),
        "is there already",
    );
    assert_eq!(std::fs::read(&file).unwrap(), written);
    std::fs::create_dir_all(place.data().join("files/x")).unwrap();
    let inside = place.data().join("files/x/b");
    refused(
        &place.run(&["backup", inside.to_str().unwrap()]),
        "name another place",
    );
    let nowhere = run(
        &place.root.path().join("none"),
        &["backup", "/nowhere/b"],
        "",
    );
    refused(&nowhere, "cannot be used");
    assert_eq!(place.beside(), ["b.tar.zst"]);
    let checked = place.run(&["restore", "--check", file.to_str().unwrap()]);
    done(&checked);
    assert!(told(&checked).contains("is whole"));
}

#[test]
fn the_settings_and_the_keys_of_the_folder_stay_where_a_backup_has_none() {
    let place = Place::new("anna");
    let file = place.backup("b");
    std::fs::write(place.data().join("headwater.toml"), "demo = false\n").unwrap();
    let token = std::fs::read(place.data().join("token.key")).unwrap();
    place.add_user("later");
    done(&place.run(&["restore", file.to_str().unwrap()]));
    let users = place.users();
    assert!(
        users.contains("anna") && !users.contains("later"),
        "{users}"
    );
    let kept = |name: &str| std::fs::read(place.data().join(name)).unwrap();
    assert_eq!(kept("token.key"), token);
    assert_eq!(kept("headwater.toml"), b"demo = false\n");
}

#[actix_web::test]
async fn a_second_server_on_the_same_folder_is_refused() {
    let app = TestApp::start();
    let second = app.run(&["serve", "--listen", "127.0.0.1:0"], "");
    refused(&second, "in use by a running server");
    app.run(&["user", "list"], "");
}
