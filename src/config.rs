//! Settings: from flags, then `HEADWATER_…` variables, then `headwater.toml`, then what is built in.
//!
//! As they are written they are `RawSettings`; only what is whole and makes sense becomes [`Settings`].
//! A key that nobody knows stops the start: a misspelt setting that is ignored is one that an
//! operator believes in.

mod error;
mod raw;
#[cfg(test)]
mod tests;
mod validate;

use std::net::SocketAddr;
use std::path::PathBuf;

use secrecy::SecretString;

use crate::model::host::HostRule;
use crate::services::backup::Schedule;
use crate::services::setup::FirstAdmin;
use crate::vault::KeySource;

pub use error::ConfigError;

/// What the command line says about settings.
#[derive(Debug, Clone, Default)]
pub struct Flags {
    /// The settings' file.
    pub config: Option<PathBuf>,
    /// The data folder.
    pub data_dir: Option<PathBuf>,
    /// Where to listen.
    pub listen: Option<String>,
    /// Whether to make the demo workspace.
    pub demo: bool,
    /// How to write the log.
    pub log_format: Option<String>,
    /// How much to log.
    pub log_level: Option<String>,
}

/// How the log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// The settings of one run. Nothing in them needs checking again.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where to listen. Port 0 takes a free one.
    pub listen: SocketAddr,
    /// The folder that holds all that is kept.
    pub data_dir: PathBuf,
    /// The folder below which file sources are.
    pub files_dir: PathBuf,
    /// Host names by which the server may be called, besides those that are always right. In lower
    /// case, without a port.
    pub allowed_hosts: Vec<String>,
    /// Whether sources may be reached by a Unix socket.
    pub allow_unix_sockets: bool,
    /// The hosts that sources may be on. Empty: all but those that are always refused.
    pub source_hosts: Vec<HostRule>,
    /// The most bytes of a file that is sent.
    pub upload_limit: u64,
    /// The most bytes of all files that are sent to a workspace.
    pub workspace_uploads_limit: u64,
    /// The organization whose admins run the installation; `None`: that of the only one there is.
    pub operator_organization: Option<String>,
    /// The folder that backups are made in.
    pub backup_dir: PathBuf,
    /// When backups are made without being asked for; `None`: never.
    pub backup_schedule: Option<Schedule>,
    /// The most bytes of an archive of a workspace that is sent.
    pub import_limit: u64,
    /// How to write the log.
    pub log_format: LogFormat,
    /// What to log, as the directives of a filter.
    pub log_filter: String,
    /// Where the key that seals credentials comes from.
    pub secret_key: KeySource,
    /// The first admin, where the settings give one.
    pub admin: Option<AdminSettings>,
    /// Whether to make the demo workspace.
    pub demo: bool,
}

/// The first admin as the settings give it.
#[derive(Debug, Clone)]
pub struct AdminSettings {
    /// The name.
    pub username: String,
    /// Where the password is.
    pub password: PasswordSource,
    /// The organization.
    pub organization: String,
}

/// Where a password is.
#[derive(Debug, Clone)]
pub enum PasswordSource {
    /// In the settings.
    Text(SecretString),
    /// In a file.
    File(PathBuf),
}

impl Settings {
    /// The settings from the command line, the environment and the file.
    pub fn load(flags: &Flags) -> Result<Self, ConfigError> {
        Self::from_parts(flags, std::env::vars_os())
    }

    fn from_parts(
        flags: &Flags,
        environment: impl IntoIterator<Item = (std::ffi::OsString, std::ffi::OsString)>,
    ) -> Result<Self, ConfigError> {
        let flags_layer = raw::from_flags(flags);
        let (environment, config) = raw::from_environment(environment)?;
        let config = flags.config.clone().or(config);
        let upper = flags_layer.over(environment);
        let file = raw::from_file(config, upper.text(raw::DATA_DIR))?;
        validate::settings(&upper.over(file))
    }

    /// The first admin, with the password read from where it is.
    pub fn first_admin(&self) -> Result<Option<FirstAdmin>, ConfigError> {
        self.admin.as_ref().map(AdminSettings::read).transpose()
    }
}

impl AdminSettings {
    fn read(&self) -> Result<FirstAdmin, ConfigError> {
        let password = match &self.password {
            PasswordSource::Text(password) => password.clone(),
            PasswordSource::File(path) => std::fs::read_to_string(path)
                .map(|text| SecretString::from(text.trim_end_matches(['\r', '\n'])))
                .map_err(|cause| ConfigError::File {
                    path: path.clone(),
                    problem: cause.to_string(),
                })?,
        };
        Ok(FirstAdmin {
            username: self.username.clone(),
            password,
            organization: self.organization.clone(),
        })
    }
}
