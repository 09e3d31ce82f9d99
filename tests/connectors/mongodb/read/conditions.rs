//! Conditions, searches, orders and limits, and the largest value.

use headwater::connectors::ErrorKind;
use headwater::connectors::read::{Condition, Order, TableRead, Test};
use mongodb::bson::oid::ObjectId;
use mongodb::bson::{Bson, DateTime, Decimal128, Document, Uuid, doc};

use super::{of, read, things};
use crate::support::servers;

const COLUMNS: &[(&str, &str)] = &[
    ("_id", "int32"),
    ("text", "string"),
    ("number", "int64"),
    ("real", "float64"),
    ("money", "decimal"),
    ("flag", "boolean"),
    ("at", "timestamptz"),
    ("ref", "object_id"),
    ("key", "uuid"),
    ("tags", "array<string>"),
    ("odd", "mixed"),
    ("dot.ted", "string"),
];

fn documents() -> Vec<Document> {
    let decimal = |text: &str| Bson::Decimal128(text.parse::<Decimal128>().unwrap());
    let at = |instant| Bson::DateTime(DateTime::from_millis(instant));
    vec![
        doc! {
            "_id": 1, "text": "Été 100%", "number": 1_i64, "real": -1.5, "money": decimal("1.10"),
            "flag": true, "at": at(0), "ref": ObjectId::from_bytes([1; 12]),
            "key": Uuid::from_bytes([1; 16]), "tags": ["red", "green"], "odd": 5, "dot.ted": "x",
        },
        doc! {
            "_id": 2, "text": "a_b", "number": 9_007_199_254_740_993_i64, "real": 2.0,
            "money": decimal("20"), "flag": false, "at": at(1_000), "ref": ObjectId::from_bytes([2; 12]),
            "key": Uuid::from_bytes([2; 16]), "tags": ["blue"], "odd": "5", "dot.ted": "yy",
        },
        doc! {
            "_id": 3, "text": "AxB", "number": 9_007_199_254_740_992_i64, "real": 0.1,
            "money": decimal("-3"), "at": at(2_000), "ref": ObjectId::from_bytes([3; 12]),
            "key": Uuid::from_bytes([3; 16]), "tags": [], "odd": true, "dot.ted": Bson::Null,
        },
        doc! { "_id": 4, "text": Bson::Null },
    ]
}

#[tokio::test]
async fn conditions_choose_rows_by_values_of_the_columns_types() {
    let Some(server) = servers::mongodb() else {
        return;
    };
    let (database, mut session) = things(server.port, "chosen", documents()).await;
    let text = |text: &str| text.to_owned();
    let cases: Vec<(&str, Test, &[i64])> = vec![
        ("_id", Test::Equal(text("2")), &[2]),
        ("_id", Test::OneOf(vec![text("3"), text("1")]), &[1, 3]),
        ("_id", Test::OneOf(vec![]), &[]),
        ("number", Test::Equal(text("9007199254740993")), &[2]),
        ("number", Test::AtLeast(text("9007199254740992")), &[2, 3]),
        ("number", Test::More(text("9007199254740992")), &[2]),
        ("number", Test::Less(text("1.5")), &[1]),
        ("number", Test::NotEqual(text("1")), &[2, 3]),
        ("real", Test::AtMost(text("0.1")), &[1, 3]),
        (
            "real",
            Test::Equal(text("{\"$numberDouble\":\"2.0\"}")),
            &[2],
        ),
        ("money", Test::Equal(text("1.1")), &[1]),
        ("money", Test::More(text("0")), &[1, 2]),
        ("flag", Test::Equal(text("1")), &[1]),
        ("flag", Test::Null, &[3, 4]),
        ("flag", Test::NotNull, &[1, 2]),
        (
            "at",
            Test::AtLeast(text("1970-01-01T00:00:01.000Z")),
            &[2, 3],
        ),
        (
            "at",
            Test::AtLeast(text("1970-01-01T00:00:01.000001Z")),
            &[3],
        ),
        ("at", Test::Less(text("1970-01-01T02:00:01+02:00")), &[1]),
        ("at", Test::Equal(text("1970-01-01T00:00:01.0000001Z")), &[]),
        (
            "ref",
            Test::AtLeast(text("020202020202020202020202")),
            &[2, 3],
        ),
        (
            "key",
            Test::Equal(text("03030303-0303-0303-0303-030303030303")),
            &[3],
        ),
        ("tags", Test::Equal(text("blue")), &[2]),
        ("tags", Test::Contains(text("RE")), &[1]),
        ("tags", Test::NotNull, &[1, 2, 3]),
        ("odd", Test::Equal(text("5")), &[1, 2]),
        ("odd", Test::Equal(text("true")), &[3]),
        ("text", Test::Contains(text("100%")), &[1]),
        ("text", Test::Contains(text("été")), &[1]),
        ("text", Test::Contains(text("A_")), &[2]),
        ("text", Test::StartsWith(text("a")), &[2, 3]),
        ("text", Test::StartsWith(text(".")), &[]),
        ("text", Test::Null, &[4]),
        ("text", Test::NotEqual(text("a_b")), &[1, 3]),
        ("ref", Test::StartsWith(text("0101")), &[1]),
        ("number", Test::Contains(text("0993")), &[2]),
        ("dot.ted", Test::Equal(text("yy")), &[2]),
        ("dot.ted", Test::AtLeast(text("x")), &[1, 2]),
        ("dot.ted", Test::Null, &[3, 4]),
        ("dot.ted", Test::NotNull, &[1, 2]),
        ("dot.ted", Test::Contains(text("Y")), &[2]),
    ];
    for (column, test, expected) in cases {
        let condition = Condition {
            column: column.to_owned(),
            test,
        };
        let told = format!("{condition:?}");
        let wanted = TableRead {
            conditions: vec![condition],
            ..of(database.name(), "things", COLUMNS)
        };
        let answer = read(&mut *session, &wanted).await;
        let answer = answer.unwrap_or_else(|error| panic!("{told}: {error:?}"));
        assert_eq!(answer.integers("_id"), expected, "{told}");
    }
}

#[tokio::test]
async fn values_that_do_not_fit_their_columns_are_the_callers_fault() {
    let Some(server) = servers::mongodb() else {
        return;
    };
    let (database, mut session) = things(server.port, "unfit", documents()).await;
    for column in ["number", "real", "money", "flag", "at", "ref", "key"] {
        let condition = Condition {
            column: column.to_owned(),
            test: Test::AtLeast("abc".to_owned()),
        };
        let wanted = TableRead {
            conditions: vec![condition],
            ..of(database.name(), "things", COLUMNS)
        };
        let error = read(&mut *session, &wanted).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::InvalidQuery, "{column}");
    }
}

#[tokio::test]
async fn a_search_looks_into_every_text_and_orders_and_limits_hold() {
    let Some(server) = servers::mongodb() else {
        return;
    };
    let (database, mut session) = things(server.port, "searched", documents()).await;
    let order = |column: &str, descending| Order {
        column: column.to_owned(),
        descending,
    };
    let plain = || of(database.name(), "things", COLUMNS);
    let search = |text: &str| TableRead {
        search: Some(text.to_owned()),
        ..plain()
    };
    let cases = [
        (search("B"), vec![2, 3]),
        (search("gREEN"), vec![1]),
        (search("yy"), vec![2]),
        (search(".*"), vec![]),
        (
            TableRead {
                order: vec![order("real", true)],
                ..plain()
            },
            vec![2, 3, 1, 4],
        ),
        (
            TableRead {
                order: vec![order("number", false)],
                offset: 1,
                limit: Some(2),
                ..plain()
            },
            vec![1, 3],
        ),
        (
            TableRead {
                limit: Some(0),
                ..plain()
            },
            vec![],
        ),
        (
            TableRead {
                offset: 9,
                ..plain()
            },
            vec![],
        ),
    ];
    for (wanted, expected) in cases {
        let answer = read(&mut *session, &wanted).await.unwrap();
        assert_eq!(answer.integers("_id"), expected, "{wanted:?}");
        assert_eq!(answer.columns.len(), COLUMNS.len() + 1);
    }
}

#[tokio::test]
async fn the_largest_value_is_what_reading_goes_on_from() {
    let Some(server) = servers::mongodb() else {
        return;
    };
    let (database, mut session) = things(server.port, "largest", documents()).await;
    let wanted = of(database.name(), "things", COLUMNS);
    for (column, expected, last) in [
        ("_id", "4", 4),
        ("number", "9007199254740993", 2),
        ("real", "2.0", 2),
        ("money", "20", 2),
        ("at", "1970-01-01T00:00:02.000Z", 3),
        ("ref", "030303030303030303030303", 3),
        ("key", "03030303-0303-0303-0303-030303030303", 3),
        ("text", "Été 100%", 1),
    ] {
        let largest = session.largest(&wanted, column).await.unwrap();
        assert_eq!(largest.as_deref(), Some(expected), "{column}");
        let test = Test::AtLeast(expected.to_owned());
        let rest = TableRead {
            conditions: vec![Condition {
                column: column.to_owned(),
                test,
            }],
            ..wanted.clone()
        };
        let answer = read(&mut *session, &rest).await.unwrap();
        assert_eq!(answer.integers("_id"), [last], "{column}");
    }
    let nothing = of(
        database.name(),
        "things",
        &[("_id", "int32"), ("none", "int64")],
    );
    assert_eq!(session.largest(&nothing, "none").await, Ok(None));
}

#[tokio::test]
async fn values_of_other_types_and_lists_are_not_taken_for_the_largest() {
    let Some(server) = servers::mongodb() else {
        return;
    };
    let mut documents = documents();
    documents.push(doc! {
        "_id": 5, "text": { "a": 1 }, "number": "many", "real": [9.5], "money": true,
        "at": Bson::MaxKey, "ref": [ObjectId::from_bytes([9; 12])], "odd": Bson::Null,
    });
    let (database, mut session) = things(server.port, "largest_among", documents).await;
    let wanted = of(database.name(), "things", COLUMNS);
    for (column, expected) in [
        ("number", "9007199254740993"),
        ("real", "2.0"),
        ("money", "20"),
        ("at", "1970-01-01T00:00:02.000Z"),
        ("ref", "030303030303030303030303"),
        ("text", "Été 100%"),
        ("odd", "true"),
    ] {
        let largest = session.largest(&wanted, column).await.unwrap();
        assert_eq!(largest.as_deref(), Some(expected), "{column}");
    }
}

#[tokio::test]
async fn a_reading_tells_the_newest_object_id_and_takes_no_text_for_one() {
    let Some(server) = servers::mongodb() else {
        return;
    };
    let id = |byte| doc! { "_id": ObjectId::from_bytes([byte; 12]) };
    let documents = vec![id(5), id(9), id(7), doc! { "_id": "ff".repeat(12) }];
    let (database, mut session) = things(server.port, "newest", documents).await;
    let wanted = of(database.name(), "things", &[("_id", "object_id")]);
    assert!(session.tells_largest(&wanted, "_id"));
    let answer = read(&mut *session, &wanted).await.unwrap();
    assert_eq!(answer.rows.len(), 4);
    assert_eq!(answer.largest, Some("09".repeat(12)));
    // Nobody goes on from one that may as well be something else.
    let mixed = of(database.name(), "things", &[("_id", "mixed")]);
    assert!(!session.tells_largest(&mixed, "_id"));
    let answer = read(&mut *session, &mixed).await.unwrap();
    assert_eq!(answer.largest, None);
}
