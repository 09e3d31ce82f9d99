//! Values come out as they were put in.

use mysql_async::prelude::Queryable;
use mysql_async::{Params, Value};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::json;

use super::super::{Server, connect, servers, unique};
use super::{read, whole};

/// A column's definition, and values as they are written and as they are read.
type Case = (&'static str, &'static [(&'static str, &'static str)]);

/// What both engines have.
const COMMON: &[Case] = &[
    (
        "tinyint",
        &[("-128", "i -128"), ("127", "i 127"), ("0", "i 0")],
    ),
    ("tinyint unsigned", &[("255", "i 255"), ("0", "i 0")]),
    ("tinyint(1)", &[("1", "i 1"), ("0", "i 0"), ("-5", "i -5")]),
    ("smallint", &[("-32768", "i -32768"), ("32767", "i 32767")]),
    ("smallint unsigned", &[("65535", "i 65535")]),
    (
        "mediumint",
        &[("-8388608", "i -8388608"), ("8388607", "i 8388607")],
    ),
    ("mediumint unsigned", &[("16777215", "i 16777215")]),
    (
        "int",
        &[
            ("-2147483648", "i -2147483648"),
            ("2147483647", "i 2147483647"),
        ],
    ),
    ("int unsigned", &[("4294967295", "i 4294967295")]),
    ("int(8) zerofill", &[("7", "i 7")]),
    (
        "bigint",
        &[
            ("-9223372036854775808", "i -9223372036854775808"),
            ("9223372036854775807", "i 9223372036854775807"),
        ],
    ),
    (
        "bigint unsigned",
        &[
            ("18446744073709551615", "t 18446744073709551615"),
            ("0", "t 0"),
        ],
    ),
    (
        "decimal(65,30)",
        &[
            (
                "-99999999999999999999999999999999999.999999999999999999999999999999",
                "t -99999999999999999999999999999999999.999999999999999999999999999999",
            ),
            ("0", "t 0.000000000000000000000000000000"),
        ],
    ),
    (
        "decimal(65,0)",
        &[(
            "99999999999999999999999999999999999999999999999999999999999999999",
            "t 99999999999999999999999999999999999999999999999999999999999999999",
        )],
    ),
    (
        "decimal(8,2) zerofill",
        &[("1.5", "t 1.50"), ("0", "t 0.00")],
    ),
    (
        "float",
        &[
            ("16777216", "r 16777216.0"),
            ("0.1", "r 0.10000000149011612"),
            ("-3.402823466e38", "r -3.4028234663852886e38"),
            ("1.17549435e-38", "r 1.1754943508222875e-38"),
        ],
    ),
    (
        "double",
        &[
            ("1.7976931348623157e308", "r 1.7976931348623157e308"),
            ("0.1", "r 0.1"),
            ("5e-324", "r 5e-324"),
        ],
    ),
    ("bit(1)", &[("1", "i 1"), ("0", "i 0")]),
    ("bit(12)", &[("0x0FF", "b 00ff"), ("0", "b 0000")]),
    ("bit(64)", &[("0xFFFFFFFFFFFFFFFF", "b ffffffffffffffff")]),
    (
        "date",
        &[
            ("'2024-02-29'", "t 2024-02-29"),
            ("'9999-12-31'", "t 9999-12-31"),
            ("'0000-00-00'", "t 0000-00-00"),
            ("'2024-00-00'", "t 2024-00-00"),
            ("'2023-02-31'", "t 2023-02-31"),
            ("'0001-01-01'", "t 0001-01-01"),
        ],
    ),
    (
        "datetime",
        &[
            ("'2024-02-29 23:59:59'", "t 2024-02-29T23:59:59"),
            ("'1000-01-01 00:00:00'", "t 1000-01-01T00:00:00"),
            ("'0000-00-00 00:00:00'", "t 0000-00-00 00:00:00"),
        ],
    ),
    (
        "datetime(3)",
        &[
            ("'2024-02-29 00:00:00'", "t 2024-02-29T00:00:00.000"),
            ("'9999-12-31 23:59:59.999'", "t 9999-12-31T23:59:59.999"),
            ("'0000-00-00'", "t 0000-00-00 00:00:00.000"),
        ],
    ),
    (
        "datetime(6)",
        &[(
            "'2024-02-29 23:59:59.000001'",
            "t 2024-02-29T23:59:59.000001",
        )],
    ),
    // Written by a session at +05:00.
    (
        "timestamp(6) null",
        &[
            (
                "'2024-03-01 04:59:59.000001'",
                "t 2024-02-29T23:59:59.000001Z",
            ),
            ("'0000-00-00'", "t 0000-00-00 00:00:00.000000"),
            (
                "'2038-01-19 08:14:07.999999'",
                "t 2038-01-19T03:14:07.999999Z",
            ),
        ],
    ),
    (
        "timestamp null",
        &[("'1970-01-01 05:00:01'", "t 1970-01-01T00:00:01Z")],
    ),
    (
        "time",
        &[
            ("'-838:59:59'", "t -838:59:59"),
            ("'838:59:59'", "t 838:59:59"),
            ("'00:00:00'", "t 00:00:00"),
            ("'-00:00:01'", "t -00:00:01"),
        ],
    ),
    (
        "time(6)",
        &[
            ("'23:59:59.000001'", "t 23:59:59.000001"),
            ("'-100:00:00.5'", "t -100:00:00.500000"),
        ],
    ),
    ("time(2)", &[("'0:0:1'", "t 00:00:01.00")]),
    (
        "year",
        &[("2155", "i 2155"), ("1901", "i 1901"), ("'0000'", "i 0")],
    ),
    ("enum('a','ü','c,d')", &[("'ü'", "t ü"), ("'c,d'", "t c,d")]),
    (
        "set('a','\"','ü')",
        &[
            ("'a,ü'", "t [\"a\",\"ü\"]"),
            ("''", "t []"),
            ("'\"'", r#"t ["\""]"#),
        ],
    ),
    ("char(5)", &[("'ab '", "t ab"), ("''", "t ")]),
    (
        "varchar(50) character set utf8mb4",
        &[
            ("'grün 🐬 '", "t grün 🐬 "),
            ("''", "t "),
            ("'it''s'", "t it's"),
        ],
    ),
    (
        "varchar(50) character set latin1",
        &[("'grün'", "t grün"), ("x'80'", "t €")],
    ),
    ("text character set ucs2", &[("'grün'", "t grün")]),
    ("longtext", &[("repeat('é', 100000)", "t-long")]),
    ("binary(4)", &[("x'00ff'", "b 00ff0000")]),
    (
        "varbinary(10)",
        &[("x'00ff'", "b 00ff"), ("''", "b "), ("'a'", "b 61")],
    ),
    ("blob", &[("x'c328'", "b c328")]),
    (
        "geometry",
        &[(
            "ST_GeomFromText('POINT(1 2)')",
            "b 0101000000000000000000f03f0000000000000040",
        )],
    ),
    ("json", &[("'{\"a\": [1, null]}'", "t {\"a\": [1, null]}")]),
];

const MYSQL: &[Case] = &[
    ("double", &[("-0.0e0", "r -0.0")]),
    (
        "json",
        &[
            (
                "CAST(18446744073709551615 AS JSON)",
                "t 18446744073709551615",
            ),
            ("'null'", "t null"),
            ("'\"ü\"'", "t \"ü\""),
        ],
    ),
    (
        "vector(2)",
        &[("STRING_TO_VECTOR('[0.1,-3e10]')", "t [0.1,-30000000000]")],
    ),
];

const MARIADB: &[Case] = &[
    // It stores no zero with a sign.
    ("double", &[("-0.0e0", "r 0.0")]),
    (
        "uuid",
        &[(
            "'A987FBC9-4BED-3078-CF07-9141BA07C9F3'",
            "t a987fbc9-4bed-3078-cf07-9141ba07c9f3",
        )],
    ),
    (
        "inet6",
        &[("'2001:db8::ff00:42:8329'", "t 2001:db8::ff00:42:8329")],
    ),
    ("inet4", &[("'192.0.2.1'", "t 192.0.2.1")]),
];

/// A table with a column for each case and a row for each value, the last of NULLs.
async fn table(server: Server, cases: &[Case]) -> String {
    let database = unique();
    let definitions = cases
        .iter()
        .enumerate()
        .map(|(at, case)| format!("c{at} {}", case.0));
    let definitions: Vec<_> = definitions.collect();
    let mut statements = vec![
        format!("CREATE DATABASE {database} CHARACTER SET utf8mb4"),
        "SET SESSION sql_mode = 'ALLOW_INVALID_DATES', SESSION time_zone = '+05:00'".to_owned(),
        format!(
            "CREATE TABLE {database}.t (id int PRIMARY KEY, {})",
            definitions.join(", ")
        ),
    ];
    let most = cases.iter().map(|case| case.1.len()).max().unwrap();
    for row in 0..=most {
        let values = cases
            .iter()
            .map(|case| case.1.get(row).map_or("NULL", |value| value.0));
        let values: Vec<_> = values.collect();
        statements.push(format!(
            "INSERT INTO {database}.t VALUES ({row}, {})",
            values.join(", ")
        ));
    }
    server.run(&statements).await.disconnect().await.unwrap();
    database
}

#[tokio::test]
async fn every_type_comes_out_as_it_was_put_in() {
    for server in servers() {
        let own = if server.name == "mysql" {
            MYSQL
        } else {
            MARIADB
        };
        let cases = [COMMON, own].concat();
        let database = table(server, &cases).await;
        let mut session = connect(&server.admin(&json!({"database": database}))).await;
        let wanted = whole(session.as_mut(), &database, "t").await;
        let found = read(session.as_mut(), &wanted).await.unwrap();
        let names: Vec<_> = wanted.columns.iter().map(|column| &column.name).collect();
        let told: Vec<_> = found.columns.iter().map(|column| &column.name).collect();
        assert_eq!(names, told);
        let long = format!("t {}", "é".repeat(100_000));
        for (at, (definition, values)) in cases.iter().enumerate() {
            for (row, read) in found.rows.iter().enumerate() {
                let expected = values.get(row).map_or("null", |value| value.1);
                let expected = if expected == "t-long" {
                    &long
                } else {
                    expected
                };
                let read = &read[at + 1];
                assert!(
                    read == expected,
                    "{} {definition}: {read:.200}, not {expected:.200}",
                    server.name
                );
            }
        }
        session.close().await;
    }
}

fn value() -> impl Strategy<Value = (i64, f64, String, Vec<u8>, u32)> {
    (
        any::<i64>(),
        any::<f64>(),
        ".{0,20}",
        any::<Vec<u8>>(),
        0_u32..1_000_000,
    )
}

#[tokio::test]
async fn random_rows_come_out_as_they_were_put_in() {
    for server in servers() {
        let database = unique();
        let mut admin = server
            .run(&[
                format!("CREATE DATABASE {database} CHARACTER SET utf8mb4"),
                format!("CREATE TABLE {database}.t (id int PRIMARY KEY, a bigint, b double, c text, d blob, e datetime(6))"),
            ])
            .await;
        let mut runner = TestRunner::default();
        let mut expected = Vec::new();
        for id in 0..200 {
            let (whole, real, text, bytes, micros) =
                value().new_tree(&mut runner).unwrap().current();
            let real = if real.is_finite() { real } else { 0.5 };
            // MariaDB stores no zero with a sign.
            let real = if server.name == "mariadb" {
                real + 0.0
            } else {
                real
            };
            let values = Params::Positional(vec![
                id.into(),
                whole.into(),
                real.into(),
                text.clone().into(),
                Value::Bytes(bytes.clone()),
                format!("2024-02-29 12:00:00.{micros:06}").into(),
            ]);
            let sql = format!("INSERT INTO {database}.t VALUES (?, ?, ?, ?, ?, ?)");
            admin.exec_drop(sql, values).await.unwrap();
            let digits = data_encoding::HEXLOWER.encode(&bytes);
            expected.push(vec![
                format!("i {id}"),
                format!("i {whole}"),
                format!("r {real:?}"),
                format!("t {text}"),
                format!("b {digits}"),
                format!("t 2024-02-29T12:00:00.{micros:06}"),
            ]);
        }
        let mut session = connect(&server.admin(&json!({"database": database}))).await;
        let wanted = whole(session.as_mut(), &database, "t").await;
        let found = read(session.as_mut(), &wanted).await.unwrap();
        assert_eq!(found.rows.len(), expected.len());
        for (found, expected) in found.rows.iter().zip(&expected) {
            assert_eq!(found, expected, "{}", server.name);
        }
        session.close().await;
    }
}

#[tokio::test]
async fn a_row_of_many_packets_comes_out_whole() {
    for server in servers() {
        let database = unique();
        let mut admin = server
            .run(&[
                format!("CREATE DATABASE {database}"),
                format!("CREATE TABLE {database}.t (id int PRIMARY KEY, a longblob)"),
                "SET GLOBAL max_allowed_packet = 64 * 1024 * 1024".to_owned(),
            ])
            .await;
        admin.disconnect().await.unwrap();
        // Another connection, which has the new limit.
        admin = server.run(&[]).await;
        let length = 16 * 1024 * 1024 + 5;
        let sql = format!("INSERT INTO {database}.t VALUES (1, repeat('a', {length})), (2, 'b')");
        admin.query_drop(sql).await.unwrap();
        let mut session = connect(&server.admin(&json!({"database": database}))).await;
        let wanted = whole(session.as_mut(), &database, "t").await;
        let found = read(session.as_mut(), &wanted).await.unwrap();
        let lengths: Vec<_> = found.rows.iter().map(|row| row[1].len()).collect();
        assert_eq!(lengths, [2 + 2 * length, 2 + 2], "{}", server.name);
        session.close().await;
    }
}
