//! The language of dbdiagram.io, as `@dbml/core` reads it.
//!
//! All names are quoted. What the language has no word for stands in notes. References whose other
//! end is not in the document stand as comments, for they would not parse.

use std::collections::{HashMap, HashSet};
use std::fmt::Write;
use std::hash::Hash;

use super::About;
use super::names::{Given, field_type, visible};
use crate::schema::paths::walk;
use crate::schema::relations::{Relation, Source, TableIndex, relations};
use crate::schema::{Column, DataType, ForeignKeyAction, Index, Schema, Table, TableKind};

/// What was written of a table: its whole name, and the names of its columns by the real ones.
struct Written<'a> {
    name: String,
    columns: HashMap<&'a str, String>,
}

/// The names of the enums by schema and name, and those given already in each schema.
#[derive(Default)]
struct Enums<'a> {
    names: HashMap<(Option<&'a str>, &'a str), String>,
    given: Given,
}

pub(super) fn write(schema: &Schema, about: &About) -> String {
    let mut out = String::new();
    if let Some(told) = about.staleness(str::to_owned) {
        comment_line(&mut out, &told);
        out.push('\n');
    }
    if !about.name.is_empty() {
        let (name, server) = (quoted(about.name), text(about.server));
        let _ = write!(out, "Project {name} {{\n  database_type: {server}\n}}\n\n");
    }
    let mut enums = Enums::default();
    for of in &schema.enums {
        let name = enums.give(of.schema.as_deref(), &of.name);
        write_enum(&mut out, &name, &of.values, of.comment.as_deref());
        enums.names.insert((of.schema.as_deref(), &of.name), name);
    }
    let mut given = Given::default();
    let tables: Vec<_> = schema
        .tables
        .iter()
        .map(|table| {
            let name = whole(&mut given, table.schema.as_deref(), &table.name);
            write_table(&mut out, &mut enums, name, table)
        })
        .collect();
    write_refs(&mut out, schema, &tables);
    out
}

impl<'a> Enums<'a> {
    fn give(&mut self, schema: Option<&str>, name: &str) -> String {
        whole(&mut self.given, schema, name)
    }

    /// The type of a column; an enum that the column declares itself is written first.
    fn type_of(&mut self, out: &mut String, table: &Table, column: &'a Column) -> String {
        if column.logical_type != DataType::Enum {
            return native(&column.native_type);
        }
        let known = column.type_ref.as_ref();
        let known = known.map(|of| (of.schema.as_deref(), of.name.as_str()));
        if let Some(name) = known.and_then(|of| self.names.get(&of)) {
            return name.clone();
        }
        if column.values.is_empty() {
            return native(&column.native_type);
        }
        let name = format!("{}_{}", table.name, column.name);
        let name = self.give(table.schema.as_deref(), &name);
        write_enum(out, &name, &column.values, None);
        name
    }
}

fn write_enum(out: &mut String, name: &str, values: &[String], comment: Option<&str>) {
    if let Some(comment) = comment {
        comment_line(out, comment);
    }
    let _ = writeln!(out, "Enum {name} {{");
    let mut given = Given::default();
    for value in values {
        let _ = writeln!(out, "  {}", quoted(&given.give(&named(value))));
    }
    if values.is_empty() {
        out.push_str("  \"(none)\"\n");
    }
    out.push_str("}\n\n");
}

fn write_table<'a>(
    out: &mut String,
    enums: &mut Enums<'a>,
    name: String,
    table: &'a Table,
) -> Written<'a> {
    let mut given = Given::default();
    let mut columns = HashMap::new();
    let mut lines = String::new();
    let mut line = |real: &'a str, kind: &str, settings: &[String]| {
        let name = quoted(&given.give(&named(real)));
        let _ = write!(lines, "  {name} {kind}");
        if !settings.is_empty() {
            let _ = write!(lines, " [{}]", settings.join(", "));
        }
        lines.push('\n');
        columns.entry(real).or_insert(name);
    };
    let alone: HashSet<&str> = table
        .unique_keys()
        .into_iter()
        .filter_map(|key| if let [one] = key[..] { Some(one) } else { None })
        .collect();
    let primary = |name: &str| table.primary_key.len() == 1 && table.primary_key[0] == name;
    if table.fields.is_empty() {
        for column in &table.columns {
            let kind = enums.type_of(out, table, column);
            let unique = alone.contains(column.name.as_str());
            line(
                &column.name,
                &kind,
                &settings(column, primary(&column.name), unique),
            );
        }
    } else {
        walk(&table.fields, &mut |field| {
            let mut settings = Vec::new();
            if primary(&field.path) {
                settings.push("pk".to_owned());
            } else if alone.contains(field.path.as_str()) {
                settings.push("unique".to_owned());
            }
            if let Some(comment) = &field.comment {
                settings.push(format!("note: {}", text(comment)));
            }
            line(&field.path, &native(&field_type(field)), &settings);
        });
    }
    if lines.is_empty() {
        // A table must have one.
        lines.push_str("  \"(none)\" unknown [note: 'No column is known.']\n");
    }
    let _ = write!(out, "Table {name} {{\n{lines}");
    write_indexes(out, table, &columns, &alone);
    let note = table_note(table);
    if !note.is_empty() {
        let _ = writeln!(out, "\n  Note: {}", text(&note));
    }
    out.push_str("}\n\n");
    Written { name, columns }
}

fn settings(column: &Column, primary: bool, unique: bool) -> Vec<String> {
    let mut settings = Vec::new();
    if primary {
        settings.push("pk".to_owned());
    } else if !column.nullable {
        settings.push("not null".to_owned());
    }
    if unique && !primary {
        settings.push("unique".to_owned());
    }
    let default = column.default.as_deref();
    let counts = default.is_some_and(|default| default.starts_with("nextval("));
    if column.auto_increment || column.identity.is_some() || counts {
        settings.push("increment".to_owned());
    } else if let Some(default) = default {
        settings.push(format!("default: {}", value(default)));
    }
    let generated = column.generated.as_ref().map(|of| {
        let kept = if of.stored { "stored" } else { "virtual" };
        format!("Generated ({kept}): {}", of.expression)
    });
    let updated = column.on_update.as_ref();
    let updated = updated.map(|expression| format!("On update: {expression}"));
    let said: Vec<_> = (column.comment.clone().into_iter())
        .chain(generated)
        .chain(updated)
        .collect();
    if !said.is_empty() {
        settings.push(format!("note: {}", text(&said.join("\n"))));
    }
    settings
}

fn write_indexes(
    out: &mut String,
    table: &Table,
    columns: &HashMap<&str, String>,
    alone: &HashSet<&str>,
) {
    let mut lines = Vec::new();
    let known = |names: &[String]| -> Option<Vec<&str>> {
        let names = names.iter().map(|name| columns.get(name.as_str()));
        let names = names.map(|name| name.map(String::as_str));
        Some(each_once(names.collect::<Option<_>>()?))
    };
    if table.primary_key.len() > 1
        && let Some(names) = known(&table.primary_key)
    {
        lines.push(format!("({}) [pk]", names.join(", ")));
    }
    let served: HashSet<&str> = table
        .indexes
        .iter()
        .filter_map(|index| index.constraint.as_deref())
        .collect();
    for key in table
        .keys
        .iter()
        .filter(|key| !key.primary && key.columns.len() > 1)
    {
        let name = key.name.as_deref();
        if name.is_some_and(|name| served.contains(name)) {
            continue;
        }
        if let Some(names) = known(&key.columns) {
            let name = name
                .map(|name| format!(", name: {}", text(name)))
                .unwrap_or_default();
            lines.push(format!("({}) [unique{name}]", names.join(", ")));
        }
    }
    for index in table.indexes.iter().filter(|index| !index.primary) {
        let plain = index.unique && index.predicate.is_none() && index.included.is_empty();
        let one = match &index.columns[..] {
            [one] => one.name.as_deref(),
            _ => None,
        };
        // The column says so itself.
        if plain && one.is_some_and(|one| alone.contains(one)) {
            continue;
        }
        if !index.columns.is_empty() {
            lines.push(index_line(index, columns));
        }
    }
    if !lines.is_empty() {
        let _ = write!(out, "\n  indexes {{\n    {}\n  }}\n", lines.join("\n    "));
    }
}

fn index_line(index: &Index, columns: &HashMap<&str, String>) -> String {
    let parts: Vec<_> = index
        .columns
        .iter()
        .map(|part| {
            let column = part.name.as_deref();
            column
                .and_then(|name| columns.get(name))
                .cloned()
                .unwrap_or_else(|| {
                    let shown = part.expression.as_deref().or(column).unwrap_or("?");
                    expression(shown)
                })
        })
        .collect();
    let mut settings = vec![format!("name: {}", text(&index.name))];
    if index.unique {
        settings.push("unique".to_owned());
    }
    let mut said = Vec::new();
    match index.method.as_str() {
        "" | "btree" => {}
        "hash" => settings.push("type: hash".to_owned()),
        other => said.push(format!("Method: {other}")),
    }
    said.extend(index.predicate.as_ref().map(|of| format!("Where: {of}")));
    if !index.included.is_empty() {
        said.push(format!("Includes: {}", index.included.join(", ")));
    }
    said.extend(
        index
            .expire_after_seconds
            .map(|of| format!("Expires after {of} s")),
    );
    said.extend(index.comment.clone());
    if !said.is_empty() {
        settings.push(format!("note: {}", text(&said.join("\n"))));
    }
    let parts = each_once(parts);
    format!("({}) [{}]", parts.join(", "), settings.join(", "))
}

/// The same without those that came before: the language lets no index name a column twice, where
/// engines do (as key with two operator classes, say).
fn each_once<T: Clone + Eq + Hash>(mut parts: Vec<T>) -> Vec<T> {
    let mut seen = HashSet::new();
    parts.retain(|part| seen.insert(part.clone()));
    parts
}

fn table_note(table: &Table) -> String {
    let mut said: Vec<String> = table.comment.clone().into_iter().collect();
    if table.kind != TableKind::Table {
        said.push(format!("Kind: {}", table.kind.as_str().replace('_', " ")));
    }
    said.extend(
        table
            .checks
            .iter()
            .map(|of| format!("Check: {}", of.expression)),
    );
    said.extend(
        table
            .exclusions
            .iter()
            .map(|of| format!("Exclusion: {}", of.definition)),
    );
    said.extend(
        table
            .partition_of
            .iter()
            .map(|of| format!("Partition of {}: {}", of.name, of.bound)),
    );
    said.join("\n")
}

fn write_refs(out: &mut String, schema: &Schema, tables: &[Written]) {
    let index = TableIndex::new(schema);
    let mut seen = HashSet::new();
    for of in relations(schema, &index) {
        let Some(from) = tables.get(of.from) else {
            continue;
        };
        let ends = of
            .to
            .and_then(|to| tables.get(to))
            .and_then(|to| Some((end(from, of.columns)?, end(to, of.to_columns)?)));
        let Some((one, other)) = ends else {
            let told = format!(
                "{} refers to {}, which is not in this document.",
                from.name, of.to_table
            );
            comment_line(out, &told);
            continue;
        };
        // SQLite lets a reference stand that can never hold: to a key of more columns, say.
        if of.columns.len() != of.to_columns.len() {
            let told = format!("{one} refers to {other}, which are not as many columns.");
            comment_line(out, &told);
            continue;
        }
        // No two references may have the same ends, nor one the same end twice.
        let pair = if one < other {
            (one.clone(), other.clone())
        } else {
            (other.clone(), one.clone())
        };
        if one == other || !seen.insert(pair) {
            continue;
        }
        let unique = schema
            .tables
            .get(of.from)
            .is_some_and(|table| table.is_unique(of.columns));
        let mark = if unique { '-' } else { '>' };
        match of.source {
            Source::Declared(_) => {}
            Source::Inferred(reason) => comment_line(out, &format!("Not declared. {reason}")),
        }
        let (name, settings) = ref_settings(&of);
        let _ = writeln!(out, "Ref{name}: {one} {mark} {other}{settings}");
    }
}

fn ref_settings(of: &Relation) -> (String, String) {
    let Source::Declared(key) = of.source else {
        return (String::new(), String::new());
    };
    let name = key.name.as_deref().filter(|name| !name.is_empty());
    let name = name
        .map(|name| format!(" {}", quoted(name)))
        .unwrap_or_default();
    let actions = [("delete", key.on_delete), ("update", key.on_update)];
    let actions: Vec<_> = actions
        .iter()
        .filter(|(_, action)| *action != ForeignKeyAction::NoAction)
        .filter_map(|(when, action)| Some((when, action.as_sql()?.to_ascii_lowercase())))
        .map(|(when, action)| format!("{when}: {action}"))
        .collect();
    if actions.is_empty() {
        return (name, String::new());
    }
    (name, format!(" [{}]", actions.join(", ")))
}

fn end(table: &Written, columns: &[String]) -> Option<String> {
    let names = columns.iter().map(|name| table.columns.get(name.as_str()));
    let names: Vec<_> = names
        .map(|name| name.map(String::as_str))
        .collect::<Option<_>>()?;
    match names[..] {
        [] => None,
        [one] => Some(format!("{}.{one}", table.name)),
        _ => Some(format!("{}.({})", table.name, names.join(", "))),
    }
}

/// The whole name of a table or enum. Without a schema it stands in `public`.
fn whole(given: &mut Given, schema: Option<&str>, name: &str) -> String {
    let (schema, name) = (schema.map(named), named(name));
    let place = quoted(schema.as_deref().unwrap_or("public"));
    // Names are given over all schemas as one text; the separator keeps both apart.
    let key = given.give(&format!("{place}.{}", inside(&name, '"')));
    let name = key.get(place.len() + 1..).unwrap_or_default();
    match schema {
        Some(_) => format!("{place}.\"{name}\""),
        None => format!("\"{name}\""),
    }
}

/// No name may be empty.
fn named(name: &str) -> String {
    if name.is_empty() {
        "(empty)".to_owned()
    } else {
        name.to_owned()
    }
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", inside(name, '"'))
}

fn text(text: &str) -> String {
    format!("'{}'", inside(text, '\''))
}

fn inside(text: &str, quote: char) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c == quote => {
                out.push('\\');
                out.push(c);
            }
            c if c.is_control() => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out
}

/// An expression, on one line. There is no way to write a backtick in one.
fn expression(sql: &str) -> String {
    let plain = sql.replace('`', "\"").replace(char::is_control, " ");
    format!("`{plain}`")
}

/// A default: a number or a text as such, all else as an expression.
fn value(default: &str) -> String {
    let digits = default.strip_prefix('-').unwrap_or(default);
    let (whole, part) = digits.split_once('.').unwrap_or((digits, "0"));
    let number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if number(whole) && number(part) {
        return default.to_owned();
    }
    let inner = default
        .strip_prefix('\'')
        .and_then(|rest| rest.strip_suffix('\''));
    match inner {
        Some(inner) if !inner.contains(['\'', '\\']) => text(inner),
        _ => expression(default),
    }
}

/// A type: a plain word with plain modifiers as it is, all else quoted.
fn native(native: &str) -> String {
    let (word, modifiers) = match native.split_once('(') {
        Some((word, rest)) => (word, rest.strip_suffix(')')),
        None => (native, Some("0")),
    };
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    let starts = word.starts_with(|c: char| c.is_ascii_lowercase());
    let numbers = |text: &str| {
        text.split(',')
            .all(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()))
    };
    if starts && word.chars().all(plain) && modifiers.is_some_and(numbers) {
        return native.to_owned();
    }
    quoted(&named(native))
}

fn comment_line(out: &mut String, text: &str) {
    out.push_str("// ");
    for c in text.chars() {
        match visible(c) {
            Some(picture) => out.push_str(&picture),
            None => out.push(c),
        }
    }
    out.push('\n');
}
