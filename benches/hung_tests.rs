//! What others feel while 200 connection tests hang: p99 of two small requests, idle and hung in turns.

use std::time::Instant;

use reqwest::Client;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use super::server::{Outcome, Server, median};

/// Tests that hang at once.
const HUNG: usize = 200;
/// Turns of idle and hung; the median of their figures counts.
const TURNS: usize = 5;
/// Requests of one figure, one after the other.
const REQUESTS: usize = 2_000;
const PATHS: [&str; 2] = ["/auth/me", "/data/default/list"];
const ENGINES: [&str; 4] = ["postgresql", "mysql", "mariadb", "mongodb"];

pub async fn run() -> Outcome<()> {
    let server = Server::start().await?;
    println!("p99 in ms, median of {TURNS} turns of {REQUESTS} requests; {HUNG} tests hang");
    println!("engine       request                idle   hung  ratio");
    for engine in ENGINES {
        for path in PATHS {
            let (mut idle, mut hung) = (Vec::new(), Vec::new());
            for _ in 0..TURNS {
                idle.push(p99(&server, path).await?);
                let mut tests = hang(&server, engine).await?;
                hung.push(p99(&server, path).await?);
                assert!(tests.try_join_next().is_none(), "a test ended too early");
            }
            let (idle, hung) = (median(idle), median(hung));
            let ratio = hung / idle;
            println!("{engine:<12} {path:<20} {idle:>6.2} {hung:>6.2} {ratio:>6.2}");
        }
    }
    Ok(())
}

/// Begins the tests, and answers once the silent server holds a connection of each. Dropping
/// what it answers hangs up, which ends them.
async fn hang(server: &Server, engine: &str) -> Outcome<JoinSet<()>> {
    let silent = TcpListener::bind("127.0.0.1:0").await?;
    let database = json!({"databaseType": engine, "host": "127.0.0.1",
        "port": silent.local_addr()?.port(), "database": "d", "username": "u", "password": "p"});
    let (http, mut tests) = (Client::new(), JoinSet::new());
    for _ in 0..HUNG {
        let test = http
            .post(format!("{}/data/default/test-connection", server.base))
            .bearer_auth(&server.token)
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
async fn p99(server: &Server, path: &str) -> Outcome<f64> {
    let mut times = Vec::with_capacity(REQUESTS);
    for _ in 0..REQUESTS {
        let since = Instant::now();
        let answer = server.get(path).send().await?;
        answer.error_for_status()?.bytes().await?;
        times.push(since.elapsed().as_secs_f64() * 1e3);
    }
    times.sort_by(f64::total_cmp);
    Ok(times[REQUESTS * 99 / 100])
}
