//! What is read of a database.

use headwater::connectors::{ErrorKind, Selection};
use headwater::schema::{Column, DataType, Schema, Table, TableKind};
use serde_json::json;

use super::{Server, connect, server, servers, unique};

/// A database of these statements, which the user `reader` may read.
pub async fn make(server: Server, statements: &[&str]) -> String {
    let name = unique();
    let mut all = vec![
        format!("CREATE DATABASE {name}"),
        format!("USE {name}"),
        format!("GRANT SELECT, SHOW VIEW, TRIGGER ON {name}.* TO reader"),
    ];
    all.extend(statements.iter().map(ToString::to_string));
    server.run(&all).await.disconnect().await.unwrap();
    name
}

async fn read(server: Server, database: &str) -> Schema {
    let target = server.user("reader", "reader-pass", &json!({"database": database}));
    let mut session = connect(&target).await;
    session.introspect(&Selection::default()).await.unwrap()
}

pub fn table<'s>(schema: &'s Schema, name: &str) -> &'s Table {
    let found = schema.tables.iter().find(|t| t.name == name);
    found.unwrap_or_else(|| panic!("no {name} in {:?}", schema.tables))
}

fn column<'t>(table: &'t Table, name: &str) -> &'t Column {
    table.columns.iter().find(|c| c.name == name).unwrap()
}

#[tokio::test]
async fn columns_come_with_types_defaults_comments_and_keys() {
    for server in servers() {
        let database = make(
            server,
            &[
                "CREATE TABLE t (id bigint unsigned NOT NULL AUTO_INCREMENT, flag tinyint(1), one bit(1), eight bit(8), \
                 y year, e enum('a','b''c') NOT NULL DEFAULT 'a', s set('x','y'), price decimal(10,2) DEFAULT 1.50, \
                 made datetime(6) DEFAULT CURRENT_TIMESTAMP(6), seen timestamp NULL DEFAULT NULL, \
                 name varchar(20) DEFAULT 'none' COMMENT 'it''s a name', b varbinary(16), place point, doc json, \
                 twice int AS (1 + 1) VIRTUAL, kept int AS (2 + 2) STORED, PRIMARY KEY (id)) COMMENT 'all sorts'",
                "CREATE TABLE pair (a int, b int, c int, PRIMARY KEY (c, a))",
            ],
        )
        .await;
        let schema = read(server, &database).await;
        assert_eq!(schema.database.as_deref(), Some(database.as_str()));
        assert!(schema.unreadable.is_empty(), "{:?}", schema.unreadable);
        let t = table(&schema, "t");
        assert_eq!(t.schema.as_deref(), Some(database.as_str()));
        assert_eq!(
            (t.kind, t.comment.as_deref()),
            (TableKind::Table, Some("all sorts"))
        );
        assert_eq!(t.primary_key, ["id"]);
        let types: Vec<_> = t
            .columns
            .iter()
            .map(|c| (c.name.as_str(), c.logical_type.to_string()))
            .collect();
        let expected = [
            ("id", "uint64"),
            ("flag", "boolean"),
            ("one", "boolean"),
            ("eight", "binary"),
            ("y", "int16"),
            ("e", "enum"),
            ("s", "array<string>"),
            ("price", "decimal(10,2)"),
            ("made", "timestamp"),
            ("seen", "timestamptz"),
            ("name", "string"),
            ("b", "binary"),
            ("place", "geometry"),
            ("doc", "json"),
            ("twice", "int32"),
            ("kept", "int32"),
        ];
        assert_eq!(
            types,
            expected.map(|(name, logical)| (name, logical.to_owned()))
        );
        let positions: Vec<_> = t.columns.iter().map(|c| c.position).collect();
        assert_eq!(positions, (1..=16).collect::<Vec<_>>());
        assert!(column(t, "id").primary_key && !column(t, "id").nullable);
        assert_eq!(column(t, "e").native_type, "enum('a','b''c')");
        assert_eq!(column(t, "name").comment.as_deref(), Some("it's a name"));
        assert_eq!(column(t, "price").default.as_deref(), Some("1.50"));
        let absent: Vec<_> = t
            .columns
            .iter()
            .filter(|c| c.default.is_none())
            .map(|c| c.name.as_str())
            .collect();
        assert!(
            absent.contains(&"seen") && absent.contains(&"flag"),
            "{absent:?}"
        );
        let name = column(t, "name").default.as_deref();
        assert_eq!(name, Some("'none'"));
        assert_eq!(table(&schema, "pair").primary_key, ["c", "a"]);
    }
}

#[tokio::test]
async fn names_of_any_characters_survive() {
    let names = [
        "se`lect \"x\"",
        "it's",
        "a.b",
        "MiXeD",
        "select",
        "☃ снег",
        "%_\\",
        " x",
    ];
    for server in servers() {
        let quote = |name: &str| format!("`{}`", name.replace('`', "``"));
        let made: Vec<_> = names
            .iter()
            .map(|name| format!("CREATE TABLE {0} ({0} int PRIMARY KEY)", quote(name)))
            .collect();
        let database = make(server, &made.iter().map(String::as_str).collect::<Vec<_>>()).await;
        let schema = read(server, &database).await;
        let mut expected = names.to_vec();
        expected.sort_unstable();
        let found: Vec<_> = schema.tables.iter().map(|t| t.name.as_str()).collect();
        assert_eq!(found, expected);
        for table in &schema.tables {
            assert_eq!(table.columns.len(), 1, "{table:?}");
            assert_eq!(table.columns[0].name, table.name);
            assert_eq!(table.primary_key, std::slice::from_ref(&table.name));
        }
    }
}

#[tokio::test]
async fn a_view_that_is_broken_is_named_and_stops_nothing() {
    for server in servers() {
        let database = make(
            server,
            &[
                "CREATE TABLE gone (a int)",
                "CREATE VIEW broken AS SELECT a FROM gone",
                "CREATE TABLE stays (a int)",
                "CREATE VIEW works AS SELECT a FROM stays",
                "DROP TABLE gone",
            ],
        )
        .await;
        let schema = read(server, &database).await;
        let found: Vec<_> = schema
            .tables
            .iter()
            .map(|t| (t.name.as_str(), t.kind, t.columns.len()))
            .collect();
        assert_eq!(
            found,
            [
                ("stays", TableKind::Table, 1),
                ("works", TableKind::View, 1)
            ]
        );
        assert!(table(&schema, "works").comment.is_none());
        let unreadable: Vec<_> = schema.unreadable.iter().map(|u| u.name.clone()).collect();
        assert_eq!(unreadable, [format!("{database}.broken")]);

        let target = server.user("reader", "reader-pass", &json!({"database": database}));
        let listed = connect(&target)
            .await
            .list_tables(&Selection::default())
            .await
            .unwrap();
        let readable: Vec<_> = listed
            .iter()
            .map(|t| (t.name.as_str(), t.readable))
            .collect();
        assert_eq!(
            readable,
            [
                ("broken", Some(false)),
                ("stays", Some(true)),
                ("works", Some(true))
            ]
        );
    }
}

#[tokio::test]
async fn partitions_count_as_one_table_and_estimates_are_fresh() {
    for server in servers() {
        let database = make(
            server,
            &[
                "CREATE TABLE parted (a int PRIMARY KEY) PARTITION BY HASH (a) PARTITIONS 3",
                "INSERT INTO parted VALUES (1), (2), (3), (4), (5)",
                "ANALYZE TABLE parted",
                "CREATE VIEW seen AS SELECT a FROM parted",
            ],
        )
        .await;
        let schema = read(server, &database).await;
        let parted = table(&schema, "parted");
        assert_eq!(parted.kind, TableKind::PartitionedTable);
        assert!(
            parted
                .row_count_estimate
                .is_some_and(|rows| (3..=8).contains(&rows)),
            "{parted:?}"
        );
        assert_eq!(table(&schema, "seen").row_count_estimate, None);
    }
}

#[tokio::test]
async fn mysqls_own_columns_are_read() {
    let Some(server) = server("mysql") else {
        return;
    };
    let database = make(
        server,
        &["CREATE TABLE t (a int INVISIBLE, v vector(3), d int DEFAULT (1 + 2), p point NOT NULL SRID 4326, KEY ((a + 1)))"],
    )
    .await;
    let schema = read(server, &database).await;
    let types: Vec<_> = table(&schema, "t")
        .columns
        .iter()
        .map(|c| (c.name.as_str(), c.logical_type.to_string()))
        .collect();
    let expected = [
        ("a", "int32"),
        ("v", "array<float32>"),
        ("d", "int32"),
        ("p", "geometry"),
    ];
    assert_eq!(
        types,
        expected.map(|(name, logical)| (name, logical.to_owned()))
    );
}

#[tokio::test]
async fn mariadbs_own_kinds_and_types_are_read() {
    let Some(server) = server("mariadb") else {
        return;
    };
    let database = make(
        server,
        &[
            "CREATE SEQUENCE numbers",
            "CREATE TABLE kept (a int) WITH SYSTEM VERSIONING",
            "CREATE TABLE t (u uuid, i4 inet4, i6 inet6, plain longtext, doc json, `od``d` json, n varchar(9) DEFAULT 'NULL')",
        ],
    )
    .await;
    let schema = read(server, &database).await;
    let kinds: Vec<_> = schema
        .tables
        .iter()
        .map(|t| (t.name.as_str(), t.kind))
        .collect();
    assert_eq!(
        kinds,
        [
            ("kept", TableKind::SystemVersioned),
            ("t", TableKind::Table)
        ]
    );
    let t = table(&schema, "t");
    let types: Vec<_> = t
        .columns
        .iter()
        .map(|c| c.logical_type.to_string())
        .collect();
    assert_eq!(
        types,
        [
            "uuid", "string", "string", "string", "json", "json", "string"
        ]
    );
    assert_eq!(column(t, "n").default.as_deref(), Some("'NULL'"));
    assert_eq!(column(t, "u").default, None);
}

#[tokio::test]
async fn without_a_database_every_one_that_the_login_sees_is_read() {
    for server in servers() {
        let first = make(server, &["CREATE TABLE here (a int)"]).await;
        let second = make(server, &["CREATE TABLE there (a int)"]).await;
        let target = server.user("reader", "reader-pass", &json!({}));
        let mut session = connect(&target).await;
        let selection = Selection {
            tables: [format!("{first}.here"), format!("{second}.there")].into(),
            ..Selection::default()
        };
        let listed = session.list_tables(&selection).await.unwrap();
        let found: Vec<_> = listed
            .iter()
            .map(|t| (t.schema.clone().unwrap(), t.name.clone()))
            .collect();
        let mut expected = [
            (first.clone(), "here".to_owned()),
            (second, "there".to_owned()),
        ];
        expected.sort();
        assert_eq!(found, expected);
        let all = session.list_tables(&Selection::default()).await.unwrap();
        assert!(all.iter().all(|t| !matches!(
            t.schema.as_deref(),
            Some("mysql" | "sys" | "information_schema")
        )));
        let one = Selection {
            schema: Some(first.clone()),
            ..Selection::default()
        };
        let schema = session.introspect(&one).await.unwrap();
        assert_eq!((schema.database, schema.tables.len()), (None, 1));

        let nobody = server.user("nobody_user", "nobody-pass", &json!({}));
        let mut session = connect(&nobody).await;
        assert!(
            session
                .list_tables(&Selection::default())
                .await
                .unwrap()
                .is_empty()
        );
        assert!(
            session
                .introspect(&Selection::default())
                .await
                .unwrap()
                .tables
                .is_empty()
        );
    }
}

#[tokio::test]
async fn what_may_be_read_is_told_by_the_grants() {
    for server in servers() {
        let user = unique();
        let database = make(
            server,
            &[
                "CREATE TABLE all_of_it (a int, b int)",
                "CREATE TABLE some_of_it (a int, b int)",
                "CREATE TABLE none_of_it (a int, b int)",
                "CREATE TABLE hidden (a int)",
                &format!("CREATE USER {user} IDENTIFIED BY 'a-password'"),
                &format!("GRANT SELECT ON all_of_it TO {user}"),
                &format!("GRANT SELECT (a) ON some_of_it TO {user}"),
                &format!("GRANT INSERT ON none_of_it TO {user}"),
            ],
        )
        .await;
        let target = server.user(&user, "a-password", &json!({"database": database}));
        let mut session = connect(&target).await;
        let listed = session.list_tables(&Selection::default()).await.unwrap();
        let readable: Vec<_> = listed
            .iter()
            .map(|t| (t.name.as_str(), t.readable))
            .collect();
        assert_eq!(
            readable,
            [
                ("all_of_it", Some(true)),
                ("none_of_it", Some(false)),
                ("some_of_it", None)
            ]
        );
        let schema = session.introspect(&Selection::default()).await.unwrap();
        assert_eq!(table(&schema, "some_of_it").columns.len(), 1);
    }
}

#[tokio::test]
async fn what_a_role_grants_is_not_said_to_be_unreadable() {
    for server in servers() {
        let (user, role) = (unique(), unique());
        let default = match server.name {
            "mysql" => format!("SET DEFAULT ROLE {role} TO {user}"),
            _ => format!("SET DEFAULT ROLE {role} FOR {user}"),
        };
        let database = make(
            server,
            &[
                "CREATE TABLE t (a int)",
                &format!("CREATE ROLE {role}"),
                &format!("GRANT SELECT ON t TO {role}"),
                &format!("CREATE USER {user} IDENTIFIED BY 'a-password'"),
                &format!("GRANT {role} TO {user}"),
                &default,
            ],
        )
        .await;
        let target = server.user(&user, "a-password", &json!({"database": database}));
        let listed = connect(&target)
            .await
            .list_tables(&Selection::default())
            .await
            .unwrap();
        assert_eq!(listed.len(), 1, "{listed:?}");
        assert_ne!(listed[0].readable, Some(false));
    }
}

#[tokio::test]
async fn tables_and_columns_are_chosen() {
    for server in servers() {
        let database = make(
            server,
            &[
                "CREATE TABLE t (a int, b int)",
                "CREATE TABLE u (a int, b int)",
            ],
        )
        .await;
        let target = server.user(
            "reader",
            "reader-pass",
            &json!({"database": database, "tables": ["t", "u"], "ignoreTables": [format!("{database}.u")], "selectedColumns": ["t.b"]}),
        );
        let mut session = connect(&target).await;
        let schema = session
            .introspect(&target.settings.selection)
            .await
            .unwrap();
        assert_eq!(schema.tables.len(), 1);
        let columns: Vec<_> = schema.tables[0]
            .columns
            .iter()
            .map(|c| (c.name.as_str(), c.position))
            .collect();
        assert_eq!(columns, [("b", 1)]);
    }
}

#[tokio::test]
async fn a_query_is_described_without_being_run() {
    for server in servers() {
        let database = make(server, &["CREATE TABLE t (id bigint unsigned NOT NULL, name varchar(20), price decimal(10,2))"]).await;
        let with = |query: &str| server.admin(&json!({"database": database, "query": query}));
        let target = with(
            "SELECT id, name, price, CAST(NOW() AS datetime(3)) AS `a b`, SLEEP(100) AS slept FROM t;",
        );
        let mut session = connect(&target).await;
        let schema = session
            .introspect(&target.settings.selection)
            .await
            .unwrap();
        assert_eq!(schema.tables.len(), 2);
        let query = schema.tables.last().unwrap();
        assert_eq!(
            (query.name.as_str(), query.kind),
            ("query", TableKind::Query)
        );
        let described: Vec<_> = query
            .columns
            .iter()
            .map(|c| {
                (
                    c.name.as_str(),
                    c.native_type.as_str(),
                    c.logical_type.clone(),
                    c.nullable,
                )
            })
            .collect();
        assert_eq!(
            described[0],
            ("id", "bigint unsigned", DataType::Uint64, false)
        );
        assert_eq!(
            described[1],
            ("name", "varchar(20)", DataType::String, true)
        );
        assert_eq!(
            described[2],
            (
                "price",
                "decimal(10,2)",
                DataType::Decimal(Some((10, 2))),
                true
            )
        );
        assert_eq!(described[3].1, "datetime(3)");
        for query in [
            "SELECT nothing FROM t",
            "SELEC 1",
            "SELECT ?",
            "SELECT 1; SELECT 2",
            "DELETE FROM t",
            "WITH x AS (SELECT 1) DELETE FROM t",
        ] {
            let target = with(query);
            let mut session = connect(&target).await;
            let error = session
                .list_tables(&target.settings.selection)
                .await
                .unwrap_err();
            assert_eq!(error.kind, ErrorKind::InvalidQuery, "{query}: {error:?}");
        }
    }
}

/// Tables beyond which a second connection reads the foreign keys.
const LARGE: usize = 1_100;

#[tokio::test]
async fn a_thousand_tables_are_read_alike_over_two_connections_and_where_there_is_but_one() {
    for server in servers() {
        // Small on disk, and the foreign keys are enough to tell.
        let mut statements = vec!["CREATE TABLE t0 (id int PRIMARY KEY)".to_owned()];
        statements.extend((1..LARGE).map(|n| {
            format!("CREATE TABLE t{n} (id int PRIMARY KEY, CONSTRAINT f{n} FOREIGN KEY (id) REFERENCES t{} (id))", n - 1)
        }));
        let statements: Vec<_> = statements.iter().map(String::as_str).collect();
        let database = make(server, &statements).await;
        let user = unique();
        let rights = [
            format!("CREATE USER {user} IDENTIFIED BY 'a-password' WITH MAX_USER_CONNECTIONS 1"),
            format!("GRANT ALL ON {database}.* TO {user}"),
        ];
        server.run(&rights).await.disconnect().await.unwrap();
        let settings = json!({"database": database});
        let schema = read(server, &database).await;
        assert_eq!(schema.tables.len(), LARGE);
        assert_eq!(schema.unreadable, []);
        for table in schema.tables.iter().filter(|table| table.name != "t0") {
            let number: usize = table.name[1..].parse().unwrap();
            let [key] = &table.foreign_keys[..] else {
                panic!("{table:?}");
            };
            assert_eq!(key.referenced_table, format!("t{}", number - 1));
            assert_eq!(table.primary_key, ["id"]);
        }
        let mut session = connect(&server.user(&user, "a-password", &settings)).await;
        let alone = session.introspect(&Selection::default()).await.unwrap();
        assert!(
            alone.tables == schema.tables,
            "one connection reads other tables"
        );
    }
}
