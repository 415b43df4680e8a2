//! What is read at most.

/// What a document may come to. The default is far above any export, and far below what would hurt: what is held in memory at a time is
/// one issue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the whole document.
    pub document_bytes: u64,
    /// Issues in it.
    pub issues: usize,
    /// The deepest nesting of elements; more than [`DEEPEST`] is never allowed.
    pub depth: usize,
    /// Bytes of one issue, in UTF-8. It holds for all of the head together, too; the next two hold for each part of the head.
    pub issue_bytes: u64,
    /// Elements and texts of one issue.
    pub issue_nodes: usize,
    /// Bytes of the text of one element, and of one tag.
    pub text_bytes: usize,
}

/// The deepest nesting that [`Limits`] can allow.
pub const DEEPEST: usize = 256;
/// The most attributes of one element.
pub const MOST_ATTRIBUTES: usize = 64;
/// The longest problem number, in characters.
pub const LONGEST_NUMBER: usize = 100;
/// The most notes on one issue, or on the head of a document; what is beyond is not told.
pub const MOST_NOTES: usize = 50;

impl Default for Limits {
    fn default() -> Self {
        Self {
            document_bytes: 256 * 1024 * 1024,
            issues: 100_000,
            depth: 64,
            issue_bytes: 8 * 1024 * 1024,
            issue_nodes: 200_000,
            text_bytes: 2 * 1024 * 1024,
        }
    }
}
