//! The description of a package: who sends what to whom.

use jiff::civil::DateTime;

use super::{
    data_file::DataFile,
    envelope::{Document, Envelope, Identification, Message, Stamp},
    name::{NameError, Reference},
    partner::Partner,
    segment_texts::KeptSegment,
};
use crate::formats::edifact::Separators;

/// The description of a package: its first file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Description {
    /// The separators of its service string advice; `None` if it has none.
    pub separators: Option<Separators>,
    /// The frame of the interchange.
    pub envelope: Envelope,
    /// The head of the message.
    pub message: Message,
    /// Which package it is.
    pub document: Document,
    /// Who sends it.
    pub sender: Partner,
    /// Who receives it.
    pub recipient: Partner,
    /// What else is said of the package.
    pub kept: Vec<KeptSegment>,
    /// The files of data.
    pub files: Vec<DataFile>,
    /// The unit of the number of files, mostly empty.
    pub unit: String,
}

/// A package that is not from whom, or not for whom, it should be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the package is {direction} {found:?}, and only those {direction} {expected:?} are taken")]
pub struct WrongRoute {
    /// `from` or `for`.
    pub direction: &'static str,
    /// The routing code that should be there.
    pub expected: String,
    /// The routing code that is there.
    pub found: String,
}

impl Description {
    /// The description of a package of our own.
    #[must_use]
    pub fn new(reference: &Reference, made: DateTime, sender: Partner, recipient: Partner, files: Vec<DataFile>) -> Self {
        let made = Stamp::new(made);
        Self {
            separators: None,
            envelope: Envelope {
                sender: Identification::new(&sender.code, &sender.routing),
                recipient: Identification::new(&recipient.code, &recipient.routing),
                made: made.clone(),
                control_reference: reference.short().to_owned(),
                ..Envelope::default()
            },
            message: Message::new(reference.short()),
            document: Document { number: reference.to_string(), made, authorisation: String::new() },
            sender,
            recipient,
            kept: Vec::new(),
            files,
            unit: String::new(),
        }
    }

    /// The reference of the exchange, which the names of all files of the package have too.
    ///
    /// # Errors
    /// If the document number is none.
    pub fn reference(&self) -> Result<Reference, NameError> {
        Reference::parse(&self.document.number)
    }

    /// The numbers of the files that it names.
    pub fn sequences(&self) -> impl Iterator<Item = u16> {
        self.files.iter().map(|file| file.sequence)
    }

    /// Checks from whom and for whom it is, by the whole routing codes.
    ///
    /// # Errors
    /// If one of them is another.
    pub fn check_route(&self, sender: &str, recipient: &str) -> Result<(), WrongRoute> {
        for (direction, expected, found) in
            [("from", sender, &self.sender.routing), ("for", recipient, &self.recipient.routing)]
        {
            if expected != found {
                return Err(WrongRoute { direction, expected: expected.to_owned(), found: found.clone() });
            }
        }
        Ok(())
    }
}
