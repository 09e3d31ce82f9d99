//! The floors of copying from the other engines: the rows read by the engine's own driver and thrown
//! away, and the same rows put into `SQLite` by a bare loop. Each is a process of its own.

use std::time::{Duration, Instant};

use mongodb::bson::RawDocumentBuf;
use mysql_async::prelude::Queryable;
use mysql_async::{Conn, Opts, OptsBuilder, Row, SslOpts};
use rusqlite::Connection;
use rusqlite::types::Value;

use super::super::server::Outcome;

/// Rows in memory at once.
const BATCH: usize = 50_000;

/// Reads a table by the binary protocol, as TLS as ours does where the server offers it.
pub async fn mysql(url: &str) -> Outcome<()> {
    let tls = SslOpts::default().with_danger_accept_invalid_certs(true);
    let options = OptsBuilder::from_opts(Opts::from_url(url)?).ssl_opts(tls);
    let mut conn = Conn::new(options).await?;
    let mut rows = 0_u64;
    let mut answer = conn.exec_iter("SELECT * FROM events", ()).await?;
    answer
        .for_each(|row: Row| {
            std::hint::black_box(&row);
            rows += 1;
        })
        .await?;
    assert!(rows > 0, "there are no rows");
    conn.disconnect().await?;
    Ok(())
}

/// Reads a collection as it comes, without looking into its documents.
pub async fn mongodb(url: &str, database: &str) -> Outcome<()> {
    let client = mongodb::Client::with_uri_str(url).await?;
    let events = client
        .database(database)
        .collection::<RawDocumentBuf>("events");
    let mut cursor = events.find(mongodb::bson::doc! {}).await?;
    let mut documents = 0_u64;
    while cursor.advance().await? {
        std::hint::black_box(cursor.current());
        documents += 1;
    }
    assert!(documents > 0, "there are no documents");
    Ok(())
}

/// Puts the rows of a table of the file `from` into a file of its own, and prints the seconds that this
/// took without reading them.
pub fn insert(from: &str, table: &str, to: &str) -> Outcome<f64> {
    let source = Connection::open(from)?;
    let mut target = Connection::open(to)?;
    target.pragma_update(None, "journal_mode", "WAL")?;
    target.pragma_update(None, "synchronous", "NORMAL")?;
    let sql = "SELECT sql FROM sqlite_schema WHERE name = ?1";
    let create: String = source.query_row(sql, [table], |row| row.get(0))?;
    target.execute_batch(&create)?;
    let mut rows = source.prepare(&format!("SELECT * FROM {table}"))?;
    let columns = rows.column_count();
    let places = vec!["?"; columns].join(", ");
    let insert = format!("INSERT INTO {table} VALUES ({places})");
    let mut rows = rows.query([])?;
    let mut taken = Duration::ZERO;
    loop {
        let mut batch: Vec<Vec<Value>> = Vec::with_capacity(BATCH);
        while batch.len() < BATCH
            && let Some(row) = rows.next()?
        {
            let values: Result<_, _> = (0..columns).map(|at| row.get(at)).collect();
            batch.push(values?);
        }
        if batch.is_empty() {
            return Ok(taken.as_secs_f64());
        }
        let since = Instant::now();
        let tx = target.transaction()?;
        {
            let mut insert = tx.prepare_cached(&insert)?;
            for row in &batch {
                insert.execute(rusqlite::params_from_iter(row))?;
            }
        }
        tx.commit()?;
        taken += since.elapsed();
    }
}
