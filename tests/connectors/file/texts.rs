//! CSV, TSV, JSON and JSON Lines: every value as it stands in the file.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use headwater::connectors::Selection;
use proptest::prelude::*;
use serde_json::json;

use super::{Folder, Read, text};

fn named(types: &[(&str, &str)]) -> Vec<(String, String)> {
    let own = |(name, told): &(&str, &str)| ((*name).to_owned(), (*told).to_owned());
    types.iter().map(own).collect()
}

#[tokio::test]
async fn a_csv_file_is_read_value_by_value() {
    let folder = Folder::new();
    folder.write(
        "orders.csv",
        "id,zip,price,at,ok,note,blank\r\n\
         1,007,1.50,2024-02-29 10:00:00,true,\"a, \"\"b\"\"\nc\",\r\n\
         -2,12345,-0.05,2024-02-29T10:00:00.25,false,\"\",\r\n",
    );
    let (types, rows) = folder.table("orders.csv", json!({})).await;
    let expected = [
        ("id", "int64"),
        ("zip", "string"),
        ("price", "decimal"),
        ("at", "timestamp(2)"),
        ("ok", "boolean"),
        ("note", "string"),
        ("blank", "string"),
    ];
    assert_eq!(types, named(&expected));
    let first = [
        Read::Integer(1),
        text("007"),
        text("1.50"),
        text("2024-02-29T10:00:00.00"),
        Read::Integer(1),
        text("a, \"b\"\nc"),
        Read::Null,
    ];
    let second = [
        Read::Integer(-2),
        text("12345"),
        text("-0.05"),
        text("2024-02-29T10:00:00.25"),
        Read::Integer(0),
        text(""),
        Read::Null,
    ];
    assert_eq!(rows, [first.to_vec(), second.to_vec()]);
}

#[tokio::test]
async fn options_say_how_a_csv_file_is_written() {
    let folder = Folder::new();
    folder.write("a.txt", b"a;b;c\n1,5;N/A;'x;y'\n2,25;caf\xe9;z\n");
    let options = json!({
        "delimiter": ";", "quote": "'", "decimal_comma": true, "null_values": "N/A,-",
        "encoding": "windows-1252", "types": {"c": "string"}, "header": true,
    });
    let (types, rows) = folder.table("a.txt", options).await;
    assert_eq!(
        types,
        named(&[("a", "decimal"), ("b", "string"), ("c", "string")])
    );
    assert_eq!(rows[0], [text("1.5"), Read::Null, text("x;y")]);
    assert_eq!(rows[1], [text("2.25"), text("café"), text("z")]);
    let options = json!({"delimiter": ";", "quote": "'"});
    let (_, rows) = folder.table("a.txt", options).await;
    assert_eq!(
        rows[1][1],
        Read::Blob(b"caf\xe9".to_vec()),
        "no guess is made"
    );
}

#[tokio::test]
async fn packed_and_wide_texts_are_read_too() {
    let folder = Folder::new();
    let mut packed = GzEncoder::new(Vec::new(), Compression::default());
    packed.write_all(b"a\tb\n1\tx\n").unwrap();
    folder.write("a.tsv.gz", packed.finish().unwrap());
    let wide: Vec<u8> = "\u{feff}a,b\n1,grün\n"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    folder.write("b.csv", wide);
    folder.write("c.csv", "\u{feff}a\n1\n");
    let (_, rows) = folder.table("a.tsv.gz", json!({})).await;
    assert_eq!(rows, [[Read::Integer(1), text("x")]]);
    let (types, rows) = folder.table("b.csv", json!({})).await;
    assert_eq!(types[0].0, "a");
    assert_eq!(rows, [[Read::Integer(1), text("grün")]]);
    assert_eq!(folder.table("c.csv", json!({})).await.0[0].0, "a");
}

#[tokio::test]
async fn a_value_that_does_not_fit_stays_a_text() {
    let folder = Folder::new();
    folder.write("a.csv", "a,b\n1,x\ntwo,y\n");
    let options = json!({"types": {"a": "int64"}});
    let mut session = folder.open("a.csv", options).await.unwrap();
    let schema = session.introspect(&Selection::default()).await.unwrap();
    assert_eq!(super::types(&schema, 0)[0].1, "int64");
    let wanted = super::read(&schema, 0);
    let rows = super::rows(session.as_mut(), &wanted).await.unwrap();
    assert_eq!(rows[0][0], Read::Integer(1));
    assert_eq!(rows[1][0], text("two"));
}

#[tokio::test]
async fn json_is_read_digit_by_digit() {
    let folder = Folder::new();
    folder.write(
        "a.json",
        r#"{"meta": {"n": 2}, "data": {"items": [
            {"id": 1, "big": 12345678901234567890.12345678901234567890, "f": 0.1, "s": "\u00fc",
             "o": {"x": [1.10]}, "m": 1},
            {"id": 9007199254740993, "f": 1e3, "b": true, "o": null, "m": "one"}
        ]}}"#,
    );
    let (types, rows) = folder
        .table("a.json", json!({"record_path": "data.items"}))
        .await;
    let expected = [
        ("id", "int64"),
        ("big", "decimal"),
        ("f", "float64"),
        ("s", "string"),
        ("o", "json"),
        ("m", "mixed"),
        ("b", "boolean"),
    ];
    assert_eq!(types, named(&expected));
    let first = [
        Read::Integer(1),
        text("12345678901234567890.12345678901234567890"),
        Read::Real(0.1),
        text("ü"),
        text(r#"{"x": [1.10]}"#),
        Read::Integer(1),
        Read::Null,
    ];
    let second = [
        Read::Integer(9_007_199_254_740_993),
        Read::Null,
        Read::Real(1000.0),
        Read::Null,
        Read::Null,
        text("one"),
        Read::Integer(1),
    ];
    assert_eq!(rows, [first.to_vec(), second.to_vec()]);
}

#[tokio::test]
async fn json_lines_are_read_line_by_line() {
    let folder = Folder::new();
    folder.write("a.jsonl", "{\"a\":1}\n\n{\"a\":2,\"a\":3}\n[4]\n");
    let (types, rows) = folder.table("a.jsonl", json!({})).await;
    assert_eq!(types, named(&[("a", "int64"), ("value", "json")]));
    assert_eq!(rows[1], [Read::Integer(3), Read::Null]);
    assert_eq!(rows[2], [Read::Null, text("[4]")]);
}

/// A value as it is written: nothing, or a text in quotes.
fn quoted(value: Option<&str>) -> String {
    value.map_or_else(String::new, |text| {
        format!("\"{}\"", text.replace('"', "\"\""))
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn a_table_that_is_written_is_read_back_equal(
        table in (1_usize..5).prop_flat_map(|width| {
            let value = proptest::option::of("[a-z0-9,;\"'\r\n\t|\\\\ äπ🎉-]{0,8}");
            proptest::collection::vec(proptest::collection::vec(value, width), 1..8)
        })
    ) {
        let folder = Folder::new();
        let width = table[0].len();
        let names: Vec<_> = (1..=width).map(|at| format!("name {at}")).collect();
        let mut written = names.join(",") + "\n";
        for row in &table {
            let values: Vec<_> = row.iter().map(|value| quoted(value.as_deref())).collect();
            written += &(values.join(",") + "\n");
        }
        folder.write("a.csv", &written);
        // As texts, so that the comparison is one of texts.
        let types: serde_json::Map<_, _> =
            names.iter().map(|name| (name.clone(), json!("string"))).collect();
        let options = json!({"types": types, "delimiter": ",", "header": true});
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time()
            .build().unwrap();
        let (_, rows) = runtime.block_on(folder.table("a.csv", options));
        let expected: Vec<Vec<_>> = table
            .iter()
            .map(|row| row.iter().map(|v| v.as_deref().map_or(Read::Null, text)).collect())
            .collect();
        prop_assert_eq!(rows, expected);
    }
}
