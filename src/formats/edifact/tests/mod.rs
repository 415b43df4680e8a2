//! Tests of the reader and the writer.

mod places;
mod properties;
mod separators;
mod tables;

use super::*;

/// Descriptions of ENGDAT packages, without and with service string advice.
const SAMPLES: [&[u8]; 2] = [
    include_bytes!("../../../../tests/data/pfiff/1-good/ENG26112010000000PAG002001"),
    include_bytes!("../../../../tests/data/pfiff/2-two-zips/ENG26112011000001PAG003001"),
];

/// A segment as texts: the tag, then the elements.
type Texts = (String, Vec<Vec<String>>);

/// All segments as texts, or the error.
fn texts(bytes: &[u8]) -> Result<Vec<Texts>, EdifactError> {
    let mut reader = Reader::new(bytes, Limits::default())?;
    let mut segments = Vec::new();
    while let Some(segment) = reader.next_segment()? {
        let element = |element| {
            (1..=segment.components(element)).map(|at| segment.component(element, at).text().value.into_owned()).collect()
        };
        segments.push((segment.tag().to_string(), (1..=segment.elements()).map(element).collect()));
    }
    Ok(segments)
}

/// Reads everything and writes it again, with these separators or with its own.
fn copied(bytes: &[u8], separators: Option<Separators>) -> Result<Vec<u8>, EdifactError> {
    let mut reader = Reader::new(bytes, Limits::default())?;
    let separators = separators.unwrap_or(reader.separators());
    let mut writer = if reader.has_una() { Writer::with_una(separators) } else { Writer::new(separators) };
    while let Some(segment) = reader.next_segment()? {
        writer.copy(&segment).unwrap();
    }
    Ok(writer.into_bytes())
}

/// The error of bytes that are none, in words.
fn wrong(bytes: &[u8]) -> String {
    texts(bytes).unwrap_err().to_string()
}

#[test]
fn the_samples_are_written_as_they_were_read() {
    for sample in SAMPLES {
        assert_eq!(copied(sample, None).unwrap(), sample);
    }
}

#[test]
fn the_samples_hold_what_they_hold() {
    let [good, two] = SAMPLES.map(|sample| texts(sample).unwrap());
    let tags = |segments: &[Texts]| segments.iter().map(|(tag, _)| tag.clone()).collect::<Vec<_>>().join(" ");
    assert_eq!(tags(&good), "UNB UNH MID SDE RDE EFC TOT UNT UNZ");
    assert_eq!(tags(&two), "UNB UNH MID SDE RDE EFC EFC TOT UNT UNZ");
    assert_eq!(good[4].1[0], ["O0013008888SUPP", "Zulieferer GmbH", "Werkstraße 7", "80331 München"]);
    assert_eq!(good[5].1[2], ["OTH", "Other"]);
}
