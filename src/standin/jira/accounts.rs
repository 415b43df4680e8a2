//! Accounts that are locked, and secrets that have expired, while a site runs.

use std::{collections::BTreeSet, sync::Mutex};

use serde::Deserialize;

use super::site::locked;

/// What changes of an account.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AccountChange {
    /// Whether its passwords are refused until an administrator helps.
    locked: Option<bool>,
    /// Whether its secret is no longer valid.
    expired: Option<bool>,
}

impl AccountChange {
    pub(super) fn lock(locked: bool) -> Self {
        Self { locked: Some(locked), expired: None }
    }

    pub(super) fn expire(expired: bool) -> Self {
        Self { locked: None, expired: Some(expired) }
    }
}

/// All accounts by their login names.
#[derive(Debug, Default)]
pub(super) struct Accounts {
    locked: Mutex<BTreeSet<String>>,
    expired: Mutex<BTreeSet<String>>,
}

impl Accounts {
    pub(super) fn change(&self, name: &str, change: AccountChange) {
        for (set, wanted) in [(&self.locked, change.locked), (&self.expired, change.expired)] {
            match wanted {
                Some(true) => {
                    locked(set).insert(name.to_owned());
                }
                Some(false) => {
                    locked(set).remove(name);
                }
                None => {}
            }
        }
    }

    pub(super) fn is_locked(&self, name: &str) -> bool {
        locked(&self.locked).contains(name)
    }

    pub(super) fn is_expired(&self, name: &str) -> bool {
        locked(&self.expired).contains(name)
    }
}
