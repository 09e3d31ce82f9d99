//! Commands that reach a source themselves, without a server and without a data folder.

use headwater::services::demo::write_sample;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use super::{Cli, Ended};
use crate::support::app::CANARY;

/// The sample shop, and a way to run commands beside it.
struct Shop {
    cli: Cli,
    file: &'static str,
}

impl Shop {
    fn new() -> Self {
        let cli = Cli::new();
        let file = write_sample(cli.folder.path()).unwrap();
        Self { cli, file }
    }

    fn schema(&self, arguments: &[&str]) -> Ended {
        self.cli.run(&[&["schema", self.file], arguments].concat())
    }

    fn tables(&self, arguments: &[&str]) -> Vec<String> {
        let printed = self.schema(&[arguments, &["--format", "json"]].concat());
        let document: Value = serde_json::from_str(&printed.ok()).unwrap();
        let tables = document["tables"].as_array().unwrap();
        let name = |table: &Value| table["name"].as_str().unwrap().to_owned();
        tables.iter().map(name).collect()
    }
}

#[test]
fn a_file_is_read_by_its_path_or_url_from_wherever_it_is() {
    let shop = Shop::new();
    let whole = shop.cli.folder.path().join(shop.file);
    let whole = whole.to_str().unwrap();
    let up = format!("demo/../{}", shop.file);
    for name in [
        shop.file.to_owned(),
        format!("./{}", shop.file),
        format!("sqlite:{}", shop.file),
        format!("sqlite://{}?mode=ro", shop.file),
        format!("sqlite:{whole}"),
        whole.to_owned(),
        up,
    ] {
        let printed = shop.cli.run(&["schema", &name]);
        assert_eq!(printed.stderr, "", "{name}");
        assert!(printed.ok().contains("## `order_items`"), "{name}");
    }
    let left: Vec<_> = std::fs::read_dir(shop.cli.folder.path()).unwrap().collect();
    assert_eq!(left.len(), 1, "nothing is made but the sample: {left:?}");
}

#[test]
fn a_schema_is_printed_in_each_format() {
    let shop = Shop::new();
    for (format, first) in [
        ("markdown", "# shop.sqlite\n"),
        ("mermaid", "erDiagram\n"),
        ("dbml", "Project \"shop.sqlite\" {\n"),
        ("jsonschema", "{\n  \"$schema\":"),
        ("json", "{\n  \"engine\": \"sqlite\""),
    ] {
        let printed = shop.schema(&["--format", format]).ok();
        assert!(printed.starts_with(first), "{printed}");
        assert!(printed.ends_with('\n') && !printed.ends_with("\n\n"));
    }
    shop.schema(&["--format", "xml"]).refused(2, "jsonschema");
}

#[test]
fn a_schema_is_narrowed() {
    let shop = Shop::new();
    assert_eq!(shop.tables(&[]).len(), 10);
    assert_eq!(
        shop.tables(&["--tables", "orders,customers", "--tables", "payments"]),
        ["customers", "orders", "payments"]
    );
    assert_eq!(
        shop.tables(&["--around", "payments"]),
        ["orders", "payments"]
    );
    let wider = shop.tables(&["--around", "payments", "--depth", "2"]);
    assert!(wider.contains(&"customers".to_owned()), "{wider:?}");
    shop.schema(&["--tables", "Orders"])
        .refused(1, "The schema has no table 'Orders'. (not_found)");
    shop.schema(&["--schema", "public"])
        .refused(1, "The schema has no schema 'public'.");
    shop.schema(&["--depth", "2"]).refused(2, "--around");
    shop.schema(&["--around", "orders", "--depth", "11"])
        .refused(2, "0..=10");
}

#[test]
fn a_test_tells_its_stages() {
    let shop = Shop::new();
    let printed = shop.cli.run(&["test", shop.file]).ok();
    let lines: Vec<_> = printed.lines().collect();
    assert!(lines[0].starts_with("✓ open_database "), "{printed}");
    assert!(
        lines[1].starts_with("✓ read_catalog ") && lines[1].ends_with(" ms"),
        "{printed}"
    );
    assert!(printed.contains("\nSQLite 3."), "{printed}");
    assert!(printed.ends_with("\n10 tables\n"), "{printed}");
}

#[test]
fn a_test_that_fails_says_where_and_what_to_do() {
    let cli = Cli::new();
    let password = utf8_percent_encode(CANARY, NON_ALPHANUMERIC);
    let url = format!("postgres://anna:{password}@127.0.0.1:1/shop");
    let failed = cli.run(&["test", &url]);
    assert_eq!(failed.code, 1, "{failed:?}");
    assert!(failed.stdout.contains("✗ connect "), "{failed:?}");
    assert!(failed.stderr.contains("(connection_refused)\nhint: "));
    let failed = cli.run(&["test", &url, "--json"]);
    assert_eq!(failed.code, 1, "{failed:?}");
    let report: Value = serde_json::from_str(&failed.stdout).unwrap();
    assert_eq!(report["ok"], false);
    assert_eq!(report["error"]["code"], "connection_refused");
    assert_eq!(report["stages"][1]["ok"], false);
    let failed = cli.run(&["schema", &url]);
    assert!(!format!("{failed:?}").contains(CANARY));
    failed.refused(1, "connection_refused");
}

#[test]
fn what_is_asked_for_wrongly_is_told_before_anything_is_dialled() {
    let cli = Cli::new();
    for (arguments, code, telling) in [
        (
            vec!["schema", "nothing.sqlite"],
            1,
            "There is no file 'nothing.sqlite'.",
        ),
        (vec!["schema", "."], 1, "is a folder, not a file"),
        (vec!["test", "redis://h/1"], 2, "(invalid_connection)"),
        (
            vec!["test", "postgres://u@h/d", "--option", "tls=maybe"],
            2,
            "TLS mode",
        ),
        (
            vec!["test", "postgres://u@h/d", "--option", "tls"],
            2,
            "KEY=VALUE",
        ),
        (
            vec!["test", "postgres://u@h/d", "--ca", "no.pem"],
            1,
            "no.pem cannot be read",
        ),
        (
            vec!["test", "postgres://u@h/d", "--cert", "c.pem"],
            2,
            "--key",
        ),
        (
            vec!["test", "postgres://u@h/d", "--password-stdin"],
            1,
            "no password",
        ),
    ] {
        cli.run(&arguments).refused(code, telling);
    }
}

#[test]
fn a_password_comes_from_the_environment_or_standard_input() {
    // Nothing listens there, and the warning of a file's password shows which was taken.
    let shop = Shop::new();
    let warned = shop
        .cli
        .run_with_input(&["schema", shop.file, "--password-stdin"], "secret\n");
    assert_eq!(
        warned.stderr,
        "warning: An SQLite file has no password; it was ignored.\n"
    );
    let listed = shop
        .cli
        .command(&["user", "list"])
        .env("HEADWATER_PASSWORD", "secret")
        .output()
        .unwrap();
    assert!(listed.status.success(), "it is no setting: {listed:?}");
}
