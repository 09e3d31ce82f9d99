//! `MongoDB`: against a server of its protocol, and against scripted ones for what that cannot show.

mod catalog;
mod earlier;
mod fake;
mod hostile;
mod login;
mod peer;
mod read;
mod recognize;
mod schema;
mod set;
mod tls;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use ::mongodb::Client;
use ::mongodb::options::{ClientOptions, Credential, ServerAddress};
use headwater::connectors::{ConnectorError, ErrorKind, Stage};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};

use crate::support::servers;
use crate::support::source::{self, Attempt};

/// Connects as a caller's JSON says.
async fn connect(mut fields: Value) -> Attempt {
    fields["databaseType"] = json!("mongodb");
    let attempt = tokio::time::timeout(Duration::from_secs(15), source::connect(fields)).await;
    attempt.expect("a stage has no bound")
}

/// The names of the stages that were passed, and of the one that was not, with a `!`.
fn stages(attempt: &Attempt) -> String {
    let name =
        |(stage, ok): &(Stage, bool)| format!("{}{}", stage.as_str(), if *ok { "" } else { "!" });
    attempt
        .stages
        .iter()
        .map(name)
        .collect::<Vec<_>>()
        .join(" ")
}

/// A connection as the admin.
fn as_admin(port: u16, database: &str) -> Value {
    json!({
        "host": "127.0.0.1", "port": port, "database": database,
        "username": "headwater_admin", "password": servers::admin_password(),
        "options": { "authSource": "admin" },
    })
}

/// The driver itself, to make data with.
async fn admin(port: u16) -> Client {
    let mut options = ClientOptions::default();
    options.hosts = vec![ServerAddress::Tcp {
        host: "127.0.0.1".to_owned(),
        port: Some(port),
    }];
    options.direct_connection = Some(true);
    options.credential = Some(
        Credential::builder()
            .username("headwater_admin".to_owned())
            .password(servers::admin_password())
            .source("admin".to_owned())
            .build(),
    );
    Client::with_options(options).unwrap()
}

/// A database's name that no other test uses.
fn fresh(name: &str) -> String {
    static NUMBER: AtomicUsize = AtomicUsize::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    format!("{name}_{}_{number}", std::process::id())
}

/// A way to a server that counts the connections that are open on it.
struct Counted {
    port: u16,
    open: Arc<AtomicUsize>,
}

impl Counted {
    async fn to(port: u16) -> Self {
        let listener = TcpListener::bind(("0.0.0.0", 0)).await.unwrap();
        let counted = Self {
            port: listener.local_addr().unwrap().port(),
            open: Arc::default(),
        };
        let open = Arc::clone(&counted.open);
        tokio::spawn(async move {
            while let Ok((mut client, _)) = listener.accept().await {
                open.fetch_add(1, Ordering::SeqCst);
                let open = Arc::clone(&open);
                tokio::spawn(async move {
                    let server = SocketAddr::from(([127, 0, 0, 1], port));
                    let mut server = TcpStream::connect(server).await.unwrap();
                    let _ = tokio::io::copy_bidirectional(&mut client, &mut server).await;
                    open.fetch_sub(1, Ordering::SeqCst);
                });
            }
        });
        counted
    }

    fn open(&self) -> usize {
        self.open.load(Ordering::SeqCst)
    }
}

/// Waits until something holds.
async fn until(what: &str, holds: impl Fn() -> bool) {
    let waited = tokio::time::timeout(Duration::from_secs(10), async {
        while !holds() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    });
    assert!(waited.await.is_ok(), "{what}");
}

fn kinds(error: &ConnectorError) -> (ErrorKind, &str) {
    let stage = error.stage.expect("an error without a stage");
    (error.kind, stage.as_str())
}
