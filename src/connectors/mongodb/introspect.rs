//! The schema of collections: their top-level fields as columns, from a sample of documents and
//! from the validator.

use std::time::{Duration, Instant};

use futures_util::{StreamExt, stream};

use super::catalog::{self, Catalog, Collection};
use super::link::{Link, is_local};
use super::privileges::Privileges;
use super::rows;
use super::sample::Sample;
use super::shape::{FIELDS, Field, Shape};
use super::validator::{Rule, Rules};
use crate::connectors::{ConnectorError, ErrorKind, Selection, Stage, limits};
use crate::schema::{self, Column, Schema, Table, Unreadable};

/// Collections that are looked at once.
const AT_ONCE: usize = 6;

/// What is kept of the whole time for answering with what was read.
const RESERVE: Duration = Duration::from_secs(10);

/// Reads the selected collections.
pub async fn schema(
    link: &Link,
    privileges: &Privileges,
    database: Option<&str>,
    selection: &Selection,
    sample_size: u32,
) -> Result<Schema, ConnectorError> {
    let deadline = Instant::now() + limits::INTROSPECT.saturating_sub(RESERVE);
    let Catalog {
        collections,
        unreadable,
    } = catalog::read(link, privileges, database, selection).await?;
    let mut schema = Schema {
        database: database.map(str::to_owned),
        tables: Vec::with_capacity(collections.len()),
        unreadable,
        ..Schema::default()
    };
    let read = stream::iter(collections).map(|collection| async move {
        let read = table(link, &collection, selection, sample_size, deadline).await;
        (collection, read)
    });
    let mut read = read.buffered(AT_ONCE);
    let mut columns = 0;
    while let Some((collection, read)) = read.next().await {
        let name = collection.full_name();
        match read {
            Ok((table, overflowed)) => {
                columns += table.columns.len();
                schema.tables.push(table);
                if overflowed {
                    let why = format!(
                        "It has more than {FIELDS} top-level fields; the first {FIELDS} are shown."
                    );
                    schema.unreadable.push(Unreadable { name, why });
                }
            }
            Err(error) if !is_local(&error) => return Err(error),
            Err(error) => {
                let why = match error.kind {
                    ErrorKind::PermissionDenied => "The login has no right to read it.".to_owned(),
                    _ => error.message,
                };
                schema.unreadable.push(Unreadable { name, why });
            }
        }
        if columns > limits::COLUMNS {
            return Err(too_many());
        }
    }
    Ok(schema)
}

async fn table(
    link: &Link,
    collection: &Collection,
    selection: &Selection,
    sample_size: u32,
    deadline: Instant,
) -> Result<(Table, bool), ConnectorError> {
    let Collection {
        database,
        name,
        kind,
        validator,
    } = collection;
    let rows = rows::estimate(link, collection, deadline).await;
    let sample = Sample::new(link, collection, deadline);
    let shape = sample.take(sample_size, rows).await?;
    let rules = Rules::read(validator.as_ref());
    let (documents, overflowed) = (shape.documents, shape.overflowed);
    let wanted = |c: &Column| selection.has_column(Some(database), name, &c.name);
    let mut columns: Vec<_> = merged(shape, rules.fields)
        .into_iter()
        .filter(wanted)
        .collect();
    for (position, column) in (1..).zip(&mut columns) {
        column.position = position;
    }
    let table = Table {
        schema: Some(database.clone()),
        name: name.clone(),
        kind: *kind,
        comment: rules.description,
        primary_key: columns
            .iter()
            .filter(|c| c.primary_key)
            .map(|c| c.name.clone())
            .collect(),
        columns,
        row_count_estimate: rows,
        sample: Some(schema::Sample {
            documents,
            method: String::new(),
            cut: Vec::new(),
        }),
        ..Table::default()
    };
    Ok((table, overflowed))
}

/// The fields that were seen, with what the validator adds to them, and then those that it alone knows.
fn merged(shape: Shape, rules: Vec<Rule>) -> Vec<Column> {
    let mut rules: Vec<_> = rules.into_iter().map(Some).collect();
    let names: std::collections::HashMap<_, _> = rules
        .iter()
        .enumerate()
        .filter_map(|(at, rule)| Some((rule.as_ref()?.name.clone(), at)))
        .collect();
    let documents = shape.documents;
    let mut columns = Vec::with_capacity(shape.fields.len());
    for field in shape.fields {
        let rule = names.get(&field.name).and_then(|at| rules[*at].take());
        columns.push(column(field, rule.unwrap_or_default(), documents));
    }
    for rule in rules.into_iter().flatten() {
        let unseen = Field::named(rule.name.clone());
        columns.push(column(unseen, rule, documents));
    }
    columns
}

fn column(field: Field, rule: Rule, documents: u64) -> Column {
    // What was seen tells more than what is allowed; where nothing was seen, that has to do.
    let (kinds, items) = if field.kinds.has_values() || !rule.kinds.has_values() {
        (&field.kinds, &field.items)
    } else {
        (&rule.kinds, &rule.items)
    };
    let missed = field.seen < documents;
    let allowed = documents == 0 && !rule.required;
    let id = field.name == "_id";
    Column {
        position: 0,
        native_type: kinds.native(),
        logical_type: kinds.logical(items),
        nullable: !id && (missed || allowed || field.kinds.has_null() || kinds.has_null()),
        primary_key: id,
        comment: rule.description,
        name: field.name,
        ..Column::default()
    }
}

fn too_many() -> ConnectorError {
    ConnectorError::new(
        ErrorKind::LimitExceeded,
        format!("There are more than {} fields.", limits::COLUMNS),
        "Choose some collections.",
    )
    .at(Stage::ReadCatalog)
}

#[cfg(test)]
mod tests {
    use mongodb::bson::{RawDocumentBuf, doc};

    use super::*;

    #[test]
    fn the_validators_fields_join_those_that_were_seen() {
        let mut shape = Shape::default();
        for document in [
            doc! { "_id": 1, "total": 5 },
            doc! { "_id": 2, "note": null },
        ] {
            shape.add(&document.to_vec().unwrap()).unwrap();
        }
        let validator = doc! { "$jsonSchema": { "required": ["_id", "total"], "properties": {
            "later": { "bsonType": "date", "description": "unseen" },
            "total": { "bsonType": ["int", "long"], "description": "in cents" },
            "note": { "bsonType": "string" },
        } } };
        let validator = RawDocumentBuf::try_from(&validator).unwrap();
        let columns = merged(shape, Rules::read(Some(&validator)).fields);
        let told: Vec<_> = columns
            .iter()
            .map(|c| {
                (
                    c.name.as_str(),
                    c.native_type.as_str(),
                    c.nullable,
                    c.comment.as_deref(),
                )
            })
            .collect();
        assert_eq!(
            told,
            [
                ("_id", "int", false, None),
                ("total", "int", true, Some("in cents")),
                ("note", "string", true, None),
                ("later", "date", true, Some("unseen")),
            ]
        );
    }

    #[test]
    fn what_an_empty_collections_validator_requires_is_not_nullable() {
        let validator = doc! { "$jsonSchema": { "required": ["a", "b"], "properties": {
            "a": { "bsonType": "int" }, "b": { "bsonType": ["int", "null"] }, "c": { "bsonType": "int" },
        } } };
        let validator = RawDocumentBuf::try_from(&validator).unwrap();
        let columns = merged(Shape::default(), Rules::read(Some(&validator)).fields);
        let nullable: Vec<_> = columns.iter().map(|c| c.nullable).collect();
        assert_eq!(nullable, [false, true, true]);
    }
}
