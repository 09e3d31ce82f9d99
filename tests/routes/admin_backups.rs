//! Backups over HTTP: made, listed, downloaded, deleted, and by the clock.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use data_encoding::HEXLOWER;
use rand::RngCore;
use reqwest::Method;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tempfile::TempDir;

use crate::operations::{done, unpacked};
use crate::support::app::{TestApp, run};
use crate::support::client::{Client, send};

pub const ALL: &str = "/admin/backups";

/// Asks until what is answered is as it is waited for.
pub async fn until(client: &Client, path: &str, holds: impl Fn(&Value) -> bool) -> Value {
    let deadline = Instant::now() + Duration::from_mins(1);
    loop {
        let answer = client.get(path).await.ok();
        if holds(&answer) {
            return answer;
        }
        assert!(Instant::now() < deadline, "{answer}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn make(client: &Client, body: Value) -> Value {
    client.post(ALL, body).await.ok()
}

async fn delete(client: &Client, path: &str) -> crate::support::client::Answer {
    send(client.request(Method::DELETE, path)).await
}

fn path(backup: &Value) -> String {
    format!("{ALL}/{}", backup["name"].as_str().unwrap())
}

pub fn names(listed: &Value) -> Vec<String> {
    let all = listed.as_array().unwrap().iter();
    all.map(|one| one["name"].as_str().unwrap().to_owned())
        .collect()
}

pub fn count(listed: &Value) -> usize {
    listed.as_array().unwrap().len()
}

#[actix_web::test]
async fn a_backup_is_made_listed_downloaded_restored_and_deleted() {
    let app = TestApp::start();
    let admin = app.admin();
    assert_eq!(admin.get(ALL).await.ok(), json!([]));
    let plain = make(&admin, json!({})).await;
    assert_eq!(plain["includes_key"], false);
    assert_eq!(plain["scheduled"], false);
    assert_eq!(plain["program_version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(plain["left_out"], json!([]));
    let keyed = make(&admin, json!({"include_key": true})).await;
    assert_eq!(keyed["includes_key"], true);
    let listed = admin.get(ALL).await.ok();
    let of = |backup: &Value| {
        let mut listed = backup.clone();
        listed.as_object_mut().unwrap().remove("left_out");
        listed
    };
    assert_eq!(listed, json!([of(&keyed), of(&plain)]));

    let beside = TempDir::new().unwrap();
    for backup in [&plain, &keyed] {
        let request = admin.request(Method::GET, &path(backup));
        let response = request.send().await.unwrap();
        assert_eq!(response.status().as_u16(), 200);
        let header = |name: &str| response.headers()[name].to_str().unwrap().to_owned();
        let name = backup["name"].as_str().unwrap();
        assert_eq!(header("content-type"), "application/zstd");
        assert_eq!(header("content-length"), backup["bytes"].to_string());
        assert_eq!(
            header("content-disposition"),
            format!("attachment; filename=\"{name}\"")
        );
        assert_eq!(header("cache-control"), "no-store");
        let bytes = response.bytes().await.unwrap();
        let sha256 = HEXLOWER.encode(&Sha256::digest(&bytes));
        assert_eq!(backup["sha256"], sha256);
        let file = beside.path().join(name);
        std::fs::write(&file, bytes).unwrap();
        let with_key = unpacked(&file).contains_key("secret.key");
        assert_eq!(backup["includes_key"], with_key);
        done(&app.run(&["restore", "--check", file.to_str().unwrap()], ""));
    }
    // One that stands there is restored from there, and stays where it is looked for.
    assert_eq!(
        delete(&admin, &path(&keyed)).await.ok()["name"],
        keyed["name"]
    );
    delete(&admin, &path(&keyed)).await.failed(404, "not_found");
    app.add_user("later", "acme", "viewer");
    let folder = app.stop();
    let file = folder
        .path()
        .join("backups")
        .join(plain["name"].as_str().unwrap());
    let restored = run(folder.path(), &["restore", file.to_str().unwrap()], "");
    done(&restored);
    assert!(file.exists());
    let replaced = format!("{}.replaced-", folder.path().display());
    let app = TestApp::start_with(folder, &[]);
    assert_eq!(count(&app.admin().get(ALL).await.ok()), 1);
    let users = done(&app.run(&["user", "list"], ""));
    assert!(!users.contains("later"), "{users}");
    let beside = Path::new(&replaced).parent().unwrap();
    for entry in std::fs::read_dir(beside).unwrap().flatten() {
        if entry.path().to_str().unwrap().starts_with(&replaced) {
            std::fs::remove_dir_all(entry.path()).unwrap();
        }
    }
}

#[actix_web::test]
async fn a_download_goes_on_where_it_was_broken_off() {
    let app = TestApp::start();
    let admin = app.admin();
    let backup = make(&admin, json!({})).await;
    let bytes = backup["bytes"].as_u64().unwrap();
    let get = async |method: Method, headers: &[(&str, &str)]| {
        let mut request = admin.request(method, &path(&backup));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.send().await.unwrap()
    };
    let head = get(Method::HEAD, &[]).await;
    assert_eq!(head.status().as_u16(), 200);
    assert_eq!(head.headers()["content-length"], bytes.to_string());
    assert_eq!(head.headers()["accept-ranges"], "bytes");
    let tag = head.headers()["etag"].to_str().unwrap().to_owned();
    assert!(head.bytes().await.unwrap().is_empty());

    let whole = get(Method::GET, &[]).await.bytes().await.unwrap();
    let rest = get(Method::GET, &[("range", "bytes=100-"), ("if-range", &tag)]).await;
    assert_eq!(rest.status().as_u16(), 206);
    let range = format!("bytes 100-{}/{bytes}", bytes - 1);
    assert_eq!(rest.headers()["content-range"], range);
    assert_eq!(rest.bytes().await.unwrap(), whole[100..]);
    let other = get(
        Method::GET,
        &[("range", "bytes=100-"), ("if-range", "\"x\"")],
    )
    .await;
    assert_eq!(other.status().as_u16(), 200);
    let beyond = get(Method::GET, &[("range", &format!("bytes={bytes}-"))]).await;
    assert_eq!(beyond.status().as_u16(), 416);
    assert_eq!(
        beyond.headers()["content-range"],
        format!("bytes */{bytes}")
    );
    // What is gone is still read to its end by whoever has begun.
    let begun = get(Method::GET, &[]).await;
    delete(&admin, &path(&backup)).await.ok();
    assert_eq!(begun.bytes().await.unwrap(), whole);
}

#[actix_web::test]
async fn a_name_that_is_no_backup_leads_nowhere() {
    let app = TestApp::start();
    let admin = app.admin();
    make(&admin, json!({})).await;
    std::fs::write(app.data_dir().join("x.tar.zst"), "").unwrap();
    for name in [
        "..%2Fx.tar.zst",
        "%2E%2E%2Fsecret.key",
        "none.tar.zst",
        "..%2Fheadwater.sqlite",
        "a%00.tar.zst",
    ] {
        let path = format!("{ALL}/{name}");
        admin.get(&path).await.failed(404, "not_found");
        delete(&admin, &path).await.failed(404, "not_found");
    }
    assert!(app.data_dir().join("x.tar.zst").exists());
    // Of a file that somebody put there it is said what is seen.
    let put = app.data_dir().join("backups/mine.tar.zst");
    std::fs::write(put, "mine").unwrap();
    let listed = admin.get(ALL).await.ok();
    let mine = listed
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["name"] == "mine.tar.zst");
    let mine = mine.unwrap();
    assert_eq!((&mine["bytes"], &mine["sha256"]), (&json!(4), &Value::Null));
}

#[actix_web::test]
async fn the_admin_of_one_organization_among_several_gets_nothing_of_the_others() {
    let app = TestApp::start();
    let admin = app.admin();
    make(&admin, json!({})).await;
    let editor = app.user("ed", "acme", "editor");
    editor.get(ALL).await.failed(403, "forbidden");
    // From the moment that there is another organization nobody is the operator by being the only one.
    let other = app.user("sam", "other", "admin");
    for admin in [&admin, &other] {
        let refused = admin.get(ALL).await.failed(403, "forbidden");
        let hint = refused["error"]["hint"].as_str().unwrap();
        assert!(hint.contains("operator_organization"), "{refused}");
        admin.post(ALL, json!({})).await.failed(403, "forbidden");
    }
    let folder = app.stop();
    let named = [("HEADWATER_OPERATOR_ORGANIZATION", "Other")];
    let app = TestApp::start_with(folder, &named);
    assert_eq!(count(&app.caller("sam", "other").get(ALL).await.ok()), 1);
    app.admin().get(ALL).await.failed(403, "forbidden");
}

/// A file that takes a while, and no room on the disk.
fn long(folder: &Path) {
    let files = folder.join("files");
    std::fs::create_dir_all(&files).unwrap();
    let file = File::create(files.join("long")).unwrap();
    file.set_len(8 << 30).unwrap();
}

#[actix_web::test]
async fn one_is_made_at_a_time_and_ends_with_the_server() {
    let app = TestApp::start();
    let admin = app.admin();
    long(app.data_dir());
    let begun = admin.post(ALL, json!({"wait": false})).await;
    assert_eq!(begun.status, 202, "{}", begun.body);
    let name = begun.body["data"]["name"].as_str().unwrap();
    let second = admin.post(ALL, json!({})).await.failed(409, "conflict");
    assert_eq!(second["error"]["details"]["running"]["name"], name);
    assert_eq!(admin.get(ALL).await.ok(), json!([]));
    let folder = app.stop();
    // Neither a part of it nor what it was written in is left.
    let left: Vec<PathBuf> = std::fs::read_dir(folder.path().join("backups"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    assert_eq!(left, Vec::<PathBuf>::new());
}

#[actix_web::test]
async fn a_backup_goes_on_when_its_caller_hangs_up() {
    let app = TestApp::start();
    let admin = app.admin();
    // Something to copy, or it could be done before its caller goes.
    let files = app.data_dir().join("files");
    std::fs::create_dir_all(&files).unwrap();
    let mut noise = vec![0_u8; 64 << 20];
    rand::rng().fill_bytes(&mut noise);
    std::fs::write(files.join("large.bin"), noise).unwrap();
    let request = admin.request(Method::POST, ALL).json(&json!({}));
    // The caller goes as soon as it is known to run.
    let asked = tokio::spawn(request.send());
    while !app.log().contains("a backup was asked for") {
        tokio::task::yield_now().await;
    }
    asked.abort();
    let listed = until(&admin, ALL, |listed| count(listed) == 1).await;
    assert_eq!(listed[0]["sha256"].as_str().unwrap().len(), 64);
    // Its file stands in the folder a moment before all of its work is done.
    let is_over = |status: &Value| status["backups"]["running"].is_null();
    until(&admin, "/admin/status", is_over).await;
    make(&admin, json!({})).await;
}
