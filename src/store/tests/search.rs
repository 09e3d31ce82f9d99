use super::*;
use crate::store::captures::{self, CaptureDraft};
use crate::store::now;
use crate::store::search::{self, SearchDraft};

fn put(
    fixture: &Fixture,
    at: (&Owner, &WorkspaceId, &SourceId),
    fingerprint: &str,
    parts: &[Vec<u8>],
) {
    let draft = SearchDraft {
        fingerprint,
        format: 1,
        parts,
    };
    assert!(fixture.write(|tx| search::put(tx, at.0, at.1, at.2, &draft)));
}

#[test]
fn the_parts_of_a_source_are_replaced_and_go_with_it_or_with_its_schema() {
    let fixture = Fixture::new();
    let anna = fixture.owner("anna");
    let workspace = fixture.workspace(&anna, "ws_1");
    let [one, two] = ["b", "a"].map(|name| fixture.source(&anna, &workspace, name));
    put(
        &fixture,
        (&anna, &workspace, &one),
        "f",
        &[vec![1], vec![2], vec![3]],
    );
    put(&fixture, (&anna, &workspace, &two), "f", &[vec![9]]);
    assert_eq!(
        fixture.searched(&anna, &workspace),
        [[9], [1], [2], [3]],
        "by name of the source"
    );
    put(&fixture, (&anna, &workspace, &one), "g", &[vec![4]]);
    assert_eq!(fixture.searched(&anna, &workspace), [[9], [4]]);

    fixture.write(|tx| captures::forget(tx, &anna, &workspace, &one));
    assert_eq!(fixture.searched(&anna, &workspace), [[9]]);
    fixture.write(|tx| sources::delete_many(tx, &anna, &workspace, &[two.to_string()]));
    let left: i64 = fixture.read(|conn| {
        let sql = "SELECT (SELECT count(*) FROM search_index) + (SELECT count(*) FROM search_part)";
        Ok(conn.query_row(sql, [], |row| row.get(0))?)
    });
    assert_eq!(left, 0);
}

#[test]
fn parts_of_another_schema_or_format_are_outdated() {
    let fixture = Fixture::new();
    let anna = fixture.owner("anna");
    let workspace = fixture.workspace(&anna, "ws_1");
    let source = fixture.source(&anna, &workspace, "db");
    let outdated = |format| fixture.read(|conn| search::outdated(conn, &anna, &workspace, format));
    assert_eq!(outdated(1), [], "nothing is kept yet");
    let draft = CaptureDraft {
        document: b"{}",
        document_gzip: b"gz",
        fingerprint: "f",
        captured_at: now(),
    };
    fixture.write(|tx| captures::put(tx, &anna, &workspace, &source, &draft));
    assert_eq!(outdated(1), std::slice::from_ref(&source));
    put(&fixture, (&anna, &workspace, &source), "e", &[]);
    assert_eq!(outdated(1), std::slice::from_ref(&source));
    put(&fixture, (&anna, &workspace, &source), "f", &[]);
    assert_eq!(outdated(1), []);
    assert_eq!(outdated(2), [source]);
}
