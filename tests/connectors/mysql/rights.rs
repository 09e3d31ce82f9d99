//! What a login may not see is said, where the server lets one know.

use headwater::connectors::Selection;
use headwater::schema::{ForeignKeyAction, Schema};
use serde_json::json;

use super::catalog::{make, table};
use super::fake::{Fake, Step, greeting, ok, refusal, row};
use super::{Server, connect, servers, target, unique};

/// A user with these rights on a database, and what it is shown of it.
async fn seen_with(server: Server, database: &str, rights: &[&str]) -> Schema {
    let user = unique();
    let mut statements = vec![format!("CREATE USER {user} IDENTIFIED BY 'a-password'")];
    let grants = rights.iter().map(|right| {
        let (right, on) = right.split_once(" ON ").unwrap_or((right, "*"));
        format!("GRANT {right} ON {database}.{on} TO {user}")
    });
    statements.extend(grants);
    server.run(&statements).await.disconnect().await.unwrap();
    let target = server.user(&user, "a-password", &json!({"database": database}));
    let mut session = connect(&target).await;
    session.introspect(&Selection::default()).await.unwrap()
}

fn whys(schema: &Schema, name: &str) -> Vec<String> {
    let about = schema.unreadable.iter().filter(|u| u.name == name);
    about.map(|u| u.why.clone()).collect()
}

const ACTIONS_OF_CHILD: &str = "What the foreign keys of child do ON UPDATE and ON DELETE is hidden \
    from the login and stands as unknown. Grant it SHOW VIEW or REFERENCES on the whole database.";

const STATEMENTS: &[&str] = &[
    "CREATE TABLE owner (id int PRIMARY KEY)",
    "CREATE TABLE child (id int PRIMARY KEY, o int CHECK (o > 0), doc json, \
     CONSTRAINT fk FOREIGN KEY (o) REFERENCES owner (id) ON DELETE CASCADE, UNIQUE KEY u (o))",
    "CREATE TRIGGER stamps BEFORE INSERT ON child FOR EACH ROW SET NEW.o = 1",
    "CREATE VIEW shown AS SELECT id FROM owner",
];

#[tokio::test]
async fn who_may_only_read_is_told_what_is_hidden() {
    for server in servers() {
        let database = make(server, STATEMENTS).await;
        let schema = seen_with(server, &database, &["SELECT"]).await;
        let child = table(&schema, "child");
        assert_eq!(child.primary_key, ["id"]);
        assert_eq!((child.keys.len(), child.foreign_keys.len()), (2, 1));
        let mariadb = server.name == "mariadb";
        assert_eq!(child.checks.len(), if mariadb { 2 } else { 1 });
        assert!(child.triggers.is_empty());
        assert_eq!(table(&schema, "shown").definition, None);

        let mut whys = whys(&schema, &database);
        let actions = whys.iter().position(|why| why.contains("ON DELETE"));
        let action = child.foreign_keys[0].on_delete;
        match (mariadb, actions) {
            (true, Some(place)) => {
                assert_eq!(whys.remove(place), ACTIONS_OF_CHILD);
                assert_eq!(action, ForeignKeyAction::Unknown);
                assert_eq!(child.foreign_keys[0].on_update, action);
            }
            (false, None) => assert_eq!(action, ForeignKeyAction::Cascade),
            _ => panic!("{} {whys:?}", server.name),
        }
        assert_eq!(child.foreign_keys[0].columns, ["o"]);
        assert_eq!(child.foreign_keys[0].referenced_table, "owner");
        assert_eq!(child.foreign_keys[0].referenced_columns, ["id"]);
        assert_eq!(
            whys,
            [
                "What shown select is hidden from the login. Grant it SHOW VIEW.",
                "Triggers of child and owner, if any, or what they do, are hidden from the login. Grant it TRIGGER.",
            ]
        );
    }
}

/// The right may be of a kind that shows it, and yet be too narrow.
#[tokio::test]
async fn mariadb_shows_what_foreign_keys_do_for_a_right_on_the_database_alone() {
    let Some(server) = super::server("mariadb") else {
        return;
    };
    let database = make(server, STATEMENTS).await;
    let on_table = [
        "SELECT",
        "REFERENCES, SHOW VIEW ON child",
        "REFERENCES ON owner",
    ];
    let schema = seen_with(server, &database, &on_table).await;
    let key = &table(&schema, "child").foreign_keys[0];
    let told = whys(&schema, &database).contains(&ACTIONS_OF_CHILD.to_owned());
    let expected = if server.is_open_mariadb().await {
        (ForeignKeyAction::Cascade, false)
    } else {
        (ForeignKeyAction::Unknown, true)
    };
    assert_eq!((key.on_delete, told), expected);
    for right in ["SHOW VIEW", "REFERENCES"] {
        let schema = seen_with(server, &database, &["SELECT", right]).await;
        let key = &table(&schema, "child").foreign_keys[0];
        assert_eq!(key.on_delete, ForeignKeyAction::Cascade, "{right}");
        let whys = whys(&schema, &database);
        assert!(whys.iter().all(|why| !why.contains("ON DELETE")), "{right}");
    }
}

#[tokio::test]
async fn who_watches_over_mariadb_is_told_what_foreign_keys_do() {
    let Some(server) = super::server("mariadb") else {
        return;
    };
    let all = ["CASCADE", "SET NULL", "NO ACTION", "RESTRICT"];
    let pairs = all
        .iter()
        .flat_map(|delete| all.map(|update| (delete, update)));
    let keys: Vec<_> = pairs
        .enumerate()
        .map(|(n, (delete, update))| {
            format!(
                "c{n} int, CONSTRAINT `k/é {n}` FOREIGN KEY (c{n}) REFERENCES `the owner` (id) \
                 ON DELETE {delete} ON UPDATE {update}"
            )
        })
        .collect();
    let child = format!(
        "CREATE TABLE `a/b.é` (id int PRIMARY KEY, `x/é` int, `y.#` int, {}, \
         CONSTRAINT two FOREIGN KEY (`y.#`, `x/é`) REFERENCES `the owner` (`aß`, `b`), \
         CONSTRAINT own FOREIGN KEY (`x/é`) REFERENCES `a/b.é` (id))",
        keys.join(", ")
    );
    let owner =
        "CREATE TABLE `the owner` (id int PRIMARY KEY, `b` int, `aß` int, UNIQUE (`aß`, `b`))";
    let database = make(server, &[owner, &child]).await;
    let (user, plain) = (unique(), unique());
    let statements = [
        format!("CREATE USER {user} IDENTIFIED BY 'a-password'"),
        format!("GRANT SELECT ON {database}.* TO {user}"),
        format!("GRANT PROCESS ON *.* TO {user}"),
        format!("CREATE USER {plain} IDENTIFIED BY 'a-password'"),
        format!("GRANT SELECT, SHOW VIEW ON {database}.* TO {plain}"),
    ];
    server.run(&statements).await.disconnect().await.unwrap();
    let mut seen = Vec::new();
    for user in [user, plain] {
        let target = server.user(&user, "a-password", &json!({"database": database}));
        let mut session = connect(&target).await;
        let schema = session.introspect(&Selection::default()).await.unwrap();
        assert!(
            whys(&schema, &database)
                .iter()
                .all(|why| !why.contains("ON DELETE"))
        );
        seen.push(table(&schema, "a/b.é").foreign_keys.clone());
    }
    assert_eq!(seen[0].len(), 18);
    assert_eq!(seen[0], seen[1]);
}

#[tokio::test]
async fn who_may_read_one_table_gets_its_foreign_keys_and_is_told_of_checks_that_may_be_hidden() {
    for server in servers() {
        let database = make(server, STATEMENTS).await;
        let schema = seen_with(server, &database, &["SELECT ON child"]).await;
        let child = table(&schema, "child");
        let key = &child.foreign_keys[0];
        assert_eq!(key.columns, ["o"]);
        assert_eq!(key.referenced_table, "owner");
        let mariadb = server.name == "mariadb";
        assert_eq!(child.checks.is_empty(), mariadb);
        let checks = "Checks of child, if any, are hidden from the login, and with them which \
                      texts are JSON. Grant it SELECT on the whole database.";
        let whys = whys(&schema, &database);
        assert_eq!(whys.iter().any(|why| why == checks), mariadb, "{whys:?}");
        assert_eq!(whys.iter().any(|why| why == ACTIONS_OF_CHILD), mariadb);
        assert!(!whys.iter().any(|why| why.contains("some columns")));
    }
}

#[tokio::test]
async fn who_may_read_some_columns_is_told_which_tables_and_foreign_keys_have_more() {
    for server in servers() {
        let database = make(
            server,
            &[
                "CREATE TABLE owner (id int PRIMARY KEY, b int, c int, UNIQUE KEY bc (b, c))",
                "CREATE TABLE child (id int PRIMARY KEY, o int, x int, y int, \
                 CONSTRAINT one FOREIGN KEY (o) REFERENCES owner (id) ON DELETE SET NULL, \
                 CONSTRAINT none FOREIGN KEY (id) REFERENCES owner (id), \
                 CONSTRAINT two FOREIGN KEY (x, y) REFERENCES owner (b, c))",
                "CREATE TABLE whole (id int PRIMARY KEY)",
            ],
        )
        .await;
        let rights = ["SELECT (o, y) ON child", "SELECT ON whole"];
        let schema = seen_with(server, &database, &rights).await;
        let child = table(&schema, "child");
        let columns: Vec<_> = child.columns.iter().map(|c| c.name.as_str()).collect();
        assert_eq!(columns, ["o", "y"]);
        let whys = whys(&schema, &database);
        let some = "The login sees some columns of child. Others, if any, are hidden, and what is \
                    told of keys and foreign keys may lack them. Grant it SELECT on the whole tables.";
        assert!(whys.iter().any(|why| why == some), "{whys:?}");

        let keys: Vec<_> = child
            .foreign_keys
            .iter()
            .map(|k| k.name.as_deref())
            .collect();
        if server.name == "mariadb" {
            // It shows none to who may see some columns of a table only.
            assert!(keys.is_empty());
            continue;
        }
        assert_eq!(keys, [Some("one"), Some("two")]);
        assert_eq!(child.foreign_keys[0].on_delete, ForeignKeyAction::SetNull);
        let hidden = format!(
            "Columns of the foreign keys two of child and none of child (to {database}.owner) are \
             hidden from the login. Grant it SELECT on the whole tables."
        );
        assert!(whys.contains(&hidden), "{whys:?}");
    }
}

#[tokio::test]
async fn a_trigger_that_is_named_without_what_it_does_is_told_of() {
    for server in servers() {
        let database = make(server, STATEMENTS).await;
        let rights = ["SELECT, SHOW VIEW", "INSERT ON child", "TRIGGER ON owner"];
        let schema = seen_with(server, &database, &rights).await;
        let triggers = &table(&schema, "child").triggers;
        let names: Vec<_> = triggers.iter().map(|t| t.name.as_str()).collect();
        let expected: &[&str] = match server.name {
            "mariadb" => &["stamps"],
            _ => &[],
        };
        assert_eq!(names, expected);
        assert!(triggers.iter().all(|trigger| trigger.definition.is_empty()));
        let hidden = "Triggers of child, if any, or what they do, are hidden from the login. Grant it TRIGGER.";
        assert_eq!(whys(&schema, &database), [hidden]);
    }
}

#[tokio::test]
async fn who_may_see_all_is_told_nothing() {
    for server in servers() {
        let database = make(server, STATEMENTS).await;
        let rights = ["SELECT, SHOW VIEW, TRIGGER"];
        let schema = seen_with(server, &database, &rights).await;
        assert!(schema.unreadable.is_empty(), "{:?}", schema.unreadable);
        let child = table(&schema, "child");
        assert_eq!(child.foreign_keys[0].on_delete, ForeignKeyAction::Cascade);
        assert_eq!(child.triggers.len(), 1);
        assert!(table(&schema, "shown").definition.is_some());
    }
}

#[tokio::test]
async fn a_right_on_one_table_leaves_the_others_unseen() {
    for server in servers() {
        let database = make(server, STATEMENTS).await;
        let rights = ["SELECT, SHOW VIEW, REFERENCES", "TRIGGER ON owner"];
        let schema = seen_with(server, &database, &rights).await;
        let hidden = "Triggers of child, if any, or what they do, are hidden from the login. Grant it TRIGGER.";
        assert_eq!(whys(&schema, &database), [hidden]);
    }
}

#[tokio::test]
async fn what_a_role_lets_one_see_is_not_said_to_be_hidden() {
    for server in servers() {
        let (user, role) = (unique(), unique());
        let database = make(server, STATEMENTS).await;
        let of = if server.name == "mysql" { "TO" } else { "FOR" };
        let statements = [
            format!("CREATE USER {user} IDENTIFIED BY 'a-password'"),
            format!("CREATE ROLE {role}"),
            format!("GRANT SELECT, SHOW VIEW, TRIGGER ON {database}.* TO {role}"),
            format!("GRANT {role} TO {user}"),
            format!("SET DEFAULT ROLE {role} {of} {user}"),
        ];
        server.run(&statements).await.disconnect().await.unwrap();
        let target = server.user(&user, "a-password", &json!({"database": database}));
        let mut session = connect(&target).await;
        let schema = session.introspect(&Selection::default()).await.unwrap();
        assert!(schema.unreadable.is_empty(), "{:?}", schema.unreadable);
        assert_eq!(table(&schema, "child").triggers.len(), 1);
    }
}

#[tokio::test]
async fn a_sequence_that_may_not_be_read_is_named_and_the_others_are_read() {
    let Some(server) = super::server("mariadb") else {
        return;
    };
    let statements = ["CREATE SEQUENCE mine START WITH 7", "CREATE SEQUENCE other"];
    let database = make(server, &statements).await;
    let rights = ["SELECT ON mine", "INSERT ON other"];
    let schema = seen_with(server, &database, &rights).await;
    let sequences: Vec<_> = schema.sequences.iter().map(|s| s.name.as_str()).collect();
    assert_eq!(sequences, ["mine", "other"]);
    assert_eq!(schema.sequences[0].start, "7");
    assert_eq!(schema.sequences[0].cache, "1000");
    let start = schema.sequences[1].start.as_str();
    let hidden = "The figures of other are hidden from the login. Grant it SELECT.";
    let expected = if server.is_open_mariadb().await {
        ("1", vec![])
    } else {
        ("", vec![hidden.to_owned()])
    };
    assert_eq!((start, whys(&schema, &database)), expected);
}

/// Views of the catalog that an older server or a look-alike has not, or keeps to itself.
#[tokio::test]
async fn what_a_look_alike_refuses_is_named_and_the_rest_stands() {
    let no_such_table = || Step::Say(refusal(1, 1109, "#42S02Unknown table"));
    let mut steps = vec![
        Step::Say(greeting("8.0.11-TiDB-v7.5.0", "mysql_native_password")),
        Step::Hear,
        Step::Say(ok(2)),
        Step::Hear,
        Step::Say(row(&["8.0.11-TiDB-v7.5.0", "TiDB", "shop"])),
        Step::Hear,
        Step::Say(ok(1)),
        Step::Hear,
        Step::Say(ok(1)),
        // Neither features nor databases.
        Step::Hear,
        no_such_table(),
        Step::Hear,
        no_such_table(),
        Step::Hear,
        Step::Say(row(&[
            "shop",
            "t",
            "BASE TABLE",
            "InnoDB",
            "",
            "",
            "utf8mb4_bin",
        ])),
        Step::Hear,
        Step::Say(row(&[
            "shop", "t", "a", "int", "int(11)", "NO", "1", "", "", "", "", "", "",
        ])),
    ];
    for _ in 0..20 {
        steps.push(Step::Hear);
        steps.push(no_such_table());
    }
    let fake = Fake::start(steps).await;
    let mut session = connect(&target(json!({
        "databaseType": "mysql", "host": "127.0.0.1", "port": fake.port,
        "username": "ann", "password": "a-password",
        "options": {"tls": "disable"},
    })))
    .await;
    let selection = Selection::default();
    let schema = session.introspect(&selection).await.unwrap();
    assert_eq!(table(&schema, "t").columns[0].name, "a");
    let refused: Vec<_> = schema.unreadable.iter().map(|u| u.name.as_str()).collect();
    assert_eq!(
        refused,
        [
            "indexes and keys",
            "partitions",
            "triggers",
            "foreign keys",
            "actions of foreign keys"
        ]
    );
    assert!(schema.unreadable.iter().all(|u| u.why.contains("1109")));
}
