//! What is in a folder.

use jiff::Timestamp;
use russh_sftp::protocol::{FileAttributes, StatusCode};
use tracing::debug;

use super::{
    super::{Arrived, name::is_plain},
    failure::Failure,
    session::Session,
    within,
};
use crate::sync::fault::Fault;

/// The most entries that a folder may have; a server without end would fill our memory.
const MOST_ENTRIES: usize = 100_000;

/// The regular files of a folder.
pub(super) async fn list(session: &Session, folder: &str) -> Result<Vec<Arrived>, Failure> {
    let handle = session.ask(session.sftp.opendir(folder)).await?.handle;
    let listed = read_all(session, &handle, folder).await;
    if !matches!(listed, Err(Failure::Lost(_))) {
        // What was listed is good, whatever comes of this.
        session.ask(session.sftp.close(handle)).await?;
    }
    listed
}

async fn read_all(session: &Session, handle: &str, folder: &str) -> Result<Vec<Arrived>, Failure> {
    let (mut found, mut entries) = (Vec::new(), 0);
    loop {
        let part = match session.ask(session.sftp.readdir(handle)).await {
            Ok(part) => part.files,
            Err(Failure::Refused { code: StatusCode::Eof, .. }) => return Ok(found),
            Err(failure) => return Err(failure),
        };
        entries += part.len();
        if part.is_empty() || entries > MOST_ENTRIES {
            return Err(Fault::permanent(format!("{folder} has more than {MOST_ENTRIES} entries, or no end"))
                .hint("move away what is done with")
                .into());
        }
        for entry in part {
            if let Some(file) = arrived(session, folder, entry.filename, entry.attrs).await? {
                found.push(file);
            }
        }
    }
}

async fn arrived(session: &Session, folder: &str, name: String, told: FileAttributes) -> Result<Option<Arrived>, Failure> {
    // A character that the host sent in no known encoding was replaced, and the file cannot be named.
    if !is_plain(&name) || name.contains(char::REPLACEMENT_CHARACTER) {
        if !matches!(name.as_str(), "." | "..") {
            debug!(folder, name, "a name that is none of ours is left alone");
        }
        return Ok(None);
    }
    // Servers may leave out what they do not like to tell.
    let complete = told.permissions.is_some() && told.size.is_some() && told.mtime.is_some();
    let attributes = if complete { Some(told) } else { session.look(&within(folder, &name)).await? };
    let file = attributes.filter(|attributes| attributes.file_type().is_file());
    Ok(file.map(|attributes| Arrived { name, size: attributes.len(), changed: changed(&attributes) }))
}

fn changed(attributes: &FileAttributes) -> Timestamp {
    Timestamp::from_second(attributes.mtime.unwrap_or(0).into()).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// The size of a regular file, if it is in a folder that is there.
pub(super) async fn size(session: &Session, folder: &str, path: &str) -> Result<Option<u64>, Failure> {
    let found = session.look(path).await?;
    if found.is_none() {
        session.must_be_there(folder).await?;
    }
    Ok(found.filter(|attributes| attributes.file_type().is_file()).map(|attributes| attributes.len()))
}
