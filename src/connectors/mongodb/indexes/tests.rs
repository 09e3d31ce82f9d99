//! Entries of listIndexes as servers of 5.0 to 8.0 give them.

use mongodb::bson::{Document, doc};
use serde_json::json;

use super::*;

fn read(entry: &Document) -> Index {
    index(&RawDocumentBuf::try_from(entry).unwrap()).unwrap()
}

/// Each key: name, order, what it is otherwise, weight.
type Told<'a> = (&'a str, Option<Order>, Option<&'a str>, Option<i64>);

fn told(index: &Index) -> Vec<Told<'_>> {
    let tell = |c: &'_ IndexColumn| (c.order, c.weight);
    index
        .columns
        .iter()
        .map(|c| {
            let (order, weight) = tell(c);
            (
                c.name.as_deref().unwrap(),
                order,
                c.method.as_deref(),
                weight,
            )
        })
        .collect()
}

const ASC: Option<Order> = Some(Order::Asc);
const DESC: Option<Order> = Some(Order::Desc);

#[test]
fn the_index_of_ids_is_the_primary_key() {
    let id = read(&doc! { "v": 2, "key": { "_id": 1 }, "name": "_id_" });
    assert!(id.primary && id.unique && !id.nulls_not_distinct);
    assert_eq!((id.method.as_str(), id.options.len()), ("btree", 0));
    let clustered = read(
        &doc! { "v": 2, "key": { "_id": 1 }, "name": "by id", "unique": true, "clustered": true },
    );
    assert!(clustered.primary);
    assert_eq!(json!(clustered.options), json!({ "clustered": true }));
    let compound = read(&doc! { "key": { "_id": 1, "a": 1 }, "name": "both" });
    assert!(!compound.primary && !compound.unique);
}

#[test]
fn directions_of_every_number_and_properties_are_read() {
    let index = read(&doc! {
        "v": 2, "key": { "customer": 1, "at": -1.0, "lines.sku": 1_i64 }, "name": "c_at",
        "unique": true, "sparse": 1, "hidden": true, "expireAfterSeconds": 3600.0, "background": true,
        "collation": { "locale": "en", "strength": 2 },
        "partialFilterExpression": { "total": { "$gt": 5_i64 } },
    });
    assert_eq!(
        told(&index),
        [
            ("customer", ASC, None, None),
            ("at", DESC, None, None),
            ("lines.sku", ASC, None, None)
        ]
    );
    assert!(index.unique && index.nulls_not_distinct && index.sparse && index.invisible);
    assert_eq!(index.expire_after_seconds, Some(3600));
    assert_eq!(index.predicate.as_deref(), Some(r#"{"total":{"$gt":5}}"#));
    assert_eq!(
        json!(index.options),
        json!({ "collation": { "locale": "en", "strength": 2 } })
    );
}

#[test]
fn text_indexes_tell_their_fields_with_weights() {
    let index = read(&doc! {
        "v": 2, "key": { "shop": 1, "_fts": "text", "_ftsx": 1, "at": -1 }, "name": "words",
        "default_language": "german", "language_override": "language", "textIndexVersion": 3,
        "weights": { "body": 1, "title": 10 },
    });
    assert_eq!(index.method, "text");
    assert_eq!(
        told(&index),
        [
            ("shop", ASC, Some("btree"), None),
            ("body", None, None, Some(1)),
            ("title", None, None, Some(10)),
            ("at", DESC, Some("btree"), None),
        ]
    );
    assert_eq!(
        json!(index.options),
        json!({ "default_language": "german", "language_override": "language", "textIndexVersion": 3 })
    );
    let all = read(&doc! {
        "key": { "_fts": "text", "_ftsx": 1 }, "name": "all", "weights": { "$**": 1 },
    });
    assert_eq!(told(&all), [("$**", None, None, Some(1))]);
}

#[test]
fn geo_hashed_and_wildcard_indexes_are_told_by_their_kind() {
    for (key, method, columns) in [
        (
            doc! { "at": "2dsphere" },
            "2dsphere",
            vec![("at", None, None, None)],
        ),
        (
            doc! { "at": "2dsphere", "name": 1 },
            "2dsphere",
            vec![("at", None, None, None), ("name", ASC, Some("btree"), None)],
        ),
        (doc! { "at": "2d" }, "2d", vec![("at", None, None, None)]),
        (
            doc! { "city": 1, "user": "hashed" },
            "hashed",
            vec![
                ("city", ASC, Some("btree"), None),
                ("user", None, None, None),
            ],
        ),
        (
            doc! { "$**": 1 },
            "wildcard",
            vec![("$**", None, None, None)],
        ),
        (
            doc! { "tenant": 1, "attributes.$**": 1 },
            "wildcard",
            vec![
                ("tenant", ASC, Some("btree"), None),
                ("attributes.$**", None, None, None),
            ],
        ),
        (
            doc! { "$**": "columnstore" },
            "columnstore",
            vec![("$**", None, None, None)],
        ),
    ] {
        let index = read(&doc! { "v": 2, "key": key.clone(), "name": "i" });
        assert_eq!(
            (index.method.as_str(), told(&index)),
            (method, columns),
            "{key}"
        );
    }
    let index = read(&doc! {
        "key": { "$**": 1 }, "name": "i", "wildcardProjection": { "attributes": 1, "_id": 0 },
    });
    assert_eq!(
        json!(index.options),
        json!({ "wildcardProjection": { "attributes": 1, "_id": 0 } })
    );
    let index =
        read(&doc! { "key": { "at": "2d" }, "name": "i", "bits": 26, "min": -180.0, "max": 180.0 });
    assert_eq!(
        json!(index.options),
        json!({ "bits": 26, "min": -180.0, "max": 180.0 })
    );
}

#[test]
fn keys_are_those_of_ids_and_unique_indexes_that_hold_for_all_documents() {
    let entries = [
        doc! { "key": { "_id": 1 }, "name": "_id_" },
        doc! { "key": { "email": 1 }, "name": "email_1", "unique": true },
        doc! { "key": { "a": 1, "b": -1 }, "name": "a_1_b_-1", "unique": true },
        doc! { "key": { "c": 1 }, "name": "plain" },
        doc! { "key": { "d": 1 }, "name": "sparse", "unique": true, "sparse": true },
        doc! { "key": { "e": 1 }, "name": "partial", "unique": true, "partialFilterExpression": { "e": { "$exists": true } } },
    ];
    let indexes: Vec<_> = entries.iter().map(read).collect();
    let keys = keys(&indexes);
    let told: Vec<_> = keys
        .iter()
        .map(|k| {
            (
                k.name.as_deref().unwrap(),
                k.primary,
                k.columns.join(","),
                k.nulls_not_distinct,
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            ("_id_", true, "_id".to_owned(), false),
            ("email_1", false, "email".to_owned(), true),
            ("a_1_b_-1", false, "a,b".to_owned(), true),
        ]
    );
}

#[test]
fn what_is_no_index_is_passed_by() {
    for entry in [
        doc! {},
        doc! { "name": "i" },
        doc! { "name": "i", "key": 5 },
    ] {
        assert_eq!(index(&RawDocumentBuf::try_from(&entry).unwrap()), None);
    }
}
