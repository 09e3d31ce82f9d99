//! Conditions, searches, orders, offsets, limits.

use headwater::connectors::ErrorKind;
use headwater::connectors::read::Test;
use serde_json::json;

use super::super::Database;
use super::{all_of, by, int, must, read, text};

const DDL: &str = "
    CREATE SCHEMA ext; CREATE EXTENSION citext SCHEMA ext;
    CREATE TYPE mood AS ENUM ('sad', 'glad');
    CREATE TABLE t (id int, name text, at timestamptz, day date, m mood, price numeric(10,2),
                    j jsonb, c ext.citext, list int[], b bytea);
    INSERT INTO t VALUES
        (1, 'Ann_1', '2024-02-29 23:59:59.000001+00', '0044-03-15 BC', 'sad', 1.50, '{\"a\":1}', 'B', '{1}', '\\x00'),
        (2, 'bob%', '2024-03-01 00:00+00', '2024-02-29', 'glad', -2, '[]', 'a', '{2,3}', '\\xff'),
        (3, 'ÄRGER\\', 'infinity', '12024-01-01', NULL, 'NaN', NULL, 'C', NULL, NULL),
        (4, NULL, NULL, NULL, 'sad', 0, 'null', NULL, '{}', '');
    CREATE TABLE \"we\"\"ird '\\ . tab☺le\" (\"Sel\"\"ect\" int, \"a'b\\\" text, \"%\" int);
    INSERT INTO \"we\"\"ird '\\ . tab☺le\" VALUES (1, 'x''y\\', 3);
";

#[tokio::test]
async fn rows_are_narrowed_by_values_of_each_columns_own_type() {
    let Some(database) = Database::with(DDL).await else {
        return;
    };
    let mut session = database.connect(json!({})).await;
    let whole = all_of(&mut *session, "t").await;
    let s = str::to_owned;
    for (column, test, ids) in [
        ("id", Test::Equal(s("2")), &[2][..]),
        ("id", Test::NotEqual(s("2")), &[1, 3, 4]),
        ("id", Test::OneOf(vec![s("4"), s("1"), s("9")]), &[1, 4]),
        ("id", Test::OneOf(vec![]), &[]),
        ("at", Test::Equal(s("2024-02-29T23:59:59.000001Z")), &[1]),
        ("at", Test::More(s("2024-02-29T23:59:59.000001Z")), &[2, 3]),
        ("at", Test::AtLeast(s("infinity")), &[3]),
        ("at", Test::StartsWith(s("2024-02-29t23:59")), &[1]),
        ("day", Test::AtMost(s("-0043-03-15")), &[1]),
        ("day", Test::Less(s("+12024-01-01")), &[1, 2]),
        ("m", Test::More(s("sad")), &[2]),
        ("price", Test::Equal(s("1.5")), &[1]),
        ("price", Test::AtLeast(s("NaN")), &[3]),
        ("j", Test::Equal(s("{\"a\": 1}")), &[1]),
        ("j", Test::Contains(s("\"A\"")), &[1]),
        ("j", Test::Null, &[3]),
        // By the type's own order, though its operators are in a schema that is not searched.
        ("c", Test::Equal(s("b")), &[1]),
        ("c", Test::AtLeast(s("B")), &[1, 3]),
        ("list", Test::Equal(s("[2,3]")), &[2]),
        ("list", Test::NotNull, &[1, 2, 4]),
        ("b", Test::Equal(s("\\xff")), &[2]),
        ("name", Test::Contains(s("_")), &[1]),
        ("name", Test::Contains(s("%")), &[2]),
        ("name", Test::StartsWith(s("BOB")), &[2]),
        ("name", Test::Contains(s("\\")), &[3]),
        ("name", Test::Equal(s("' OR true --")), &[]),
        ("name", Test::Equal(s("\\' OR true --")), &[]),
        ("name", Test::Null, &[4]),
    ] {
        let mut wanted = whole.clone();
        wanted.order = vec![by("id", false)];
        wanted.conditions = vec![must(column, test.clone())];
        let found = read(&mut *session, &wanted).await;
        let found = found.unwrap_or_else(|error| panic!("{column} {test:?}: {error:?}"));
        assert_eq!(found.ids(), ids, "{column} {test:?}");
    }
}

#[tokio::test]
async fn rows_are_searched_ordered_and_cut() {
    let Some(database) = Database::with(DDL).await else {
        return;
    };
    let mut session = database.connect(json!({})).await;
    let whole = all_of(&mut *session, "t").await;
    for (part, ids) in [
        ("aNN", &[1][..]),
        ("GLAD", &[2]),
        ("12024", &[3]),
        ("2024-03-01T00:00:00.000000Z", &[2]),
        ("nowhere", &[]),
        ("_1", &[1]),
    ] {
        let mut wanted = whole.clone();
        wanted.search = Some(part.to_owned());
        wanted.order = vec![by("id", false)];
        let found = read(&mut *session, &wanted).await.unwrap();
        assert_eq!(found.ids(), ids, "{part}");
    }
    for (order, offset, limit, ids) in [
        (
            vec![by("m", false), by("id", true)],
            0,
            None,
            [4, 1, 2, 3].as_slice(),
        ),
        (vec![by("c", false)], 0, Some(2), &[2, 1]),
        (vec![by("id", true)], 1, Some(2), &[3, 2]),
        (vec![by("id", false)], 3, Some(u64::MAX), &[4]),
        (vec![by("id", false)], u64::MAX, None, &[]),
        (vec![], 0, Some(0), &[]),
    ] {
        let mut wanted = whole.clone();
        (wanted.order, wanted.offset, wanted.limit) = (order, offset, limit);
        let found = read(&mut *session, &wanted).await.unwrap();
        assert_eq!(found.ids(), ids, "{:?}", wanted.order);
    }
    // Only what is among the columns is searched, in their order.
    let mut wanted = whole.clone();
    wanted.columns.truncate(2);
    wanted.columns.reverse();
    wanted.search = Some("glad".to_owned());
    let found = read(&mut *session, &wanted).await.unwrap();
    assert_eq!((found.names(), found.rows.len()), (vec!["name", "id"], 0));
}

#[tokio::test]
async fn the_largest_value_is_one_that_a_condition_takes_again() {
    let Some(database) = Database::with(DDL).await else {
        return;
    };
    let mut session = database.connect(json!({})).await;
    let mut whole = all_of(&mut *session, "t").await;
    whole.conditions = vec![must("id", Test::Less("3".to_owned()))];
    for (column, largest) in [
        ("id", "2"),
        ("at", "2024-03-01T00:00:00.000000Z"),
        ("day", "2024-02-29"),
        ("price", "1.50"),
        ("c", "B"),
        ("b", "\\xff"),
        ("m", "glad"),
    ] {
        let found = session.largest(&whole, column).await.unwrap();
        assert_eq!(found.as_deref(), Some(largest), "{column}");
        let mut wanted = whole.clone();
        wanted
            .conditions
            .push(must(column, Test::AtLeast(largest.to_owned())));
        let found = read(&mut *session, &wanted).await.unwrap();
        assert_eq!(found.rows.len(), 1, "{column}");
    }
    whole.conditions = vec![must("id", Test::More("9".to_owned()))];
    assert_eq!(session.largest(&whole, "id").await.unwrap(), None);
}

#[tokio::test]
async fn names_are_taken_as_they_are() {
    let Some(database) = Database::with(DDL).await else {
        return;
    };
    let mut session = database.connect(json!({})).await;
    let mut wanted = all_of(&mut *session, "we\"ird '\\ . tab☺le").await;
    wanted.conditions = vec![must("a'b\\", Test::Equal("x'y\\".to_owned()))];
    wanted.order = vec![by("Sel\"ect", true), by("%", false)];
    wanted.search = Some("Y\\".to_owned());
    let found = read(&mut *session, &wanted).await.unwrap();
    assert_eq!(found.names(), ["Sel\"ect", "a'b\\", "%"]);
    assert_eq!(found.rows, [[int(1), text("x'y\\"), int(3)]]);
}

#[tokio::test]
async fn what_does_not_fit_is_told_as_the_callers() {
    let Some(database) = Database::with(DDL).await else {
        return;
    };
    let mut session = database.connect(json!({})).await;
    let whole = all_of(&mut *session, "t").await;
    let s = str::to_owned;
    for (column, test) in [
        ("id", Test::Equal(s("abc"))),
        ("id", Test::More(s("99999999999999999999"))),
        ("id", Test::Less(s(""))),
        ("at", Test::AtLeast(s("2024-13-01T00:00:00Z"))),
        ("day", Test::AtLeast(s("someday"))),
        ("m", Test::Equal(s("furious"))),
        ("price", Test::OneOf(vec![s("1"), s("one")])),
        ("j", Test::Equal(s("{"))),
        ("name", Test::Equal(s("a\0b"))),
        ("b", Test::Equal(s("\\xfg"))),
    ] {
        let mut wanted = whole.clone();
        wanted.conditions = vec![must(column, test.clone())];
        let error = read(&mut *session, &wanted).await.unwrap_err();
        assert_eq!(
            error.kind,
            ErrorKind::InvalidQuery,
            "{column} {test:?} {error:?}"
        );
    }
    for table in ["CREATE TABLE u (x json)", "INSERT INTO u VALUES ('1')"] {
        database.admin.batch_execute(table).await.unwrap();
    }
    let mut wanted = all_of(&mut *session, "u").await;
    wanted.order = vec![by("x", false)];
    let error = read(&mut *session, &wanted).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::InvalidQuery, "{error:?}");
    // The session goes on.
    assert_eq!(read(&mut *session, &whole).await.unwrap().rows.len(), 4);
}
