//! Values as they are read and copied: each by its own type, whatever its column was declared as.

use headwater::connectors::read::TableRead;
use headwater::schema::TableRef;

use super::{Folder, table};
use crate::support::rows::{Answer, Owned, taken};

async fn all_of(folder: &Folder, name: &str) -> Answer {
    let schema = folder.schema().await;
    let found = table(&schema, name);
    let read = TableRead {
        table: TableRef {
            schema: None,
            name: name.to_owned(),
        },
        kind: found.kind,
        query: None,
        columns: found.columns.clone(),
        open_columns: false,
        conditions: Vec::new(),
        search: None,
        order: Vec::new(),
        offset: 0,
        limit: None,
    };
    let mut session = folder.open("a.db").await.unwrap();
    let answer = taken(async |out| session.read_table(&read, out).await).await;
    let answer = answer.unwrap();
    answer.stays_itself_in_a_copy(false);
    answer
}

/// Values as SQL writes them, and as they are read from a column without a type.
fn values() -> Vec<(&'static str, Owned)> {
    vec![
        ("NULL", Owned::Null),
        ("-9223372036854775808", Owned::Integer(i64::MIN)),
        ("9223372036854775807", Owned::Integer(i64::MAX)),
        ("1.0", Owned::Real(1.0)),
        ("-0.0", Owned::Real(-0.0)),
        ("9e999", Owned::Real(f64::INFINITY)),
        ("-9e999", Owned::Real(f64::NEG_INFINITY)),
        ("4.9406564584124654e-324", Owned::Real(5e-324)),
        ("1.7976931348623157e308", Owned::Real(f64::MAX)),
        ("''", "".into()),
        ("'grün 🦀'", "grün 🦀".into()),
        ("'007'", "007".into()),
        ("'1e5'", "1e5".into()),
        ("CAST(x'610062' AS TEXT)", "a\0b".into()),
        // A text that is no UTF-8: a lone surrogate, and a byte of Latin 1.
        (
            "CAST(x'eda080' AS TEXT)",
            Owned::Blob(vec![0xed, 0xa0, 0x80]),
        ),
        ("CAST(x'fc' AS TEXT)", Owned::Blob(vec![0xfc])),
        ("x''", Owned::Blob(Vec::new())),
        ("x'00ff'", Owned::Blob(vec![0, 0xff])),
        ("zeroblob(3)", Owned::Blob(vec![0; 3])),
    ]
}

#[tokio::test]
async fn every_value_is_read_and_copied_as_it_is() {
    let values = values();
    let rows: Vec<_> = values.iter().map(|(sql, _)| format!("({sql})")).collect();
    let folder = Folder::with(&format!(
        "CREATE TABLE t (v); INSERT INTO t VALUES {}; CREATE TABLE b (v BLOB); INSERT INTO b SELECT v FROM t;
         CREATE TABLE any (v ANY) STRICT; INSERT INTO any SELECT v FROM t",
        rows.join(", ")
    ));
    for table in ["t", "b", "any"] {
        let answer = all_of(&folder, table).await;
        let expected: Vec<_> = values
            .iter()
            .map(|(_, value)| vec![value.clone()])
            .collect();
        assert_eq!(answer.rows, expected, "{table}");
    }
}

#[tokio::test]
async fn a_column_that_binds_its_values_has_the_form_that_its_logical_type_says() {
    let folder = Folder::with(
        "CREATE TABLE t (i INTEGER, n INT, r REAL, s TEXT, b BLOB, a ANY) STRICT;
         INSERT INTO t VALUES (1, -1, 1, 1, x'', 1), (NULL, NULL, NULL, NULL, NULL, NULL),
           (9223372036854775807, 0, -0.0, '', x'00', 'x');",
    );
    let answer = all_of(&folder, "t").await;
    answer.keeps_its_word();
    // SQLite keeps a real that is a whole number as one, and loses the sign of zero by it.
    assert_eq!(answer.of("r")[0], Owned::Real(1.0));
}

#[tokio::test]
async fn a_text_of_utf16_is_read_as_what_it_says() {
    let folder = Folder::with(
        "PRAGMA encoding = 'UTF-16le'; CREATE TABLE t (v);
         INSERT INTO t VALUES ('grün 🦀'), (''), (char(0, 97))",
    );
    let answer = all_of(&folder, "t").await;
    assert_eq!(answer.of("v"), ["grün 🦀".into(), "".into(), "\0a".into()]);
}

#[tokio::test]
async fn columns_called_like_the_hidden_ones_are_columns() {
    let folder = Folder::with(
        "CREATE TABLE t (rowid TEXT, _rowid_, oid, \"\" , \" \", \"quo\"\"te\");
         INSERT INTO t VALUES ('r', 'u', 'o', 'empty', 'space', 'quote')",
    );
    let answer = all_of(&folder, "t").await;
    assert_eq!(
        answer.names(),
        ["rowid", "_rowid_", "oid", "", " ", "quo\"te"]
    );
    let row = ["r", "u", "o", "empty", "space", "quote"].map(Owned::from);
    assert_eq!(answer.rows, [row]);
}
