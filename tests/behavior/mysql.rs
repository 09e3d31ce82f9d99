//! MySQL and MariaDB for the suite.

use std::path::Path;

use async_trait::async_trait;
use mysql_async::prelude::Queryable;
use mysql_async::{Conn, OptsBuilder, SslOpts};
use serde_json::{Value, json};

use super::engine::{DELETE_ROWS, Engine, Expected, KEYED, Versioned, values};
use crate::support::app::CANARY;
use crate::support::servers;

pub struct MySql {
    name: &'static str,
    port: u16,
}

impl MySql {
    pub fn chosen(name: &'static str) -> Option<Self> {
        let variable = format!("{}_PORT", name.to_uppercase());
        servers::chosen(name).then(|| Self {
            name,
            port: servers::port(&variable),
        })
    }

    pub async fn admin(&self) -> Conn {
        let options = OptsBuilder::default()
            .ip_or_hostname("127.0.0.1")
            .tcp_port(self.port)
            .prefer_socket(false)
            .user(Some("headwater_admin"))
            .pass(Some(servers::admin_password()))
            .ssl_opts(SslOpts::default().with_danger_accept_invalid_certs(true));
        Conn::new(options).await.expect("the admin connects")
    }

    async fn run(&self, statements: &[String]) {
        let mut admin = self.admin().await;
        for statement in statements {
            admin
                .query_drop(statement)
                .await
                .unwrap_or_else(|error| panic!("{statement}: {error}"));
        }
        admin.disconnect().await.unwrap();
    }
}

#[async_trait]
impl Engine for MySql {
    fn name(&self) -> &'static str {
        self.name
    }

    fn customers(&self) -> Vec<Expected> {
        vec![
            ("id", "int32", false, true),
            ("name", "string", false, false),
            ("email", "string", true, false),
        ]
    }

    async fn make(&self, name: &str, _: &Path) -> Value {
        self.run(&[
            format!("CREATE DATABASE {name}"),
            format!("CREATE USER {name} IDENTIFIED BY '{CANARY}'"),
            format!("GRANT SELECT, SHOW VIEW ON {name}.* TO {name}"),
            format!("CREATE TABLE {name}.customers (id int PRIMARY KEY, name varchar(50) NOT NULL, email varchar(100) DEFAULT 'none')"),
            format!("CREATE TABLE {name}.orders (id bigint PRIMARY KEY, customer_id int, total decimal(10,2), FOREIGN KEY (customer_id) REFERENCES {name}.customers (id))"),
            format!("CREATE VIEW {name}.big_orders AS SELECT * FROM {name}.orders WHERE total > 100"),
            format!("INSERT INTO {name}.customers (id, name) VALUES (1, 'Ann'), (2, 'Bob'), (3, 'Cid')"),
            format!("INSERT INTO {name}.orders VALUES (1, 1, 5.50), (2, 2, 500)"),
        ])
        .await;
        json!({
            "databaseType": self.name, "host": "127.0.0.1", "port": self.port,
            "database": name, "username": name, "password": CANARY,
        })
    }

    async fn add_table(&self, name: &str, _: &Path) {
        self.run(&[format!("CREATE TABLE {name}.added (a int)")])
            .await;
    }

    async fn add_keyed(&self, name: &str, _: &Path) {
        let inside = [&format!("USE {name}"), KEYED[0], KEYED[1]];
        self.run(&inside.map(str::to_owned)).await;
    }

    async fn delete_rows(&self, name: &str, _: &Path) {
        let inside = [
            &format!("USE {name}")[..],
            DELETE_ROWS[0],
            DELETE_ROWS[1],
            DELETE_ROWS[2],
        ];
        self.run(&inside.map(str::to_owned)).await;
    }

    async fn put(&self, name: &str, _: &Path, rows: &[Versioned], whole: bool) {
        self.run(&[
            format!("CREATE TABLE IF NOT EXISTS {name}.versions (id int PRIMARY KEY, v int NOT NULL, seq bigint NOT NULL, pad varchar(300) NOT NULL)"),
            "START TRANSACTION".to_owned(),
            format!("DELETE FROM {name}.versions WHERE {whole}"),
            format!("REPLACE INTO {name}.versions VALUES {}", values(rows)),
            "COMMIT".to_owned(),
        ])
        .await;
    }

    async fn hang_up(&self, name: &str) -> bool {
        let mut admin = self.admin().await;
        let list = format!("SELECT id FROM information_schema.processlist WHERE user = '{name}'");
        let threads: Vec<u64> = admin.query(list).await.unwrap();
        for thread in threads {
            // One that ended by itself is no thread any more.
            let _ = admin.query_drop(format!("KILL CONNECTION {thread}")).await;
        }
        admin.disconnect().await.unwrap();
        true
    }

    async fn rename_customers(&self, name: &str, _: &Path, to: &str) {
        self.run(&[format!("RENAME TABLE {name}.customers TO {name}.{to}")])
            .await;
    }
}
