//! The session that is kept.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use tokio::{sync::Mutex as AsyncMutex, time::Instant};
use tracing::{debug, info};

use super::{Timeouts, failure::Failure, handshake, session::Session};
use crate::{config::partner::SshConfig, sync::fault::Fault};

/// A host, and the session with it if there is one.
pub(super) struct Connection {
    host: Host,
    kept: Mutex<Option<Arc<Session>>>,
    /// Held while a session is made; what came of the last trial, if it failed.
    making: AsyncMutex<Option<(Instant, Fault)>>,
}

/// Whom we connect to, and as whom.
pub(super) struct Host {
    pub(super) ssh: SshConfig,
    pub(super) timeouts: Timeouts,
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}:{}", self.ssh.user, self.ssh.host, self.ssh.port)
    }
}

impl Connection {
    pub(super) fn new(ssh: SshConfig, timeouts: Timeouts) -> Self {
        Self { host: Host { ssh, timeouts }, kept: Mutex::new(None), making: AsyncMutex::new(None) }
    }

    pub(super) fn host(&self) -> &Host {
        &self.host
    }

    /// The session that is there, or a new one.
    pub(super) async fn session(&self) -> Result<Arc<Session>, Fault> {
        if let Some(session) = self.usable() {
            return Ok(session);
        }
        let asked = Instant::now();
        let mut making = self.making.lock().await;
        // Others may have been waiting for the same.
        if let Some(session) = self.usable() {
            return Ok(session);
        }
        if let Some((_, fault)) = making.as_ref().filter(|(failed, _)| *failed >= asked) {
            return Err(fault.clone());
        }
        match handshake::connect(&self.host).await {
            Ok(session) => {
                info!(host = %self.host, session = session.description(), "connected by SFTP");
                let session = Arc::new(session);
                *self.kept.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&session));
                *making = None;
                Ok(session)
            }
            Err(fault) => {
                *making = Some((Instant::now(), fault.clone()));
                Err(fault)
            }
        }
    }

    fn usable(&self) -> Option<Arc<Session>> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.as_ref().is_some_and(|session| !session.is_usable()) {
            debug!(host = %self.host, "the session has ended");
            *kept = None;
        }
        kept.clone()
    }

    /// The fault of work that failed. A session that broke is not used again.
    pub(super) fn settle(&self, session: &Session, failure: Failure, doing: &str) -> Fault {
        if matches!(failure, Failure::Lost(_)) {
            session.spoil();
        }
        failure.told(&format!("{}: {doing}", self.host))
    }
}
