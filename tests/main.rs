//! One integration binary.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stderr,
    reason = "a test that fails by a panic has failed"
)]
#![allow(
    missing_docs,
    reason = "the names of the tests are their documentation"
)]

mod behavior;
mod cli;
mod comparison;
mod connectors;
mod operations;
mod page;
mod readme;
mod routes;
mod services;
mod support;
mod tidy;
