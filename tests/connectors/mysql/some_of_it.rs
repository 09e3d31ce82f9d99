//! A selection changes which tables are shown, and nothing of what is shown of them.

use headwater::connectors::Selection;
use serde_json::json;

use super::catalog::make;
use super::{connect, servers};

#[tokio::test]
async fn few_of_many_tables_are_read_as_fully_as_all() {
    for server in servers() {
        let mut statements: Vec<_> = (0..12)
            .map(|n| {
                format!(
                    "CREATE TABLE t{n} (id int PRIMARY KEY AUTO_INCREMENT, b int CHECK (b > {n}), p point NOT NULL, \
                     doc json, parent int REFERENCES t0 (id), INDEX by_b (b DESC), UNIQUE u{n} (b, id), SPATIAL INDEX (p), \
                     CONSTRAINT fk{n} FOREIGN KEY (parent) REFERENCES t{n} (id) ON DELETE SET NULL)"
                )
            })
            .collect();
        statements.push("CREATE TABLE T1 (other_case int)".to_owned());
        statements.push("CREATE TABLE parts (a int) PARTITION BY HASH (a) PARTITIONS 2".to_owned());
        statements.push("CREATE VIEW v AS SELECT id FROM t1".to_owned());
        let trigger = "CREATE TRIGGER stamps AFTER INSERT ON t1 FOR EACH ROW SET @a = 1";
        statements.push(trigger.to_owned());
        let statements: Vec<_> = statements.iter().map(String::as_str).collect();
        let database = make(server, &statements).await;

        let target = server.admin(&json!({"database": database}));
        let mut session = connect(&target).await;
        let all = session.introspect(&Selection::default()).await.unwrap();
        assert_eq!(all.tables.len(), 15);
        let some = Selection {
            tables: ["t1", "parts", "v"].map(str::to_owned).into(),
            ..Selection::default()
        };
        let few = session.introspect(&some).await.unwrap();
        let expected: Vec<_> = all
            .tables
            .iter()
            .filter(|t| some.tables.contains(&t.name))
            .map(headwater::schema::Table::structure)
            .collect();
        let found: Vec<_> = few
            .tables
            .iter()
            .map(headwater::schema::Table::structure)
            .collect();
        assert_eq!(found, expected);
        let t1 = few.tables.iter().find(|t| t.name == "t1").unwrap();
        assert!(!t1.foreign_keys.is_empty() && !t1.checks.is_empty() && !t1.triggers.is_empty());
        assert!(t1.row_count_estimate.is_some());
    }
}
