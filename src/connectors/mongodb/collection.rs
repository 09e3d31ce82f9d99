//! What the catalog says of one collection (manual: listCollections, create).

use mongodb::bson::raw::RawBsonRef;
use mongodb::bson::{RawDocument, RawDocumentBuf};
use serde_json::Value;

use super::json;
use crate::schema::{Table, TableKind, Validator};

/// A collection, or what is read like one.
#[derive(Debug, Clone)]
pub struct Collection {
    /// The database that it stands in.
    pub database: String,
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: TableKind,
    /// Its UUID, which stays when it is renamed. Views have none.
    pub uuid: Option<String>,
    /// What it was made with; absent where the login is not shown that.
    pub options: Option<RawDocumentBuf>,
}

/// Options that have a place of their own in the schema.
const PLACED: &[&str] = &[
    "pipeline",
    "validationAction",
    "validationLevel",
    "validator",
];

impl Collection {
    /// Reads an entry of the catalog; nothing, where it is the server's own.
    pub fn read(database: &str, entry: &RawDocument) -> Option<Self> {
        let name = entry.get_str("name").ok()?;
        if name.starts_with("system.") {
            return None;
        }
        let options = entry.get_document("options").ok();
        let kind = match entry.get_str("type") {
            Ok("view") => TableKind::View,
            Ok("timeseries") => TableKind::TimeSeries,
            // Some products tell it by the options alone.
            _ if options.is_some_and(|o| o.get_document("timeseries").is_ok()) => {
                TableKind::TimeSeries
            }
            _ => TableKind::Collection,
        };
        let info = entry.get_document("info").ok();
        let uuid = info.and_then(|info| info.get_binary("uuid").ok());
        let uuid = uuid.and_then(|uuid| uuid::Uuid::from_slice(uuid.bytes).ok());
        Some(Self {
            database: database.to_owned(),
            name: name.to_owned(),
            kind,
            uuid: uuid.map(|uuid| uuid.to_string()),
            options: options.map(RawDocument::to_owned),
        })
    }

    /// A collection of which nothing but the name is known.
    pub fn named(database: &str, name: String) -> Self {
        Self {
            database: database.to_owned(),
            name,
            kind: TableKind::Collection,
            uuid: None,
            options: None,
        }
    }

    /// Its name with its database.
    pub fn full_name(&self) -> String {
        format!("{}.{}", self.database, self.name)
    }

    /// The condition that documents must meet.
    pub fn validator(&self) -> Option<&RawDocument> {
        let validator = self.options.as_ref()?.get_document("validator").ok()?;
        (!validator.is_empty()).then_some(validator)
    }

    /// The table, as far as the catalog tells it, and what of it cannot be shown.
    pub fn table(&self) -> (Table, Vec<String>) {
        let mut table = Table {
            engine_id: self.uuid.clone(),
            schema: Some(self.database.clone()),
            name: self.name.clone(),
            kind: self.kind,
            ..Table::default()
        };
        let mut lost = Vec::new();
        for (name, value) in self.all_options() {
            if !PLACED.contains(&name) {
                match json::value(value) {
                    Some(value) => drop(table.options.insert(name.to_owned(), value)),
                    None => lost.push(format!("Its option {name} cannot be shown.")),
                }
            }
        }
        if let Some((_, pipeline)) = self.all_options().find(|(name, _)| *name == "pipeline") {
            table.definition = json::value(pipeline).map(|pipeline| pipeline.to_string());
            if table.definition.is_none() {
                lost.push("Its pipeline cannot be shown.".to_owned());
            }
        }
        if let Some(validator) = self.validator() {
            let expression = json::document(validator);
            if expression.is_none() {
                lost.push("Its validator cannot be shown.".to_owned());
            }
            table.validator = expression.map(|expression| self.checked(expression));
        }
        let collation = table.options.get("collation");
        let locale = collation.and_then(|collation| collation["locale"].as_str());
        table.collation = locale.map(str::to_owned);
        (table, lost)
    }

    fn all_options(&self) -> impl Iterator<Item = (&str, RawBsonRef<'_>)> {
        let options = self.options.iter().flat_map(|options| options.iter());
        options
            .map_while(Result::ok)
            .map(|(name, value)| (name.as_str(), value))
    }

    /// Level and action are `strict` and `error` unless told (manual: create).
    fn checked(&self, expression: Value) -> Validator {
        let text = |name: &str, unless_told: &str| {
            let options = self.options.as_ref();
            let told = options.and_then(|options| options.get_str(name).ok());
            told.unwrap_or(unless_told).to_owned()
        };
        Validator {
            expression,
            level: text("validationLevel", "strict"),
            action: text("validationAction", "error"),
        }
    }
}

#[cfg(test)]
mod tests {
    use mongodb::bson::{Binary, Document, doc, spec::BinarySubtype};
    use serde_json::json;

    use super::*;

    fn read(entry: &Document) -> Option<Collection> {
        Collection::read("shop", &RawDocumentBuf::try_from(entry).unwrap())
    }

    fn table(entry: &Document) -> Table {
        let (table, lost) = read(entry).unwrap().table();
        assert_eq!(lost, [""; 0]);
        table
    }

    #[test]
    fn a_collections_uuid_options_and_validator_are_told() {
        let table = table(&doc! {
            "name": "log", "type": "collection",
            "options": {
                "capped": true, "size": 1_048_576, "max": 1000_i64,
                "collation": { "locale": "fr", "strength": 2 },
                "changeStreamPreAndPostImages": { "enabled": true },
                "validator": { "total": { "$gt": 0 } }, "validationAction": "warn",
            },
            "info": { "readOnly": false, "uuid": Binary {
                subtype: BinarySubtype::Uuid, bytes: (0..16).collect(),
            } },
            "idIndex": { "v": 2, "key": { "_id": 1 }, "name": "_id_" },
        });
        assert_eq!(
            table.engine_id.as_deref(),
            Some("00010203-0405-0607-0809-0a0b0c0d0e0f")
        );
        assert_eq!(
            serde_json::to_value(&table.options).unwrap(),
            json!({
                "capped": true, "size": 1_048_576, "max": 1000,
                "collation": { "locale": "fr", "strength": 2 },
                "changeStreamPreAndPostImages": { "enabled": true },
            })
        );
        assert_eq!(table.collation.as_deref(), Some("fr"));
        let validator = table.validator.unwrap();
        assert_eq!(validator.expression, json!({ "total": { "$gt": 0 } }));
        assert_eq!(
            (validator.level.as_str(), validator.action.as_str()),
            ("strict", "warn")
        );
    }

    #[test]
    fn a_view_has_its_pipeline_and_what_it_stands_on() {
        let table = table(&doc! {
            "name": "recent", "type": "view",
            "options": { "viewOn": "orders", "pipeline": [{ "$match": { "at": { "$gt": mongodb::bson::DateTime::from_millis(0) } } }] },
            "info": { "readOnly": true },
        });
        assert_eq!(table.kind, TableKind::View);
        let definition = r#"[{"$match":{"at":{"$gt":{"$date":"1970-01-01T00:00:00Z"}}}}]"#;
        assert_eq!(table.definition.as_deref(), Some(definition));
        assert_eq!(table.options["viewOn"], "orders");
    }

    #[test]
    fn time_series_are_told_with_their_settings() {
        let settings = doc! { "timeField": "at", "metaField": "sensor", "granularity": "minutes", "bucketMaxSpanSeconds": 86_400 };
        for told in [
            doc! { "name": "w", "type": "timeseries" },
            doc! { "name": "w", "type": "collection" },
        ] {
            let mut entry = told;
            entry.insert(
                "options",
                doc! { "timeseries": settings.clone(), "expireAfterSeconds": 3600_i64 },
            );
            let table = table(&entry);
            assert_eq!(table.kind, TableKind::TimeSeries);
            assert_eq!(table.options["timeseries"]["metaField"], "sensor");
            assert_eq!(table.options["expireAfterSeconds"], 3600);
        }
    }

    #[test]
    fn the_servers_own_collections_are_none_and_deep_options_cost_themselves_alone() {
        assert!(read(&doc! { "name": "system.views", "type": "collection" }).is_none());
        assert!(read(&doc! { "type": "collection" }).is_none());
        let deep = (0..150).fold(doc! {}, |inner, _| doc! { "$and": [inner] });
        let entry = doc! { "name": "odd", "options": { "validator": deep, "capped": true } };
        let (table, lost) = read(&entry).unwrap().table();
        assert_eq!(lost, ["Its validator cannot be shown."]);
        assert_eq!(table.options["capped"], true);
    }
}
