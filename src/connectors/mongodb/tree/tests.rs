//! Trees of documents.

use mongodb::bson::{Bson, Document, doc};
use proptest::prelude::*;
use serde_json::json;

use super::bounds::{DEPTH, ELEMENTS, NESTED, TOP, VALUES};
use super::*;
use crate::schema::{FieldType, Items};

fn read(documents: impl IntoIterator<Item = Document>) -> (Vec<Field>, Vec<String>) {
    let mut tree = Tree::new(true);
    for document in documents {
        tree.add(&document.to_vec().unwrap()).unwrap();
    }
    tree.finish()
}

fn fields(documents: impl IntoIterator<Item = Document>) -> Vec<Field> {
    let (fields, cut) = read(documents);
    assert_eq!(cut, [""; 0]);
    fields
}

fn shares(types: &[FieldType]) -> Vec<(&str, f64)> {
    types
        .iter()
        .map(|t| (t.native_type.as_str(), t.share.unwrap()))
        .collect()
}

fn names(fields: &[Field]) -> Vec<&str> {
    fields.iter().map(|f| f.name.as_str()).collect()
}

fn find<'a>(fields: &'a [Field], name: &str) -> &'a Field {
    fields.iter().find(|f| f.name == name).unwrap()
}

/// How many fields there are, and how deep they stand.
fn size(fields: &[Field]) -> (usize, usize) {
    let inside = |items: Option<&Items>| {
        std::iter::successors(items, |items| items.items.as_deref())
            .map(|items| size(&items.fields))
            .fold((0, 0), |a, b| (a.0 + b.0, a.1.max(b.1)))
    };
    fields.iter().fold((0, 0), |all, field| {
        let (own, of_items) = (size(&field.fields), inside(field.items.as_deref()));
        let depth = 1 + own.1.max(of_items.1);
        (all.0 + 1 + own.0 + of_items.0, all.1.max(depth))
    })
}

#[test]
fn fields_stand_as_first_seen_with_types_and_presence() {
    let fields = fields([
        doc! { "_id": 1, "a": "x", "b": Bson::Null },
        doc! { "_id": 2, "c": 1.5, "a": 5 },
        doc! { "_id": 3, "a": "y" },
        doc! { "_id": 4, "b": Bson::Null, "a": "z" },
    ]);
    assert_eq!(names(&fields), ["_id", "a", "b", "c"]);
    assert_eq!(shares(&fields[1].types), [("string", 0.75), ("int", 0.25)]);
    let told: Vec<_> = fields
        .iter()
        .map(|f| (f.presence, f.always, f.logical_type.to_string()))
        .collect();
    assert_eq!(
        told,
        [
            (1.0, true, "int32".to_owned()),
            (1.0, true, "mixed".to_owned()),
            (0.5, false, "unknown".to_owned()),
            (0.25, false, "float64".to_owned()),
        ]
    );
}

#[test]
fn presence_inside_of_objects_and_arrays_counts_the_objects_around() {
    let fields = fields([
        doc! { "o": { "a": 1, "b": { "deep": true } }, "l": [{ "x": 1 }, { "x": 2, "y": 1 }, 5] },
        doc! { "o": { "a": 1 }, "l": [{ "x": "s" }, { "x": 1 }] },
        doc! { "o": "none" },
    ]);
    let o = &fields[0];
    assert_eq!(
        shares(&o.types),
        [("object", 2.0 / 3.0), ("string", 1.0 / 3.0)]
    );
    let told: Vec<_> = o
        .fields
        .iter()
        .map(|f| (f.path.as_str(), f.presence, f.always))
        .collect();
    assert_eq!(told, [("o.a", 1.0, true), ("o.b", 0.5, false)]);
    assert_eq!(o.fields[1].fields[0].path, "o.b.deep");
    let l = &fields[1];
    assert_eq!(l.logical_type.to_string(), "array<mixed>");
    let items = l.items.as_ref().unwrap();
    assert_eq!(shares(&items.types), [("object", 0.8), ("int", 0.2)]);
    let told: Vec<_> = items
        .fields
        .iter()
        .map(|f| (f.path.as_str(), f.presence))
        .collect();
    assert_eq!(told, [("l.x", 1.0), ("l.y", 0.25)]);
    assert_eq!(
        shares(&items.fields[0].types),
        [("int", 0.75), ("string", 0.25)]
    );
}

#[test]
fn arrays_in_arrays_have_items_in_items() {
    let fields = fields([doc! { "m": [[1, 2], [3], []], "e": [] }]);
    assert_eq!(fields[0].logical_type.to_string(), "array<array<int32>>");
    let inner = fields[0].items.as_ref().unwrap().items.as_ref().unwrap();
    assert_eq!(shares(&inner.types), [("int", 1.0)]);
    assert_eq!(fields[1].logical_type.to_string(), "array<unknown>");
}

#[test]
fn few_values_are_listed_but_not_those_of_secrets_nor_where_they_are_not_wanted() {
    let documents = || {
        (0..40).map(|n| {
            let status = ["new", "paid"][n % 2];
            doc! {
                "_id": n.to_string(), "status": status, "tags": [status], "at": { "level": Bson::Int32(1) },
                "password": "hunter2", "secrets": { "of": "mine" },
            }
        })
    };
    let fields = fields(documents());
    let listed = |name| find(&fields, name).values.clone();
    assert_eq!(listed("status"), Some(vec![json!("new"), json!("paid")]));
    assert_eq!(
        find(&fields, "tags").items.as_ref().unwrap().values,
        listed("status")
    );
    assert_eq!(find(&fields, "at").fields[0].values, Some(vec![json!(1)]));
    assert_eq!(listed("_id"), None);
    assert_eq!(listed("password"), None);
    assert_eq!(find(&fields, "secrets").fields[0].values, None);
    let mut without = Tree::new(false);
    for document in documents() {
        without.add(&document.to_vec().unwrap()).unwrap();
    }
    let written = serde_json::to_string(&without.finish().0).unwrap();
    assert!(!written.contains("values"), "{written}");
}

#[test]
fn names_twice_in_a_document_and_names_that_are_no_utf8_count_once_and_are_shown() {
    // { "a": null, "a": null, "\xff": null }
    let bytes = b"\x0e\0\0\0\x0aa\0\x0aa\0\x0a\xff\0\0";
    let mut tree = Tree::new(true);
    tree.add(bytes).unwrap();
    let (fields, _) = tree.finish();
    assert_eq!(names(&fields), ["a", "\u{fffd}"]);
    assert!(
        fields
            .iter()
            .all(|f| f.presence <= 1.0 && shares(&f.types) == [("null", 1.0)])
    );
}

#[test]
fn what_stands_before_a_malformed_element_counts() {
    // { "a": null, and an element of no kind
    let bytes = b"\x0c\0\0\0\x0aa\0\x77b\0\0\0";
    let mut tree = Tree::new(true);
    assert!(tree.add(bytes).is_err());
    assert_eq!(tree.documents(), 1);
    assert_eq!(names(&tree.finish().0), ["a"]);
}

#[test]
fn wide_documents_are_bounded_and_it_is_said() {
    let wide = |count: usize| -> Document {
        (0..count)
            .map(|n| (format!("f{n}"), Bson::from("x")))
            .collect()
    };
    let mut document = wide(TOP + 5);
    document.insert("late", 1);
    let (fields, cut) = read([document]);
    assert_eq!(fields.len(), TOP);
    assert!(
        cut.len() == 1 && cut[0].starts_with("There are more fields than are kept"),
        "{cut:?}"
    );
    let kinds = [Bson::Int32(1), "x".into(), true.into()];
    let mixed: Document = (0..NESTED + 5)
        .map(|n| (format!("f{n}"), kinds[n % 3].clone()))
        .collect();
    let (fields, cut) = read([doc! { "o": mixed, "after": 1 }]);
    assert_eq!(names(&fields), ["o", "after"]);
    assert_eq!(fields[0].fields.len(), NESTED);
    assert_eq!(cut.len(), 1);
    let long = |n: usize| (format!("{n}{}", "x".repeat(100_000)), Bson::Int32(1));
    let (fields, cut) = read([(0..100).map(long).collect()]);
    assert_eq!((fields.len(), cut.len()), (10, 1));
}

#[test]
fn deep_documents_and_long_arrays_are_bounded_and_it_is_said() {
    let deep = (0..150).fold(doc! { "x": 1 }, |inner, _| doc! { "a": [inner] });
    let (fields, cut) = read([deep]);
    assert!(size(&fields).1 <= DEPTH, "{:?}", size(&fields));
    assert_eq!(cut, ["What nests deeper than 32 levels is not shown."]);
    // The document is read back where it is kept.
    let table = crate::schema::Table {
        fields,
        ..crate::schema::Table::default()
    };
    let written = json!({ "data": { "tables": [table] } }).to_string();
    assert!(serde_json::from_str::<serde_json::Value>(&written).is_ok());
    let mut list = vec![Bson::Int32(1); ELEMENTS];
    list.push("late".into());
    let (fields, cut) = read([doc! { "l": list }]);
    assert_eq!(fields[0].logical_type.to_string(), "array<int32>");
    assert_eq!(cut, ["Of arrays, the first 1000 elements were looked at."]);
}

#[test]
fn the_keys_of_a_map_become_one_field_whose_presence_tells_of_empty_maps() {
    let counts = |n: usize| -> Document {
        let keys = (0..n % 50).map(|m| {
            (
                format!("2024-{:02}-{:02}", n % 12 + 1, m % 28 + 1),
                5.into(),
            )
        });
        keys.collect()
    };
    let fields =
        fields((0..100).map(|n| doc! { "_id": Bson::Int32(1), "daily": counts(n), "n": 1 }));
    let daily = find(&fields, "daily");
    assert!(daily.map);
    assert_eq!(names(&daily.fields), ["*"]);
    let any = &daily.fields[0];
    assert_eq!(
        (any.path.as_str(), any.presence, any.always),
        ("daily.*", 0.98, false)
    );
    assert_eq!(shares(&any.types), [("int", 1.0)]);
}

#[test]
fn maps_in_maps_become_one_field_each_and_take_no_room_from_others() {
    let inner = |n: usize| -> Document {
        (0..60)
            .map(|m| {
                (
                    format!("{:08x}{:08x}", n * 31, m * 17),
                    Bson::from(doc! { "n": 1, "at": 5 }),
                )
            })
            .collect()
    };
    let document = |n: usize| {
        let outer: Document = (0..30)
            .map(|m| (format!("user{}", n * 30 + m), inner(n * 30 + m).into()))
            .collect();
        doc! { "by_user": outer, "late": { format!("field{}", ["a", "b"][n / 25]): 1 } }
    };
    let (fields, cut) = read((0..50).map(document));
    assert_eq!(cut, [""; 0]);
    let any = &find(&fields, "by_user").fields[0];
    assert!(find(&fields, "by_user").map && any.map, "{any:?}");
    assert_eq!(names(&any.fields[0].fields), ["n", "at"]);
    assert_eq!(any.fields[0].fields[1].path, "by_user.*.*.at");
    assert_eq!(names(&find(&fields, "late").fields), ["fielda", "fieldb"]);
}

#[test]
fn a_document_itself_is_no_map() {
    let documents = (0..50).map(|n| {
        (0..20)
            .map(|m| (format!("{}", n * 20 + m), 1.into()))
            .collect()
    });
    assert_eq!(fields(documents).len(), 1_000);
}

#[test]
fn listed_values_are_bounded_and_it_is_said() {
    let value = |n: usize, m: usize| format!("{m}{}", "x".repeat(50 + n % 2));
    let fields = 2 * VALUES / 50 / 2;
    let document = |n: usize| -> Document {
        (0..fields)
            .map(|m| (format!("f{m}"), Bson::from(value(n, m % 10))))
            .collect()
    };
    let (fields, cut) = read((0..40).map(document));
    let listed: usize = fields
        .iter()
        .flat_map(|f| f.values.iter().flatten())
        .map(|v| v.as_str().unwrap().len())
        .sum();
    assert!(listed <= VALUES && listed > VALUES / 2, "{listed}");
    assert_eq!(cut, ["Distinct values are listed up to 64 kB."]);
}

fn bson() -> impl Strategy<Value = Bson> {
    let leaf = prop_oneof![
        any::<i32>().prop_map(Bson::Int32),
        any::<i64>().prop_map(Bson::Int64),
        any::<f64>().prop_map(Bson::Double),
        any::<bool>().prop_map(Bson::Boolean),
        "[a-c]{0,3}".prop_map(Bson::String),
        Just(Bson::Null),
        Just(Bson::Undefined),
        Just(Bson::ObjectId(mongodb::bson::oid::ObjectId::from_bytes(
            [7; 12]
        ))),
    ];
    leaf.prop_recursive(5, 40, 6, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(Bson::Array),
            proptest::collection::vec(("[a-e.$]{0,2}", inner), 0..6)
                .prop_map(|fields| Bson::Document(fields.into_iter().collect())),
        ]
    })
}

fn documents() -> impl Strategy<Value = Vec<Document>> {
    let document = proptest::collection::vec(("[a-e]{1,2}", bson()), 0..6);
    proptest::collection::vec(
        document.prop_map(|fields| fields.into_iter().collect()),
        0..12,
    )
}

fn check_types(types: &[FieldType]) {
    let sum: f64 = types.iter().map(|t| t.share.unwrap()).sum();
    assert!(types.is_empty() || (sum - 1.0).abs() < 1e-9, "{types:?}");
}

fn check_fields(fields: &[Field]) {
    for field in fields {
        assert!(field.presence > 0.0 && field.presence <= 1.0, "{field:?}");
        assert_eq!(field.always, (field.presence - 1.0).abs() < 1e-12);
        assert!(!field.types.is_empty());
        check_types(&field.types);
        check_fields(&field.fields);
        let items = std::iter::successors(field.items.as_deref(), |items| items.items.as_deref());
        for items in items {
            check_types(&items.types);
            check_fields(&items.fields);
        }
    }
}

proptest! {
    #[test]
    fn shares_are_one_together_presence_is_a_share_and_bounds_hold(documents in documents()) {
        let (fields, _) = read(documents.clone());
        check_fields(&fields);
        let (count, depth) = size(&fields);
        assert!(count <= TOP + NESTED && depth <= DEPTH);
        // Each top-level name is there once, in the order in which the documents have them.
        let mut expected: Vec<&str> = Vec::new();
        for name in documents.iter().flat_map(Document::keys) {
            if !expected.contains(&name.as_str()) {
                expected.push(name);
            }
        }
        assert_eq!(names(&fields), expected);
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200), at in 0_usize..100, document in documents()) {
        let mut tree = Tree::new(true);
        let mut framed = (u8::try_from(bytes.len()).unwrap_or(200)).to_le_bytes().to_vec();
        framed.extend([0, 0, 0]);
        framed.extend(&bytes);
        let _ = tree.add(&framed);
        let _ = tree.add(&bytes);
        for document in document {
            let mut flipped = document.to_vec().unwrap();
            let at = at % flipped.len();
            flipped[at] ^= bytes.first().copied().unwrap_or(1);
            let _ = tree.add(&flipped);
        }
        let _ = tree.finish();
    }
}
