//! MySQL and MariaDB.

use async_trait::async_trait;
use mysql_async::prelude::Queryable;
use mysql_async::{Conn, Row as Read, Value as Printed};
use serde_json::Value;

use super::dice::Dice;
use super::{Kind, Row, Source, columns, compare, hex, integer, printed, real, text, values};
use crate::behavior::engine::Engine;
use crate::behavior::mysql::MySql;
use crate::support::rows::Owned;

struct Tables {
    client: Conn,
    database: Value,
    kinds: Vec<Kind>,
}

fn compare_with(name: &'static str, own: Vec<Kind>) {
    let Some(engine) = MySql::chosen(name) else {
        return;
    };
    compare(async |name, files| {
        let database = engine.make(name, files).await;
        let mut client = engine.admin().await;
        // Dates that the calendar does not have are let stand.
        let session = format!(
            "SET SESSION sql_mode = 'ALLOW_INVALID_DATES,NO_ENGINE_SUBSTITUTION,STRICT_ALL_TABLES', SESSION time_zone = '+00:00'; USE {name}"
        );
        for statement in session.split("; ") {
            client.query_drop(statement).await.unwrap();
        }
        let mut kinds = kinds();
        kinds.extend(own);
        Tables {
            client,
            database,
            kinds,
        }
    });
}

#[test]
fn tables_of_chance_are_copied_as_mysql_prints_them() {
    compare_with("mysql", of_mysql());
}

#[test]
fn tables_of_chance_are_copied_as_mariadb_prints_them() {
    compare_with("mariadb", of_mariadb());
}

#[async_trait]
impl Source for Tables {
    fn database(&self) -> Value {
        self.database.clone()
    }

    fn kinds(&self) -> usize {
        self.kinds.len()
    }

    async fn create(&mut self, table: &str, kinds: &[usize]) {
        let columns = columns(&self.kinds, kinds);
        let sql = format!(
            "CREATE TABLE {table} (id bigint PRIMARY KEY, rev bigint NOT NULL{columns}) CHARACTER SET utf8mb4"
        );
        self.run(&sql).await;
    }

    async fn drop_table(&mut self, table: &str) {
        self.run(&format!("DROP TABLE {table}")).await;
    }

    async fn put(&mut self, table: &str, kinds: &[usize], row: &Row) {
        let values = values(&self.kinds, kinds, row);
        self.run(&format!("REPLACE INTO {table} VALUES ({values})"))
            .await;
    }

    async fn stored(&mut self, table: &str, kinds: &[usize]) -> Vec<Vec<Owned>> {
        let printed = printed(&self.kinds, kinds);
        let sql = format!("SELECT id, rev{printed} FROM {table} ORDER BY id");
        let rows: Vec<Read> = self.client.exec(sql, ()).await.unwrap();
        let row = |row: &Read| {
            let number = |at| Owned::Integer(row.get(at).unwrap());
            let mut all = vec![number(0), number(1)];
            all.extend(
                (2..)
                    .zip(kinds)
                    .map(|(at, kind)| match row.as_ref(at).unwrap() {
                        Printed::NULL => Owned::Null,
                        Printed::Double(number) => Owned::Real(*number),
                        Printed::Bytes(printed) => {
                            (self.kinds[*kind].owned)(std::str::from_utf8(printed).unwrap())
                        }
                        other => panic!("{other:?}"),
                    }),
            );
            all
        };
        rows.iter().map(row).collect()
    }
}

impl Tables {
    async fn run(&mut self, sql: &str) {
        let ran = self.client.query_drop(sql).await;
        ran.unwrap_or_else(|error| panic!("{sql}: {error}"));
    }
}

fn bytes_of(text: &str) -> String {
    data_encoding::HEXLOWER.encode(text.as_bytes())
}

/// Text as the server gets it: byte by byte.
fn literal(text: &str) -> String {
    format!("_utf8mb4 x'{}'", bytes_of(text))
}

/// What `HEX` prints of a text in UTF-8.
fn letters(printed: &str) -> Owned {
    let bytes = data_encoding::HEXUPPER.decode(printed.as_bytes()).unwrap();
    Owned::Text(String::from_utf8(bytes).unwrap())
}

fn instant(printed: &str) -> Owned {
    if printed.starts_with("0000-00-00") {
        return text(printed);
    }
    text(&printed.replacen(' ', "T", 1))
}

fn moment(dice: &mut Dice) -> String {
    match dice.below(8) {
        0 => "'0000-00-00 00:00:00'".to_owned(),
        1 => "'9999-12-31 23:59:59.999999'".to_owned(),
        _ => format!("'{} {}'", dice.date(1000, 9999), dice.time()),
    }
}

const CHARACTERS: &str = "CAST({} AS CHAR)";
const BYTES: &str = "HEX({})";
const LETTERS: &str = "HEX(CONVERT({} USING utf8mb4))";
/// Not printed: of a double as text the last digit may be missing.
const DOUBLE: &str = "{} * 1e0";

fn kind(
    sql: &'static str,
    literal: fn(&mut Dice) -> String,
    printed: &'static str,
    owned: fn(&str) -> Owned,
) -> Kind {
    Kind {
        sql,
        literal,
        printed,
        owned,
    }
}

fn kinds() -> Vec<Kind> {
    vec![
        kind("tinyint", |d| d.signed(8).to_string(), CHARACTERS, integer),
        kind(
            "tinyint(1)",
            |d| d.signed(8).to_string(),
            CHARACTERS,
            integer,
        ),
        kind(
            "smallint unsigned",
            |d| d.unsigned(16).to_string(),
            CHARACTERS,
            integer,
        ),
        kind(
            "mediumint",
            |d| d.signed(24).to_string(),
            CHARACTERS,
            integer,
        ),
        kind(
            "int unsigned",
            |d| d.unsigned(32).to_string(),
            CHARACTERS,
            integer,
        ),
        kind(
            "int(8) zerofill",
            |d| d.unsigned(32).to_string(),
            "CAST({} + 0 AS CHAR)",
            integer,
        ),
        kind("bigint", |d| d.signed(64).to_string(), CHARACTERS, integer),
        kind(
            "bigint unsigned",
            |d| d.unsigned(64).to_string(),
            CHARACTERS,
            text,
        ),
        kind("decimal(65,30)", |d| d.decimal(35, 30), CHARACTERS, text),
        kind("decimal(10,2)", |d| d.decimal(8, 2), CHARACTERS, text),
        kind("double", |d| format!("{:e}", d.double()), DOUBLE, real),
        kind(
            "float",
            |d| format!("{:e}", f64::from(d.float())),
            DOUBLE,
            real,
        ),
        kind(
            "bit(1)",
            |d| d.below(2).to_string(),
            "CAST({} + 0 AS CHAR)",
            integer,
        ),
        kind(
            "bit(20)",
            |d| d.unsigned(20).to_string(),
            "LPAD(HEX({}), 6, '0')",
            hex,
        ),
        kind(
            "bit(64)",
            |d| d.unsigned(64).to_string(),
            "LPAD(HEX({}), 16, '0')",
            hex,
        ),
        kind(
            "date",
            |d| match d.below(5) {
                0 => d
                    .of(&["'0000-00-00'", "'2024-00-00'", "'2023-02-31'"])
                    .to_owned(),
                _ => format!("'{}'", d.date(1, 9999)),
            },
            CHARACTERS,
            text,
        ),
        kind("datetime(6)", moment, CHARACTERS, instant),
        kind(
            "datetime(2)",
            |d| format!("'{} 12:00:00.{:02}'", d.date(1000, 9999), d.below(100)),
            CHARACTERS,
            instant,
        ),
        kind(
            "timestamp(6) NULL",
            |d| match d.below(5) {
                0 => "'0000-00-00 00:00:00'".to_owned(),
                1 => "'2038-01-19 03:14:07.999999'".to_owned(),
                _ => format!("'{} {}'", d.date(1971, 2037), d.time()),
            },
            CHARACTERS,
            |printed| match instant(printed) {
                Owned::Text(instant) if instant.contains('T') => Owned::Text(instant + "Z"),
                other => other,
            },
        ),
        kind(
            "time(6)",
            |d| match d.below(4) {
                0 => d
                    .of(&["'-838:59:59'", "'838:59:59'", "'-00:00:00.000001'"])
                    .to_owned(),
                _ => format!("'{}'", d.time()),
            },
            CHARACTERS,
            text,
        ),
        kind(
            "year",
            |d| d.of(&["0", "1901", "2155", "2024"]).to_owned(),
            "CAST({} + 0 AS CHAR)",
            integer,
        ),
        kind(
            "varchar(40)",
            |d| literal(&d.any_text(40)),
            LETTERS,
            letters,
        ),
        kind("char(12)", |d| literal(&d.any_text(12)), LETTERS, letters),
        kind(
            "varchar(40) COLLATE utf8mb4_bin",
            |d| literal(&d.any_text(40)),
            LETTERS,
            letters,
        ),
        kind(
            "text CHARACTER SET utf16",
            |d| literal(&d.any_text(40)),
            LETTERS,
            letters,
        ),
        // All but 0x81, 0x8d, 0x8f, 0x90 and 0x9d are letters.
        kind(
            "varchar(40) CHARACTER SET latin1",
            |d| {
                let bytes = d
                    .bytes(40)
                    .into_iter()
                    .filter(|b| ![0x81, 0x8d, 0x8f, 0x90, 0x9d].contains(b));
                format!(
                    "_latin1 x'{}'",
                    data_encoding::HEXLOWER.encode(&bytes.collect::<Vec<_>>())
                )
            },
            LETTERS,
            letters,
        ),
        kind("longtext", |d| literal(&d.any_text(200)), LETTERS, letters),
        kind(
            "enum('a','ü','c,d','')",
            |d| d.of(&["'a'", "'ü'", "'c,d'", "''"]).to_owned(),
            LETTERS,
            letters,
        ),
        kind(
            "set('a','ü','\"')",
            |d| d.of(&["''", "'a'", "'a,ü'", "'\"'"]).to_owned(),
            LETTERS,
            |printed| {
                let Owned::Text(members) = letters(printed) else {
                    unreachable!()
                };
                let members: Vec<_> = members.split(',').filter(|m| !m.is_empty()).collect();
                Owned::Text(serde_json::to_string(&members).unwrap())
            },
        ),
        kind("binary(7)", |d| format!("x'{}'", d.hex(7)), BYTES, hex),
        kind("varbinary(40)", |d| format!("x'{}'", d.hex(40)), BYTES, hex),
        kind("longblob", |d| format!("x'{}'", d.hex(300)), BYTES, hex),
        kind(
            "json",
            |d| {
                let json = d.json(3).to_string();
                format!("CONVERT(x'{}' USING utf8mb4)", bytes_of(&json))
            },
            LETTERS,
            letters,
        ),
        kind(
            "geometry",
            |d| {
                format!(
                    "ST_GeomFromText('LINESTRING({} {}, 1 {})')",
                    d.signed(30),
                    d.signed(30),
                    d.signed(30)
                )
            },
            "HEX(ST_AsBinary({}))",
            hex,
        ),
    ]
}

fn of_mysql() -> Vec<Kind> {
    vec![kind(
        "vector(3)",
        |d| format!("STRING_TO_VECTOR('[{},-1.5,0]')", d.signed(20)),
        BYTES,
        |printed| {
            let bytes = data_encoding::HEXUPPER.decode(printed.as_bytes()).unwrap();
            let numbers = bytes.chunks_exact(4);
            let numbers =
                numbers.map(|four| f32::from_le_bytes(four.try_into().unwrap()).to_string());
            Owned::Text(format!("[{}]", numbers.collect::<Vec<_>>().join(",")))
        },
    )]
}

fn of_mariadb() -> Vec<Kind> {
    vec![
        kind(
            "uuid",
            |d| {
                format!(
                    "'{:08x}-0000-4000-8000-{:012x}'",
                    d.below(1 << 32),
                    d.below(1 << 48)
                )
            },
            CHARACTERS,
            text,
        ),
        kind(
            "inet6",
            |d| format!("'2001:db8::{:x}'", d.below(65536)),
            CHARACTERS,
            text,
        ),
    ]
}
