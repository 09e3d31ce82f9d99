//! Parquet, written by the reference library of Rust and read back value by value.

use std::sync::Arc;

use parquet::data_type::{
    BoolType, ByteArray, ByteArrayType, DoubleType, FixedLenByteArray, FixedLenByteArrayType,
    Int32Type, Int64Type, Int96, Int96Type,
};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::parser::parse_message_type;
use serde_json::json;

use super::{Folder, Read, text};

type Group<'a> = SerializedRowGroupWriter<'a, Vec<u8>>;

fn column<T: parquet::data_type::DataType>(
    group: &mut Group<'_>,
    values: &[T::T],
    levels: Option<&[i16]>,
    repeats: Option<&[i16]>,
) {
    let mut column = group.next_column().unwrap().unwrap();
    column
        .typed::<T>()
        .write_batch(values, levels, repeats)
        .unwrap();
    column.close().unwrap();
}

const SCHEMA: &str = "message m {
    required int32 id (INTEGER(32,true));
    optional int64 big (INTEGER(64,false));
    optional int32 small (INTEGER(32,false));
    required boolean ok;
    required double f;
    optional binary name (STRING);
    required int32 day (DATE);
    required int64 at (TIMESTAMP(NANOS,true));
    required int64 wall (TIMESTAMP(MICROS,false));
    required int32 noon (TIME(MILLIS,false));
    required int32 d9 (DECIMAL(9,2));
    required fixed_len_byte_array(16) d38 (DECIMAL(38,4));
    required fixed_len_byte_array(16) u (UUID);
    required fixed_len_byte_array(2) h (FLOAT16);
    required int96 old;
    required binary raw;
    optional group tags (LIST) { repeated group list { optional binary element (STRING); } }
}";

fn written() -> Vec<u8> {
    let schema = Arc::new(parse_message_type(SCHEMA).unwrap());
    let properties = Arc::new(WriterProperties::builder().build());
    let mut file = SerializedFileWriter::new(Vec::new(), schema, properties).unwrap();
    for half in [0_i32, 1] {
        let mut group = file.next_row_group().unwrap();
        let group_ref = &mut group;
        let fixed = |bytes: &[u8]| FixedLenByteArray::from(ByteArray::from(bytes.to_vec()));
        let big = i128::MAX / 10 * if half == 0 { 1 } else { -1 };
        let mut julian = Int96::new();
        julian.set_data(123_456_789, 0, 2_440_588 + 19_782);
        let here: &[i16] = &[1 - i16::try_from(half).unwrap()];
        column::<Int32Type>(group_ref, &[half], None, None);
        let present = usize::from(half == 0);
        column::<Int64Type>(group_ref, &[-1][..present], Some(here), None);
        column::<Int32Type>(group_ref, &[-1][..present], Some(here), None);
        column::<BoolType>(group_ref, &[half == 1], None, None);
        column::<DoubleType>(group_ref, &[-0.1], None, None);
        let names = [ByteArray::from("grün")];
        column::<ByteArrayType>(group_ref, &names[..present], Some(here), None);
        column::<Int32Type>(group_ref, &[19_782], None, None);
        column::<Int64Type>(group_ref, &[-1], None, None);
        column::<Int64Type>(group_ref, &[1_000_001], None, None);
        column::<Int32Type>(group_ref, &[43_200_001], None, None);
        column::<Int32Type>(group_ref, &[-5], None, None);
        column::<FixedLenByteArrayType>(group_ref, &[fixed(&big.to_be_bytes())], None, None);
        column::<FixedLenByteArrayType>(group_ref, &[fixed(&[0xab; 16])], None, None);
        column::<FixedLenByteArrayType>(group_ref, &[fixed(&[0x00, 0x3e])], None, None);
        column::<Int96Type>(group_ref, &[julian], None, None);
        column::<ByteArrayType>(group_ref, &[ByteArray::from(vec![0, 255])], None, None);
        if half == 0 {
            let tags = [ByteArray::from("a\"b")];
            column::<ByteArrayType>(group_ref, &tags, Some(&[3, 2]), Some(&[0, 1]));
        } else {
            column::<ByteArrayType>(group_ref, &[], Some(&[0]), Some(&[0]));
        }
        group.close().unwrap();
    }
    file.into_inner().unwrap()
}

#[tokio::test]
async fn every_type_is_read_exactly() {
    let folder = Folder::new();
    folder.write("a.parquet", written());
    let (types, rows) = folder.table("a.parquet", json!({})).await;
    let types: Vec<_> = types.iter().map(|(_, told)| told.as_str()).collect();
    let expected = [
        "int32",
        "uint64",
        "uint32",
        "boolean",
        "float64",
        "string",
        "date",
        "timestamptz(9)",
        "timestamp(6)",
        "time(3)",
        "decimal(9,2)",
        "decimal(38,4)",
        "uuid",
        "float16",
        "int96",
        "binary",
        "nested",
    ];
    assert_eq!(types, expected);
    let first = [
        Read::Integer(0),
        text("18446744073709551615"),
        Read::Integer(4_294_967_295),
        Read::Integer(0),
        Read::Real(-0.1),
        text("grün"),
        text("2024-02-29"),
        text("1969-12-31T23:59:59.999999999Z"),
        text("1970-01-01T00:00:01.000001"),
        text("12:00:00.001"),
        text("-0.05"),
        text("1701411834604692317316873037158841.0572"),
        text("abababab-abab-abab-abab-abababababab"),
        Read::Real(1.5),
        text("2024-02-29T00:00:00.123456789"),
        Read::Blob(vec![0, 255]),
        text(r#"["a\"b",null]"#),
    ];
    assert_eq!(rows[0], first);
    assert_eq!(rows[1][1..3], [Read::Null, Read::Null]);
    assert_eq!(rows[1][5], Read::Null);
    assert_eq!(
        rows[1][11],
        text("-1701411834604692317316873037158841.0572")
    );
    assert_eq!(rows[1][16], Read::Null);
}

#[tokio::test]
async fn a_damaged_file_is_an_error_wherever_it_is_cut_or_changed() {
    let folder = Folder::new();
    let whole = written();
    for cut in (0..whole.len()).step_by(whole.len() / 40) {
        folder.write("a.parquet", &whole[..cut]);
        let opened = folder.failure("a.parquet", json!({})).await;
        assert!(opened.message.contains("a.parquet"), "{opened:?}");
    }
    for at in (4..whole.len()).step_by(37) {
        let mut changed = whole.clone();
        changed[at] ^= 0x55;
        folder.write("a.parquet", changed);
        let mut session = folder.open("a.parquet", json!({})).await.unwrap();
        // What comes of it is values or an error, and never an end of the program.
        if let Ok(schema) = session
            .introspect(&headwater::connectors::Selection::default())
            .await
        {
            let _ = super::rows(session.as_mut(), &super::read(&schema, 0)).await;
        }
    }
}
