use proptest::prelude::*;

use super::*;

fn check_any(bytes: &[u8]) -> Result<(), TestCaseError> {
    match Description::read(bytes, Mode::Tolerant) {
        Ok(read) => {
            // What is written is what was understood.
            if let Ok(written) = read.description.write() {
                prop_assert_eq!(Description::read(&written, Mode::Strict).unwrap().description, read.description);
            }
        }
        Err(DescriptionError::Refused(findings)) => {
            prop_assert!(!findings.is_empty());
            prop_assert!(findings.iter().all(|finding| finding.place.offset <= bytes.len()));
            prop_assert!(Description::read(bytes, Mode::Strict).is_err());
        }
        Err(DescriptionError::Edifact(error)) => prop_assert!(error.place.offset <= bytes.len()),
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_make_the_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
        check_any(&bytes)?;
    }

    #[test]
    fn no_damage_makes_the_reader_panic(
        sample in proptest::sample::select(SAMPLES.to_vec()),
        edits in proptest::collection::vec((any::<proptest::sample::Index>(), any::<proptest::sample::Index>(), 0_u8..3), 1..4),
    ) {
        // Whole segments are lost, doubled and swapped, and bytes taken from elsewhere.
        let mut segments: Vec<Vec<u8>> = sample.split_inclusive(|byte| *byte == b'\'').map(<[u8]>::to_vec).collect();
        for (one, other, kind) in edits {
            let (at, from) = (one.index(segments.len()), other.index(segments.len()));
            match kind {
                0 => segments.swap(at, from),
                1 => segments.insert(at, segments[from].clone()),
                _ => {
                    let byte = sample[other.index(sample.len())];
                    let place = one.index(segments[at].len());
                    segments[at][place] = byte;
                }
            }
        }
        check_any(&segments.concat())?;
    }
}
