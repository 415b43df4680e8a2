//! Tests of archives.

mod bytes;
mod content;
mod hostile;
mod memory;
mod names;
mod properties;
mod samples;
mod writer;

use std::io::{Cursor, Read};

use self::bytes::{Raw, deflated, join};
use super::*;

type Opened = Archive<Cursor<Vec<u8>>>;

fn open(bytes: Vec<u8>) -> Opened {
    open_within(bytes, &Limits::default()).unwrap()
}

fn open_within(bytes: Vec<u8>, limits: &Limits) -> Result<Opened, ArchiveError> {
    Archive::open(Cursor::new(bytes), limits)
}

fn content(archive: &mut Opened, index: usize) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let mut entry = archive.read(index).map_err(|error| error.to_string())?;
    entry.read_to_end(&mut bytes).map_err(|error| error.to_string())?;
    Ok(bytes)
}

/// The names of all entries, each with why it is refused.
fn told(archive: &Opened) -> Vec<(&str, Option<String>)> {
    archive.entries().iter().map(|entry| (entry.name.as_str(), entry.refusal.as_ref().map(ToString::to_string))).collect()
}

fn url(text: &str) -> EntryUrl {
    EntryUrl::parse(text).unwrap()
}
