//! Every type, value by value.

use std::fmt::Write as _;

use headwater::connectors::Selection;
use headwater::connectors::read::Test;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::json;

use super::super::Database;
use super::{all_of, all_of_selected, ask, by, int, must, question, read, text};
use crate::support::app::TestApp;
use crate::support::rows::Owned;

const TYPES: &str = "
    CREATE SCHEMA app; CREATE SCHEMA ext;
    CREATE EXTENSION citext SCHEMA ext; CREATE EXTENSION hstore SCHEMA ext;
    CREATE TYPE app.mood AS ENUM ('sad', 'so so', 'glad ☺');
    CREATE TYPE app.pair AS (n numeric, at timestamptz);
    CREATE DOMAIN app.price AS numeric(10,2);
    CREATE DOMAIN app.prices AS app.price CHECK (VALUE > 0);
    CREATE DOMAIN app.few AS int[];
";

/// What a login may have set, and must make no difference.
const SETTINGS: &str = "
    ALTER DATABASE :name SET timezone = 'Asia/Kathmandu';
    ALTER DATABASE :name SET datestyle = 'SQL, DMY';
    ALTER DATABASE :name SET intervalstyle = 'postgres_verbose';
    ALTER DATABASE :name SET extra_float_digits = -15;
    ALTER DATABASE :name SET bytea_output = 'escape';
    ALTER DATABASE :name SET standard_conforming_strings = off;
    ALTER DATABASE :name SET backslash_quote = on;
    ALTER DATABASE :name SET quote_all_identifiers = on;
";

fn real(number: f64) -> Owned {
    Owned::Real(number)
}

fn blob(bytes: &[u8]) -> Owned {
    Owned::Blob(bytes.to_owned())
}

fn zeros(before: &str, count: usize, behind: &str) -> String {
    format!("{before}{}{behind}", "0".repeat(count))
}

/// Types, and of each some values as the server takes them and as they are read.
fn values() -> Vec<(&'static str, Vec<(String, Owned)>)> {
    let t = |input: &str, output: &str| (input.to_owned(), text(output));
    let same = |value: &str| (value.to_owned(), text(value));
    let n = |number: i64| (number.to_string(), int(number));
    let f = |input: &str, number: f64| (input.to_owned(), real(number));
    let digits = "12345678901234567890123456789012345.678901234567890123456789012345";
    vec![
        ("bool", vec![("t".into(), int(1)), ("f".into(), int(0))]),
        ("int2", vec![n(i16::MIN.into()), n(i16::MAX.into())]),
        ("int4", vec![n(i32::MIN.into()), n(i32::MAX.into())]),
        ("int8", vec![n(i64::MIN), n(i64::MAX), n(0)]),
        ("oid", vec![n(u32::MAX.into())]),
        ("xid", vec![n(u32::MAX.into())]),
        ("xid8", vec![same("18446744073709551615")]),
        (
            "numeric",
            vec![
                same("NaN"),
                same("0"),
                same("-1.50"),
                same(digits),
                same("10000"),
                same("99990000.00010000"),
                t("1e-30", "0.000000000000000000000000000001"),
                t("1e1000", &zeros("1", 1000, "")),
                t("-1e-1000", &zeros("-0.", 999, "1")),
            ],
        ),
        ("numeric(6,3)", vec![t("0", "0.000")]),
        (
            "numeric(65,30)",
            vec![same(digits), t("1", &zeros("1.", 30, ""))],
        ),
        ("money", vec![same("-92233720368547758.08"), same("0.10")]),
        (
            "float4",
            vec![
                f("0.1", f64::from(0.1_f32)),
                f("-0", -0.0),
                f("NaN", f64::NAN),
                f("-Infinity", f64::NEG_INFINITY),
                f("1e-45", f64::from(f32::from_bits(1))),
            ],
        ),
        (
            "float8",
            vec![
                f("0.1", 0.1),
                f("-0", -0.0),
                f("NaN", f64::NAN),
                f("Infinity", f64::INFINITY),
                f("5e-324", 5e-324),
                f("1.7976931348623157e308", f64::MAX),
            ],
        ),
        (
            "text",
            vec![same(""), same("grün 🦀 \n\\ ' \" %"), same("NULL")],
        ),
        ("varchar(5)", vec![same("ab"), same("ünïcö")]),
        ("char(5)", vec![t("ab", "ab   ")]),
        ("name", vec![same("a name")]),
        ("\"char\"", vec![same("x")]),
        ("xml", vec![same("<a>&lt;</a>")]),
        (
            "bytea",
            vec![
                (String::new(), blob(b"")),
                ("\\x00ff5c27".into(), blob(b"\0\xff\\'")),
            ],
        ),
        (
            "date",
            vec![
                same("2024-02-29"),
                same("9999-12-31"),
                t("10000-01-01", "+10000-01-01"),
                t("5874897-12-31", "+5874897-12-31"),
                t("0001-12-31 BC", "0000-12-31"),
                t("0044-03-15 BC", "-0043-03-15"),
                t("4713-01-01 BC", "-4712-01-01"),
                same("infinity"),
                same("-infinity"),
            ],
        ),
        (
            "time",
            vec![t("24:00", "24:00:00.000000"), same("23:59:59.999999")],
        ),
        (
            "timetz",
            vec![
                same("23:59:59.000001+05:30"),
                t("00:00-15:59:59", "00:00:00.000000-15:59:59"),
            ],
        ),
        (
            "timestamp",
            vec![
                t("2024-02-29 23:59:59.000001", "2024-02-29T23:59:59.000001"),
                t("1999-12-31 23:59:59.999999", "1999-12-31T23:59:59.999999"),
                t("4713-01-01 00:00:01 BC", "-4712-01-01T00:00:01.000000"),
                t(
                    "294276-12-31 23:59:59.999999",
                    "+294276-12-31T23:59:59.999999",
                ),
                same("infinity"),
                same("-infinity"),
            ],
        ),
        (
            "timestamp(0)",
            vec![t("2024-02-29 12:00", "2024-02-29T12:00:00.000000")],
        ),
        (
            "timestamptz",
            vec![
                t(
                    "2024-02-29 23:59:59.000001+02",
                    "2024-02-29T21:59:59.000001Z",
                ),
                t("0044-03-15 12:00+00 BC", "-0043-03-15T12:00:00.000000Z"),
                same("infinity"),
            ],
        ),
        (
            "interval",
            vec![
                t("1 year 2 mons 3 days 04:05:06.7", "P1Y2M3DT4H5M6.7S"),
                t(
                    "-1 year -2 mons 3 days -04:05:06.000001",
                    "P-1Y-2M3DT-4H-5M-6.000001S",
                ),
                t("-178000000 years", "P-178000000Y"),
                t("0", "PT0S"),
                t("1 mon -1 day", "P1M-1D"),
            ],
        ),
        (
            "uuid",
            vec![t(
                "A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11",
                "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",
            )],
        ),
        (
            "json",
            vec![same("{\"a\":  1e400, \"a\": \"\\u00fc\"}"), same("null")],
        ),
        (
            "jsonb",
            vec![t(
                "{\"b\":[1.10,12345678901234567890],\"a\":null}",
                "{\"a\": null, \"b\": [1.10, 12345678901234567890]}",
            )],
        ),
        (
            "int4[]",
            vec![
                t("{1,NULL,3}", "[1,null,3]"),
                t("{{1,2},{3,4}}", "[[1,2],[3,4]]"),
                t("{}", "[]"),
            ],
        ),
        (
            "text[]",
            vec![t(
                "{\"a \\\"b\\\"\",ü,NULL}",
                "[\"a \\\"b\\\"\",\"ü\",null]",
            )],
        ),
        (
            "float8[]",
            vec![t(
                "{NaN,-Infinity,0.1,1e-300}",
                "[\"NaN\",\"-Infinity\",0.1,1e-300]",
            )],
        ),
        ("numeric[]", vec![t("{NaN,1.50}", "[\"NaN\",1.50]")]),
        ("bytea[]", vec![t("{\"\\\\x00ff\"}", "[\"\\\\x00ff\"]")]),
        (
            "timestamptz[]",
            vec![t(
                "{2024-02-29 23:59:59.000001+02}",
                "[\"2024-02-29T21:59:59.000001+00:00\"]",
            )],
        ),
        ("interval[]", vec![t("{1 day 2 hours}", "[\"P1DT2H\"]")]),
        ("int2vector", vec![t("1 2", "[1,2]")]),
        ("app.mood", vec![same("so so"), same("glad ☺")]),
        ("app.mood[]", vec![t("{sad,NULL}", "[\"sad\",null]")]),
        (
            "app.pair",
            vec![
                t(
                    "(1.50,2024-02-29 12:00:00+02)",
                    "{\"n\":1.50,\"at\":\"2024-02-29T10:00:00+00:00\"}",
                ),
                t("(,)", "{\"n\":null,\"at\":null}"),
            ],
        ),
        (
            "app.pair[]",
            vec![t("{\"(1,)\"}", "[{\"n\":1,\"at\":null}]")],
        ),
        ("app.prices", vec![t("1.5", "1.50")]),
        ("app.few", vec![t("{7}", "[7]")]),
        ("int4range", vec![same("[1,5)"), same("empty")]),
        (
            "tstzrange",
            vec![t("[2024-02-29 12:00+02,)", "[\"2024-02-29 10:00:00+00\",)")],
        ),
        ("inet", vec![same("192.168.0.1/24"), t("::1", "::1/128")]),
        ("cidr", vec![same("10.0.0.0/8")]),
        ("macaddr8", vec![same("08:00:2b:01:02:03:04:05")]),
        ("bit(3)", vec![same("101")]),
        ("varbit", vec![same("1"), same("")]),
        ("bit(9)", vec![same("000000001")]),
        ("point", vec![same("(0.1,-0)"), same("(NaN,Infinity)")]),
        ("line", vec![same("{1,-1,0.1}")]),
        ("lseg", vec![same("[(0,0),(1,-1)]")]),
        ("box", vec![same("(2,2),(1,1)")]),
        ("path", vec![same("((0,0),(1,1))"), same("[(0,0),(1,1)]")]),
        ("polygon", vec![same("((0,0),(1,1),(2,0))")]),
        ("circle", vec![same("<(1,2),0.3>")]),
        ("tsvector", vec![t("a fat cat", "'a' 'cat' 'fat'")]),
        ("pg_lsn", vec![same("16/B374D848")]),
        ("tid", vec![same("(1,2)")]),
        ("regclass", vec![same("pg_class")]),
        ("ext.citext", vec![same("CiText")]),
        (
            "ext.hstore",
            vec![t("a=>1,b=>NULL", "{\"a\": \"1\", \"b\": null}")],
        ),
    ]
}

/// A table of all of them, a column for each type.
fn table(values: &[(&str, Vec<(String, Owned)>)]) -> String {
    let literal = |text: &str| format!("E'{}'", text.replace('\\', "\\\\").replace('\'', "''"));
    let columns: Vec<_> = (0..)
        .zip(values)
        .map(|(i, (name, _))| format!("c{i} {name}"))
        .collect();
    let mut sql = format!("CREATE TABLE app.t (row int, {});", columns.join(", "));
    for row in 0..rows(values) {
        let cells = values.iter().map(|(name, values)| match values.get(row) {
            Some((input, _)) if *name == "money" => format!("'{input}'::numeric::money"),
            Some((input, _)) => literal(input),
            None => "NULL".to_owned(),
        });
        let cells: Vec<_> = cells.collect();
        let cells = cells.join(", ");
        write!(sql, "INSERT INTO app.t VALUES ({row}, {cells});").unwrap();
    }
    sql
}

/// One more row than any type has values: the last is NULL throughout.
fn rows(values: &[(&str, Vec<(String, Owned)>)]) -> usize {
    values.iter().map(|(_, v)| v.len()).max().unwrap() + 1
}

#[tokio::test]
async fn every_value_of_every_type_arrives_as_it_is() {
    let values = values();
    let Some(database) = Database::with(&format!("{TYPES} {}", table(&values))).await else {
        return;
    };
    let settings = SETTINGS.replace(":name", &format!("\"{}\"", database.name));
    for setting in settings.split_inclusive(';') {
        database.admin.batch_execute(setting).await.unwrap();
    }
    let mut session = database.connect(json!({})).await;
    let mut wanted = all_of(&mut *session, "t").await;
    wanted.order = vec![by("row", false)];
    let answer = read(&mut *session, &wanted).await.unwrap();
    assert_eq!(answer.rows.len(), rows(&values));
    let asked = question("SELECT * FROM app.t ORDER BY row", vec![]);
    let asked = ask(&mut *session, &asked).await.unwrap();
    answer.stays_itself_in_a_copy(true);
    for (i, (name, values)) in values.iter().enumerate() {
        let column = &wanted.columns[i + 1];
        assert_eq!(answer.columns[i + 1].native_type, column.native_type);
        assert_eq!(answer.columns[i + 1].logical_type, column.logical_type);
        assert_eq!(
            asked.columns[i + 1]
                .logical_type
                .to_string()
                .split('(')
                .next(),
            column.logical_type.to_string().split('(').next(),
            "{name}"
        );
        for (row, read) in answer.rows.iter().enumerate() {
            let expected = values.get(row).map_or(&Owned::Null, |(_, output)| output);
            assert_eq!(&read[i + 1], expected, "{name}, row {row}");
            assert_eq!(
                &asked.rows[row][i + 1],
                expected,
                "{name}, row {row}, asked"
            );
        }
    }
}

#[tokio::test]
async fn every_value_finds_its_own_row_again() {
    let values = values();
    let Some(database) = Database::with(&format!("{TYPES} {}", table(&values))).await else {
        return;
    };
    let mut session = database.connect(json!({})).await;
    let whole = all_of(&mut *session, "t").await;
    for (i, (name, values)) in values.iter().enumerate() {
        let column = format!("c{i}");
        for (row, (_, value)) in (0..).zip(values) {
            let value = match value {
                Owned::Null => continue,
                Owned::Integer(number) => number.to_string(),
                Owned::Real(number) if number.is_infinite() => format!("{number}inity"),
                Owned::Real(number) => number.to_string(),
                Owned::Text(text) => text.clone(),
                Owned::Blob(bytes) => bytes
                    .iter()
                    .fold("\\x".to_owned(), |text, byte| format!("{text}{byte:02x}")),
            };
            let mut wanted = whole.clone();
            wanted.columns.truncate(1);
            for test in [Test::Equal(value.clone()), Test::OneOf(vec![value.clone()])] {
                wanted.conditions = vec![must(&column, test)];
                let found = read(&mut *session, &wanted).await;
                let found = found.unwrap_or_else(|error| panic!("{name} {value}: {error:?}"));
                assert_eq!(found.ids(), [row], "{name} {value}");
            }
        }
        let mut wanted = whole.clone();
        wanted.columns.truncate(1);
        for (test, count) in [
            (Test::NotNull, values.len()),
            (Test::Null, rows(&super::values::values()) - values.len()),
        ] {
            wanted.conditions = vec![must(&column, test)];
            let found = read(&mut *session, &wanted).await.unwrap();
            assert_eq!(found.rows.len(), count, "{name}");
        }
    }
}

#[tokio::test]
async fn a_table_without_columns_is_previewed_and_copied_as_such() {
    let ddl = "CREATE TABLE bare (); INSERT INTO bare DEFAULT VALUES; CREATE TABLE t (a int)";
    let Some(database) = Database::with(ddl).await else {
        return;
    };
    let app = TestApp::start();
    let client = app.admin();
    let connected = client.connect(database.fields(json!({}))).await;
    let source = &connected["source_id"];
    let body = json!({"source_id": source, "table": "bare"});
    let preview = client.post("/data/preview", body).await.ok();
    assert_eq!(preview["columns"], json!([]));
    assert_eq!(preview["rows"], json!([]));
    let synced = client.post("/data/sync", json!({})).await.ok();
    assert_eq!(synced["state"], "succeeded", "{synced}");
}

#[tokio::test]
async fn a_select_of_the_callers_is_read_as_a_table() {
    let Some(database) = Database::with("CREATE SCHEMA app; CREATE TABLE app.t (id int)").await
    else {
        return;
    };
    database
        .admin
        .batch_execute("INSERT INTO app.t VALUES (1), (2)")
        .await
        .unwrap();
    let options = json!({ "options": { "search_path": "app" } });
    let mut session = database.connect(options).await;
    let selection = Selection {
        query: Some("SELECT id, id * 10 AS id, t AS whole FROM t -- all\n;".to_owned()),
        ..Selection::default()
    };
    let mut wanted = all_of_selected(&mut *session, Selection::QUERY_TABLE, &selection).await;
    wanted.conditions = vec![must("id", Test::More("1".to_owned()))];
    let answer = read(&mut *session, &wanted).await.unwrap();
    assert_eq!(answer.names(), ["id", "id", "whole"]);
    assert_eq!(answer.rows, [[int(2), int(20), text("{\"id\":2}")]]);
    let largest = session.largest(&wanted, "id").await.unwrap();
    assert_eq!(largest.as_deref(), Some("2"));
}

/// A row of what a person might not think of.
type Chance = (
    Option<i64>,
    (i128, u32),
    u64,
    String,
    Vec<u8>,
    i64,
    (i32, i32, i64),
);

fn chance() -> impl Strategy<Value = Chance> {
    (
        any::<Option<i64>>(),
        (any::<i128>(), 0..60_u32),
        any::<u64>(),
        "[^\0]{0,20}",
        prop::collection::vec(any::<u8>(), 0..20),
        // From 4713 BC to beyond the year 290,000.
        -210_000_000_000_000_000_i64..9_000_000_000_000_000_000,
        (-100_000_i32..100_000, any::<i32>(), -1_i64 << 60..1 << 60),
    )
}

#[test]
fn rows_of_chance_arrive_as_the_server_prints_them() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let ddl = "CREATE TABLE t (id int, i int8, n numeric, f float8, s text, b bytea,
                               at timestamp, span interval)";
    let Some(database) = runtime.block_on(Database::with(ddl)) else {
        return;
    };
    let session = runtime.block_on(database.connect(json!({})));
    let session = std::cell::RefCell::new(session);
    let mut runner = TestRunner::new(Config {
        cases: 12,
        failure_persistence: None,
        ..Config::default()
    });
    let rows = prop::collection::vec(chance(), 1..8);
    let ran = runner.run(&rows, |rows| {
        runtime.block_on(compare(&database, &mut **session.borrow_mut(), &rows));
        Ok(())
    });
    ran.unwrap();
}

async fn compare(
    database: &Database,
    session: &mut dyn headwater::connectors::Session,
    rows: &[Chance],
) {
    let admin = &database.admin;
    admin
        .batch_execute("TRUNCATE t; SET intervalstyle = 'iso_8601'; SET timezone = 'UTC'")
        .await
        .unwrap();
    for (id, (i, (digits, scale), bits, s, b, micros, (months, days, time))) in (0..).zip(rows) {
        let n = format!("{digits}e-{scale}");
        let sql = format!(
            "INSERT INTO t VALUES ({id}, $1, '{n}', $2, $3, $4,
                 timestamp '2000-01-01' + {micros} * interval '1 microsecond',
                 make_interval(months => {months}, days => {days}) + {time} * interval '1 microsecond')"
        );
        let f = f64::from_bits(*bits);
        admin.execute(&sql, &[i, &f, s, b]).await.unwrap();
    }
    let mut wanted = all_of(session, "t").await;
    wanted.order = vec![by("id", false)];
    let answer = read(session, &wanted).await.unwrap();
    let printed = admin
        .query(
            "SELECT n::text, span::text,
                    CASE WHEN at < '0001-01-01'
                         THEN to_char(at, 'YYYY BC') ELSE to_char(at, 'FMYYYY-MM-DD\"T\"HH24:MI:SS.US') END
               FROM t ORDER BY id",
            &[],
        )
        .await
        .unwrap();
    assert_eq!(answer.rows.len(), rows.len());
    for ((read, printed), (i, _, bits, s, b, ..)) in answer.rows.iter().zip(printed).zip(rows) {
        assert_eq!(read[1], i.map_or(Owned::Null, int));
        assert_eq!(read[2], text(printed.get(0)));
        match (&read[3], f64::from_bits(*bits)) {
            (Owned::Real(read), f) if f.is_nan() => assert!(read.is_nan()),
            (read, f) => assert_eq!(*read, real(f)),
        }
        assert_eq!(read[4], text(s));
        assert_eq!(read[5], Owned::Blob(b.clone()));
        let at: &str = printed.get(2);
        let Owned::Text(read_at) = &read[6] else {
            panic!("{:?}", read[6]);
        };
        if let Some(year) = at.strip_suffix(" BC") {
            let year = 1 - year.parse::<i64>().unwrap();
            let (read_year, _) = read_at[1..].split_once('-').unwrap();
            let read_year: i64 = format!("{}{read_year}", &read_at[..1]).parse().unwrap();
            assert_eq!(read_year, year, "{at}");
        } else {
            let (year, rest) = at.split_once('-').unwrap();
            let sign = if year.len() > 4 { "+" } else { "" };
            assert_eq!(*read_at, format!("{sign}{year:0>4}-{rest}"));
        }
        assert_eq!(read[7], text(printed.get(1)));
    }
}
