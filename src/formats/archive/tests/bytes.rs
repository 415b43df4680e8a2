//! Archives made byte by byte, with whatever lies a test needs.

use std::io::{Cursor, Write};

use zip::{ZipWriter, write::SimpleFileOptions};

/// An entry as its headers tell of it.
#[derive(Clone)]
pub struct Raw {
    pub name: Vec<u8>,
    /// Bit 0: encrypted; bit 11: the name is UTF-8.
    pub flags: u16,
    pub method: u16,
    pub crc: u32,
    pub packed: Vec<u8>,
    pub packed_size: u32,
    pub size: u32,
    /// Who made it: 3 is Unix.
    pub system: u8,
    /// The Unix mode is in the upper half.
    pub attributes: u32,
    /// Where its local header is, instead of where it was written.
    pub start: Option<u32>,
    pub extra: Vec<u8>,
}

impl Raw {
    /// A stored file without a lie.
    pub fn new(name: impl AsRef<[u8]>, content: &[u8]) -> Self {
        let size = u32::try_from(content.len()).unwrap();
        Self {
            name: name.as_ref().to_vec(),
            flags: if name.as_ref().is_ascii() { 0 } else { 1 << 11 },
            method: 0,
            crc: crc(content),
            packed: content.to_vec(),
            packed_size: size,
            size,
            system: 3,
            attributes: 0o100_644 << 16,
            start: None,
            extra: Vec::new(),
        }
    }

    pub fn with_mode(self, mode: u32) -> Self {
        Self { attributes: mode << 16, ..self }
    }

    /// What both headers have in common.
    fn fields(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for number in [20, self.flags, self.method, 0x5000, 0x5D74] {
            bytes.extend(number.to_le_bytes());
        }
        for number in [self.crc, self.packed_size, self.size] {
            bytes.extend(number.to_le_bytes());
        }
        bytes.extend(short(&self.name));
        bytes.extend(short(&self.extra));
        bytes
    }

    pub fn local(&self) -> Vec<u8> {
        [b"PK\x03\x04", self.fields().as_slice(), &self.name, &self.extra, &self.packed].concat()
    }

    fn central(&self, start: u32) -> Vec<u8> {
        let mut bytes = [b"PK\x01\x02", [20, self.system].as_slice(), &self.fields(), &[0; 6]].concat();
        bytes.extend(self.attributes.to_le_bytes());
        bytes.extend(self.start.unwrap_or(start).to_le_bytes());
        [bytes, self.name.clone(), self.extra.clone()].concat()
    }
}

/// The archive of some entries.
pub fn join(entries: &[Raw]) -> Vec<u8> {
    let (mut bytes, mut directory) = (Vec::new(), Vec::new());
    for entry in entries {
        directory.extend(entry.central(u32::try_from(bytes.len()).unwrap()));
        bytes.extend(entry.local());
    }
    let count = u16::try_from(entries.len()).unwrap().to_le_bytes();
    let size = u32::try_from(directory.len()).unwrap().to_le_bytes();
    let start = u32::try_from(bytes.len()).unwrap().to_le_bytes();
    [&bytes, &directory, b"PK\x05\x06\0\0\0\0".as_slice(), &count, &count, &size, &start, &[0; 2]].concat()
}

/// A deflated entry.
pub fn deflated(name: &str, content: &[u8]) -> Raw {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    writer.start_file("x", SimpleFileOptions::default()).unwrap();
    writer.write_all(content).unwrap();
    let bytes = writer.finish().unwrap().into_inner();
    let packed_size = u32::from_le_bytes(bytes[18..22].try_into().unwrap());
    let packed = bytes[31..31 + usize::try_from(packed_size).unwrap()].to_vec();
    Raw { method: 8, packed, packed_size, ..Raw::new(name, content) }
}

fn short(bytes: &[u8]) -> [u8; 2] {
    u16::try_from(bytes.len()).unwrap().to_le_bytes()
}

/// The checksum of zip archives (CRC-32 of IEEE 802.3).
fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xEDB8_8320 } else { crc >> 1 })
    })
}
