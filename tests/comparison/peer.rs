//! A server, a database of one test's own on it, and `SQLAlchemy`.

use std::io::Write;
use std::process::Command;

use headwater::schema::Schema;
use mysql_async::prelude::Queryable;
use mysql_async::{Conn, OptsBuilder, SslOpts};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::json;
use tokio_postgres::{Config, NoTls};

use crate::support::servers::{admin_password, chosen, port, variable};
use crate::support::source;

/// A server of SQL.
#[derive(Clone, Copy)]
pub struct Peer {
    pub name: &'static str,
    port: u16,
}

/// A database on it.
pub struct Database {
    peer: Peer,
    name: String,
}

impl Peer {
    /// `None` where the engine was left out on purpose.
    pub fn chosen(name: &'static str) -> Option<Self> {
        let variable = format!("{}_PORT", name.to_uppercase());
        chosen(name).then(|| Self {
            name,
            port: port(&variable),
        })
    }

    pub fn is_postgres(self) -> bool {
        self.name == "postgres"
    }

    /// Makes a database by these scripts.
    pub async fn make(self, scripts: &[&str]) -> Database {
        let unique = &uuid::Uuid::new_v4().simple().to_string()[..16];
        let database = Database {
            peer: self,
            name: format!("c{unique}"),
        };
        let create = format!("CREATE DATABASE {}", database.name);
        self.run(None, &[&create]).await;
        self.run(Some(&database.name), scripts).await;
        database
    }

    async fn run(self, database: Option<&str>, scripts: &[&str]) {
        if self.is_postgres() {
            let mut config = Config::new();
            config
                .host("127.0.0.1")
                .port(self.port)
                .user("headwater_admin")
                .password(admin_password())
                .dbname(database.unwrap_or("postgres"));
            let (client, connection) = config.connect(NoTls).await.expect("the admin connects");
            tokio::spawn(connection);
            for script in scripts {
                let done = client.batch_execute(script).await;
                done.unwrap_or_else(|error| panic!("{script}: {error:?}"));
            }
            return;
        }
        let options = OptsBuilder::default()
            .ip_or_hostname("127.0.0.1")
            .tcp_port(self.port)
            .prefer_socket(false)
            .user(Some("headwater_admin"))
            .pass(Some(admin_password()))
            .db_name(database)
            .ssl_opts(SslOpts::default().with_danger_accept_invalid_certs(true));
        let mut admin = Conn::new(options).await.expect("the admin connects");
        for script in scripts {
            let done = admin.query_drop(*script).await;
            done.unwrap_or_else(|error| panic!("{script}: {error}"));
        }
        admin.disconnect().await.unwrap();
    }
}

impl Database {
    /// What we read of it.
    pub async fn introspect(&self) -> Schema {
        let engine = if self.peer.is_postgres() {
            "postgresql"
        } else {
            self.peer.name
        };
        let fields = json!({
            "databaseType": engine, "host": "127.0.0.1", "port": self.peer.port,
            "username": "headwater_admin", "password": admin_password(), "database": self.name,
        });
        let attempt = source::connect(fields).await;
        let selection = attempt.selection.clone();
        let mut session = attempt.session();
        let schema = session.introspect(&selection).await;
        session.close().await;
        schema.unwrap_or_else(|error| panic!("{error:?}"))
    }

    /// Fails where `SQLAlchemy` sees anything otherwise.
    pub fn compare(&self, schema: &Schema) {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(&serde_json::to_vec(schema).unwrap())
            .unwrap();
        let password = utf8_percent_encode(&admin_password(), NON_ALPHANUMERIC).to_string();
        let driver = if self.peer.is_postgres() {
            "postgresql+psycopg"
        } else {
            "mysql+pymysql"
        };
        let url = format!(
            "{driver}://headwater_admin:{password}@127.0.0.1:{}/{}",
            self.peer.port, self.name
        );
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/comparison/compare.py");
        let output = Command::new(variable("SQLALCHEMY_PYTHON"))
            .args([script, file.path().to_str().unwrap(), &url])
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "{}\n{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
    }

    /// Removes it.
    pub async fn remove(self) {
        let drop = format!("DROP DATABASE {}", self.name);
        self.peer.run(None, &[&drop]).await;
    }
}
