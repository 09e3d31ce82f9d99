//! Names of any characters, wherever a name can stand.

use headwater::connectors::Selection;
use headwater::schema::Table;
use serde_json::json;

use super::catalog::table;
use super::{connect, servers, unique};

const NAMES: &[&str] = &[
    "se`lect \"x\"",
    "it's",
    "a.b",
    "MiXeD",
    "select",
    "☃ снег",
    "%_\\",
    " x",
    "$1; --",
    "line\nend",
    "ÅÉ",
    "sixty-four characters are the most that a name of theirs may have",
];

fn quote(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}

/// The longest is cut to what the servers take, less what stands before it.
fn named(prefix: &str, name: &str) -> String {
    let name: String = name.chars().take(64 - prefix.len()).collect();
    format!("{prefix}{name}")
}

#[tokio::test]
async fn every_kind_of_thing_keeps_its_name() {
    for server in servers() {
        let database = format!("{}`'é.☃", unique());
        let db = quote(&database);
        let mut statements = vec![format!("CREATE DATABASE {db}"), format!("USE {db}")];
        for name in NAMES {
            let q = |prefix: &str| quote(&named(prefix, name));
            let column = q("");
            statements.push(format!(
                "CREATE TABLE {table} ({column} int, {part} int AS ({column} + 1) STORED, KEY {index} ({part}), \
                 UNIQUE KEY {key} ({column}), CONSTRAINT {check} CHECK ({column} > 1), \
                 CONSTRAINT {foreign} FOREIGN KEY ({part}) REFERENCES {table} ({column}))",
                table = q(""), part = q("g"), index = q("i"), key = q("u"), check = q("c"), foreign = q("f"),
            ));
            statements.push(format!(
                "CREATE VIEW {} AS SELECT {column} FROM {}",
                q("v"),
                q("")
            ));
            statements.push(format!(
                "CREATE TRIGGER {} BEFORE INSERT ON {} FOR EACH ROW SET @a = 1",
                q("t"),
                q("")
            ));
            statements.push(format!(
                "CREATE TABLE {} (a int) PARTITION BY RANGE (a) (PARTITION {} VALUES LESS THAN (1))",
                q("r"), q("p"),
            ));
            if server.name == "mariadb" {
                statements.push(format!("CREATE SEQUENCE {} START WITH 3", q("s")));
            }
        }
        server.run(&statements).await.disconnect().await.unwrap();
        let target = server.admin(&json!({"database": database}));
        let mut session = connect(&target).await;
        let schema = session.introspect(&Selection::default()).await.unwrap();
        let dropped = format!("DROP DATABASE {db}");
        server.run(&[dropped]).await.disconnect().await.unwrap();

        assert_eq!(schema.database.as_ref(), Some(&database));
        assert_eq!(schema.schemas[0].name, database);
        assert!(schema.unreadable.is_empty(), "{:?}", schema.unreadable);
        assert_eq!(schema.tables.len(), NAMES.len() * 3);
        for name in NAMES {
            let n = |prefix: &str| named(prefix, name);
            whole(table(&schema, &n("")), &database, &n);
            let view = table(&schema, &n("v"));
            assert!(view.definition.as_ref().unwrap().contains(&quote(&n(""))));
            let parted = table(&schema, &n("r")).partitioning.as_ref().unwrap();
            assert_eq!(parted.partitions[0].name, n("p"));
            if server.name == "mariadb" {
                let sequence = schema.sequences.iter().find(|s| s.name == n("s"));
                assert_eq!(sequence.unwrap().start, "3");
            }
        }
    }
}

fn whole(table: &Table, database: &str, n: &dyn Fn(&str) -> String) {
    assert_eq!(table.schema.as_deref(), Some(database));
    let columns: Vec<_> = table.columns.iter().map(|c| c.name.clone()).collect();
    assert_eq!(columns, [n(""), n("g")]);
    let generated = table.columns[1].generated.as_ref().unwrap();
    assert!(
        generated.expression.contains(&quote(&n(""))),
        "{generated:?}"
    );
    let mut indexes: Vec<_> = table.indexes.iter().map(|i| i.name.clone()).collect();
    indexes.retain(|index| *index != n("f"));
    let mut expected = [n("i"), n("u")];
    expected.sort();
    assert_eq!(indexes, expected);
    assert_eq!(table.keys[0].name, Some(n("u")));
    assert_eq!(table.keys[0].columns, [n("")]);
    let key = &table.foreign_keys[0];
    assert_eq!(key.name, Some(n("f")));
    assert_eq!(
        (key.referenced_schema.as_deref(), &key.referenced_table),
        (Some(database), &n(""))
    );
    assert_eq!(
        (&key.columns, &key.referenced_columns),
        (&vec![n("g")], &vec![n("")])
    );
    assert_eq!(table.checks[0].name, Some(n("c")));
    let expression = &table.checks[0].expression;
    assert!(expression.contains(&quote(&n(""))), "{expression}");
    assert_eq!(table.triggers[0].name, n("t"));
}
