//! `headwater doctor`.

use clap::Args;
use serde_json::json;

use super::backup::places;
use super::output::{print, print_json};
use crate::config::Flags;
use crate::services::doctor::{State, examine};

/// The arguments of `doctor`.
#[derive(Debug, Args)]
pub(super) struct DoctorArgs {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(flags: &Flags, args: &DoctorArgs) -> anyhow::Result<()> {
    let findings = examine(&places(flags)?);
    let failed = findings
        .iter()
        .filter(|found| found.state == State::Failed)
        .count();
    if args.json {
        print_json(&json!({"ok": failed == 0, "checks": findings}))?;
    } else {
        for found in &findings {
            let mark = match found.state {
                State::Ok => '✓',
                State::Warning => '!',
                State::Failed => '✗',
            };
            print(&format!("{mark} {:<7} {}", found.check, found.message))?;
            if !found.hint.is_empty() {
                print(&format!("          {}", found.hint))?;
            }
        }
    }
    anyhow::ensure!(failed == 0, "{failed} of {} checks failed", findings.len());
    Ok(())
}
