//! The command line. What is asked for goes to standard output, what is told to people to standard
//! error. Exit codes: 0 done, 1 failed, 2 wrongly asked for (also wrong settings).
//!
//! A command is one file: its arguments, and `run`; it is named here in `Command` and `run`.

mod backup;
mod context;
mod doctor;
mod openapi;
mod output;
mod refusal;
mod rotate_key;
mod schema;
mod serve;
mod source;
mod test;
mod token;
mod user;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, CommandFactory, Parser, Subcommand};

use crate::config::{ConfigError, Flags};
use context::Context;
use refusal::Refusal;

#[derive(Debug, Parser)]
#[command(
    name = "headwater",
    version,
    about = "Keeps a team's data sources in order: connects, tests and reads their schemas.",
    after_help = AFTER_HELP
)]
struct Cli {
    #[command(flatten)]
    global: GlobalArgs,
    /// Of `serve`, the command where none is named.
    #[command(flatten)]
    serve: serve::ServeArgs,
    #[command(subcommand)]
    command: Option<Command>,
}

const AFTER_HELP: &str = "\
Settings come from flags, then from variables, then from headwater.toml (in the data folder, or the \
current one); the variable of a setting is its name in capitals after HEADWATER_:
  listen, data_dir, files_dir, max_upload_mb, max_workspace_uploads_mb, max_import_mb, allowed_hosts, allow_unix_sockets, source_hosts,
  operator_organization, backup_dir, backup_every, backup_keep, log_format, log_level, secret_key, secret_key_file, admin_user, admin_password, admin_password_file, admin_organization, demo";

#[derive(Debug, Args)]
#[command(next_help_heading = "Options of every command")]
struct GlobalArgs {
    /// The folder that holds all that is kept [default: data]
    #[arg(long, global = true, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// The file of settings [default: headwater.toml in the data folder or the current one]
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// How the log is written: text or json
    #[arg(long, global = true, value_name = "FORMAT")]
    log_format: Option<String>,
    /// How much is logged: off, error, warn, info, debug, trace, or directives of a filter
    #[arg(long, global = true, value_name = "LEVEL")]
    log_level: Option<String>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the API and the page (the default)
    Serve(serve::ServeArgs),
    /// Add, list and change users
    User(user::UserArgs),
    /// Create, list and revoke tokens
    Token(token::TokenArgs),
    /// Test a connection, without a server; keeps nothing
    Test(test::TestArgs),
    /// Read the schema of a database, without a server; keeps nothing
    Schema(schema::SchemaArgs),
    /// Write the whole data folder into one file, also while a server works in it
    Backup(backup::BackupArgs),
    /// Put what a backup holds in the place of the data folder
    Restore(backup::RestoreArgs),
    /// Make a new key and seal all credentials anew by it, also while a server works
    RotateKey,
    /// Check the data folder and the key, and tell what to do
    Doctor(doctor::DoctorArgs),
    /// Print the OpenAPI document
    Openapi,
}

/// Runs the command of this process's arguments.
#[must_use]
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    match run(cli) {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever read our output has read enough.
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            output::tell(&format!("error: {error:#}"));
            let asked_wrongly = error
                .downcast_ref::<Refusal>()
                .is_some_and(Refusal::asked_wrongly);
            if asked_wrongly || error.is::<ConfigError>() {
                ExitCode::from(2)
            } else {
                ExitCode::FAILURE
            }
        }
    }
}

fn run(cli: Cli) -> anyhow::Result<()> {
    let flags = Flags {
        config: cli.global.config,
        data_dir: cli.global.data_dir,
        log_format: cli.global.log_format,
        log_level: cli.global.log_level,
        ..Flags::default()
    };
    match cli.command {
        None => serve::run(flags, cli.serve),
        Some(_) if cli.serve.is_given() => Cli::command()
            .error(
                clap::error::ErrorKind::ArgumentConflict,
                "--listen and --demo belong to `serve`; write them after it",
            )
            .exit(),
        Some(Command::Serve(args)) => serve::run(flags, args),
        Some(Command::User(args)) => user::run(&Context::new(&flags)?, args),
        Some(Command::Token(args)) => token::run(&Context::new(&flags)?, args),
        Some(Command::Test(args)) => test::run(args),
        Some(Command::Schema(args)) => schema::run(args),
        Some(Command::Backup(args)) => backup::run(&flags, &args),
        Some(Command::Restore(args)) => backup::run_restore(&flags, &args),
        Some(Command::RotateKey) => rotate_key::run(&flags),
        Some(Command::Doctor(args)) => doctor::run(&flags, &args),
        Some(Command::Openapi) => openapi::run(),
    }
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error
        .downcast_ref::<std::io::Error>()
        .is_some_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_commands_are_well_defined() {
        Cli::command().debug_assert();
    }
}
