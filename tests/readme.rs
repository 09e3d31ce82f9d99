//! README.md does what it says: its commands are run against the server that `make run` starts,
//! and it names whatever the program has.

use std::process::Command;

use headwater::connectors::DRIVERS;
use headwater::http::endpoints;
use tempfile::TempDir;

use crate::support::app::{TestApp, command};

const README: &str = include_str!("../README.md");
const MAKEFILE: &str = include_str!("../Makefile");

/// The server that the examples speak to.
const ADDRESS: &str = "http://127.0.0.1:8000";

/// Before the examples: an HTTP error ends the run, and so does whatever else fails.
const PRELUDE: &str = "set -euo pipefail
curl() { command curl --silent --show-error --fail-with-body \"$@\"; }
";

/// The blocks fenced as ```` ```bash ````, with the line that each begins at. Others are output, or
/// cannot be run here.
fn commands() -> Vec<(usize, String)> {
    let mut blocks = Vec::new();
    let mut lines = (1..).zip(README.lines());
    while let Some((at, fence)) = lines.find(|(_, line)| line.starts_with("```")) {
        let inside = lines.by_ref().map(|(_, line)| line);
        let block: Vec<_> = inside.take_while(|line| *line != "```").collect();
        match fence {
            "```bash" => blocks.push((at + 1, block.join("\n"))),
            "```console" | "```text" | "```json" => {}
            other => panic!("README.md:{at}: what is {other}?"),
        }
    }
    blocks
}

#[test]
fn every_command_of_the_readme_works_as_it_stands() {
    let mut server = command();
    server.env("HEADWATER_DEMO", "true");
    let app = TestApp::spawn(server, TempDir::new().unwrap());
    let blocks = commands();
    assert!(blocks.len() > 10, "the examples were not found");
    let script = blocks
        .iter()
        .fold(PRELUDE.to_owned(), |script, (at, block)| {
            format!("{script}printf '\\n# README.md:{at}\\n'\n{block}\n")
        });
    let program = std::path::Path::new(env!("CARGO_BIN_EXE_headwater"));
    let folder = TempDir::new().unwrap();
    let path = [
        program.parent().unwrap().to_str().unwrap(),
        &std::env::var("PATH").unwrap(),
    ];
    let ran = Command::new("bash")
        .args(["-c", &script.replace(ADDRESS, &app.url)])
        .current_dir(folder.path())
        .env_clear()
        .env("PATH", path.join(":"))
        .env("HEADWATER_DATA_DIR", app.data_dir())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&ran.stdout);
    assert!(
        ran.status.success() && !said.contains(r#""status":"error""#),
        "{}\n{said}\n{}",
        ran.status,
        String::from_utf8_lossy(&ran.stderr)
    );
    assert!(!said.contains(r#""warnings""#), "{said}");
}

#[test]
fn the_two_commands_are_targets_that_start_the_demo_and_the_tests() {
    for (target, commands) in [
        ("run", "cargo run --release -- serve --demo"),
        ("test", "cargo test"),
    ] {
        assert!(README.contains(&format!("```console\nmake {target}\n```")));
        let mut lines = MAKEFILE.lines();
        let head = format!("{target}:");
        assert!(lines.any(|line| line.starts_with(&head)), "{target}");
        let recipe: Vec<_> = lines.take_while(|line| line.starts_with('\t')).collect();
        assert!(recipe.join("\n").contains(commands), "{recipe:?}");
    }
}

#[test]
fn every_endpoint_is_described() {
    for endpoint in endpoints() {
        for path in &endpoint.paths {
            let name = format!("{} {path}`", endpoint.method);
            let short = format!("Also `{path}`");
            assert!(README.contains(&name) || README.contains(&short), "{name}");
        }
    }
}

#[test]
fn every_code_of_an_error_is_described() {
    let sources = [
        include_str!("../src/http/error.rs"),
        include_str!("../src/connectors/error.rs"),
    ];
    let codes: Vec<_> = (sources.iter())
        .flat_map(|source| source.split('"'))
        // The words of an attribute.
        .filter(|text| *text != "snake_case")
        .filter(|text| text.len() > 1 && text.chars().all(|c| c.is_ascii_lowercase() || c == '_'))
        .collect();
    assert!(codes.len() > 40, "{codes:?}");
    for code in codes {
        assert!(README.contains(&format!("`{code}`")), "{code}");
    }
}

#[test]
fn every_setting_is_described() {
    let output = command().arg("--help").output().unwrap();
    let help = String::from_utf8(output.stdout).unwrap();
    let (_, keys) = help.split_once("after HEADWATER_:").unwrap();
    let keys: Vec<_> = keys.split(',').map(str::trim).collect();
    assert!(keys.len() > 10, "{keys:?}");
    for key in keys {
        let row = format!("| `HEADWATER_{}` |", key.to_uppercase());
        assert!(README.contains(&row), "{row}");
    }
}

#[test]
fn every_engine_is_described_with_its_names_schemes_and_options() {
    for driver in DRIVERS {
        let options = driver.options.iter().map(|option| &option.name);
        let all = driver.aliases.iter().chain(driver.url_schemes);
        for name in all.chain(options).chain([&driver.name]) {
            assert!(README.contains(&format!("`{name}`")), "{name}");
        }
    }
}
