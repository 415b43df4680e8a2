//! The files of data that a description names (`EFC`).

use super::segment_texts::{KeptSegment, Texts, texts};
use crate::formats::edifact::Segment;

/// The format of the files of PFIFF: zip archives.
pub const ZIP_FORMAT: &str = "PKZIP-Archive";

/// A file of data.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DataFile {
    /// Its number in the package, from 2: the description is 1.
    pub sequence: u16,
    /// Its name at the sender's.
    pub name: String,
    /// The code of its format: `NAT` for a format of its own.
    pub format_code: String,
    /// Its format, such as [`ZIP_FORMAT`].
    pub format: String,
    /// The version of the format.
    pub format_version: String,
    /// The code of what it holds: `OTH` for something else.
    pub data_code: String,
    /// What it holds.
    pub data: String,
    /// The system that it is from.
    pub system: String,
    /// The version of the system.
    pub system_version: String,
    /// The command of the system.
    pub command: String,
    /// The code of its status: `INF` for information.
    pub status_code: String,
    /// Its status.
    pub status: String,
    /// The department.
    pub department: String,
    /// Up to four types of data; unused ones are empty.
    pub types: [String; 4],
    /// How it is compressed.
    pub compression: String,
    /// What else is said of it.
    pub kept: Vec<KeptSegment>,
}

impl DataFile {
    /// Reads it; the number is told by the caller, who checked it.
    pub(super) fn read(segment: &Segment<'_, '_>, sequence: u16) -> Self {
        let [_, name] = texts(segment, 1);
        let [format_code, format, format_version] = texts(segment, 2);
        let [data_code, data] = texts(segment, 3);
        let [system, system_version, command] = texts(segment, 4);
        let [status_code, status] = texts(segment, 5);
        let [department] = texts(segment, 6);
        let [compression] = texts(segment, 8);
        Self {
            sequence,
            name,
            format_code,
            format,
            format_version,
            data_code,
            data,
            system,
            system_version,
            command,
            status_code,
            status,
            department,
            types: texts(segment, 7),
            compression,
            kept: Vec::new(),
        }
    }

    /// Its texts; the number is written by the caller.
    pub(super) fn texts<'a>(&'a self, sequence: &'a str) -> Texts<'a> {
        vec![
            vec![sequence, &self.name],
            vec![&self.format_code, &self.format, &self.format_version],
            vec![&self.data_code, &self.data],
            vec![&self.system, &self.system_version, &self.command],
            vec![&self.status_code, &self.status],
            vec![&self.department],
            self.types.iter().map(String::as_str).collect(),
            vec![&self.compression],
        ]
    }
}
