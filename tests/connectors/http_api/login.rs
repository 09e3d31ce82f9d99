//! How requests say who asks, and to whom.

use headwater::connectors::input::ConnectionInput;
use headwater::connectors::{ErrorKind, Stage, driver};
use serde_json::{Value, json};

use super::fake::{Api, Reply, json as answer, status};
use crate::support::app::CANARY;
use crate::support::source::connect;

fn with(base_url: &str, more: &Value) -> Value {
    let mut fields = json!({"base_url": base_url});
    for (name, value) in more.as_object().unwrap() {
        fields[name] = value.clone();
    }
    fields
}

#[tokio::test]
async fn each_way_to_log_in_is_sent_as_it_is_meant() {
    for (more, expected) in [
        (json!({"api_key": "k"}), "x-api-key: k"),
        (
            json!({"auth": {"type": "api_key", "name": "X-Key", "key": "k"}}),
            "x-key: k",
        ),
        (
            json!({"auth": {"type": "bearer", "token": "t"}}),
            "authorization: Bearer t",
        ),
        (
            json!({"auth": {"type": "basic", "username": "u", "password": "p"}}),
            "authorization: Basic dTpw",
        ),
        (
            json!({"username": "u", "password": "p"}),
            "authorization: Basic dTpw",
        ),
        (
            json!({"headers": {"Authorization": "Token t"}}),
            "authorization: Token t",
        ),
    ] {
        let api = Api::start(|_| answer("[]")).await;
        connect(with(&api.url(), &more)).await.session();
        let asked = api.asked().remove(0);
        assert!(
            asked.headers.iter().any(|line| line == expected),
            "{asked:?}"
        );
    }
    let api = Api::start(|_| answer("[]")).await;
    let auth = json!({"type": "api_key", "in": "query", "name": "k", "api_key": "a&b"});
    connect(with(&api.url(), &json!({"auth": auth})))
        .await
        .session();
    assert_eq!(api.targets(), ["/?k=a%26b"]);
}

#[tokio::test]
async fn a_login_that_is_not_taken_is_told_without_it() {
    for (code, kind) in [
        (401, ErrorKind::AuthenticationFailed),
        (403, ErrorKind::PermissionDenied),
    ] {
        let api = Api::start(move |asked| Reply {
            // An API that repeats what it was sent.
            body: format!("{:?}", asked.headers).into_bytes(),
            ..status(code, "")
        })
        .await;
        for more in [
            json!({"api_key": CANARY}),
            json!({"username": "u", "password": CANARY}),
            json!({"headers": {"X-Secret": CANARY}}),
        ] {
            let error = connect(with(&api.url(), &more)).await.error();
            assert_eq!((error.kind, error.stage), (kind, Some(Stage::Authenticate)));
            let shown = format!("{error:?}");
            assert!(shown.contains("***"), "{shown}");
            assert!(!crate::support::app::leaks(shown.as_bytes()), "{shown}");
        }
    }
}

#[tokio::test]
async fn a_redirect_is_followed_and_the_login_stays_with_its_host() {
    let other = Api::start(|_| answer("[]")).await;
    let elsewhere = format!("Location: {}/moved\r\n", other.url());
    let api = Api::start(move |asked| match asked.target.as_str() {
        "/" => status(302, "Location: /here\r\n"),
        _ => status(307, &elsewhere),
    })
    .await;
    let more = json!({"api_key": "k", "headers": {"X-Mine": "m"}});
    connect(with(&api.url(), &more)).await.session();
    let here = &api.asked()[1];
    assert_eq!(
        (here.target.as_str(), here.header("x-api-key")),
        ("/here", Some("k"))
    );
    let there = &other.asked()[0];
    assert_eq!(there.target, "/moved");
    assert_eq!(
        (there.header("x-api-key"), there.header("x-mine")),
        (None, None)
    );
}

#[tokio::test]
async fn no_redirect_leads_to_what_is_never_dialled() {
    for (location, kind) in [
        (
            "http://169.254.169.254/latest/meta-data",
            ErrorKind::HostNotAllowed,
        ),
        ("http://2852039166/", ErrorKind::HostNotAllowed),
        ("http://[::ffff:a9fe:a9fe]/", ErrorKind::HostNotAllowed),
        ("file:///etc/passwd", ErrorKind::ProtocolMismatch),
        ("/", ErrorKind::ProtocolMismatch),
    ] {
        let api = Api::start(move |_| status(302, &format!("Location: {location}\r\n"))).await;
        let error = connect(with(&api.url(), &json!({}))).await.error();
        assert_eq!(error.kind, kind, "{location}: {error:?}");
        assert!(api.targets().len() <= 6, "{:?}", api.targets());
    }
    let error = connect(json!({"base_url": "http://169.254.169.254/"}))
        .await
        .error();
    assert_eq!(
        (error.kind, error.stage),
        (ErrorKind::HostNotAllowed, Some(Stage::Resolve))
    );
}

#[test]
fn secrets_and_strange_addresses_are_refused_before_anything_is_dialled() {
    for (fields, field) in [
        (json!({"base_url": "https://u:p@h/"}), "base_url"),
        (json!({"base_url": "ftp://h/"}), "base_url"),
        (json!({"base_url": "h"}), "base_url"),
        (json!({"base_url": "https://h/?api_key=x"}), "base_url"),
        (json!({}), "base_url"),
        (
            json!({"base_url": "https://h", "endpoints": [{"path": "http://i/"}]}),
            "endpoints[0].path",
        ),
        (
            json!({"base_url": "https://h", "endpoints": [{"path": "a?token=x"}]}),
            "endpoints[0].path",
        ),
        (
            json!({"base_url": "https://h", "endpoints": [{"params": {"Api-Key": "x"}}]}),
            "endpoints[0].params",
        ),
        (
            json!({"base_url": "https://h", "endpoints": [{"name": "a"}, {"name": "a"}]}),
            "endpoints[1].name",
        ),
        (
            json!({"base_url": "https://h", "headers": {"Host": "i"}}),
            "headers.Host",
        ),
        (
            json!({"base_url": "https://h", "headers": {"X": "a\r\nb"}}),
            "headers.X",
        ),
        (
            json!({"base_url": "https://h", "options": {"tls": "disable"}}),
            "options.tls",
        ),
        (
            json!({"base_url": "http://h", "options": {"tls": "require"}}),
            "options.tls",
        ),
    ] {
        let input: ConnectionInput = serde_json::from_value(fields.clone()).unwrap();
        let error = input.draft(driver("api").unwrap()).unwrap_err();
        assert_eq!(error.field, field, "{fields}: {error:?}");
    }
}
