use super::*;

/// What a reader says of a damaged sample: refused with these findings, or taken with these.
fn findings(bytes: &[u8], mode: Mode) -> (bool, Vec<String>) {
    let texts = |findings: &Findings| findings.iter().map(ToString::to_string).collect();
    match Description::read(bytes, mode) {
        Ok(read) => (true, texts(&read.findings)),
        Err(DescriptionError::Refused(findings)) => (false, texts(&findings)),
        Err(error @ DescriptionError::Edifact(_)) => (false, vec![error.to_string()]),
    }
}

/// What is wrong, how it comes about, and what is said of it.
type Case = (&'static str, (&'static str, &'static str), &'static str);

/// What is refused always.
const REFUSED: &[Case] = &[
    (
        "another control reference",
        ("UNZ+1+26112010000000", "UNZ+1+26112010000001"),
        "byte 684, segment 9 (UNZ), element 2, component 1: the control reference is \"26112010000001\", and that of UNB is \"26112010000000\": this is not the end of the same",
    ),
    (
        "another message reference",
        ("UNT+7+26112010000000", "UNT+7+x"),
        "byte 663, segment 8 (UNT), element 2, component 1: the message reference is \"x\", and that of UNH is \"26112010000000\": this is not the end of the same",
    ),
    (
        "two MID",
        ("'SDE+", "'MID+26112010000000PAG+261120:1000'SDE+"),
        "byte 174, segment 4 (MID): there is a second MID: the first one is segment 3",
    ),
    ("no TOT", ("TOT+2'UNT+7", "UNT+6"), "byte 693: there is no TOT, and there has to be one"),
    ("no SDE", ("SDE+O", "FTX+O"), "byte 699: there is no SDE, and there has to be one"),
    (
        "a sequence number with letters",
        ("EFC+002", "EFC+0A2"),
        "byte 592, segment 6 (EFC), element 1, component 1: the sequence number has other characters than digits",
    ),
    (
        "a sequence number with four digits",
        ("EFC+002", "EFC+0002"),
        "byte 592, segment 6 (EFC), element 1, component 1: the sequence number has 4 characters, not 3",
    ),
    (
        "a sequence number with one digit",
        ("EFC+002", "EFC+2"),
        "byte 592, segment 6 (EFC), element 1, component 1: the sequence number has 1 characters, not 3",
    ),
    (
        "no sequence number",
        ("EFC+002", "EFC+"),
        "byte 592, segment 6 (EFC), element 1, component 1: the sequence number is missing",
    ),
    (
        "data with the number of the description",
        ("EFC+002", "EFC+001"),
        "byte 592, segment 6 (EFC), element 1, component 1: the sequence number is 001, and data has numbers from 002: 001 is the description",
    ),
    (
        "another message",
        ("+ENGDAT:", "+ORDERS:"),
        "byte 125, segment 2 (UNH), element 2, component 1: the message type is not ENGDAT",
    ),
    (
        "a second interchange",
        ("UNZ+1+26112010000000'", "UNZ+1+26112010000000'UNB+UNOC:1'"),
        "byte 699, segment 10 (UNB): UNB follows UNZ, which has to be the last: a file holds one interchange",
    ),
];

/// What is refused only by who is strict.
const FORGIVEN: &[Case] = &[
    (
        "a country with three letters",
        ("+DE+PAG", "+GER+PAG"),
        "byte 277, segment 4 (SDE), element 2, component 1: the country has 3 characters, not 2",
    ),
    (
        "a wrong number of segments",
        ("UNT+7", "UNT+8"),
        "byte 661, segment 8 (UNT), element 1, component 1: the number of segments from UNH to UNT is said to be 8, and is 7",
    ),
    (
        "a wrong number of files",
        ("TOT+2", "TOT+3"),
        "byte 655, segment 7 (TOT), element 1, component 1: the number of files with the description is said to be 3, and is 2",
    ),
    (
        "a wrong number of messages",
        ("UNZ+1", "UNZ+2"),
        "byte 682, segment 9 (UNZ), element 1, component 1: the number of messages is said to be 2, and is 1",
    ),
    ("no last terminator", ("UNZ+1+26112010000000'", "UNZ+1+26112010000000"), "byte 698: the last segment has no terminator"),
    ("CR LF between segments", ("'UNH", "'\r\nUNH"), "byte 106: there are line breaks between the segments"),
    ("an unknown segment", ("'TOT", "'XYZ+1'TOT"), "byte 651, segment 7 (XYZ): ENGDAT knows no segment XYZ; it is passed over"),
    (
        "a segment at the wrong place",
        ("'MID", "'FTX+1'MID"),
        "byte 140, segment 3 (FTX): FTX does not belong here but between RDE and TOT; it is passed over",
    ),
    (
        "a day that is none",
        ("PAG+261120:1000'SDE", "PAG+261320:1000'SDE"),
        "byte 162, segment 3 (MID), element 2, component 1: there is no such day or time",
    ),
    (
        "another character set",
        ("UNOC:1", "UNOA:1"),
        "byte 4, segment 1 (UNB), element 1, component 1: the syntax identifier is not UNOC",
    ),
    (
        "another version",
        ("ENGDAT:002", "ENGDAT:001"),
        "byte 132, segment 2 (UNH), element 2, component 2: the version is not 002",
    ),
    (
        "a component too many",
        ("TOT+2'", "TOT+2::x'"),
        "byte 658, segment 7 (TOT), element 1, component 3: TOT knows no such component",
    ),
];

fn check(cases: &[Case], is_taken: bool) {
    for (what, (from, to), expected) in cases {
        let bytes = replaced(SAMPLES[0], from, to);
        for (mode, taken) in [(Mode::Strict, false), (Mode::Tolerant, is_taken)] {
            let (found, texts) = findings(&bytes, mode);
            assert!(texts.iter().any(|text| text == expected), "{what}: {texts:#?}");
            assert_eq!(found, taken, "{what}, {mode:?}: {texts:#?}");
        }
    }
}

#[test]
fn what_is_not_clear_is_refused() {
    check(REFUSED, false);
}

#[test]
fn what_is_clear_enough_is_forgiven_and_told() {
    check(FORGIVEN, true);
}

#[test]
fn one_cause_is_told_once() {
    for (what, (from, to), _) in FORGIVEN.iter().filter(|case| !case.0.contains(" segment")) {
        let texts = findings(&replaced(SAMPLES[0], from, to), Mode::Tolerant).1;
        assert_eq!(texts.len(), 1, "{what}: {texts:#?}");
    }
}

#[test]
fn the_count_of_the_predecessor_is_accepted() {
    assert_eq!(findings(&replaced(SAMPLES[0], "UNT+7", "UNT+9"), Mode::Strict), (true, vec![]));
}

#[test]
fn another_format_is_only_a_warning() {
    let expected =
        "byte 608, segment 6 (EFC), element 2, component 2: the format is not PKZIP-Archive: it is tried all the same";
    assert_eq!(findings(&replaced(SAMPLES[0], "PKZIP-Archive", "ZIP"), Mode::Strict), (true, vec![expected.to_owned()]));
}

#[test]
fn a_file_named_twice_is_refused() {
    let (is_taken, texts) = findings(&replaced(SAMPLES[1], "EFC+003", "EFC+002"), Mode::Tolerant);
    assert_eq!((is_taken, texts.len()), (false, 1));
    assert!(texts[0].ends_with("(EFC), element 1, component 1: there is a second file with the number 002"), "{texts:?}");
}

#[test]
fn segments_in_another_order_are_forgiven() {
    let bytes = replaced(SAMPLES[0], "'TOT+2'UNT", "'UNT");
    let bytes = replaced(&bytes, "'EFC", "'TOT+2'EFC");
    let expected = "byte 594, segment 7 (EFC): EFC comes too late: it has to be before TOT";
    assert_eq!(findings(&bytes, Mode::Tolerant), (true, vec![expected.to_owned()]));
    assert!(!findings(&bytes, Mode::Strict).0);
}

#[test]
fn utf_8_is_forgiven_and_understood() {
    let bytes: String = SAMPLES[0].iter().map(|byte| char::from(*byte)).collect();
    let read = Description::read(bytes.as_bytes(), Mode::Tolerant).unwrap();
    assert_eq!(read.description.recipient.address.lines[0], "Werkstraße 7");
    let texts: Vec<_> = read.findings.iter().map(ToString::to_string).collect();
    assert_eq!(texts.len(), 4);
    assert!(texts[0].ends_with("(RDE), element 1, component 3: the address line 1 is in UTF-8, where UNOC is ISO 8859-1"));
    assert!(!findings(bytes.as_bytes(), Mode::Strict).0);
}

#[test]
fn what_is_cut_off_is_refused_wherever() {
    assert_eq!(findings(b"", Mode::Tolerant), (false, vec!["byte 0: the file is empty".to_owned()]));
    assert_eq!(findings(b"UNA:+.? '\r\n", Mode::Tolerant).1[1], "byte 11: the file is empty");
    let sample = SAMPLES[0];
    for end in 0..sample.len() - 1 {
        assert!(!findings(&sample[..end], Mode::Tolerant).0, "cut off after {end} bytes");
    }
    let expected =
        "byte 100: the file ends after UNB and without UNH, MID, SDE, RDE, TOT, UNT, UNZ: it was cut off, or is no ENGDAT";
    assert_eq!(findings(&sample[..100], Mode::Tolerant).1.last().unwrap(), expected);
}

#[test]
fn what_is_no_edifact_is_told_so() {
    let expected = "the description cannot be read: byte 0, segment 1: a segment begins with a tag of three capital letters or digits, and this is none";
    assert_eq!(findings(b"PK\x03\x04", Mode::Tolerant), (false, vec![expected.to_owned()]));
}
