//! A file that is open on the host.

use russh_sftp::protocol::{FileAttributes, OpenFlags};

use super::{failure::Failure, session::Session};

/// An open file. One that is left without being closed, because its work was broken off, ends the session: the host counts open files.
pub(super) struct Opened<'s> {
    session: &'s Session,
    handle: String,
    closed: bool,
}

impl<'s> Opened<'s> {
    pub(super) async fn open(
        session: &'s Session,
        path: &str,
        flags: OpenFlags,
        attributes: FileAttributes,
    ) -> Result<Self, Failure> {
        let handle = session.ask(session.sftp.open(path, flags, attributes)).await?.handle;
        Ok(Self { session, handle, closed: false })
    }

    /// Opens a file for reading.
    pub(super) async fn read(session: &'s Session, path: &str) -> Result<Self, Failure> {
        Self::open(session, path, OpenFlags::READ, FileAttributes::empty()).await
    }

    pub(super) fn handle(&self) -> &str {
        &self.handle
    }

    /// What is known of it.
    pub(super) async fn attributes(&self) -> Result<FileAttributes, Failure> {
        Ok(self.session.ask(self.session.sftp.fstat(self.handle())).await?.attrs)
    }

    /// Changes what is known of it.
    pub(super) async fn change(&self, attributes: FileAttributes) -> Result<(), Failure> {
        self.session.ask(self.session.sftp.fsetstat(self.handle(), attributes)).await.map(drop)
    }

    /// Closes it after work on it, whose outcome counts first.
    pub(super) async fn close<T>(mut self, outcome: Result<T, Failure>) -> Result<T, Failure> {
        if matches!(outcome, Err(Failure::Lost(_))) {
            return outcome;
        }
        let closed = self.session.ask(self.session.sftp.close(self.handle())).await;
        self.closed = true;
        let value = outcome?;
        closed.map(|_| value)
    }
}

impl Drop for Opened<'_> {
    fn drop(&mut self) {
        if !self.closed {
            self.session.spoil();
        }
    }
}
