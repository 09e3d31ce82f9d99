//! PostgreSQL.

use async_trait::async_trait;
use serde_json::Value;
use tokio_postgres::Client;

use super::dice::Dice;
use super::{Kind, Row, Source, columns, compare, hex, integer, printed, real, text, values};
use crate::behavior::engine::Engine;
use crate::behavior::postgres::Postgres;
use crate::support::rows::Owned;

struct Tables {
    client: Client,
    database: Value,
    kinds: Vec<Kind>,
}

#[test]
fn tables_of_chance_are_copied_as_postgresql_prints_them() {
    let Some(engine) = Postgres::chosen() else {
        return;
    };
    compare(async |name, files| {
        let database = engine.make(name, files).await;
        let client = engine.admin(name).await;
        client
            .batch_execute(
                "CREATE TYPE mood AS ENUM ('sad', 'so so', 'glad ☺');
                 CREATE TYPE pair AS (n numeric, t text);
                 CREATE DOMAIN price AS numeric(10,2);
                 SET intervalstyle = 'iso_8601'; SET timezone = 'UTC'; SET datestyle = 'ISO, YMD'",
            )
            .await
            .unwrap();
        Tables {
            client,
            database,
            kinds: kinds(),
        }
    });
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
        let sql = format!("CREATE TABLE {table} (id int8 PRIMARY KEY, rev int8 NOT NULL{columns})");
        self.run(&sql).await;
    }

    async fn drop_table(&mut self, table: &str) {
        self.run(&format!("DROP TABLE {table}")).await;
    }

    async fn put(&mut self, table: &str, kinds: &[usize], row: &Row) {
        let values = values(&self.kinds, kinds, row);
        let id = row.id;
        let sql =
            format!("DELETE FROM {table} WHERE id = {id}; INSERT INTO {table} VALUES ({values})");
        self.run(&sql).await;
    }

    async fn stored(&mut self, table: &str, kinds: &[usize]) -> Vec<Vec<Owned>> {
        let printed = printed(&self.kinds, kinds);
        let sql = format!("SELECT id, rev{printed} FROM {table} ORDER BY id");
        let rows = self.client.query(&sql, &[]).await.unwrap();
        let row = |row: &tokio_postgres::Row| {
            let mut all = vec![Owned::Integer(row.get(0)), Owned::Integer(row.get(1))];
            all.extend((2..).zip(kinds).map(|(at, kind)| {
                let printed: Option<&str> = row.get(at);
                printed.map_or(Owned::Null, self.kinds[*kind].owned)
            }));
            all
        };
        rows.iter().map(row).collect()
    }
}

impl Tables {
    async fn run(&self, sql: &str) {
        let ran = self.client.batch_execute(sql).await;
        ran.unwrap_or_else(|error| panic!("{sql}: {error:?}"));
    }
}

fn quoted(text: &str) -> String {
    format!("E'{}'", text.replace('\\', "\\\\").replace('\'', "''"))
}

/// A date as ISO 8601 has it: 44 BC is the year −43.
fn date(printed: &str) -> String {
    let (date, before) = match printed.strip_suffix(" BC") {
        Some(date) => (date, true),
        None => (printed, false),
    };
    let Some((year, rest)) = date.split_once('-').filter(|(year, _)| !year.is_empty()) else {
        return printed.to_owned();
    };
    let year: i64 = year.parse().unwrap();
    match year {
        1 if before => format!("0000-{rest}"),
        year if before => format!("-{:04}-{rest}", year - 1),
        year if year > 9999 => format!("+{year}-{rest}"),
        year => format!("{year:04}-{rest}"),
    }
}

/// Six digits behind the second.
fn clock(printed: &str) -> String {
    let (clock, fraction) = printed.split_once('.').unwrap_or((printed, ""));
    format!("{clock}.{fraction:0<6}")
}

fn timestamp(printed: &str) -> Owned {
    let Some((day, rest)) = printed.split_once(' ') else {
        return text(printed);
    };
    let (time, era) = match rest.strip_suffix(" BC") {
        Some(time) => (time, " BC"),
        None => (rest, ""),
    };
    let (time, zone) = match time.strip_suffix("+00") {
        Some(time) => (time, "Z"),
        None => (time, ""),
    };
    let day = date(&format!("{day}{era}"));
    text(&format!("{day}T{}{zone}", clock(time)))
}

/// A date before our era, whose leap years are other ones.
fn before(dice: &mut Dice) -> String {
    dice.date(1, 4712).replace("-02-29", "-02-28")
}

fn instant(dice: &mut Dice) -> String {
    let (date, time) = (dice.date(1, 9999), dice.time());
    let early = before(dice);
    let far = dice.of(&[
        "4713-01-01 00:00:00 BC",
        "294276-12-31 23:59:59.999999",
        "infinity",
        "-infinity",
    ]);
    match dice.below(4) {
        0 => format!("'{far}'"),
        1 => format!("'{early} {time} BC'"),
        _ => format!("'{date} {time}'"),
    }
}

fn kinds() -> Vec<Kind> {
    let kind = |sql, literal, printed, owned| Kind {
        sql,
        literal,
        printed,
        owned,
    };
    vec![
        kind("bool", |d| d.flag().to_string(), "{}::int::text", integer),
        kind(
            "int2",
            |d| format!("'{}'", d.signed(16)),
            "{}::text",
            integer,
        ),
        kind(
            "int4",
            |d| format!("'{}'", d.signed(32)),
            "{}::text",
            integer,
        ),
        kind(
            "int8",
            |d| format!("'{}'", d.signed(64)),
            "{}::text",
            integer,
        ),
        kind("oid", |d| d.unsigned(32).to_string(), "{}::text", integer),
        kind(
            "numeric",
            |d| match d.below(8) {
                0 => "'NaN'".to_owned(),
                1 => format!("'{}e{}'", d.decimal(10, 10), d.signed(8)),
                _ => d.decimal(65, 65),
            },
            "{}::text",
            text,
        ),
        kind("numeric(65,30)", |d| d.decimal(35, 30), "{}::text", text),
        kind("price", |d| d.decimal(8, 2), "{}::text", text),
        kind(
            "money",
            |d| format!("'{}'::numeric::money", d.decimal(16, 2)),
            "{}::numeric::text",
            text,
        ),
        kind(
            "float8",
            |d| match d.below(6) {
                0 => d.of(&["'NaN'", "'Infinity'", "'-Infinity'"]).to_owned(),
                _ => format!("'{:?}'", d.double()),
            },
            "{}::text",
            real,
        ),
        kind(
            "float4",
            |d| format!("'{:?}'", d.float()),
            "{}::float8::text",
            real,
        ),
        kind("text", |d| quoted(&d.text(40)), "{}", text),
        kind("varchar(9)", |d| quoted(&d.text(9)), "{}::text", text),
        kind(
            "char(9)",
            |d| quoted(&d.text(9)),
            "CASE WHEN {} IS NULL THEN NULL ELSE format('%s', {}) END",
            text,
        ),
        kind("name", |d| quoted(&d.text(12)), "{}::text", text),
        kind(
            "mood",
            |d| d.of(&["'sad'", "'so so'", "'glad ☺'"]).to_owned(),
            "{}::text",
            text,
        ),
        kind(
            "bytea",
            |d| format!("'\\x{}'", d.hex(30)),
            "encode({}, 'hex')",
            hex,
        ),
        kind(
            "date",
            |d| match d.below(6) {
                0 => "'infinity'".to_owned(),
                1 => "'5874897-12-31'".to_owned(),
                2 => format!("'{} BC'", before(d)),
                _ => format!("'{}'", d.date(1, 9999)),
            },
            "{}::text",
            |printed| text(&date(printed)),
        ),
        kind(
            "time",
            |d| format!("'{}'", d.time()),
            "{}::text",
            |printed| text(&clock(printed)),
        ),
        kind("timestamp", instant, "{}::text", timestamp),
        kind("timestamptz", instant, "{}::text", timestamp),
        kind(
            "interval",
            |d| {
                format!(
                    "make_interval(months => {}, days => {}) + {} * interval '1 microsecond'",
                    d.signed(20),
                    d.signed(20),
                    d.signed(60)
                )
            },
            "{}::text",
            text,
        ),
        kind(
            "uuid",
            |d| {
                format!(
                    "'{:032x}'",
                    u128::from(d.next()) << 64 | u128::from(d.next())
                )
            },
            "{}::text",
            text,
        ),
        kind("json", |d| quoted(&d.json(3).to_string()), "{}::text", text),
        kind(
            "jsonb",
            |d| quoted(&d.json(3).to_string()),
            "{}::text",
            text,
        ),
        kind(
            "int8[]",
            |d| match d.below(4) {
                0 => "'{}'".to_owned(),
                1 => format!("'{{{{{},NULL}},{{1,{}}}}}'", d.signed(64), d.signed(64)),
                _ => format!("'{{{},NULL,{}}}'", d.signed(64), d.signed(64)),
            },
            "array_to_json({})::text",
            text,
        ),
        kind(
            "text[]",
            |d| {
                format!(
                    "ARRAY[{}, NULL, {}]",
                    quoted(&d.text(9)),
                    quoted(&d.text(9))
                )
            },
            "array_to_json({})::text",
            text,
        ),
        kind(
            "pair",
            |d| format!("ROW({}, {})", d.decimal(9, 9), quoted(&d.text(9))),
            "row_to_json({})::text",
            text,
        ),
        kind(
            "int8range",
            |d| format!("int8range({}, NULL)", d.signed(63)),
            "{}::text",
            text,
        ),
        kind(
            "bit(11)",
            |d| format!("({})::bit(11)", d.signed(32)),
            "{}::text",
            text,
        ),
        kind(
            "varbit",
            |d| format!("({})::bit(32)::varbit({})", d.signed(32), 1 + d.below(32)),
            "{}::text",
            text,
        ),
        kind(
            "point",
            |d| format!("point('{:?}', '{:?}')", d.double(), d.double()),
            "{}::text",
            text,
        ),
        kind(
            "box",
            |d| {
                format!(
                    "'(({:?},{:?}),({:?},{:?}))'",
                    d.float(),
                    d.float(),
                    d.float(),
                    d.float()
                )
            },
            "{}::text",
            text,
        ),
        kind(
            "inet",
            |d| format!("'{}.{}.0.1/{}'", d.below(256), d.below(256), d.below(33)),
            "{}::text",
            text,
        ),
        kind(
            "tsvector",
            |d| format!("to_tsvector('simple', {})", quoted(&d.text(30))),
            "{}::text",
            text,
        ),
    ]
}
