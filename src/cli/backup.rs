//! `headwater backup` and `headwater restore`.

use std::path::PathBuf;

use clap::Args;
use tokio_util::sync::CancellationToken;

use super::output::tell;
use crate::config::{Flags, Settings};
use crate::services::backup::{Manifest, Places, check, make, restore};
use crate::telemetry;

/// The arguments of `backup`.
#[derive(Debug, Args)]
pub(super) struct BackupArgs {
    /// The file to write, such as headwater.tar.zst; must not be there yet
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Put the keys into it too: whoever has the file then has every password in it
    #[arg(long)]
    with_key: bool,
}

/// The arguments of `restore`.
#[derive(Debug, Args)]
pub(super) struct RestoreArgs {
    /// The backup
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Check all of it and change nothing
    #[arg(long)]
    check: bool,
}

pub(super) fn run(flags: &Flags, args: &BackupArgs) -> anyhow::Result<()> {
    let never = CancellationToken::new();
    let made = make(&places(flags)?, &args.file, args.with_key, &never)?;
    for left_out in &made.left_out {
        tell(&format!("Not in it: {left_out}."));
    }
    tell(if args.with_key {
        "The keys are in it: whoever has this file has every password that is sealed in it. Keep it like one."
    } else {
        "The keys are not in it: keep a copy of secret.key elsewhere, without which no password in it can be read (or use --with-key)."
    });
    let file = args.file.display();
    let (bytes, what) = (made.bytes, contents(&made.manifest));
    tell(&format!(
        "Wrote {file}: {what}, checked, {bytes} bytes packed."
    ));
    Ok(())
}

pub(super) fn run_restore(flags: &Flags, args: &RestoreArgs) -> anyhow::Result<()> {
    let file = args.file.display();
    if args.check {
        telemetry::start(&Settings::load(flags)?);
        let manifest = check(&args.file)?;
        tell(&format!("{file} is whole: {}.", contents(&manifest)));
        return Ok(());
    }
    let places = places(flags)?;
    let restored = restore(&places, &args.file)?;
    restored
        .notes
        .iter()
        .for_each(|note| tell(&format!("Note: {note}.")));
    let data = places.data_dir.display();
    tell(&format!(
        "Restored {data}: {}.",
        contents(&restored.manifest)
    ));
    if let Some(replaced) = restored.replaced {
        let replaced = replaced.display();
        tell(&format!(
            "What was there before is in {replaced}; delete it when it is not needed."
        ));
    }
    Ok(())
}

fn contents(manifest: &Manifest) -> String {
    let (files, bytes) = (manifest.files.len(), manifest.bytes());
    let (program, at) = (&manifest.program, manifest.created_at);
    format!("{files} files, {bytes} bytes, of {at}, by Headwater {program}")
}

pub(super) fn places(flags: &Flags) -> anyhow::Result<Places> {
    let settings = Settings::load(flags)?;
    telemetry::start(&settings);
    Ok(places_of(&settings))
}

pub(super) fn places_of(settings: &Settings) -> Places {
    Places {
        data_dir: settings.data_dir.clone(),
        files_dir: settings.files_dir.clone(),
        backup_dir: settings.backup_dir.clone(),
        secret_key: settings.secret_key.clone(),
    }
}
