//! What both kinds of folders refuse in the same words.

use crate::sync::fault::Fault;

/// A file that is longer than it may be.
pub(super) fn too_long(path: &str, limit: u64) -> Fault {
    Fault::permanent(format!("{path} is longer than {limit} bytes"))
        .hint("if it is to be taken, raise the limit; else move it away and ask the other side")
}

/// A file that changes while it is read.
pub(super) fn still_written(path: &str) -> Fault {
    Fault::transient(format!("{path} changed while it was read: it is still being written"))
}

/// A file that is not there any more.
pub(super) fn gone(path: &str) -> Fault {
    Fault::transient(format!("{path} is not there any more"))
}

/// A link, which may lead to anything.
pub(super) fn link(path: &str) -> Fault {
    Fault::permanent(format!("{path} is a symbolic link, and is not followed"))
}

/// A folder, a pipe, a device.
pub(super) fn no_file(path: &str) -> Fault {
    Fault::permanent(format!("{path} is no regular file"))
}
