//! `headwater serve`.

use clap::Args;

use crate::config::{Flags, Settings};
use crate::{app, telemetry};

/// The arguments of `serve`.
#[derive(Debug, Args)]
#[command(next_help_heading = "Options of serve")]
pub(super) struct ServeArgs {
    /// Where to listen [default: 127.0.0.1:8000]
    #[arg(long, value_name = "ADDR")]
    listen: Option<String>,
    /// Make a demo workspace with a sample source
    #[arg(long)]
    demo: bool,
}

impl ServeArgs {
    /// Whether any of them was given.
    pub(super) fn is_given(&self) -> bool {
        self.listen.is_some() || self.demo
    }
}

pub(super) fn run(flags: Flags, args: ServeArgs) -> anyhow::Result<()> {
    let settings = Settings::load(&Flags {
        listen: args.listen,
        demo: args.demo,
        ..flags
    })?;
    telemetry::start(&settings);
    app::serve(settings)
}
