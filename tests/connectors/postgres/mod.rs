//! PostgreSQL, against real servers and against fakes.

mod catalog;
mod fakes;
mod locks;
mod login;
mod reading;
mod rights;
mod structure;
mod work;

use std::sync::atomic::{AtomicUsize, Ordering};

use headwater::connectors::Session;
use serde_json::{Value, json};
use tokio_postgres::{Client, Config, NoTls};

use crate::support::servers::{admin_password, chosen, port, variable};
use crate::support::source;

/// The two servers.
struct Postgres {
    port: u16,
    /// Of the one that offers no TLS.
    plain_port: u16,
    socket_dir: String,
    admin_password: String,
}

/// The servers; `None` only where they were left out on purpose.
fn postgres() -> Option<Postgres> {
    chosen("postgres").then(|| Postgres {
        port: port("POSTGRES_PORT"),
        plain_port: port("POSTGRES_PLAIN_PORT"),
        socket_dir: variable("POSTGRES_SOCKET_DIR"),
        admin_password: admin_password(),
    })
}

/// A PEM text among the servers' certificates.
fn pem(file: &str) -> String {
    std::fs::read_to_string(format!("{}/{file}", variable("TLS_DIR"))).unwrap()
}

/// A database of one test's own, and its maker.
struct Database {
    name: String,
    server: Postgres,
    admin: Client,
}

impl Database {
    /// Makes an empty database and runs `sql` in it; `None` where the engine was left out.
    async fn with(sql: &str) -> Option<Self> {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let server = postgres()?;
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("test {} {number}", std::process::id());
        let create = format!("CREATE DATABASE \"{name}\" TEMPLATE template0");
        admin(&server, "postgres")
            .await
            .batch_execute(&create)
            .await
            .unwrap();
        let admin = admin(&server, &name).await;
        admin.batch_execute(sql).await.unwrap();
        Some(Self {
            name,
            server,
            admin,
        })
    }

    /// The fields by which the admin connects to it, and `more` of them.
    fn fields(&self, more: Value) -> Value {
        let mut fields = as_admin(&self.server, json!({ "database": self.name }));
        merge(&mut fields, more);
        fields
    }

    async fn connect(&self, more: Value) -> Box<dyn Session> {
        source::connect(self.fields(more)).await.session()
    }
}

async fn admin(server: &Postgres, database: &str) -> Client {
    let (client, connection) = Config::new()
        .host("127.0.0.1")
        .port(server.port)
        .user("headwater_admin")
        .password(&server.admin_password)
        .dbname(database)
        .application_name("the test itself")
        .connect(NoTls)
        .await
        .unwrap();
    tokio::spawn(connection);
    client
}

/// The fields by which the admin connects to the server with TLS.
fn as_admin(server: &Postgres, more: Value) -> Value {
    let mut fields = json!({
        "databaseType": "postgresql",
        "host": "127.0.0.1",
        "port": server.port,
        "username": "headwater_admin",
        "password": server.admin_password,
        "database": "shop",
    });
    merge(&mut fields, more);
    fields
}

fn merge(fields: &mut Value, more: Value) {
    let (Value::Object(fields), Value::Object(more)) = (fields, more) else {
        panic!("fields are an object");
    };
    fields.extend(more);
}
