//! An entity relationship diagram of `mermaid`.
//!
//! Its lexer (`erDiagram.jison` of version 11) is narrow: keywords are found in front of names, and
//! `direction TB`, `%%`, `~…~` or `#…;` even inside of quotes. So entities and attributes have names
//! of ASCII letters, digits and underscores, with the real name beside it where it is another one;
//! and texts are escaped as `mermaid` itself decodes it (`#35;`).

use std::collections::HashSet;
use std::fmt::Write;

use super::About;
use super::names::{Given, display, field_type, one_line, qualified, shortened, visible};
use crate::schema::paths::walk;
use crate::schema::relations::{Relation, Source, TableIndex, relations};
use crate::schema::{Schema, Table};

/// As much of a comment as the box of a table has room for.
const LONGEST_COMMENT: usize = 120;

pub(super) fn write(schema: &Schema, about: &About) -> String {
    let qualified = qualified(schema);
    let index = TableIndex::new(schema);
    let relations: Vec<_> = relations(schema, &index).collect();
    let mut ids = Given::default();
    let ids: Vec<String> = schema
        .tables
        .iter()
        .map(|table| {
            let name = display(qualified, table.schema.as_deref(), &table.name);
            ids.give(&identifier(&name))
        })
        .collect();
    let mut out = "erDiagram\n".to_owned();
    if let Some(told) = about.staleness(text) {
        let _ = writeln!(out, "    %% {told}");
    }
    let mut at = 0;
    for (place, table) in schema.tables.iter().enumerate() {
        let from = at;
        while relations.get(at).is_some_and(|of| of.from == place) {
            at += 1;
        }
        let id = ids.get(place).map_or("", String::as_str);
        let name = display(qualified, table.schema.as_deref(), &table.name);
        entity(
            &mut out,
            id,
            &name,
            table,
            relations.get(from..at).unwrap_or_default(),
        );
    }
    let mut drawn = HashSet::new();
    for of in &relations {
        let line = relation(schema, &ids, of);
        if !line.is_empty() && drawn.insert(line.clone()) {
            out.push_str(&line);
        }
    }
    out
}

fn entity(out: &mut String, id: &str, name: &str, table: &Table, relations: &[Relation]) {
    out.push_str("    ");
    out.push_str(id);
    if id != name {
        let _ = write!(out, "[\"{}\"]", text(name));
    }
    let refers = relations.iter().flat_map(|of| of.columns);
    let refers: HashSet<&str> = refers.map(String::as_str).collect();
    let alone: HashSet<&str> = table
        .unique_keys()
        .into_iter()
        .filter_map(|key| if let [one] = key[..] { Some(one) } else { None })
        .collect();
    let mut names = Given::default();
    let mut lines = String::new();
    let mut line = |name: &str, native: &str, primary: bool, comment: Option<&str>| {
        let safe = names.give(&attribute(name));
        let _ = write!(lines, "        {} {safe}", attribute_type(native));
        let unique = !primary && alone.contains(name);
        let keys = [
            (primary, "PK"),
            (refers.contains(name), "FK"),
            (unique, "UK"),
        ];
        let keys: Vec<_> = keys
            .iter()
            .filter(|(is, _)| *is)
            .map(|(_, key)| *key)
            .collect();
        if !keys.is_empty() {
            let _ = write!(lines, " {}", keys.join(", "));
        }
        let real = (safe != name).then_some(name);
        let comment = comment.map(|comment| shortened(&one_line(comment), LONGEST_COMMENT));
        let said: Vec<_> = (real.map(text).into_iter())
            .chain(comment.as_deref().map(text))
            .collect();
        if !said.is_empty() {
            let _ = write!(lines, " \"{}\"", said.join(" · "));
        }
        lines.push('\n');
    };
    if table.fields.is_empty() {
        for column in &table.columns {
            let (native, comment) = (&column.native_type, column.comment.as_deref());
            line(&column.name, native, column.primary_key, comment);
        }
    } else {
        walk(&table.fields, &mut |field| {
            let primary = table.primary_key.contains(&field.path);
            line(
                &field.path,
                &field_type(field),
                primary,
                field.comment.as_deref(),
            );
        });
    }
    if lines.is_empty() {
        out.push('\n');
    } else {
        let _ = write!(out, " {{\n{lines}    }}\n");
    }
}

fn relation(schema: &Schema, ids: &[String], of: &Relation) -> String {
    let Some(table) = schema.tables.get(of.from) else {
        return String::new();
    };
    let columns = of.columns.join(", ");
    let id = |at: usize| ids.get(at).map_or("", String::as_str);
    let Some(to) = of.to else {
        let whole = display(true, of.to_schema, of.to_table);
        let from = format!("{}.{columns}", table.name);
        let (from, whole) = (text(&from), text(&whole));
        return format!("    %% {from} refers to {whole}, which is not in this diagram\n");
    };
    // Of paths through arrays one document refers to many.
    let many = through_array(table, of.columns);
    let optional = of.columns.iter().any(|name| is_optional(table, name));
    let parent = match (many, optional) {
        (true, _) => "}o",
        (false, true) => "|o",
        (false, false) => "||",
    };
    let child = if !many && table.is_unique(of.columns) {
        "o|"
    } else {
        "o{"
    };
    let line = match of.source {
        Source::Declared(_) => "--",
        Source::Inferred(_) => "..",
    };
    let (parent_id, child_id, label) = (id(to), id(of.from), text(&columns));
    format!("    {parent_id} {parent}{line}{child} {child_id} : \"{label}\"\n")
}

fn is_optional(table: &Table, name: &str) -> bool {
    let column = table.columns.iter().find(|column| column.name == name);
    column.is_none_or(|column| column.nullable)
}

fn through_array(table: &Table, paths: &[String]) -> bool {
    let mut arrays = Vec::new();
    walk(&table.fields, &mut |field| {
        if field.items.is_some() {
            arrays.push(field.path.as_str());
        }
    });
    let inside = |path: &str, array: &str| {
        path.strip_prefix(array)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    paths
        .iter()
        .any(|path| arrays.iter().any(|array| inside(path, array)))
}

/// A name of an entity: no keyword, and none begins it before a character that ends words.
fn identifier(name: &str) -> String {
    const TAKEN: [&str; 22] = [
        "accdescr",
        "acctitle",
        "class",
        "classdef",
        "default",
        "direction",
        "end",
        "erdiagram",
        "many",
        "one",
        "only",
        "optionally",
        "or",
        "style",
        "subgraph",
        "title",
        "to",
        "u",
        "o",
        "zero",
        "constructor",
        "prototype",
    ];
    let mut id = ascii(name);
    if TAKEN.contains(&id.to_ascii_lowercase().as_str()) || id.starts_with("__") {
        id = format!("t_{id}");
    }
    id
}

/// A name of an attribute. The keys' marks are no names.
fn attribute(name: &str) -> String {
    let id = ascii(name);
    if is_mark(Some(&id)) {
        return format!("{id}_");
    }
    id
}

fn ascii(name: &str) -> String {
    let mut id = String::with_capacity(name.len());
    for c in name.chars() {
        if c.is_ascii_alphanumeric() || c == '_' {
            id.push(c);
        } else if !id.ends_with('_') {
            id.push('_');
        }
    }
    let plain = id.len() == name.len() && !id.is_empty();
    let id = if plain {
        id.as_str()
    } else {
        id.trim_matches('_')
    };
    match id.chars().next() {
        None => "x".to_owned(),
        Some(first) if first.is_ascii_digit() => format!("x{id}"),
        Some(_) => id.to_owned(),
    }
}

/// A type, of the characters that the manual allows: letters, digits, `-`, `_`, `()` and `[]`.
fn attribute_type(native: &str) -> String {
    const LONGEST: usize = 60;
    let mut word = String::new();
    for c in native.chars().take(LONGEST) {
        if c.is_ascii_alphanumeric() || "()[]".contains(c) {
            word.push(c);
        } else if !word.is_empty() && !word.ends_with(['_', '(']) {
            word.push('_');
        }
    }
    let word = word.trim_matches('_');
    let mut letters = word.chars();
    match letters.next() {
        None => "unknown".to_owned(),
        Some(first) if !first.is_ascii_alphabetic() => format!("x_{word}"),
        Some(_) if is_mark(word.split(|c: char| "()[]".contains(c)).next()) => format!("x_{word}"),
        Some(_) => word.to_owned(),
    }
}

/// Whether a word is taken for the mark of a key.
fn is_mark(word: Option<&str>) -> bool {
    word.is_some_and(|word| ["pk", "fk", "uk"].contains(&word.to_ascii_lowercase().as_str()))
}

/// A text between quotes. None may be empty: the lexer knows no empty name.
fn text(text: &str) -> String {
    let text = if text.is_empty() { "(empty)" } else { text };
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            // A colon before no space could begin what is taken for a style.
            ':' if chars.peek() != Some(&' ') => out.push_str("#58;"),
            '"' | '%' | '#' | '\\' | '<' | '>' | '&' | '`' | '~' | '*' | 'ﬂ' => {
                let _ = write!(out, "#{};", u32::from(c));
            }
            c => match visible(c) {
                Some(picture) => out.push_str(&picture),
                None => out.push(c),
            },
        }
    }
    undirected(&out)
}

/// A line with `direction LR` in it, wherever, is taken for that direction: the space is escaped.
fn undirected(text: &str) -> String {
    const WORD: &str = "direction";
    let lower = text.to_ascii_lowercase();
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    for (at, _) in lower.match_indices(WORD) {
        let (from, to) = (done, at + WORD.len());
        let tail = text.get(to..).unwrap_or_default();
        let bare = tail.trim_start_matches(char::is_whitespace);
        if from <= at && bare.len() < tail.len() {
            out.push_str(text.get(from..to).unwrap_or_default());
            out.push_str("#32;");
            done = text.len() - bare.len();
        }
    }
    out.push_str(text.get(done..).unwrap_or_default());
    out
}
