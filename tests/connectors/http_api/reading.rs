//! What records become: columns, types, rows.

use headwater::connectors::ErrorKind;
use headwater::connectors::read::{Condition, Order, Test};
use headwater::schema::DataType;
use serde_json::json;

use super::fake::{Api, json as answer};
use super::{all, endpoint, read, rows, table};

const ORDERS: &str = r#"{"data": {"items": [
  {"id": 2, "price": 0.10, "exact": 12345678901234567890.10, "big": 9223372036854775807, "paid": true,
   "at": "2024-02-29T23:59:59+01:00", "on": "2024-02-29", "tags": ["a", 1.10], "note": null},
  {"id": 1, "price": 5, "exact": 1, "big": 9007199254740993, "paid": false, "at": "2024-01-01T00:00:00Z",
   "on": "2023-12-31", "tags": [], "note": "x", "note": "last"}
]}}"#;

#[tokio::test]
async fn columns_are_told_by_the_records_and_no_digit_is_lost() {
    let api = Api::start(|_| answer(ORDERS)).await;
    let more = json!({"record_path": "data.items", "primary_key": "id", "cursor_field": "at"});
    let mut session = endpoint(&api, more).await.session();
    let table = table(&mut session).await;
    let types: Vec<_> = table
        .columns
        .iter()
        .map(|column| (column.name.as_str(), column.logical_type.to_string()))
        .collect();
    let expected = [
        ("id", "int64"),
        ("price", "float64"),
        ("exact", "decimal"),
        ("big", "int64"),
        ("paid", "boolean"),
        ("at", "timestamptz"),
        ("on", "date"),
        ("tags", "json"),
        ("note", "string"),
    ];
    assert_eq!(types, expected.map(|(name, kind)| (name, kind.to_owned())));
    assert_eq!(table.primary_key, ["id"]);
    assert!(table.columns[8].nullable && !table.columns[0].nullable);
    let sample = table.sample.clone().unwrap();
    assert_eq!((sample.documents, sample.method.as_str()), (2, "all"));
    let (_, rows) = read(&mut session, &all(&table)).await.unwrap();
    assert_eq!(
        rows[0],
        [
            json!(2),
            json!(0.1),
            json!("12345678901234567890.10"),
            json!(9_223_372_036_854_775_807_i64),
            json!(1),
            json!("2024-02-29T22:59:59.000000000Z"),
            json!("2024-02-29"),
            json!("[\"a\",1.10]"),
            json!(null),
        ]
    );
    assert_eq!(rows[1][3], json!(9_007_199_254_740_993_i64));
    assert_eq!(rows[1][8], "last");
}

#[tokio::test]
async fn what_comes_up_later_becomes_a_column_and_what_does_not_fit_stays_text() {
    let api = Api::start(|asked| {
        let strange = r#"[{"id":"three","new":{"a": 1},"id2":1e400},{"new":2.5}]"#;
        let known = r#"[{"id":1,"name":"a"}]"#;
        answer(match (asked.number, asked.param("page")) {
            (_, Some("1")) => known,
            // The sample saw none of it.
            (number, Some("2")) if number > 2 => strange,
            _ => "[]",
        })
    })
    .await;
    let more = json!({"pagination": {"type": "page"}});
    let mut session = endpoint(&api, more).await.session();
    let wanted = all(&table(&mut session).await);
    let (columns, rows) = read(&mut session, &wanted).await.unwrap();
    assert_eq!(columns, ["id", "name", "new", "id2"]);
    assert_eq!(rows[0], [json!(1), json!("a")]);
    assert_eq!(
        rows[1],
        [
            json!("three"),
            json!(null),
            json!("{\"a\":1}"),
            json!("1e400")
        ]
    );
    assert_eq!(rows[2], [json!(null), json!(null), json!(2.5), json!(null)]);
    let mut some = wanted;
    some.open_columns = false;
    assert_eq!(read(&mut session, &some).await.unwrap().0, ["id", "name"]);
}

#[tokio::test]
async fn conditions_search_and_order_are_kept_to_here() {
    let api = Api::start(|_| {
        answer(
            r#"[{"id":9,"n":"Ada"},{"id":10,"n":"grün"},{"id":2,"n":null},{"id":30,"n":"adam"}]"#,
        )
    })
    .await;
    let mut session = endpoint(&api, json!({})).await.session();
    let wanted = all(&table(&mut session).await);
    let condition = |column: &str, test| Condition {
        column: column.to_owned(),
        test,
    };
    let text = str::to_owned;
    for (conditions, search, order, ids) in [
        (
            vec![condition("id", Test::AtLeast(text("10")))],
            None,
            None,
            vec![10, 30],
        ),
        (
            vec![condition("id", Test::Less(text("9.5")))],
            None,
            Some(false),
            vec![2, 9],
        ),
        (
            vec![condition("n", Test::StartsWith(text("AD")))],
            None,
            Some(true),
            vec![30, 9],
        ),
        (vec![condition("n", Test::Null)], None, None, vec![2]),
        (
            vec![condition("n", Test::NotEqual(text("Ada")))],
            None,
            None,
            vec![10, 30],
        ),
        (
            vec![condition("id", Test::OneOf(vec![text("2"), text("9.0")]))],
            None,
            None,
            vec![9, 2],
        ),
        (vec![], Some("GRÜ"), None, vec![10]),
        (vec![], None, Some(false), vec![2, 9, 10, 30]),
    ] {
        let mut wanted = wanted.clone();
        wanted.conditions = conditions;
        wanted.search = search.map(text);
        wanted.order = order
            .map(|descending| Order {
                column: text("id"),
                descending,
            })
            .into_iter()
            .collect();
        let (_, rows) = read(&mut session, &wanted).await.unwrap();
        let found: Vec<_> = rows.iter().map(|row| row[0].as_i64().unwrap()).collect();
        assert_eq!(found, ids, "{wanted:?}");
    }
}

#[tokio::test]
async fn what_changed_since_is_asked_of_the_api_and_looked_at_again() {
    let api =
        Api::start(|_| answer(r#"[{"at":"2024-01-01T00:00:00Z"},{"at":"2024-03-01T00:00:00Z"}]"#))
            .await;
    let more = json!({"cursor_field": "at", "cursor_param": "updated_since"});
    let mut session = endpoint(&api, more).await.session();
    let mut wanted = all(&table(&mut session).await);
    wanted.conditions = vec![Condition {
        column: "at".to_owned(),
        test: Test::AtLeast("2024-02-01T00:00:00.000000000Z".to_owned()),
    }];
    let (_, rows) = read(&mut session, &wanted).await.unwrap();
    assert_eq!(rows, [[json!("2024-03-01T00:00:00.000000000Z")]]);
    let last = api.targets().pop().unwrap();
    assert_eq!(last, "/t?updated_since=2024-02-01T00%3A00%3A00Z");
}

#[tokio::test]
async fn records_that_are_no_objects_are_one_column() {
    let api = Api::start(|_| answer("[1, 2.5, \"a\"]")).await;
    let mut session = endpoint(&api, json!({})).await.session();
    let table = table(&mut session).await;
    assert_eq!(table.columns[0].name, "value");
    assert_eq!(table.columns[0].logical_type, DataType::Mixed);
    assert_eq!(
        rows(&mut session).await,
        [[json!(1)], [json!(2.5)], [json!("a")]]
    );
}

#[tokio::test]
async fn statements_are_refused_with_what_to_do_instead() {
    use headwater::connectors::QueryRead;
    use headwater::connectors::read::{Statement, channel};

    let api = Api::start(|_| answer("[]")).await;
    let mut session = endpoint(&api, json!({})).await.session();
    let query = QueryRead {
        statement: Statement::Sql {
            text: "SELECT 1".to_owned(),
            params: Vec::new(),
        },
        limit: 1,
        timeout: std::time::Duration::from_secs(1),
    };
    let error = session
        .query(&query, &mut channel(1, 1).0)
        .await
        .unwrap_err();
    assert_eq!(error.kind, ErrorKind::InvalidQuery);
    assert!(error.hint.contains("local"), "{}", error.hint);
}
