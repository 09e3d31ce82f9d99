//! The log: to standard error, for people or as JSON. Nothing leaves the machine.

use std::io::{IsTerminal, stderr};

use tracing_subscriber::EnvFilter;

use crate::config::{LogFormat, Settings};

/// Left out unless it is asked for by name: what actix calls an error of a connection is a caller who
/// hung up or sent no HTTP, which is their affair and nothing for an operator to look into.
const LEFT_OUT: &str = "actix_http::h1::dispatcher=off";

/// Starts the log. A log that was started before stays as it is.
pub fn start(settings: &Settings) {
    let filter = EnvFilter::new(format!("{LEFT_OUT},{}", settings.log_filter));
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(stderr)
        // Where nobody reads the log any more, saying so would be a write that fails too, and a panic.
        .log_internal_errors(false);
    let started = match settings.log_format {
        LogFormat::Text => {
            let colours = stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
            builder.with_ansi(colours).with_target(false).try_init()
        }
        LogFormat::Json => builder.json().flatten_event(true).try_init(),
    };
    if started.is_err() {
        tracing::debug!("the log was started before");
    }
}
