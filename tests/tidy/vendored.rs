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
        for import in ["from\"", "from \""]
            .iter()
            .flat_map(|from| text.split(from).skip(1))
        {
            let target = import.split('"').next().unwrap_or_default();
            // What holds spaces is the end of another text.
            let is_specifier = !target.contains(char::is_whitespace);
            assert!(
                !is_specifier || target.starts_with("./"),
                "{file} imports {target}"
            );
        }
        known.insert(file.to_owned());
    }
    let there: BTreeSet<_> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(there, known, "what is there, and what the manifest names");
}
