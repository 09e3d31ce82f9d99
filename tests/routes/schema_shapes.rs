//! Other forms of a schema, and parts of it.

use headwater::services::demo::write_sample;
use reqwest::{Method, Response};
use serde_json::{Value, json};

use crate::support::app::TestApp;
use crate::support::client::Client;

struct Shop {
    app: TestApp,
    client: Client,
    source: String,
    orders: String,
}

async fn shop() -> Shop {
    let app = TestApp::start();
    let files = app.data_dir().join("files");
    std::fs::create_dir_all(&files).unwrap();
    let file = write_sample(&files).unwrap();
    let client = app.admin();
    let connected = client
        .connect(json!({"databaseType": "sqlite", "database": file, "name": "Our | shop"}))
        .await;
    let tables = connected["sources"].as_array().unwrap();
    let orders = tables.iter().find(|table| table["name"] == "orders");
    Shop {
        client,
        source: connected["source_id"].as_str().unwrap().to_owned(),
        orders: orders.unwrap()["id"].as_str().unwrap().to_owned(),
        app,
    }
}

impl Shop {
    fn path(&self, more: &str) -> String {
        format!("/data/default/schema?source_id={}{more}", self.source)
    }

    async fn ask(&self, more: &str, headers: &[(&str, &str)]) -> Response {
        let mut request = self.client.request(Method::GET, &self.path(more));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.send().await.unwrap()
    }

    async fn tables(&self, more: &str) -> Vec<String> {
        let data = self.client.get(&self.path(more)).await.ok();
        let tables = data["tables"].as_array().unwrap();
        let name = |table: &Value| table["name"].as_str().unwrap().to_owned();
        tables.iter().map(name).collect()
    }
}

fn header<'a>(response: &'a Response, name: &str) -> &'a str {
    response.headers()[name].to_str().unwrap()
}

#[actix_web::test]
async fn each_format_comes_as_it_is_with_its_own_type_and_tag() {
    let shop = shop().await;
    let mut tags = vec![header(&shop.ask("", &[]).await, "etag").to_owned()];
    for (format, kind, first) in [
        (
            "markdown",
            "text/markdown; charset=utf-8",
            "# Our \\| shop\n",
        ),
        ("mermaid", "text/plain; charset=utf-8", "erDiagram\n"),
        (
            "dbml",
            "text/plain; charset=utf-8",
            "Project \"Our | shop\" {\n",
        ),
        ("jsonschema", "application/schema+json", "{\n  \"$schema\""),
    ] {
        let more = format!("&format={format}");
        let response = shop.ask(&more, &[]).await;
        assert_eq!(response.status(), 200);
        assert_eq!(header(&response, "content-type"), kind);
        assert_eq!(header(&response, "vary"), "Accept-Encoding, Authorization");
        let tag = header(&response, "etag").to_owned();
        let text = response.text().await.unwrap();
        assert!(text.starts_with(first), "{text}");

        let again = shop.ask(&more, &[("If-None-Match", &tag)]).await;
        assert_eq!(again.status(), 304);
        assert_eq!(header(&again, "etag"), tag);
        assert!(again.bytes().await.unwrap().is_empty());
        for other in &tags {
            let response = shop.ask(&more, &[("If-None-Match", other)]).await;
            assert_eq!(response.status(), 200, "{other} is another form's");
        }
        tags.push(tag);

        let zipped = shop.ask(&more, &[("Accept-Encoding", "gzip")]).await;
        assert_eq!(header(&zipped, "content-encoding"), "gzip");
        let bytes = zipped.bytes().await.unwrap();
        let mut unzipped = String::new();
        std::io::Read::read_to_string(&mut flate2::read::GzDecoder::new(&bytes[..]), &mut unzipped)
            .unwrap();
        assert_eq!(unzipped, text);
    }
    let plain = shop.ask("&format=json", &[]).await;
    assert_eq!(
        header(&plain, "etag"),
        tags[0],
        "json is the form that is kept"
    );
}

#[actix_web::test]
async fn a_schema_is_narrowed_to_tables_and_neighbours() {
    let shop = shop().await;
    assert_eq!(
        shop.tables("&tables=orders,customers&tables=payments")
            .await,
        ["customers", "orders", "payments"]
    );
    let orders = shop.orders.clone();
    assert_eq!(shop.tables(&format!("&tables={orders}")).await, ["orders"]);
    let around = shop.tables("&around=payments").await;
    assert_eq!(around, ["orders", "payments"]);
    let around = shop.tables(&format!("&around={orders}&depth=0")).await;
    assert_eq!(around, ["orders"]);
    let wider = shop.tables("&around=payments&depth=3").await;
    assert!(wider.contains(&"products".to_owned()), "{wider:?}");

    let response = shop.ask("&around=payments", &[]).await;
    let tag = header(&response, "etag").to_owned();
    for (more, status) in [
        ("&around=payments", 304),
        ("&around=orders", 200),
        ("", 200),
    ] {
        let response = shop.ask(more, &[("If-None-Match", &tag)]).await;
        assert_eq!(response.status(), status, "{more}");
    }
    let drawn = shop.ask("&around=payments&format=mermaid", &[]).await;
    let drawn = drawn.text().await.unwrap();
    assert!(drawn.contains("\n    orders ||"), "{drawn}");
    assert!(!drawn.contains("\n    categories"), "{drawn}");
}

#[actix_web::test]
async fn a_table_by_its_id_has_every_form_too() {
    let mut shop = shop().await;
    shop.source = shop.orders.clone();
    let response = shop.ask("&format=dbml", &[]).await;
    let tag = header(&response, "etag").to_owned();
    let text = response.text().await.unwrap();
    assert_eq!(text.matches("Table \"").count(), 1, "{text}");
    let again = shop.ask("&format=dbml", &[("If-None-Match", &tag)]).await;
    assert_eq!(again.status(), 304);
}

#[actix_web::test]
async fn what_cannot_be_had_is_told_in_the_envelope() {
    let shop = shop().await;
    for (more, status, code, path) in [
        ("&format=xml", 400, "invalid_field", "format"),
        ("&around=orders&depth=11", 400, "invalid_field", "depth"),
        ("&around=orders&depth=x", 400, "invalid_field", "depth"),
        ("&depth=1", 400, "invalid_field", "depth"),
        (
            "&format=mermaid&tables=orders,nothing",
            404,
            "not_found",
            "tables",
        ),
        ("&around=nothing", 404, "not_found", "around"),
        ("&schema=public", 404, "not_found", "schema"),
    ] {
        let body = shop.client.get(&shop.path(more)).await.failed(status, code);
        assert_eq!(body["error"]["details"]["path"], path, "{more}");
    }
}

#[actix_web::test]
async fn a_source_that_is_down_says_so_in_every_form_without_a_tag() {
    let shop = shop().await;
    shop.ask("", &[]).await;
    let file = shop.app.data_dir().join("files/demo/shop.sqlite");
    std::fs::remove_file(file).unwrap();
    for (format, mark) in [
        ("markdown", "\nIt could not be read again: "),
        ("mermaid", "erDiagram\n    %% As it was read 2"),
        ("dbml", "// As it was read 2"),
        ("jsonschema", "\"$comment\": \"As it was read 2"),
    ] {
        let more = format!("&format={format}");
        let fresh = shop.ask(&more, &[]).await.text().await.unwrap();
        let response = shop.ask(&format!("{more}&refresh=true"), &[]).await;
        assert_eq!(response.status(), 200);
        assert!(!response.headers().contains_key("etag"));
        let text = response.text().await.unwrap();
        assert!(text.contains(mark), "{text}");
        let told = "It could not be read again: There is no file";
        assert!(text.contains(told), "{text}");
        assert!(!fresh.contains("could not be read again"), "{fresh}");
    }
}

#[actix_web::test]
async fn whoever_has_any_form_or_a_weak_tag_of_it_is_sent_none() {
    let mut shop = shop().await;
    for more in ["", "&format=dbml", "&tables=orders"] {
        let tag = header(&shop.ask(more, &[]).await, "etag").to_owned();
        let strong = tag.trim_start_matches("W/");
        let listed = format!("\"other\" , W/{strong}");
        for known in ["*", strong, &listed] {
            let response = shop.ask(more, &[("If-None-Match", known)]).await;
            assert_eq!(response.status(), 304, "{more} {known}");
            assert_eq!(header(&response, "etag"), tag);
        }
        let headers = [("If-None-Match", "\"other\""), ("If-None-Match", &*tag)];
        assert_eq!(shop.ask(more, &headers).await.status(), 304, "{more}");
        // As a tag it is another's.
        let response = shop.ask(more, &[("If-None-Match", "\"*\"")]).await;
        assert_eq!(response.status(), 200, "{more}");
    }
    shop.source = shop.orders.clone();
    let response = shop.ask("", &[("If-None-Match", "*")]).await;
    assert_eq!(response.status(), 304);
}
