//! From the servers' types to the logical ones.

use mysql_async::Column;
use mysql_async::consts::{ColumnFlags, ColumnType as Type};

use crate::schema::DataType;

/// The logical type of a column as `information_schema.COLUMNS` describes it: `data_type` is the
/// bare name, `column_type` the whole text.
pub fn logical(data_type: &str, column_type: &str) -> DataType {
    let column_type = column_type.to_ascii_lowercase();
    let unsigned = column_type.contains("unsigned");
    match data_type.to_ascii_lowercase().as_str() {
        // What BOOLEAN is an alias of; the width of other integers means nothing.
        "tinyint" if column_type == "tinyint(1)" => DataType::Boolean,
        "tinyint" if unsigned => DataType::Int16,
        "tinyint" => DataType::Int8,
        "smallint" if unsigned => DataType::Int32,
        "smallint" | "year" => DataType::Int16,
        "int" | "integer" if unsigned => DataType::Int64,
        "mediumint" | "int" | "integer" => DataType::Int32,
        "bigint" if unsigned => DataType::Uint64,
        "bigint" => DataType::Int64,
        "decimal" | "numeric" => DataType::Decimal(precision(&column_type)),
        "float" => DataType::Float32,
        "double" | "real" => DataType::Float64,
        "bit" if column_type == "bit(1)" => DataType::Boolean,
        "bit" | "binary" | "varbinary" | "tinyblob" | "blob" | "mediumblob" | "longblob" => {
            DataType::Binary
        }
        "char" | "varchar" | "tinytext" | "text" | "mediumtext" | "longtext" | "inet4"
        | "inet6" => DataType::String,
        "date" => DataType::Date,
        "time" => DataType::Time,
        "datetime" => DataType::Timestamp,
        // Kept as an instant and shown in the session's zone.
        "timestamp" => DataType::Timestamptz,
        "enum" => DataType::Enum,
        "set" => DataType::Array(Box::new(DataType::String)),
        "json" => DataType::Json,
        "uuid" => DataType::Uuid,
        "vector" => DataType::Array(Box::new(DataType::Float32)),
        "geometry" | "point" | "linestring" | "polygon" | "multipoint" | "multilinestring"
        | "multipolygon" | "geometrycollection" | "geomcollection" => DataType::Geometry,
        _ => DataType::Unknown,
    }
}

/// The figures of `decimal(10,2) unsigned`.
fn precision(column_type: &str) -> Option<(u32, i32)> {
    let (_, rest) = column_type.split_once('(')?;
    let (figures, _) = rest.split_once(')')?;
    let (precision, scale) = figures.split_once(',').unwrap_or((figures, "0"));
    Some((precision.trim().parse().ok()?, scale.trim().parse().ok()?))
}

/// The character set of bytes.
const BINARY: u16 = 63;
/// Bytes that one character of `utf8mb4`, in which answers come, may take.
const CHARACTER: u32 = 4;

/// The native type of an answer's column, written as a table's column would be, and its logical type.
pub fn described(column: &Column) -> (String, DataType) {
    let native = native(column);
    let bare = native.split(['(', ' ']).next().unwrap_or_default();
    let logical = logical(bare, &native);
    (native, logical)
}

fn native(column: &Column) -> String {
    let flag = |flag| column.flags().contains(flag);
    let bytes = column.character_set() == BINARY;
    let text = |text: &str, binary: &str| if bytes { binary } else { text }.to_owned();
    let integer = |name: &str| {
        let unsigned = flag(ColumnFlags::UNSIGNED_FLAG);
        format!("{name}{}", if unsigned { " unsigned" } else { "" })
    };
    let fraction = |name: &str| match column.decimals() {
        digits @ 1..=6 => format!("{name}({digits})"),
        _ => name.to_owned(),
    };
    match column.column_type() {
        Type::MYSQL_TYPE_TINY
            if column.column_length() == 1 && !flag(ColumnFlags::UNSIGNED_FLAG) =>
        {
            "tinyint(1)".to_owned()
        }
        Type::MYSQL_TYPE_TINY => integer("tinyint"),
        Type::MYSQL_TYPE_SHORT => integer("smallint"),
        Type::MYSQL_TYPE_LONG => integer("int"),
        Type::MYSQL_TYPE_LONGLONG => integer("bigint"),
        Type::MYSQL_TYPE_INT24 => integer("mediumint"),
        Type::MYSQL_TYPE_DECIMAL | Type::MYSQL_TYPE_NEWDECIMAL => {
            let sign = u32::from(!flag(ColumnFlags::UNSIGNED_FLAG));
            let point = u32::from(column.decimals() > 0);
            let precision = column.column_length().saturating_sub(sign + point);
            integer(&format!("decimal({precision},{})", column.decimals()))
        }
        Type::MYSQL_TYPE_FLOAT => "float".to_owned(),
        Type::MYSQL_TYPE_DOUBLE => "double".to_owned(),
        Type::MYSQL_TYPE_NULL => "null".to_owned(),
        Type::MYSQL_TYPE_TIMESTAMP | Type::MYSQL_TYPE_TIMESTAMP2 => fraction("timestamp"),
        Type::MYSQL_TYPE_DATE | Type::MYSQL_TYPE_NEWDATE => "date".to_owned(),
        Type::MYSQL_TYPE_TIME | Type::MYSQL_TYPE_TIME2 => fraction("time"),
        Type::MYSQL_TYPE_DATETIME | Type::MYSQL_TYPE_DATETIME2 => fraction("datetime"),
        Type::MYSQL_TYPE_YEAR => "year".to_owned(),
        Type::MYSQL_TYPE_BIT => format!("bit({})", column.column_length()),
        Type::MYSQL_TYPE_VECTOR => "vector".to_owned(),
        Type::MYSQL_TYPE_JSON => "json".to_owned(),
        Type::MYSQL_TYPE_ENUM
        | Type::MYSQL_TYPE_SET
        | Type::MYSQL_TYPE_TINY_BLOB
        | Type::MYSQL_TYPE_MEDIUM_BLOB
        | Type::MYSQL_TYPE_LONG_BLOB
        | Type::MYSQL_TYPE_BLOB
        | Type::MYSQL_TYPE_VAR_STRING
        | Type::MYSQL_TYPE_STRING
            if flag(ColumnFlags::ENUM_FLAG) =>
        {
            "enum".to_owned()
        }
        Type::MYSQL_TYPE_ENUM
        | Type::MYSQL_TYPE_SET
        | Type::MYSQL_TYPE_TINY_BLOB
        | Type::MYSQL_TYPE_MEDIUM_BLOB
        | Type::MYSQL_TYPE_LONG_BLOB
        | Type::MYSQL_TYPE_BLOB
        | Type::MYSQL_TYPE_VAR_STRING
        | Type::MYSQL_TYPE_STRING
            if flag(ColumnFlags::SET_FLAG) =>
        {
            "set".to_owned()
        }
        Type::MYSQL_TYPE_TINY_BLOB => text("tinytext", "tinyblob"),
        Type::MYSQL_TYPE_MEDIUM_BLOB => text("mediumtext", "mediumblob"),
        Type::MYSQL_TYPE_LONG_BLOB => text("longtext", "longblob"),
        Type::MYSQL_TYPE_BLOB => text("text", "blob"),
        Type::MYSQL_TYPE_VARCHAR | Type::MYSQL_TYPE_VAR_STRING if bytes => {
            format!("varbinary({})", column.column_length())
        }
        Type::MYSQL_TYPE_VARCHAR | Type::MYSQL_TYPE_VAR_STRING => {
            format!("varchar({})", column.column_length() / CHARACTER)
        }
        Type::MYSQL_TYPE_STRING if bytes => format!("binary({})", column.column_length()),
        Type::MYSQL_TYPE_STRING => format!("char({})", column.column_length() / CHARACTER),
        Type::MYSQL_TYPE_GEOMETRY => "geometry".to_owned(),
        other => format!("type {}", other as u8),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_has_its_family() {
        let strings = || Box::new(DataType::String);
        for (column_type, expected) in [
            ("tinyint(1)", DataType::Boolean),
            ("tinyint(1) unsigned", DataType::Int16),
            ("tinyint(4)", DataType::Int8),
            ("smallint unsigned", DataType::Int32),
            ("mediumint(8) unsigned", DataType::Int32),
            ("int(10) unsigned zerofill", DataType::Int64),
            ("bigint", DataType::Int64),
            ("bigint(20) unsigned", DataType::Uint64),
            ("decimal(10,2) unsigned", DataType::Decimal(Some((10, 2)))),
            ("decimal(65,30)", DataType::Decimal(Some((65, 30)))),
            ("float(7,4)", DataType::Float32),
            ("bit(1)", DataType::Boolean),
            ("bit(8)", DataType::Binary),
            ("year(4)", DataType::Int16),
            ("datetime(6)", DataType::Timestamp),
            ("timestamp", DataType::Timestamptz),
            ("enum('unsigned','b')", DataType::Enum),
            ("set('x','y')", DataType::Array(strings())),
            ("vector(3)", DataType::Array(Box::new(DataType::Float32))),
            ("multipolygon", DataType::Geometry),
            ("uuid", DataType::Uuid),
            ("xmltype", DataType::Unknown),
        ] {
            let bare = column_type.split(['(', ' ']).next().unwrap();
            assert_eq!(logical(bare, column_type), expected, "{column_type}");
        }
    }

    #[test]
    fn columns_of_an_answer_are_written_like_those_of_a_table() {
        let column = |of, charset, length, decimals, flags| {
            Column::new(of)
                .with_character_set(charset)
                .with_column_length(length)
                .with_decimals(decimals)
                .with_flags(flags)
        };
        let none = ColumnFlags::empty();
        for (definition, native, logical) in [
            (
                column(Type::MYSQL_TYPE_LONG, 63, 11, 0, none),
                "int",
                DataType::Int32,
            ),
            (
                column(
                    Type::MYSQL_TYPE_LONGLONG,
                    63,
                    20,
                    0,
                    ColumnFlags::UNSIGNED_FLAG,
                ),
                "bigint unsigned",
                DataType::Uint64,
            ),
            (
                column(Type::MYSQL_TYPE_NEWDECIMAL, 63, 12, 2, none),
                "decimal(10,2)",
                DataType::Decimal(Some((10, 2))),
            ),
            (
                column(Type::MYSQL_TYPE_VAR_STRING, 45, 80, 0, none),
                "varchar(20)",
                DataType::String,
            ),
            (
                column(Type::MYSQL_TYPE_VAR_STRING, 63, 20, 0, none),
                "varbinary(20)",
                DataType::Binary,
            ),
            (
                column(Type::MYSQL_TYPE_DATETIME, 63, 26, 6, none),
                "datetime(6)",
                DataType::Timestamp,
            ),
            (
                column(Type::MYSQL_TYPE_STRING, 45, 4, 0, ColumnFlags::ENUM_FLAG),
                "enum",
                DataType::Enum,
            ),
            (
                column(Type::MYSQL_TYPE_UNKNOWN, 63, 4, 0, none),
                "type 243",
                DataType::Unknown,
            ),
        ] {
            assert_eq!(described(&definition), (native.to_owned(), logical));
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_has_a_type(data_type in ".*", column_type in ".*") {
            let _ = logical(&data_type, &column_type);
            let _ = logical("decimal", &column_type);
        }

        #[test]
        fn any_definition_has_a_type(code in 0_u8.., charset in 0_u16.., length in 0_u32.., decimals in 0_u8.., flags in 0_u16..) {
            let Ok(of) = Type::try_from(code) else {
                return Ok(());
            };
            let column = Column::new(of)
                .with_character_set(charset)
                .with_column_length(length)
                .with_decimals(decimals)
                .with_flags(ColumnFlags::from_bits_truncate(flags));
            let _ = described(&column);
        }
    }
}
