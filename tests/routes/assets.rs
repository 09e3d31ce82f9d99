//! The page's files.

use std::io::Read as _;

use reqwest::header::HeaderMap;
use reqwest::{Response, StatusCode};

use crate::support::app::TestApp;

async fn get(app: &TestApp, path: &str, headers: &[(&'static str, &str)]) -> Response {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        map.insert(*name, value.parse().unwrap());
    }
    let request = reqwest::Client::new().get(format!("{}{path}", app.url));
    request.headers(map).send().await.unwrap()
}

#[actix_web::test]
async fn a_file_comes_packed_to_those_who_take_it_and_as_it_is_to_others() {
    let app = TestApp::start();
    let plain = get(&app, "/app/main.js", &[]).await;
    assert!(!plain.headers().contains_key("content-encoding"));
    let packed = get(&app, "/app/main.js", &[("accept-encoding", "br, gzip")]).await;
    assert_eq!(packed.headers()["content-encoding"], "gzip");
    for answer in [&plain, &packed] {
        assert_eq!(answer.headers()["vary"], "Accept-Encoding");
        assert_eq!(
            answer.headers()["content-type"],
            "text/javascript; charset=utf-8"
        );
    }
    assert_ne!(plain.headers()["etag"], packed.headers()["etag"]);
    let (plain, packed) = (plain.bytes().await.unwrap(), packed.bytes().await.unwrap());
    let mut unpacked = Vec::new();
    flate2::read::GzDecoder::new(&packed[..])
        .read_to_end(&mut unpacked)
        .unwrap();
    assert_eq!(unpacked, plain);
    let refused = get(
        &app,
        "/app/main.js",
        &[("accept-encoding", "gzip;q=0, identity")],
    )
    .await;
    assert!(!refused.headers().contains_key("content-encoding"));
}

#[actix_web::test]
async fn a_file_that_the_caller_has_is_not_sent_again() {
    let app = TestApp::start();
    for coding in ["identity", "gzip"] {
        let first = get(&app, "/", &[("accept-encoding", coding)]).await;
        let tag = first.headers()["etag"].to_str().unwrap().to_owned();
        let weak = format!("\"other\", W/{tag}");
        for known in [&tag, &weak] {
            let headers = [
                ("accept-encoding", coding),
                ("if-none-match", known.as_str()),
            ];
            let again = get(&app, "/", &headers).await;
            assert_eq!(again.status(), StatusCode::NOT_MODIFIED, "{known}");
            assert_eq!(again.headers()["etag"], *tag);
            assert_eq!(again.bytes().await.unwrap().len(), 0);
        }
        let stale = [("accept-encoding", coding), ("if-none-match", "\"other\"")];
        assert_eq!(get(&app, "/", &stale).await.status(), StatusCode::OK);
    }
}

#[actix_web::test]
async fn every_file_of_the_page_names_others_by_relative_paths_alone() {
    let app = TestApp::start();
    let page = get(&app, "/", &[]).await.text().await.unwrap();
    let mut links = 0;
    for attribute in ["href=\"", "src=\""] {
        for link in page.split(attribute).skip(1) {
            let link = link.split('"').next().unwrap();
            assert!(!link.starts_with('/') && !link.contains("://"), "{link}");
            if !link.starts_with("api/") && !link.starts_with('#') {
                let answer = get(&app, &format!("/{link}"), &[]).await;
                assert_eq!(answer.status(), StatusCode::OK, "{link}");
            }
            links += 1;
        }
    }
    assert!(links > 5, "the links were not found");
}
