//! The first words after the login: who answers, and whether that is one that will do.

use tokio_postgres::{Client, SimpleQueryMessage, SimpleQueryRow};

use super::error::About;
use super::product::{FLOOR, POSTGRESQL, is_too_old, product};
use super::watch::Watch;
use crate::connectors::{ConnectorError, ErrorKind};

/// Who answered.
pub struct Hello {
    pub product: &'static str,
    pub version: String,
    pub database: String,
    pub note: Option<String>,
}

/// Asks the server who it is. `server_version` is what it said of itself at the login;
/// `wanted` which of several servers will do (libpq manual, `target_session_attrs`).
pub async fn hello(
    client: &Client,
    about: &About,
    watch: &Watch,
    server_version: &str,
    wanted: Option<&str>,
) -> Result<Hello, ConnectorError> {
    let ask = async |sql: &str| {
        let messages = client.simple_query(sql).await;
        let mut messages = messages
            .map_err(|error| about.work(&error, watch))?
            .into_iter();
        messages
            .find_map(|message| match message {
                SimpleQueryMessage::Row(row) => Some(row),
                _ => None,
            })
            .ok_or_else(|| about.nonsense())
    };
    let text = |row: &SimpleQueryRow, i: usize| {
        let text = row.try_get(i).ok().flatten().map(str::to_owned);
        text.ok_or_else(|| about.nonsense())
    };
    let row = ask(include_str!("sql/hello.sql")).await?;
    let (version, database) = (text(&row, 0)?, text(&row, 1)?);
    let product = product(&version);
    let hello = if product == POSTGRESQL {
        Hello {
            product,
            version: server_version.to_owned(),
            database,
            note: None,
        }
    } else {
        Hello {
            product,
            version: version.chars().take(100).collect(),
            database,
            note: Some(format!(
                "This is {product}, which speaks PostgreSQL's protocol: what its catalog lacks \
                 cannot be read."
            )),
        }
    };
    if hello.product == POSTGRESQL && is_too_old(server_version) {
        return Err(too_old(about, server_version));
    }
    if let Some(wanted) = wanted {
        let row = ask(include_str!("sql/role_of_server.sql")).await?;
        let (read_only, standby) = (text(&row, 0)? == "t", text(&row, 1)? == "t");
        let will_do = match wanted {
            "read-write" => !read_only,
            "read-only" => read_only,
            "primary" => !standby,
            "standby" => standby,
            _ => true,
        };
        if !will_do {
            return Err(not_wanted(about, wanted));
        }
    }
    Ok(hello)
}

/// The server is older than any that is supported.
pub fn too_old(about: &About, version: &str) -> ConnectorError {
    let version: String = version.chars().take(60).collect();
    ConnectorError::new(
        ErrorKind::UnsupportedServer,
        format!(
            "{} runs PostgreSQL {version}; {FLOOR} or later is supported.",
            about.place
        ),
        "Upgrade the server.",
    )
}

fn not_wanted(about: &About, wanted: &str) -> ConnectorError {
    ConnectorError::new(
        ErrorKind::ServerUnavailable,
        format!(
            "{} is not {wanted}, as target_session_attrs demands.",
            about.place
        ),
        "Name more hosts, or set target_session_attrs to any.",
    )
    .because("target_session_attrs")
}
