//! Reads the directory of an archive, and judges each entry.

use std::{
    collections::{HashMap, HashSet},
    io::{Read, Seek},
};

use zip::{
    CompressionMethod,
    read::{Config, OwnedZipFileEntry, ZipFileEntry},
    unstable::read::ZipIterable,
};

use super::{
    code_page::CodePage,
    entry::{Entry, Refusal},
    error::ArchiveError,
    limits::Limits,
    name::{NameFault, for_people, normalise_within, shown},
};

/// The bytes that stand before the packed ones of an entry at least; its name follows them.
const LOCAL_HEADER: u64 = 30;
/// The bits of a Unix mode that tell what kind of file it is, and those of the kinds.
const KIND: u32 = 0o170_000;
const FOLDER: u32 = 0o040_000;
const FILE: u32 = 0o100_000;
const LINK: u32 = 0o120_000;

/// A directory that was read.
#[derive(Debug)]
pub(super) struct Directory {
    /// The entries, folders left out.
    pub entries: Vec<Entry>,
    /// The same as the zip reader knows them.
    pub headers: Vec<OwnedZipFileEntry>,
    /// The first entry of each stored name.
    pub by_stored_name: HashMap<String, usize>,
}

impl Directory {
    pub fn read<R: Read + Seek>(reader: &mut R, limits: &Limits) -> Result<Self, ArchiveError> {
        let mut headers = ZipIterable::try_new(reader, Config::default()).map_err(ArchiveError::of_directory)?;
        if headers.len() > limits.entries {
            return Err(ArchiveError::TooManyEntries { found: headers.len(), limit: limits.entries });
        }
        let mut judge = Judge::new(limits);
        let mut start = u64::MAX;
        for header in headers.files().map_err(ArchiveError::of_directory)? {
            let header = header.map_err(ArchiveError::of_directory)?;
            start = start.min(header.central_header_start());
            if header.central_header_start() - start > limits.directory_bytes {
                return Err(ArchiveError::DirectoryTooLarge { limit: limits.directory_bytes });
            }
            judge.take(header);
        }
        judge.finish(start)
    }
}

/// Judges the entries one after the other.
struct Judge<'a> {
    limits: &'a Limits,
    directory: Directory,
    names: HashSet<String>,
    /// The first entry of each name in small letters.
    folded: HashMap<String, usize>,
}

impl<'a> Judge<'a> {
    fn new(limits: &'a Limits) -> Self {
        let directory = Directory { entries: Vec::new(), headers: Vec::new(), by_stored_name: HashMap::new() };
        Self { limits, directory, names: HashSet::new(), folded: HashMap::new() }
    }

    fn take(&mut self, header: ZipFileEntry<'_>) {
        // Some packers write UTF-8 and do not say so; American DOS is what the format says where it is none.
        let raw = header.name_raw();
        let text = str::from_utf8(raw).map_or_else(|_| CodePage::UnitedStates.decode(raw), str::to_owned);
        if text.ends_with(['/', '\\']) || (kind(&header) == FOLDER && header.size() == 0) {
            return;
        }
        let index = self.directory.entries.len();
        let mut entry = match normalise_within(&text, self.limits) {
            Ok(stored_name) => self.named(index, stored_name, &header),
            Err(fault) => unnamed(index, &text, fault),
        };
        (entry.size, entry.packed_size) = (header.size(), header.compressed_size());
        self.directory.entries.push(entry);
        self.directory.headers.push(header.into());
    }

    fn named(&mut self, index: usize, stored_name: String, header: &ZipFileEntry<'_>) -> Entry {
        let name = for_people(&stored_name);
        self.directory.by_stored_name.entry(stored_name.clone()).or_insert(index);
        let is_first = self.names.insert(name.clone());
        let refusal = if is_first { self.judge(header) } else { Some(Refusal::Duplicate) };
        let earlier = *self.folded.entry(name.to_lowercase()).or_insert(index);
        let same_but_case = (is_first && earlier != index).then_some(earlier);
        Entry { index, name, stored_name, size: 0, packed_size: 0, refusal, same_but_case }
    }

    /// What is wrong with what the directory says of an entry, apart from its name.
    fn judge(&self, header: &ZipFileEntry<'_>) -> Option<Refusal> {
        let (size, packed, limits) = (header.size(), header.compressed_size(), self.limits);
        match kind(header) {
            0 | FILE => {}
            FOLDER => return Some(Refusal::Special("a folder")),
            LINK => return Some(Refusal::Special("a symbolic link")),
            _ => return Some(Refusal::Special("a device, a pipe or a socket")),
        }
        if header.encrypted() {
            return Some(Refusal::Encrypted);
        }
        if let Some(method) = unknown_method(header.compression()) {
            return Some(Refusal::Method(method));
        }
        if size > limits.entry_bytes {
            return Some(Refusal::TooLarge { size, limit: limits.entry_bytes });
        }
        let ratio = size.div_ceil(packed.max(1));
        (size > limits.ratio_floor && ratio > limits.ratio).then_some(Refusal::Ratio { ratio, limit: limits.ratio })
    }

    /// Judges what can be told only of all together.
    fn finish(mut self, directory_start: u64) -> Result<Directory, ArchiveError> {
        self.refuse_overlaps(directory_start);
        let taken = self.directory.entries.iter().filter(|entry| entry.refusal.is_none());
        let size = taken.map(|entry| entry.size).fold(0, u64::saturating_add);
        if size > self.limits.total_bytes {
            return Err(ArchiveError::TooLarge { size, limit: self.limits.total_bytes });
        }
        Ok(self.directory)
    }

    /// Refuses entries that begin within one before them, or end where the directory is.
    fn refuse_overlaps(&mut self, directory_start: u64) {
        let Directory { entries, headers, .. } = &mut self.directory;
        let mut taken: Vec<(&mut Entry, u64)> =
            entries.iter_mut().zip(headers).map(|(entry, header)| (entry, header.header_start())).collect();
        taken.retain(|(entry, _)| entry.refusal.is_none());
        // The sort keeps the order of those that begin at the same place.
        taken.sort_by_key(|(_, start)| *start);
        let mut free = 0;
        for (entry, start) in taken {
            let end = start.saturating_add(LOCAL_HEADER).saturating_add(entry.packed_size);
            if start < free {
                entry.refusal = Some(Refusal::Overlap);
            } else if end > directory_start {
                entry.refusal = Some(Refusal::Outside);
            } else {
                free = end;
            }
        }
    }
}

/// An entry whose name is none.
fn unnamed(index: usize, text: &str, fault: NameFault) -> Entry {
    let name = shown(text);
    Entry { index, stored_name: name.clone(), name, size: 0, packed_size: 0, refusal: Some(fault.into()), same_but_case: None }
}

/// What kind of file an entry is by its Unix mode; 0 if it has none.
fn kind(header: &ZipFileEntry<'_>) -> u32 {
    header.unix_mode().unwrap_or_default() & KIND
}

/// The number of a method other than those that are known.
#[allow(deprecated, reason = "the number of a method is told by this variant only")]
fn unknown_method(method: CompressionMethod) -> Option<u16> {
    match method {
        CompressionMethod::Stored | CompressionMethod::Deflated => None,
        CompressionMethod::Unsupported(number) => Some(number),
        // No other is compiled in.
        _ => Some(u16::MAX),
    }
}
