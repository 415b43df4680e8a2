use jiff::civil::date;
use proptest::prelude::*;

use super::{answers::plain, *};

fn samples() -> Vec<Vec<u8>> {
    vec![sample(ARCHIVES[0], "./A.xml"), sample(ARCHIVES[0], "./B.XML")]
}

/// Text with all that is awkward in XML.
fn any_text() -> impl Strategy<Value = String> {
    let awkward = proptest::sample::select(vec![
        '<', '>', '&', '"', '\'', ']', ' ', '\n', '\r', '\t', '\u{a0}', 'ß', '€', '😀', '\u{1}', '\u{ffff}',
    ]);
    proptest::collection::vec(prop_oneof![awkward, any::<char>()], 0..20).prop_map(String::from_iter)
}

/// A text as a reader gets it: without what XML cannot hold, and each line with its blanks collapsed.
fn as_read(text: &str) -> String {
    // What stands between them keeps two line ends apart, even if it is left out afterwards.
    let legal: String = text
        .replace("\r\n", "\n")
        .chars()
        .filter(|c| !matches!(c, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}'))
        .collect();
    let lines = legal.replace('\r', "\n");
    let lines: Vec<String> = lines
        .split('\n')
        .map(|line| line.split([' ', '\t']).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" "))
        .collect();
    lines.join("\n")
}

/// The answer can be read; what was read of it is answered the same for ever.
fn check_answer(issue: &Issue) -> Result<(), TestCaseError> {
    let answer = |issue: &Issue| {
        let (problem_number, attributes) = (issue.number.clone(), issue.attributes.clone());
        Answer { problem_number, attributes, ..plain() }.write().bytes
    };
    let again = |bytes: &[u8]| read(bytes).0.remove(0).unwrap();
    let second = again(&answer(issue));
    prop_assert_eq!(&answer(&second), &answer(&again(&answer(&second))));
    Ok(())
}

/// Any bytes can be read to the end or to an error, and what is an issue has a number and no empty attribute.
fn check_any(bytes: &[u8]) -> Result<(), TestCaseError> {
    let lines = bytes.split(|byte| *byte == b'\n').count() as u64;
    let (issues, end) = read(bytes);
    for issue in &issues {
        match issue {
            Ok(issue) => {
                prop_assert!(!issue.number.is_empty());
                prop_assert!(issue.attributes.values().all(|value| value.texts().iter().all(|text| !text.is_empty())));
                prop_assert!(issue.notes.len() <= MOST_NOTES);
                check_answer(issue)?;
            }
            Err(error) => prop_assert!(error.begins <= error.place && error.place.line <= lines, "{}", error),
        }
    }
    if let Err(error) = end {
        prop_assert!(error.place.line <= lines, "{}", error);
    }
    // However few bytes come at a time, it is all the same.
    let mut slowly = Vec::new();
    let source = std::io::BufReader::with_capacity(3, bytes);
    let again = Reader::new(source, ReadOptions::default()).and_then(|mut reader| {
        while let Some(issue) = reader.next_issue()? {
            slowly.push(issue);
        }
        Ok(())
    });
    prop_assert_eq!((slowly, again), read(bytes));
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_is_read_the_same(
        synopsis in any_text(),
        description in any_text(),
        label in any_text(),
        annotations in proptest::collection::vec(any_text(), 0..3),
        document in any_text(),
    ) {
        let mut answer = plain();
        for (name, text) in [("problem_synopsis", &synopsis), ("problem_description", &description), ("DTC", &label)] {
            answer.attributes.insert(name.into(), Value::from(text.as_str()));
        }
        let made = date(2026, 1, 2).at(3, 4, 5, 0);
        answer.annotations = annotations.iter().map(|text| Annotation { text: text.clone(), author: None, date: made }).collect();
        answer.documents = vec![document];
        let written = answer.write();
        prop_assert_eq!(&written, &answer.write());
        let options = ReadOptions { peer_company: "Zulieferer".into(), ..ReadOptions::default() };
        let (mut issues, end) = read_with(&written.bytes, options);
        prop_assert_eq!(end, Ok(()));
        let issue = issues.remove(0).unwrap();
        prop_assert_eq!(&issue.notes, &[]);
        prop_assert_eq!(shown(&issue, "problem_description"), as_read(&description));
        let words = |text: &str| as_read(text).split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        prop_assert_eq!(words(&shown(&issue, "problem_synopsis")), words(&synopsis));
        prop_assert_eq!(words(&shown(&issue, "DTC")), words(&label));
        let texts: Vec<String> = annotations.iter().map(|text| as_read(text)).filter(|text| !text.is_empty()).collect();
        prop_assert_eq!(shown(&issue, "in_analyse_comments"), texts.join("\n\n"));
        prop_assert_eq!(issue.documents.len(), 1);
    }

    #[test]
    fn no_bytes_make_the_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        check_any(&bytes)?;
        check_any(&[b"<MSR-ISSUE><ISSUES><ISSUE>", &bytes[..]].concat())?;
    }

    #[test]
    fn no_damage_makes_the_reader_panic(
        sample in proptest::sample::select(samples()),
        edits in proptest::collection::vec((any::<proptest::sample::Index>(), any::<proptest::sample::Index>(), 0_u8..4), 1..6),
        end in any::<proptest::sample::Index>(),
    ) {
        // Tags and texts are lost, doubled and swapped, and bytes taken from elsewhere.
        let mut parts: Vec<Vec<u8>> = sample.split_inclusive(|byte| *byte == b'>').map(<[u8]>::to_vec).collect();
        for (one, other, kind) in edits {
            let (at, from) = (one.index(parts.len()), other.index(parts.len()));
            match kind {
                0 => parts.swap(at, from),
                1 => parts.insert(at, parts[from].clone()),
                2 => parts[at].clear(),
                _ => {
                    let place = one.index(parts[at].len().max(1));
                    if let Some(byte) = parts[at].get_mut(place) {
                        *byte = sample[other.index(sample.len())];
                    }
                }
            }
        }
        let mut bytes = parts.concat();
        check_any(&bytes)?;
        bytes.truncate(end.index(bytes.len()));
        check_any(&bytes)?;
    }
}
