//! The caller's own select: one read-only statement, understood by the server and not run.

use mysql_async::consts::ColumnFlags;

use super::client::Client;
use super::types;
use super::wire::Failure;
use crate::connectors::error::{ConnectorError, ErrorKind};
use crate::connectors::selection::Selection;
use crate::schema::{Column, Table, TableKind};

/// A query that holds nothing but reading, as far as its words tell. The session's read-only
/// transactions and the single statement of the protocol are the fences behind this one.
pub fn check(sql: &str) -> Result<&str, ConnectorError> {
    let invalid = |message: &str| {
        let hint = "Give one SELECT, WITH, TABLE or VALUES statement that only reads.";
        Err(ConnectorError::new(ErrorKind::InvalidQuery, message, hint))
    };
    let sql = sql.trim().trim_end_matches(';').trim_end();
    let words = words(sql);
    let begins = ["SELECT", "WITH", "TABLE", "VALUES"];
    match words.first() {
        Some(first) if begins.contains(&first.as_str()) => {}
        _ => return invalid("The query is no select."),
    }
    if words.iter().any(|word| word == ";") {
        return invalid("The query holds several statements.");
    }
    // INTO OUTFILE writes a file at the server, and no transaction keeps it from doing so.
    if words.iter().any(|word| word == "INTO") {
        return invalid("The query has an INTO and so does more than read.");
    }
    Ok(sql)
}

/// The words outside of quotes and comments, in capitals, and each `;`. A comment that `MySQL`
/// runs (`/*! … */`) counts as text.
fn words(sql: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut rest = sql;
    while let Some(character) = rest.chars().next() {
        let skip = match character {
            '\'' | '"' | '`' => quoted(rest, character),
            '#' => rest.find('\n').unwrap_or(rest.len()),
            '-' if is_line_comment(rest) => rest.find('\n').unwrap_or(rest.len()),
            '/' if rest.starts_with("/*")
                && !rest.starts_with("/*!")
                && !rest.starts_with("/*M!") =>
            {
                rest.find("*/").map_or(rest.len(), |end| end + 2)
            }
            _ => character.len_utf8(),
        };
        if character.is_alphanumeric() || character == '_' || character == '$' {
            word.extend(character.to_uppercase());
        } else {
            if !word.is_empty() {
                words.push(std::mem::take(&mut word));
            }
            if character == ';' {
                words.push(";".to_owned());
            }
        }
        rest = &rest[skip..];
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

/// Two dashes begin a comment only before a space or a control character.
fn is_line_comment(rest: &str) -> bool {
    rest.strip_prefix("--").is_some_and(|behind| {
        behind
            .chars()
            .next()
            .is_none_or(|c| c.is_whitespace() || c.is_control())
    })
}

/// The length of a quoted text with its quotes. A backslash is taken for an escape, as it is but
/// under `NO_BACKSLASH_ESCAPES`; read wrongly, it makes the query be refused or the server decide.
fn quoted(rest: &str, quote: char) -> usize {
    let mut characters = rest.char_indices().skip(1);
    while let Some((at, character)) = characters.next() {
        if character == '\\' && quote != '`' {
            characters.next();
        } else if character == quote {
            return at + character.len_utf8();
        }
    }
    rest.len()
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
            "-- x",
        ] {
            let error = check(sql).unwrap_err();
            assert_eq!(error.kind, ErrorKind::InvalidQuery, "{sql}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_checking_panic(sql in ".*") {
            let _ = check(&sql);
        }
    }
}
