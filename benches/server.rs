//! The program as it is served, and figures.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use reqwest::{Client, RequestBuilder};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::yield_now;

const PASSWORD: &str = "a long enough phrase";

pub type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

/// A server on a folder of its own, killed where the run ends however it ends.
pub struct Server {
    child: Child,
    folder: tempfile::TempDir,
    /// Where its endpoints stand.
    pub base: String,
    pub token: String,
    pub http: Client,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Server {
    /// Starts the program, and logs in once it answers.
    pub async fn start() -> Outcome<Self> {
        let folder = tempfile::tempdir()?;
        let port = TcpListener::bind("127.0.0.1:0").await?.local_addr()?.port();
        let child = spawn(folder.path(), port)?;
        let mut server = Self {
            child,
            folder,
            base: format!("http://127.0.0.1:{port}/api/v1"),
            token: String::new(),
            http: Client::new(),
        };
        let since = Instant::now();
        let health = format!("http://127.0.0.1:{port}/healthz");
        while server.http.get(&health).send().await.is_err() {
            assert!(
                since.elapsed() < Duration::from_secs(20),
                "the server did not come up"
            );
            yield_now().await;
        }
        let login = json!({"username": "admin", "password": PASSWORD});
        let answer = server.post("/auth/login", &login).await?;
        let token = answer["data"]["token"].as_str().ok_or("no token")?;
        token.clone_into(&mut server.token);
        Ok(server)
    }

    pub fn get(&self, path: &str) -> RequestBuilder {
        let url = format!("{}{path}", self.base);
        self.http.get(url).bearer_auth(&self.token)
    }

    pub async fn post(&self, path: &str, body: &Value) -> Outcome<Value> {
        let url = format!("{}{path}", self.base);
        let request = self.http.post(url).bearer_auth(&self.token).json(body);
        Ok(request.send().await?.error_for_status()?.json().await?)
    }

    /// The file that its one workspace's copies are in.
    pub fn copies(&self) -> Outcome<PathBuf> {
        let mut files = std::fs::read_dir(self.folder.path().join("workspaces"))?
            .filter_map(|entry| Some(entry.ok()?.path()));
        let file = files.find(|path| path.extension().is_some_and(|end| end == "sqlite"));
        Ok(file.ok_or("there are no copies")?)
    }

    /// The number of its process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// The memory that it has, in MB.
    pub fn resident(&self) -> Option<f64> {
        status(self.child.id(), "VmRSS:")
    }

    /// Lets the most memory that it had be what it has now (`clear_refs`, proc(5)).
    pub fn forget_peak(&self) -> std::io::Result<()> {
        std::fs::write(format!("/proc/{}/clear_refs", self.id()), "5")
    }

    /// The most memory that it had, in MB, as Linux tells it.
    pub fn peak(&self) -> Option<f64> {
        peak(self.child.id())
    }
}

/// The most memory that a running process had, in MB (`VmHWM`, proc(5)).
pub fn peak(process: u32) -> Option<f64> {
    status(process, "VmHWM:")
}

fn status(process: u32, name: &str) -> Option<f64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    let kilobytes: f64 = line.trim().trim_end_matches("kB").trim().parse().ok()?;
    Some(kilobytes / 1024.0)
}

/// The seconds of the processor that a running process has used, in hundredths (`utime` and `stime`,
/// proc(5)).
pub fn cpu(process: u32) -> Option<f64> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The name may hold anything but is the last thing in parentheses.
    let fields: Vec<_> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks = |at: usize| fields.get(at)?.parse::<f64>().ok();
    Some((ticks(11)? + ticks(12)?) / 100.0)
}

fn spawn(folder: &Path, port: u16) -> std::io::Result<Child> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_headwater"));
    // It takes no setting that it does not know.
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("HEADWATER_") {
            command.env_remove(name);
        }
    }
    command
        .args([
            "serve",
            "--listen",
            &format!("127.0.0.1:{port}"),
            "--data-dir",
        ])
        .arg(folder)
        .envs([
            ("HEADWATER_ADMIN_USER", "admin"),
            ("HEADWATER_ADMIN_PASSWORD", PASSWORD),
        ])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
}

pub fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}
