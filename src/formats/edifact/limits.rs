//! What is read at most.

/// What an interchange may come to. The default is far above any ENGDAT description, and far below what would hurt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the whole interchange.
    pub bytes: usize,
    /// Segments, the service string advice not counted.
    pub segments: usize,
    /// Bytes of one segment, without its terminator.
    pub segment_bytes: usize,
    /// Components of one segment, its tag included.
    pub components: usize,
    /// Bytes of one component, release characters included.
    pub component_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { bytes: 4 * 1024 * 1024, segments: 20_000, segment_bytes: 16 * 1024, components: 500, component_bytes: 4 * 1024 }
    }
}
