//! The names of the files of a package: `ENG`, the reference of the exchange, how many files there are and which one this is.

use std::fmt;

use jiff::civil::DateTime;

/// What each name begins with.
const PREFIX: &str = "ENG";
/// Characters of a name; OFTP allows no more.
const NAME: usize = 26;
/// Characters of a reference.
const REFERENCE: usize = 17;
/// Digits of the time that a reference begins with.
const TIME: usize = 12;
/// The most files of a package: the number has three digits.
pub const MOST_FILES: u16 = 999;

/// The reference of an exchange: 17 characters that all files of a package have in common, and no other package of the same partners.
///
/// It begins with the time of the sender's clock, `yymmddHHMMSS`. What the other five are is the sender's affair; here they are a
/// running number and the first three characters of the peer's routing code.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Reference(String);

/// The name of one file of a package.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FileName {
    reference: Reference,
    total: u16,
    sequence: u16,
}

/// Why a name or a reference is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NameError {
    /// It does not begin with `ENG`: it may be a file of something else.
    #[error("it does not begin with ENG, so it is no file of an ENGDAT package")]
    Prefix,
    /// It is too short or too long.
    #[error("it has {found} characters, and {expected} are needed")]
    Length {
        /// How many there are.
        found: usize,
        /// How many there have to be.
        expected: usize,
    },
    /// A character that may not stand there.
    #[error("character {position} is {found:?}, where {expected} has to be")]
    Character {
        /// Which one, from 1.
        position: usize,
        /// What it is.
        found: char,
        /// What it has to be.
        expected: &'static str,
    },
    /// The number of the file is not one of those that there are.
    #[error("it is file {sequence} of {total}, and they are counted from 1 to {total}")]
    Sequence {
        /// The number.
        sequence: u16,
        /// How many there are.
        total: u16,
    },
    /// A reference of our own cannot begin with this year.
    #[error("the year {0} cannot be told in two digits: only 2000 to 2099 can")]
    Year(i16),
    /// A running number of our own is too large.
    #[error("the running number {0} has more than two digits")]
    Running(u8),
    /// The peer's routing code is too short to make a reference of it.
    #[error("the routing code has {0} characters, and at least 3 are needed")]
    RoutingCode(usize),
}

/// Capital letters, digits and the few signs that OFTP allows.
fn is_oftp(c: char) -> bool {
    c.is_ascii_uppercase() || c.is_ascii_digit() || matches!(c, '/' | '-' | '.' | '&' | '(' | ')')
}

/// Checks some characters; the position of the first is told in errors.
fn check(text: &str, first: usize, expected: &'static str, is_right: fn(char) -> bool) -> Result<(), NameError> {
    let wrong = text.chars().enumerate().find(|(_, c)| !is_right(*c));
    wrong.map_or(Ok(()), |(at, found)| Err(NameError::Character { position: first + at, found, expected }))
}

impl Reference {
    /// A reference of our own: the time, a running number to tell those of one second apart, and the first three characters of the
    /// peer's routing code in capital letters.
    ///
    /// # Errors
    /// If the year is not in this century, the number is above 99, or the code has less than three characters or others than OFTP allows.
    pub fn compose(time: DateTime, running: u8, routing_code: &str) -> Result<Self, NameError> {
        if !(2000..2100).contains(&time.year()) {
            return Err(NameError::Year(time.year()));
        }
        if running > 99 {
            return Err(NameError::Running(running));
        }
        let peer: String = routing_code.chars().take(3).collect::<String>().to_ascii_uppercase();
        if peer.chars().count() < 3 {
            return Err(NameError::RoutingCode(peer.chars().count()));
        }
        check(&peer, 1, OFTP, is_oftp)?;
        Ok(Self(format!("{}{running:02}{peer}", time.strftime("%y%m%d%H%M%S"))))
    }

    /// Reads a reference, which has to be nothing else.
    ///
    /// # Errors
    /// If it is none; positions count from 1.
    pub fn parse(text: &str) -> Result<Self, NameError> {
        let found = text.chars().count();
        if found != REFERENCE {
            return Err(NameError::Length { found, expected: REFERENCE });
        }
        Self::parse_at(text, 1)
    }

    /// Reads a reference of the right length that begins at a position of a name.
    fn parse_at(text: &str, first: usize) -> Result<Self, NameError> {
        check(text, first, OFTP, is_oftp)?;
        // Now all are ASCII.
        check(&text[..TIME], first, "a digit of the time", |c| c.is_ascii_digit())?;
        Ok(Self(text.to_owned()))
    }

    /// The 17 characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// When it was made, by the sender's clock and in the sender's time zone; `None` if there is no such time.
    #[must_use]
    pub fn time(&self) -> Option<DateTime> {
        let number = |at: usize| self.0.get(at..at + 2).and_then(|digits| digits.parse::<i8>().ok());
        let date = (2000 + i16::from(number(0)?), number(2)?, number(4)?);
        DateTime::new(date.0, date.1, date.2, number(6)?, number(8)?, number(10)?, 0).ok()
    }

    /// What a description takes for control and message reference, which have room for 14: the first 14 characters.
    #[must_use]
    pub fn short(&self) -> &str {
        &self.0[..14]
    }
}

const OFTP: &str = "a capital letter, a digit or one of / - . & ( )";

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FileName {
    /// A file of a package: file 1 is the description, the others are the data.
    ///
    /// # Errors
    /// If there is no such number among so many files.
    pub fn new(reference: Reference, total: u16, sequence: u16) -> Result<Self, NameError> {
        if sequence == 0 || sequence > total || total > MOST_FILES {
            return Err(NameError::Sequence { sequence, total });
        }
        Ok(Self { reference, total, sequence })
    }

    /// Reads the name of a received file. What follows its 26 characters is passed over: OFTP servers append something of their own.
    ///
    /// # Errors
    /// If it is not the name of a file of a package.
    pub fn parse(name: &str) -> Result<Self, NameError> {
        if !name.starts_with(PREFIX) {
            return Err(NameError::Prefix);
        }
        let head: String = name.chars().take(NAME).collect();
        let found = head.chars().count();
        if found < NAME {
            return Err(NameError::Length { found, expected: NAME });
        }
        check(&head, 1, OFTP, is_oftp)?;
        let (reference, numbers) = head[PREFIX.len()..].split_at(REFERENCE);
        let reference = Reference::parse_at(reference, PREFIX.len() + 1)?;
        check(numbers, PREFIX.len() + REFERENCE + 1, "a digit of the number of files", |c| c.is_ascii_digit())?;
        let number = |digits: &str| digits.bytes().fold(0, |number, digit| number * 10 + u16::from(digit - b'0'));
        Self::new(reference, number(&numbers[..3]), number(&numbers[3..]))
    }

    /// What all files of the package have in common.
    #[must_use]
    pub fn reference(&self) -> &Reference {
        &self.reference
    }

    /// How many files the package has, the description included.
    #[must_use]
    pub fn total(&self) -> u16 {
        self.total
    }

    /// Which of them this is, from 1.
    #[must_use]
    pub fn sequence(&self) -> u16 {
        self.sequence
    }

    /// Whether it is the description; the others are data.
    #[must_use]
    pub fn is_description(&self) -> bool {
        self.sequence == 1
    }
}

impl fmt::Display for FileName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{PREFIX}{}{:03}{:03}", self.reference, self.total, self.sequence)
    }
}
