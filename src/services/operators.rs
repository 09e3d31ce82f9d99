//! Who runs the installation. A backup, for one, holds what is of all organizations, so that the admin
//! of one among several may not have it.

use crate::auth::permission::{NotOperator, Operator, operate};
use crate::model::Caller;
use crate::store::{Store, StoreError, users};

/// Tells those who run the installation from all others. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Operators {
    store: Store,
    /// The organization that the settings name.
    organization: Option<String>,
}

/// Why somebody was not admitted.
#[derive(Debug, thiserror::Error)]
pub enum OperatorError {
    /// They do not run the installation.
    #[error(transparent)]
    Not(#[from] NotOperator),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Operators {
    /// The admins of the organization of that name; without one, of the only organization there is,
    /// and of none as soon as there are two.
    #[must_use]
    pub fn new(store: Store, organization: Option<String>) -> Self {
        Self {
            store,
            organization,
        }
    }

    /// Admits a caller who runs the installation.
    pub async fn admit(&self, caller: &Caller) -> Result<Operator, OperatorError> {
        let named = self.organization.clone();
        let running = self.store.read(move |conn| match named {
            Some(name) => users::organization(conn, &name),
            None => users::only_organization(conn),
        });
        Ok(operate(caller, running.await?.as_ref())?)
    }
}
