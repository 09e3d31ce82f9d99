//! The page in a real browser, against the real server.

mod engines;
mod runner;
mod schemas;

use runner::page;
use tempfile::TempDir;

use crate::support::app::{TestApp, command};
use crate::support::servers::postgres_port;

/// A server that nobody has set up yet, and the token in its link.
fn bare() -> (TestApp, String) {
    let app = TestApp::spawn(command(), TempDir::new().unwrap());
    let log = app.log();
    let token = log.split("#setup=").nth(1).expect("a set-up link");
    let token = token.split_whitespace().next().unwrap().to_owned();
    (app, token)
}

/// A server with the demo's user and workspace, and a token of that user.
fn demo() -> (TestApp, String) {
    demo_with(&[])
}

/// The same with further settings.
fn demo_with(variables: &[(&str, &str)]) -> (TestApp, String) {
    let mut command = command();
    command.env("HEADWATER_DEMO", "true");
    command.envs(variables.iter().copied());
    let app = TestApp::spawn(command, TempDir::new().unwrap());
    let token = app.token("demo", "demo");
    (app, token)
}

#[test]
fn a_first_start_leads_by_its_link_to_adding_a_source() {
    let (app, token) = bare();
    page("first_run").with("PAGE_SETUP", token).run(&app);
}

#[test]
fn logging_in_leads_back_to_where_one_was() {
    let app = TestApp::start();
    page("login").run(&app);
}

#[test]
fn every_screen_is_reached_and_left_by_keyboard_alone() {
    let (app, token) = demo();
    page("keyboard").with("PAGE_TOKEN", token).run(&app);
}

#[test]
fn the_page_works_behind_a_proxy_at_any_path() {
    let (app, token) = demo();
    page("proxy").with("PAGE_TOKEN", token).run(&app);
}

#[test]
fn every_screen_is_sound_in_light_and_dark_and_narrow_and_wide() {
    let (app, token) = demo();
    page("screens").with("PAGE_TOKEN", token).run(&app);
}

#[test]
fn workspaces_projects_and_tokens_are_made_used_and_deleted() {
    let (app, token) = demo();
    page("things").with("PAGE_TOKEN", token).run(&app);
}

#[test]
fn grids_and_trees_of_thousands_work_by_keys() {
    let (app, token) = demo();
    page("components").with("PAGE_TOKEN", token).run(&app);
}

#[test]
fn the_first_screen_is_there_after_few_bytes() {
    let (app, token) = demo();
    page("first_load").with("PAGE_TOKEN", token).run(&app);
}

#[test]
fn a_database_is_connected_and_what_is_wrong_is_said_at_its_stage() {
    let (app, token) = demo();
    let port = postgres_port().map_or_else(String::new, |port| port.to_string());
    page("add_source")
        .with("PAGE_TOKEN", token)
        .with("PAGE_POSTGRES_PORT", port)
        .run(&app);
}

#[test]
fn rows_are_sorted_filtered_searched_and_saved() {
    let (app, token) = demo();
    page("preview").with("PAGE_TOKEN", token).run(&app);
}

#[test]
fn statements_are_written_run_and_kept() {
    let (app, token) = demo();
    page("query").with("PAGE_TOKEN", token).run(&app);
}

#[test]
fn the_demos_link_fills_the_login_in_and_logs_nobody_in() {
    let (app, token) = demo();
    let log = app.log();
    let link = log
        .split_whitespace()
        .find(|word| word.contains("#/login?"));
    let link = link.expect("the demo prints its link").to_owned();
    page("demo_link")
        .with("PAGE_TOKEN", token)
        .with("PAGE_LINK", link)
        .run(&app);
}

#[test]
fn a_source_without_its_credentials_is_given_them_and_no_more() {
    let (app, token) = demo();
    page("credentials").with("PAGE_TOKEN", token).run(&app);
}

#[test]
fn a_workspace_travels_as_an_archive() {
    let (app, token) = demo_with(&[("HEADWATER_MAX_IMPORT_MB", "1")]);
    page("archive").with("PAGE_TOKEN", token).run(&app);
}

#[test]
fn nothing_is_cut_off_where_the_page_is_twice_as_large() {
    let (app, token) = demo();
    page("zoom").with("PAGE_TOKEN", token).run(&app);
}

#[test]
fn backups_by_the_clock_and_what_to_harden_are_told_with_the_next_step() {
    let schedule = [
        ("HEADWATER_BACKUP_EVERY", "1d"),
        ("HEADWATER_BACKUP_KEEP", "3"),
    ];
    let (app, token) = demo_with(&schedule);
    page("schedule").with("PAGE_TOKEN", token).run(&app);
}

#[test]
fn a_workspace_travels_by_its_file() {
    let (app, token) = demo();
    page("transfer").with("PAGE_TOKEN", token).run(&app);
}

#[test]
fn an_admin_sees_how_it_stands_and_rules_the_users() {
    let (app, token) = demo();
    app.add_user("vera", "demo", "viewer");
    let viewer = app.token("vera", "demo");
    page("admin")
        .with("PAGE_TOKEN", token)
        .with("PAGE_VIEWER", viewer)
        .run(&app);
}

#[test]
fn files_and_apis_become_sources() {
    let (app, token) = demo();
    page("add_other").with("PAGE_TOKEN", token).run(&app);
}

#[test]
fn a_source_is_edited_without_retyping_and_deleted_by_its_name() {
    let (app, token) = demo();
    page("edit_source").with("PAGE_TOKEN", token).run(&app);
}

#[test]
fn a_sync_is_started_watched_left_stopped_and_gone_on_with() {
    let (app, token) = demo();
    page("sync").with("PAGE_TOKEN", token).run(&app);
}

#[test]
fn events_go_on_behind_the_last_one_where_their_stream_broke() {
    let (app, token) = demo();
    page("events").with("PAGE_TOKEN", token).run(&app);
}

#[test]
fn the_api_is_told_by_the_server_itself() {
    let (app, token) = demo();
    page("api").with("PAGE_TOKEN", token).run(&app);
}
