//! From settings as they are written to those that make sense.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use tracing_subscriber::EnvFilter;

use super::raw::{self, RawSettings};
use super::{AdminSettings, ConfigError, LogFormat, PasswordSource, Settings};
use crate::model::name::Name;
use crate::vault::KeySource;

/// The data folder where none is given.
pub(super) const DATA_DIR: &str = "data";

const LISTEN: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 8000);

pub(super) fn settings(raw: &RawSettings) -> Result<Settings, ConfigError> {
    let data_dir = PathBuf::from(raw.text(raw::DATA_DIR).unwrap_or(DATA_DIR));
    Ok(Settings {
        listen: raw
            .text("listen")
            .map_or(Ok(LISTEN), |text| listen(raw, text))?,
        files_dir: raw
            .text("files_dir")
            .map_or_else(|| data_dir.join("files"), PathBuf::from),
        allowed_hosts: allowed_hosts(raw)?,
        allow_unix_sockets: raw.flag("allow_unix_sockets"),
        source_hosts: (raw.list("source_hosts").iter())
            .map(|text| {
                text.parse()
                    .map_err(|problem| wrong(raw, "source_hosts", format!("'{text}' is {problem}")))
            })
            .collect::<Result<_, _>>()?,
        upload_limit: megabytes(raw, "max_upload_mb", UPLOAD_MB)?,
        workspace_uploads_limit: megabytes(raw, "max_workspace_uploads_mb", WORKSPACE_UPLOADS_MB)?,
        import_limit: megabytes(raw, "max_import_mb", IMPORT_MB)?,
        log_format: match raw.text("log_format") {
            None | Some("text") => LogFormat::Text,
            Some("json") => LogFormat::Json,
            Some(_) => return Err(wrong(raw, "log_format", "must be text or json")),
        },
        log_filter: log_filter(raw)?,
        secret_key: secret_key(raw, data_dir.clone())?,
        admin: admin(raw)?,
        demo: raw.flag("demo"),
        data_dir,
    })
}

fn wrong(raw: &RawSettings, key: &str, problem: impl Into<String>) -> ConfigError {
    ConfigError::Value {
        name: raw.name(key),
        problem: problem.into(),
    }
}

/// How large a file may be that is sent, all of a workspace may be, an archive may be, and the most that can be said, in MB.
const UPLOAD_MB: u64 = 1024;
const WORKSPACE_UPLOADS_MB: u64 = 10 << 10;
const IMPORT_MB: u64 = 10 << 10;
const MOST_MB: u64 = 1 << 20;

fn megabytes(raw: &RawSettings, key: &str, unless_told: u64) -> Result<u64, ConfigError> {
    match raw.text(key).map_or(Ok(unless_told), str::parse) {
        Ok(number) if (1..=MOST_MB).contains(&number) => Ok(number << 20),
        _ => {
            let problem = format!("must be a number from 1 to {MOST_MB}");
            Err(wrong(raw, key, problem))
        }
    }
}

fn listen(raw: &RawSettings, text: &str) -> Result<SocketAddr, ConfigError> {
    let address = match text.strip_prefix("localhost:") {
        Some(port) => port
            .parse()
            .ok()
            .map(|port| SocketAddr::from((Ipv4Addr::LOCALHOST, port))),
        None => text.parse().ok(),
    };
    address.ok_or_else(|| {
        wrong(
            raw,
            "listen",
            "must be an address and a port, such as 127.0.0.1:8000 or 0.0.0.0:8000",
        )
    })
}

fn allowed_hosts(raw: &RawSettings) -> Result<Vec<String>, ConfigError> {
    let is_host = |text: &String| {
        !text.is_empty()
            && text
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'))
    };
    (raw.list("allowed_hosts").iter())
        .map(|text| {
            let host = text.to_ascii_lowercase();
            Some(host).filter(is_host).ok_or_else(|| {
                let problem =
                    format!("'{text}' must be a host name alone, without scheme, port or path");
                wrong(raw, "allowed_hosts", problem)
            })
        })
        .collect()
}

/// A level is that of our own lines. Those of the libraries beneath stay at warnings: some of them
/// log statements and addresses. Who wants those writes the filter's directives out.
fn log_filter(raw: &RawSettings) -> Result<String, ConfigError> {
    let text = raw.text("log_level").unwrap_or("info");
    let filter = match text {
        "error" => "error".to_owned(),
        "off" | "warn" | "info" | "debug" | "trace" => {
            let others = if text == "off" { "off" } else { "warn" };
            format!("{others},headwater={text}")
        }
        directives => directives.to_owned(),
    };
    match EnvFilter::try_new(&filter) {
        Ok(_) => Ok(filter),
        Err(_) => Err(wrong(
            raw,
            "log_level",
            "must be off, error, warn, info, debug, trace, or directives such as headwater=debug,warn",
        )),
    }
}

fn secret_key(raw: &RawSettings, data_dir: PathBuf) -> Result<KeySource, ConfigError> {
    match (raw.secret("secret_key"), raw.text("secret_key_file")) {
        (None, None) => Ok(KeySource::DataFolder(data_dir)),
        (Some(text), None) => Ok(KeySource::Text(text.clone())),
        (None, Some(path)) => Ok(KeySource::File(path.into())),
        (Some(_), Some(_)) => Err(one_of(raw, "secret_key", "secret_key_file")),
    }
}

fn admin(raw: &RawSettings) -> Result<Option<AdminSettings>, ConfigError> {
    let password = match (
        raw.secret("admin_password"),
        raw.text("admin_password_file"),
    ) {
        (None, None) => None,
        (Some(text), None) => Some(PasswordSource::Text(text.clone())),
        (None, Some(path)) => Some(PasswordSource::File(path.into())),
        (Some(_), Some(_)) => return Err(one_of(raw, "admin_password", "admin_password_file")),
    };
    let name = |key, text: &str| match Name::parse(text) {
        Ok(name) => Ok(name.as_str().to_owned()),
        Err(problem) => Err(wrong(raw, key, problem.to_string())),
    };
    match (raw.text("admin_user"), password) {
        (None, None) => Ok(None),
        (Some(username), Some(password)) => Ok(Some(AdminSettings {
            username: name("admin_user", username)?,
            password,
            organization: name(
                "admin_organization",
                raw.text("admin_organization").unwrap_or("default"),
            )?,
        })),
        (Some(_), None) => Err(wrong(
            raw,
            "admin_user",
            "needs a password beside it: admin_password or admin_password_file",
        )),
        (None, Some(_)) => {
            let key = ["admin_password", "admin_password_file"]
                .into_iter()
                .find(|key| raw.text(key).is_some())
                .unwrap_or("admin_password");
            Err(wrong(raw, key, "needs a name beside it: admin_user"))
        }
    }
}

fn one_of(raw: &RawSettings, one: &str, other: &str) -> ConfigError {
    wrong(
        raw,
        one,
        format!("stands beside {}; give one of them", raw.name(other)),
    )
}
