//! One table of the document.

use std::collections::HashMap;
use std::fmt::Write;

use super::escape::{cell, code, fenced, prose};
use super::{Names, fields};
use crate::schema::{
    Column, ForeignKeyAction, Identity, IdentityGeneration, Index, IndexColumn, Key, Match,
    NullsOrder, Order, Table,
};

/// The most partitions that are named.
const PARTITIONS: usize = 50;

pub(super) fn write(out: &mut String, table: &Table, names: &Names) {
    let name = names.of(table.schema.as_deref(), &table.name);
    let _ = writeln!(out, "## {}\n", code(&name));
    let _ = writeln!(out, "{}\n", facts(table, names).join(" · "));
    if let Some(comment) = table.comment.as_deref().filter(|of| !of.trim().is_empty()) {
        let _ = writeln!(out, "{}\n", prose(comment));
    }
    if table.fields.is_empty() {
        columns(out, table, names);
    } else {
        section(out, "Fields", |out| fields::write(out, &table.fields, 0));
    }
    section(out, "Keys", |out| keys(out, table));
    section(out, "Foreign keys", |out| foreign_keys(out, table, names));
    section(out, "Supposed references", |out| {
        for of in &table.inferred_relationships {
            let to = names.of(of.referenced_schema.as_deref(), &of.referenced_table);
            let (from, columns) = (list(&of.columns), list(&of.referenced_columns));
            let _ = writeln!(
                out,
                "- {from} → {} {columns}: {}",
                code(&to),
                prose(&of.reason)
            );
        }
    });
    section(out, "Indexes", |out| indexes(out, table));
    section(out, "Checks", |out| {
        for of in &table.checks {
            let mut facts = Vec::new();
            let states = [
                (of.not_validated, "not validated"),
                (of.not_enforced, "not enforced"),
            ];
            facts.extend(
                states
                    .iter()
                    .filter(|(is, _)| *is)
                    .map(|(_, word)| (*word).to_owned()),
            );
            item(
                out,
                of.name.as_deref(),
                &code(&of.expression),
                &facts,
                of.comment.as_deref(),
            );
        }
    });
    section(out, "Exclusions", |out| {
        for of in &table.exclusions {
            item(
                out,
                Some(&of.name),
                &code(&of.definition),
                &[],
                of.comment.as_deref(),
            );
        }
    });
    section(out, "Triggers", |out| {
        for of in &table.triggers {
            let timing = of.timing.replace('_', " ");
            let each = if of.for_each_row { "row" } else { "statement" };
            let when = prose(&format!(
                "{timing} {} for each {each}",
                of.events.join(" or ")
            ));
            let off = of.disabled.then(|| "switched off".to_owned());
            let facts: Vec<_> = off.into_iter().chain([code(&of.definition)]).collect();
            item(out, Some(&of.name), &when, &facts, of.comment.as_deref());
        }
    });
    section(out, "Policies", |out| policies(out, table));
    section(out, "Partitions", |out| partitions(out, table, names));
    if let Some(definition) = &table.definition {
        let language = if definition.trim_start().starts_with(['[', '{']) {
            "json"
        } else {
            "sql"
        };
        let _ = writeln!(out, "Definition:\n\n{}", fenced(language, definition));
    }
    if let Some(validator) = &table.validator {
        let text = format!("{:#}", validator.expression);
        let head = prose(&format!(
            "Validator ({}, {})",
            validator.level, validator.action
        ));
        let _ = writeln!(out, "{head}:\n\n{}", fenced("json", &text));
    }
}

/// What a section is made of, below its title; nothing where that is nothing.
fn section(out: &mut String, title: &str, body: impl FnOnce(&mut String)) {
    let mut lines = String::new();
    body(&mut lines);
    if !lines.is_empty() {
        let _ = writeln!(out, "{title}:\n\n{lines}");
    }
}

fn item(out: &mut String, name: Option<&str>, what: &str, facts: &[String], comment: Option<&str>) {
    let name = name
        .map(|name| format!("{} ", code(name)))
        .unwrap_or_default();
    let _ = write!(out, "- {name}{what}");
    for fact in facts {
        let _ = write!(out, ", {fact}");
    }
    if let Some(comment) = comment {
        let _ = write!(out, " — {}", prose(comment));
    }
    out.push('\n');
}

fn facts(table: &Table, names: &Names) -> Vec<String> {
    let kind = table.kind.as_str().replace('_', " ");
    let (first, rest) = kind.split_at(1);
    let mut facts = vec![format!("{}{rest}", first.to_uppercase())];
    facts.extend(table.id.as_deref().map(code));
    let rows = if table.fields.is_empty() {
        "rows"
    } else {
        "documents"
    };
    facts.extend(
        table
            .row_count_estimate
            .map(|count| format!("about {count} {rows}")),
    );
    facts.extend(
        table
            .engine
            .as_deref()
            .map(|engine| format!("engine {}", code(engine))),
    );
    if let Some(of) = &table.partition_of {
        let parent = names.of(of.schema.as_deref(), &of.name);
        facts.push(format!(
            "partition of {} {}",
            code(&parent),
            code(&of.bound)
        ));
    }
    for of in &table.inherits {
        let parent = names.of(of.schema.as_deref(), &of.name);
        facts.push(format!("inherits {}", code(&parent)));
    }
    if let Some(security) = table.row_security.as_ref().filter(|of| of.enabled) {
        let forced = if security.forced {
            ", for its owner too"
        } else {
            ""
        };
        facts.push(format!("row-level security{forced}"));
    }
    if let Some(sample) = &table.sample {
        let how = prose(&sample.method);
        facts.push(format!("sample of {} documents ({how})", sample.documents));
        facts.extend(sample.cut.iter().map(|cut| prose(cut)));
    }
    facts
}

fn columns(out: &mut String, table: &Table, names: &Names) {
    if table.columns.is_empty() {
        return;
    }
    out.push_str("| Column | Type | Null | Default | Key | Comment |\n|---|---|---|---|---|---|\n");
    let keys = column_keys(table, names);
    for column in &table.columns {
        let null = if column.nullable { "yes" } else { "no" };
        let key = keys.get(column.name.as_str()).map(|keys| keys.join(", "));
        let cells = [
            code(&column.name),
            code(&column.native_type),
            null.to_owned(),
            default(column),
            key.unwrap_or_default(),
            comment(column),
        ];
        let cells = cells.map(|markdown| cell(&markdown));
        let _ = writeln!(out, "| {} |", cells.join(" | "));
    }
    out.push('\n');
}

/// What each column is to the keys of one column; of the wider ones, that it belongs to them.
fn column_keys<'a>(table: &'a Table, names: &Names) -> HashMap<&'a str, Vec<String>> {
    let mut keys: HashMap<&str, Vec<String>> = HashMap::new();
    for name in &table.primary_key {
        keys.entry(name).or_default().push("PK".to_owned());
    }
    for key in &table.foreign_keys {
        let to = names.of(key.referenced_schema.as_deref(), &key.referenced_table);
        for (at, name) in key.columns.iter().enumerate() {
            let column = key.referenced_columns.get(at).map_or("?", String::as_str);
            let mark = format!("FK → {}", code(&format!("{to}.{column}")));
            let marks = keys.entry(name).or_default();
            if !marks.contains(&mark) {
                marks.push(mark);
            }
        }
    }
    for key in table.unique_keys() {
        if let [name] = key[..]
            && table.primary_key != [name]
        {
            keys.entry(name).or_default().push("UK".to_owned());
        }
    }
    keys
}

fn default(column: &Column) -> String {
    let mut facts = Vec::new();
    if let Some(of) = &column.generated {
        let kept = if of.stored { "stored" } else { "virtual" };
        facts.push(format!("generated {kept} {}", code(&of.expression)));
    } else if let Some(of) = &column.identity {
        facts.push(identity(of));
    } else if column.auto_increment {
        facts.push("auto increment".to_owned());
    } else if let Some(default) = &column.default {
        facts.push(code(default));
    }
    if let Some(expression) = &column.on_update {
        facts.push(format!("on update {}", code(expression)));
    }
    facts.join(", ")
}

fn identity(of: &Identity) -> String {
    let how = match of.generation {
        IdentityGeneration::Always => "always",
        IdentityGeneration::ByDefault => "by default",
    };
    let mut text = format!("identity {how}");
    if of.start != "1" || of.increment != "1" {
        let _ = write!(
            text,
            " from {} by {}",
            prose(&of.start),
            prose(&of.increment)
        );
    }
    text
}

fn comment(column: &Column) -> String {
    let said = column.comment.as_deref().map(prose);
    let mut facts: Vec<String> = said.filter(|said| !said.is_empty()).into_iter().collect();
    if !column.values.is_empty() {
        let values: Vec<_> = column.values.iter().map(|value| code(value)).collect();
        facts.push(format!("values {}", values.join(", ")));
    }
    if column.invisible {
        facts.push("invisible".to_owned());
    }
    facts.extend(column.srid.map(|srid| format!("SRID {srid}")));
    facts.join("; ")
}

fn keys(out: &mut String, table: &Table) {
    // Of a primary key of one column without a name, the column tells all.
    let tells = |key: &&Key| !key.primary || key.name.is_some() || key.columns.len() > 1;
    for key in table.keys.iter().filter(tells) {
        let kind = if key.primary { "primary" } else { "unique" };
        let facts = words(&[
            (key.nulls_not_distinct, "nulls not distinct"),
            (key.without_overlaps, "without overlaps"),
            (key.deferrable, "deferrable"),
            (key.initially_deferred, "initially deferred"),
        ]);
        let what = format!("{kind} {}", list(&key.columns));
        item(
            out,
            key.name.as_deref(),
            &what,
            &facts,
            key.comment.as_deref(),
        );
    }
    if table.keys.is_empty() && table.primary_key.len() > 1 {
        item(
            out,
            None,
            &format!("primary {}", list(&table.primary_key)),
            &[],
            None,
        );
    }
}

fn foreign_keys(out: &mut String, table: &Table, names: &Names) {
    for key in &table.foreign_keys {
        let to = names.of(key.referenced_schema.as_deref(), &key.referenced_table);
        let (from, columns) = (list(&key.columns), list(&key.referenced_columns));
        let mut facts = Vec::new();
        for (when, action) in [("delete", key.on_delete), ("update", key.on_update)] {
            if action != ForeignKeyAction::NoAction {
                let action = action.as_sql().unwrap_or("unknown").to_lowercase();
                facts.push(format!("on {when} {action}"));
            }
        }
        if !key.on_delete_columns.is_empty() {
            facts.push(format!("of which {}", list(&key.on_delete_columns)));
        }
        facts.extend(words(&[
            (key.match_type == Match::Full, "match full"),
            (key.match_type == Match::Partial, "match partial"),
            (key.deferrable, "deferrable"),
            (key.initially_deferred, "initially deferred"),
            (key.period, "period"),
            (key.not_validated, "not validated"),
            (key.not_enforced, "not enforced"),
        ]));
        let what = format!("{from} → {} {columns}", code(&to));
        item(
            out,
            key.name.as_deref(),
            &what,
            &facts,
            key.comment.as_deref(),
        );
    }
}

/// Those of keys stand among the keys.
fn indexes(out: &mut String, table: &Table) {
    let of_key = |index: &&Index| {
        let made = index.constraint.as_deref();
        index.primary
            || made.is_some_and(|made| table.keys.iter().any(|k| k.name.as_deref() == Some(made)))
    };
    for index in table.indexes.iter().filter(|index| !of_key(index)) {
        let parts: Vec<_> = index.columns.iter().map(index_part).collect();
        let unique = if index.unique { "unique " } else { "" };
        let method = if index.method.is_empty() {
            String::new()
        } else {
            format!("{} ", prose(&index.method))
        };
        let mut facts = Vec::new();
        if !index.included.is_empty() {
            facts.push(format!("includes {}", list(&index.included)));
        }
        facts.extend(
            index
                .predicate
                .as_ref()
                .map(|of| format!("where {}", code(of))),
        );
        facts.extend(
            index
                .expire_after_seconds
                .map(|of| format!("expires after {of} s")),
        );
        facts.extend(words(&[
            (index.nulls_not_distinct, "nulls not distinct"),
            (index.sparse, "sparse"),
            (index.invisible, "invisible"),
            (index.invalid, "invalid"),
        ]));
        let what = format!("{unique}{method}({})", parts.join(", "));
        item(
            out,
            Some(&index.name),
            &what,
            &facts,
            index.comment.as_deref(),
        );
    }
}

fn index_part(part: &IndexColumn) -> String {
    let shown = part.name.as_deref().or(part.expression.as_deref());
    let mut text = code(shown.unwrap_or("?"));
    let _ = part.prefix_length.map(|length| write!(text, "({length})"));
    let words = [
        part.method.as_deref().map(prose),
        part.collation
            .as_deref()
            .map(|of| format!("collate {}", code(of))),
        part.operator_class.as_deref().map(code),
        (part.order == Some(Order::Desc)).then(|| "desc".to_owned()),
        part.nulls.map(|nulls| match nulls {
            NullsOrder::First => "nulls first".to_owned(),
            NullsOrder::Last => "nulls last".to_owned(),
        }),
    ];
    for word in words.into_iter().flatten() {
        text.push(' ');
        text.push_str(&word);
    }
    text
}

fn policies(out: &mut String, table: &Table) {
    for of in table
        .row_security
        .iter()
        .flat_map(|security| &security.policies)
    {
        let kind = if of.permissive {
            "permissive"
        } else {
            "restrictive"
        };
        let mut facts = Vec::new();
        if !of.roles.is_empty() {
            facts.push(format!("to {}", list(&of.roles)));
        }
        facts.extend(
            of.using
                .as_ref()
                .map(|using| format!("using {}", code(using))),
        );
        facts.extend(
            of.with_check
                .as_ref()
                .map(|check| format!("with check {}", code(check))),
        );
        item(
            out,
            Some(&of.name),
            &prose(&format!("{kind} for {}", of.command)),
            &facts,
            None,
        );
    }
}

fn partitions(out: &mut String, table: &Table, names: &Names) {
    let Some(of) = &table.partitioning else {
        return;
    };
    let _ = writeln!(
        out,
        "- by {} {}",
        prose(&of.strategy.replace('_', " ")),
        code(&of.key)
    );
    if let Some(sub) = &of.subpartitioning {
        let strategy = prose(&sub.strategy.replace('_', " "));
        let _ = writeln!(out, "- each once more by {strategy} {}", code(&sub.key));
    }
    for partition in of.partitions.iter().take(PARTITIONS) {
        let name = match &partition.schema {
            Some(_) => names.of(partition.schema.as_deref(), &partition.name),
            None => partition.name.clone(),
        };
        let bound = partition.bound.as_deref().map(code).unwrap_or_default();
        let _ = writeln!(out, "- {} {bound}", code(&name));
    }
    if let Some(more) = of
        .partitions
        .len()
        .checked_sub(PARTITIONS)
        .filter(|more| *more > 0)
    {
        let _ = writeln!(out, "- and {more} more");
    }
}

fn list(names: &[String]) -> String {
    let names: Vec<_> = names.iter().map(|name| code(name)).collect();
    format!("({})", names.join(", "))
}

fn words(facts: &[(bool, &str)]) -> Vec<String> {
    let held = facts.iter().filter(|(is, _)| *is);
    held.map(|(_, word)| (*word).to_owned()).collect()
}
