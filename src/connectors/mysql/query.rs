//! The caller's own select: one read-only statement, understood by the server and not run.

use mysql_async::consts::ColumnFlags;

use super::client::Client;
use super::types;
use super::wire::Failure;
use super::words::{self, Quotes, Token};
use crate::connectors::error::{ConnectorError, ErrorKind};
use crate::connectors::selection::Selection;
use crate::schema::{Column, Table, TableKind};

/// The words with which a select begins.
const SELECTS: &[&str] = &["SELECT", "WITH", "TABLE", "VALUES"];
/// The words with which other statements begin that only tell.
const TELLING: &[&str] = &["SHOW", "EXPLAIN", "DESCRIBE", "DESC"];
/// The words between EXPLAIN and what it explains: in which form, and how much. ANALYZE is none, since
/// it runs what it explains.
const HOW: &[&str] = &[
    "EXTENDED",
    "PARTITIONS",
    "FORMAT",
    "JSON",
    "TREE",
    "TRADITIONAL",
];
/// Functions that a read-only transaction lets through and that take locks, move sequences, wait
/// for replicas or read files of the server.
const FUNCTIONS: &[&str] = &[
    "GET_LOCK",
    "IS_FREE_LOCK",
    "LASTVAL",
    "LOAD_FILE",
    "MASTER_GTID_WAIT",
    "MASTER_POS_WAIT",
    "NEXTVAL",
    "RELEASE_ALL_LOCKS",
    "RELEASE_LOCK",
    "SETVAL",
    "SOURCE_POS_WAIT",
    "SYS_EVAL",
    "SYS_EXEC",
    "WAIT_FOR_EXECUTED_GTID_SET",
    "WAIT_UNTIL_SQL_THREAD_AFTER_GTIDS",
];
/// Words that stand side by side in what locks rows or moves a sequence.
const PHRASES: &[&[&str]] = &[
    &["FOR", "UPDATE"],
    &["FOR", "SHARE"],
    &["LOCK", "IN", "SHARE"],
    &["NEXT", "VALUE", "FOR"],
];

/// A select that holds nothing but reading, as far as its words tell. The session's read-only
/// transactions, the single statement of the protocol and what the server says of a statement that
/// it has understood are the fences behind this one.
pub fn check(sql: &str) -> Result<&str, ConnectorError> {
    checked(sql, Quotes::default(), SELECTS)
}

/// The same of a statement that is to be run as it is, in a session of that SQL mode.
pub fn check_statement<'s>(sql: &'s str, mode: &str) -> Result<&'s str, ConnectorError> {
    checked(sql, Quotes::of(mode), &[SELECTS, TELLING].concat())
}

fn checked<'s>(sql: &'s str, quotes: Quotes, begins: &[&str]) -> Result<&'s str, ConnectorError> {
    let sql = sql.trim().trim_end_matches(';').trim_end();
    let tokens = words::tokens(sql, quotes);
    let words: Vec<_> = tokens
        .iter()
        .map(|token| match token {
            Token::Word(word) => word.as_str(),
            _ => "",
        })
        .collect();
    let first = words.iter().find(|word| !word.is_empty());
    let opens = |token: &Token| *token == Token::Mark('(');
    if !first.is_some_and(|first| begins.contains(first))
        || !tokens
            .iter()
            .find(|t| !opens(t))
            .is_some_and(|t| matches!(t, Token::Word(_)))
    {
        return Err(invalid("The query is no select."));
    }
    if sql.contains('\0') {
        return Err(invalid("The query holds a NUL."));
    }
    let marked = |mark| tokens.contains(&Token::Mark(mark));
    if marked(';') {
        return Err(invalid("The query holds several statements."));
    }
    // A NULL that may be written as one word with what follows.
    if tokens.contains(&Token::Hidden) || marked('\\') {
        return Err(invalid(
            "The query has a comment or backslash that the server may run.",
        ));
    }
    // INTO OUTFILE writes a file at the server, and no transaction keeps it from doing so. A number
    // ends where a word begins, also without a blank.
    let digit = |word: &str| word.starts_with(|c: char| c.is_ascii_digit());
    if words
        .iter()
        .any(|w| *w == "INTO" || (digit(w) && w.ends_with("INTO")))
    {
        return Err(invalid("The query has an INTO and so does more than read."));
    }
    if PHRASES
        .iter()
        .any(|phrase| words.windows(phrase.len()).any(|w| w == *phrase))
    {
        return Err(invalid("The query locks rows or moves a sequence."));
    }
    for (token, next) in tokens.iter().zip(&tokens[1..]) {
        match (token, next) {
            (Token::Word(name) | Token::Name(name), Token::Mark('('))
                if FUNCTIONS.contains(&name.as_str()) =>
            {
                return Err(invalid(&format!(
                    "The query calls {name}, which does more than read."
                )));
            }
            (Token::Mark(':'), Token::Word(_)) => {
                return Err(invalid("A parameter is written as ?, not by a name."));
            }
            _ => {}
        }
    }
    Ok(sql)
}

/// Whether a statement that was checked tells how a select would be run, and does not run it.
pub fn explains_a_select(sql: &str, mode: &str) -> bool {
    let tokens = words::tokens(sql, Quotes::of(mode));
    let mut words = tokens.iter().filter_map(|token| match token {
        Token::Word(word) => Some(word.as_str()),
        _ => None,
    });
    let explains = matches!(words.next(), Some("EXPLAIN" | "DESCRIBE" | "DESC"));
    let what = words.find(|word| !HOW.contains(word));
    explains && what.is_some_and(|what| SELECTS.contains(&what))
}

fn invalid(message: &str) -> ConnectorError {
    let hint = "Give one SELECT, WITH, TABLE or VALUES statement that only reads.";
    ConnectorError::new(ErrorKind::InvalidQuery, message, hint)
}

/// Why a query was not described.
pub enum Refused {
    /// By us.
    Here(ConnectorError),
    /// By the server, or on the way to it.
    There(Failure),
}

/// Describes a query's columns as those of a table.
pub async fn describe(
    client: &mut Client,
    sql: &str,
    selection: &Selection,
) -> Result<Table, Refused> {
    let sql = check(sql).map_err(Refused::Here)?;
    let prepared = client.prepare(sql).await.map_err(Refused::There)?;
    let invalid = |message: &str, hint: &str| {
        Err(Refused::Here(ConnectorError::new(
            ErrorKind::InvalidQuery,
            message,
            hint,
        )))
    };
    if prepared.parameters > 0 {
        return invalid(
            "The query has parameters.",
            "Write values in place of each ?.",
        );
    }
    if prepared.columns.is_empty() {
        return invalid(
            "The query answers no rows.",
            "Give a statement that only reads.",
        );
    }
    let wanted = prepared
        .columns
        .iter()
        .filter(|c| selection.has_column(None, Selection::QUERY_TABLE, &c.name_str()));
    let columns = wanted.zip(1..).map(|(definition, position)| {
        let (native_type, logical_type) = types::described(definition);
        Column {
            name: definition.name_str().into_owned(),
            position,
            native_type,
            logical_type,
            nullable: !definition.flags().contains(ColumnFlags::NOT_NULL_FLAG),
            ..Column::default()
        }
    });
    Ok(Table {
        name: Selection::QUERY_TABLE.to_owned(),
        kind: TableKind::Query,
        columns: columns.collect(),
        ..Table::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn selects_pass_whatever_their_texts_say() {
        for sql in [
            "SELECT 1",
            " select 'INTO; OUTFILE' ; ",
            "(SELECT 1) UNION (SELECT 2)",
            "WITH a AS (SELECT 1) SELECT * FROM a -- into\n",
            "/* into */ SELECT `into` FROM t # into",
            "SELECT 'it''s \\' into'",
            "TABLE t",
            "SELECT 1--1",
            "SELECT `for`, 'update' FROM t WHERE get_lock = 1",
        ] {
            assert!(check(sql).is_ok(), "{sql}");
        }
    }

    #[test]
    fn whatever_does_more_than_read_is_refused() {
        for sql in [
            "",
            "DELETE FROM t",
            "SELECT 1; DROP TABLE t",
            "SELECT 1 INTO OUTFILE '/tmp/x'",
            "SELECT 1 /*! INTO OUTFILE '/tmp/x' */",
            "SELECT 1 /*M!100000 INTO OUTFILE '/tmp/x' */",
            "SET @a = 1",
            "SELECT 1 /*!50000INTO OUTFILE '/tmp/x' */",
            "SELECT 1.5INTO OUTFILE '/tmp/x'",
            r"SELECT \NINTO OUTFILE '/tmp/x'",
            "SELECT 1 --\u{a0} INTO OUTFILE '/tmp/x' FROM (SELECT 2 AS \u{a0}) t",
            "SELECT /*+ QB_NAME(`*/`) */ 1 INTO OUTFILE '/tmp/x' -- `",
            "SELECT * FROM t FOR/**/UPDATE",
            "SELECT * FROM t LOCK IN SHARE MODE",
            "SELECT `get_lock` ('a', 1)",
            "SELECT LOAD_FILE('/etc/passwd')",
            "SELECT NEXT VALUE FOR s",
            "SELECT :name",
            "SELECT 1\0",
            "SHOW TABLES",
            "-- x",
        ] {
            let error = check(sql).unwrap_err();
            assert_eq!(error.kind, ErrorKind::InvalidQuery, "{sql}");
        }
    }

    #[test]
    fn a_statement_to_run_may_tell_and_is_read_by_its_sessions_mode() {
        assert!(check_statement("SHOW TABLES", "").is_ok());
        assert!(check_statement("explain select 1", "").is_ok());
        for sql in [
            "SET @a = 1",
            "CALL p()",
            "DO 1",
            "CHECK TABLE t",
            "ANALYZE TABLE t",
        ] {
            assert!(check_statement(sql, "").is_err(), "{sql}");
        }
        let hidden = r"SELECT '\' INTO OUTFILE '/tmp/x' -- '";
        assert!(check_statement(hidden, "NO_BACKSLASH_ESCAPES").is_err());
        let quoted = r#"SELECT "\" INTO OUTFILE '/tmp/x' -- ""#;
        assert!(check_statement(quoted, "ANSI_QUOTES").is_err());
    }

    #[test]
    fn an_explanation_is_told_from_what_runs() {
        for (sql, explains) in [
            ("EXPLAIN SELECT 1", true),
            (
                "desc /* a */ format = JSON with x as (select 1) select 1",
                true,
            ),
            ("EXPLAIN EXTENDED (SELECT 1)", true),
            ("EXPLAIN ANALYZE SELECT 1", false),
            ("EXPLAIN FORMAT=TREE DELETE FROM t", false),
            ("EXPLAIN t", false),
            ("EXPLAIN FOR CONNECTION 1", false),
            ("SELECT 1", false),
        ] {
            assert_eq!(explains_a_select(sql, ""), explains, "{sql}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_checking_panic(sql in ".*") {
            let _ = check(&sql);
        }
    }
}
