//! Archives that somebody else wrote.

use std::path::{Path, PathBuf};

use data_encoding::HEXLOWER;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tar::{EntryType, Header};

use super::{Place, done, refused, unpacked};

const MANIFEST: &str = "headwater-backup.json";

/// An entry as it stands in an archive, whatever it claims.
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

fn manifest(entries: &[Entry]) -> Value {
    let files: Vec<_> = (entries.iter())
        .map(|entry| {
            json!({"path": String::from_utf8_lossy(&entry.name), "bytes": entry.content.len(),
                   "sha256": HEXLOWER.encode(&Sha256::digest(&entry.content))})
        })
        .collect();
    json!({"format": 1, "program": "0.1.0", "created_at": "2026-01-01T00:00:00Z",
           "with_key": false, "files": files})
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

/// A folder, a whole backup of it, and its entries without the manifest.
struct Attack {
    place: Place,
    whole: PathBuf,
    users: String,
    beside: Vec<String>,
}

impl Attack {
    fn new() -> Self {
        let place = Place::new("anna");
        let whole = place.backup("whole");
        place.add_user("ben");
        std::fs::write(place.root.path().join("hostile"), "").unwrap();
        Self {
            users: place.users(),
            beside: place.beside(),
            whole,
            place,
        }
    }

    fn entries(&self) -> Vec<Entry> {
        let files = unpacked(&self.whole);
        let files = files.iter().filter(|(name, _)| *name != MANIFEST);
        files.map(|(name, content)| file(name, content)).collect()
    }

    /// Is refused with these words, and nothing has changed.
    #[track_caller]
    fn refused(&self, archive: &[u8], telling: &str) {
        let path = self.place.root.path().join("hostile");
        std::fs::write(&path, archive).unwrap();
        refused(
            &self.place.run(&["restore", path.to_str().unwrap()]),
            telling,
        );
        assert_eq!(self.place.users(), self.users);
        assert_eq!(self.place.beside(), self.beside);
        assert!(!Path::new("/tmp/evil").exists());
    }

    /// The entries, changed, with a manifest that agrees.
    #[track_caller]
    fn agreeing(&self, change: impl FnOnce(&mut Vec<Entry>), telling: &str) {
        let mut entries = self.entries();
        change(&mut entries);
        let text = manifest(&entries).to_string();
        entries.push(file(MANIFEST, text.as_bytes()));
        self.refused(&packed(&entries), telling);
    }
}

#[test]
fn an_archive_made_by_hand_of_the_same_files_is_restored() {
    let attack = Attack::new();
    let mut entries = attack.entries();
    let text = manifest(&entries).to_string();
    entries.push(file(MANIFEST, text.as_bytes()));
    let path = attack.place.root.path().join("hostile");
    std::fs::write(&path, packed(&entries)).unwrap();
    done(&attack.place.run(&["restore", path.to_str().unwrap()]));
    assert!(!attack.place.users().contains("ben"));
}

#[test]
fn paths_that_lead_elsewhere_and_all_that_is_no_file_are_refused() {
    let attack = Attack::new();
    for name in [
        "../evil",
        "files/../../evil",
        "/tmp/evil",
        "files/./evil",
        "files//evil",
        "workspaces/../../evil.sqlite",
        "headwater.toml",
        "headwater.lock",
        "headwater.sqlite-wal",
        "backups/evil",
    ] {
        attack.agreeing(
            |all| all.push(file(name, b"evil")),
            "belongs to no data folder",
        );
    }
    for kind in [
        EntryType::Symlink,
        EntryType::Link,
        EntryType::Directory,
        EntryType::Fifo,
        EntryType::Block,
        EntryType::GNUSparse,
        EntryType::XHeader,
        EntryType::GNULongLink,
    ] {
        let entry = Entry {
            kind,
            ..file("files/evil", b"")
        };
        attack.agreeing(|all| all.insert(0, entry), "is no plain file");
    }
    attack.agreeing(
        |all| all.extend([file("files/a", b"1"), file("files/a", b"2")]),
        "twice",
    );
    // A file where a folder has to be.
    attack.agreeing(
        |all| all.extend([file("files/a", b"1"), file("files/a/b", b"2")]),
        "cannot be used",
    );
}

#[test]
fn what_the_manifest_does_not_say_is_refused() {
    let attack = Attack::new();
    let with = |change: &dyn Fn(&mut Vec<Entry>, &mut Value)| {
        let mut entries = attack.entries();
        entries.push(file("files/a", b"content"));
        let mut text = manifest(&entries);
        change(&mut entries, &mut text);
        entries.push(file(MANIFEST, text.to_string().as_bytes()));
        packed(&entries)
    };
    let altered = with(&|entries, _| entries.last_mut().unwrap().content[0] ^= 1);
    attack.refused(&altered, "is not what its manifest says");
    attack.refused(
        &with(&|entries, _| drop(entries.pop())),
        "names other files",
    );
    attack.refused(
        &with(&|entries, _| entries.push(file("files/b", b""))),
        "names other files",
    );
    attack.refused(&with(&|_, text| text["format"] = json!(2)), "its form is 2");
    attack.refused(
        &with(&|_, text| text["files"] = json!(7)),
        "manifest cannot be read",
    );
    attack.refused(&packed(&attack.entries()), "no manifest");
    let mut behind = attack.entries();
    let text = manifest(&behind).to_string();
    behind.push(file(MANIFEST, text.as_bytes()));
    behind.push(file("files/behind", b""));
    attack.refused(&packed(&behind), "more than a backup does");
    attack.agreeing(Vec::clear, "holds no store");
}

#[test]
fn sizes_without_end_are_refused_before_they_are_written() {
    let attack = Attack::new();
    let claims = |kind, claimed| Entry {
        kind,
        claimed,
        ..file("files/a", b"")
    };
    let large = packed(&[claims(EntryType::Regular, 1 << 50)]);
    attack.refused(&large, "more room than there is");
    attack.refused(
        &packed(&[claims(EntryType::GNULongName, 1 << 40)]),
        "name that is too long",
    );
    let manifest = Entry {
        claimed: 1 << 40,
        ..file(MANIFEST, b"")
    };
    attack.refused(&packed(&[manifest]), "manifest is too large");
    // Zeros behind the end: little in the archive, much when unpacked.
    let zeros = zstd::encode_all(vec![0_u8; 64 << 20].as_slice(), 1).unwrap();
    let mut entries = attack.entries();
    let text = self::manifest(&entries).to_string();
    entries.push(file(MANIFEST, text.as_bytes()));
    let mut bomb = packed(&entries);
    bomb.extend(zeros);
    attack.refused(&bomb, "more than a backup does");
}

#[test]
fn an_archive_that_is_cut_or_damaged_anywhere_is_refused() {
    let attack = Attack::new();
    let whole = std::fs::read(&attack.whole).unwrap();
    let content = zstd::decode_all(&*whole).unwrap();
    for part in 0..12 {
        attack.refused(&whole[..whole.len() * part / 12], "nothing was changed");
    }
    attack.refused(&whole[..whole.len() - 1], "cut off");
    for part in 0..12 {
        let mut damaged = whole.clone();
        damaged[whole.len() * part / 12] ^= 0x40;
        // Now and then a bit of what zstd writes tells nothing: the content is whole, and passes.
        if !zstd::decode_all(&*damaged).is_ok_and(|same| same == content) {
            attack.refused(&damaged, "nothing was changed");
        }
    }
    attack.refused(b"", "nothing was changed");
    attack.refused(&b"no archive ".repeat(999), "no backup");
}

#[test]
fn databases_that_are_damaged_or_newer_are_refused() {
    let attack = Attack::new();
    let store = |change: &dyn Fn(&Path)| {
        let path = attack.place.root.path().join("hostile");
        std::fs::write(&path, &unpacked(&attack.whole)["headwater.sqlite"]).unwrap();
        change(&path);
        file("headwater.sqlite", &std::fs::read(&path).unwrap())
    };
    let newer = store(&|path| {
        let conn = rusqlite::Connection::open(path).unwrap();
        conn.pragma_update(None, "user_version", 99).unwrap();
    });
    attack.agreeing(|all| *all = vec![newer], "written by a newer Headwater");
    let damaged = store(&|path| {
        let mut bytes = std::fs::read(path).unwrap();
        bytes[5000..9000].fill(0xff);
        std::fs::write(path, bytes).unwrap();
    });
    attack.agreeing(|all| *all = vec![damaged], "does not pass");
    let none = file("headwater.sqlite", b"no database");
    attack.agreeing(|all| *all = vec![none], "does not pass");
    let copies = file("workspaces/ws_1.sqlite", b"no database");
    attack.agreeing(|all| all.push(copies), "does not pass");
}
