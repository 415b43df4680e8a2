//! Any bytes are an archive or are none; no path of an entry that is read leaves the root, and no more is unpacked than may be.
#![no_main]

use std::{
    io::{self, Cursor},
    path::{Component, Path},
};

use libfuzzer_sys::fuzz_target;
use trackersync::formats::archive::{Archive, EntryUrl, Limits};

const LIMITS: Limits = Limits {
    entries: 1000,
    directory_bytes: 1 << 20,
    entry_bytes: 1 << 16,
    total_bytes: 1 << 18,
    ratio: 100,
    ratio_floor: 1 << 10,
    name_bytes: 256,
    depth: 8,
};

fn stays_inside(name: &str) -> bool {
    !name.is_empty()
        && !name.contains(['\\', '\0', '\n'])
        && Path::new(name).components().all(|part| matches!(part, Component::Normal(_)))
}

fuzz_target!(|input: &[u8]| {
    let (url, bytes) = input.iter().position(|byte| *byte == b'\n').map_or((input, input), |at| input.split_at(at));
    let url = String::from_utf8_lossy(url);
    let url = EntryUrl::parse(&url).inspect_err(|error| assert!(!error.to_string().is_empty()));
    let mut archive = match Archive::open(Cursor::new(bytes), &LIMITS) {
        Ok(archive) => archive,
        Err(error) => return assert!(!error.to_string().is_empty()),
    };
    if let Some(found) = url.ok().and_then(|url| archive.find(&url)) {
        assert!(stays_inside(&found.name) && stays_inside(&found.stored_name), "{found:?}");
    }
    let mut unpacked = 0;
    for entry in archive.entries().to_vec() {
        assert!(entry.refusal.is_some() || stays_inside(&entry.name) && stays_inside(&entry.stored_name), "{entry:?}");
        let Ok(mut content) = archive.read(entry.index) else { continue };
        assert!(entry.refusal.is_none());
        if let Ok(read) = io::copy(&mut content, &mut io::sink()) {
            assert_eq!(read, entry.size);
            unpacked += read;
        }
    }
    assert!(unpacked <= LIMITS.total_bytes);
});
