//! A document for a person or a language model.

pub(super) mod escape;
mod fields;
mod table;

use std::fmt::Write;

use super::About;
use super::names::{display, qualified};
use crate::schema::{Schema, Unreadable};
use escape::{code, prose};

/// What all parts of the document need to know.
struct Names {
    /// Whether tables are named with their schemas.
    qualified: bool,
}

impl Names {
    /// The name of a table or type.
    fn of(&self, schema: Option<&str>, name: &str) -> String {
        display(self.qualified, schema, name)
    }
}

pub(super) fn write(schema: &Schema, about: &About) -> String {
    let names = Names {
        qualified: qualified(schema),
    };
    let mut out = String::new();
    let title = schema.database.as_deref().filter(|_| about.name.is_empty());
    let title = title.unwrap_or(about.name);
    let title = if title.is_empty() { "Schema" } else { title };
    let _ = writeln!(out, "# {}\n", prose(title));
    introduce(&mut out, schema, about, &names);
    for table in &schema.tables {
        table::write(&mut out, table, &names);
    }
    types(&mut out, schema, &names);
    beside(&mut out, schema, &names);
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

fn introduce(out: &mut String, schema: &Schema, about: &About, names: &Names) {
    let mut facts = Vec::new();
    if !about.server.is_empty() {
        facts.push(prose(about.server));
    }
    if let Some(database) = schema
        .database
        .as_deref()
        .filter(|name| *name != about.name)
    {
        facts.push(format!("database {}", code(database)));
    }
    let first = schema.tables.first();
    if let Some(of) = first
        .and_then(|table| table.schema.as_deref())
        .filter(|_| !names.qualified)
    {
        facts.push(format!("schema {}", code(of)));
    }
    facts.push(match schema.tables.len() {
        1 => "1 table".to_owned(),
        count => format!("{count} tables"),
    });
    if !about.captured_at.is_empty() {
        facts.push(format!("read {}", prose(about.captured_at)));
    }
    let _ = writeln!(out, "{}.\n", facts.join(" · "));
    if let Some(why) = about.stale {
        let _ = writeln!(out, "It could not be read again: {}\n", prose(why));
    }
    for of in &schema.schemas {
        if let Some(comment) = &of.comment {
            let _ = writeln!(out, "Schema {}: {}\n", code(&of.name), prose(comment));
        }
    }
}

fn types(out: &mut String, schema: &Schema, names: &Names) {
    let mut list = List::new("Enums");
    for of in &schema.enums {
        let values: Vec<_> = of.values.iter().map(|value| code(value)).collect();
        let name = names.of(of.schema.as_deref(), &of.name);
        list.add(&name, &values.join(", "), of.comment.as_deref());
    }
    list.write(out);
    let mut list = List::new("Domains");
    for of in &schema.domains {
        let mut facts = vec![code(&of.native_type)];
        if !of.nullable {
            facts.push("not null".to_owned());
        }
        facts.extend(
            of.default
                .iter()
                .map(|default| format!("default {}", code(default))),
        );
        facts.extend(
            of.checks
                .iter()
                .map(|check| format!("check {}", code(&check.expression))),
        );
        let name = names.of(of.schema.as_deref(), &of.name);
        list.add(&name, &facts.join(", "), of.comment.as_deref());
    }
    list.write(out);
    let mut list = List::new("Composite types");
    for of in &schema.composites {
        let fields = of.fields.iter();
        let fields: Vec<_> = fields
            .map(|field| format!("{} {}", code(&field.name), code(&field.native_type)))
            .collect();
        let name = names.of(of.schema.as_deref(), &of.name);
        list.add(&name, &fields.join(", "), of.comment.as_deref());
    }
    list.write(out);
}

fn beside(out: &mut String, schema: &Schema, names: &Names) {
    let mut list = List::new("Sequences");
    for of in &schema.sequences {
        let mut facts = format!(
            "{}, from {} by {}, {} to {}",
            code(&of.native_type),
            prose(&of.start),
            prose(&of.increment),
            prose(&of.minimum),
            prose(&of.maximum)
        );
        if let (Some(table), Some(column)) = (&of.owned_by_table, &of.owned_by_column) {
            let owner = names.of(table.schema.as_deref(), &table.name);
            let _ = write!(facts, ", of {}", code(&format!("{owner}.{column}")));
        }
        let name = names.of(of.schema.as_deref(), &of.name);
        list.add(&name, &facts, of.comment.as_deref());
    }
    list.write(out);
    let mut list = List::new("Extensions");
    for of in &schema.extensions {
        list.add(&of.name, &prose(&of.version), of.comment.as_deref());
    }
    list.write(out);
    let mut list = List::new("Not readable");
    for Unreadable { name, why } in &schema.unreadable {
        list.add(name, &prose(why), None);
    }
    list.write(out);
}

/// A list below a heading; nothing where it is empty.
struct List {
    heading: &'static str,
    lines: String,
}

impl List {
    fn new(heading: &'static str) -> Self {
        Self {
            heading,
            lines: String::new(),
        }
    }

    /// `facts` is Markdown already.
    fn add(&mut self, name: &str, facts: &str, comment: Option<&str>) {
        let _ = write!(self.lines, "- {}: {facts}", code(name));
        if let Some(comment) = comment {
            let _ = write!(self.lines, " — {}", prose(comment));
        }
        self.lines.push('\n');
    }

    fn write(&self, out: &mut String) {
        if !self.lines.is_empty() {
            let _ = writeln!(out, "## {}\n\n{}", self.heading, self.lines);
        }
    }
}
