//! How a field is spoken of in a filter. Servers take a dot in a name for a way into a document and a
//! `$` for an operator; fields whose own names hold those are reached by expressions alone (manual:
//! `$getField`, since 5.0).

use bson::{Bson, Document, doc};

/// A field, as filters have it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field<'a> {
    /// By its name.
    Plain(&'a str),
    /// By an expression that gets it.
    Literal(&'a str),
}

impl<'a> Field<'a> {
    /// The one that has this name.
    pub fn named(name: &'a str) -> Self {
        if name.is_empty() || name.starts_with('$') || name.contains('.') {
            Self::Literal(name)
        } else {
            Self::Plain(name)
        }
    }

    /// An order by it needs its name.
    pub fn plain(self) -> Option<&'a str> {
        match self {
            Self::Plain(name) => Some(name),
            Self::Literal(_) => None,
        }
    }

    /// As an expression.
    pub fn expression(self) -> Bson {
        let (Self::Plain(name) | Self::Literal(name)) = self;
        doc! { "$getField": { "field": { "$literal": name }, "input": "$$ROOT" } }.into()
    }

    /// A comparison with one value, of values of its own type as far as it is one of order.
    pub fn compared(self, operator: &str, value: &Bson) -> Document {
        match self {
            Self::Plain(name) => doc! { name: { operator: value } },
            Self::Literal(_) => {
                let compared = doc! { operator: [self.expression(), { "$literal": value }] };
                let of_type = doc! { "$in": [{ "$type": self.expression() }, of_type(value)] };
                doc! { "$expr": { "$and": [compared, of_type] } }
            }
        }
    }

    /// That it is missing or null.
    pub fn is_null(self) -> Document {
        match self {
            // A list with a null in it is no null.
            Self::Plain(name) => doc! { name: { "$eq": null, "$not": { "$type": "array" } } },
            Self::Literal(_) => doc! { "$expr": self.is_none_expression() },
        }
    }

    /// That it is there.
    pub fn is_there(self) -> Document {
        match self {
            Self::Plain(name) => {
                doc! { "$or": [{ name: { "$ne": null } }, { name: { "$type": "array" } }] }
            }
            Self::Literal(_) => doc! { "$expr": { "$not": [self.is_none_expression()] } },
        }
    }

    /// That its text fits a pattern, in any letter case.
    pub fn matches(self, pattern: &str) -> Document {
        match self {
            Self::Plain(name) => doc! { name: { "$regex": pattern, "$options": "i" } },
            Self::Literal(_) => self.written_matches(pattern),
        }
    }

    /// That it fits a pattern when it is written as text, whatever it is.
    pub fn written_matches(self, pattern: &str) -> Document {
        let input = match self {
            Self::Plain(name) => Bson::String(format!("${name}")),
            Self::Literal(_) => self.expression(),
        };
        let text =
            doc! { "$convert": { "input": input, "to": "string", "onError": "", "onNull": "" } };
        let found = doc! { "input": text, "regex": { "$literal": pattern }, "options": "i" };
        doc! { "$expr": { "$regexMatch": found } }
    }

    fn is_none_expression(self) -> Document {
        doc! { "$eq": [{ "$ifNull": [self.expression(), null] }, null] }
    }
}

/// The types that a value is compared with (manual: Comparison/Sort Order).
fn of_type(value: &Bson) -> Vec<&'static str> {
    match value {
        Bson::Int32(_) | Bson::Int64(_) | Bson::Double(_) | Bson::Decimal128(_) => {
            vec!["int", "long", "double", "decimal"]
        }
        Bson::String(_) | Bson::Symbol(_) => vec!["string", "symbol"],
        Bson::Document(_) => vec!["object"],
        Bson::Array(_) => vec!["array"],
        Bson::Binary(_) => vec!["binData"],
        Bson::ObjectId(_) => vec!["objectId"],
        Bson::Boolean(_) => vec!["bool"],
        Bson::DateTime(_) => vec!["date"],
        Bson::Timestamp(_) => vec!["timestamp"],
        Bson::RegularExpression(_) => vec!["regex"],
        _ => vec![
            "null",
            "undefined",
            "missing",
            "minKey",
            "maxKey",
            "javascript",
        ],
    }
}
