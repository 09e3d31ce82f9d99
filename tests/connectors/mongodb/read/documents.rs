//! Every type of value, new fields, hostile names.

use headwater::connectors::Selection;
use headwater::connectors::read::TableRead;
use mongodb::bson::oid::ObjectId;
use mongodb::bson::spec::BinarySubtype;
use mongodb::bson::{
    Binary, Bson, DateTime, Decimal128, Document, JavaScriptCodeWithScope, Regex, Timestamp, doc,
};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use super::super::{admin, as_admin, connect, fresh};
use super::{Owned, of, read, things};
use crate::support::servers;

fn decimal(text: &str) -> Bson {
    Bson::Decimal128(text.parse::<Decimal128>().unwrap())
}

fn binary(subtype: BinarySubtype, bytes: &[u8]) -> Bson {
    let bytes = bytes.to_vec();
    Binary { subtype, bytes }.into()
}

fn date(instant: i64) -> Bson {
    DateTime::from_millis(instant).into()
}

/// Values, and the cells that they are to be.
fn values() -> Vec<(Bson, Owned)> {
    let regex = Regex {
        pattern: "^a\"".try_into().unwrap(),
        options: "i".try_into().unwrap(),
    };
    let scoped = JavaScriptCodeWithScope {
        code: "f()".to_owned(),
        scope: doc! { "x": 1_i64 },
    };
    let nested = doc! {
        "n": 9_007_199_254_740_993_i64, "r": 1.0, "nan": f64::NAN, "at": DateTime::from_millis(0),
        "é\n": ["a", { "b": Bson::Null }, []],
    };
    let nested_text = r#"{"n":9007199254740993,"r":1.0,"nan":{"$numberDouble":"NaN"},"at":{"$date":"1970-01-01T00:00:00Z"},"é\n":["a",{"b":null},[]]}"#;
    let uuid: Vec<u8> = (0..16).collect();
    vec![
        (Bson::Int32(i32::MIN), Owned::Integer(i32::MIN.into())),
        (Bson::Int64(i64::MIN), Owned::Integer(i64::MIN)),
        (Bson::Int64(i64::MAX), Owned::Integer(i64::MAX)),
        (Bson::Double(-1.5), Owned::Real(-1.5)),
        (Bson::Double(f64::MAX), Owned::Real(f64::MAX)),
        (Bson::Double(5e-324), Owned::Real(5e-324)),
        (Bson::Double(f64::INFINITY), Owned::Real(f64::INFINITY)),
        (
            Bson::Double(f64::NEG_INFINITY),
            Owned::Real(f64::NEG_INFINITY),
        ),
        (true.into(), Owned::Integer(1)),
        (false.into(), Owned::Integer(0)),
        ("".into(), "".into()),
        (
            "é🦀\n\u{1}'\"\\\u{0}x".into(),
            "é🦀\n\u{1}'\"\\\u{0}x".into(),
        ),
        (
            ObjectId::from_bytes([0xab; 12]).into(),
            "abababababababababababab".into(),
        ),
        (date(0), "1970-01-01T00:00:00.000Z".into()),
        (date(-1), "1969-12-31T23:59:59.999Z".into()),
        (date(253_402_300_799_999), "9999-12-31T23:59:59.999Z".into()),
        (decimal("-1.50"), "-1.50".into()),
        (
            decimal("9999999999999999999999999999999999"),
            "9999999999999999999999999999999999".into(),
        ),
        (
            decimal("1E+6144"),
            "1.000000000000000000000000000000000E+6144".into(),
        ),
        (decimal("-0"), "-0".into()),
        (decimal("NaN"), "NaN".into()),
        (decimal("-Infinity"), "-Infinity".into()),
        (binary(BinarySubtype::Generic, b""), Owned::Blob(vec![])),
        (
            binary(BinarySubtype::Generic, b"\0\xff"),
            Owned::Blob(vec![0, 255]),
        ),
        (
            binary(BinarySubtype::UserDefined(0x80), b"x"),
            Owned::Blob(b"x".to_vec()),
        ),
        (
            binary(BinarySubtype::Uuid, &uuid),
            "00010203-0405-0607-0809-0a0b0c0d0e0f".into(),
        ),
        (Bson::Null, Owned::Null),
        (nested.into(), nested_text.into()),
        (Bson::Array(vec![]), "[]".into()),
        (
            Bson::Array(vec![Bson::Int32(1), "a".into()]),
            r#"[1,"a"]"#.into(),
        ),
        (
            Timestamp {
                time: u32::MAX,
                increment: 7,
            }
            .into(),
            r#"{"$timestamp":{"t":4294967295,"i":7}}"#.into(),
        ),
        (
            regex.into(),
            r#"{"$regularExpression":{"pattern":"^a\"","options":"i"}}"#.into(),
        ),
        (
            Bson::JavaScriptCode("f()".to_owned()),
            r#"{"$code":"f()"}"#.into(),
        ),
        (scoped.into(), r#"{"$code":"f()","$scope":{"x":1}}"#.into()),
        (Bson::MinKey, r#"{"$minKey":1}"#.into()),
        (Bson::MaxKey, r#"{"$maxKey":1}"#.into()),
    ]
}

/// A document's text back as that document, by the driver's own crate.
fn back(text: &Owned) -> Document {
    let Owned::Text(text) = text else {
        panic!("{text:?}");
    };
    let json: serde_json::Value = serde_json::from_str(text).unwrap();
    match Bson::try_from(json).unwrap() {
        Bson::Document(document) => document,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn every_type_of_value_becomes_its_cell_and_the_document_keeps_it_all() {
    let Some(server) = servers::mongodb() else {
        return;
    };
    let values = values();
    let documents = (0_i64..)
        .zip(&values)
        .map(|(n, (value, _))| doc! { "_id": n, "v": value });
    let documents: Vec<_> = documents.chain([doc! { "_id": 1_000_i64 }]).collect();
    let (database, mut session) = things(server.port, "types", documents.clone()).await;
    let wanted = of(
        database.name(),
        "things",
        &[("_id", "int64"), ("v", "mixed")],
    );
    let answer = read(&mut *session, &wanted).await.unwrap();
    assert_eq!(answer.names(), ["_id", "_document", "v"]);
    assert_eq!(answer.told, 1);
    answer.stays_itself_in_a_copy(false);
    let mut expected: Vec<_> = values.into_iter().map(|(_, cell)| cell).collect();
    expected.push(Owned::Null);
    assert_eq!(answer.of("v"), expected);
    let whole: Vec<_> = answer.of("_document").iter().map(back).collect();
    let bytes = |documents: &[Document]| {
        documents
            .iter()
            .map(|d| d.to_vec().unwrap())
            .collect::<Vec<_>>()
    };
    assert_eq!(bytes(&whole), bytes(&documents));
}

#[tokio::test]
async fn minus_zero_and_what_is_no_number_stay_what_they_are() {
    let Some(server) = servers::mongodb() else {
        return;
    };
    let documents = vec![
        doc! { "_id": 1, "v": -0.0 },
        doc! { "_id": 2, "v": f64::NAN },
    ];
    let (database, mut session) = things(server.port, "zero", documents).await;
    let wanted = of(
        database.name(),
        "things",
        &[("_id", "int32"), ("v", "float64")],
    );
    let answer = read(&mut *session, &wanted).await.unwrap();
    let [Owned::Real(zero), Owned::Real(nan)] = answer.of("v")[..] else {
        panic!("{answer:?}");
    };
    assert_eq!(zero.to_bits(), (-0.0_f64).to_bits());
    assert!(nan.is_nan());
    answer.stays_itself_in_a_copy(false);
}

#[tokio::test]
async fn a_field_of_one_type_has_the_form_that_its_logical_type_says() {
    let Some(server) = servers::mongodb() else {
        return;
    };
    let values = values();
    let fields = values.iter().enumerate();
    let mut document = doc! { "_id": ObjectId::from_bytes([1; 12]) };
    document.extend(fields.map(|(at, (value, _))| (format!("f{at}"), value.clone())));
    let (database, mut session) = things(server.port, "forms", vec![document]).await;
    let schema = session.introspect(&Selection::default()).await.unwrap();
    let seen = TableRead {
        columns: schema.tables[0].columns.clone(),
        ..of(database.name(), "things", &[])
    };
    let unseen = of(database.name(), "things", &[]);
    for wanted in [seen, unseen] {
        let answer = read(&mut *session, &wanted).await.unwrap();
        answer.keeps_its_word();
        for (at, (value, cell)) in values.iter().enumerate() {
            if *value != Bson::Null {
                assert_eq!(answer.of(&format!("f{at}")), std::slice::from_ref(cell));
            }
        }
        answer.stays_itself_in_a_copy(false);
    }
}

#[tokio::test]
async fn fields_that_turn_up_become_columns_behind_those_that_are_known() {
    let Some(server) = servers::mongodb() else {
        return;
    };
    let documents = vec![
        doc! { "_id": 1, "a": 1 },
        doc! { "_id": 2, "late": "x", "empty": Bson::Null },
        doc! { "later": 1.5, "_id": 3, "late": "y", "a": 3 },
    ];
    let (database, mut session) = things(server.port, "late", documents).await;
    let wanted = of(
        database.name(),
        "things",
        &[("_id", "int32"), ("a", "int32")],
    );
    let answer = read(&mut *session, &wanted).await.unwrap();
    assert_eq!(answer.names(), ["_id", "_document", "a", "late", "later"]);
    assert_eq!(answer.told, 3);
    let types: Vec<_> = answer
        .columns
        .iter()
        .map(|c| c.native_type.as_str())
        .collect();
    assert_eq!(types[3..], ["string", "double"]);
    assert_eq!(
        answer.of("a"),
        [Owned::Integer(1), Owned::Null, Owned::Integer(3)]
    );
    assert_eq!(answer.of("late"), [Owned::Null, "x".into(), "y".into()]);
    assert_eq!(
        answer.of("later"),
        [Owned::Null, Owned::Null, Owned::Real(1.5)]
    );
    let text = r#"{"_id":{"$numberInt":"2"},"late":"x","empty":null}"#;
    assert_eq!(answer.of("_document")[1], text.into());
}

#[tokio::test]
async fn of_chosen_fields_nothing_else_is_told() {
    let Some(server) = servers::mongodb() else {
        return;
    };
    let documents = vec![doc! { "_id": 1, "a": 1, "secret": "s", "a.b": 2 }];
    let (database, mut session) = things(server.port, "chosen", documents).await;
    for (columns, expected) in [
        (
            &["_id", "a"][..],
            r#"{"_id":{"$numberInt":"1"},"a":{"$numberInt":"1"}}"#,
        ),
        (&["a"], r#"{"a":{"$numberInt":"1"}}"#),
        // A name that the server takes for a way into a document, so that it sends all.
        (
            &["a", "a.b"],
            r#"{"a":{"$numberInt":"1"},"a.b":{"$numberInt":"2"}}"#,
        ),
    ] {
        let columns: Vec<_> = columns.iter().map(|name| (*name, "int32")).collect();
        let wanted = TableRead {
            open_columns: false,
            ..of(database.name(), "things", &columns)
        };
        let answer = read(&mut *session, &wanted).await.unwrap();
        assert_eq!(answer.columns.len(), columns.len() + 1);
        assert_eq!(answer.of("_document"), [expected.into()]);
    }
}

#[tokio::test]
async fn hostile_names_of_collections_and_fields_are_read_as_the_schema_has_them() {
    let Some(server) = servers::mongodb() else {
        return;
    };
    let long = "f".repeat(5_000);
    let fields = [
        "a.b",
        "$dollar",
        "emoji 🦀",
        "quo\"te",
        " ",
        "__proto__",
        "_document",
        long.as_str(),
    ];
    let database = admin(server.port).await.database(&fresh("names"));
    for collection in ["dot.ted", "quo\"te's`; drop", "tab\tnew\nline", "🦀"] {
        let mut document = doc! { "_id": 1 };
        document.extend(
            (2..)
                .zip(fields)
                .map(|(n, field)| (field.to_owned(), Bson::Int32(n))),
        );
        database
            .collection(collection)
            .insert_one(document.clone())
            .await
            .unwrap();
    }
    let mut session = connect(as_admin(server.port, database.name()))
        .await
        .session();
    let schema = session.introspect(&Selection::default()).await.unwrap();
    assert_eq!(schema.tables.len(), 4);
    for table in schema.tables {
        let wanted = TableRead {
            columns: table.columns,
            ..of(database.name(), &table.name, &[])
        };
        let answer = read(&mut *session, &wanted).await.unwrap();
        let mut expected = vec!["_id", "_document_2"];
        expected.extend(fields);
        assert_eq!(answer.names(), expected);
        for (n, field) in (2..).zip(fields) {
            assert_eq!(answer.integers(field), [n], "{field}");
        }
    }
}

#[tokio::test]
async fn views_are_read_like_collections() {
    let Some(server) = servers::mongodb() else {
        return;
    };
    let documents = (0..5).map(|n| doc! { "_id": n }).collect();
    let (database, mut session) = things(server.port, "viewed", documents).await;
    let view = doc! { "create": "few", "viewOn": "things", "pipeline": [{ "$match": { "_id": { "$gt": 2 } } }] };
    database.run_command(view).await.unwrap();
    let answer = read(
        &mut *session,
        &of(database.name(), "few", &[("_id", "int32")]),
    )
    .await;
    assert_eq!(answer.unwrap().integers("_id"), [3, 4]);
}

/// Any value that the test server keeps as it is.
fn value() -> impl Strategy<Value = Bson> {
    let leaf = prop_oneof![
        any::<i32>().prop_map(Bson::Int32),
        any::<i64>().prop_map(Bson::Int64),
        any::<f64>()
            .prop_filter("compares", |n| !n.is_nan())
            .prop_map(Bson::Double),
        any::<bool>().prop_map(Bson::Boolean),
        any::<String>().prop_map(Bson::String),
        (-62_135_596_800_000_i64..253_402_300_800_000).prop_map(date),
        any::<[u8; 12]>().prop_map(|bytes| ObjectId::from_bytes(bytes).into()),
        (-(10_i64.pow(15))..10_i64.pow(15), -60_i32..60)
            .prop_map(|(n, e)| decimal(&format!("{n}E{e}"))),
        any::<Vec<u8>>().prop_map(|bytes| binary(BinarySubtype::Generic, &bytes)),
        Just(Bson::Null),
    ];
    leaf.prop_recursive(3, 20, 4, |inner| {
        let fields = proptest::collection::vec(("[a-z]{1,5}", inner.clone()), 0..4);
        prop_oneof![
            proptest::collection::vec(inner, 0..4).prop_map(Bson::Array),
            fields.prop_map(|fields| Bson::Document(fields.into_iter().collect())),
        ]
    })
}

#[tokio::test]
async fn random_documents_come_back_as_they_were_put_in() {
    let Some(server) = servers::mongodb() else {
        return;
    };
    let mut runner = TestRunner::deterministic();
    let fields = proptest::collection::vec(("[a-j]", value()), 0..10);
    let random = proptest::collection::vec(fields, 200)
        .new_tree(&mut runner)
        .unwrap();
    let documents: Vec<Document> = (0_i64..)
        .zip(random.current())
        .map(|(n, fields)| {
            let mut document = doc! { "_id": n };
            document.extend(fields);
            document
        })
        .collect();
    let (database, mut session) = things(server.port, "random", documents.clone()).await;
    let answer = read(
        &mut *session,
        &of(database.name(), "things", &[("_id", "int64")]),
    )
    .await;
    let answer = answer.unwrap();
    answer.stays_itself_in_a_copy(false);
    assert_eq!(answer.columns.len(), 12);
    let whole: Vec<_> = answer.of("_document").iter().map(back).collect();
    assert_eq!(whole, documents);
}
