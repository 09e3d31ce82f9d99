//! Archives that are not as they were exported: each is refused by what is wrong with it, and nothing
//! of it is kept.

use data_encoding::HEXLOWER;
use reqwest::Method;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tar::{EntryType, Header};

use super::workspace_archive::{archive, entries, left, send_archive};
use super::workspace_transfer::{app_with_workspace, resealed};
use crate::support::app::TestApp;
use crate::support::client::Client;

/// An entry as it stands in an archive, whatever it claims.
#[derive(Clone)]
struct Entry {
    kind: EntryType,
    name: Vec<u8>,
    claimed: u64,
    content: Vec<u8>,
}

fn file(name: &str, content: &[u8]) -> Entry {
    Entry {
        kind: EntryType::Regular,
        name: name.as_bytes().to_vec(),
        claimed: content.len() as u64,
        content: content.to_vec(),
    }
}

fn packed(entries: &[Entry]) -> Vec<u8> {
    let mut tar = tar::Builder::new(zstd::Encoder::new(Vec::new(), 1).unwrap());
    for entry in entries {
        let mut header = Header::new_gnu();
        header.set_entry_type(entry.kind);
        header.set_size(entry.claimed);
        // As bytes: the library writes no name that leads out.
        let name = &mut header.as_gnu_mut().unwrap().name;
        name[..entry.name.len()].copy_from_slice(&entry.name);
        if entry.kind.is_symlink() || entry.kind.is_hard_link() {
            header.set_link_name("/etc/passwd").unwrap();
        }
        header.set_cksum();
        tar.append(&header, entry.content.as_slice()).unwrap();
    }
    tar.into_inner().unwrap().finish().unwrap()
}

/// The entries with a checksum that fits them.
fn summed(mut entries: Vec<Entry>) -> Vec<Entry> {
    entries.retain(|entry| entry.name != b"checksum.json");
    let mut hash = Sha256::new();
    for entry in &entries {
        hash.update(&entry.name);
        hash.update([0]);
        hash.update(entry.claimed.to_le_bytes());
        hash.update(&entry.content);
    }
    let sum = json!({"entries": entries.len(), "sha256": HEXLOWER.encode(&hash.finalize())});
    entries.push(file("checksum.json", sum.to_string().as_bytes()));
    entries
}

struct Attack {
    _source: TestApp,
    whole: Vec<u8>,
    entries: Vec<Entry>,
    app: TestApp,
    bob: Client,
}

impl Attack {
    async fn new() -> Self {
        let (source, admin) = app_with_workspace().await;
        let upload = admin
            .request(Method::POST, "/data/files?name=a.csv")
            .body("a\n1\n");
        crate::support::client::send(upload).await.ok();
        let whole = archive(&admin, "default", json!({"include_data": true})).await;
        let app = TestApp::start_with(
            tempfile::TempDir::new().unwrap(),
            &[
                ("HEADWATER_MAX_IMPORT_MB", "4"),
                ("HEADWATER_MAX_UPLOAD_MB", "1"),
            ],
        );
        let entries = entries(&whole);
        let entries = entries.iter().map(|(name, content)| file(name, content));
        Self {
            entries: entries.collect(),
            bob: app.admin(),
            _source: source,
            app,
            whole,
        }
    }

    async fn refused(&self, archive: Vec<u8>, path: &str, words: &str) {
        for query in ["?workspace_id=w", "?workspace_id=w&dry_run=true"] {
            let failed = send_archive(&self.bob, query, archive.clone()).await;
            let failed = failed.failed(400, "invalid_field");
            assert_eq!(failed["error"]["details"]["path"], path, "{failed}");
            let message = failed["message"].as_str().unwrap();
            assert!(message.contains(words), "{words}: {message}");
            self.nothing_is_kept().await;
        }
    }

    async fn nothing_is_kept(&self) {
        assert_eq!(self.bob.get("/workspaces/list").await.ok(), json!([]));
        assert_eq!(left(&self.app), Vec::<String>::new());
    }

    /// The entries, changed, with a checksum that fits.
    async fn changed(&self, path: &str, words: &str, change: impl FnOnce(&mut Vec<Entry>)) {
        let mut entries = self.entries.clone();
        change(&mut entries);
        self.refused(packed(&summed(entries)), path, words).await;
    }

    /// The place of an entry.
    fn at(&self, name: &str) -> usize {
        let named = |entry: &Entry| entry.name == name.as_bytes();
        self.entries.iter().position(named).unwrap()
    }
}

fn edited(content: &[u8], change: impl FnOnce(&mut Value)) -> Vec<u8> {
    let mut document = serde_json::from_slice(content).unwrap();
    change(&mut document);
    let document = if document["checksum"].is_string() {
        resealed(document)
    } else {
        document
    };
    serde_json::to_vec(&document).unwrap()
}

#[actix_web::test]
async fn an_archive_that_is_made_by_hand_of_the_same_entries_is_taken() {
    let attack = Attack::new().await;
    let made = packed(&summed(attack.entries.clone()));
    let imported = send_archive(&attack.bob, "?workspace_id=w", made)
        .await
        .ok();
    assert_eq!(
        json!([
            imported["summary"]["rows_imported"],
            imported["summary"]["files_imported"]
        ]),
        json!([6, 1])
    );
}

#[actix_web::test]
async fn what_is_cut_or_damaged_is_refused() {
    let attack = Attack::new().await;
    let whole = &attack.whole;
    for at in [
        4,
        whole.len() / 4,
        whole.len() / 2,
        whole.len() - 20,
        whole.len() - 1,
    ] {
        attack.refused(whole[..at].to_vec(), "archive", "").await;
    }
    let content = zstd::decode_all(&**whole).unwrap();
    for at in [6, whole.len() / 3, whole.len() / 2, whole.len() - 2] {
        let mut flipped = whole.clone();
        flipped[at] ^= 0x10;
        // Now and then a bit of what zstd writes tells nothing: the content is whole, and passes.
        if zstd::decode_all(&*flipped).is_ok_and(|same| same == content) {
            continue;
        }
        // What was hit tells it, or the checksum.
        let failed = send_archive(&attack.bob, "?workspace_id=w", flipped).await;
        assert_eq!(failed.status, 400, "{}", failed.body);
        attack.nothing_is_kept().await;
    }
    attack
        .refused(b"no archive".to_vec(), "archive", "no archive")
        .await;
    attack.refused(Vec::new(), "archive", "cut off").await;
    let mut more = attack.entries.clone();
    more.push(file("rows/9/0.ndjson", b"[1]\n"));
    attack
        .refused(packed(&more), "archive", "rows/9/0.ndjson")
        .await;
    let none: Vec<_> = attack.entries[..attack.entries.len() - 1].to_vec();
    attack.refused(packed(&none), "archive", "cut off").await;
    let at = attack.at("rows/0/0.ndjson");
    let mut other = attack.entries.clone();
    let text = String::from_utf8(other[at].content.clone()).unwrap();
    other[at].content = text.replace("Ada", "Abc").into_bytes();
    assert_ne!(other[at].content, text.as_bytes());
    attack
        .refused(packed(&other), "archive", "checksum does not fit")
        .await;
}

#[actix_web::test]
async fn entries_that_no_export_writes_are_refused() {
    let attack = Attack::new().await;
    let rows = attack.at("rows/0/0.ndjson");
    for name in [
        "../evil",
        "/tmp/evil",
        "files/../../evil",
        "files/.evil",
        "files/a/b",
        "rows/00/1.ndjson",
        "rows/99/0.ndjson",
        "schemas/7/last.json.gz",
        "unknown",
    ] {
        attack
            .changed("archive", "no export does", |all| {
                all.insert(rows, file(name, b"x\n"));
            })
            .await;
    }
    for kind in [
        EntryType::Symlink,
        EntryType::Link,
        EntryType::Directory,
        EntryType::Fifo,
        EntryType::XHeader,
        EntryType::GNUSparse,
    ] {
        attack
            .changed("archive", "no export does", |all| {
                all.insert(
                    rows,
                    Entry {
                        kind,
                        ..file("files/link", b"")
                    },
                );
            })
            .await;
    }
    for name in [
        "rows/0/0.ndjson",
        "schemas/0/1.json.gz",
        "manifest.json",
        "document.json",
    ] {
        let at = attack.at(name);
        attack
            .changed("archive", "no export does", |all| {
                all.insert(at, all[at].clone());
            })
            .await;
    }
    let at = attack.at("files/a.csv");
    attack
        .changed("archive", "no export does", |all| {
            all.insert(at, all[at].clone());
        })
        .await;
    attack
        .changed("archive", "no export does", |all| all.swap(0, 1))
        .await;
    attack
        .changed(
            "document.json.copies[0].rows",
            "number of its rows",
            |all| all.swap(rows, rows + 1),
        )
        .await;
    attack
        .changed("archive", "no export does", |all| all.swap(rows, 2))
        .await;
    attack
        .changed("archive", "lacks 'schemas/0/1.json.gz'", |all| {
            drop(all.remove(3));
        })
        .await;
    attack
        .changed(
            "document.json.copies[0].rows",
            "number of its rows",
            |all| drop(all.remove(rows)),
        )
        .await;
    let mut claims = attack.entries.clone();
    claims[rows].claimed = 1 << 40;
    // What stands behind it is no row.
    let failed = send_archive(&attack.bob, "", packed(&claims)).await;
    failed.failed(400, "invalid_field");
    attack.nothing_is_kept().await;
    assert!(!std::path::Path::new("/tmp/evil").exists());
}

#[actix_web::test]
async fn contents_that_do_not_fit_are_refused_by_their_place() {
    let attack = Attack::new().await;
    let (manifest, document) = (0, 1);
    let rows = attack.at("rows/0/0.ndjson");
    let edit = |at: usize, change: fn(&mut Value)| {
        move |all: &mut Vec<Entry>| {
            let name = String::from_utf8(all[at].name.clone()).unwrap();
            all[at] = file(&name, &edited(&all[at].content, change));
        }
    };
    let version = "document.json.format_version";
    attack
        .changed(
            version,
            "versions up to 1",
            edit(document, |d| d["format_version"] = 2.into()),
        )
        .await;
    attack
        .changed(
            "manifest.json.format_version",
            "versions up to 1",
            edit(manifest, |d| d["format_version"] = 2.into()),
        )
        .await;
    attack
        .changed(
            "manifest.json.format",
            "headwater-workspace-archive",
            edit(manifest, |d| d["format"] = "x".into()),
        )
        .await;
    attack
        .changed(
            "document.json.more",
            "unknown",
            edit(document, |d| d["more"] = 1.into()),
        )
        .await;
    attack
        .changed(
            "document.json.workspace.name",
            "200 characters",
            edit(document, |d| {
                d["workspace"]["name"] = "x".repeat(1000).into();
            }),
        )
        .await;
    attack
        .changed(
            "document.json.copies[0].data",
            "beside it",
            edit(document, |d| d["copies"][0]["data"] = json!([])),
        )
        .await;
    let replace = |at: usize, content: &[u8]| {
        let content = content.to_vec();
        move |all: &mut Vec<Entry>| {
            let name = String::from_utf8(all[at].name.clone()).unwrap();
            all[at] = file(&name, &content);
        }
    };
    attack
        .refused(
            packed(&summed({
                let mut all = attack.entries.clone();
                all[document] = file("document.json", b"{\"a\": 1, \"a\": 2}");
                all
            })),
            "document.json.a",
            "twice",
        )
        .await;
    for (content, line) in [
        (&b"[1]\n"[..], 1),
        (b"[1,2,3,4,5,6]\n", 1),
        (b"[1,true,null,null,null]\n", 1),
        (b"[1,{\"real\":\"x\"},null,null,null]\n", 1),
        (b"[1,null,null,null,null]", 1),
        (b"[1,null,null,null,null]\n\n", 2),
        (b"{}\n", 1),
        (b"\xff\n", 1),
    ] {
        let path = format!("rows/0/0.ndjson:{line}");
        attack
            .changed(&path, "row of so many values", replace(rows, content))
            .await;
    }
    let twice = b"[1,null,null,null,null]\n[1,null,null,null,null]\n[2,null,null,null,null]\n[3,null,null,null,null]\n";
    attack
        .changed(
            "document.json.copies[0].data",
            "key tells apart",
            replace(rows, twice),
        )
        .await;
    // Behind so many rows that some of them are written by then.
    let many: Vec<_> = (1..=30_000)
        .map(|key| format!("[{key},null,null,null,null]\n"))
        .collect();
    let many = many.concat();
    let wrong = replace(rows, (many.clone() + "[1]\n").as_bytes());
    attack
        .changed("rows/0/0.ndjson:30001", "row of so many values", wrong)
        .await;
    let again = replace(rows, (many.clone() + &many).as_bytes());
    attack
        .changed("document.json.copies[0].data", "key tells apart", again)
        .await;
    attack
        .changed(
            "schemas/0/last.json.gz",
            "schema of a source",
            replace(2, b"no gzip"),
        )
        .await;
    attack
        .changed(
            "schemas/0/1.json.gz",
            "schema of a source",
            replace(3, b"no gzip"),
        )
        .await;
}

#[actix_web::test]
async fn bombs_and_what_is_over_a_limit_are_refused() {
    let attack = Attack::new().await;
    let rows = attack.at("rows/0/0.ndjson");
    let at = attack.at("files/a.csv");
    // 200 MB of nothing take some kilobytes.
    let name = "rows/0/0.ndjson";
    attack
        .changed("archive", "thousand times", |all| {
            all[rows] = file(name, &vec![b' '; 200 << 20]);
        })
        .await;
    attack
        .changed("archive", "thousand times", |all| {
            let mut line = b"[1,\"".to_vec();
            line.resize(120 << 20, b'x');
            all[rows] = file(name, &line);
        })
        .await;
    let mut large = attack.entries.clone();
    large[at] = file("files/a.csv", &vec![0; (1 << 20) + 1]);
    let failed = send_archive(&attack.bob, "", packed(&summed(large))).await;
    let failed = failed.failed(413, "quota_exceeded");
    assert!(
        failed["error"]["hint"]
            .as_str()
            .unwrap()
            .contains("max_upload_mb"),
        "{failed}"
    );
    attack.nothing_is_kept().await;
    let mut long = attack.whole.clone();
    long.resize((4 << 20) + 1, 0);
    let failed = send_archive(&attack.bob, "", long)
        .await
        .failed(413, "body_too_large");
    assert!(
        failed["error"]["hint"]
            .as_str()
            .unwrap()
            .contains("max_import_mb"),
        "{failed}"
    );
    attack.nothing_is_kept().await;
    let viewer = attack.app.user("vera", "acme", "viewer");
    let path = "?scope=organization&workspace_id=w";
    send_archive(&viewer, path, attack.whole.clone())
        .await
        .failed(403, "forbidden");
}
