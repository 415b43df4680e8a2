//! What an error of the file system means.

use std::{
    io::{Error, ErrorKind},
    path::Path,
};

use crate::sync::fault::Fault;

/// The fault of something that was done with a path.
pub(super) fn fault(doing: &str, path: &Path, error: &Error) -> Fault {
    let message = format!("{doing} {}: {error}", path.display());
    match error.kind() {
        ErrorKind::NotFound => Fault::permanent(message).hint("make the folder, mount it, or correct its path"),
        ErrorKind::NotADirectory | ErrorKind::IsADirectory | ErrorKind::InvalidFilename => {
            Fault::permanent(message).hint("something else is where a file or folder is to be")
        }
        ErrorKind::PermissionDenied => {
            Fault::permanent(message).hint("let the account that this program runs as do it, for example by its group")
        }
        ErrorKind::ReadOnlyFilesystem => Fault::permanent(message).hint("mount it so that it can be written to"),
        ErrorKind::CrossesDevices => {
            Fault::permanent(message).hint("both folders must be on one file system: put staging on that of the outbox")
        }
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Fault::transient(message).hint("make room there"),
        _ => Fault::transient(message),
    }
}

/// For `map_err`.
pub(super) fn at<'a>(doing: &'a str, path: &'a Path) -> impl Fn(Error) -> Fault + 'a {
    move |error| fault(doing, path, &error)
}
