//! The real binary, on a free port, with a data folder of its own.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::client::Client;

/// A password that must be found nowhere but sealed: planted by tests, looked for at their end.
pub const CANARY: &str = "canary-Zq8#wL2/tR%5";

/// The password of every user of the tests.
pub const PASSWORD: &str = "a long enough phrase";

/// How long anything of ours may take to come up or go down.
const PATIENCE: Duration = Duration::from_secs(20);

/// A running server. Dropping it stops it, and fails the test where it panicked or let the canary out.
pub struct TestApp {
    child: Child,
    log: Arc<Mutex<String>>,
    /// Where it listens, without a slash at the end.
    pub url: String,
    folder: Option<TempDir>,
}

/// The binary with no setting but those that a test gives it.
pub fn command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_headwater"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("HEADWATER_") {
            command.env_remove(name);
        }
    }
    // Settings are looked for in the current folder too.
    command.current_dir(std::env::temp_dir());
    command
}

/// Runs a command of the binary on a data folder, with `input` on its standard input.
pub fn run(data_dir: &Path, arguments: &[&str], input: &str) -> Output {
    let mut child = command()
        .args(arguments)
        .arg("--data-dir")
        .arg(data_dir)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    // A command that refuses before it reads closes the pipe.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

impl TestApp {
    /// A server with an admin `admin` of the organization `acme`.
    pub fn start() -> Self {
        Self::start_with(TempDir::new().unwrap(), &[])
    }

    /// The same on a folder that is there already, with further variables in its environment.
    pub fn start_with(folder: TempDir, variables: &[(&str, &str)]) -> Self {
        let mut command = command();
        command
            .env("HEADWATER_ADMIN_USER", "admin")
            .env("HEADWATER_ADMIN_PASSWORD", PASSWORD)
            .env("HEADWATER_ADMIN_ORGANIZATION", "acme")
            .envs(variables.iter().copied());
        Self::spawn(command, folder)
    }

    /// A server of a command that says all but where to listen and where its data is.
    pub fn spawn(mut command: Command, folder: TempDir) -> Self {
        command.args(["serve", "--listen", "127.0.0.1:0"]);
        Self::spawn_at(command, folder)
    }

    /// The same of a command that says where to listen too.
    pub fn spawn_at(mut command: Command, folder: TempDir) -> Self {
        let mut child = command
            .arg("--data-dir")
            .arg(folder.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary starts");
        let log = Arc::new(Mutex::new(String::new()));
        let (found, url) = mpsc::channel();
        let streams: [Box<dyn std::io::Read + Send>; 2] = [
            Box::new(child.stdout.take().unwrap()),
            Box::new(child.stderr.take().unwrap()),
        ];
        for stream in streams {
            let (log, found) = (Arc::clone(&log), found.clone());
            std::thread::spawn(move || {
                for line in BufReader::new(stream).lines().map_while(Result::ok) {
                    {
                        let mut log = log.lock().unwrap();
                        log.push_str(&line);
                        log.push('\n');
                    }
                    // All of the greeting is there once its last line is.
                    if line.contains("  stop ")
                        && let Some(url) = address(&log.lock().unwrap())
                    {
                        let _ = found.send(url);
                    }
                }
            });
        }
        let url = url.recv_timeout(PATIENCE).unwrap_or_else(|_| {
            let _ = child.kill();
            panic!("the server printed no address: {}", log.lock().unwrap())
        });
        Self {
            child,
            log,
            url,
            folder: Some(folder),
        }
    }

    /// Its data folder.
    pub fn data_dir(&self) -> &Path {
        self.folder.as_ref().unwrap().path()
    }

    /// The most memory that it had so far, in bytes.
    pub fn peak_memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kib = peak.unwrap().trim().strip_suffix(" kB").unwrap();
        kib.trim().parse::<u64>().unwrap() << 10
    }

    /// All that it printed so far.
    pub fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    /// Waits until it printed this, and answers all that it printed.
    pub fn printed(&self, text: &str) -> String {
        let deadline = Instant::now() + PATIENCE;
        while !self.log().contains(text) {
            assert!(Instant::now() < deadline, "no {text} in {}", self.log());
            std::thread::sleep(Duration::from_millis(5));
        }
        self.log()
    }

    /// Runs a command of the binary on its data folder.
    pub fn run(&self, arguments: &[&str], input: &str) -> Output {
        run(self.data_dir(), arguments, input)
    }

    /// Adds a user.
    pub fn add_user(&self, name: &str, organization: &str, role: &str) {
        let output = self.run(
            &[
                "user",
                "add",
                name,
                "--organization",
                organization,
                "--role",
                role,
                "--password-stdin",
            ],
            &format!("{PASSWORD}\n"),
        );
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
    }

    /// A token of a user.
    pub fn token(&self, name: &str, organization: &str) -> String {
        let output = self.run(
            &[
                "token",
                "create",
                "--user",
                name,
                "--organization",
                organization,
            ],
            "",
        );
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        let token = String::from_utf8(output.stdout).unwrap();
        assert_eq!(
            token.trim_end().lines().count(),
            1,
            "the token alone stands on stdout"
        );
        token.trim_end().to_owned()
    }

    /// A caller without a token.
    pub fn nobody(&self) -> Client {
        Client::new(format!("{}/api/v1", self.url), None)
    }

    /// The admin of `acme`.
    pub fn admin(&self) -> Client {
        self.caller("admin", "acme")
    }

    /// A user who is there, with a fresh token.
    pub fn caller(&self, name: &str, organization: &str) -> Client {
        Client::new(
            format!("{}/api/v1", self.url),
            Some(self.token(name, organization)),
        )
    }

    /// A user who is added for this.
    pub fn user(&self, name: &str, organization: &str, role: &str) -> Client {
        self.add_user(name, organization, role);
        self.caller(name, organization)
    }

    /// Stops it as an operator would, and gives its folder back.
    pub fn stop(mut self) -> TempDir {
        self.terminate();
        self.folder.take().unwrap()
    }

    /// Ends it as a crash would, in the middle of whatever it does, and gives its folder back.
    pub fn kill(mut self) -> TempDir {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        self.folder.take().unwrap()
    }

    fn terminate(&mut self) {
        let _ = Command::new("kill")
            .arg(self.child.id().to_string())
            .status();
        let deadline = Instant::now() + PATIENCE;
        loop {
            match self.child.try_wait() {
                Ok(Some(status)) => {
                    return assert!(status.success(), "stopped with {status}: {}", self.log());
                }
                Ok(None) if Instant::now() < deadline => {
                    std::thread::sleep(Duration::from_millis(5));
                }
                _ => break,
            }
        }
        let _ = self.child.kill();
        panic!("the server did not stop on SIGTERM: {}", self.log());
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        let Some(folder) = self.folder.take() else {
            return;
        };
        if std::thread::panicking() {
            let _ = self.child.kill();
            let _ = self.child.wait();
            eprintln!("the server said:\n{}", self.log());
            return;
        }
        if self.child.try_wait().ok().flatten().is_none() {
            self.terminate();
        }
        let log = self.log();
        assert!(!log.contains("panicked"), "the server panicked: {log}");
        assert!(!leaks(log.as_bytes()), "the canary is in the log: {log}");
        for path in files_below(folder.path()) {
            let bytes = std::fs::read(&path).unwrap_or_default();
            assert!(!leaks(&bytes), "the canary is in {}", path.display());
        }
    }
}

/// The address in what a server printed.
fn address(log: &str) -> Option<String> {
    let rest = &log[log.find("http://127.0.0.1:")?..];
    let end = rest[7..].find(|c: char| c != '.' && c != ':' && !c.is_ascii_digit());
    Some(rest[..end.map_or(rest.len(), |end| end + 7)].to_owned())
}

/// Whether bytes hold the canary: as it is, percent-encoded, in base64 or in hexadecimal.
pub fn leaks(bytes: &[u8]) -> bool {
    let percent = percent_encoding::utf8_percent_encode(CANARY, percent_encoding::NON_ALPHANUMERIC)
        .to_string();
    let forms = [
        CANARY.to_owned(),
        percent.clone(),
        percent.to_lowercase(),
        data_encoding::HEXLOWER.encode(CANARY.as_bytes()),
        data_encoding::BASE64_NOPAD.encode(CANARY.as_bytes()),
    ];
    // As text: the standard library's search is fast even where this is built without optimisation.
    let text = String::from_utf8_lossy(bytes);
    forms.iter().any(|form| text.contains(form))
}

fn files_below(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => folders.push(entry.path()),
                Ok(kind) if kind.is_file() => found.push(entry.path()),
                _ => {}
            }
        }
    }
    found
}
