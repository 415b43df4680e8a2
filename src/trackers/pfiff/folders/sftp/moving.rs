//! Moving files, never over another one, and removing them.
//!
//! The rename of the protocol refuses a name that is taken, but says only that it failed: what is where tells why.

use russh_sftp::protocol::{FileAttributes, StatusCode};
use tracing::info;

use super::{
    super::{Delivered, name},
    Paths,
    failure::Failure,
    session::Session,
    transfer, within,
};
use crate::sync::fault::Fault;

/// Moves a staged file into the outbox.
pub(super) async fn deliver(session: &Session, paths: &Paths, from: &str, to: &str) -> Result<Delivered, Failure> {
    let refused = match session.ask(session.sftp.rename(from, to)).await {
        Ok(_) => return Ok(Delivered::Moved),
        Err(refused @ Failure::Refused { .. }) => refused,
        Err(failure) => return Err(failure),
    };
    let Some(staged) = session.look(from).await? else {
        session.must_be_there(&paths.staging).await?;
        session.must_be_there(&paths.outbox).await?;
        return Ok(Delivered::NotThere);
    };
    let Some(found) = session.look(to).await? else {
        session.must_be_there(&paths.outbox).await?;
        return Err(why_not(refused));
    };
    if is_half_moved(session, (from, &staged), (to, &found)).await? {
        info!(file = to, "it is in the outbox already: an earlier rename was cut off halfway");
        remove(session, from).await?;
        return Ok(Delivered::Moved);
    }
    Ok(Delivered::Collision)
}

/// Both folders are there, and the name is free.
fn why_not(refused: Failure) -> Failure {
    let Failure::Refused { code: StatusCode::Failure, words } = refused else { return refused };
    Fault::permanent(format!("the server does not rename it ({words})"))
        .hint("both folders must be on one file system: put staging on that of the outbox")
        .into()
}

/// `OpenSSH` renames a file by giving it the second name, then taking away the first. A host that stops between leaves both, of one file.
async fn is_half_moved(
    session: &Session,
    (from, staged): (&str, &FileAttributes),
    (to, found): (&str, &FileAttributes),
) -> Result<bool, Failure> {
    let told = |of: &FileAttributes| (of.size, of.mtime, of.uid, of.gid, of.permissions);
    if !staged.file_type().is_file() || staged.mtime.is_none() || told(staged) != told(found) {
        return Ok(false);
    }
    match transfer::is_same(session, from, to, staged.len()).await {
        // The OFTP server took it just now.
        Err(failure) if failure.is_not_there() => Ok(false),
        same => same,
    }
}

/// Moves a file into an archive.
pub(super) async fn archive(session: &Session, inbox: &str, name: &str, archive: &str) -> Result<(), Failure> {
    let from = within(inbox, name);
    for free in name::in_archive(name) {
        let to = within(archive, &free);
        let refused = match session.ask(session.sftp.rename(&from, &to)).await {
            Ok(_) => return Ok(()),
            Err(refused @ Failure::Refused { .. }) => refused,
            Err(failure) => return Err(failure),
        };
        if session.look(&from).await?.is_none() {
            session.must_be_there(inbox).await?;
            return session.must_be_there(archive).await;
        }
        if session.look(&to).await?.is_some() {
            continue;
        }
        session.must_be_there(archive).await?;
        return rename_foreign(session, &from, &to, refused).await;
    }
    Err(name::archive_is_full(name, archive).into())
}

/// A file of another account may be renamed and yet be given no second name, which is how `OpenSSH` renames (Linux:
/// `fs.protected_hardlinks`). The archive is ours alone, so nobody takes the name that was free just now.
async fn rename_foreign(session: &Session, from: &str, to: &str, refused: Failure) -> Result<(), Failure> {
    let denied = matches!(refused, Failure::Refused { code: StatusCode::PermissionDenied, .. });
    if denied && session.extensions().posix_rename {
        return session.posix_rename(from, to).await;
    }
    let Failure::Refused { code: StatusCode::Failure, words } = refused else { return Err(refused) };
    Err(Fault::permanent(format!("the server does not rename it ({words})"))
        .hint("the archive must be on the file system of the inbox")
        .into())
}

/// Removes a file that may be gone already.
pub(super) async fn remove(session: &Session, path: &str) -> Result<(), Failure> {
    match session.ask(session.sftp.remove(path)).await {
        Err(failure) if failure.is_not_there() => Ok(()),
        removed => removed.map(drop),
    }
}
