//! Input and output of the commands.

use std::io::{BufWriter, IsTerminal, Read, Write, stderr, stdin, stdout};

use anyhow::{Context as _, bail};
use secrecy::SecretString;
use serde::Serialize;
use zeroize::Zeroizing;

/// More than any password takes.
const MAX_INPUT: u64 = 4 * 1024;
/// What is printed at once of long texts, in bytes.
const BUFFER: usize = 64 * 1024;

/// Prints what was asked for.
pub(super) fn print(text: &str) -> anyhow::Result<()> {
    let mut out = stdout().lock();
    writeln!(out, "{text}")?;
    out.flush()?;
    Ok(())
}

/// Prints JSON for people to read, as it is written: a schema of thousands of tables is long.
pub(super) fn print_json(value: &impl Serialize) -> anyhow::Result<()> {
    let mut out = BufWriter::with_capacity(BUFFER, stdout().lock());
    serde_json::to_writer_pretty(&mut out, value)?;
    writeln!(out)?;
    out.flush()?;
    Ok(())
}

/// Tells people something. Where nobody can be told, there is nobody to tell that either.
pub(super) fn tell(text: &str) {
    let _ = writeln!(stderr().lock(), "{text}");
}

/// Prints rows below their headings, in columns.
pub(super) fn print_table<const N: usize>(
    headings: [&str; N],
    rows: &[[String; N]],
) -> anyhow::Result<()> {
    let mut widths = headings.map(str::len);
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let headings = headings.map(str::to_owned);
    let lines: Vec<String> = std::iter::once(&headings)
        .chain(rows)
        .map(|row| {
            let cells = row.iter().zip(widths);
            let padded = cells.map(|(cell, width)| format!("{cell:width$}"));
            padded.collect::<Vec<_>>().join("  ").trim_end().to_owned()
        })
        .collect();
    print(&lines.join("\n"))
}

/// Reads a password from standard input, up to its line break.
pub(super) fn read_password() -> anyhow::Result<SecretString> {
    let input = stdin();
    if input.is_terminal() {
        tell("Write the password, then Enter and Ctrl-D. It will be seen; better pipe it in.");
    }
    let mut text = Zeroizing::new(String::new());
    (input.lock().take(MAX_INPUT).read_to_string(&mut text))
        .context("the password could not be read from standard input; it must be text in UTF-8")?;
    let password = text.trim_end_matches(['\r', '\n']);
    if password.is_empty() {
        bail!(
            "no password came by standard input; pipe it in, such as `… --password-stdin < file`"
        );
    }
    if password.contains(['\r', '\n']) {
        bail!("the password must be one line of standard input");
    }
    Ok(password.into())
}
