//! The command line, through the real binary.

mod passwords;
mod settings;
mod sources;
mod tokens;
mod users;

use std::io::Write;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

use crate::support::app;

const PASSWORD: &str = "violet kettle snow";

/// A data folder, and the binary on it.
struct Cli {
    folder: TempDir,
}

/// How a command ended.
#[derive(Debug)]
struct Ended {
    code: i32,
    stdout: String,
    stderr: String,
}

impl Cli {
    fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = app::command();
        command
            .args(args)
            .env("HEADWATER_DATA_DIR", self.folder.path())
            .current_dir(self.folder.path());
        command
    }

    fn run(&self, args: &[&str]) -> Ended {
        Ended::from(self.command(args).stdin(Stdio::null()).output().unwrap())
    }

    fn run_with_input(&self, args: &[&str], input: &str) -> Ended {
        let mut child = self
            .command(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // A command that refuses before it reads closes the pipe.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        Ended::from(child.wait_with_output().unwrap())
    }

    fn add_user(&self, name: &str, organization: &str, role: &str) -> Ended {
        let args = [
            "user",
            "add",
            name,
            "--organization",
            organization,
            "--role",
            role,
            "--password-stdin",
        ];
        self.run_with_input(&args, &format!("{PASSWORD}\n"))
    }
}

impl From<Output> for Ended {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl Ended {
    /// Ended well, and answers what was printed.
    fn ok(self) -> String {
        assert_eq!(self.code, 0, "{self:?}");
        self.stdout
    }

    /// Ended with that code, printed nothing, and told something of it in one calm line.
    fn refused(self, code: i32, telling: &str) {
        assert_eq!(self.code, code, "{self:?}");
        assert_eq!(self.stdout, "", "{self:?}");
        assert!(self.stderr.contains(telling), "{self:?}");
        for shape in ["panicked", "Error {", "Err(", "Some(", "stack backtrace"] {
            assert!(!self.stderr.contains(shape), "{self:?}");
        }
    }
}
