//! What stands around every endpoint.

use reqwest::Method;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::app::{TestApp, command};
use crate::support::client::send;

#[actix_web::test]
async fn the_long_form_is_the_callers_own_and_nobody_elses() {
    let app = TestApp::start();
    let admin = app.admin();
    app.add_user("bob", "acme", "admin");
    let long = |organization: &str, user: &str| {
        format!("{}/jarvispy/{organization}/{user}/api/v1", app.url)
    };
    admin
        .at(long("acme", "admin"))
        .get("/workspaces/list?scope=user")
        .await
        .ok();
    admin
        .at(long("acme", "admin"))
        .post("/workspaces/save", json!({"name": "w"}))
        .await
        .ok();
    for (organization, user) in [
        ("acme", "bob"),
        ("acme", "nobody"),
        ("other", "admin"),
        ("my-org", "my-user"),
    ] {
        admin
            .at(long(organization, user))
            .get("/workspaces/list")
            .await
            .failed(403, "forbidden");
    }
    app.nobody()
        .at(long("acme", "admin"))
        .get("/workspaces/list")
        .await
        .failed(401, "unauthenticated");
}

#[actix_web::test]
async fn a_host_that_is_not_ours_is_refused() {
    let app = TestApp::start_with(
        tempfile::tempdir().unwrap(),
        &[("HEADWATER_ALLOWED_HOSTS", "data.example")],
    );
    let admin = app.admin();
    for (host, status) in [
        ("evil.example", 403),
        ("localhost:1", 200),
        ("data.example", 200),
        ("169.254.169.254", 403),
    ] {
        let request = admin
            .request(Method::GET, "/workspaces/list")
            .header("Host", host);
        assert_eq!(send(request).await.status, status, "{host}");
    }
}

#[actix_web::test]
async fn every_answer_carries_its_request_id_and_the_headers_that_keep_browsers_in_check() {
    let app = TestApp::start();
    let admin = app.admin();
    let failed = admin.get("/data/nope/list").await.failed(404, "not_found");
    // The id leads to the log.
    app.printed(failed["error"]["request_id"].as_str().unwrap());
    let response = admin
        .request(Method::GET, "/workspaces/list")
        .send()
        .await
        .unwrap();
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("cache-control", "no-store"),
    ] {
        assert_eq!(response.headers()[name], value);
    }
    assert!(response.headers().contains_key("x-request-id"));
    assert!(
        !response
            .headers()
            .contains_key("access-control-allow-origin")
    );
    // A refusal carries them too.
    let refused = app
        .nobody()
        .get("/auth/me")
        .await
        .failed(401, "unauthenticated");
    app.printed(refused["error"]["request_id"].as_str().unwrap());
    let refused = app
        .nobody()
        .request(Method::GET, "/auth/me")
        .send()
        .await
        .unwrap();
    for name in [
        "x-request-id",
        "x-content-type-options",
        "cache-control",
        "www-authenticate",
    ] {
        assert!(refused.headers().contains_key(name), "{name}");
    }
    let page = reqwest::get(&app.url).await.unwrap();
    let policy = page.headers()["content-security-policy"]
        .to_str()
        .unwrap()
        .to_owned();
    assert!(
        policy.starts_with("default-src 'none'") && !policy.contains("unsafe"),
        "{policy}"
    );
    assert!(
        page.text()
            .await
            .unwrap()
            .contains("<title>Headwater</title>")
    );
}

#[actix_web::test]
async fn a_token_is_taken_from_one_bearer_header_alone() {
    let app = TestApp::start();
    let admin = app.admin();
    let bare = || app.nobody().request(Method::GET, "/auth/me");
    for header in [
        "",
        "Bearer",
        "Bearer ",
        "Basic YTpi",
        admin.token(),
        "Bearer x.y.z",
        "Bearer é",
    ] {
        send(bare().header("Authorization", header.as_bytes()))
            .await
            .failed(401, "unauthenticated");
    }
    let good = format!("Bearer {}", admin.token());
    send(bare().header("Authorization", &good)).await.ok();
    send(bare().header("Authorization", format!("bearer   {}", admin.token())))
        .await
        .ok();
    send(
        bare()
            .header("Authorization", &good)
            .header("Authorization", &good),
    )
    .await
    .failed(401, "unauthenticated");
    // Nobody's token but a huge one: refused before it is looked at, by the limit on headers or by us.
    let huge = bare()
        .header("Authorization", format!("Bearer {}", "x".repeat(64 << 10)))
        .send()
        .await;
    assert!(huge.is_err() || huge.unwrap().status().as_u16() >= 400);
    let in_url = app
        .nobody()
        .request(Method::GET, &format!("/auth/me?token={}", admin.token()));
    send(in_url).await.failed(401, "unauthenticated");
}

#[actix_web::test]
async fn a_server_whose_log_nobody_reads_any_more_serves_and_stops_all_the_same() {
    use std::io::{BufRead, BufReader};

    let folder = tempfile::tempdir().unwrap();
    let mut child = command()
        .args(["serve", "--listen", "127.0.0.1:0", "--data-dir"])
        .arg(folder.path())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    drop(child.stderr.take());
    let url = line.trim().rsplit(' ').next().unwrap();
    for _ in 0..3 {
        let answer = reqwest::get(format!("{url}/api/v1/auth/me")).await.unwrap();
        assert_eq!(answer.status(), 401);
    }
    std::process::Command::new("kill")
        .arg(child.id().to_string())
        .status()
        .unwrap();
    assert!(child.wait().unwrap().success());
}

#[actix_web::test]
async fn what_can_be_read_answers_to_head_as_to_get_without_the_body() {
    let app = TestApp::start();
    let admin = app.admin();
    let (nobody, outside) = (app.nobody(), app.nobody().at(app.url.clone()));
    for (client, path, status) in [
        (&admin, "/auth/me", 200),
        (&admin, "/data/default/list", 200),
        (&admin, "/data/nope/list", 404),
        (&nobody, "/auth/me", 401),
        (&nobody, "/openapi.json", 200),
        (&outside, "/healthz", 200),
        (&outside, "/readyz", 200),
        (&outside, "/", 200),
    ] {
        let ask = |method| client.request(method, path).send();
        let head = ask(Method::HEAD).await.unwrap();
        let get = ask(Method::GET).await.unwrap();
        assert_eq!(head.status(), status, "{path}");
        assert_eq!(get.status(), status, "{path}");
        for name in ["content-type", "content-length", "etag", "cache-control"] {
            let (head, get) = (head.headers().get(name), get.headers().get(name));
            assert_eq!(head, get, "{path} {name}");
        }
        assert_eq!(head.bytes().await.unwrap().len(), 0, "{path}");
        assert!(!get.bytes().await.unwrap().is_empty(), "{path}");
    }
    // Where there is nothing to be read there is nothing to be asked about.
    let refused = admin.request(Method::HEAD, "/auth/revoke-all").send().await;
    assert_eq!(refused.unwrap().status(), 405);
    let refused = admin.request(Method::DELETE, "/auth/me").send().await;
    assert_eq!(refused.unwrap().headers()["allow"], "GET, HEAD");
}

#[actix_web::test]
async fn callers_who_break_off_or_talk_nonsense_are_no_error_in_the_log() {
    let app = TestApp::start();
    let address = app.url.strip_prefix("http://").unwrap();
    let broken_off =
        "POST /api/v1/auth/login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nabc";
    for words in [broken_off, "\0\u{1} no request\r\n\r\n"] {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(words.as_bytes()).await.unwrap();
        stream.shutdown().await.unwrap();
        // Its end is that of all that is logged of it.
        let _ = stream.read_to_end(&mut Vec::new()).await;
    }
    let failed = app
        .nobody()
        .get("/auth/me")
        .await
        .failed(401, "unauthenticated");
    let log = app.printed(failed["error"]["request_id"].as_str().unwrap());
    assert!(!log.contains("ERROR"), "{log}");
}

#[actix_web::test]
async fn health_and_readiness_answer_without_a_token() {
    let app = TestApp::start();
    for path in ["/healthz", "/readyz"] {
        assert_eq!(
            reqwest::get(format!("{}{path}", app.url))
                .await
                .unwrap()
                .status(),
            200,
            "{path}"
        );
    }
}
