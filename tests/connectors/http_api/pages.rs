//! From page to page, by each of the ways that APIs have.

use headwater::connectors::ErrorKind;
use serde_json::json;

use super::fake::{Api, Asked, Reply, json as answer, status};
use super::{all, endpoint, read, rows, table};

/// Three records on two pages, the page's number in `name`.
fn page(asked: &Asked, name: &str) -> Reply {
    answer(match asked.param(name) {
        None | Some("1") => "[{\"id\":1},{\"id\":2}]",
        Some("2") => "[{\"id\":3}]",
        _ => "[]",
    })
}

#[tokio::test]
async fn pages_are_counted_until_one_is_empty() {
    let api = Api::start(|asked| page(asked, "p")).await;
    let pagination = json!({"type": "page", "page_param": "p", "size_param": "n", "size": 2});
    let mut session = endpoint(&api, json!({"pagination": pagination}))
        .await
        .session();
    assert_eq!(
        rows(&mut session).await,
        [[json!(1)], [json!(2)], [json!(3)]]
    );
    let targets = api.targets();
    assert_eq!(
        targets[targets.len() - 3..],
        ["/t?p=1&n=2", "/t?p=2&n=2", "/t?p=3&n=2"]
    );
}

#[tokio::test]
async fn a_page_that_is_not_there_is_the_end_of_pages_that_are_counted() {
    let api = Api::start(|asked| match asked.param("page") {
        Some("1") => answer("[{\"id\":1}]"),
        _ => status(404, ""),
    })
    .await;
    let more = json!({"pagination": {"type": "page"}});
    let mut session = endpoint(&api, more).await.session();
    assert_eq!(rows(&mut session).await, [[json!(1)]]);
}

#[tokio::test]
async fn an_offset_goes_on_behind_what_came() {
    let api = Api::start(|asked| {
        let offset: usize = asked.param("skip").unwrap().parse().unwrap();
        // One page is shorter than was asked for, and yet not the last.
        let ids: Vec<_> = (offset..5.min(offset + 2))
            .map(|id| json!({"id": id}))
            .collect();
        answer(json!({"items": ids, "total": 5}).to_string())
    })
    .await;
    let pagination =
        json!({"type": "offset", "offset_param": "skip", "limit_param": "take", "size": 3});
    let mut session = endpoint(&api, json!({"pagination": pagination}))
        .await
        .session();
    let expected: Vec<_> = (0..5).map(|id| vec![json!(id)]).collect();
    assert_eq!(rows(&mut session).await, expected);
    assert!(api.targets().contains(&"/t?skip=4&take=3".to_owned()));
}

#[tokio::test]
async fn a_cursor_is_handed_back_until_there_is_none() {
    let api = Api::start(|asked| match asked.param("after") {
        None => answer("{\"data\":[{\"id\":1}],\"meta\":{\"next\":\"a/b\"}}"),
        Some("a%2Fb") => answer("{\"data\":[{\"id\":2}],\"meta\":{\"next\":null}}"),
        Some(other) => panic!("{other}"),
    })
    .await;
    let pagination = json!({"type": "cursor", "cursor_param": "after", "cursor_path": "meta.next"});
    let more = json!({"record_path": "data", "pagination": pagination});
    let mut session = endpoint(&api, more).await.session();
    assert_eq!(rows(&mut session).await, [[json!(1)], [json!(2)]]);
}

#[tokio::test]
async fn links_are_followed_from_the_header_and_from_the_body() {
    let api = Api::start(|asked| match asked.target.as_str() {
        "/t" => {
            let mut first = answer("[{\"id\":1}]");
            first.headers += "Link: </t?page=9>; rel=\"last\", </t?page=2>; rel=\"next\"\r\n";
            first
        }
        "/t?page=2" => answer("[{\"id\":2}]"),
        "/b" => answer("{\"results\":[{\"id\":3}],\"next\":\"/b?x=1\"}"),
        "/b?x=1" => answer("{\"results\":[{\"id\":4}],\"next\":null}"),
        other => panic!("{other}"),
    })
    .await;
    let mut session = endpoint(&api, json!({"pagination": {"type": "link"}}))
        .await
        .session();
    assert_eq!(rows(&mut session).await, [[json!(1)], [json!(2)]]);
    let pagination = json!({"type": "link", "cursor_path": "next"});
    let more = json!({"path": "/b", "pagination": pagination});
    let mut session = endpoint(&api, more).await.session();
    assert_eq!(rows(&mut session).await, [[json!(3)], [json!(4)]]);
}

#[tokio::test]
async fn an_api_that_is_asked_by_a_body_takes_its_pages_there() {
    let api = Api::start(|asked| {
        let body: serde_json::Value = serde_json::from_str(&asked.body).unwrap();
        assert_eq!(
            (asked.method.as_str(), &body["kind"]),
            ("POST", &json!("x"))
        );
        assert_eq!(asked.target, "/t?a=1");
        answer(if body["offset"] == 0 { "[1]" } else { "[]" })
    })
    .await;
    let more = json!({"method": "POST", "body": {"kind": "x"}, "params": {"a": 1},
        "pagination": {"type": "offset"}});
    let mut session = endpoint(&api, more).await.session();
    assert_eq!(rows(&mut session).await, [[json!(1)]]);
}

#[tokio::test]
async fn pages_without_end_end_with_an_error() {
    for (pagination, body, kind) in [
        (
            json!({"type": "page"}),
            "[{\"id\":1}]",
            ErrorKind::ProtocolMismatch,
        ),
        (
            json!({"type": "cursor"}),
            "{\"data\":[],\"next_cursor\":\"same\"}",
            ErrorKind::ProtocolMismatch,
        ),
    ] {
        let api = Api::start(move |_| answer(body)).await;
        let mut session = endpoint(&api, json!({"pagination": pagination}))
            .await
            .session();
        let unreadable = super::schema(&mut session).await.unreadable;
        assert!(unreadable[0].why.contains("no end"), "{unreadable:?}");
        let wanted = all(&headwater::schema::Table {
            name: "t".to_owned(),
            ..headwater::schema::Table::default()
        });
        let error = read(&mut session, &wanted).await.unwrap_err();
        assert_eq!(error.kind, kind, "{error:?}");
    }
    let api = Api::start(|asked| answer(format!("[{{\"id\":{}}}]", asked.number))).await;
    let more = json!({"pagination": {"type": "page", "max_pages": 7}});
    let mut session = endpoint(&api, more).await.session();
    let wanted = all(&table(&mut session).await);
    let error = read(&mut session, &wanted).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::LimitExceeded);
    assert!(error.message.contains("more than 7 pages"), "{error:?}");
}

#[tokio::test]
async fn no_page_is_asked_for_behind_the_last_row_that_is_wanted() {
    let api = Api::start(|asked| answer(format!("[{{\"id\":{}}}]", asked.number))).await;
    let more = json!({"pagination": {"type": "page"}});
    let mut session = endpoint(&api, more).await.session();
    let mut wanted = all(&table(&mut session).await);
    wanted.limit = Some(2);
    wanted.offset = 1;
    let before = api.targets().len();
    let (_, rows) = read(&mut session, &wanted).await.unwrap();
    assert_eq!(rows.len(), 2);
    assert_eq!(
        api.targets()[before..],
        ["/t?page=1", "/t?page=2", "/t?page=3"]
    );
}
