//! What is read at most. Each limit is far above what a service sends, and far below what would hurt.

/// The largest WSDL or schema file, in bytes.
pub const MOST_FILE_BYTES: usize = 8 * 1024 * 1024;
/// The most files that a WSDL may consist of.
pub const MOST_FILES: usize = 64;
/// The most XML nodes in one WSDL or schema file.
pub const MOST_NODES: u32 = 500_000;
/// The deepest nesting of groups, and the longest chain of derived types, in a schema.
pub const DEEPEST_SCHEMA: usize = 64;
/// The most particles, and the most fields of all its types together, that a schema may come to.
pub const MOST_FIELDS: usize = 200_000;

/// The deepest nesting of elements in a message.
pub const DEEPEST_MESSAGE: usize = 64;
/// The most elements in an answer.
pub const MOST_ELEMENTS: usize = 250_000;
/// The most attributes of one element, namespace declarations included.
pub const MOST_ATTRIBUTES: usize = 128;
/// The longest text of one element or attribute, in bytes: a document of 10 MiB in base64 fits.
pub const MOST_TEXT_BYTES: usize = 15 * 1024 * 1024;
/// The most findings that a refused request lists, and the most deviations that an answer lists.
pub const MOST_FINDINGS: usize = 50;

/// The most bytes before the first boundary of a multipart answer.
pub const MOST_PREAMBLE_BYTES: usize = 64 * 1024;
/// The most bytes of the headers of one part.
pub const MOST_HEADER_BYTES: usize = 16 * 1024;
/// The longest boundary; RFC 2046 allows 70.
pub const MOST_BOUNDARY_BYTES: usize = 256;

/// What an answer may come to; the default is right for documents of 10 MiB.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AnswerLimits {
    /// Bytes of the envelope, which is held in memory.
    pub envelope_bytes: usize,
    /// Bytes of one binary part, which is not.
    pub part_bytes: u64,
    /// Binary parts.
    pub parts: usize,
}

impl Default for AnswerLimits {
    fn default() -> Self {
        Self { envelope_bytes: 16 * 1024 * 1024, part_bytes: 64 * 1024 * 1024, parts: 64 }
    }
}
