//! Commands that are killed in the middle: what stands under a name is whole, whenever that is.

use std::path::Path;
use std::process::{Child, Stdio};

use super::{Place, done};
use crate::support::app::command;

/// How often each is killed; more by `HEADWATER_TEST_ROUNDS`.
pub fn rounds() -> u64 {
    rounds_or(6)
}

/// The same for those that are killed so many times where nothing is said.
pub fn rounds_or(unless_told: u64) -> u64 {
    let text = std::env::var("HEADWATER_TEST_ROUNDS").unwrap_or_default();
    text.parse().unwrap_or(unless_told)
}

/// Bytes that cannot be packed, so that writing them takes a while.
fn noise(mut seed: u64, bytes: usize) -> Vec<u8> {
    let mut noise = Vec::with_capacity(bytes + 8);
    while noise.len() < bytes {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        noise.extend_from_slice(&seed.to_le_bytes());
    }
    noise.truncate(bytes);
    noise
}

const BYTES: u64 = 6 << 20;

fn fill(place: &Place, seed: u64) {
    let files = place.data().join("files");
    std::fs::create_dir_all(&files).unwrap();
    for number in 0..3 {
        let bytes = usize::try_from(BYTES / 3).unwrap();
        std::fs::write(
            files.join(format!("f{number}")),
            noise(seed + number, bytes),
        )
        .unwrap();
    }
}

/// The bytes below a folder.
pub fn below(path: &Path) -> u64 {
    let mut sum = 0;
    let mut folders = vec![path.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            match entry.metadata() {
                Ok(found) if found.is_dir() => folders.push(entry.path()),
                Ok(found) => sum += found.len(),
                Err(_) => {}
            }
        }
    }
    sum
}

/// The bytes below the folders that are being written aside.
fn written(folder: &Path) -> u64 {
    let entries = std::fs::read_dir(folder).unwrap().flatten();
    let aside = entries.filter(|e| e.file_name().to_string_lossy().contains("aside"));
    aside.map(|entry| below(&entry.path())).sum()
}

/// Kills a command as soon as `when` holds. Answers whether it was still running.
pub fn killed(mut child: Child, when: impl Fn() -> bool) -> bool {
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            assert!(status.success(), "{status}");
            return false;
        }
        if when() {
            child.kill().unwrap();
            return !child.wait().unwrap().success();
        }
        std::thread::yield_now();
    }
}

fn spawn(place: &Place, args: &[&str]) -> Child {
    let mut command = command();
    command.args(args).arg("--data-dir").arg(place.data());
    command
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

#[test]
fn a_backup_that_is_killed_leaves_no_file_or_a_whole_one() {
    let place = Place::new("anna");
    fill(&place, 7);
    let (mut kills, rounds) = (0, rounds());
    for round in 0..rounds {
        let file = place.root.path().join(format!("b{round}"));
        let limit = BYTES * round / rounds;
        let child = spawn(&place, &["backup", file.to_str().unwrap()]);
        kills += u64::from(killed(child, || written(place.root.path()) >= limit.max(1)));
        if file.exists() {
            done(&place.run(&["restore", "--check", file.to_str().unwrap()]));
            std::fs::remove_file(&file).unwrap();
        }
        assert!(place.users().contains("anna"));
    }
    println!("{kills} of {rounds} were killed");
    assert!(kills > 0);
    place.backup("last");
    assert_eq!(place.beside(), ["last"]);
}

#[test]
fn a_restore_that_is_killed_leaves_the_old_folder_or_the_new_one() {
    let place = Place::new("anna");
    fill(&place, 7);
    let anna = place.backup("anna.tar.zst");
    place.add_user("ben");
    fill(&place, 70);
    let ben = place.backup("ben.tar.zst");
    let (mut kills, rounds) = (0, rounds());
    let (mut old, mut new) = (0, 0);
    let mut at_ben = true;
    for round in 0..rounds {
        let archive = if at_ben { &anna } else { &ben };
        let child = spawn(&place, &["restore", archive.to_str().unwrap()]);
        // Some in the midst of unpacking, some in the midst of the exchange.
        let limit = BYTES * round / rounds;
        let replaced = || place.beside().iter().any(|name| name.contains("replaced"));
        let was_killed = killed(child, || match round % 3 {
            2 => replaced(),
            _ => written(place.root.path()) >= limit.max(1),
        });
        kills += u64::from(was_killed);
        let users = place.users();
        assert!(users.contains("anna"), "{users}");
        let is_ben = users.contains("ben");
        if is_ben == at_ben {
            old += 1;
            assert!(was_killed);
        } else {
            new += 1;
        }
        at_ben = is_ben;
        for number in 0..3 {
            let seed = if is_ben { 70 } else { 7 } + number;
            let content = std::fs::read(place.data().join(format!("files/f{number}"))).unwrap();
            let bytes = usize::try_from(BYTES / 3).unwrap();
            assert!(
                content == noise(seed, bytes),
                "file {number} of round {round}"
            );
        }
        for name in place.beside().iter().filter(|n| n.contains("replaced")) {
            std::fs::remove_dir_all(place.root.path().join(name)).unwrap();
        }
    }
    println!("{kills} of {rounds} were killed: {old} old folders, {new} new ones");
    assert!(kills > 0);
    done(&place.run(&["restore", ben.to_str().unwrap()]));
    assert!(place.users().contains("ben"));
    assert!(!place.beside().iter().any(|name| name.contains("aside")));
}
