//! From settings as they are written to those that make sense.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use tracing_subscriber::EnvFilter;

use super::raw::{self, RawSettings};
use super::{AdminSettings, ConfigError, LogFormat, PasswordSource, Settings};
use crate::model::name::Name;
use crate::services::backup::Schedule;
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
        operator_organization: (raw.text("operator_organization"))
            .map(|text| name(raw, "operator_organization", text))
            .transpose()?,
        backup_dir: raw
            .text("backup_dir")
            .map_or_else(|| data_dir.join("backups"), PathBuf::from),
        backup_schedule: backup_schedule(raw)?,
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

/// How many scheduled backups stay, and the most that can be said.
const BACKUPS_KEPT: usize = 7;
const MOST_BACKUPS: usize = 1000;
/// The longest time between two of them.
const MOST_EVERY: Duration = Duration::from_hours(366 * 24);

fn backup_schedule(raw: &RawSettings) -> Result<Option<Schedule>, ConfigError> {
    let keep = match raw.text("backup_keep").map_or(Ok(BACKUPS_KEPT), str::parse) {
        Ok(number) if (1..=MOST_BACKUPS).contains(&number) => number,
        _ => {
            let problem = format!("must be a number from 1 to {MOST_BACKUPS}");
            return Err(wrong(raw, "backup_keep", problem));
        }
    };
    let every = match raw.text("backup_every") {
        None | Some("off") => return Ok(None),
        Some(text) => interval(text),
    };
    let every = every.ok_or_else(|| {
        let problem =
            "must be off, or a number and a unit, such as 30m, 24h or 7d; from 1s to 366d";
        wrong(raw, "backup_every", problem)
    })?;
    Ok(Some(Schedule { every, keep }))
}

/// A number with its unit.
fn interval(text: &str) -> Option<Duration> {
    let (at, unit) = text.char_indices().last()?;
    let seconds = match unit {
        's' => 1,
        'm' => 60,
        'h' => 60 * 60,
        'd' => 24 * 60 * 60,
        'w' => 7 * 24 * 60 * 60,
        _ => return None,
    };
    let number: u64 = text.get(..at)?.parse().ok()?;
    let every = Duration::from_secs(number.checked_mul(seconds)?);
    (Duration::from_secs(1)..=MOST_EVERY)
        .contains(&every)
        .then_some(every)
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
    match (raw.text("admin_user"), password) {
        (None, None) => Ok(None),
        (Some(username), Some(password)) => Ok(Some(AdminSettings {
            username: name(raw, "admin_user", username)?,
            password,
            organization: name(
                raw,
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

fn name(raw: &RawSettings, key: &str, text: &str) -> Result<String, ConfigError> {
    match Name::parse(text) {
        Ok(name) => Ok(name.as_str().to_owned()),
        Err(problem) => Err(wrong(raw, key, problem.to_string())),
    }
}

fn one_of(raw: &RawSettings, one: &str, other: &str) -> ConfigError {
    wrong(
        raw,
        one,
        format!("stands beside {}; give one of them", raw.name(other)),
    )
}
