//! The types of values: `MongoDB`'s names for them, and our families.

use super::elements::kind;
use crate::schema::DataType;

/// Bytes of the subtype for UUIDs. No kind of BSON's own has this byte.
pub const UUID: u8 = 0x45;

/// What a validator calls a number of any width. No kind of BSON's own has this byte.
const NUMBER: u8 = 0x44;

/// Kind, alias (manual: $type, Available Types) and family.
const TYPES: &[(u8, &str, Option<DataType>)] = &[
    (kind::DOUBLE, "double", Some(DataType::Float64)),
    (kind::STRING, "string", Some(DataType::String)),
    (kind::DOCUMENT, "object", Some(DataType::Object)),
    (kind::ARRAY, "array", None),
    (kind::BINARY, "binData", Some(DataType::Binary)),
    (UUID, "binData", Some(DataType::Uuid)),
    (kind::UNDEFINED, "undefined", None),
    (kind::OBJECT_ID, "objectId", Some(DataType::ObjectId)),
    (kind::BOOLEAN, "bool", Some(DataType::Boolean)),
    (kind::DATE, "date", Some(DataType::Timestamptz)),
    (kind::NULL, "null", None),
    (kind::REGEX, "regex", Some(DataType::String)),
    (kind::DB_POINTER, "dbPointer", Some(DataType::Unknown)),
    (kind::JAVASCRIPT, "javascript", Some(DataType::String)),
    (kind::SYMBOL, "symbol", Some(DataType::String)),
    (
        kind::JAVASCRIPT_WITH_SCOPE,
        "javascriptWithScope",
        Some(DataType::Unknown),
    ),
    (kind::INT, "int", Some(DataType::Int32)),
    (kind::TIMESTAMP, "timestamp", Some(DataType::Unknown)),
    (kind::LONG, "long", Some(DataType::Int64)),
    (kind::DECIMAL, "decimal", Some(DataType::Decimal(None))),
    (kind::MIN_KEY, "minKey", Some(DataType::Unknown)),
    (kind::MAX_KEY, "maxKey", Some(DataType::Unknown)),
    (NUMBER, "number", Some(DataType::Float64)),
];

/// How often each kind of value was seen in one place.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Kinds(Vec<(u8, u64)>);

impl Kinds {
    /// Kinds by their names in a validator; a name that is none of `MongoDB`'s is left out.
    pub fn named<'a>(names: impl Iterator<Item = &'a str>) -> Self {
        let mut kinds = Self::default();
        for name in names {
            // JSON Schema's own word, where MongoDB says `bool`.
            let name = if name == "boolean" { "bool" } else { name };
            if let Some((kind, ..)) = TYPES.iter().find(|(_, alias, _)| *alias == name) {
                kinds.add(*kind);
            }
        }
        kinds
    }

    /// Counts one value.
    pub fn add(&mut self, kind: u8) {
        match self.0.iter_mut().find(|(seen, _)| *seen == kind) {
            Some((_, count)) => *count += 1,
            None => self.0.push((kind, 1)),
        }
    }

    /// Whether a null was among them.
    pub fn has_null(&self) -> bool {
        self.0.iter().any(|(kind, _)| is_null(*kind))
    }

    /// Whether anything but nulls was among them.
    pub fn has_values(&self) -> bool {
        self.0.iter().any(|(kind, _)| !is_null(*kind))
    }

    /// `MongoDB`'s names, most frequent first; nulls are told apart, unless there is nothing else.
    pub fn native(&self) -> String {
        let values = self.has_values();
        let mut names: Vec<(&str, u64)> = Vec::new();
        for (kind, count) in self.0.iter().filter(|(kind, _)| !values || !is_null(*kind)) {
            let alias = alias(*kind);
            match names.iter_mut().find(|(name, _)| *name == alias) {
                Some((_, total)) => *total += count,
                None => names.push((alias, *count)),
            }
        }
        // Stable: equally frequent ones stay as first seen.
        names.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        let names: Vec<_> = names.into_iter().map(|(name, _)| name).collect();
        if names.is_empty() {
            "unknown".to_owned()
        } else {
            names.join(" | ")
        }
    }

    /// Our family for all of them; `items` are the kinds seen inside of arrays.
    pub fn logical(&self, items: &Self) -> DataType {
        let families = self.0.iter().filter_map(|(kind, _)| match *kind {
            kind::ARRAY => Some(DataType::Array(Box::new(items.logical(&Self::default())))),
            kind => family(kind),
        });
        families.reduce(merged).unwrap_or(DataType::Unknown)
    }
}

fn is_null(kind: u8) -> bool {
    matches!(kind, kind::NULL | kind::UNDEFINED)
}

fn alias(kind: u8) -> &'static str {
    let known = TYPES.iter().find(|(known, ..)| *known == kind);
    known.map_or("unknown", |(_, alias, _)| alias)
}

fn family(kind: u8) -> Option<DataType> {
    let known = TYPES.iter().find(|(known, ..)| *known == kind)?;
    known.2.clone()
}

/// Numbers widen to what holds both; all else that differs is mixed.
fn merged(one: DataType, other: DataType) -> DataType {
    let width = |data_type: &DataType| {
        [
            DataType::Int32,
            DataType::Int64,
            DataType::Float64,
            DataType::Decimal(None),
        ]
        .iter()
        .position(|known| known == data_type)
    };
    match (width(&one), width(&other)) {
        _ if one == other => one,
        (Some(a), Some(b)) => {
            if a > b {
                one
            } else {
                other
            }
        }
        _ => DataType::Mixed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(kinds: &[u8]) -> Kinds {
        let mut all = Kinds::default();
        for kind in kinds {
            all.add(*kind);
        }
        all
    }

    #[test]
    fn families_merge_and_names_stand_by_frequency() {
        use kind::{ARRAY, DATE, DECIMAL, DOUBLE, INT, LONG, NULL, STRING, UNDEFINED};

        for (kinds, native, logical) in [
            (&[STRING][..], "string", "string"),
            (&[INT, LONG, LONG], "long | int", "int64"),
            (&[INT, DOUBLE], "int | double", "float64"),
            (
                &[LONG, DOUBLE, DECIMAL],
                "long | double | decimal",
                "decimal",
            ),
            (&[STRING, INT, NULL, STRING], "string | int", "mixed"),
            (&[NULL, DATE, UNDEFINED], "date", "timestamptz"),
            (&[NULL], "null", "unknown"),
            (&[], "unknown", "unknown"),
            (&[ARRAY, STRING], "array | string", "mixed"),
            (&[UUID], "binData", "uuid"),
            (&[UUID, kind::BINARY], "binData", "mixed"),
            (&[0x77], "unknown", "unknown"),
        ] {
            let kinds = of(kinds);
            assert_eq!(kinds.native(), native);
            assert_eq!(
                kinds.logical(&Kinds::default()).to_string(),
                logical,
                "{native}"
            );
        }
        assert_eq!(
            of(&[ARRAY]).logical(&of(&[INT, LONG])).to_string(),
            "array<int64>"
        );
        assert_eq!(of(&[ARRAY]).logical(&of(&[])).to_string(), "array<unknown>");
    }

    #[test]
    fn a_validators_names_are_known_and_foreign_ones_left_out() {
        let kinds = Kinds::named(["int", "boolean", "number", "made up"].into_iter());
        assert_eq!(kinds.native(), "int | bool | number");
    }
}
