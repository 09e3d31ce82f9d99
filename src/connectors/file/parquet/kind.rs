//! What a column of a Parquet file holds.

use parquet::basic::{ConvertedType, LogicalType, TimeUnit, Type as Physical};
use parquet::schema::types::Type;

use crate::schema::DataType;

/// What a column holds, and how its values are to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Boolean,
    /// So many bits, signed.
    Int(u8),
    /// So many bits, unsigned.
    Uint(u8),
    Float16,
    Float32,
    Float64,
    Decimal {
        precision: i32,
        scale: i32,
    },
    Text,
    Enum,
    Json,
    Bytes,
    Geometry,
    Uuid,
    Date,
    /// With so many digits behind the second.
    Time {
        digits: u8,
    },
    Timestamp {
        digits: u8,
        utc: bool,
    },
    /// Nanoseconds of a day of the Julian calendar, as Impala and old Spark write times.
    Int96,
    Interval,
    /// A list, a map, a group: shown as JSON.
    Nested,
}

impl Kind {
    /// What a field at the top of a file's schema holds.
    pub fn of(field: &Type) -> Self {
        let Type::PrimitiveType {
            physical_type,
            scale,
            precision,
            ..
        } = field
        else {
            return Self::Nested;
        };
        let info = field.get_basic_info();
        if info.has_repetition() && info.repetition() == parquet::basic::Repetition::REPEATED {
            return Self::Nested;
        }
        let (scale, precision) = (*scale, *precision);
        let told = match info.logical_type_ref() {
            Some(logical) => Self::by_logical(logical, *physical_type),
            None => Self::by_converted(info.converted_type(), scale, precision),
        };
        told.unwrap_or(match physical_type {
            Physical::BOOLEAN => Self::Boolean,
            Physical::INT32 => Self::Int(32),
            Physical::INT64 => Self::Int(64),
            Physical::INT96 => Self::Int96,
            Physical::FLOAT => Self::Float32,
            Physical::DOUBLE => Self::Float64,
            Physical::BYTE_ARRAY | Physical::FIXED_LEN_BYTE_ARRAY => Self::Bytes,
        })
    }

    fn by_logical(logical: &LogicalType, physical: Physical) -> Option<Self> {
        let bits = |width: i8| u8::try_from(width).ok();
        Some(match logical {
            LogicalType::String => Self::Text,
            LogicalType::Enum => Self::Enum,
            LogicalType::Json => Self::Json,
            LogicalType::Uuid => Self::Uuid,
            LogicalType::Float16 => Self::Float16,
            LogicalType::Date => Self::Date,
            LogicalType::Geometry(_) | LogicalType::Geography(_) => Self::Geometry,
            LogicalType::Decimal(decimal) => Self::Decimal {
                precision: decimal.precision,
                scale: decimal.scale,
            },
            LogicalType::Integer(int) if int.is_signed => Self::Int(bits(int.bit_width)?),
            LogicalType::Integer(int) => Self::Uint(bits(int.bit_width)?),
            LogicalType::Time(time) => Self::Time {
                digits: digits(time.unit),
            },
            LogicalType::Timestamp(time) if physical == Physical::INT64 => Self::Timestamp {
                digits: digits(time.unit),
                utc: time.is_adjusted_to_u_t_c,
            },
            _ => return None,
        })
    }

    /// By the older annotations, whose times are all in UTC.
    fn by_converted(converted: ConvertedType, scale: i32, precision: i32) -> Option<Self> {
        let utc = true;
        Some(match converted {
            ConvertedType::UTF8 => Self::Text,
            ConvertedType::ENUM => Self::Enum,
            ConvertedType::JSON => Self::Json,
            ConvertedType::DECIMAL => Self::Decimal { precision, scale },
            ConvertedType::DATE => Self::Date,
            ConvertedType::TIME_MILLIS => Self::Time { digits: 3 },
            ConvertedType::TIME_MICROS => Self::Time { digits: 6 },
            ConvertedType::TIMESTAMP_MILLIS => Self::Timestamp { digits: 3, utc },
            ConvertedType::TIMESTAMP_MICROS => Self::Timestamp { digits: 6, utc },
            ConvertedType::INT_8 => Self::Int(8),
            ConvertedType::INT_16 => Self::Int(16),
            ConvertedType::INT_32 => Self::Int(32),
            ConvertedType::INT_64 => Self::Int(64),
            ConvertedType::UINT_8 => Self::Uint(8),
            ConvertedType::UINT_16 => Self::Uint(16),
            ConvertedType::UINT_32 => Self::Uint(32),
            ConvertedType::UINT_64 => Self::Uint(64),
            ConvertedType::INTERVAL => Self::Interval,
            _ => return None,
        })
    }

    /// The logical type.
    pub fn data_type(self) -> DataType {
        match self {
            Self::Boolean => DataType::Boolean,
            Self::Int(8) => DataType::Int8,
            Self::Int(16) | Self::Uint(8) => DataType::Int16,
            Self::Int(32) | Self::Uint(16) => DataType::Int32,
            Self::Int(_) | Self::Uint(32) => DataType::Int64,
            Self::Uint(_) => DataType::Uint64,
            Self::Float16 | Self::Float32 => DataType::Float32,
            Self::Float64 => DataType::Float64,
            Self::Decimal { precision, scale } => {
                DataType::Decimal(u32::try_from(precision).ok().map(|p| (p, scale)))
            }
            Self::Text => DataType::String,
            Self::Enum => DataType::Enum,
            Self::Json | Self::Nested => DataType::Json,
            Self::Bytes => DataType::Binary,
            Self::Geometry => DataType::Geometry,
            Self::Uuid => DataType::Uuid,
            Self::Date => DataType::Date,
            Self::Time { .. } => DataType::Time,
            Self::Timestamp { utc: true, .. } => DataType::Timestamptz,
            Self::Timestamp { .. } | Self::Int96 => DataType::Timestamp,
            Self::Interval => DataType::Interval,
        }
    }

    /// The type, as schemas name it.
    pub fn name(self) -> String {
        match self {
            Self::Uint(bits) => format!("uint{bits}"),
            Self::Float16 => "float16".to_owned(),
            Self::Int96 => "int96".to_owned(),
            Self::Nested => "nested".to_owned(),
            Self::Time { digits } => format!("time({digits})"),
            Self::Timestamp { digits, .. } => format!("{}({digits})", self.data_type()),
            _ => self.data_type().to_string(),
        }
    }
}

fn digits(unit: TimeUnit) -> u8 {
    match unit {
        TimeUnit::MILLIS => 3,
        TimeUnit::MICROS => 6,
        TimeUnit::NANOS => 9,
    }
}
