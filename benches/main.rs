//! Benchmarks, to be run by `make bench`: all of them, or those that are named.
#![expect(clippy::print_stdout, reason = "the figures are what it is run for")]

mod hung_tests;
mod schemas;
mod server;
mod sync;

use server::Outcome;

#[tokio::main]
async fn main() -> Outcome<()> {
    // Cargo adds `--bench`.
    let named: Vec<_> = std::env::args()
        .skip(1)
        .filter(|argument| !argument.starts_with('-'))
        .collect();
    if let [command, url, file] = &named[..]
        && command == "minimal-copy"
    {
        return sync::minimal::run(url, file).await;
    }
    match &named[..] {
        [command, url] if command == "read-mysql" => return sync::floors::mysql(url).await,
        [command, url, database] if command == "read-mongodb" => {
            return sync::floors::mongodb(url, database).await;
        }
        _ => {}
    }
    let wanted = |name: &str| named.is_empty() || named.iter().any(|n| n == name);
    if wanted("hung_tests") {
        hung_tests::run().await?;
    }
    if wanted("schemas") {
        schemas::run().await?;
    }
    if wanted("sync") {
        sync::run().await?;
    }
    Ok(())
}
