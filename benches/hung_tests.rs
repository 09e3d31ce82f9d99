//! What others feel while 200 connection tests hang: p99 of two small requests, idle and hung in turns.

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use reqwest::Client;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::task::{JoinSet, yield_now};

/// Tests that hang at once.
const HUNG: usize = 200;
/// Turns of idle and hung; the median of their figures counts.
const TURNS: usize = 5;
/// Requests of one figure, one after the other.
const REQUESTS: usize = 2_000;
const PASSWORD: &str = "a long enough phrase";
const PATHS: [&str; 2] = ["/auth/me", "/data/default/list"];
const ENGINES: [&str; 4] = ["postgresql", "mysql", "mariadb", "mongodb"];

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

/// The server, killed where the run ends however it ends.
struct Served(Child);

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[tokio::main]
#[expect(clippy::print_stdout, reason = "the figures are what it is run for")]
async fn main() -> Outcome<()> {
    let folder = tempfile::tempdir()?;
    let (_server, base) = serve(folder.path()).await?;
    let http = Client::new();
    let token = log_in(&http, &base).await?;
    println!("p99 in ms, median of {TURNS} turns of {REQUESTS} requests; {HUNG} tests hang");
    println!("engine       request                idle   hung  ratio");
    for engine in ENGINES {
        for path in PATHS {
            let url = format!("{base}{path}");
            let (mut idle, mut hung) = (Vec::new(), Vec::new());
            for _ in 0..TURNS {
                idle.push(p99(&http, &url, &token).await?);
                let mut tests = hang(&base, &token, engine).await?;
                hung.push(p99(&http, &url, &token).await?);
                assert!(tests.try_join_next().is_none(), "a test ended too early");
            }
            let (idle, hung) = (median(idle), median(hung));
            let ratio = hung / idle;
            println!("{engine:<12} {path:<20} {idle:>6.2} {hung:>6.2} {ratio:>6.2}");
        }
    }
    Ok(())
}

/// Starts the binary and waits until it answers.
async fn serve(folder: &std::path::Path) -> Outcome<(Served, String)> {
    let port = TcpListener::bind("127.0.0.1:0").await?.local_addr()?.port();
    let child = Command::new(env!("CARGO_BIN_EXE_headwater"))
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
        .spawn()?;
    let server = Served(child);
    let since = Instant::now();
    while reqwest::get(format!("http://127.0.0.1:{port}/healthz"))
        .await
        .is_err()
    {
        assert!(
            since.elapsed() < Duration::from_secs(20),
            "the server did not come up"
        );
        yield_now().await;
    }
    Ok((server, format!("http://127.0.0.1:{port}/api/v1")))
}

async fn log_in(http: &Client, base: &str) -> Outcome<String> {
    let login = json!({"username": "admin", "password": PASSWORD});
    let answer = http
        .post(format!("{base}/auth/login"))
        .json(&login)
        .send()
        .await?;
    let body: serde_json::Value = answer.error_for_status()?.json().await?;
    Ok(body["data"]["token"].as_str().ok_or("no token")?.to_owned())
}

/// Begins the tests, and answers once the silent server holds a connection of each. Dropping
/// what it answers hangs up, which ends them.
async fn hang(base: &str, token: &str, engine: &str) -> Outcome<JoinSet<()>> {
    let silent = TcpListener::bind("127.0.0.1:0").await?;
    let database = json!({"databaseType": engine, "host": "127.0.0.1",
        "port": silent.local_addr()?.port(), "database": "d", "username": "u", "password": "p"});
    let (http, mut tests) = (Client::new(), JoinSet::new());
    for _ in 0..HUNG {
        let test = http
            .post(format!("{base}/data/default/test-connection"))
            .bearer_auth(token)
            .json(&json!({ "database": database }));
        tests.spawn(async move {
            let _ = test.send().await;
        });
    }
    let mut held = Vec::with_capacity(HUNG);
    while held.len() < HUNG {
        held.push(silent.accept().await?.0);
    }
    // Among the tasks too, so that the connections are held for as long as the tests are.
    tests.spawn(async move {
        while let Ok((more, _)) = silent.accept().await {
            held.push(more);
        }
    });
    Ok(tests)
}

/// The 99th percentile of `REQUESTS` requests in milliseconds.
async fn p99(http: &Client, url: &str, token: &str) -> Outcome<f64> {
    let mut times = Vec::with_capacity(REQUESTS);
    for _ in 0..REQUESTS {
        let since = Instant::now();
        let answer = http.get(url).bearer_auth(token).send().await?;
        answer.error_for_status()?.bytes().await?;
        times.push(since.elapsed().as_secs_f64() * 1e3);
    }
    times.sort_by(f64::total_cmp);
    Ok(times[REQUESTS * 99 / 100])
}

fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}
