//! The folders as they are configured.

use std::sync::Arc;

use super::{Folders, GroupChoice, LocalFolders, Permissions, Places, SftpFolders, Timeouts};
use crate::{config::partner::PfiffConfig, sync::fault::Fault};

/// The folders of a tracker; `None` where packages are given by hand.
///
/// # Errors
/// Only some of them are configured, or what reaches them cannot be used.
pub fn connect(config: &PfiffConfig) -> Result<Option<Arc<dyn Folders>>, Fault> {
    let places = match (&config.inbox, &config.outbox, &config.staging) {
        (None, None, None) => return Ok(None),
        (Some(inbox), Some(outbox), Some(staging)) => {
            Places { inbox: inbox.clone(), outbox: outbox.clone(), staging: staging.clone() }
        }
        _ => {
            return Err(Fault::permanent("`inbox`, `outbox` and `staging` belong together: give all of them, or none"));
        }
    };
    let group = config.group.map_or(GroupChoice::OfOutbox, GroupChoice::Id);
    let permissions = Permissions { mode: config.mode, group: Some(group) };
    Ok(Some(match &config.ssh {
        None => Arc::new(LocalFolders::new(places, permissions)),
        Some(ssh) => Arc::new(SftpFolders::new(ssh.clone(), &places, permissions, Timeouts::default())),
    }))
}
