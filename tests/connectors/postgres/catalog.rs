//! What is read of a database.

use std::fmt::Write as _;

use headwater::connectors::Selection;
use headwater::schema::{Schema, TableKind};
use serde_json::json;

use super::Database;
use crate::support::source;

const EVERYTHING: &str = r#"
    CREATE SCHEMA app;
    CREATE TYPE app.mood AS ENUM ('sad', 'happy');
    CREATE TYPE app.pair AS (a int, b text);
    CREATE DOMAIN app.price AS numeric(10,2) NOT NULL;
    CREATE DOMAIN app.prices AS app.price[];
    CREATE TABLE app.types (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        flag boolean DEFAULT true NOT NULL,
        tiny smallint, number integer DEFAULT 1 + 1, exact numeric(12,3), any_number numeric,
        single real, double double precision, cash money,
        letters varchar(20) DEFAULT 'it''s', fixed char(3), word text COLLATE "C", one "char",
        bytes bytea, bits bit(3), day date, clock time(3), zoned timetz, stamp timestamp(0),
        instant timestamptz DEFAULT now(), span interval day to second,
        key uuid, doc json, docb jsonb, place point, address inet, search tsvector, span_of int4range,
        list text[], matrix numeric(5,1)[][], feeling app.mood, feelings app.mood[], pair app.pair,
        price app.price, prices app.prices, row app.pair[], object oid, class regclass,
        doubled integer GENERATED ALWAYS AS (number * 2) STORED,
        dropped int, last int
    );
    ALTER TABLE app.types DROP COLUMN dropped;
    COMMENT ON TABLE app.types IS 'one of each';
    COMMENT ON COLUMN app.types.flag IS 'yes or no';
    CREATE TABLE app.ordered (b int, a int, c int, PRIMARY KEY (c, a));
    CREATE TABLE app.empty ();
    CREATE TABLE app.by_day (day date NOT NULL, n int) PARTITION BY RANGE (day);
    CREATE TABLE app.by_day_2026 PARTITION OF app.by_day FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
    CREATE VIEW app.happy AS SELECT id, exact, t AS whole FROM app.types t WHERE feeling = 'happy';
    CREATE MATERIALIZED VIEW app.kept AS SELECT 1 AS one;
    CREATE FOREIGN DATA WRAPPER nowhere;
    CREATE SERVER far FOREIGN DATA WRAPPER nowhere;
    CREATE FOREIGN TABLE app.remote (id int NOT NULL) SERVER far;
    CREATE TEMPORARY TABLE passing (id int);
    CREATE TABLE public.plain (id serial PRIMARY KEY);
"#;

#[tokio::test]
async fn everything_is_read_in_the_fields_own_words() {
    let Some(database) = Database::with(EVERYTHING).await else {
        return;
    };
    let mut session = database.connect(json!({})).await;
    let schema = session.introspect(&Selection::default()).await.unwrap();
    assert_eq!(schema.database.as_deref(), Some(&*database.name));
    assert!(schema.unreadable.is_empty());
    insta::assert_snapshot!(rendered(&schema));
}

/// A schema in a line each for table and column.
fn rendered(schema: &Schema) -> String {
    let mut out = String::new();
    for table in &schema.tables {
        let name = format!("{}.{}", table.schema.as_ref().unwrap(), table.name);
        let kind = table.kind.as_str();
        let _ = write!(out, "{name}: {kind}, key {:?}", table.primary_key);
        let _ = writeln!(out, ", comment {:?}", table.comment);
        for c in &table.columns {
            let key = if c.primary_key { " KEY" } else { "" };
            let null = if c.nullable { "" } else { " NOT NULL" };
            let _ = write!(
                out,
                "  {} {}: {} | {}",
                c.position, c.name, c.native_type, c.logical_type
            );
            let default = c.default.as_ref().map(|d| format!(" DEFAULT {d}"));
            let comment = c.comment.as_ref().map(|c| format!(" -- {c}"));
            let _ = writeln!(
                out,
                "{null}{key}{}{}",
                default.unwrap_or_default(),
                comment.unwrap_or_default()
            );
        }
    }
    out
}

#[tokio::test]
async fn a_listing_names_every_kind_of_table() {
    let Some(database) = Database::with(EVERYTHING).await else {
        return;
    };
    database
        .admin
        .batch_execute("INSERT INTO app.ordered SELECT n, n, n FROM generate_series(1, 77) n; ANALYZE app.ordered")
        .await
        .unwrap();
    let mut session = database.connect(json!({})).await;
    let tables = session.list_tables(&Selection::default()).await.unwrap();
    let listed: Vec<_> = tables
        .iter()
        .map(|t| (t.name.as_str(), t.kind, t.row_count_estimate))
        .collect();
    assert_eq!(
        listed,
        [
            ("by_day", TableKind::PartitionedTable, None),
            ("by_day_2026", TableKind::Partition, None),
            ("empty", TableKind::Table, None),
            ("happy", TableKind::View, None),
            ("kept", TableKind::MaterializedView, None),
            ("ordered", TableKind::Table, Some(77)),
            ("remote", TableKind::ForeignTable, None),
            ("types", TableKind::Table, None),
            ("plain", TableKind::Table, None),
        ]
    );
    assert!(tables.iter().all(|t| t.readable == Some(true)));
}

#[tokio::test]
async fn a_selection_narrows_schemas_tables_and_columns() {
    let Some(database) = Database::with(EVERYTHING).await else {
        return;
    };
    for (fields, expected) in [
        (json!({ "schema": "public" }), "plain(id)"),
        (
            json!({ "tables": ["app.ordered", "plain"] }),
            "ordered(b,a,c) plain(id)",
        ),
        (
            json!({ "schema": "app", "tables": ["ordered", "plain"], "ignoreColumns": ["ordered.a"] }),
            "ordered(b,c)",
        ),
        (
            json!({ "tables": ["ordered", "empty", "it's {a} \\ \"thing\""], "ignoreTables": ["app.empty"] }),
            "ordered(b,a,c)",
        ),
        (
            json!({ "schema": "app", "tables": ["types"], "selectedColumns": { "types": ["last"] } }),
            "types(last)",
        ),
        (json!({ "schema": "no such schema" }), ""),
    ] {
        let attempt = source::connect(database.fields(fields.clone())).await;
        let selection = attempt.selection.clone();
        let mut session = attempt.session();
        let schema = session.introspect(&selection).await.unwrap();
        let read: Vec<_> = schema
            .tables
            .iter()
            .map(|t| {
                let positions: Vec<_> = t.columns.iter().map(|c| c.position).collect();
                assert!(
                    positions
                        .iter()
                        .copied()
                        .eq(1..=u32::try_from(positions.len()).unwrap())
                );
                let columns: Vec<_> = t.columns.iter().map(|c| c.name.as_str()).collect();
                format!("{}({})", t.name, columns.join(","))
            })
            .collect();
        assert_eq!(read.join(" "), expected, "{fields}");
        let tables = session.list_tables(&selection).await.unwrap();
        assert_eq!(tables.len(), schema.tables.len(), "{fields}");
    }
}

#[tokio::test]
async fn hostile_names_survive() {
    let names = [
        "it's",
        "say \"hi\"",
        "dot.ted",
        "CamelCase",
        "select",
        "🦀 crab",
        "new\nline",
        "back\\slash",
        "{brace,comma}",
        "semi;colon -- comment",
        "$1",
        " ",
    ];
    let quoted = |name: &'static str| format!("\"{}\"", name.replace('"', "\"\""));
    let mut ddl = String::new();
    for name in names.map(quoted) {
        let _ = write!(
            ddl,
            "CREATE SCHEMA {name}; CREATE TABLE {name}.{name} ({name} int PRIMARY KEY);
             INSERT INTO {name}.{name} VALUES (1), (2);"
        );
    }
    let Some(database) = Database::with(&ddl).await else {
        return;
    };
    let mut session = database.connect(json!({})).await;
    let schema = session.introspect(&Selection::default()).await.unwrap();
    let mut sorted = names;
    sorted.sort_unstable();
    let read: Vec<_> = schema.tables.iter().map(|t| t.name.as_str()).collect();
    assert_eq!(read, sorted);
    for table in &schema.tables {
        assert_eq!(table.schema.as_ref(), Some(&table.name));
        assert_eq!(table.columns[0].name, table.name);
        assert_eq!(table.primary_key, std::slice::from_ref(&table.name));
    }
    let tables = session.list_tables(&Selection::default()).await.unwrap();
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(30);
    let counts = session.count_rows(&tables, deadline).await;
    assert_eq!(counts, vec![Some(2); names.len()]);
    for name in names {
        let one = Selection {
            schema: Some(name.to_owned()),
            tables: [name.to_owned()].into(),
            ..Selection::default()
        };
        assert_eq!(session.list_tables(&one).await.unwrap().len(), 1, "{name}");
    }
}

#[tokio::test]
async fn what_a_login_may_not_read_is_listed_as_such_with_its_schema_and_keys() {
    let ddl = r"
        CREATE TABLE open (id int PRIMARY KEY);
        CREATE TABLE closed (id int PRIMARY KEY, secret text);
        CREATE SCHEMA vault; CREATE TABLE vault.inner (id int);
        GRANT SELECT ON open, vault.inner TO reader;
        GRANT SELECT (id) ON closed TO reader;
    ";
    let Some(database) = Database::with(ddl).await else {
        return;
    };
    let mut session = database
        .connect(json!({ "username": "reader", "password": "reader-pass" }))
        .await;
    let tables = session.list_tables(&Selection::default()).await.unwrap();
    let readable: Vec<_> = tables
        .iter()
        .map(|t| (t.name.as_str(), t.readable))
        .collect();
    assert_eq!(
        readable,
        [
            ("closed", Some(false)),
            ("open", Some(true)),
            ("inner", Some(false))
        ]
    );
    let schema = session.introspect(&Selection::default()).await.unwrap();
    assert_eq!(schema.tables[0].primary_key, ["id"]);
    assert_eq!(schema.tables[0].columns.len(), 2);
}

/// So many columns that a second connection reads half of the catalog.
const LARGE: &str = r"
    DO $$
    DECLARE columns text := (SELECT string_agg(format('c%s int', i), ', ') FROM generate_series(1, 50) i);
    BEGIN FOR i IN 1..1000 LOOP
        EXECUTE format('CREATE TABLE t%s (id serial PRIMARY KEY, a text DEFAULT %L, '
            'b int GENERATED ALWAYS AS (c1 + 1) STORED, %s)', i, i, columns);
        EXECUTE format('CREATE INDEX ON t%s (a)', i);
    END LOOP; END $$;
    CREATE ROLE lone LOGIN PASSWORD 'lone-pass' CONNECTION LIMIT 1;
    GRANT pg_read_all_data TO lone
";

#[tokio::test]
async fn a_thousand_tables_are_read_alike_over_two_connections_and_where_there_is_but_one() {
    let Some(database) = Database::with(LARGE).await else {
        return;
    };
    let size = "SELECT pg_relation_size('pg_attribute') > 6000000";
    let large = database.admin.query_one(size, &[]).await.unwrap();
    assert!(large.get::<_, bool>(0), "it is not large");
    let mut session = database.connect(json!({})).await;
    let schema = session.introspect(&Selection::default()).await.unwrap();
    session.close().await;
    let grant = format!("GRANT CONNECT ON DATABASE \"{}\" TO lone", database.name);
    database.admin.batch_execute(&grant).await.unwrap();
    let lone = json!({"username": "lone", "password": "lone-pass"});
    let mut session = database.connect(lone).await;
    let mut alone = session.introspect(&Selection::default()).await.unwrap();
    session.close().await;
    let names = "DROP OWNED BY lone; DROP ROLE lone";
    database.admin.batch_execute(names).await.unwrap();
    assert_eq!(schema.tables.len(), 1000);
    for table in &schema.tables {
        assert_eq!((table.columns.len(), table.indexes.len()), (53, 2));
        assert_eq!(table.primary_key, ["id"]);
        let number = table.name.trim_start_matches('t');
        let default = table.columns[1].default.as_deref();
        assert_eq!(default, Some(format!("'{number}'::text").as_str()));
        let generated = table.columns[2].generated.as_ref().unwrap();
        assert_eq!(generated.expression, "(c1 + 1)");
    }
    // What only an owner is told of sequences differs.
    alone.sequences.clone_from(&schema.sequences);
    assert!(alone == schema, "one connection reads another schema");
}
