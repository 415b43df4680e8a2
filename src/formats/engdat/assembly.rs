//! Puts a description together, segment by segment.

use super::{
    data_file::{DataFile, ZIP_FORMAT},
    description::Description,
    envelope::{Document, Envelope, Message, Stamp},
    name::MOST_FILES,
    partner::Partner,
    segment_texts::{KeptSegment, texts},
    tables::{KEPT, ORDER},
};
use crate::formats::edifact::{Charset, Findings, Gravity, Place, Segment, Separators};

/// The most characters of a reference that a message shows; right ones have 14.
const LONGEST_SHOWN: usize = 20;

/// What was read so far.
#[derive(Debug, Default)]
pub(super) struct Assembly {
    pub findings: Findings,
    /// How far the order of the segments has come.
    stage: usize,
    /// The segments that may come once and did, with their places.
    seen: Vec<(&'static str, Place)>,
    last: Option<Place>,
    is_terminated: bool,
    envelope: Option<Envelope>,
    message: Option<Message>,
    document: Option<Document>,
    sender: Option<Partner>,
    recipient: Option<Partner>,
    kept: Vec<KeptSegment>,
    files: Vec<DataFile>,
    /// How many files are named, those included that could not be read.
    named: usize,
    /// The number of files (`TOT`).
    total: Option<Told>,
    /// The unit of that.
    unit: String,
    /// The number of segments and the message reference (`UNT`).
    message_end: Option<[Told; 2]>,
    /// The number of messages and the control reference (`UNZ`).
    interchange_end: Option<[Told; 2]>,
}

/// What a segment tells of others.
#[derive(Debug)]
struct Told {
    text: String,
    place: Place,
}

impl Told {
    /// The first component of an element.
    fn read(segment: &Segment<'_, '_>, element: usize) -> Self {
        let component = segment.component(element, 1);
        Self { text: component.text().value.into_owned(), place: component.place }
    }

    /// Those of the first two elements.
    fn pair(segment: &Segment<'_, '_>) -> [Self; 2] {
        [Self::read(segment, 1), Self::read(segment, 2)]
    }
}

impl Assembly {
    /// Takes the next segment.
    pub fn take(&mut self, segment: &Segment<'_, '_>) {
        let (tag, place) = (segment.tag(), segment.place());
        self.last = Some(place);
        self.is_terminated = segment.is_terminated();
        if self.place_of("UNZ").is_some() {
            self.findings.add(
                Gravity::Fault,
                place,
                format!("{tag} follows UNZ, which has to be the last: a file holds one interchange"),
            );
            return;
        }
        let Some(stage) = ORDER.iter().position(|rule| rule.tag == tag.as_str()) else {
            return self.keep(segment);
        };
        let rule = ORDER[stage];
        if rule.tag != "EFC" {
            if let Some(first) = self.place_of(rule.tag) {
                let message = format!("there is a second {tag}: the first one is segment {}", first.segment);
                return self.findings.add(Gravity::Fault, place, message);
            }
            self.seen.push((rule.tag, place));
        }
        if stage < self.stage {
            let message = format!("{tag} comes too late: it has to be before {}", ORDER[self.stage].tag);
            self.findings.add(Gravity::Deviation, place, message);
        }
        self.stage = self.stage.max(stage);
        rule.check(segment, &mut self.findings);
        self.read(rule.tag, segment);
    }

    fn read(&mut self, tag: &str, segment: &Segment<'_, '_>) {
        match tag {
            "UNB" => {
                let envelope = Envelope::read(segment);
                self.check_time(segment, 4, &envelope.made);
                self.envelope = Some(envelope);
            }
            "UNH" => self.message = Some(Message::read(segment)),
            "MID" => {
                let document = Document::read(segment);
                self.check_time(segment, 2, &document.made);
                self.document = Some(document);
            }
            "SDE" => self.sender = Some(Partner::read(segment)),
            "RDE" => self.recipient = Some(Partner::read(segment)),
            "EFC" => self.read_file(segment),
            "TOT" => {
                self.total = Some(Told::read(segment, 1));
                [_, self.unit] = texts(segment, 1);
            }
            "UNT" => self.message_end = Some(Told::pair(segment)),
            "UNZ" => self.interchange_end = Some(Told::pair(segment)),
            _ => {}
        }
    }

    fn check_time(&mut self, segment: &Segment<'_, '_>, element: usize, stamp: &Stamp) {
        let digits =
            [&stamp.date, &stamp.time].map(|text| text.bytes().all(|byte| byte.is_ascii_digit()).then_some(text.len()));
        // What has other lengths was found by the table.
        if matches!(digits, [Some(6 | 8), Some(0 | 4)]) && stamp.to_datetime().is_none() {
            self.findings.add(Gravity::Deviation, segment.component(element, 1).place, "there is no such day or time");
        }
    }

    fn read_file(&mut self, segment: &Segment<'_, '_>) {
        self.named += 1;
        let number = segment.component(1, 1);
        // What is no number of three digits was found by the table.
        let Some(sequence) = number.text().value.parse().ok().filter(|sequence| *sequence <= MOST_FILES) else { return };
        if sequence < 2 {
            let message =
                format!("the sequence number is {sequence:03}, and data has numbers from 002: 001 is the description");
            return self.findings.add(Gravity::Fault, number.place, message);
        }
        if self.files.iter().any(|file| file.sequence == sequence) {
            return self.findings.add(
                Gravity::Fault,
                number.place,
                format!("there is a second file with the number {sequence:03}"),
            );
        }
        let file = DataFile::read(segment, sequence);
        if file.format != ZIP_FORMAT {
            let place = segment.component(2, 2).place;
            self.findings.add(Gravity::Warning, place, format!("the format is not {ZIP_FORMAT}: it is tried all the same"));
        }
        self.files.push(file);
    }

    /// Keeps a segment that means nothing here.
    fn keep(&mut self, segment: &Segment<'_, '_>) {
        let (tag, place) = (segment.tag(), segment.place());
        if !KEPT.contains(&tag.as_str()) {
            return self.findings.add(Gravity::Deviation, place, format!("ENGDAT knows no segment {tag}; it is passed over"));
        }
        let (first, last) = (stage_of("RDE"), stage_of("EFC"));
        if self.stage < first || self.stage > last {
            let message = format!("{tag} does not belong here but between RDE and TOT; it is passed over");
            return self.findings.add(Gravity::Deviation, place, message);
        }
        for element in 1..=segment.elements() {
            for component in 1..=segment.components(element) {
                let component = segment.component(element, component);
                if component.text().charset != Charset::Latin1 {
                    self.findings.add(Gravity::Deviation, component.place, "the text is not in ISO 8859-1");
                }
            }
        }
        let kept = KeptSegment::read(segment);
        self.files.last_mut().map_or(&mut self.kept, |file| &mut file.kept).push(kept);
    }

    fn place_of(&self, tag: &str) -> Option<Place> {
        self.seen.iter().find(|(seen, _)| *seen == tag).map(|(_, place)| *place)
    }

    /// What was read, if all of it is there, and what was found.
    pub fn finish(mut self, separators: Option<Separators>, length: usize) -> (Option<Description>, Findings) {
        self.check_all_there(length);
        self.check_ends();
        let parts = (self.envelope, self.message, self.document, self.sender, self.recipient);
        let (Some(envelope), Some(message), Some(document), Some(sender), Some(recipient)) = parts else {
            return (None, self.findings);
        };
        let (kept, files, unit) = (self.kept, self.files, self.unit);
        let description = Description { separators, envelope, message, document, sender, recipient, kept, files, unit };
        (Some(description), self.findings)
    }

    fn check_all_there(&mut self, length: usize) {
        let end = Place { offset: length, ..Place::default() };
        let Some(last) = self.last else {
            return self.findings.add(Gravity::Fault, end, "the file is empty");
        };
        let singles = ORDER.iter().map(|rule| rule.tag).filter(|tag| *tag != "EFC");
        let missing: Vec<&str> = singles.filter(|tag| self.place_of(tag).is_none()).collect();
        if missing.contains(&"UNZ") {
            let (tag, missing) = (last.tag.map(|tag| tag.to_string()).unwrap_or_default(), missing.join(", "));
            let message = format!("the file ends after {tag} and without {missing}: it was cut off, or is no ENGDAT");
            self.findings.add(Gravity::Fault, end, message);
            return;
        }
        for tag in missing {
            self.findings.add(Gravity::Fault, end, format!("there is no {tag}, and there has to be one"));
        }
        if !self.is_terminated {
            self.findings.add(Gravity::Deviation, end, "the last segment has no terminator");
        }
    }

    /// What the last segments count and repeat.
    fn check_ends(&mut self) {
        if let Some(files) = self.total.take() {
            self.check_count(&files, &[self.named + 1], "files with the description");
        }
        let places = (self.place_of("UNH"), self.place_of("UNT"));
        if let (Some([segments, reference]), (Some(first), Some(last))) = (self.message_end.take(), places) {
            let counted = (last.segment + 1).saturating_sub(first.segment);
            // The predecessor of this program counts two more.
            self.check_count(&segments, &[counted, counted + 2], "segments from UNH to UNT");
            let expected = self.message.as_ref().map(|message| message.reference.clone());
            self.check_reference(&reference, expected, "message reference", "UNH");
        }
        if let Some([messages, reference]) = self.interchange_end.take() {
            self.check_count(&messages, &[1], "messages");
            let expected = self.envelope.as_ref().map(|envelope| envelope.control_reference.clone());
            self.check_reference(&reference, expected, "control reference", "UNB");
        }
    }

    fn check_count(&mut self, told: &Told, right: &[usize], what: &str) {
        // What is no number was found by the table.
        let Ok(number) = told.text.parse::<u64>() else { return };
        if !right.iter().any(|right| u64::try_from(*right).is_ok_and(|right| right == number)) {
            let message = format!("the number of {what} is said to be {number}, and is {}", right[0]);
            self.findings.add(Gravity::Deviation, told.place, message);
        }
    }

    fn check_reference(&mut self, told: &Told, expected: Option<String>, what: &str, of: &str) {
        if let Some(expected) = expected.filter(|expected| *expected != told.text) {
            let (found, expected) = (shown(&told.text), shown(&expected));
            let message = format!("the {what} is {found:?}, and that of {of} is {expected:?}: this is not the end of the same");
            self.findings.add(Gravity::Fault, told.place, message);
        }
    }
}

/// The place of a tag in the order.
fn stage_of(tag: &str) -> usize {
    ORDER.iter().position(|rule| rule.tag == tag).unwrap_or_default()
}

/// As much of a reference as fits into a message.
fn shown(reference: &str) -> String {
    reference.chars().take(LONGEST_SHOWN).collect()
}
