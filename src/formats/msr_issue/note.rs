//! What was read, but is not quite as it should be.

use std::fmt;

use super::{error::Place, limits::MOST_NOTES};

/// Something that was read, but not quite as it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// Where.
    pub place: Place,
    /// What.
    pub message: String,
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.message)
    }
}

/// Notes that are collected, up to the limit.
#[derive(Debug, Default)]
pub(super) struct Notes(Vec<Note>);

impl Notes {
    /// Adds a note.
    pub fn add(&mut self, place: Place, message: impl Into<String>) {
        if self.0.len() < MOST_NOTES {
            self.0.push(Note { place, message: message.into() });
        }
    }

    /// All of them.
    pub fn into_vec(self) -> Vec<Note> {
        self.0
    }
}
