//! References that nobody declared, supposed by names and types.
//!
//! A supposed reference that is wrong misleads more than a missing one, so that everything here
//! leans to silence: the types have to fit, the target has to be a key, and where two tables could
//! be meant, none is.

mod composite;
mod mutual;
mod targets;
mod words;

#[cfg(test)]
mod tests;

use std::collections::HashSet;

use super::paths::walk;
use super::{DataType, Field, InferredRelationship, Schema, Table, TableKind, spread};
use targets::{Match, Target, Targets};

/// Supposes references for columns, and for fields of documents, that have none declared.
pub fn infer(schema: &mut Schema) {
    let targets = Targets::new(schema);
    let mut inferred = spread::over(schema.tables.iter().collect(), |at, table| {
        of_table(schema, &targets, at, table)
    });
    composite::infer(schema, &mut inferred);
    mutual::one_way(schema, &mut inferred);
    for (table, inferred) in schema.tables.iter_mut().zip(inferred) {
        table.inferred_relationships = inferred;
    }
}

/// A column, or a field of documents.
struct Referring<'a> {
    /// The column, or the path.
    path: &'a str,
    /// The column, or the last of the path.
    name: &'a str,
    kind: Kind,
    /// Whether it holds a list of references.
    many: bool,
}

/// Types that are compared with one another, all alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Integer,
    Uuid,
    ObjectId,
    String,
    Binary,
}

impl Kind {
    fn of(logical: &DataType) -> Option<Self> {
        Some(match logical {
            DataType::Int8
            | DataType::Int16
            | DataType::Int32
            | DataType::Int64
            | DataType::Uint64
            | DataType::Decimal(Some((_, 0))) => Self::Integer,
            DataType::Uuid => Self::Uuid,
            DataType::ObjectId => Self::ObjectId,
            DataType::String => Self::String,
            DataType::Binary => Self::Binary,
            _ => return None,
        })
    }

    /// Whether values of it are made to refer, and hardly are anything else.
    fn is_opaque(self) -> bool {
        matches!(self, Self::Uuid | Self::ObjectId)
    }

    fn plural(self) -> &'static str {
        match self {
            Self::Integer => "integers",
            Self::Uuid => "UUIDs",
            Self::ObjectId => "ObjectIds",
            Self::String => "texts",
            Self::Binary => "bytes",
        }
    }
}

fn of_table<'a>(
    schema: &'a Schema,
    targets: &Targets<'a>,
    at: usize,
    table: &Table,
) -> Vec<InferredRelationship> {
    // Of partitions the parent tells.
    if table.kind == TableKind::Partition {
        return Vec::new();
    }
    let declared = table.foreign_keys.iter().flat_map(|key| &key.columns);
    let declared: HashSet<&str> = declared.map(String::as_str).collect();
    let is_key = |name: &str| table.primary_key.len() == 1 && table.primary_key[0] == name;
    let free = |of: &Referring| !declared.contains(of.path) && !is_key(of.path);
    let supposed = referring(table).into_iter().filter(free).filter_map(|of| {
        let (target, how) = find(targets, at, table, &of)?;
        let to = schema.tables.get(target.table)?;
        Some(InferredRelationship {
            columns: vec![of.path.to_owned()],
            referenced_schema: to.schema.clone(),
            referenced_table: to.name.clone(),
            referenced_columns: vec![target.column.to_owned()],
            reason: reason(&of, &target, to, how),
        })
    });
    supposed.collect()
}

fn referring(table: &Table) -> Vec<Referring<'_>> {
    if table.fields.is_empty() {
        let columns = table.columns.iter().filter_map(|column| {
            let (kind, many) = kind_of(&column.logical_type)?;
            Some(Referring {
                path: &column.name,
                name: &column.name,
                kind,
                many,
            })
        });
        return columns.collect();
    }
    let mut all = Vec::new();
    walk(&table.fields, &mut |field: &Field| {
        if let Some((kind, many)) = kind_of(&field.logical_type) {
            all.push(Referring {
                path: &field.path,
                name: &field.name,
                kind,
                many,
            });
        }
    });
    all
}

fn kind_of(logical: &DataType) -> Option<(Kind, bool)> {
    match logical {
        DataType::Array(of) => Some((Kind::of(of)?, true)),
        one => Some((Kind::of(one)?, false)),
    }
}

/// How a name was understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum How {
    /// As a whole.
    Whole(Match),
    /// By its end; what stands before tells the role.
    End(Match),
    /// As another row of the same table.
    Parent,
}

/// The one key that is meant, if any is.
fn find<'a>(
    targets: &Targets<'a>,
    at: usize,
    table: &'a Table,
    of: &Referring,
) -> Option<(Target<'a>, How)> {
    let words = words::split(of.name);
    let words: Vec<_> = words.iter().map(String::as_str).collect();
    for start in 0..words.len() {
        let end = words.get(start..).unwrap_or_default();
        if end.iter().all(|word| words::is_id(word)) {
            break;
        }
        if start > 0
            && words
                .get(start - 1)
                .is_some_and(|word| words::is_foreign(word))
        {
            return None;
        }
        let found = targets.named(table.schema.as_deref(), end, of.many);
        if found.is_empty() {
            continue;
        }
        let how = if start == 0 { How::Whole } else { How::End };
        // A table's own key by its whole name is that key.
        let fits = |target: &&Target| {
            target.kind == Some(of.kind)
                && (start > 0 || target.table != at)
                && match target.by {
                    Match::Key => true,
                    // Two names in one word could be any word.
                    Match::TableAndKey => end.len() > 1,
                    Match::Name => named_alone(of, end, start),
                }
        };
        if found.len() >= targets::MOST {
            return None;
        }
        let one = targets.unambiguous(at, found.iter().filter(fits).copied())?;
        return Some((one, how(one.by)));
    }
    let parent = matches!(words[..], ["parent", "id"] | ["reports", "to"])
        || (of.kind.is_opaque() && matches!(words[..], ["parent"]));
    let own = targets
        .primary(at)
        .filter(|own| parent && own.kind == Some(of.kind))?;
    Some((own, How::Parent))
}

/// Whether the name of a table without that of its key is a reference: numbers and texts are often
/// measures and copies.
fn named_alone(of: &Referring, words: &[&str], start: usize) -> bool {
    match of.kind {
        Kind::Uuid | Kind::ObjectId => true,
        Kind::Integer => {
            start == 0 && !of.many && !words.last().is_some_and(|word| words::is_measure(word))
        }
        Kind::String | Kind::Binary => false,
    }
}

fn reason(of: &Referring, target: &Target, to: &Table, how: How) -> String {
    let (name, table, key) = (of.name, &to.name, target.column);
    let kinds = of.kind.plural();
    let names = match how {
        How::Whole(by) | How::End(by) => by,
        How::Parent => {
            return format!(
                "'{name}' means another row of the same table, and both it and the key '{key}' are {kinds}."
            );
        }
    };
    let place = if matches!(how, How::End(_)) {
        "ends with"
    } else {
        "is"
    };
    match names {
        Match::Key => {
            format!(
                "'{name}' {place} the name of the key '{key}' of '{table}', and both are {kinds}."
            )
        }
        Match::TableAndKey => {
            format!(
                "'{name}' {place} the name of '{table}' with that of its key '{key}', and both are {kinds}."
            )
        }
        Match::Name => {
            format!(
                "'{name}' {place} the name of '{table}', and both it and the key '{key}' are {kinds}."
            )
        }
    }
}
