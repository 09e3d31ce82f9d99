//! Operator classes: what an index compares its keys by.

use std::collections::HashMap;

use crate::connectors::postgres::reader::Reader;
use crate::connectors::postgres::tables::within;
use crate::connectors::{ConnectorError, limits};

/// The operator classes of a database.
#[derive(Default)]
pub struct OperatorClasses {
    by_oid: HashMap<u32, OperatorClass>,
    /// The default for a method and a type.
    defaults: HashMap<(String, u32), u32>,
}

struct OperatorClass {
    name: String,
    method: String,
    default: bool,
}

impl OperatorClasses {
    /// Reads all of them.
    pub async fn read(reader: &Reader<'_>) -> Result<Self, ConnectorError> {
        let mut all = Self::default();
        let sql = include_str!("../sql/operator_classes.sql");
        let take = |row: crate::connectors::postgres::reader::Row<'_>| {
            let class = OperatorClass {
                name: row.text(1)?.to_owned(),
                method: row.text(2)?.to_owned(),
                default: row.flag(4)?,
            };
            all.add(row.number(0)?, row.number(3)?, class);
            within(all.by_oid.len(), limits::COLUMNS, "operator classes")
        };
        reader.each(sql, take).await?;
        Ok(all)
    }

    fn add(&mut self, oid: u32, input: u32, class: OperatorClass) {
        if class.default {
            self.defaults.insert((class.method.clone(), input), oid);
        }
        self.by_oid.insert(oid, class);
    }

    /// The name of a class with its options, unless it is what a key of this type has by default
    /// and without options. A type without a default of its own has that of a type that it can
    /// pass for (`varchar` that of `text`, any enum that of all enums).
    pub fn other(&self, oid: u32, type_oid: u32, options: &str) -> Option<String> {
        let class = self.by_oid.get(&oid)?;
        let own = self.defaults.get(&(class.method.clone(), type_oid));
        let is_default = own.map_or(class.default, |default| *default == oid);
        if options.is_empty() {
            return (!is_default).then(|| class.name.clone());
        }
        Some(format!("{} ({options})", class.name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_another_class_than_the_default_is_named() {
        let mut classes = OperatorClasses::default();
        let class = |name: &str, default| OperatorClass {
            name: name.to_owned(),
            method: "btree".to_owned(),
            default,
        };
        classes.add(1, 25, class("text_ops", true));
        classes.add(2, 25, class("text_pattern_ops", false));
        classes.add(3, 900, class("public.citext_ops", true));
        for (oid, type_oid, options, expected) in [
            (1, 25, "", None),
            (2, 25, "", Some("text_pattern_ops")),
            // varchar has no class of its own.
            (1, 1043, "", None),
            (3, 900, "", None),
            (1, 900, "", Some("text_ops")),
            (1, 25, "siglen=32", Some("text_ops (siglen=32)")),
            (9, 25, "", None),
        ] {
            let named = classes.other(oid, type_oid, options);
            assert_eq!(named.as_deref(), expected, "{oid} {type_oid}");
        }
    }
}
