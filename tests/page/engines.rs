//! The page on sources that are servers of their own.

use crate::behavior::engine::Engine;
use crate::behavior::mongodb::MongoDb;
use crate::behavior::postgres::Postgres;
use crate::support::app::TestApp;
use crate::support::servers::chosen;

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
