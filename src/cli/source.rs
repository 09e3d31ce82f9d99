//! The source that a command without a server is to reach.

use std::io::{IsTerminal, stderr, stdin};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value};

use super::output::{read_password, tell};
use super::refusal::Refusal;
use crate::connectors::dial::{Dialer, HostRules};
use crate::connectors::input::ConnectionInput;
use crate::connectors::url::{ConnectionUrl, scheme};
use crate::connectors::{ConnectorError, Context, DRIVERS, Driver, ErrorKind, tls};
use crate::services::sources::{Direct, SourceError};

/// The variable that a password is taken from.
const PASSWORD: &str = "HEADWATER_PASSWORD";

/// Where to, and as whom.
#[derive(Debug, Args)]
#[command(next_help_heading = "Options of the connection")]
pub(super) struct SourceArgs {
    /// The connection's URL, or the path of an SQLite file
    #[arg(value_name = "URL", help_heading = "Arguments")]
    url: SecretString,
    /// An option of the connection, such as `tls=verify-full`; may be given several times
    #[arg(long = "option", value_name = "KEY=VALUE", value_parser = parse_option)]
    options: Vec<(String, String)>,
    /// Read the password from standard input; without it, it is taken from the URL, from
    /// `HEADWATER_PASSWORD`, or asked for
    #[arg(long)]
    password_stdin: bool,
    /// A file (PEM) with the authorities that the server's certificate is checked against
    #[arg(long, value_name = "FILE")]
    ca: Option<PathBuf>,
    /// A file (PEM) with the client's certificate
    #[arg(long, value_name = "FILE", requires = "key")]
    cert: Option<PathBuf>,
    /// A file (PEM) with the key of the client's certificate
    #[arg(long, value_name = "FILE", requires = "cert")]
    key: Option<PathBuf>,
}

fn parse_option(text: &str) -> Result<(String, String), String> {
    let (key, value) = text.split_once('=').ok_or("write it as KEY=VALUE")?;
    Ok((key.to_owned(), value.to_owned()))
}

/// Runs the use cases on a source, on this thread.
pub(super) fn reach<T, F>(
    args: SourceArgs,
    work: impl FnOnce(Direct, ConnectionInput) -> F,
) -> anyhow::Result<T>
where
    F: Future<Output = Result<T, SourceError>>,
{
    let (input, files_root) = args.connection()?;
    tls::install_provider();
    // Whoever gives the command may reach whatever the machine's user may.
    let dialer = Dialer::new(HostRules::default(), true);
    let direct = Direct::new(Context { dialer, files_root });
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let done = runtime.block_on(work(direct, input));
    // A name server that is silent holds its thread for longer than anybody waits.
    runtime.shutdown_background();
    Ok(done.map_err(Refusal::from)?)
}

impl SourceArgs {
    /// The connection, and the folder that its file is in, where it is one.
    fn connection(self) -> anyhow::Result<(ConnectionInput, PathBuf)> {
        let mut options: Map<String, Value> = (self.options.into_iter())
            .map(|(key, value)| (key, value.into()))
            .collect();
        let files = [
            ("tls_ca", self.ca),
            ("tls_certificate", self.cert),
            ("tls_key", self.key),
        ];
        for (key, file) in files {
            let Some(file) = file else { continue };
            let text = std::fs::read_to_string(&file)
                .with_context(|| format!("{} cannot be read", file.display()))?;
            options.insert(key.to_owned(), text.into());
        }
        let given = self.password_stdin.then(read_password).transpose()?;
        let text = self.url.expose_secret();
        if let Some((driver, path)) = named_file(text)? {
            let (root, file) = whole_path(&path)?;
            let input = ConnectionInput {
                database_type: Some(driver.name.to_owned()),
                database: Some(file),
                password: given,
                options: Some(options),
                ..ConnectionInput::default()
            };
            return Ok((input, root));
        }
        let password = match given {
            Some(password) => Some(password),
            None => password_for(text)?,
        };
        let input = ConnectionInput {
            url: Some(self.url),
            password,
            options: Some(options),
            ..ConnectionInput::default()
        };
        Ok((input, PathBuf::new()))
    }
}

/// The file that is meant, by its path or by the URL of an engine of files.
fn named_file(text: &str) -> anyhow::Result<Option<(&'static Driver, String)>> {
    let mut of_files = DRIVERS.iter().filter(|driver| !driver.capability.network);
    let scheme = scheme(text).filter(|_| !Path::new(text).exists());
    let Some(scheme) = scheme else {
        let driver = of_files.next();
        return Ok(driver.map(|driver| (*driver, text.to_owned())));
    };
    let Some(driver) = of_files.find(|driver| driver.url_schemes.contains(&scheme.as_str())) else {
        return Ok(None);
    };
    let url =
        ConnectionUrl::parse(text).map_err(|error| Refusal::from(SourceError::from(error)))?;
    Ok(Some((driver, url.file_path().unwrap_or_default())))
}

/// The folder and the name of a file, wherever it is: the file is the caller's own, so no folder
/// fences it in.
fn whole_path(path: &str) -> anyhow::Result<(PathBuf, String)> {
    let refused = |message: String, hint: &str| {
        let error = ConnectorError::new(ErrorKind::DatabaseNotFound, message, hint);
        Refusal::from(SourceError::from(error))
    };
    let whole = Path::new(path).canonicalize().map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => refused(
            format!("There is no file '{path}'."),
            "Check the path; where a server is meant, write a URL such as postgres://user@host/database.",
        ),
        kind => refused(format!("'{path}' cannot be reached: {kind}."), "Check the path."),
    })?;
    let name = whole.file_name().and_then(|name| name.to_str());
    let (Some(folder), Some(name)) = (whole.parent(), name) else {
        return Err(refused(
            format!("'{path}' is no file with a name in UTF-8."),
            "Name a file.",
        )
        .into());
    };
    Ok((folder.to_owned(), name.to_owned()))
}

/// The password where the URL has none: from the environment, or asked for where a user is named
/// and somebody is there to be asked.
fn password_for(text: &str) -> anyhow::Result<Option<SecretString>> {
    // What is wrong with the URL is told where it is read.
    let Ok(url) = ConnectionUrl::parse(text) else {
        return Ok(None);
    };
    if url.password.is_some() {
        return Ok(None);
    }
    if let Some(password) = std::env::var(PASSWORD).ok().filter(|text| !text.is_empty()) {
        return Ok(Some(password.into()));
    }
    let Some(user) = url
        .username
        .filter(|_| stdin().is_terminal() && stderr().is_terminal())
    else {
        return Ok(None);
    };
    let asked = rpassword::prompt_password(format!(
        "Password of {} (empty for none): ",
        user.escape_default()
    ));
    let password = asked.context("the password could not be read")?;
    Ok(Some(password)
        .filter(|text| !text.is_empty())
        .map(Into::into))
}

/// Tells what was ignored.
pub(super) fn tell_all(warnings: &[String]) {
    for warning in warnings {
        tell(&format!("warning: {warning}"));
    }
}
