//! All that a document of these engines can hold, from statements to JSON. The figures, which no
//! two servers have alike, are left out; the databases' names stand as `shop` and `shop_other`.

use headwater::connectors::Selection;
use serde_json::json;

use super::{Server, connect, server, unique};

/// Makes a fixture's databases. A statement ends with a semicolon at a line's end.
async fn make(server: Server, fixture: &str) -> String {
    let name = unique();
    let mut statements = vec![
        format!("CREATE DATABASE {name}"),
        format!("CREATE DATABASE {name}_other"),
    ];
    let renamed = fixture
        .replace("`shop_other`", &format!("`{name}_other`"))
        .replace("`shop`", &format!("`{name}`"));
    statements.extend(renamed.split(";\n").map(str::to_owned));
    server.run(&statements).await.disconnect().await.unwrap();
    name
}

async fn document(server: Server, fixture: &str) -> serde_json::Value {
    let name = make(server, fixture).await;
    let target = server.admin(&json!({"database": name}));
    let mut session = connect(&target).await;
    let schema = session.introspect(&Selection::default()).await.unwrap();
    let mut document = serde_json::to_value(&schema).unwrap();
    for table in document["tables"].as_array_mut().unwrap() {
        let table = table.as_object_mut().unwrap();
        for figure in ["row_count_estimate", "size_bytes", "index_size_bytes"] {
            let found = table.shift_remove(figure);
            let is_view = table["kind"] == "view";
            assert_eq!(found.is_some_and(|f| f.is_u64()), !is_view, "{table:?}");
        }
    }
    let text = document.to_string().replace(&name, "shop");
    serde_json::from_str(&text).unwrap()
}

#[tokio::test]
async fn mysql_tells_all_that_its_catalog_has() {
    if let Some(server) = server("mysql") {
        insta::assert_json_snapshot!(document(server, include_str!("fixtures/mysql.sql")).await);
    }
}

#[tokio::test]
async fn mariadb_tells_all_that_its_catalog_has() {
    if let Some(server) = server("mariadb") {
        insta::assert_json_snapshot!(document(server, include_str!("fixtures/mariadb.sql")).await);
    }
}
