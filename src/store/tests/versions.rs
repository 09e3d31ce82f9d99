use jiff::SignedDuration;

use super::*;
use crate::schema::TableRef;
use crate::store::versions::{self, MOST_BYTES, MOST_VERSIONS};
use crate::store::{FILE_NAME, now};

#[test]
fn versions_are_listed_newest_first_and_only_the_last_is_confirmed() {
    let fixture = Fixture::new();
    let anna = fixture.owner("anna");
    let workspace = fixture.workspace(&anna, "ws_1");
    let source = fixture.source(&anna, &workspace, "db");
    let of = (&anna, &workspace, &source);
    assert!(!fixture.write(|tx| versions::confirm(tx, of.0, of.1, of.2, now())));
    for number in 1..=2 {
        let draft = VersionDraft {
            document_gzip: if number == 1 { b"one" } else { b"two" },
            ..version_draft(number)
        };
        assert!(fixture.write(|tx| versions::add(tx, of.0, of.1, of.2, &draft)));
    }
    let later = now() + SignedDuration::from_secs(5);
    assert!(fixture.write(|tx| versions::confirm(tx, of.0, of.1, of.2, later)));
    fixture.read(|conn| {
        let all = versions::list(conn, of.0, of.1, of.2)?;
        let seen: Vec<_> = all
            .iter()
            .map(|version| (version.number, version.last_seen_at == later))
            .collect();
        assert_eq!(seen, [(2, true), (1, false)]);
        assert_eq!(all[1].captured_at, all[1].last_seen_at);
        assert_eq!((all[0].table_count, all[0].column_count), (2, 5));
        assert_eq!(
            versions::latest(conn, of.0, of.1, of.2)?.as_ref(),
            all.first()
        );
        let document = |number| versions::document(conn, of.0, of.1, of.2, number);
        assert_eq!(document(1)?.as_deref(), Some(&b"one"[..]));
        assert_eq!(document(3)?, None);
        Ok(())
    });
}

#[test]
fn the_oldest_versions_go_where_there_are_too_many_or_too_large_ones() {
    let fixture = Fixture::new();
    let anna = fixture.owner("anna");
    let workspace = fixture.workspace(&anna, "ws_1");
    let (many, large) = (
        fixture.source(&anna, &workspace, "many"),
        fixture.source(&anna, &workspace, "large"),
    );
    let numbers = |source: &SourceId| -> Vec<u32> {
        let all = fixture.read(|conn| versions::list(conn, &anna, &workspace, source));
        all.iter().map(|version| version.number).collect()
    };
    fixture.write(|tx| {
        for number in 1..=MOST_VERSIONS + 3 {
            versions::add(tx, &anna, &workspace, &many, &version_draft(number))?;
        }
        Ok(())
    });
    let kept = numbers(&many);
    assert_eq!(
        (kept.first(), kept.last()),
        (Some(&(MOST_VERSIONS + 3)), Some(&4))
    );
    let half = vec![0; usize::try_from(MOST_BYTES).unwrap() / 2];
    let more = vec![0; half.len() + 1];
    for (number, document, left) in [
        (1, &half, &[1][..]),
        (2, &half, &[2, 1]),
        (3, &half, &[3, 2]),
        (4, &more, &[4, 3]),
        (5, &more, &[5, 4]),
    ] {
        let draft = VersionDraft {
            document_gzip: document,
            ..version_draft(number)
        };
        fixture.write(|tx| versions::add(tx, &anna, &workspace, &large, &draft));
        assert_eq!(numbers(&large), left);
    }
    assert_eq!(numbers(&many).len(), MOST_VERSIONS as usize);
    let documents: i64 = fixture.read(|conn| {
        let count = "SELECT count(*) FROM schema_version_document";
        Ok(conn.query_row(count, [], |row| row.get(0))?)
    });
    assert_eq!(
        documents,
        i64::from(MOST_VERSIONS) + 2,
        "documents go along"
    );
}

#[test]
fn a_renamed_table_keeps_its_id_its_count_and_whether_it_is_shown() {
    let fixture = Fixture::new();
    let anna = fixture.owner("anna");
    let workspace = fixture.workspace(&anna, "ws_1");
    let source = fixture.source(&anna, &workspace, "db");
    fixture.set_tables(
        &anna,
        &workspace,
        &source,
        &["a", "b", "gone"],
        Hidden::Keep,
    );
    let before = fixture.tables(&anna, &workspace, &source);
    let hide = [before[1].id.to_string(), before[2].id.to_string()];
    fixture.write(|tx| sources::delete_many(tx, &anna, &workspace, &hide));
    let named = |name: &str| TableRef {
        schema: Some("public".to_owned()),
        name: name.to_owned(),
    };
    // The note that `gone` is hidden gives way; what is not known is no table.
    let renames = [
        (named("a"), named("gone")),
        (named("b"), named("hidden")),
        (named("never"), named("seen")),
    ];
    fixture.write(|tx| tables::rename(tx, &anna, &workspace, &source, &renames));
    fixture.set_tables(
        &anna,
        &workspace,
        &source,
        &["gone", "hidden"],
        Hidden::Keep,
    );
    let known = fixture.read(|conn| tables::known(conn, &anna, &workspace, &source));
    let known: Vec<_> = known
        .into_iter()
        .map(|table| (table.name.name, table.id, table.hidden))
        .collect();
    assert_eq!(
        known,
        [
            ("gone".to_owned(), before[0].id.clone(), false),
            ("hidden".to_owned(), before[1].id.clone(), true),
        ]
    );
}

#[test]
fn a_store_from_before_there_were_versions_is_taken_over() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(FILE_NAME);
    let old = Connection::open(&path).unwrap();
    old.execute_batch(include_str!("../migrations/0001_first.sql"))
        .unwrap();
    old.pragma_update(None, "user_version", 1).unwrap();
    drop(old);
    let store = Store::open(folder.path()).unwrap();
    let count: i64 = store
        .read_blocking(|conn| -> Result<_, StoreError> {
            let count = "SELECT count(*) FROM schema_version";
            Ok(conn.query_row(count, [], |row| row.get(0))?)
        })
        .unwrap();
    assert_eq!(count, 0);
}

#[test]
fn counting_the_tables_that_are_shown_looks_at_no_table() {
    let fixture = Fixture::new();
    let plan: String = fixture.read(|conn| {
        let count = "EXPLAIN QUERY PLAN SELECT count(*) FROM source_table WHERE source_pk = 1 AND hidden = 0";
        Ok(conn.query_row(count, [], |row| row.get("detail"))?)
    });
    assert!(plan.contains("COVERING INDEX source_table_shown"), "{plan}");
}
