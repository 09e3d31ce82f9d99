//! The functions that a statement calls, by their names.

use crate::connectors::{ConnectorError, ErrorKind};

/// Functions whose effects no transaction takes back: they write or read files of the server, stop what
/// others run, take locks, move what replicates, or send words elsewhere; and those that run a statement
/// from a text, where no name of a function is seen.
const FUNCTIONS: &[&str] = &[
    "lo_export",
    "lo_import",
    "pg_backup_start",
    "pg_backup_stop",
    "pg_cancel_backend",
    "pg_copy_logical_replication_slot",
    "pg_copy_physical_replication_slot",
    "pg_create_logical_replication_slot",
    "pg_create_physical_replication_slot",
    "pg_create_restore_point",
    "pg_drop_replication_slot",
    "pg_log_backend_memory_contexts",
    "pg_logdir_ls",
    "pg_logical_emit_message",
    "pg_logical_slot_get_binary_changes",
    "pg_logical_slot_get_changes",
    "pg_notify",
    "pg_promote",
    "pg_read_binary_file",
    "pg_read_file",
    "pg_reload_conf",
    "pg_replication_slot_advance",
    "pg_start_backup",
    "pg_stat_file",
    "pg_stat_statements_reset",
    "pg_stop_backup",
    "pg_switch_wal",
    "pg_switch_xlog",
    "pg_sync_replication_slots",
    "pg_terminate_backend",
    "query_to_xml",
    "query_to_xml_and_xmlschema",
    "query_to_xmlschema",
    "ts_rewrite",
    "ts_stat",
];
/// What the names of more of them begin with.
const FAMILIES: &[&str] = &[
    "dblink",
    "pg_advisory_",
    "pg_file_",
    "pg_ls_",
    "pg_replication_origin_",
    "pg_rotate_logfile",
    "pg_stat_reset",
    "pg_try_advisory_",
    "pg_wal_replay_",
    "pg_xlog_replay_",
];

/// Refuses a statement whose words call a function that does more than read. A second fence: functions
/// of the database's own may call these, and there the rights of the login rule.
pub fn check(sql: &str) -> Result<(), ConnectorError> {
    // Which of the two the session is set to is not known here (standard_conforming_strings).
    for escapes in [false, true] {
        let tokens = tokens(sql, escapes);
        for (at, token) in tokens.iter().enumerate() {
            let Token::Name(name) = token else { continue };
            let called = matches!(tokens.get(at + 1), Some(Token::Mark('(')));
            let family = || FAMILIES.iter().any(|family| name.starts_with(family));
            if called && (FUNCTIONS.contains(&name.as_str()) || family()) {
                return Err(refused(&format!(
                    "The statement calls {name}, which does more than read."
                )));
            }
        }
        if tokens.contains(&Token::Escaped) {
            return Err(refused(
                "The statement has a name in U&\"…\", in which any function may be hidden.",
            ));
        }
    }
    Ok(())
}

fn refused(message: &str) -> ConnectorError {
    let hint = "Give one statement that only reads.";
    ConnectorError::new(ErrorKind::InvalidQuery, message, hint)
}

/// A part of a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    /// A word in small letters, or what stands in double quotes.
    Name(String),
    /// A name in double quotes that is written with escapes.
    Escaped,
    /// A text; of one with escapes what follows in single quotes may be a part.
    Text { escapes: bool },
    /// Any other character.
    Mark(char),
}

/// The parts of a statement as the server has them (`scan.l`), without comments; `escapes` is whether a
/// backslash is one in any text.
fn tokens(sql: &str, escapes: bool) -> Vec<Token> {
    let mut tokens: Vec<Token> = Vec::new();
    let mut rest = sql;
    while let Some(first) = rest.chars().next() {
        let mut before = rest.chars();
        before.next();
        let (token, length) = match first {
            '\'' => {
                let goes_on = matches!(tokens.last(), Some(Token::Text { escapes: true }));
                text(rest, escapes || goes_on)
            }
            'e' | 'E' if rest[1..].starts_with('\'') => behind(1, text(&rest[1..], true)),
            'u' | 'U' if rest[1..].starts_with("&\"") => {
                behind(2, (Token::Escaped, name(&rest[2..]).1))
            }
            '"' => name(rest),
            '$' => dollar(rest).unwrap_or((Token::Mark('$'), 1)),
            '-' if rest.starts_with("--") => {
                rest = rest.find(['\n', '\r']).map_or("", |end| &rest[end..]);
                continue;
            }
            '/' if rest.starts_with("/*") => {
                rest = behind_comment(&rest[2..]);
                continue;
            }
            c if begins_word(c) => {
                let in_word = |c| begins_word(c) || c.is_ascii_digit() || c == '$';
                let end = rest.find(|c| !in_word(c)).unwrap_or(rest.len());
                (Token::Name(rest[..end].to_lowercase()), end)
            }
            c if c.is_whitespace() => {
                rest = before.as_str();
                continue;
            }
            c => (Token::Mark(c), c.len_utf8()),
        };
        tokens.push(token);
        rest = &rest[length..];
    }
    tokens
}

fn begins_word(c: char) -> bool {
    c.is_ascii_alphabetic() || c == '_' || (!c.is_ascii() && !c.is_whitespace())
}

fn behind(letters: usize, (token, length): (Token, usize)) -> (Token, usize) {
    (token, length + letters)
}

/// A text in single quotes.
fn text(rest: &str, escapes: bool) -> (Token, usize) {
    let mut letters = rest.char_indices().skip(1).peekable();
    let token = Token::Text { escapes };
    while let Some((at, letter)) = letters.next() {
        match letter {
            '\\' if escapes => {
                letters.next();
            }
            '\'' if letters.next_if(|(_, next)| *next == '\'').is_none() => {
                return (token, at + 1);
            }
            _ => {}
        }
    }
    (token, rest.len())
}

/// A name in double quotes.
fn name(rest: &str) -> (Token, usize) {
    let mut inner = String::new();
    let mut letters = rest.char_indices().skip(1).peekable();
    while let Some((at, letter)) = letters.next() {
        if letter == '"' && letters.next_if(|(_, next)| *next == '"').is_none() {
            return (Token::Name(inner), at + 1);
        }
        inner.push(letter);
    }
    (Token::Name(inner), rest.len())
}

/// A text between two of `$tag$`.
fn dollar(rest: &str) -> Option<(Token, usize)> {
    let tag = 1 + rest[1..].find('$')? + 1;
    let (tag, inner) = rest.split_at(tag);
    let word = &tag[1..tag.len() - 1];
    let is_tag = !word.starts_with(|c: char| c.is_ascii_digit())
        && word.chars().all(|c| begins_word(c) || c.is_ascii_digit());
    let length = inner
        .find(tag)
        .map_or(rest.len(), |end| end + 2 * tag.len());
    is_tag.then_some((Token::Text { escapes: false }, length))
}

/// What stands behind the end of a comment; those within it end first.
pub fn behind_comment(mut rest: &str) -> &str {
    let mut depth = 1;
    while depth > 0 {
        let Some(at) = rest.find("*/").into_iter().chain(rest.find("/*")).min() else {
            return "";
        };
        depth += if rest[at..].starts_with("/*") { 1 } else { -1 };
        rest = &rest[at + 2..];
    }
    rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_only_reads_passes_whatever_its_texts_say() {
        for sql in [
            "SELECT 1",
            "SELECT 'lo_export(1)', $$pg_reload_conf()$$, $a$ $$ dblink() $a$, E'\\'pg_promote()'",
            "SELECT \"pg_notify\", \"PG_NOTIFY\"(1) FROM t -- pg_notify(\n",
            "SELECT 1 /* pg_read_file( /* */ pg_read_file( */",
            "SELECT pg_sleep(1), pg_stat_get_numscans($1), mylo_export(1), lo_get(1)",
            "SELECT lo_export FROM t WHERE dblink IN (1)",
            "SELECT set_config('search_path', 'a', true)",
            "SELECT $1, a$b$c(1), 1e5, U&'\\0061'",
            "EXPLAIN SELECT 1",
        ] {
            assert_eq!(check(sql), Ok(()), "{sql}");
        }
    }

    #[test]
    fn whatever_does_more_than_read_is_refused() {
        for sql in [
            "SELECT lo_export(1, '/tmp/x')",
            "SELECT PG_CATALOG . Lo_Export /* a */ -- b\n ('1', '/tmp/x')",
            "SELECT \"pg_catalog\".\"lo_import\"('/etc/passwd')",
            "SELECT * FROM pg_ls_dir('.')",
            "SELECT public.dblink_exec('x', 'y')",
            "SELECT 1lo_export(1)",
            "SELECT pg_try_advisory_lock(1), pg_sleep(1)",
            "EXPLAIN ANALYZE SELECT pg_stat_reset_shared('io')",
            "SELECT query_to_xml('SELECT pg_reload_' || 'conf()', true, true, '')",
            "SELECT U&\"lo_expor\\0074\"(1, 'x')",
            // Where a text ends is not the same in every session, and in every kind of text.
            "SELECT '\\', pg_notify('a', 'b'), '\\'",
            "SELECT '\\'', pg_notify('a', 'b')",
            "SELECT E'a'\n'\\'', pg_notify('a', 'b'), '",
            "SELECT 1E'\\'', '', pg_notify('a', 'b'), '",
            "SELECT $é$ $é $é$, pg_notify('a', 'b')",
        ] {
            let error = check(sql).unwrap_err();
            assert_eq!(error.kind, ErrorKind::InvalidQuery, "{sql}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_checking_panic(sql in "(?s)[-/*'\"$eEuU&\\\\a1é (\n]{0,30}|.*") {
            let _ = check(&sql);
        }
    }
}
