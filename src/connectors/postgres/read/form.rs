//! What form the values of a type are asked for in, and how they are read then.

use super::super::types::{TypeRow, Types};
use super::decode::Decode;

/// How the values of a column reach us.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Form {
    pub decode: Decode,
    /// What the server makes of them first.
    pub cast: Cast,
    /// Whether the type's own operators compare values; otherwise their texts are compared.
    pub comparable: bool,
    /// The schema of its operators, where that is not searched in any case.
    pub schema: Option<String>,
}

/// What the server makes of a value before it is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cast {
    /// Nothing.
    None,
    /// Its own text.
    Text,
    /// JSON: of arrays, records and what has a cast to it.
    Json,
    /// A number: of money, whose text is that of a locale.
    Numeric,
}

/// Object ids below this one are those of the server itself (`FirstNormalObjectId`), and some of
/// them never change (`pg_type.dat`).
const OWN: u32 = 16_384;
const MONEY: u32 = 790;
const RECORD: u32 = 2249;
const RECORDS: u32 = 2287;
/// Types whose `=` is missing or compares something else, such as an area: json, xml, and
/// the geometric ones.
const WITHOUT_EQUALITY: &[u32] = &[114, 142, 600, 601, 602, 603, 604, 628, 718];

impl Form {
    /// The form of a type, by its object id. `types` knows what it is made of, unless it
    /// is one of the server's own that are read as they are.
    pub fn of(oid: u32, types: &Types) -> Self {
        let (oid, found) = types.beneath(oid);
        if let Some(decode) = sent_as_is(oid) {
            return Self::plain(decode, Cast::None, !WITHOUT_EQUALITY.contains(&oid));
        }
        match (oid, found) {
            (MONEY, _) => Self::plain(Decode::Numeric, Cast::Numeric, true),
            (RECORD | RECORDS, _) => Self::plain(Decode::Text, Cast::Json, false),
            (_, Some(found)) => Self::by_kind(oid, found),
            _ => Self::plain(Decode::Text, Cast::Text, !WITHOUT_EQUALITY.contains(&oid)),
        }
    }

    fn by_kind(oid: u32, found: &TypeRow) -> Self {
        match (found.kind, found.name.as_str()) {
            ('c', _) => Self::plain(Decode::Text, Cast::Json, false),
            ('e', _) => Self::plain(Decode::Text, Cast::None, true),
            _ if found.element != 0 => Self::plain(Decode::Text, Cast::Json, false),
            // Well-known binary, extended by the reference system (PostGIS, `geometry_send`).
            (_, "geometry" | "geography") if found.of_extension => Self {
                schema: Some(found.schema.clone()),
                ..Self::plain(Decode::Bytes, Cast::None, true)
            },
            (_, "hstore") if found.of_extension => Self::plain(Decode::Text, Cast::Json, false),
            _ => {
                // The server compares references to objects as numbers, and takes no names for them.
                let reference = oid < OWN && found.name.starts_with("reg");
                let comparable = !reference && !WITHOUT_EQUALITY.contains(&oid);
                Self {
                    schema: Some(found.schema.clone()).filter(|_| oid >= OWN),
                    ..Self::plain(Decode::Text, Cast::Text, comparable)
                }
            }
        }
    }

    fn plain(decode: Decode, cast: Cast, comparable: bool) -> Self {
        Self {
            decode,
            cast,
            comparable,
            schema: None,
        }
    }
}

/// Whether this type is read without knowing more of it.
pub fn is_known(oid: u32) -> bool {
    sent_as_is(oid).is_some() || oid == MONEY
}

impl Cast {
    /// What is asked of the server for `expression`.
    pub fn of(self, expression: &str) -> String {
        match self {
            Self::None => expression.to_owned(),
            Self::Text => format!("{expression}::pg_catalog.text"),
            Self::Json => format!("pg_catalog.to_json({expression})"),
            Self::Numeric => format!("{expression}::pg_catalog.numeric"),
        }
    }
}

/// Types of the server whose binary form is read, by the object ids that they have everywhere
/// (PostgreSQL's `pg_type.dat`).
fn sent_as_is(oid: u32) -> Option<Decode> {
    Some(match oid {
        16 => Decode::Bool,
        17 => Decode::Bytes,
        20 => Decode::Int8,
        21 => Decode::Int2,
        23 => Decode::Int4,
        // name, text, json, xml, bpchar, varchar.
        19 | 25 | 114 | 142 | 1042 | 1043 => Decode::Text,
        // oid, xid, cid.
        26 | 28 | 29 => Decode::Unsigned4,
        700 => Decode::Float4,
        701 => Decode::Float8,
        1082 => Decode::Date,
        1083 => Decode::Time,
        1114 => Decode::Timestamp,
        1184 => Decode::Timestamptz,
        1186 => Decode::Interval,
        1266 => Decode::Timetz,
        1700 => Decode::Numeric,
        2950 => Decode::Uuid,
        3802 => Decode::Jsonb,
        5069 => Decode::Unsigned8,
        _ => return None,
    })
}
