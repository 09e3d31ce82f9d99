//! The smallest loop that copies the table: COPY decoded by hand on one thread, inserted on another.
#![allow(
    clippy::unwrap_used,
    reason = "of a table of our own making, and to be small"
)]

use std::fmt::Write as _;
use std::sync::mpsc::sync_channel;

use futures_util::TryStreamExt;
use rusqlite::Connection;
use rusqlite::types::Value;
use tokio_postgres::NoTls;

use super::super::server::Outcome;

/// Rows that go from one thread to the other at once.
const BATCH: usize = 5_000;

pub async fn run(url: &str, file: &str) -> Outcome<()> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
    tokio::spawn(connection);
    let (sender, receiver) = sync_channel::<Vec<[Value; 11]>>(4);
    let file = file.to_owned();
    let writer = std::thread::spawn(move || -> rusqlite::Result<()> {
        let mut conn = Connection::open(file)?;
        conn.pragma_update(None, "journal_mode", "WAL")?;
        conn.pragma_update(None, "synchronous", "NORMAL")?;
        conn.execute_batch(
            "CREATE TABLE events (id INTEGER PRIMARY KEY, customer_id INTEGER, kind TEXT, note TEXT, amount TEXT, \
             ratio, is_open INTEGER, created_at TEXT, day TEXT, payload TEXT, uid TEXT)",
        )?;
        for batch in receiver {
            let tx = conn.transaction()?;
            {
                let sql = "INSERT INTO events VALUES (?,?,?,?,?,?,?,?,?,?,?)";
                let mut insert = tx.prepare_cached(sql)?;
                for row in &batch {
                    insert.execute(rusqlite::params_from_iter(row))?;
                }
            }
            tx.commit()?;
        }
        Ok(())
    });
    let stream = client
        .copy_out("COPY (SELECT * FROM events) TO STDOUT (FORMAT binary)")
        .await?;
    let mut stream = std::pin::pin!(stream);
    let mut batch = Vec::with_capacity(BATCH);
    let mut first = true;
    while let Some(bytes) = stream.try_next().await? {
        let mut at = &bytes[..];
        if std::mem::take(&mut first) {
            at = &at[19..];
        }
        while at.len() > 2 {
            at = &at[2..];
            batch.push(row(&mut at));
        }
        if batch.len() >= BATCH {
            sender.send(std::mem::replace(&mut batch, Vec::with_capacity(BATCH)))?;
        }
    }
    sender.send(batch)?;
    drop(sender);
    writer.join().map_err(|_| "the writer broke")??;
    Ok(())
}

fn row(at: &mut &[u8]) -> [Value; 11] {
    [
        field(at, |b| {
            Value::Integer(i64::from_be_bytes(b.try_into().unwrap()))
        }),
        field(at, |b| {
            Value::Integer(i32::from_be_bytes(b.try_into().unwrap()).into())
        }),
        field(at, text),
        field(at, text),
        field(at, |b| Value::Text(numeric(b))),
        field(at, |b| {
            Value::Real(f64::from_be_bytes(b.try_into().unwrap()))
        }),
        field(at, |b| Value::Integer(b[0].into())),
        field(at, |b| {
            Value::Text(instant(i64::from_be_bytes(b.try_into().unwrap())))
        }),
        field(at, |b| {
            Value::Text(date(i32::from_be_bytes(b.try_into().unwrap()).into()))
        }),
        field(at, |b| text(&b[1..])),
        field(at, |b| {
            Value::Text(uuid::Uuid::from_slice(b).unwrap().to_string())
        }),
    ]
}

fn field(at: &mut &[u8], decode: impl Fn(&[u8]) -> Value) -> Value {
    let length = i32::from_be_bytes(at[..4].try_into().unwrap());
    *at = &at[4..];
    let Ok(length) = usize::try_from(length) else {
        return Value::Null;
    };
    let (bytes, rest) = at.split_at(length);
    *at = rest;
    decode(bytes)
}

fn text(bytes: &[u8]) -> Value {
    Value::Text(String::from_utf8(bytes.to_vec()).unwrap())
}

/// Days since 2000-01-01 as a date (<https://howardhinnant.github.io/date_algorithms.html>).
fn date(days: i64) -> String {
    let z = days + 10_957 + 719_468;
    let era = z.div_euclid(146_097);
    let doe = z.rem_euclid(146_097);
    let yoe = (doe - doe / 1_460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let (day, month) = (
        doy - (153 * mp + 2) / 5 + 1,
        if mp < 10 { mp + 3 } else { mp - 9 },
    );
    let year = yoe + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

fn instant(micros: i64) -> String {
    let (days, rest) = (
        micros.div_euclid(86_400_000_000),
        micros.rem_euclid(86_400_000_000),
    );
    let (seconds, fraction) = (rest / 1_000_000, rest % 1_000_000);
    let (hour, minute, second) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    format!(
        "{}T{hour:02}:{minute:02}:{second:02}.{fraction:06}Z",
        date(days)
    )
}

/// A number of this table's: not negative, with two decimals.
fn numeric(bytes: &[u8]) -> String {
    let short = |at: usize| i64::from(i16::from_be_bytes([bytes[at], bytes[at + 1]]));
    let (digits, weight, scale) = (short(0), short(2), short(6));
    let digit = |group: i64| {
        if (0..digits).contains(&group) {
            short(8 + 2 * usize::try_from(group).unwrap())
        } else {
            0
        }
    };
    let mut out = String::new();
    let mut whole = 0;
    for group in 0..=weight {
        whole = whole * 10_000 + digit(group);
    }
    let _ = write!(out, "{whole}");
    if scale > 0 {
        let fraction = format!("{:04}", digit(weight + 1));
        let _ = write!(out, ".{}", &fraction[..2]);
    }
    out
}
