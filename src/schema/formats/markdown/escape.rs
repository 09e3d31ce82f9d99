//! Texts in Markdown (`CommonMark` with GitHub's tables) that stay what they are: no markup, no HTML.

use std::fmt::Write;

use crate::schema::formats::names::{one_line, visible};

/// A text among text. Any white space is one space.
pub(in crate::schema::formats) fn prose(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    let words = one_line(text);
    let mut before = None;
    let mut chars = words.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            // Inside of a word it is no markup.
            '_' if before.is_some_and(char::is_alphanumeric)
                && chars.peek().is_some_and(|next| next.is_alphanumeric()) =>
            {
                out.push('_');
            }
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '$' => {
                out.push('\\');
                out.push(c);
            }
            // At the start of a line: headings, lists, rules.
            '#' | '-' | '+' | '=' if before.is_none() => {
                out.push('\\');
                out.push(c);
            }
            '.' | ')' if out.bytes().all(|byte| byte.is_ascii_digit()) => {
                out.push('\\');
                out.push(c);
            }
            c => match visible(c) {
                Some(picture) => out.push_str(&picture),
                None => out.push(c),
            },
        }
        before = Some(c);
    }
    out
}

/// A name or an expression, as code.
pub(super) fn code(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        match visible(c) {
            Some(picture) => shown.push_str(&picture),
            None => shown.push(c),
        }
    }
    if shown.is_empty() {
        return "(empty)".to_owned();
    }
    // What readers of tables do to a backslash before a bar, they do not all alike.
    if shown.contains("\\|") {
        return entities(&shown);
    }
    let fence = "`".repeat(longest_run(&shown) + 1);
    let edge = |c: char| c == '`' || c == ' ';
    if shown.starts_with(edge) || shown.ends_with(edge) {
        format!("{fence} {shown} {fence}")
    } else {
        format!("{fence}{shown}{fence}")
    }
}

/// Markdown in a cell of a table, where a bar is escaped even inside of code.
pub(super) fn cell(markdown: &str) -> String {
    let mut out = String::with_capacity(markdown.len());
    let mut before = ' ';
    for c in markdown.chars() {
        if c == '|' && before != '\\' {
            out.push('\\');
        }
        out.push(c);
        before = c;
    }
    out
}

/// A block of code.
pub(super) fn fenced(language: &str, text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace(['\r', '\0'], "\n");
    let fence = "`".repeat(longest_run(&text).max(2) + 1);
    format!("{fence}{language}\n{}\n{fence}\n", text.trim_end())
}

/// Every character that could be markup, by its number.
fn entities(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        if c.is_alphanumeric() || c == ' ' {
            out.push(c);
        } else {
            let _ = write!(out, "&#{};", u32::from(c));
        }
    }
    out
}

fn longest_run(text: &str) -> usize {
    let runs = text.split(|c| c != '`').map(str::len);
    runs.max().unwrap_or(0)
}
