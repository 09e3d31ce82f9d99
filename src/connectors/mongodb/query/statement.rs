//! A caller's statement as a command that only reads, and reads no more rows than are wanted.

use bson::{Bson, Document, doc};
use serde_json::{Map, Value};

use super::super::rows::milliseconds;
use super::{allowed, invalid, refused};
use crate::connectors::ConnectorError;
use crate::connectors::read::{QueryRead, Statement};

/// The fields of `find` that are taken, the collection's apart (manual: Database Commands › find).
const FIND: &[&str] = &[
    "filter",
    "projection",
    "sort",
    "limit",
    "skip",
    "hint",
    "collation",
    "let",
];

/// The most rows that the server sends at once; whole answers come in one.
const BATCH: i64 = 10_000;

/// A command, and the database that it is for.
#[derive(Debug, PartialEq)]
pub struct Command<'a> {
    /// The database.
    pub database: &'a str,
    /// The command.
    pub body: Document,
}

/// The command for a statement. Where a session has no database, a collection's name has one before it.
pub fn command<'a>(
    query: &'a QueryRead,
    database: Option<&'a str>,
) -> Result<Command<'a>, ConnectorError> {
    let (collection, mut body) = match &query.statement {
        Statement::Sql { .. } => {
            return Err(invalid(
                "MongoDB does not speak SQL.",
                "Ask by find, as in {\"find\": \"orders\", \"filter\": {\"total\": {\"$gt\": 100}}, \
                 \"sort\": {\"_id\": -1}}, or by a collection and its pipeline, as in \
                 {\"collection\": \"orders\", \"pipeline\": [{\"$match\": {\"total\": {\"$gt\": 100}}}]}.",
            ));
        }
        Statement::Find(fields) => find(fields, query.limit)?,
        Statement::Pipeline { collection, stages } => {
            (collection.as_str(), pipeline(stages, query.limit)?)
        }
    };
    let (database, collection) = match database {
        Some(database) => (database, collection),
        None => collection.split_once('.').ok_or_else(|| {
            invalid(
                format!("In which database is the collection '{collection}'?"),
                "Write it as database.collection: this source names no database.",
            )
        })?,
    };
    // The command's own name comes first.
    if let Some(name) = body.iter_mut().next() {
        *name.1 = collection.into();
    }
    body.insert("maxTimeMS", milliseconds(query.timeout));
    Ok(Command { database, body })
}

fn find(fields: &Map<String, Value>, most: u64) -> Result<(&str, Document), ConnectorError> {
    let mut body = doc! { "find": "" };
    let mut collection = None;
    for (name, value) in fields {
        match (name.as_str(), value) {
            ("find" | "collection", Value::String(text)) if collection.is_none() => {
                collection = Some(text.as_str());
            }
            (known, value) if FIND.contains(&known) => {
                let value = extended_json(value, name)?;
                allowed::value(&value, &mut vec![name.clone()])?;
                body.insert(known, value);
            }
            _ => {
                let path = [name.clone()];
                return Err(refused(
                    &path,
                    "is no field that a find takes here, or stands twice",
                ));
            }
        }
    }
    let collection = collection
        .ok_or_else(|| invalid("Which collection?", "Name it by `find` or `collection`."))?;
    let wanted = match body.get("limit").map(whole) {
        // As the server has it, 0 is no limit.
        None | Some(Some(0)) => rows(most),
        Some(Some(limit)) => rows(most).min(limit),
        Some(None) => {
            return Err(refused(
                &["limit".to_owned()],
                "is no whole number from 0 on",
            ));
        }
    };
    body.insert("limit", wanted);
    body.insert("batchSize", batch(wanted));
    if body.contains_key("sort") {
        body.insert("allowDiskUse", true);
    }
    Ok((collection, body))
}

fn pipeline(stages: &[Value], most: u64) -> Result<Document, ConnectorError> {
    let mut pipeline = Vec::with_capacity(stages.len() + 1);
    for (number, stage) in stages.iter().enumerate() {
        pipeline.push(extended_json(stage, &format!("pipeline.{number}"))?);
    }
    allowed::pipeline(&pipeline, &mut vec!["pipeline".to_owned()])?;
    let wanted = rows(most);
    pipeline.push(doc! { "$limit": wanted }.into());
    Ok(doc! {
        "aggregate": "",
        "pipeline": pipeline,
        "cursor": { "batchSize": batch(wanted) },
        "allowDiskUse": true,
    })
}

/// One more than are wanted tells whether there are more.
fn rows(most: u64) -> i64 {
    i64::try_from(most).unwrap_or(i64::MAX).saturating_add(1)
}

/// One more than will come, so that the server need keep no cursor.
fn batch(rows: i64) -> i64 {
    rows.saturating_add(1).min(BATCH)
}

fn whole(value: &Bson) -> Option<i64> {
    let whole = match value {
        Bson::Int32(n) => i64::from(*n),
        Bson::Int64(n) => *n,
        _ => return None,
    };
    (whole >= 0).then_some(whole)
}

fn extended_json(value: &Value, path: &str) -> Result<Bson, ConnectorError> {
    Bson::try_from(value.clone()).map_err(|_| {
        let why = "is no Extended JSON: a name that begins with $ and stands for a type has another value than its type takes";
        refused(&[path.to_owned()], why)
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::json;

    use super::*;
    use crate::connectors::ErrorKind;

    fn query(statement: Statement, limit: u64) -> QueryRead {
        QueryRead {
            statement,
            limit,
            timeout: Duration::from_secs(30),
        }
    }

    fn of_find(fields: Value, limit: u64) -> Result<Document, String> {
        let Value::Object(fields) = fields else {
            panic!("no object");
        };
        let query = query(Statement::Find(fields), limit);
        let command = command(&query, Some("shop"));
        command.map(|c| c.body).map_err(|error| {
            assert_eq!(error.kind, ErrorKind::InvalidQuery);
            error.message
        })
    }

    #[test]
    fn a_find_keeps_the_callers_fields_and_reads_one_row_more_than_wanted() {
        let body = of_find(
            json!({ "filter": { "at": { "$gt": { "$date": "1970-01-01T00:00:00Z" } } }, "collection": "orders", "sort": { "a": 1 } }),
            10,
        );
        let expected = doc! {
            "find": "orders",
            "filter": { "at": { "$gt": bson::DateTime::from_millis(0) } },
            "sort": { "a": 1 }, "limit": 11_i64, "batchSize": 12_i64, "allowDiskUse": true,
            "maxTimeMS": 30_000_i64,
        };
        assert_eq!(body.unwrap(), expected);
        for (limit, expected) in [(0, 11), (5, 5), (50, 11)] {
            let body = of_find(json!({ "find": "orders", "limit": limit }), 10).unwrap();
            assert_eq!(body.get_i64("limit").unwrap(), expected);
        }
    }

    #[test]
    fn what_a_find_must_not_have_is_named() {
        for (fields, path) in [
            (
                json!({ "find": "a", "filter": { "$or": [{ "$where": "1" }] } }),
                "filter.$or.0.$where",
            ),
            (
                json!({ "find": "a", "projection": { "x": { "$function": {} } } }),
                "projection.x.$function",
            ),
            (
                json!({ "find": "a", "filter": { "$expr": { "$function": {} } } }),
                "filter.$expr.$function",
            ),
            (json!({ "find": "a", "maxTimeMS": 0 }), "maxTimeMS"),
            (json!({ "find": "a", "tailable": true }), "tailable"),
            (json!({ "find": "a", "collection": "b" }), "collection"),
            (json!({ "find": 1 }), "find"),
            (json!({ "find": "a", "limit": -1 }), "limit"),
            (
                json!({ "find": "a", "filter": { "_id": { "$oid": "x" } } }),
                "filter",
            ),
        ] {
            let message = of_find(fields, 1).unwrap_err();
            assert!(message.starts_with(&format!("'{path}' ")), "{message}");
        }
        assert_eq!(of_find(json!({}), 1).unwrap_err(), "Which collection?");
    }

    #[test]
    fn a_pipeline_ends_with_the_limit() {
        let statement = Statement::Pipeline {
            collection: "shop.orders.old".to_owned(),
            stages: vec![json!({ "$match": {} })],
        };
        let query = query(statement, 2);
        let command = command(&query, None).unwrap();
        assert_eq!(command.database, "shop");
        let expected = doc! {
            "aggregate": "orders.old",
            "pipeline": [{ "$match": {} }, { "$limit": 3_i64 }],
            "cursor": { "batchSize": 4_i64 }, "allowDiskUse": true, "maxTimeMS": 30_000_i64,
        };
        assert_eq!(command.body, expected);
    }

    #[test]
    fn sql_is_answered_with_how_to_ask_instead() {
        let statement = Statement::Sql {
            text: "SELECT 1".to_owned(),
            params: vec![],
        };
        let error = command(&query(statement, 1), Some("shop")).unwrap_err();
        assert_eq!(error.kind, ErrorKind::InvalidQuery);
        assert!(error.hint.contains("\"find\"") && error.hint.contains("pipeline"));
    }
}
