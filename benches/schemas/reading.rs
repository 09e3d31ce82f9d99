//! Reading: the server's own client, ourselves and `SQLAlchemy`.

use std::fmt::Write as _;
use std::io::Write as _;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::super::server::{Outcome, median, peak};
use super::{Engine, TABLES, variable};

/// Runs of each; the median of their figures counts.
const TURNS: usize = 5;
/// Runs of `SQLAlchemy`, which takes its time.
const SLOW_TURNS: usize = 1;

pub const DATABASE: &str = "headwater_bench";

pub fn run(engine: Engine) -> Outcome<()> {
    make(engine)?;
    let floor = || {
        let mut command = client(engine);
        command.arg(if engine == Engine::Postgres {
            "-f"
        } else {
            "-e"
        });
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/schemas");
        command.arg(match engine {
            Engine::Postgres => format!("{file}/floor_postgres.sql"),
            _ => format!("source {file}/floor_mysql.sql"),
        });
        command
    };
    let own = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_headwater"));
        command.args([
            "schema",
            &url(engine, own_scheme(engine)),
            "--format",
            "json",
        ]);
        command
    };
    let peer = || {
        let mut command = Command::new(variable("SQLALCHEMY_PYTHON"));
        let scheme = match engine {
            Engine::Postgres => "postgresql+psycopg",
            _ => "mysql+pymysql",
        };
        // PyMySQL writes a password in Latin-1; the server was given it in UTF-8.
        let program = "import sys, sqlalchemy as s; url = s.make_url(sys.argv[1]); \
             own = {'password': url.password.encode()} if 'mysql' in url.drivername else {}; \
             s.MetaData().reflect(s.create_engine(url, connect_args=own))";
        command.args(["-c", program, &url(engine, scheme)]);
        command
    };
    let (mut floors, mut owns) = (Vec::new(), Vec::new());
    for _ in 0..TURNS {
        floors.push(measured(floor())?);
        owns.push(measured(own())?);
    }
    let mut peers = Vec::new();
    for _ in 0..SLOW_TURNS {
        peers.push(measured(peer())?);
    }
    println!(
        "{} of {TABLES} tables    seconds   peak MB   to the floor",
        engine.name()
    );
    let seconds = |of: &[(f64, f64)]| median(of.iter().map(|(seconds, _)| *seconds).collect());
    let bare = seconds(&floors);
    for (name, of) in [
        ("bare rows", &floors),
        ("headwater", &owns),
        ("SQLAlchemy", &peers),
    ] {
        let memory = median(of.iter().map(|(_, memory)| *memory).collect());
        let time = seconds(of);
        println!(
            "{name:<20} {time:>12.3} {memory:>9.0} {:>14.2}",
            time / bare
        );
    }
    Ok(())
}

fn own_scheme(engine: Engine) -> &'static str {
    match engine {
        Engine::Postgres => "postgresql",
        Engine::MySql => "mysql",
        Engine::MariaDb => "mariadb",
    }
}

fn url(engine: Engine, scheme: &str) -> String {
    let password = variable("ADMIN_PASSWORD");
    let password = utf8_percent_encode(&password, NON_ALPHANUMERIC);
    let port = engine.port();
    format!("{scheme}://headwater_admin:{password}@127.0.0.1:{port}/{DATABASE}")
}

/// The server's own client, which prints rows and nothing else.
fn client(engine: Engine) -> Command {
    let port = engine.port();
    let password = variable("ADMIN_PASSWORD");
    if engine == Engine::Postgres {
        let mut command = Command::new("psql");
        command.args([
            "-XqAt",
            "-h",
            "127.0.0.1",
            "-p",
            &port,
            "-U",
            "headwater_admin",
        ]);
        command.args(["-d", DATABASE]).env("PGPASSWORD", password);
        return command;
    }
    let mut command = Command::new("mariadb");
    command.args([
        "--no-defaults",
        "-h127.0.0.1",
        "-uheadwater_admin",
        "--batch",
        "--quick",
    ]);
    command.arg(format!("--port={port}"));
    command.arg(format!("--password={password}"));
    command.arg(format!("--database={DATABASE}"));
    command
}

/// Seconds and peak memory in MB of a process, whose output goes nowhere.
fn measured(mut command: Command) -> Outcome<(f64, f64)> {
    let since = Instant::now();
    let mut child = command.stdout(Stdio::null()).spawn()?;
    let mut memory: f64 = 0.0;
    loop {
        memory = memory.max(peak(child.id()).unwrap_or_default());
        if let Some(status) = child.try_wait()? {
            assert!(status.success(), "{command:?} failed");
            return Ok((since.elapsed().as_secs_f64(), memory));
        }
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// Makes the database. References stand in chains of fifty, as one long one is more than
/// `SQLAlchemy`'s recursion takes.
fn make(engine: Engine) -> Outcome<()> {
    let mut sql = String::new();
    let (quote, kind, tail) = match engine {
        Engine::Postgres => ('"', "numeric(10,2)", ""),
        _ => (
            '`',
            "decimal(10,2)",
            " COMMENT='What happened' ENGINE=InnoDB",
        ),
    };
    let comment = if engine == Engine::Postgres {
        ""
    } else {
        " COMMENT 'In cents'"
    };
    for n in 0..TABLES {
        let refers = if n % 50 == 0 { n } else { n - 1 };
        writeln!(
            sql,
            "CREATE TABLE {quote}event {n}{quote} (id bigint PRIMARY KEY, parent_id bigint, name varchar(50) NOT NULL, \
             status varchar(20) DEFAULT 'new', total {kind} NOT NULL DEFAULT 0{comment}, note text, day date, \
             created_at timestamp DEFAULT CURRENT_TIMESTAMP, is_open boolean NOT NULL DEFAULT false, amount integer, \
             CONSTRAINT {quote}parent {n}{quote} FOREIGN KEY (parent_id) REFERENCES {quote}event {refers}{quote} (id)){tail};\n\
             CREATE INDEX {quote}by name {n}{quote} ON {quote}event {n}{quote} (name, day);"
        )?;
        if engine == Engine::Postgres {
            writeln!(
                sql,
                "COMMENT ON TABLE \"event {n}\" IS 'What happened'; COMMENT ON COLUMN \"event {n}\".total IS 'In cents';"
            )?;
        }
    }
    let (bare, target) = (client(engine), DATABASE);
    let create = format!("DROP DATABASE IF EXISTS {target};\nCREATE DATABASE {target};\n");
    feed(elsewhere(bare, engine), &create)?;
    feed(client(engine), &sql)
}

/// The client outside of the database that is not there yet.
fn elsewhere(mut command: Command, engine: Engine) -> Command {
    match engine {
        Engine::Postgres => command.args(["-d", "postgres"]),
        _ => command.arg("--database=mysql"),
    };
    command
}

fn feed(mut command: Command, sql: &str) -> Outcome<()> {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()?;
    child
        .stdin
        .take()
        .ok_or("no input")?
        .write_all(sql.as_bytes())?;
    assert!(child.wait()?.success(), "{command:?} failed");
    Ok(())
}
