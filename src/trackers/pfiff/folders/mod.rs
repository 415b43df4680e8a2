//! The folders of an OFTP server, on this machine ([`LocalFolders`]) or reached by SFTP ([`SftpFolders`]): it puts what it received into
//! the inbox, and sends what it finds in the outbox. A file of ours is completed in the staging folder and appears in the outbox by one
//! rename, so that the server never sees half of it.
//!
//! The way of a file out is [`Folders::stage`], repeated until it succeeds, then [`Folders::deliver`], repeated until it succeeds. Each
//! step may be cut off at any point.

mod connect;
mod local;
mod name;
mod probe;
mod refusal;
mod sftp;

use std::path::{Path, PathBuf};

use async_trait::async_trait;
use jiff::Timestamp;

pub use self::{
    connect::connect,
    local::LocalFolders,
    probe::Probe,
    sftp::{SftpFolders, Timeouts},
};
use crate::sync::fault::Fault;

/// The folders of one OFTP server. Files are named by plain names: one that leads elsewhere is refused.
#[async_trait]
pub trait Folders: Send + Sync {
    /// The regular files of the inbox, in no order. Links, devices, folders, and names that are no plain text are left out.
    ///
    /// # Errors
    /// The folder cannot be read.
    async fn arrived(&self) -> Result<Vec<Arrived>, Fault>;

    /// Copies a file of the inbox to `into`, which is made or overwritten and is on the disk at the end. The number of bytes.
    ///
    /// # Errors
    /// Permanent: it is longer than `limit` bytes, or no regular file. Transient: it is gone, or it is still being written. After an
    /// error, `into` holds anything.
    async fn fetch(&self, name: &str, into: &Path, limit: u64) -> Result<u64, Fault>;

    /// Moves a file of the inbox into `folder`, which is on the same host and file system. It never replaces another one: if the name is
    /// taken there, it gets a number, as in `NAME.1`. A file that is gone already is fine.
    ///
    /// # Errors
    /// It cannot be moved.
    async fn archive(&self, name: &str, folder: &Path) -> Result<(), Fault>;

    /// Removes a file of the inbox. One that is gone already is fine.
    ///
    /// # Errors
    /// It cannot be removed.
    async fn remove(&self, name: &str) -> Result<(), Fault>;

    /// Writes a local file completely into the staging folder: bytes, mode and group, flushed to the disk. It replaces what an earlier
    /// attempt left.
    ///
    /// # Errors
    /// It could not be written as it is to be; what is in the staging folder now is not to be delivered.
    async fn stage(&self, name: &str, local: &Path) -> Result<(), Fault>;

    /// The size of a file in the staging folder, if it is there.
    ///
    /// # Errors
    /// It cannot be told: the folder itself is not there, for example.
    async fn staged(&self, name: &str) -> Result<Option<u64>, Fault>;

    /// The size of a file in the outbox, if it is there.
    ///
    /// # Errors
    /// It cannot be told: the folder itself is not there, for example.
    async fn in_outbox(&self, name: &str) -> Result<Option<u64>, Fault>;

    /// Moves a staged file into the outbox under its final name, where the OFTP server sees it. This is one step, and never replaces
    /// another file.
    ///
    /// # Errors
    /// It could not be moved. After a transient one nobody knows whether it was: the next call tells.
    async fn deliver(&self, staged: &str, name: &str) -> Result<Delivered, Fault>;

    /// Removes a file from the staging folder. One that is gone already is fine.
    ///
    /// # Errors
    /// It cannot be removed.
    async fn unstage(&self, name: &str) -> Result<(), Fault>;

    /// Tries whether the folders are there and can be used, for `doctor`. Nothing is left behind.
    async fn probe(&self) -> Vec<Probe>;

    /// Waits until something may have arrived. For one caller at a time, who looks from time to time all the same: where changes are not
    /// told to us, as over SFTP, it waits for ever.
    async fn changed(&self);
}

/// A file of the inbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrived {
    /// Its name.
    pub name: String,
    /// Its size in bytes.
    pub size: u64,
    /// When it was changed last, by the clock of its host.
    pub changed: Timestamp,
}

/// What became of a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivered {
    /// The file is in the outbox, or was: the OFTP server may have taken it already.
    Moved,
    /// It is not staged any more: an earlier attempt has moved it.
    NotThere,
    /// Another file has its name in the outbox; it is still staged.
    Collision,
}

/// Where the folders are.
#[derive(Clone, Debug)]
pub struct Places {
    /// Where the OFTP server puts what it receives.
    pub inbox: PathBuf,
    /// Where it takes what it is to send.
    pub outbox: PathBuf,
    /// Where files are completed; on the file system of the outbox.
    pub staging: PathBuf,
}

/// Who may do what with the files that we write.
#[derive(Clone, Copy, Debug)]
pub struct Permissions {
    /// The mode, as of `chmod`.
    pub mode: u32,
    /// The group, if not the one that a new file gets by itself. A host that does not let us set it is warned of once.
    pub group: Option<GroupChoice>,
}

impl Default for Permissions {
    /// Mode 0664 and the group of the outbox: the OFTP server often is of another account in the same group, and a folder's set-group-ID
    /// bit has no effect on files that are renamed into it.
    fn default() -> Self {
        Self { mode: 0o664, group: Some(GroupChoice::OfOutbox) }
    }
}

impl Permissions {
    /// The mode without what is none of permissions.
    fn mode(self) -> u32 {
        self.mode & 0o7777
    }
}

/// Which group a file gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GroupChoice {
    /// That of the outbox.
    OfOutbox,
    /// The one of this number.
    Id(u32),
}
