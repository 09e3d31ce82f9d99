//! The libraries of the page are the files that were reviewed, and no others.

use std::collections::BTreeSet;

use data_encoding::HEXLOWER;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::files::root;

#[test]
fn every_library_of_the_page_is_the_file_that_its_manifest_names() {
    let folder = root().join("static/vendor");
    let manifest = std::fs::read(folder.join("manifest.json")).unwrap();
    let manifest: Vec<Value> = serde_json::from_slice(&manifest).unwrap();
    let mut known = BTreeSet::from(["manifest.json".to_owned(), "licences.txt".to_owned()]);
    for entry in &manifest {
        for field in ["name", "version", "licence", "from", "file", "sha256"] {
            assert!(entry[field].is_string(), "{entry} has no {field}");
        }
        let file = entry["file"].as_str().unwrap();
        let bytes = std::fs::read(folder.join(file)).unwrap();
        let sum = HEXLOWER.encode(&Sha256::digest(&bytes));
        assert_eq!(
            entry["sha256"], *sum,
            "{file} was edited: run node tests/page/vendor.mjs"
        );
        let text = String::from_utf8(bytes).unwrap();
        for target in imports(&text) {
            assert!(target.starts_with("./"), "{file} imports {target}");
            let there = folder.join(target);
            assert!(there.is_file(), "{file} imports {target}");
        }
        known.insert(file.to_owned());
    }
    let there: BTreeSet<_> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(there, known, "what is there, and what the manifest names");
}

/// What statements of a module import. The word `from` in quotes begins none.
fn imports(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    for (at, word) in text.match_indices("from") {
        let before = &text[..at];
        let begun = [before.rfind("import"), before.rfind("export")];
        let statement = begun
            .into_iter()
            .flatten()
            .max()
            .map(|at| &before[at + 6..]);
        let whole = statement.is_some_and(|names| {
            names.starts_with([' ', '{', '*']) && !names.contains(['"', '\'', '`', ';'])
        });
        let target = text[at + word.len()..].trim_start();
        let target = target
            .strip_prefix('"')
            .and_then(|rest| rest.split('"').next());
        found.extend(target.filter(|_| whole));
    }
    found
}

#[test]
fn imports_are_told_from_other_words_in_quotes() {
    let text = "import{a as b}from\"./a.js\";export { c } from \"./c.js\";\nif (word == \"from\") say(\"x\")\n\
                // exportName from \"module\"";
    assert_eq!(imports(text), ["./a.js", "./c.js"]);
}
