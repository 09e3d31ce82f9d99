//! `headwater test`.

use std::fmt::Write;

use clap::Args;
use serde_json::json;

use super::output::{print, print_json};
use super::refusal::Refusal;
use super::source::{SourceArgs, reach, tell_all};
use crate::http::ApiError;
use crate::services::sources::TestReport;

/// The arguments of `test`.
#[derive(Debug, Args)]
pub(super) struct TestArgs {
    #[command(flatten)]
    source: SourceArgs,
    /// Print the report as JSON, a failure too
    #[arg(long, help_heading = "Options of the report")]
    json: bool,
}

pub(super) fn run(args: TestArgs) -> anyhow::Result<()> {
    let mut report = reach(args.source, |direct, input| async move {
        direct.test(input).await
    })?;
    let failure = report.failure.take().map(ApiError::from);
    if args.json {
        let mut written = serde_json::to_value(&report)?;
        written["ok"] = failure.is_none().into();
        written["warnings"] = json!(report.warnings);
        if let Some(failure) = &failure {
            written["message"] = failure.message().into();
            written["error"] = failure.body();
        }
        print_json(&written)?;
    } else {
        print(written(&report).trim_end())?;
        tell_all(&report.warnings);
    }
    failure.map_or(Ok(()), |failure| Err(Refusal::from(failure).into()))
}

/// The report for a person.
fn written(report: &TestReport) -> String {
    let mut text = String::new();
    for stage in &report.stages {
        let mark = if stage.ok { '✓' } else { '✗' };
        let _ = writeln!(
            text,
            "{mark} {:14} {:>9.2} ms",
            stage.stage.as_str(),
            stage.ms
        );
    }
    let _ = writeln!(text, "  {:14} {:>9.2} ms", "in all", report.total_ms);
    if let Some(server) = &report.server {
        let tls = server.tls.as_ref();
        let tls = tls.map(|tls| format!(", {}, {}", tls.version, tls.cipher));
        let without = if report.stages.len() > 1 {
            ", no TLS"
        } else {
            ""
        };
        let _ = writeln!(
            text,
            "\n{} {}{}",
            server.product,
            server.version,
            tls.as_deref().unwrap_or(without)
        );
        for note in &server.notes {
            let _ = writeln!(text, "{note}");
        }
    }
    if let Some(access) = &report.access {
        let of = match access.schemas.len() {
            0 => String::new(),
            1 => format!(" in the schema {}", access.schemas[0]),
            count => format!(" in {count} schemas"),
        };
        let _ = writeln!(text, "{}{of}", counted(access.tables, "table"));
        if access.unreadable_tables > 0 {
            let more = if access.unreadable.len() < access.unreadable_tables {
                ", …"
            } else {
                ""
            };
            let _ = writeln!(
                text,
                "{} may not be read: {}{more}",
                counted(access.unreadable_tables, "table"),
                access.unreadable.join(", ")
            );
        }
    }
    text
}

fn counted(count: usize, what: &str) -> String {
    match count {
        1 => format!("1 {what}"),
        _ => format!("{count} {what}s"),
    }
}
