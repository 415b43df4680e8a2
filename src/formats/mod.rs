//! Wire formats. They are pure: none knows of syncing, of trackers, or of who carries the bytes.

pub mod archive;
pub mod edifact;
pub mod engdat;
pub mod soap;
