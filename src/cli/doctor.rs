//! `headwater doctor`.

use clap::Args;
use serde_json::json;

use super::backup::{places, places_of};
use super::output::{print, print_json};
use crate::config::{Flags, Settings};
use crate::connectors::dial::{Dialer, HostRules};
use crate::connectors::{Context, tls};
use crate::services::doctor::{Finding, State, ask_sources, examine};

/// The arguments of `doctor`.
#[derive(Debug, Args)]
pub(super) struct DoctorArgs {
    /// Print JSON
    #[arg(long)]
    json: bool,
    /// Connect to each source too, by its kept credentials
    #[arg(long)]
    sources: bool,
}

pub(super) fn run(flags: &Flags, args: &DoctorArgs) -> anyhow::Result<()> {
    let mut findings = examine(&places(flags)?);
    if args.sources {
        findings.extend(sources(flags, &findings)?);
    }
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

/// What the sources answer. Where the folder is not well that is to be seen to first, and where the
/// store is not of this program's version, opening it would change that.
fn sources(flags: &Flags, findings: &[Finding]) -> anyhow::Result<Vec<Finding>> {
    let needed = |found: &&Finding| matches!(found.check, "folder" | "store" | "key");
    let stale = |found: &Finding| found.check == "store" && found.state == State::Warning;
    let in_the_way = findings
        .iter()
        .filter(needed)
        .any(|found| found.state == State::Failed || stale(found));
    if in_the_way {
        return Ok(vec![Finding {
            check: "source",
            state: State::Warning,
            message: "no source was asked".to_owned(),
            hint: "see to the store and the key first, and run this again".to_owned(),
            source: None,
        }]);
    }
    let settings = Settings::load(flags)?;
    tls::install_provider();
    let context = Context {
        dialer: Dialer::new(
            HostRules::new(settings.source_hosts.clone()),
            settings.allow_unix_sockets,
        ),
        files_root: settings.files_dir.clone(),
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    Ok(runtime.block_on(ask_sources(&places_of(&settings), context)))
}
