//! PostgreSQL for the suite.

use std::path::Path;

use async_trait::async_trait;
use serde_json::{Value, json};
use tokio_postgres::{Client, Config, NoTls};

use super::engine::{DELETE_ROWS, Engine, Expected, KEYED, Versioned, values};
use crate::support::app::CANARY;
use crate::support::servers;

pub struct Postgres {
    port: u16,
}

impl Postgres {
    pub fn chosen() -> Option<Self> {
        servers::chosen("postgres").then(|| Self {
            port: servers::port("POSTGRES_PORT"),
        })
    }

    pub async fn admin(&self, database: &str) -> Client {
        let mut config = Config::new();
        config.host("127.0.0.1").port(self.port).dbname(database);
        config
            .user("headwater_admin")
            .password(servers::admin_password());
        let (client, connection) = config.connect(NoTls).await.expect("the admin connects");
        tokio::spawn(connection);
        client
    }
}

#[async_trait]
impl Engine for Postgres {
    fn name(&self) -> &'static str {
        "postgresql"
    }

    fn customers(&self) -> Vec<Expected> {
        vec![
            ("id", "int32", false, true),
            ("name", "string", false, false),
            ("email", "string", true, false),
        ]
    }

    async fn make(&self, name: &str, _: &Path) -> Value {
        let admin = self.admin("postgres").await;
        let setup = [
            format!("CREATE DATABASE {name}"),
            format!("CREATE ROLE {name} LOGIN PASSWORD '{CANARY}'"),
            format!("REVOKE CONNECT ON DATABASE {name} FROM PUBLIC"),
            format!("GRANT CONNECT ON DATABASE {name} TO {name}"),
        ];
        for statement in setup {
            admin.batch_execute(&statement).await.unwrap();
        }
        let inside = format!(
            "CREATE TABLE customers (id integer PRIMARY KEY, name varchar(50) NOT NULL, email text DEFAULT 'none');
             CREATE TABLE orders (id bigint PRIMARY KEY, customer_id integer REFERENCES customers, total numeric(10,2));
             CREATE VIEW big_orders AS SELECT * FROM orders WHERE total > 100;
             INSERT INTO customers VALUES (1, 'Ann'), (2, 'Bob'), (3, 'Cid');
             INSERT INTO orders VALUES (1, 1, 5.50), (2, 2, 500);
             ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO {name};
             GRANT SELECT ON ALL TABLES IN SCHEMA public TO {name}"
        );
        self.admin(name).await.batch_execute(&inside).await.unwrap();
        json!({
            "databaseType": "postgresql", "host": "127.0.0.1", "port": self.port,
            "database": name, "username": name, "password": CANARY,
        })
    }

    async fn add_table(&self, name: &str, _: &Path) {
        self.admin(name)
            .await
            .batch_execute("CREATE TABLE added (a integer)")
            .await
            .unwrap();
    }

    async fn add_keyed(&self, name: &str, _: &Path) {
        let admin = self.admin(name).await;
        admin.batch_execute(&KEYED.join(";")).await.unwrap();
    }

    async fn delete_rows(&self, name: &str, _: &Path) {
        let admin = self.admin(name).await;
        admin.batch_execute(&DELETE_ROWS.join(";")).await.unwrap();
    }

    async fn put(&self, name: &str, _: &Path, rows: &[Versioned], whole: bool) {
        let script = format!(
            "BEGIN;
             CREATE TABLE IF NOT EXISTS versions (id integer PRIMARY KEY, v integer NOT NULL, seq bigint NOT NULL, pad text NOT NULL);
             DELETE FROM versions WHERE {whole};
             INSERT INTO versions VALUES {}
                 ON CONFLICT (id) DO UPDATE SET v = excluded.v, seq = excluded.seq, pad = excluded.pad;
             COMMIT",
            values(rows)
        );
        let admin = self.admin(name).await;
        admin.batch_execute(&script).await.unwrap();
    }

    async fn hang_up(&self, name: &str) -> bool {
        let kill = format!(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '{name}'"
        );
        let admin = self.admin("postgres").await;
        admin.batch_execute(&kill).await.unwrap();
        true
    }

    async fn rename_customers(&self, name: &str, _: &Path, to: &str) {
        let statement =
            format!("ALTER TABLE customers RENAME TO {to}; ALTER TABLE {to} ADD COLUMN born date");
        self.admin(name)
            .await
            .batch_execute(&statement)
            .await
            .unwrap();
    }
}
