//! What the commands on a data folder share. They work beside a running server.

use std::future::Future;

use crate::auth::token::TokenKeys;
use crate::config::{Flags, Settings};
use crate::services::accounts::Accounts;
use crate::store::Store;
use crate::telemetry;

/// An opened data folder.
pub(super) struct Context {
    runtime: tokio::runtime::Runtime,
    accounts: Accounts,
}

impl Context {
    /// Opens the data folder of the settings.
    pub(super) fn new(flags: &Flags) -> anyhow::Result<Self> {
        let settings = Settings::load(flags)?;
        telemetry::start(&settings);
        let store = Store::open(&settings.data_dir)?;
        let keys = TokenKeys::load(&settings.data_dir)?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        Ok(Self {
            runtime,
            accounts: Accounts::new(store, keys),
        })
    }

    /// The use cases of accounts.
    pub(super) fn accounts(&self) -> &Accounts {
        &self.accounts
    }

    /// Waits for what is asked of them.
    pub(super) fn wait<T>(&self, work: impl Future<Output = T>) -> T {
        self.runtime.block_on(work)
    }
}
