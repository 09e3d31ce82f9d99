//! What an operator does with a whole data folder, through the real binary.

mod arrivals;
mod backup;
mod crashes;
mod doctor;
mod doctor_sources;
mod hostile;
mod migrations;
mod rotation;
mod upgrades;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Output;

use tempfile::TempDir;

use crate::support::app::{PASSWORD, run};

/// The files of an archive, by their names.
pub type Files = BTreeMap<String, Vec<u8>>;

/// A data folder `data` in a folder of its own, with one user.
pub struct Place {
    pub root: TempDir,
}

impl Place {
    pub fn new(user: &str) -> Self {
        let place = Self {
            root: TempDir::new().unwrap(),
        };
        place.add_user(user);
        place
    }

    pub fn data(&self) -> PathBuf {
        self.root.path().join("data")
    }

    pub fn add_user(&self, name: &str) {
        let args = [
            "user",
            "add",
            name,
            "--organization",
            "acme",
            "--role",
            "admin",
            "--password-stdin",
        ];
        done(&run(&self.data(), &args, PASSWORD));
    }

    pub fn run(&self, args: &[&str]) -> Output {
        run(&self.data(), args, "")
    }

    /// The users, as the binary lists them.
    pub fn users(&self) -> String {
        done(&self.run(&["user", "list"]))
    }

    /// A backup of it.
    pub fn backup(&self, name: &str) -> PathBuf {
        let file = self.root.path().join(name);
        done(&self.run(&["backup", file.to_str().unwrap()]));
        file
    }

    /// What stands beside the data folder.
    pub fn beside(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.root.path()).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<_> = names.filter(|name| name != "data").collect();
        names.sort();
        names
    }
}

/// Ended well; what it printed.
#[track_caller]
pub fn done(output: &Output) -> String {
    assert!(output.status.success(), "{}", told(output));
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// What it told people.
pub fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Ended with 1, and told this in a calm way.
#[track_caller]
pub fn refused(output: &Output, telling: &str) {
    let told = told(output);
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(told.contains(telling), "no '{telling}' in {told}");
    for shape in ["panicked", "Error {", "Err(", "Some("] {
        assert!(!told.contains(shape), "{told}");
    }
}

/// What is in an archive.
pub fn unpacked(archive: &Path) -> Files {
    let content = zstd::Decoder::new(File::open(archive).unwrap()).unwrap();
    let mut files = Files::new();
    for entry in tar::Archive::new(content).entries().unwrap() {
        let mut entry = entry.unwrap();
        let name = entry.path().unwrap().to_str().unwrap().to_owned();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).unwrap();
        files.insert(name, bytes);
    }
    files
}
