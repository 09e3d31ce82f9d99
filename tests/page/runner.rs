//! Runs a test of the page: `node tests/page/NAME.test.mjs`, with what it wants to know in its environment.

use std::path::PathBuf;
use std::process::Command;

use crate::support::app::{PASSWORD, TestApp};
use crate::support::servers::{chosen, variable};

/// A test of the page, still to be run.
pub struct PageTest {
    name: &'static str,
    variables: Vec<(&'static str, String)>,
}

/// The test in `NAME.test.mjs`.
pub fn page(name: &'static str) -> PageTest {
    PageTest {
        name,
        variables: Vec::new(),
    }
}

impl PageTest {
    /// Tells the test something more, as `process.env.NAME`.
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.variables.push((name, value.into()));
        self
    }

    /// Runs it against a server, and fails as it fails. Without a browser only where the run was
    /// narrowed to engines without one.
    #[track_caller]
    pub fn run(self, app: &TestApp) {
        if !chosen("chromium") {
            return;
        }
        let file = format!("{}.test.mjs", self.name);
        let here = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/page");
        let binary = PathBuf::from(env!("CARGO_BIN_EXE_headwater"));
        let ran = Command::new("node")
            .arg(here.join(&file))
            .env("HEADWATER_TEST_CHROMIUM", variable("CHROMIUM"))
            .env("HEADWATER_TEST_PAGE_MODULES", variable("PAGE_MODULES"))
            .env("PAGE_SHOTS", binary.with_file_name("page-shots"))
            .env("PAGE_URL", &app.url)
            .env("PAGE_PASSWORD", PASSWORD)
            .envs(self.variables)
            .output()
            .expect("node starts");
        // What it measured is seen by --nocapture.
        eprint!("{}", String::from_utf8_lossy(&ran.stdout));
        assert!(
            ran.status.success(),
            "{file}: {}\n{}",
            ran.status,
            String::from_utf8_lossy(&ran.stderr)
        );
    }
}
