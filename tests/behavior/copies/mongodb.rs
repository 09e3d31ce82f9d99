//! MongoDB: documents as they were put in.

use std::collections::BTreeMap;

use async_trait::async_trait;
use mongodb::bson::oid::ObjectId;
use mongodb::bson::spec::BinarySubtype;
use mongodb::bson::{Binary, Bson, DateTime, Decimal128, Document, Regex, Timestamp, doc};
use mongodb::{Collection, Database};
use serde_json::Value;

use super::dice::Dice;
use super::{Row, Source, compare};
use crate::behavior::engine::Engine;
use crate::behavior::mongodb::MongoDb;
use crate::support::rows::Owned;

struct Tables {
    server: Database,
    database: Value,
    /// What was put in, by table and id.
    documents: BTreeMap<i64, Document>,
}

#[test]
fn documents_of_chance_are_copied_as_they_were_put_in() {
    let Some(engine) = MongoDb::chosen() else {
        return;
    };
    compare(async |name, files| Tables {
        database: engine.make(name, files).await,
        server: engine.admin().database(name),
        documents: BTreeMap::new(),
    });
}

/// The most of a document's own fields that are of one type alone.
const TYPES: usize = 14;

fn value(dice: &mut Dice, kind: usize) -> Bson {
    match kind {
        0 => Bson::Int32(i32::try_from(dice.signed(32)).unwrap()),
        1 => Bson::Int64(dice.signed(64)),
        2 => match dice.below(5) {
            0 => dice
                .of(&[f64::NAN, f64::INFINITY, f64::NEG_INFINITY])
                .into(),
            _ => dice.double().into(),
        },
        3 => dice.flag().into(),
        4 => dice.any_text(60).into(),
        5 => ObjectId::from_bytes(dice.next_bytes()).into(),
        6 => {
            // The server at hand takes years of four digits alone.
            let far = dice.of(&[-62_135_596_800_000, 253_402_300_799_999, 0, -1]);
            // The driver writes no zero at the end of a second's parts.
            let any = dice.signed(45) / 10 * 10 + 5;
            DateTime::from_millis(dice.of(&[far, any])).into()
        }
        7 => dice.decimal(17, 17).parse::<Decimal128>().unwrap().into(),
        8 => Binary {
            subtype: BinarySubtype::Generic,
            bytes: dice.bytes(40),
        }
        .into(),
        9 => nested(dice, 3).into(),
        10 => {
            let count = dice.below(4);
            let any = (0..count).map(|_| value_of_any_type(dice, 2));
            Bson::Array(any.collect())
        }
        11 => Timestamp {
            time: u32::MAX,
            increment: 7,
        }
        .into(),
        12 => Regex {
            pattern: "^a\"".try_into().unwrap(),
            options: "i".try_into().unwrap(),
        }
        .into(),
        _ if dice.flag() => Bson::MinKey,
        _ => Bson::MaxKey,
    }
}

fn value_of_any_type(dice: &mut Dice, depth: u32) -> Bson {
    let most = if depth == 0 { 9 } else { 14 };
    match usize::try_from(dice.below(most)).unwrap() {
        9 => nested(dice, depth - 1).into(),
        10 => Bson::Null,
        kind => value(dice, kind),
    }
}

/// A document, with names of fields that a careless program stumbles over.
fn nested(dice: &mut Dice, depth: u32) -> Document {
    let count = dice.below(4);
    let field = |n| {
        let name = dice.of(&["a", "a.b", "", "é\n", "quo\"te", "A"]);
        let value = value_of_any_type(dice, depth);
        (format!("{name}{n}"), value)
    };
    (0..count).map(field).collect()
}

#[async_trait]
impl Source for Tables {
    fn database(&self) -> Value {
        self.database.clone()
    }

    fn kinds(&self) -> usize {
        TYPES + 1
    }

    async fn create(&mut self, table: &str, kinds: &[usize]) {
        self.documents.clear();
        // Fields become columns only where something was in them.
        let all: Document = (0..kinds.len())
            .map(|n| (format!("c{n}"), Bson::Int32(0)))
            .collect();
        let mut first = doc! { "_id": -1_i64, "rev": 0_i64 };
        first.extend(all);
        self.collection(table)
            .insert_one(first.clone())
            .await
            .unwrap();
        self.documents.insert(-1, first);
    }

    async fn drop_table(&mut self, table: &str) {
        self.collection(table).drop().await.unwrap();
    }

    async fn put(&mut self, table: &str, kinds: &[usize], row: &Row) {
        let mut document = doc! { "_id": row.id, "rev": row.rev };
        for (at, (kind, number)) in kinds.iter().zip(&row.values).enumerate() {
            let Some(number) = number else {
                continue;
            };
            let mut dice = Dice::new(*number);
            let value = match *kind {
                TYPES => value_of_any_type(&mut dice, 3),
                kind => value(&mut dice, kind),
            };
            document.insert(format!("c{at}"), value);
        }
        let replace = self.collection(table);
        let replace = replace.replace_one(doc! { "_id": row.id }, document.clone());
        replace.upsert(true).await.unwrap();
        self.documents.insert(row.id, document);
    }

    async fn stored(&mut self, _: &str, kinds: &[usize]) -> Vec<Vec<Owned>> {
        let row = |(id, document): (&i64, &Document)| {
            let rev = document.get_i64("rev").unwrap();
            let mut all = vec![Owned::Integer(*id), Owned::Integer(rev)];
            all.extend(
                (0..kinds.len())
                    .map(|at| document.get(format!("c{at}")).map_or(Owned::Null, owned)),
            );
            all.push(Owned::Blob(document.to_vec().unwrap()));
            all
        };
        self.documents.iter().map(row).collect()
    }

    fn comparable(&self, columns: usize, at: usize, copied: Owned) -> Owned {
        match copied {
            Owned::Text(text) if at == columns + 2 => Owned::Blob(back(&text)),
            Owned::Text(text) => Owned::Text(same(text)),
            other => other,
        }
    }

    fn statement(&self, table: &str, columns: usize) -> String {
        let columns: Vec<_> = (0..columns).map(|n| format!(", +c{n}")).collect();
        let columns = columns.concat();
        format!("SELECT +_id, +rev{columns}, +_document FROM {table} ORDER BY _id")
    }
}

impl Tables {
    fn collection(&self, table: &str) -> Collection<Document> {
        self.server.collection(table)
    }
}

/// Documents and lists in one way of writing: that of 1e308 may be 1e+308.
fn same(text: String) -> String {
    match serde_json::from_str(&text) {
        Ok(json @ (Value::Object(_) | Value::Array(_))) => json.to_string(),
        _ => text,
    }
}

/// The bytes of the document that a text in Extended JSON stands for, by the driver's own crate.
fn back(text: &str) -> Vec<u8> {
    let json: Value = serde_json::from_str(text).unwrap();
    match Bson::try_from(json).unwrap() {
        Bson::Document(document) => document.to_vec().unwrap(),
        other => panic!("{other:?} is no document"),
    }
}

/// The cell that a value is to be.
fn owned(value: &Bson) -> Owned {
    match value {
        Bson::Null => Owned::Null,
        Bson::Int32(number) => Owned::Integer((*number).into()),
        Bson::Int64(number) => Owned::Integer(*number),
        Bson::Double(number) => Owned::Real(*number),
        Bson::Boolean(flag) => Owned::Integer((*flag).into()),
        Bson::String(text) => Owned::Text(same(text.clone())),
        Bson::ObjectId(id) => Owned::Text(id.to_hex()),
        Bson::DateTime(at) => {
            let since = jiff::SignedDuration::from_millis(at.timestamp_millis());
            let at = jiff::civil::date(1970, 1, 1).at(0, 0, 0, 0) + since;
            Owned::Text(format!("{at:.3}Z"))
        }
        Bson::Decimal128(decimal) => Owned::Text(decimal.to_string()),
        Bson::Binary(binary) => Owned::Blob(binary.bytes.clone()),
        other => Owned::Text(same(other.clone().into_relaxed_extjson().to_string())),
    }
}
