//! Copying rows of `MySQL`, `MariaDB` and `MongoDB`, beside their floors.

use std::process::Command;
use std::time::Instant;

use mongodb::bson::oid::ObjectId;
use mongodb::bson::{Document, doc};
use mysql_async::prelude::Queryable;
use mysql_async::{Conn, Opts, OptsBuilder, SslOpts};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use super::super::server::{Outcome, Server, cpu};
use super::{DATABASE, floors, measured, show, variable};

/// Documents that are made at once.
const BATCH: u64 = 5_000;

/// One engine's rows.
struct Table {
    engine: &'static str,
    port: String,
    rows: u64,
}

impl Table {
    fn url(&self, scheme: &str, rest: &str) -> String {
        let password = variable("ADMIN_PASSWORD");
        let password = utf8_percent_encode(&password, NON_ALPHANUMERIC);
        format!(
            "{scheme}://headwater_admin:{password}@127.0.0.1:{}/{rest}",
            self.port
        )
    }

    /// The process that reads all rows and throws them away.
    fn thrown_away(&self) -> Outcome<Command> {
        let mut command = Command::new(std::env::current_exe()?);
        match self.engine {
            "mongodb" => {
                let url = self.url("mongodb", "?authSource=admin&directConnection=true");
                command.args(["read-mongodb", &url, DATABASE]);
            }
            _ => {
                command.args(["read-mysql", &self.url("mysql", DATABASE)]);
            }
        }
        Ok(command)
    }

    async fn make(&self) -> Outcome<()> {
        match self.engine {
            "mongodb" => {
                make_documents(
                    &self.url("mongodb", "?authSource=admin&directConnection=true"),
                    self.rows,
                )
                .await
            }
            _ => make_rows(&self.url("mysql", ""), self.rows).await,
        }
    }
}

/// Of each of these engines that takes part: as many rows as `PostgreSQL`'s fifth, and of `MongoDB`'s
/// stand-in, which is written in Python, a fiftieth.
pub async fn run(engines: &str, rows: u64) -> Outcome<()> {
    for (engine, rows) in [
        ("mysql", rows / 5),
        ("mariadb", rows / 5),
        ("mongodb", rows / 50),
    ] {
        if engines.split(',').any(|chosen| chosen == engine) {
            let port = variable(&format!("{}_PORT", engine.to_uppercase()));
            measure(&Table { engine, port, rows }).await?;
        }
    }
    Ok(())
}

async fn measure(table: &Table) -> Outcome<()> {
    table.make().await?;
    println!(
        "{}: {} rows    wall s    CPU s   peak MB",
        table.engine, table.rows
    );
    show("read, thrown away", measured(table.thrown_away()?)?);
    let server = Server::start().await?;
    let database = json!({"database": {
        "databaseType": table.engine, "host": "127.0.0.1", "port": table.port.parse::<u16>()?,
        "username": "headwater_admin", "password": variable("ADMIN_PASSWORD"), "database": DATABASE,
        "options": if table.engine == "mongodb" { json!({"authSource": "admin"}) } else { json!({}) },
    }});
    let connected = server.post("/data/default/connect", &database).await?;
    if table.engine == "mongodb" {
        // As a person would, and so that what is measured is the copy: the stand-in reads a whole
        // collection for each sample.
        let source = connected["data"]["source_id"].as_str().unwrap_or_default();
        let read = server.get(&format!("/data/default/schema?source_id={source}"));
        read.send().await?.error_for_status()?;
    }
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
        let copied = &answer["data"]["sources"][0]["tables"][0]["rows_total"];
        assert_eq!(*copied, Value::from(table.rows), "{answer}");
    }
    let copy = server.copies()?;
    let folder = tempfile::tempdir()?;
    let target = folder.path().join("bare.sqlite");
    let (copy, target) = (copy.to_string_lossy(), target.to_string_lossy());
    let seconds = floors::insert(&copy, "copy_1", &target)?;
    println!("bare inserts of these rows {seconds:>8.2}");
    Ok(())
}

async fn make_rows(url: &str, rows: u64) -> Outcome<()> {
    let tls = SslOpts::default().with_danger_accept_invalid_certs(true);
    let options = OptsBuilder::from_opts(Opts::from_url(url)?).ssl_opts(tls);
    let mut conn = Conn::new(options).await?;
    let digits = (0..7).map(|place| {
        let weight = 10_u64.pow(place);
        (format!("d{place}.d * {weight}"), format!("digits d{place}"))
    });
    let (sum, tables): (Vec<_>, Vec<_>) = digits.unzip();
    let statements = [
        format!("DROP DATABASE IF EXISTS {DATABASE}"),
        format!("CREATE DATABASE {DATABASE}"),
        format!("USE {DATABASE}"),
        "CREATE TEMPORARY TABLE numbers (i int PRIMARY KEY)".to_owned(),
        "CREATE TABLE digits (d int)".to_owned(),
        "INSERT INTO digits VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9)".to_owned(),
        format!(
            "INSERT INTO numbers SELECT {} + 1 AS i FROM {} HAVING i <= {rows}",
            sum.join(" + "),
            tables.join(" CROSS JOIN ")
        ),
        "DROP TABLE digits".to_owned(),
        "CREATE TABLE events (id bigint PRIMARY KEY, customer_id int NOT NULL, kind varchar(20) NOT NULL, note text, \
         amount decimal(12,2) NOT NULL, ratio double, is_open boolean NOT NULL, created_at datetime(6) NOT NULL, \
         day date, payload json, uid char(32) NOT NULL)"
            .to_owned(),
        "INSERT INTO events SELECT i, i % 100000, CONCAT('kind ', i % 17), IF(i % 3 = 0, NULL, SHA2(i, 224)), \
         (i % 1000000) / 100, i / 7e0, i % 2 = 0, '2020-01-01' + INTERVAL i SECOND, \
         '2020-01-01' + INTERVAL (i % 3000) DAY, JSON_OBJECT('n', i, 'tag', CONCAT('x', i % 5)), LEFT(SHA2(i, 224), 32) FROM numbers"
            .to_owned(),
    ];
    for statement in &statements {
        conn.query_drop(statement).await?;
    }
    conn.disconnect().await?;
    Ok(())
}

async fn make_documents(url: &str, rows: u64) -> Outcome<()> {
    let client = mongodb::Client::with_uri_str(url).await?;
    let database = client.database(DATABASE);
    database.drop().await?;
    let events = database.collection::<Document>("events");
    let mut next = 0;
    while next < rows {
        let end = rows.min(next + BATCH);
        let documents = (next..end).map(|n| {
            let i = i64::try_from(n).unwrap_or_default();
            // One a second, as of a collection that grew over days.
            let second = u32::try_from(n).unwrap_or_default() + 1_577_836_800;
            let mut id = [0; 12];
            id[..4].copy_from_slice(&second.to_be_bytes());
            id[4..].copy_from_slice(&n.to_be_bytes());
            doc! {
                "_id": ObjectId::from_bytes(id), "customer_id": i % 100_000, "kind": format!("kind {}", i % 17),
                "note": if i % 3 == 0 { None } else { Some(format!("{:032x}", i * 7919)) },
                "is_open": i % 2 == 0, "created_at": mongodb::bson::DateTime::from_millis(i * 1000),
                "payload": {"n": i, "tag": format!("x{}", i % 5)}, "tags": ["a", "b"],
            }
        });
        events.insert_many(documents).await?;
        next = end;
    }
    // What MongoDB finds by the index that each collection has, the stand-in finds by another one alone.
    let index = doc! { "key": { "_id": -1 }, "name": "by_id" };
    let create = doc! { "createIndexes": "events", "indexes": [index] };
    database.run_command(create).await?;
    Ok(())
}
