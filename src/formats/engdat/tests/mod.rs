//! Tests of packages.

mod descriptions;
mod malformed;
mod names;
mod parts;
mod properties;

use super::*;
use crate::formats::edifact::{Findings, Separators};

/// The descriptions of two packages, without and with service string advice.
const SAMPLES: [&[u8]; 2] = [
    include_bytes!("../../../../tests/data/pfiff/1-good/ENG26112010000000PAG002001"),
    include_bytes!("../../../../tests/data/pfiff/2-two-zips/ENG26112011000001PAG003001"),
];

fn file(name: &str) -> FileName {
    FileName::parse(name).unwrap()
}

/// A sample with a text replaced, which has to be there once.
fn replaced(bytes: &[u8], from: &str, to: &str) -> Vec<u8> {
    let places: Vec<usize> = (0..bytes.len()).filter(|at| bytes[*at..].starts_with(from.as_bytes())).collect();
    assert_eq!(places.len(), 1, "{from} is there {places:?}");
    [&bytes[..places[0]], to.as_bytes(), &bytes[places[0] + from.len()..]].concat()
}
