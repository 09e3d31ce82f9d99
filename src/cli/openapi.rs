//! `headwater openapi`.

use super::output::print_json;
use crate::http::{endpoints, openapi};

pub(super) fn run() -> anyhow::Result<()> {
    print_json(&openapi::document(&endpoints()))
}
