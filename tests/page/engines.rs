//! The page on sources that are servers of their own.

use crate::behavior::engine::Engine;
use crate::behavior::mongodb::MongoDb;
use crate::behavior::mysql::MySql;
use crate::behavior::postgres::Postgres;
use crate::support::app::TestApp;
use crate::support::servers::{self, chosen, pem};

use super::runner::page;

/// A server whose default workspace has a source of this engine.
async fn with_source(engine: &impl Engine, name: &str) -> TestApp {
    let app = TestApp::start();
    let files = app.data_dir().join("files");
    let mut database = engine.make(name, &files).await;
    database["name"] = engine.name().into();
    app.admin().connect(database).await;
    app
}

#[actix_web::test]
async fn a_statement_that_runs_away_is_stopped_at_the_server() {
    let engine = Postgres::chosen().filter(|_| chosen("chromium"));
    let Some(engine) = engine else {
        return;
    };
    let app = with_source(&engine, "page_query").await;
    let token = app.token("admin", "acme");
    page("query_postgres").with("PAGE_TOKEN", token).run(&app);
}

#[actix_web::test]
async fn documents_are_found_by_find_and_by_pipeline() {
    let engine = MongoDb::chosen().filter(|_| chosen("chromium"));
    let Some(engine) = engine else {
        return;
    };
    let app = with_source(&engine, "page_query").await;
    let token = app.token("admin", "acme");
    page("query_mongodb").with("PAGE_TOKEN", token).run(&app);
}

/// Connects a server's database by the form of the page: by fields, by URLs, and by a certificate.
async fn by_form(engine: &impl Engine, tls_port: u16) {
    if !chosen("chromium") {
        return;
    }
    let app = TestApp::start();
    let files = app.data_dir().join("files");
    let connection = engine.make("page_form", &files).await;
    page("connect")
        .with("PAGE_TOKEN", app.token("admin", "acme"))
        .with("PAGE_ENGINE", engine.name())
        .with("PAGE_CONNECTION", connection.to_string())
        .with("PAGE_TLS_PORT", tls_port.to_string())
        .with("PAGE_CA", pem("ca.pem"))
        .with("PAGE_CERTIFICATE", pem("client.pem"))
        .with("PAGE_KEY", pem("client.key"))
        .run(&app);
}

#[actix_web::test]
async fn a_postgresql_server_is_connected_by_fields_urls_and_a_certificate() {
    if let Some(engine) = Postgres::chosen() {
        by_form(&engine, servers::port("POSTGRES_PORT")).await;
    }
}

#[actix_web::test]
async fn a_mysql_server_is_connected_by_fields_urls_and_a_certificate() {
    if let Some(engine) = MySql::chosen("mysql") {
        by_form(&engine, servers::port("MYSQL_PORT")).await;
    }
}

#[actix_web::test]
async fn a_mariadb_server_is_connected_by_fields_urls_and_a_certificate() {
    if let Some(engine) = MySql::chosen("mariadb") {
        by_form(&engine, servers::port("MARIADB_PORT")).await;
    }
}

#[actix_web::test]
async fn a_mongodb_server_is_connected_by_fields_urls_and_a_certificate() {
    if let (Some(engine), Some(server)) = (MongoDb::chosen(), servers::mongodb()) {
        by_form(&engine, server.tls_port).await;
    }
}
