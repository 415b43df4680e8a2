//! The frame of a description: `UNB`, `UNH` and `MID`.

use std::fmt;

use jiff::civil::DateTime;

use super::segment_texts::{Texts, texts};
use crate::formats::edifact::Segment;

/// The frame of the interchange (`UNB`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Envelope {
    /// Who sends.
    pub sender: Identification,
    /// Who receives.
    pub recipient: Identification,
    /// When it was made, by the sender's clock.
    pub made: Stamp,
    /// The control reference, up to 14 characters; `UNZ` repeats it.
    pub control_reference: String,
    /// A password that the partners agreed upon, and what it is for.
    pub password: Password,
    /// The application.
    pub application: String,
    /// The priority.
    pub priority: String,
    /// Whether an acknowledgement is asked for.
    pub acknowledgement: String,
    /// The agreement.
    pub agreement: String,
    /// Whether it is a test.
    pub test: String,
}

/// A partner in the frame of the interchange.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identification {
    /// The OFTP code.
    pub code: String,
    /// `OD` for ODETTE, or nothing.
    pub qualifier: String,
    /// The routing code, as far as 14 characters hold it.
    pub internal: String,
}

impl Identification {
    /// That of an OFTP code and a routing code, which is cut off.
    #[must_use]
    pub fn new(code: &str, routing: &str) -> Self {
        Self { code: code.to_owned(), qualifier: "OD".to_owned(), internal: routing.chars().take(14).collect() }
    }

    fn read(segment: &Segment<'_, '_>, element: usize) -> Self {
        let [code, qualifier, internal] = texts(segment, element);
        Self { code, qualifier, internal }
    }

    fn texts(&self) -> Vec<&str> {
        vec![&self.code, &self.qualifier, &self.internal]
    }
}

/// A password and its qualifier; shown to nobody.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Password {
    /// The password.
    pub value: String,
    /// What it is for, in two characters.
    pub qualifier: String,
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.value.is_empty() { "none" } else { "[hidden]" })
    }
}

/// A date and a time as they are written: without a time zone, and often without the century.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stamp {
    /// `yymmdd`, or `yyyymmdd` in `UNB`.
    pub date: String,
    /// `HHMM`, or nothing.
    pub time: String,
}

impl Stamp {
    /// That of a time between 2000 and 2099, by the minute.
    #[must_use]
    pub fn new(time: DateTime) -> Self {
        Self { date: time.strftime("%y%m%d").to_string(), time: time.strftime("%H%M").to_string() }
    }

    /// The time that is meant; without one, the beginning of the day. `None` if there is no such time.
    #[must_use]
    pub fn to_datetime(&self) -> Option<DateTime> {
        let date = if self.date.len() == 6 { format!("20{}", self.date) } else { self.date.clone() };
        let time = if self.time.is_empty() { "0000" } else { &self.time };
        DateTime::strptime("%Y%m%d%H%M", format!("{date}{time}")).ok()
    }

    fn read(segment: &Segment<'_, '_>, element: usize) -> Self {
        let [date, time] = texts(segment, element);
        Self { date, time }
    }

    fn texts(&self) -> Vec<&str> {
        vec![&self.date, &self.time]
    }
}

impl Envelope {
    pub(super) fn read(segment: &Segment<'_, '_>) -> Self {
        let [control_reference] = texts(segment, 5);
        let [value, qualifier] = texts(segment, 6);
        let [[application], [priority], [acknowledgement], [agreement], [test]] =
            std::array::from_fn(|at| texts(segment, at + 7));
        Self {
            sender: Identification::read(segment, 2),
            recipient: Identification::read(segment, 3),
            made: Stamp::read(segment, 4),
            control_reference,
            password: Password { value, qualifier },
            application,
            priority,
            acknowledgement,
            agreement,
            test,
        }
    }

    pub(super) fn texts(&self) -> Texts<'_> {
        vec![
            vec!["UNOC", "1"],
            self.sender.texts(),
            self.recipient.texts(),
            self.made.texts(),
            vec![&self.control_reference],
            vec![&self.password.value, &self.password.qualifier],
            vec![&self.application],
            vec![&self.priority],
            vec![&self.acknowledgement],
            vec![&self.agreement],
            vec![&self.test],
        ]
    }
}

/// The head of the message (`UNH`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// The message reference, up to 14 characters; `UNT` repeats it.
    pub reference: String,
    /// The version of ENGDAT: `002`.
    pub version: String,
    /// The release of that, mostly empty.
    pub release: String,
    /// Who controls it: `OD` for ODETTE.
    pub agency: String,
}

impl Message {
    /// That of version 2.
    #[must_use]
    pub fn new(reference: &str) -> Self {
        Self { reference: reference.to_owned(), version: "002".to_owned(), release: String::new(), agency: "OD".to_owned() }
    }

    pub(super) fn read(segment: &Segment<'_, '_>) -> Self {
        let [reference] = texts(segment, 1);
        let [_, version, release, agency] = texts(segment, 2);
        Self { reference, version, release, agency }
    }

    pub(super) fn texts(&self) -> Texts<'_> {
        vec![vec![&self.reference], vec!["ENGDAT", &self.version, &self.release, &self.agency]]
    }
}

/// Which package it is (`MID`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Document {
    /// The document number: the reference of the exchange.
    pub number: String,
    /// When it was made, by the sender's clock.
    pub made: Stamp,
    /// The authorisation.
    pub authorisation: String,
}

impl Document {
    pub(super) fn read(segment: &Segment<'_, '_>) -> Self {
        let [number] = texts(segment, 1);
        let [authorisation] = texts(segment, 3);
        Self { number, made: Stamp::read(segment, 2), authorisation }
    }

    pub(super) fn texts(&self) -> Texts<'_> {
        vec![vec![&self.number], self.made.texts(), vec![&self.authorisation]]
    }
}
