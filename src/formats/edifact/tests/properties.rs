use proptest::prelude::*;

use super::*;

/// Texts of ISO 8859-1, with many separators among them.
fn any_text() -> impl Strategy<Value = String> {
    let character = prop_oneof![
        proptest::sample::select(vec!['?', '+', ':', '\'', '~', '|', ' ']),
        proptest::char::range(' ', '~'),
        proptest::char::range('\u{A0}', '\u{FF}'),
    ];
    proptest::collection::vec(character, 0..8).prop_map(String::from_iter)
}

fn any_segment() -> impl Strategy<Value = Texts> {
    let elements = proptest::collection::vec(proptest::collection::vec(any_text(), 0..4), 0..5);
    ("[A-Z]{3}", elements)
}

fn any_separators() -> impl Strategy<Value = Separators> {
    let marks = proptest::sample::subsequence(b"!\"#$%&'()*+,-./:;<=>?@[]^_`{|}~\x1C\x1D\x1E\x1F".to_vec(), 4);
    (marks.prop_shuffle(), any::<u8>(), any::<u8>()).prop_map(|(marks, decimal, reserved)| {
        Separators::new([marks[0], marks[1], decimal, marks[2], reserved, marks[3]]).unwrap()
    })
}

/// What the writer leaves out: empty components and elements at the end.
fn trimmed((tag, mut elements): Texts) -> Texts {
    for texts in &mut elements {
        let used = texts.iter().rposition(|text| !text.is_empty()).map_or(0, |last| last + 1);
        texts.truncate(used.max(1));
        if texts.is_empty() {
            texts.push(String::new());
        }
    }
    let used = elements.iter().rposition(|texts| texts != &[""]).map_or(0, |last| last + 1);
    elements.truncate(used);
    (tag, elements)
}

/// All segments as texts of ISO 8859-1, whatever their bytes look like.
fn latin1_texts(bytes: &[u8]) -> Vec<Texts> {
    let mut reader = Reader::new(bytes, Limits::default()).unwrap();
    let mut segments = Vec::new();
    while let Some(segment) = reader.next_segment().unwrap() {
        let text = |element, at| segment.component(element, at).bytes().iter().map(|byte| char::from(*byte)).collect();
        let element = |element| (1..=segment.components(element)).map(|at| text(element, at)).collect();
        segments.push((segment.tag().to_string(), (1..=segment.elements()).map(element).collect()));
    }
    segments
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_is_read_the_same_and_written_the_same(
        segments in proptest::collection::vec(any_segment(), 0..6),
        separators in any_separators(),
    ) {
        let mut writer = Writer::with_una(separators);
        for (tag, elements) in &segments {
            let texts: Vec<Vec<&str>> = elements.iter().map(|texts| texts.iter().map(String::as_str).collect()).collect();
            let texts: Vec<&[&str]> = texts.iter().map(Vec::as_slice).collect();
            writer.segment(tag, &texts).unwrap();
        }
        let bytes = writer.into_bytes();
        let expected: Vec<Texts> = segments.into_iter().map(trimmed).collect();
        prop_assert_eq!(&latin1_texts(&bytes), &expected);
        prop_assert_eq!(&copied(&bytes, None).unwrap(), &bytes);
        // Through other separators and back.
        let through = copied(&bytes, Some(Separators::default())).unwrap();
        prop_assert_eq!(&latin1_texts(&through), &expected);
        prop_assert_eq!(copied(&through, Some(separators)).unwrap(), bytes);
    }

    #[test]
    fn no_bytes_make_the_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        check_any(&bytes)?;
        check_any(&[b"UNA", &bytes[..]].concat())?;
        check_any(&[b"UNA:+.? 'ABC+", &bytes[..]].concat())?;
    }

    #[test]
    fn no_damage_makes_the_reader_panic(
        sample in proptest::sample::select(SAMPLES.to_vec()),
        edits in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>(), any::<bool>()), 1..6),
        end in any::<proptest::sample::Index>(),
    ) {
        let mut bytes = sample.to_vec();
        for (at, byte, inserts) in edits {
            let at = at.index(bytes.len());
            if inserts { bytes.insert(at, byte) } else { bytes[at] = byte }
        }
        check_any(&bytes)?;
        bytes.truncate(end.index(bytes.len()));
        check_any(&bytes)?;
    }
}

/// Any bytes: an error has a place in them; what is read can be written, and is then the same.
fn check_any(bytes: &[u8]) -> Result<(), TestCaseError> {
    let read = texts(bytes);
    if let Err(error) = &read {
        prop_assert!(error.place.offset <= bytes.len(), "{}", error);
        prop_assert_eq!(error.place.segment == 0, bytes.starts_with(b"UNA") && Reader::new(bytes, Limits::default()).is_err());
    } else {
        let once = copied(bytes, None).unwrap();
        prop_assert_eq!(&texts(&once), &read);
        prop_assert_eq!(copied(&once, None).unwrap(), once);
    }
    Ok(())
}
