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
                assert!(whys.remove(place).contains("of child do"));
                assert_eq!(action, ForeignKeyAction::NoAction);
            }
            (false, None) => assert_eq!(action, ForeignKeyAction::Cascade),
            _ => panic!("{} {whys:?}", server.name),
        }
        assert_eq!(
            whys,
            [
                "What shown select is hidden from the login. Grant it SHOW VIEW.",
                "Triggers of child and owner, if any, are hidden from the login. Grant it TRIGGER.",
            ]
        );
    }
}

#[tokio::test]
async fn who_may_see_all_is_told_nothing() {
    for server in servers() {
        let database = make(server, STATEMENTS).await;
        let rights = ["SELECT, SHOW VIEW, TRIGGER", "REFERENCES ON owner"];
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
        let hidden = "Triggers of child, if any, are hidden from the login. Grant it TRIGGER.";
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
    let hidden = "The figures of other are hidden from the login. Grant it SELECT.";
    assert_eq!(whys(&schema, &database), [hidden]);
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
            "actions of foreign keys",
            "foreign keys",
            "partitions",
            "triggers"
        ]
    );
    assert!(schema.unreadable.iter().all(|u| u.why.contains("1109")));
}
