//! From `pg_type` to the logical types.

use std::collections::HashMap;

use super::reader::{Reader, Row};
use super::tables::within;
use super::text::{array_of, filled};
use crate::connectors::{ConnectorError, limits};
use crate::schema::{DataType, TypeRef};

/// A type, as the catalog has it.
#[derive(Debug, Clone)]
pub struct TypeRow {
    pub schema: String,
    pub name: String,
    /// `typtype`: base, composite, domain, enum, pseudo, range, multirange.
    pub kind: char,
    /// `typcategory`: the server's own small family.
    pub category: char,
    /// Of an array, the type of its elements.
    pub element: u32,
    /// Of a domain, what it is made of, and that type's modifier.
    pub base: u32,
    pub base_modifier: i32,
    pub not_null: bool,
    pub collation: u32,
    /// Whether an extension brought it.
    pub of_extension: bool,
}

/// The types of a database, by object id.
#[derive(Debug, Default)]
pub struct Types(HashMap<u32, TypeRow>);

/// Domains of domains and arrays of domains end; a hostile catalog's may not.
const DEPTH: usize = 32;

impl Types {
    /// Reads all types but the row types of tables.
    pub async fn read(reader: &Reader<'_>) -> Result<Self, ConnectorError> {
        let mut types = HashMap::new();
        let take = |row: Row<'_>| {
            types.insert(row.number(0)?, type_row(&row)?);
            within(types.len(), limits::COLUMNS, "types")
        };
        reader.each(include_str!("sql/types.sql"), take).await?;
        Ok(Self(types))
    }

    /// Reads these types and all that they are made of.
    pub async fn of(reader: &Reader<'_>, oids: &[u32]) -> Result<Self, ConnectorError> {
        let mut types = HashMap::new();
        let take = |row: Row<'_>| {
            types.insert(row.number(0)?, type_row(&row)?);
            within(types.len(), limits::COLUMNS, "types")
        };
        let oids = array_of(oids);
        let sql = filled(include_str!("sql/types_of.sql"), &[("oids", &oids)]);
        reader.each(&sql, take).await?;
        Ok(Self(types))
    }

    /// A type and its object id; of a domain, what is beneath it.
    pub fn beneath(&self, mut oid: u32) -> (u32, Option<&TypeRow>) {
        for _ in 0..DEPTH {
            match self.0.get(&oid) {
                Some(found) if found.kind == 'd' => oid = found.base,
                found => return (oid, found),
            }
        }
        (oid, None)
    }

    /// The logical type of a column of this type. `native` is what the server calls it.
    pub fn logical(&self, oid: u32, modifier: i32, native: &str) -> DataType {
        self.descend(oid, modifier, native, DEPTH)
    }

    /// Whether a domain forbids NULL, itself or one that it is made of.
    pub fn forbids_null(&self, mut oid: u32) -> bool {
        for _ in 0..DEPTH {
            match self.0.get(&oid) {
                Some(t) if t.kind == 'd' && t.not_null => return true,
                Some(t) if t.kind == 'd' => oid = t.base,
                _ => return false,
            }
        }
        false
    }

    /// The enum, domain or composite type that a column of this type has, or the elements of its
    /// array have.
    pub fn referred(&self, oid: u32) -> Option<TypeRef> {
        let mut found = self.0.get(&oid)?;
        for _ in 0..DEPTH {
            match found.kind {
                'e' | 'd' | 'c' => {
                    return Some(TypeRef {
                        schema: Some(found.schema.clone()),
                        name: found.name.clone(),
                    });
                }
                _ => found = self.0.get(&found.element)?,
            }
        }
        None
    }

    /// What a type is made of by itself: the elements of an array, what is beneath a domain.
    pub fn made_of(&self, oid: u32) -> Option<u32> {
        let found = self.0.get(&oid)?;
        [found.element, found.base]
            .into_iter()
            .find(|oid| *oid != 0)
    }

    /// The collation that columns of this type have unless told otherwise; 0 for none.
    pub fn collation(&self, oid: u32) -> u32 {
        self.0.get(&oid).map_or(0, |found| found.collation)
    }

    /// Whether an extension brought it.
    pub fn is_of_extension(&self, oid: u32) -> bool {
        self.0.get(&oid).is_some_and(|found| found.of_extension)
    }

    fn descend(&self, oid: u32, modifier: i32, native: &str, depth: usize) -> DataType {
        let Some(depth) = depth.checked_sub(1) else {
            return DataType::Unknown;
        };
        let array = |of| DataType::Array(Box::new(of));
        let Some(found) = self.0.get(&oid) else {
            // The row type of a table, or an array of those, which were not read.
            return match native.strip_suffix("[]") {
                Some(_) => array(DataType::Object),
                None => DataType::Object,
            };
        };
        match found.kind {
            'd' => self.descend(found.base, found.base_modifier, native, depth),
            'e' => DataType::Enum,
            'c' => DataType::Object,
            _ if found.element != 0 => {
                let element = native.strip_suffix("[]").unwrap_or(native);
                array(self.descend(found.element, modifier, element, depth))
            }
            // A value of theirs travels as text: [1,5).
            'r' | 'm' => DataType::String,
            _ if found.schema == "pg_catalog" => built_in(&found.name, found.category, modifier),
            _ if found.of_extension => of_extension(&found.name, found.category),
            _ => by_category(found.category),
        }
    }
}

fn type_row(row: &Row<'_>) -> Result<TypeRow, ConnectorError> {
    Ok(TypeRow {
        schema: row.text(1)?.to_owned(),
        name: row.text(2)?.to_owned(),
        kind: row.letter(3)?,
        category: row.letter(4)?,
        element: row.number(5)?,
        base: row.number(6)?,
        base_modifier: row.number(7)?,
        not_null: row.flag(8)?,
        collation: row.number(9)?,
        of_extension: row.flag(10)?,
    })
}

/// The types of `pg_catalog` (PostgreSQL manual, "Data Types").
fn built_in(name: &str, category: char, modifier: i32) -> DataType {
    match name {
        "bool" => DataType::Boolean,
        "int2" => DataType::Int16,
        "int4" => DataType::Int32,
        // Object and transaction ids are unsigned, of 32 bits.
        "int8" | "oid" | "xid" | "cid" => DataType::Int64,
        "xid8" => DataType::Uint64,
        "numeric" => DataType::Decimal(precision_and_scale(modifier)),
        "money" => DataType::Decimal(None),
        "float4" => DataType::Float32,
        "float8" => DataType::Float64,
        "bytea" => DataType::Binary,
        "date" => DataType::Date,
        "time" | "timetz" => DataType::Time,
        "timestamp" => DataType::Timestamp,
        "timestamptz" => DataType::Timestamptz,
        "interval" => DataType::Interval,
        "uuid" => DataType::Uuid,
        "json" | "jsonb" => DataType::Json,
        // Read as text: digits of any number, figures without a reference system, documents, addresses,
        // search vectors, references to objects.
        "bit" | "varbit" | "point" | "line" | "lseg" | "box" | "path" | "polygon" | "circle"
        | "xml" | "jsonpath" | "inet" | "cidr" | "macaddr" | "macaddr8" | "tsvector"
        | "tsquery" | "pg_lsn" | "tid" | "pg_snapshot" | "txid_snapshot" | "refcursor" | "char" => {
            DataType::String
        }
        _ if name.starts_with("reg") => DataType::String,
        _ => by_category(category),
    }
}

/// Types that extensions bring, in whatever schema those were put.
fn of_extension(name: &str, category: char) -> DataType {
    match name {
        "geometry" | "geography" => DataType::Geometry,
        "hstore" => DataType::Object,
        "vector" | "halfvec" => DataType::Array(Box::new(DataType::Float32)),
        "ltree" | "lquery" | "cube" | "semver" | "isbn" | "isbn13" | "ean13" => DataType::String,
        _ => by_category(category),
    }
}

/// `pg_type.typcategory` (PostgreSQL manual, table "typcategory Codes"). Whatever else such types are,
/// their values are read as text.
fn by_category(category: char) -> DataType {
    match category {
        'S' => DataType::String,
        _ => DataType::Unknown,
    }
}

/// Precision and scale as `numeric` packs them: 16 bits each, 4 added; the scale is signed, of 11
/// bits, since PostgreSQL 15 (`make_numeric_typmod`).
fn precision_and_scale(modifier: i32) -> Option<(u32, i32)> {
    let packed = u32::try_from(modifier.checked_sub(4)?).ok()?;
    let scale = i32::try_from(packed & 0x7ff).ok()?;
    Some((packed >> 16, (scale ^ 1024) - 1024))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(schema: &str, name: &str, kind: char, category: char) -> TypeRow {
        TypeRow {
            schema: schema.to_owned(),
            name: name.to_owned(),
            kind,
            category,
            element: 0,
            base: 0,
            base_modifier: -1,
            not_null: false,
            collation: 0,
            of_extension: false,
        }
    }

    fn types() -> Types {
        let array = |element| TypeRow {
            element,
            ..row("pg_catalog", "_x", 'b', 'A')
        };
        let domain = |base, base_modifier, not_null| TypeRow {
            base,
            base_modifier,
            not_null,
            ..row("app", "d", 'd', 'U')
        };
        let of_extension = |name| TypeRow {
            of_extension: true,
            ..row("public", name, 'b', 'U')
        };
        Types(HashMap::from([
            (606, row("app", "geometry", 'b', 'G')),
            (1560, row("pg_catalog", "bit", 'b', 'V')),
            (1700, row("pg_catalog", "numeric", 'b', 'N')),
            (1231, array(1700)),
            (25, row("pg_catalog", "text", 'b', 'S')),
            (500, domain(1700, ((10 << 16) | 2) + 4, true)),
            (501, domain(500, -1, false)),
            (502, array(501)),
            (600, row("app", "mood", 'e', 'E')),
            (601, row("app", "pair", 'c', 'C')),
            (602, row("app", "citext", 'b', 'S')),
            (603, of_extension("geography")),
            (604, row("app", "novel", 'b', 'U')),
            (605, row("pg_catalog", "int4range", 'r', 'R')),
            (700, domain(700, -1, false)),
            (701, array(701)),
        ]))
    }

    #[test]
    fn each_kind_of_type_comes_to_its_logical_one() {
        let packed = ((12 << 16) | 3) + 4;
        for (oid, modifier, native, logical) in [
            (1700, -1, "numeric", "decimal"),
            (1700, packed, "numeric(12,3)", "decimal(12,3)"),
            (1231, packed, "numeric(12,3)[]", "array<decimal(12,3)>"),
            (25, -1, "text", "string"),
            (500, -1, "app.d", "decimal(10,2)"),
            (501, -1, "app.d2", "decimal(10,2)"),
            (502, -1, "app.d2[]", "array<decimal(10,2)>"),
            (600, -1, "app.mood", "enum"),
            (601, -1, "app.pair", "object"),
            (602, -1, "app.citext", "string"),
            (603, -1, "public.geography(Point)", "geometry"),
            (604, -1, "app.novel", "unknown"),
            (606, -1, "app.geometry", "unknown"),
            (1560, 3, "bit(3)", "string"),
            (605, -1, "int4range", "string"),
            (9999, -1, "app.some_table", "object"),
            (9999, -1, "app.some_table[]", "array<object>"),
        ] {
            let read = types().logical(oid, modifier, native);
            assert_eq!(read.to_string(), logical, "{oid} {native}");
        }
    }

    #[test]
    fn beneath_a_domain_is_what_its_values_are() {
        for (oid, expected) in [(501, 1700), (1700, 1700), (9999, 9999)] {
            assert_eq!(types().beneath(oid).0, expected);
        }
    }

    #[test]
    fn a_catalog_that_turns_in_circles_ends() {
        assert_eq!(types().logical(700, -1, "d"), DataType::Unknown);
        assert!(types().beneath(700).1.is_none());
        types().logical(701, -1, "x[]");
        assert!(!types().forbids_null(700));
    }

    #[test]
    fn a_domain_forbids_null_for_all_that_are_made_of_it() {
        for (oid, forbids) in [(500, true), (501, true), (502, false), (25, false)] {
            assert_eq!(types().forbids_null(oid), forbids, "{oid}");
        }
    }

    #[test]
    fn negative_scales_are_read() {
        assert_eq!(
            precision_and_scale(((3 << 16) | (0x7ff & -2)) + 4),
            Some((3, -2))
        );
        assert_eq!(precision_and_scale(-1), None);
    }

    proptest::proptest! {
        #[test]
        fn every_name_has_a_logical_type(name in ".*", category in proptest::char::any(), modifier in proptest::num::i32::ANY) {
            built_in(&name, category, modifier);
            of_extension(&name, category);
        }
    }
}
