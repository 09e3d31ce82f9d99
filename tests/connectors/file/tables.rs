//! Conditions, orders and counts, which a file cannot be asked for.

use std::time::{Duration, Instant};

use headwater::connectors::read::{Condition, Order, QueryRead, Statement, Test};
use headwater::connectors::{ErrorKind, Selection};
use serde_json::json;

use super::{Folder, Read, read, rows};

const NUMBERS: &str = "id,price,name\n1,10.5,Ada\n2,9.75,\n3,100,grün\n4,,Bob\n";

#[tokio::test]
async fn rows_are_chosen_and_put_in_order() {
    let folder = Folder::new();
    folder.write("a.csv", NUMBERS);
    let mut session = folder.open("a.csv", json!({})).await.unwrap();
    let schema = session.introspect(&Selection::default()).await.unwrap();
    let all = read(&schema, 0);
    let mut ids = async |change: &dyn Fn(&mut headwater::connectors::TableRead)| {
        let mut read = all.clone();
        change(&mut read);
        let rows = rows(session.as_mut(), &read).await.unwrap();
        let ids = rows.into_iter().map(|row| match row[0] {
            Read::Integer(id) => id,
            _ => panic!("{row:?}"),
        });
        ids.collect::<Vec<_>>()
    };
    let condition = |column: &str, test: Test| Condition {
        column: column.to_owned(),
        test,
    };
    for (test, expected) in [
        (Test::More("9.8".to_owned()), vec![1, 3]),
        (Test::Equal("10.50".to_owned()), vec![1]),
        (Test::NotEqual("100".to_owned()), vec![1, 2]),
        (Test::Null, vec![4]),
        (
            Test::OneOf(vec!["100".to_owned(), "9.75".to_owned()]),
            vec![2, 3],
        ),
    ] {
        let found = ids(&|read| read.conditions = vec![condition("price", test.clone())]).await;
        assert_eq!(found, expected, "{test:?}");
    }
    assert_eq!(ids(&|read| read.search = Some("GRÜ".to_owned())).await, [3]);
    let by_price = |descending| Order {
        column: "price".to_owned(),
        descending,
    };
    assert_eq!(
        ids(&|read| read.order = vec![by_price(false)]).await,
        [4, 2, 1, 3]
    );
    let page = ids(&|read| {
        read.order = vec![by_price(true)];
        (read.offset, read.limit) = (1, Some(2));
    })
    .await;
    assert_eq!(page, [1, 2]);
    let page = ids(&|read| (read.offset, read.limit) = (1, Some(2))).await;
    assert_eq!(page, [2, 3]);
    assert_eq!(ids(&|read| read.limit = Some(0)).await, [0; 0]);
    let listed = session.list_tables(&Selection::default()).await.unwrap();
    let counted = session
        .count_rows(&listed, Instant::now() + Duration::from_secs(9))
        .await;
    assert_eq!(counted, [Some(4)]);
}

#[tokio::test]
async fn too_many_rows_are_not_put_in_order() {
    let folder = Folder::new();
    let numbers: Vec<_> = (0..120_000).map(|number| number.to_string()).collect();
    let numbers = numbers.join("\n");
    folder.write("a.csv", format!("n\n{numbers}"));
    let mut session = folder.open("a.csv", json!({})).await.unwrap();
    let schema = session.introspect(&Selection::default()).await.unwrap();
    let mut read = read(&schema, 0);
    read.order = vec![Order {
        column: "n".to_owned(),
        descending: true,
    }];
    let error = rows(session.as_mut(), &read).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::InvalidQuery);
    read.limit = Some(2);
    let first = rows(session.as_mut(), &read).await.unwrap();
    assert_eq!(first, [[Read::Integer(119_999)], [Read::Integer(119_998)]]);
}

#[tokio::test]
async fn statements_are_pointed_to_the_copy() {
    let folder = Folder::new();
    folder.write("a.csv", NUMBERS);
    let mut session = folder.open("a.csv", json!({})).await.unwrap();
    let statement = Statement::Sql {
        text: "SELECT 1".to_owned(),
        params: Vec::new(),
    };
    let query = QueryRead {
        statement,
        limit: 1,
        timeout: Duration::from_secs(1),
    };
    let (mut outlet, _inlet) = headwater::connectors::read::channel(1, 1);
    let error = session.query(&query, &mut outlet).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::InvalidQuery);
    assert!(error.hint.contains("sync"));
}
