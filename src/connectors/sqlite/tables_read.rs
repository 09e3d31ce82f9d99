//! Where a statement names tables that it reads.

use std::ops::Range;

use super::ddl::token::{Cursor, Token};

/// What begins a list of tables, after which a name is a table's.
const TABLES_BEGIN: &[&str] = &["FROM", "JOIN"];
/// What ends it, and what begins a select of its own. ON and USING do not: behind a comma the list goes on.
const TABLES_END: &[&str] = &[
    "WHERE",
    "GROUP",
    "ORDER",
    "HAVING",
    "LIMIT",
    "WINDOW",
    "UNION",
    "EXCEPT",
    "INTERSECT",
    "SELECT",
    "VALUES",
    "WITH",
    "RETURNING",
    "SET",
];
/// What may follow a table and is no other name for it.
const NO_ALIAS: &[&str] = &[
    "JOIN",
    "LEFT",
    "RIGHT",
    "FULL",
    "INNER",
    "OUTER",
    "CROSS",
    "NATURAL",
    "INDEXED",
    "NOT",
    "WHERE",
    "GROUP",
    "ORDER",
    "HAVING",
    "LIMIT",
    "WINDOW",
    "UNION",
    "EXCEPT",
    "INTERSECT",
    "ON",
    "USING",
    "RETURNING",
    "SET",
];

/// A table where it is read.
pub(super) struct Read {
    /// The parts of its name.
    pub parts: Vec<String>,
    /// Where that stands.
    pub place: Range<usize>,
    /// Whether the statement gives it another name.
    pub has_alias: bool,
}

/// The tables that a statement reads, in order; not its common table expressions, and no functions.
pub(super) fn tables_read(sql: &str) -> Vec<Read> {
    let own = common_tables(sql);
    let mut read = Vec::new();
    let mut cursor = Cursor::new(sql);
    // For each parenthesis that is open: whether a table's name may come next.
    let mut awaited = vec![false];
    let mut in_list = vec![false];
    let mut last_was_distinct = false;
    while let Some(token) = cursor.next() {
        // `IS DISTINCT FROM` compares.
        let compares = std::mem::replace(&mut last_was_distinct, token.is("DISTINCT"));
        let expects = awaited.last_mut().is_some_and(std::mem::take);
        let lists = in_list.last().is_some_and(|list| *list);
        if token.is_sign("(") {
            // A parenthesis in the place of a table holds a select or tables.
            awaited.push(expects);
            in_list.push(expects);
        } else if token.is_sign(")") {
            awaited.pop();
            in_list.pop();
            if awaited.is_empty() {
                awaited.push(false);
                in_list.push(false);
            }
        } else if token.is_sign(",") && lists {
            set(&mut awaited, true);
        } else if token.is_any(TABLES_BEGIN) && !compares {
            set(&mut awaited, true);
            set(&mut in_list, true);
        } else if token.is_any(TABLES_END) {
            set(&mut in_list, false);
        } else if expects && let Some(name) = dotted(&token, &mut cursor, 3) {
            let function = cursor.peek().is_some_and(|next| next.is_sign("("));
            let is_own = |part: &String| own.iter().any(|name| name.eq_ignore_ascii_case(part));
            if function || matches!(&name.parts[..], [one] if is_own(one)) {
                continue;
            }
            read.push(Read {
                place: token.start..name.end(),
                has_alias: has_alias(&cursor),
                parts: name.parts,
            });
        }
    }
    read
}

fn set(stack: &mut [bool], value: bool) {
    if let Some(last) = stack.last_mut() {
        *last = value;
    }
}

/// A name of parts with dots between them.
pub(super) struct Dotted {
    pub parts: Vec<String>,
    /// Where each part ends.
    pub ends: Vec<usize>,
}

impl Dotted {
    pub fn end(&self) -> usize {
        self.ends.last().copied().unwrap_or_default()
    }
}

/// The name that begins with this token, which the cursor is behind, of so many parts at most.
pub(super) fn dotted(first: &Token<'_>, cursor: &mut Cursor<'_>, most: usize) -> Option<Dotted> {
    let mut name = Dotted {
        parts: vec![first.name()?],
        ends: vec![first.end()],
    };
    while name.parts.len() < most && cursor.peek().is_some_and(|next| next.is_sign(".")) {
        let mut ahead = cursor.clone();
        ahead.next();
        let part = ahead.next();
        let Some((part, end)) = part.and_then(|token| Some((token.name()?, token.end()))) else {
            break;
        };
        name.parts.push(part);
        name.ends.push(end);
        *cursor = ahead;
    }
    Some(name)
}

fn has_alias(cursor: &Cursor<'_>) -> bool {
    let next = cursor.peek();
    next.is_some_and(|next| next.name().is_some() && !next.is_any(NO_ALIAS))
}

/// The names that a statement gives to selects of its own (`WITH name AS (…)`).
fn common_tables(sql: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut cursor = Cursor::new(sql);
    while let Some(token) = cursor.next() {
        let Some(name) = token.name() else { continue };
        let mut ahead = cursor.clone();
        if ahead.peek().is_some_and(|next| next.is_sign("(")) {
            ahead.group();
        }
        if !ahead.eat("AS") {
            continue;
        }
        ahead.eat("NOT");
        ahead.eat("MATERIALIZED");
        if ahead.peek().is_some_and(|next| next.is_sign("(")) {
            names.push(name);
        }
    }
    names
}
