//! `headwater rotate-key`.

use super::output::tell;
use crate::config::{Flags, Settings};
use crate::services::setup::rotate;
use crate::store::Store;
use crate::telemetry;

pub(super) fn run(flags: &Flags) -> anyhow::Result<()> {
    let settings = Settings::load(flags)?;
    telemetry::start(&settings);
    let store = Store::open(&settings.data_dir)?;
    let rotated = rotate(&store, &settings.secret_key)?;
    let (key, secrets) = (rotated.key_id, rotated.secrets);
    tell(&format!(
        "The key {key} seals all {secrets} kept credentials now; a running server has it already."
    ));
    tell(
        "Keep a copy of it, as of the last one. What was sealed before may still be on the disk and in backups: where the last key was seen by others, change the passwords at their servers too.",
    );
    if rotated.older > 0 {
        tell(
            "The older keys stay below it, for backups from before; delete their lines when none is needed any more.",
        );
    }
    Ok(())
}
