//! `headwater openapi`.

use super::output::print;
use crate::http::{endpoints, openapi};

pub(super) fn run() -> anyhow::Result<()> {
    print(&serde_json::to_string_pretty(&openapi::document(
        &endpoints(),
    ))?)
}
