//! How fast EDIFACT is read and written: a description as ENGDAT has it, over and over, to 4 MB.
//! The goal is at least 200 MB/s for each on one core.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use trackersync::formats::edifact::{Limits, Reader, Separators, Writer};

const SAMPLE: &[u8] = include_bytes!("../tests/data/pfiff/1-good/ENG26112010000000PAG002001");
const BYTES: usize = 4_000_000;
const LIMITS: Limits = Limits { bytes: usize::MAX, segments: usize::MAX, ..DEFAULT };
const DEFAULT: Limits = Limits { bytes: 0, segments: 0, segment_bytes: 16 * 1024, components: 500, component_bytes: 4 * 1024 };
/// The segment of a partner, with letters that are not ASCII and a sign that has to be released.
const ADDRESS: [&[&str]; 4] = [
    &["O0013009999PEER", "Beispiel Sportwagen AG", "Werkstraße 1", "70435 Stuttgart"],
    &["DE"],
    &["PAG-PFIFF-EXPORT"],
    &["EE4", "", "+49 711", "", "", "", "", "pfiff@oem.example.com"],
];

fn read(bytes: &[u8]) -> usize {
    let mut reader = Reader::new(bytes, LIMITS).expect("within the limits");
    let mut letters = 0;
    while let Some(segment) = reader.next_segment().expect("good segments") {
        for element in 1..=segment.elements() {
            for component in 1..=segment.components(element) {
                letters += segment.component(element, component).text().value.len();
            }
        }
    }
    letters
}

fn only_split(bytes: &[u8]) -> usize {
    let mut reader = Reader::new(bytes, LIMITS).expect("within the limits");
    let mut elements = 0;
    while let Some(segment) = reader.next_segment().expect("good segments") {
        elements += segment.elements();
    }
    elements
}

fn copy(bytes: &[u8]) -> Vec<u8> {
    let mut reader = Reader::new(bytes, LIMITS).expect("within the limits");
    let mut writer = Writer::new(reader.separators());
    while let Some(segment) = reader.next_segment().expect("good segments") {
        writer.copy(&segment).expect("the same separators");
    }
    writer.into_bytes()
}

fn write() -> Vec<u8> {
    let mut writer = Writer::new(Separators::default());
    while writer.len() < BYTES {
        writer.segment("SDE", &ADDRESS).expect("texts of ISO 8859-1");
    }
    writer.into_bytes()
}

fn edifact(criterion: &mut Criterion) {
    let bytes = SAMPLE.repeat(BYTES / SAMPLE.len());
    let mut group = criterion.benchmark_group("edifact");
    group.throughput(Throughput::Bytes(bytes.len() as u64));
    group.bench_function("split", |bencher| bencher.iter(|| only_split(black_box(&bytes))));
    group.bench_function("read all texts", |bencher| bencher.iter(|| read(black_box(&bytes))));
    group.bench_function("read and copy", |bencher| bencher.iter(|| copy(black_box(&bytes))));
    group.bench_function("write texts", |bencher| bencher.iter(|| black_box(write())));
    group.finish();
}

criterion_group!(benches, edifact);
criterion_main!(benches);
