//! Declared types as our own families.
//!
//! A column's declaration is any text, and binds nothing in a table that is not STRICT. What its
//! words usually mean comes first; other words have the family of their affinity.

use crate::schema::DataType;

/// The family of a declared type.
pub(super) fn family(declared: &str) -> DataType {
    let (words, modifiers) = parts(declared);
    match words.as_str() {
        // No declaration, and ANY of STRICT tables: each value has its own type.
        "" | "ANY" => DataType::Mixed,
        "BOOL" | "BOOLEAN" => DataType::Boolean,
        "TINYINT" => DataType::Int8,
        "SMALLINT" | "INT2" | "UNSIGNED TINYINT" | "TINYINT UNSIGNED" => DataType::Int16,
        "MEDIUMINT" | "INT4" | "MEDIUMINT UNSIGNED" | "UNSIGNED MEDIUMINT"
        | "UNSIGNED SMALLINT" | "SMALLINT UNSIGNED" => DataType::Int32,
        "DATE" => DataType::Date,
        "TIME" => DataType::Time,
        "DATETIME" | "TIMESTAMP" | "TIMESTAMP WITHOUT TIME ZONE" => DataType::Timestamp,
        "TIMESTAMPTZ" | "TIMESTAMP WITH TIME ZONE" | "DATETIMEOFFSET" => DataType::Timestamptz,
        "INTERVAL" => DataType::Interval,
        "DECIMAL" | "DEC" | "NUMERIC" | "NUMBER" => DataType::Decimal(precision(modifiers)),
        // NUM is what SQLite itself says of a view's column that may be any number.
        "MONEY" | "CURRENCY" | "NUM" => DataType::Decimal(None),
        "STRING" => DataType::String,
        "JSON" | "JSONB" => DataType::Json,
        "UUID" | "GUID" | "UNIQUEIDENTIFIER" => DataType::Uuid,
        "BINARY" | "VARBINARY" | "BYTEA" | "IMAGE" => DataType::Binary,
        "GEOMETRY" | "GEOGRAPHY" | "POINT" | "LINESTRING" | "POLYGON" | "MULTIPOINT"
        | "MULTILINESTRING" | "MULTIPOLYGON" | "GEOMETRYCOLLECTION" => DataType::Geometry,
        _ => affinity(declared),
    }
}

/// The five rules, in their order (<https://sqlite.org/datatype3.html>, 3.1). The last, NUMERIC,
/// is for words that nobody knows, such as XML: it keeps whatever is no number as it is.
fn affinity(declared: &str) -> DataType {
    let declared = declared.to_ascii_uppercase();
    let has = |words: &[&str]| words.iter().any(|word| declared.contains(word));
    if has(&["INT"]) {
        DataType::Int64
    } else if has(&["CHAR", "CLOB", "TEXT"]) {
        DataType::String
    } else if has(&["BLOB"]) {
        DataType::Binary
    } else if has(&["REAL", "FLOA", "DOUB"]) {
        DataType::Float64
    } else {
        DataType::Unknown
    }
}

/// The words of a declaration in capitals, one space apart, and what stands in its parentheses.
fn parts(declared: &str) -> (String, Option<&str>) {
    let (before, modifiers, after) = match declared.split_once('(') {
        Some((before, rest)) => match rest.split_once(')') {
            Some((modifiers, after)) => (before, Some(modifiers), after),
            None => (declared, None, ""),
        },
        None => (declared, None, ""),
    };
    let words: Vec<_> = before
        .split_whitespace()
        .chain(after.split_whitespace())
        .collect();
    (words.join(" ").to_ascii_uppercase(), modifiers)
}

fn precision(modifiers: Option<&str>) -> Option<(u32, i32)> {
    let (precision, scale) = modifiers?.split_once(',').unwrap_or((modifiers?, "0"));
    Some((precision.trim().parse().ok()?, scale.trim().parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_declaration_usually_means_comes_first() {
        for (declared, expected) in [
            ("BOOLEAN", DataType::Boolean),
            ("Tinyint(1)", DataType::Int8),
            ("INT", DataType::Int64),
            ("INTEGER", DataType::Int64),
            ("UNSIGNED BIG INT", DataType::Int64),
            ("unsigned smallint", DataType::Int32),
            ("DATE", DataType::Date),
            ("datetime", DataType::Timestamp),
            ("TIMESTAMP(6) WITH TIME ZONE", DataType::Timestamptz),
            ("DECIMAL(10, 2)", DataType::Decimal(Some((10, 2)))),
            ("NUMERIC(8)", DataType::Decimal(Some((8, 0)))),
            ("numeric", DataType::Decimal(None)),
            ("DECIMAL(a,b)", DataType::Decimal(None)),
            ("JSON", DataType::Json),
            ("uuid", DataType::Uuid),
            ("VARBINARY(16)", DataType::Binary),
            ("POINT", DataType::Geometry),
            ("STRING", DataType::String),
            ("ANY", DataType::Mixed),
            ("", DataType::Mixed),
        ] {
            assert_eq!(family(declared), expected, "{declared}");
        }
    }

    #[test]
    fn any_other_declaration_has_the_family_of_its_affinity() {
        // The examples of https://sqlite.org/datatype3.html, 3.1.1 and 3.1.2
        for (declared, expected) in [
            ("CHARACTER(20)", DataType::String),
            ("VARYING CHARACTER(255)", DataType::String),
            ("NATIVE CHARACTER(70)", DataType::String),
            ("CLOB", DataType::String),
            ("BLOB", DataType::Binary),
            ("DOUBLE PRECISION", DataType::Float64),
            ("FLOAT", DataType::Float64),
            ("FLOATING POINT", DataType::Int64),
            ("CHARINT", DataType::Int64),
            ("XML", DataType::Unknown),
        ] {
            assert_eq!(family(declared), expected, "{declared}");
        }
    }

    proptest::proptest! {
        #[test]
        fn every_text_has_a_family(declared in ".*") {
            let _ = family(&declared);
        }

        #[test]
        fn every_text_with_modifiers_has_a_family(word in "[A-Za-z]*", inside in "[^)]*", after in ".*") {
            let _ = family(&format!("{word}({inside}){after}"));
        }
    }
}
