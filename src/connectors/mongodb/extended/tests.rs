//! What is written, read back by the driver's own crate.

use bson::oid::ObjectId;
use bson::spec::BinarySubtype;
use bson::{Binary, Bson, DateTime, Decimal128, Document, Timestamp, doc};
use proptest::prelude::*;
use serde_json::Value;

use super::*;

const ROOM: usize = 1 << 20;

fn written(document: &[u8], form: Form) -> String {
    let mut out = String::new();
    let elements = Elements::of(document).unwrap();
    Writer::new(&mut out, form, ROOM)
        .document(elements)
        .unwrap();
    out
}

fn of(document: &Document, form: Form) -> String {
    written(&document.to_vec().unwrap(), form)
}

fn read_back(text: &str) -> Document {
    let json: Value = serde_json::from_str(text).unwrap();
    match Bson::try_from(json).unwrap() {
        Bson::Document(document) => document,
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_type_is_written_in_both_forms() {
    let regex = bson::Regex {
        pattern: "a\"b".try_into().unwrap(),
        options: "xi".try_into().unwrap(),
    };
    let scoped = bson::JavaScriptCodeWithScope {
        code: "f()".into(),
        scope: doc! { "x": 1 },
    };
    let binary = Binary {
        subtype: BinarySubtype::Uuid,
        bytes: vec![0; 3],
    };
    for (value, canonical, relaxed) in [
        (Bson::Int32(-7), r#"{"$numberInt":"-7"}"#, "-7"),
        (
            Bson::Int64(i64::MIN),
            r#"{"$numberLong":"-9223372036854775808"}"#,
            "-9223372036854775808",
        ),
        (Bson::Double(-0.0), r#"{"$numberDouble":"-0.0"}"#, "-0.0"),
        (
            Bson::Double(f64::NAN),
            r#"{"$numberDouble":"NaN"}"#,
            r#"{"$numberDouble":"NaN"}"#,
        ),
        (
            Bson::DateTime(DateTime::from_millis(1)),
            r#"{"$date":{"$numberLong":"1"}}"#,
            r#"{"$date":"1970-01-01T00:00:00.001Z"}"#,
        ),
        (
            Bson::DateTime(DateTime::from_millis(-1)),
            r#"{"$date":{"$numberLong":"-1"}}"#,
            r#"{"$date":{"$numberLong":"-1"}}"#,
        ),
        ("a\n\u{1}é".into(), "\"a\\n\\u0001é\"", "\"a\\n\\u0001é\""),
        (
            Bson::Array(vec![true.into(), Bson::Null, Bson::Array(vec![])]),
            "[true,null,[]]",
            "[true,null,[]]",
        ),
        (doc! {}.into(), "{}", "{}"),
        (
            regex.into(),
            r#"{"$regularExpression":{"pattern":"a\"b","options":"ix"}}"#,
            r#"{"$regularExpression":{"pattern":"a\"b","options":"ix"}}"#,
        ),
        (
            Bson::JavaScriptCode("f()".into()),
            r#"{"$code":"f()"}"#,
            r#"{"$code":"f()"}"#,
        ),
        (
            scoped.into(),
            r#"{"$code":"f()","$scope":{"x":{"$numberInt":"1"}}}"#,
            r#"{"$code":"f()","$scope":{"x":1}}"#,
        ),
        (
            Bson::Symbol("s".into()),
            r#"{"$symbol":"s"}"#,
            r#"{"$symbol":"s"}"#,
        ),
        (
            binary.into(),
            r#"{"$binary":{"base64":"AAAA","subType":"04"}}"#,
            r#"{"$binary":{"base64":"AAAA","subType":"04"}}"#,
        ),
        (
            Timestamp {
                time: u32::MAX,
                increment: 2,
            }
            .into(),
            r#"{"$timestamp":{"t":4294967295,"i":2}}"#,
            r#"{"$timestamp":{"t":4294967295,"i":2}}"#,
        ),
        (
            Bson::Undefined,
            r#"{"$undefined":true}"#,
            r#"{"$undefined":true}"#,
        ),
        (Bson::MinKey, r#"{"$minKey":1}"#, r#"{"$minKey":1}"#),
        (Bson::MaxKey, r#"{"$maxKey":1}"#, r#"{"$maxKey":1}"#),
    ] {
        let document = doc! { "v": value };
        assert_eq!(
            of(&document, Form::Canonical),
            format!(r#"{{"v":{canonical}}}"#)
        );
        assert_eq!(
            of(&document, Form::Relaxed),
            format!(r#"{{"v":{relaxed}}}"#)
        );
    }
}

#[test]
fn a_pointer_to_a_document_is_written_with_its_collection() {
    let mut bytes = b"\x1c\0\0\0\x0cp\0\x02\0\0\0c\0".to_vec();
    bytes.extend([0xab; 12]);
    bytes.push(0);
    bytes[0] = u8::try_from(bytes.len()).unwrap();
    let expected = r#"{"p":{"$dbPointer":{"$ref":"c","$id":{"$oid":"abababababababababababab"}}}}"#;
    assert_eq!(written(&bytes, Form::Canonical), expected);
}

#[test]
fn names_that_stand_twice_stay_twice() {
    let bytes = b"\x13\0\0\0\x10a\0\x01\0\0\0\x10a\0\x02\0\0\0\0";
    assert_eq!(written(bytes, Form::Relaxed), r#"{"a":1,"a":2}"#);
}

#[test]
fn what_nests_or_grows_beyond_measure_is_refused() {
    let nest = |levels| (0..levels).fold(doc! {}, |inner, _| doc! { "a": inner });
    let refused = |document: &Document, room| {
        let bytes = document.to_vec().unwrap();
        let mut out = String::new();
        let elements = Elements::of(&bytes).unwrap();
        Writer::new(&mut out, Form::Canonical, room).document(elements)
    };
    assert_eq!(refused(&nest(250), ROOM), Ok(()));
    assert_eq!(refused(&nest(301), ROOM), Err(Unwritable::TooLarge));
    let wide = doc! { "a": vec![0; 1000] };
    assert_eq!(refused(&wide, 1000), Err(Unwritable::TooLarge));
}

fn value() -> impl Strategy<Value = Bson> {
    let leaf = prop_oneof![
        any::<i32>().prop_map(Bson::Int32),
        any::<i64>().prop_map(Bson::Int64),
        any::<f64>().prop_map(Bson::Double),
        any::<bool>().prop_map(Bson::Boolean),
        any::<String>().prop_map(Bson::String),
        any::<i64>().prop_map(|n| Bson::DateTime(DateTime::from_millis(n))),
        any::<[u8; 12]>().prop_map(|b| Bson::ObjectId(ObjectId::from_bytes(b))),
        (-(10_i64.pow(15))..10_i64.pow(15), -60_i32..60).prop_map(|(digits, exponent)| {
            let text = format!("{digits}E{exponent}");
            Bson::Decimal128(text.parse::<Decimal128>().unwrap())
        }),
        (any::<u8>(), any::<Vec<u8>>()).prop_map(|(subtype, bytes)| {
            let subtype = BinarySubtype::from(subtype);
            Bson::Binary(Binary { subtype, bytes })
        }),
        any::<(u32, u32)>().prop_map(|(time, increment)| Timestamp { time, increment }.into()),
        Just(Bson::Null),
        Just(Bson::Undefined),
        Just(Bson::MinKey),
        Just(Bson::MaxKey),
    ];
    leaf.prop_recursive(5, 40, 6, |inner| {
        let fields = proptest::collection::vec((name(), inner.clone()), 0..6);
        prop_oneof![
            proptest::collection::vec(inner, 0..6).prop_map(Bson::Array),
            fields.prop_map(|fields| Bson::Document(fields.into_iter().collect())),
        ]
    })
}

/// Names that are none of Extended JSON's own.
fn name() -> impl Strategy<Value = String> {
    "[^$\\x00][^\\x00]{0,8}"
}

proptest! {
    #[test]
    fn the_canonical_form_reads_back_as_the_same_document(
        fields in proptest::collection::vec((name(), value()), 0..8),
    ) {
        let document: Document = fields.into_iter().collect();
        let back = read_back(&of(&document, Form::Canonical));
        prop_assert_eq!(back.to_vec().unwrap(), document.to_vec().unwrap());
        let relaxed = of(&document, Form::Relaxed);
        prop_assert!(serde_json::from_str::<Value>(&relaxed).is_ok(), "{}", relaxed);
    }
}
