//! A session of SFTP within one of SSH.

use std::{
    net::{Shutdown, TcpStream},
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use russh::client::Handle;
use russh_sftp::{
    client::{RawSftpSession, error::Error},
    protocol::{FileAttributes, Packet, StatusCode, Version},
};
use tokio::time::timeout;

use super::{failure::Failure, handshake::HostCheck};

/// What every server takes and gives in one request; more is left to extensions that few have.
const CHUNK: u32 = 32 << 10;
/// Renames over existing files, in one step.
const POSIX_RENAME: &str = "posix-rename@openssh.com";
/// Brings a file to the disk.
const FSYNC: &str = "fsync@openssh.com";

/// One session.
pub(super) struct Session {
    pub(super) sftp: RawSftpSession,
    ssh: Handle<HostCheck>,
    patience: Duration,
    spoiled: AtomicBool,
    extensions: Extensions,
    description: String,
    // Dropped last.
    _line: Line,
}

/// What the server can do beyond the protocol.
#[derive(Clone, Copy)]
pub(super) struct Extensions {
    pub(super) fsync: bool,
    pub(super) posix_rename: bool,
    /// Bytes of one request.
    pub(super) chunk: u32,
}

impl Extensions {
    pub(super) fn of(version: &Version, most_bytes: Option<u64>) -> Self {
        let has = |name: &str| version.extensions.get(name).is_some_and(|version| version == "1");
        let most = most_bytes.filter(|most| *most > 0).and_then(|most| u32::try_from(most).ok());
        Self { fsync: has(FSYNC), posix_rename: has(POSIX_RENAME), chunk: most.unwrap_or(CHUNK).min(CHUNK) }
    }
}

/// The connection below, which ends with this: nothing is left waiting for a host that is silent.
pub(super) struct Line(pub(super) TcpStream);

impl Drop for Line {
    fn drop(&mut self) {
        // It may be closed already.
        let _ = self.0.shutdown(Shutdown::Both);
    }
}

impl Session {
    pub(super) fn new(
        sftp: RawSftpSession,
        ssh: Handle<HostCheck>,
        line: Line,
        patience: Duration,
        extensions: Extensions,
        description: String,
    ) -> Self {
        Self { sftp, ssh, patience, spoiled: AtomicBool::new(false), extensions, description, _line: line }
    }

    /// Whom it is with, for people.
    pub(super) fn description(&self) -> &str {
        &self.description
    }

    pub(super) fn extensions(&self) -> Extensions {
        self.extensions
    }

    /// Whether it can take another request.
    pub(super) fn is_usable(&self) -> bool {
        !self.spoiled.load(Ordering::Relaxed) && !self.ssh.is_closed()
    }

    /// Lets nobody begin anything with it any more.
    pub(super) fn spoil(&self) {
        self.spoiled.store(true, Ordering::Relaxed);
    }

    /// What comes, if it comes in time.
    pub(super) async fn soon<T>(&self, what: impl Future<Output = T>) -> Result<T, Failure> {
        let late = |_| Failure::Lost(format!("no answer within {:?}", self.patience));
        timeout(self.patience, what).await.map_err(late)
    }

    /// The answer to a request, if it comes in time.
    pub(super) async fn ask<T>(&self, answer: impl Future<Output = Result<T, Error>>) -> Result<T, Failure> {
        Ok(self.soon(answer).await??)
    }

    /// What is at a path, if anything is; of a link itself, not of what it leads to.
    pub(super) async fn look(&self, path: &str) -> Result<Option<FileAttributes>, Failure> {
        match self.ask(self.sftp.lstat(path)).await {
            Ok(found) => Ok(Some(found.attrs)),
            Err(failure) if failure.is_not_there() => Ok(None),
            Err(failure) => Err(failure),
        }
    }

    /// Nothing is said to be absent from a folder that is not there.
    pub(super) async fn must_be_there(&self, folder: &str) -> Result<(), Failure> {
        self.ask(self.sftp.stat(folder)).await.map(drop)
    }

    /// Renames as POSIX does: an existing file is replaced.
    pub(super) async fn posix_rename(&self, from: &str, to: &str) -> Result<(), Failure> {
        let mut paths = Vec::new();
        for path in [from, to] {
            paths.extend(u32::try_from(path.len()).unwrap_or(u32::MAX).to_be_bytes());
            paths.extend(path.bytes());
        }
        match self.ask(self.sftp.extended(POSIX_RENAME, paths)).await? {
            Packet::Status(status) if status.status_code == StatusCode::Ok => Ok(()),
            Packet::Status(status) => Err(Error::Status(status).into()),
            _ => Err(Failure::Lost("the server answered something else".to_owned())),
        }
    }
}
