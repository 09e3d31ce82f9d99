//! `MySQL` and `MariaDB`.

mod catalog;
mod connecting;
mod counting;
mod document;
mod fake;
mod hostile;
mod leaving;
mod names;
mod rights;
mod rows;
mod some_of_it;
mod tls;

use headwater::connectors::dial::{Dialer, HostRules};
use headwater::connectors::input::ConnectionInput;
use headwater::connectors::{
    ConnectorError, Context, Session, Stage, Target, Trace, driver, trace::StageRecord,
};
use mysql_async::prelude::Queryable;
use mysql_async::{Conn, OptsBuilder, SslOpts};
use serde_json::{Value, json};

use crate::support::servers;
use crate::support::source::one_stage_failed;

/// A real server.
#[derive(Clone, Copy)]
pub struct Server {
    /// The engine's name.
    pub name: &'static str,
    /// Its port with TLS.
    pub port: u16,
}

/// Those of the two that take part.
pub fn servers() -> Vec<Server> {
    ["mysql", "mariadb"]
        .into_iter()
        .filter_map(server)
        .collect()
}

/// One of them, where it takes part.
pub fn server(name: &'static str) -> Option<Server> {
    let variable = format!("{}_PORT", name.to_uppercase());
    servers::chosen(name).then(|| Server {
        name,
        port: servers::port(&variable),
    })
}

impl Server {
    /// Whether this is a `MariaDB` that hides less of its catalog from a login with few rights: measured,
    /// 10.11 does not and 11.8 does.
    pub async fn is_open_mariadb(self) -> bool {
        let admin = self.run(&[]).await;
        let version = admin.server_version();
        admin.disconnect().await.unwrap();
        self.name == "mariadb" && version >= (11, 8, 0)
    }

    /// Runs statements as the administrator, by a driver of its own.
    pub async fn run(self, statements: &[String]) -> Conn {
        let options = OptsBuilder::default()
            .ip_or_hostname("127.0.0.1")
            .tcp_port(self.port)
            .prefer_socket(false)
            .user(Some("headwater_admin"))
            .pass(Some(servers::admin_password()))
            .ssl_opts(SslOpts::default().with_danger_accept_invalid_certs(true));
        let mut admin = Conn::new(options).await.expect("the admin connects");
        for statement in statements {
            let done = admin.query_drop(statement).await;
            done.unwrap_or_else(|error| panic!("{statement}: {error}"));
        }
        admin
    }

    /// A connection of the administrator, with changes.
    pub fn admin(self, changes: &Value) -> Target {
        let mut fields =
            json!({"username": "headwater_admin", "password": servers::admin_password()});
        merge(&mut fields, changes);
        self.target(&fields)
    }

    /// A connection of another user, with changes.
    pub fn user(self, name: &str, password: &str, changes: &Value) -> Target {
        let mut fields = json!({"username": name, "password": password});
        merge(&mut fields, changes);
        self.target(&fields)
    }

    fn target(self, changes: &Value) -> Target {
        let mut fields = json!({"databaseType": self.name, "host": "127.0.0.1", "port": self.port});
        merge(&mut fields, changes);
        target(fields)
    }
}

fn merge(fields: &mut Value, changes: &Value) {
    for (field, value) in changes.as_object().unwrap() {
        fields[field] = value.clone();
    }
}

/// A connection from a caller's fields.
pub fn target(fields: Value) -> Target {
    let engine = driver(fields["databaseType"].as_str().unwrap()).unwrap();
    let input: ConnectionInput = serde_json::from_value(fields).unwrap();
    let draft = input.draft(engine).unwrap();
    Target {
        driver: engine,
        settings: draft.settings,
        credentials: draft.credentials,
        uploads: None,
    }
}

/// An attempt, with the stages that it reached.
pub struct Attempt {
    pub result: Result<Box<dyn Session>, ConnectorError>,
    pub stages: Vec<StageRecord>,
}

pub async fn attempt(target: &Target) -> Attempt {
    let context = Context {
        dialer: Dialer::new(HostRules::default(), true),
        files_root: std::env::temp_dir(),
    };
    let trace = Trace::default();
    let result = target.driver.connect(&context, target, &trace).await;
    Attempt {
        result,
        stages: trace.stages(),
    }
}

pub async fn connect(target: &Target) -> Box<dyn Session> {
    attempt(target)
        .await
        .result
        .unwrap_or_else(|error| panic!("{error:?}"))
}

/// The failure of an attempt, which the last stage has too.
pub async fn failure(target: &Target) -> ConnectorError {
    let Attempt { result, stages } = attempt(target).await;
    let Err(error) = result else {
        panic!("the server let it in");
    };
    let stages: Vec<_> = stages.iter().map(|s| (s.stage, s.ok)).collect();
    one_stage_failed(&stages, &error);
    let password = target.credentials.password();
    if !password.is_empty() {
        assert!(!format!("{error:?}").contains(password), "{error:?}");
    }
    error
}

/// The stages that were passed.
pub fn passed(stages: &[StageRecord]) -> Vec<Stage> {
    stages.iter().filter(|s| s.ok).map(|s| s.stage).collect()
}

/// A name that no other test has.
pub fn unique() -> String {
    format!("t{}", &uuid::Uuid::new_v4().simple().to_string()[..16])
}
