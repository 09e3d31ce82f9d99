//! Carrying a workspace with many rows elsewhere as an archive, beside the programs of `SQLite` and zstd in a
//! pipe, which do the same with the bare rows.

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use super::super::server::{Outcome, Server, cpu};
use super::show;

/// Exports the only workspace of a server, and imports it into another.
pub async fn run(server: &Server) -> Outcome<()> {
    let folder = tempfile::tempdir()?;
    let archive = folder.path().join("workspace.tar.zst");
    let megabytes = |path: &Path| Ok::<_, std::io::Error>(path.metadata()?.len() / 1_000_000);
    println!("carrying them            wall s    CPU s   peak MB");
    let mut export = request(server, "/workspaces/default/export-tables");
    export.args(["--json", r#"{"include_data": true, "format": "archive"}"#]);
    beside(server, "export-tables", export.arg("-o").arg(&archive))?;
    println!("(an archive of {} MB)", megabytes(&archive)?);

    let copies = server.copies()?;
    let packed = folder.path().join("rows");
    for format in ["json", "csv"] {
        let mut pipe = Command::new("bash");
        let script = format!(
            "set -o pipefail; sqlite3 -{format} \"$0\" 'SELECT * FROM copy_1' | zstd -q -1 -f -o \"$1\""
        );
        pipe.args(["-c", &script]).args([&copies, &packed]);
        timed(&format!("sqlite3 -{format} | zstd"), pipe)?;
        println!("(of them {} MB)", megabytes(&packed)?);
    }

    let other = Server::start().await?;
    let mut import = request(&other, "/workspaces/import-tables");
    import.args(["-X", "POST", "-H", "Content-Type: application/zstd", "-T"]);
    beside(&other, "import-tables", import.arg(&archive))?;

    let mut pipe = Command::new("bash");
    let script = "set -o pipefail; sqlite3 \"$0\" .schema | grep '^CREATE TABLE copy_1' | sqlite3 \"$2\" 'PRAGMA journal_mode=WAL' '.read /dev/stdin'
         zstd -qdc \"$1\" | sqlite3 \"$2\" '.import --csv /dev/stdin copy_1'";
    pipe.args(["-c", script])
        .args([&copies, &packed, &folder.path().join("rows.sqlite")]);
    timed("zstd | sqlite3 .import", pipe)
}

fn request(server: &Server, path: &str) -> Command {
    let mut command = Command::new("curl");
    command.args([
        "-fsS",
        "-H",
        &format!("Authorization: Bearer {}", server.token),
    ]);
    command.arg(format!("{}{path}", server.base));
    command
}

/// Shows what a server takes for a request.
fn beside(server: &Server, name: &str, request: &mut Command) -> Outcome<()> {
    server.forget_peak()?;
    let (since, before) = (Instant::now(), cpu(server.id()).unwrap_or_default());
    let output = request.output()?;
    assert!(output.status.success(), "{output:?}");
    let wall = since.elapsed().as_secs_f64();
    let used = cpu(server.id()).unwrap_or_default() - before;
    show(name, (wall, used, server.peak().unwrap_or_default()));
    Ok(())
}

/// Shows how long a pipe of programs takes.
fn timed(name: &str, mut pipe: Command) -> Outcome<()> {
    let since = Instant::now();
    assert!(pipe.status()?.success(), "{pipe:?} failed");
    println!("{name:<24} {:>10.2}", since.elapsed().as_secs_f64());
    Ok(())
}
