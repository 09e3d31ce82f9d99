//! How much memory a caller's own statement may take.
//!
//! `SQLite` bounds each value and not their number, and a few functions make large values of nothing:
//! a thousand columns of `printf` would be a thousand of the largest. Its limit on the heap is one for
//! the whole process, where it would fail whoever asks next, a sync as well. So each value is bounded
//! by how many of them the statement's program can hold at once.

use std::collections::HashSet;

use rusqlite::limits::Limit;
use rusqlite::{Connection, ffi};

use super::error::failed;
use crate::connectors::ConnectorError;

/// What the values that a statement holds at once may take together, in bytes. With as many columns as
/// there may be, each has room for what is answered of a value.
const ALL: usize = 1 << 30;

/// Runs `work`, which takes the rows of the statement `sql`, with values as large as it has room for and
/// the connection takes.
pub(super) fn bounded<T>(
    connection: &Connection,
    sql: &str,
    work: impl FnOnce() -> Result<T, ConnectorError>,
) -> Result<T, ConnectorError> {
    let held = held(connection, sql).map_err(failed)?;
    let usual = connection
        .limit(Limit::SQLITE_LIMIT_LENGTH)
        .map_err(failed)?;
    let length = i32::try_from(ALL / held.max(1)).map_or(usual, |share| share.min(usual));
    connection
        .set_limit(Limit::SQLITE_LIMIT_LENGTH, length)
        .map_err(failed)?;
    let done = work();
    connection
        .set_limit(Limit::SQLITE_LIMIT_LENGTH, usual)
        .map_err(failed)?;
    done.map_err(|error| too_large(error, length))
}

/// How many values the program of a statement can hold at once, at least: the registers that its
/// instructions write values to, which is the third operand but of a few.
/// <https://sqlite.org/opcode.html>
fn held(connection: &Connection, sql: &str) -> rusqlite::Result<usize> {
    let mut statement = connection.prepare(&format!("EXPLAIN {sql}"))?;
    let mut rows = statement.raw_query();
    let mut registers = HashSet::new();
    while let Some(row) = rows.next()? {
        let opcode: String = row.get("opcode")?;
        let (second, third): (i64, i64) = (row.get("p2")?, row.get("p3")?);
        match opcode.as_str() {
            "Copy" => registers.extend(second..=second + third),
            "SCopy" | "RowData" | "Variable" => {
                registers.insert(second);
            }
            _ => {
                registers.insert(third);
            }
        }
    }
    // Registers count from one.
    registers.remove(&0);
    Ok(registers.len())
}

fn too_large(error: ConnectorError, length: i32) -> ConnectorError {
    if error.server_code != Some(ffi::SQLITE_TOOBIG.to_string()) {
        return error;
    }
    ConnectorError {
        message: format!(
            "The statement reads or makes a value of more than {} KiB, for which it has no room.",
            length >> 10
        ),
        hint: "Choose fewer columns, or parts of their values, as substr() does; a preview shows the rows of \
               a table whatever their size."
            .to_owned(),
        ..error
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connectors::ErrorKind;

    fn run(sql: &str) -> Result<usize, ConnectorError> {
        let connection = Connection::open_in_memory().unwrap();
        let schema = "CREATE TABLE t (id INTEGER PRIMARY KEY, x BLOB);
            INSERT INTO t (x) VALUES (zeroblob(1000)), (zeroblob(80 << 20));";
        connection.execute_batch(schema).unwrap();
        let usual = 64 << 20;
        connection
            .set_limit(Limit::SQLITE_LIMIT_LENGTH, usual)
            .unwrap();
        let mut statement = connection.prepare(sql).unwrap();
        let done = bounded(&connection, sql, || {
            let mut rows = statement.raw_query();
            let mut count = 0;
            while rows.next().map_err(failed)?.is_some() {
                count += 1;
            }
            Ok(count)
        });
        let after = connection.limit(Limit::SQLITE_LIMIT_LENGTH).unwrap();
        assert_eq!(after, usual);
        done
    }

    fn of_columns(column: &str, count: usize) -> String {
        format!("SELECT {}", vec![column; count].join(", "))
    }

    #[test]
    fn a_statement_has_room_for_what_tables_hold() {
        let wide = of_columns("zeroblob(id * (256 << 10))", 2_000);
        let wide = format!("{wide} FROM t WHERE id = 1");
        for (sql, rows) in [
            ("SELECT id, x FROM t WHERE id = 1", 1),
            ("SELECT id, length(x), typeof(x) FROM t", 2),
            ("SELECT printf('%.*c', 60000000, 'x')", 1),
            (
                "SELECT x, count(*) FROM t WHERE id = 1 GROUP BY x ORDER BY 2",
                1,
            ),
            ("SELECT 1 -- all", 1),
            (&wide, 1),
        ] {
            assert_eq!(run(sql), Ok(rows), "{sql:.80}");
        }
    }

    #[test]
    fn values_that_are_large_alone_or_together_are_refused() {
        let aggregates = of_columns("max(printf('%.*c', 60000000, id))", 20);
        let aggregates = format!("{aggregates} FROM t GROUP BY id");
        let from_one = of_columns("a", 1_000);
        let from_one = format!("{from_one} FROM (SELECT printf('%.*c', 60000000, 'x') AS a)");
        let stored = "WITH r AS MATERIALIZED (SELECT printf('%.*c', 9000000, 'x') AS a)";
        let stored = format!("{stored} {} FROM r", of_columns("a", 200));
        let arguments = vec!["printf('%.*c', 60000000, 'x')"; 50].join(", ");
        for sql in [
            "SELECT printf('%.*c', 500000000, 'x')",
            "SELECT x FROM t",
            &of_columns("printf('%.*c', 60000000, 'x')", 20),
            &aggregates,
            &from_one,
            &stored,
            &format!("SELECT length(max({arguments}))"),
        ] {
            let error = run(sql).unwrap_err();
            assert_eq!(error.kind, ErrorKind::LimitExceeded, "{sql:.80}");
            assert!(
                error.message.contains("KiB"),
                "{sql:.80}: {}",
                error.message
            );
        }
    }
}
