//! Workbooks, put together part by part.

use std::io::{Cursor, Write};

use headwater::connectors::{ErrorKind, Selection};
use serde_json::json;
use zip::write::{SimpleFileOptions, ZipWriter};

use super::{Folder, Read, read, rows, text, types};

const TYPES: &str = r#"<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>"#;
const ROOT: &str = r#"<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;
const WORKBOOK: &str = r#"<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="One" sheetId="1" r:id="r1"/><sheet name="Two" sheetId="2" r:id="r2"/></sheets></workbook>"#;
const RELATIONS: &str = r#"<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="r2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet2.xml"/><Relationship Id="r3" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/></Relationships>"#;
const STYLES: &str = r#"<?xml version="1.0"?><styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="22"/></cellXfs></styleSheet>"#;
const ONE: &str = r#"<row r="1"><c r="A1" t="inlineStr"><is><t>id</t></is></c><c r="B1" t="inlineStr"><is><t>at</t></is></c><c r="C1" t="inlineStr"><is><t>rate</t></is></c><c r="D1" t="inlineStr"><is><t>ok</t></is></c></row>
<row r="2"><c r="A2"><v>9007199254740991</v></c><c r="B2" s="1"><v>45351.5</v></c><c r="C2"><v>0.1</v></c><c r="D2" t="b"><v>1</v></c></row>
<row r="4"><c r="A4"><v>-2</v></c><c r="C4"><v>3</v></c><c r="E4" t="inlineStr"><is><t>extra</t></is></c></row>"#;
const TWO: &str = r#"<row r="1"><c r="A1" t="inlineStr"><is><t>x</t></is></c></row>"#;

fn sheet(rows: &str) -> String {
    format!(
        r#"<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{rows}</sheetData></worksheet>"#
    )
}

fn workbook(more: Option<(&str, u64)>) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default();
    for (name, content) in [
        ("[Content_Types].xml", TYPES.to_owned()),
        ("_rels/.rels", ROOT.to_owned()),
        ("xl/workbook.xml", WORKBOOK.to_owned()),
        ("xl/_rels/workbook.xml.rels", RELATIONS.to_owned()),
        ("xl/styles.xml", STYLES.to_owned()),
        ("xl/worksheets/sheet1.xml", sheet(ONE)),
        ("xl/worksheets/sheet2.xml", sheet(TWO)),
    ] {
        archive.start_file(name, options).unwrap();
        archive.write_all(content.as_bytes()).unwrap();
    }
    if let Some((name, size)) = more {
        archive.start_file(name, options).unwrap();
        std::io::copy(
            &mut std::io::Read::take(std::io::repeat(b' '), size),
            &mut archive,
        )
        .unwrap();
    }
    archive.finish().unwrap().into_inner()
}

#[tokio::test]
async fn each_sheet_is_a_table_with_the_values_of_its_cells() {
    let folder = Folder::new();
    folder.write("a.xlsx", workbook(None));
    let mut session = folder.open("a.xlsx", json!({})).await.unwrap();
    let schema = session.introspect(&Selection::default()).await.unwrap();
    let names: Vec<_> = schema
        .tables
        .iter()
        .map(|table| table.name.as_str())
        .collect();
    assert_eq!(names, ["One", "Two"]);
    let told: Vec<_> = types(&schema, 0);
    let expected = [
        ("id", "int64"),
        ("at", "timestamp(0)"),
        ("rate", "float64"),
        ("ok", "boolean"),
        ("column_5", "string"),
    ];
    assert_eq!(
        told,
        expected.map(|(name, told)| (name.to_owned(), told.to_owned()))
    );
    let all = rows(session.as_mut(), &read(&schema, 0)).await.unwrap();
    let first = [
        Read::Integer(9_007_199_254_740_991),
        text("2024-02-29T12:00:00"),
        Read::Real(0.1),
        Read::Integer(1),
        Read::Null,
    ];
    let second = [
        Read::Integer(-2),
        Read::Null,
        Read::Real(3.0),
        Read::Null,
        text("extra"),
    ];
    assert_eq!(all, [first, second]);
    let one = folder
        .open("a.xlsx", json!({"sheet": "Two"}))
        .await
        .unwrap()
        .list_tables(&Selection::default())
        .await;
    assert_eq!(one.unwrap().len(), 1);
    let error = folder
        .open("a.xlsx", json!({"sheet": "No"}))
        .await
        .err()
        .unwrap();
    assert_eq!(error.kind, ErrorKind::DatabaseNotFound);
}

#[tokio::test]
async fn a_workbook_that_unpacks_to_too_much_is_not_opened() {
    let folder = Folder::new();
    let bomb = workbook(Some(("content.xml", 300 << 20)));
    assert!(bomb.len() < 1 << 20);
    folder.write("a.ods", bomb);
    let error = folder.failure("a.ods", json!({})).await;
    assert_eq!(error.kind, ErrorKind::LimitExceeded, "{error:?}");
}
