//! What is unpacked at most.

/// What an archive may come to. The default fits an archive of 500 MB with a thousand issues, and is far below what would hurt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Entries, folders included.
    pub entries: usize,
    /// Bytes of the directory; this much is held in memory, several times over.
    pub directory_bytes: u64,
    /// Bytes of one entry, unpacked.
    pub entry_bytes: u64,
    /// Bytes of all entries together, unpacked.
    pub total_bytes: u64,
    /// How many times larger an entry may be than its packed bytes. Deflate comes to 1032 with zeros, and logs rarely above 50.
    pub ratio: u64,
    /// Bytes of an entry, unpacked, up to which its ratio does not matter.
    pub ratio_floor: u64,
    /// Bytes of a name with its folders, as UTF-8.
    pub name_bytes: usize,
    /// Folders within folders.
    pub depth: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            entries: 20_000,
            directory_bytes: 32 << 20,
            entry_bytes: 1 << 30,
            total_bytes: 4 << 30,
            ratio: 250,
            ratio_floor: 1 << 20,
            name_bytes: 1024,
            depth: 16,
        }
    }
}
