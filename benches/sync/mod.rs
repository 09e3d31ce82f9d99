//! Copying millions of rows, side by side with floors in one run.
//!
//! Of `PostgreSQL`: the rows read and thrown away by `psql`, the smallest loop from COPY into
//! `SQLite` that keeps all values, us, and `DuckDB` by its scanners; then the same rows as an archive.

mod carry;
pub mod floors;
pub mod minimal;
mod others;

use std::fs;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use super::server::{Outcome, Server, cpu, peak};

const DATABASE: &str = "headwater_bench_rows";
/// Rows, unless `HEADWATER_BENCH_ROWS` says otherwise.
const ROWS: u64 = 5_000_000;

fn variable(name: &str) -> String {
    let name = format!("HEADWATER_TEST_{name}");
    std::env::var(&name)
        .unwrap_or_else(|_| panic!("{name} is not set: run the benchmarks by `make bench`"))
}

fn rows() -> u64 {
    let told = std::env::var("HEADWATER_BENCH_ROWS").ok();
    told.and_then(|rows| rows.parse().ok()).unwrap_or(ROWS)
}

pub async fn run() -> Outcome<()> {
    let engines = variable("ENGINES");
    if engines.split(',').any(|engine| engine == "postgres") {
        postgres().await?;
    }
    others::run(&engines, rows()).await
}

async fn postgres() -> Outcome<()> {
    make()?;
    println!("{} rows of 11 columns    wall s    CPU s   peak MB", rows());
    let mut throw_away = psql(DATABASE);
    throw_away.args([
        "-c",
        "COPY (SELECT * FROM events) TO STDOUT (FORMAT binary)",
    ]);
    show("psql, thrown away", measured(throw_away)?);
    let folder = tempfile::tempdir()?;
    let mut server = None;
    for _ in 0..2 {
        let target = folder.path().join("minimal.sqlite");
        let _ = fs::remove_file(&target);
        let mut minimal = Command::new(std::env::current_exe()?);
        minimal.args(["minimal-copy", &url()]).arg(&target);
        show("smallest loop", measured(minimal)?);
        // The last one is let go of first, with what it copied.
        drop(server.take());
        server = Some(ours().await?);
    }
    for suffix in ["", "-wal", "-shm"] {
        let _ = fs::remove_file(folder.path().join(format!("minimal.sqlite{suffix}")));
    }
    let mut duckdb = Command::new(variable("DUCKDB_PYTHON"));
    let program = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/sync/duckdb_copy.py");
    duckdb
        .args([program, &url()])
        .arg(folder.path().join("duckdb.sqlite"));
    show("DuckDB to SQLite", measured(duckdb)?);
    drop(folder);
    match server {
        Some(server) => carry::run(&server).await,
        None => Ok(()),
    }
}

/// A sync of all rows, then one of nothing new, by HTTP.
async fn ours() -> Outcome<Server> {
    let server = Server::start().await?;
    let database = json!({"database": {
        "databaseType": "postgresql", "host": "127.0.0.1", "port": variable("POSTGRES_PORT").parse::<u16>()?,
        "username": "headwater_admin", "password": variable("ADMIN_PASSWORD"), "database": DATABASE,
    }});
    server.post("/data/default/connect", &database).await?;
    let idle = server.resident().unwrap_or_default();
    for (name, options) in [
        ("headwater", json!({"sync_options": {}})),
        (
            "headwater, nothing new",
            json!({"sync_options": {"incremental": true}}),
        ),
    ] {
        let (since, before) = (Instant::now(), cpu(server.id()).unwrap_or_default());
        let answer = server.post("/data/default/sync", &options).await?;
        let wall = since.elapsed().as_secs_f64();
        let used = cpu(server.id()).unwrap_or_default() - before;
        show(name, (wall, used, server.peak().unwrap_or_default()));
        assert_eq!(answer["data"]["state"], "succeeded", "{answer}");
        let table = &answer["data"]["sources"][0]["tables"][0];
        assert_eq!(table["rows_total"], Value::from(rows()), "{answer}");
    }
    println!("(of these {idle:.0} MB before the first row)");
    Ok(server)
}

fn show(name: &str, (wall, cpu, memory): (f64, f64, f64)) {
    println!("{name:<24} {wall:>10.2} {cpu:>8.2} {memory:>9.0}");
}

fn url() -> String {
    let password = variable("ADMIN_PASSWORD");
    let password = utf8_percent_encode(&password, NON_ALPHANUMERIC);
    let port = variable("POSTGRES_PORT");
    format!("postgresql://headwater_admin:{password}@127.0.0.1:{port}/{DATABASE}")
}

fn psql(database: &str) -> Command {
    let mut command = Command::new("psql");
    command.args([
        "-XqAt",
        "-h",
        "127.0.0.1",
        "-U",
        "headwater_admin",
        "-d",
        database,
    ]);
    command.args(["-p", &variable("POSTGRES_PORT")]);
    command.env("PGPASSWORD", variable("ADMIN_PASSWORD"));
    command
}

/// Seconds, seconds of the processor, and peak memory in MB of a process, whose output goes nowhere.
fn measured(mut command: Command) -> Outcome<(f64, f64, f64)> {
    let since = Instant::now();
    let mut child = command.stdout(Stdio::null()).spawn()?;
    let (mut memory, mut used): (f64, f64) = (0.0, 0.0);
    loop {
        memory = memory.max(peak(child.id()).unwrap_or_default());
        used = used.max(cpu(child.id()).unwrap_or_default());
        if let Some(status) = child.try_wait()? {
            assert!(status.success(), "{command:?} failed");
            return Ok((since.elapsed().as_secs_f64(), used, memory));
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn make() -> Outcome<()> {
    let run = |database: &str, sql: String| -> Outcome<()> {
        let status = psql(database)
            .args(["-v", "ON_ERROR_STOP=1", "-c", &sql])
            .status()?;
        assert!(status.success(), "psql failed");
        Ok(())
    };
    run("postgres", format!("DROP DATABASE IF EXISTS {DATABASE}"))?;
    run("postgres", format!("CREATE DATABASE {DATABASE}"))?;
    let rows = rows();
    run(
        DATABASE,
        format!(
            "CREATE TABLE events (id bigint PRIMARY KEY, customer_id integer NOT NULL, kind varchar(20) NOT NULL, \
             note text, amount numeric(12,2) NOT NULL, ratio double precision, is_open boolean NOT NULL, \
             created_at timestamptz NOT NULL, day date, payload jsonb, uid uuid NOT NULL);
             INSERT INTO events SELECT i, i % 100000, 'kind ' || i % 17, CASE WHEN i % 3 = 0 THEN NULL ELSE md5(i::text) END, \
             (i % 1000000) / 100.0, i / 7.0, i % 2 = 0, timestamptz '2020-01-01' + i * interval '1 second', \
             date '2020-01-01' + (i % 3000)::int, jsonb_build_object('n', i, 'tag', 'x' || i % 5), md5(i::text)::uuid \
             FROM generate_series(1, {rows}::bigint) i; ANALYZE events"
        ),
    )
}
