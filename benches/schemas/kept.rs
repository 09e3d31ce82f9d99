//! Keeping and answering: the first reading by HTTP, the kept document, a 304, a search.

use std::time::Instant;

use reqwest::header::{ACCEPT_ENCODING, ETAG, IF_NONE_MATCH};
use serde_json::json;

use super::super::server::{Outcome, Server, median};
use super::reading::DATABASE;
use super::{Engine, variable};

/// Requests of each figure; the median counts.
const REQUESTS: usize = 50;

pub async fn run(engine: Engine) -> Outcome<()> {
    let server = Server::start().await?;
    let database = |name: &str| {
        json!({"database": {
            "databaseType": engine.name(), "host": "127.0.0.1", "port": engine.port().parse::<u16>().ok(),
            "username": "headwater_admin", "password": variable("ADMIN_PASSWORD"),
            "database": DATABASE, "name": name,
        }})
    };
    // Two sources of 50,000 columns are the 100,000 that are searched.
    let mut path = String::new();
    let mut first = Vec::new();
    for name in ["one", "two"] {
        let connected = server
            .post("/data/default/connect", &database(name))
            .await?;
        let id = connected["data"]["source_id"].as_str().ok_or("no id")?;
        path = format!("/data/default/schema?source_id={id}");
        let since = Instant::now();
        let answer = server.get(&path).send().await?.error_for_status()?;
        answer.bytes().await?;
        first.push(since.elapsed().as_secs_f64() * 1e3);
    }
    let answer = server.get(&path).send().await?;
    let tag = answer.headers().get(ETAG).ok_or("no tag")?.clone();
    let kept = timed(|| server.get(&path)).await?;
    let gzip = timed(|| server.get(&path).header(ACCEPT_ENCODING, "gzip")).await?;
    let same = timed(|| server.get(&path).header(IF_NONE_MATCH, tag.clone())).await?;
    println!("{} by HTTP                ms", engine.name());
    println!("first reading, kept {:>12.1}", median(first));
    println!("kept document       {kept:>12.2}");
    println!("kept, gzip          {gzip:>12.2}");
    println!("304                 {same:>12.2}");
    for query in ["event 4711", "created", "evnt totl", "cents", "ev"] {
        let path = format!("/data/default/search?q={}", query.replace(' ', "%20"));
        let search = timed(|| server.get(&path)).await?;
        println!("search {query:<12} {search:>13.2}");
    }
    println!(
        "peak MB of the server {:>10.0}",
        server.peak().unwrap_or_default()
    );
    Ok(())
}

async fn timed(request: impl Fn() -> reqwest::RequestBuilder) -> Outcome<f64> {
    let mut times = Vec::with_capacity(REQUESTS);
    for _ in 0..REQUESTS {
        let since = Instant::now();
        request().send().await?.error_for_status()?.bytes().await?;
        times.push(since.elapsed().as_secs_f64() * 1e3);
    }
    Ok(median(times))
}
