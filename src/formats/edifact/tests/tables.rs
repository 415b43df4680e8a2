use super::*;

const RULE: SegmentRule = SegmentRule {
    tag: "ABC",
    elements: &[
        &[ComponentRule::any("name", 5).mandatory(), ComponentRule::digits("date", 8).least(6)],
        &[ComponentRule::letters("country", 2).least(2), ComponentRule::any("level", 4).fixed("UNOC")],
    ],
};

fn findings(bytes: &[u8]) -> Vec<String> {
    let mut reader = Reader::new(bytes, Limits::default()).unwrap();
    let mut findings = Findings::default();
    RULE.check(&reader.next_segment().unwrap().unwrap(), &mut findings);
    findings.iter().map(ToString::to_string).collect()
}

#[test]
fn what_the_table_allows_has_no_findings() {
    for good in [&b"ABC+a'"[..], b"ABC+abc?+?+:261120+DE:UNOC'", b"ABC+\xE4\xF6\xFC\xDF-:20261120++'", b"ABC+a+DE+:'"] {
        assert_eq!(findings(good), Vec::<String>::new());
    }
}

#[test]
fn each_break_of_the_table_is_told_with_its_place() {
    for (bytes, expected) in [
        (&b"ABC'"[..], "byte 3, segment 1 (ABC), element 1, component 1: the name is missing"),
        (b"ABC+:261120'", "byte 4, segment 1 (ABC), element 1, component 1: the name is missing"),
        (b"ABC+abcdef'", "byte 4, segment 1 (ABC), element 1, component 1: the name has 6 characters, not at most 5"),
        (b"ABC+a:26112'", "byte 6, segment 1 (ABC), element 1, component 2: the date has 5 characters, not 6 to 8"),
        (b"ABC+a:26-120'", "byte 6, segment 1 (ABC), element 1, component 2: the date has other characters than digits"),
        (b"ABC+a+GER'", "byte 6, segment 1 (ABC), element 2, component 1: the country has 3 characters, not 2"),
        (b"ABC+a+D1'", "byte 6, segment 1 (ABC), element 2, component 1: the country has other characters than letters"),
        (b"ABC+a+:UNOA'", "byte 7, segment 1 (ABC), element 2, component 2: the level is not UNOC"),
        (b"ABC+a::x'", "byte 7, segment 1 (ABC), element 1, component 3: ABC knows no such component"),
        (b"ABC+a+++x'", "byte 8, segment 1 (ABC), element 4, component 1: ABC knows no such component"),
        (b"ABC+\xC3\xBC'", "byte 4, segment 1 (ABC), element 1, component 1: the name is in UTF-8, where UNOC is ISO 8859-1"),
        (
            b"ABC+\x80\xFF'",
            "byte 4, segment 1 (ABC), element 1, component 1: the name has bytes that are no characters of ISO 8859-1, nor UTF-8",
        ),
    ] {
        assert_eq!(findings(bytes), [expected]);
    }
}

#[test]
fn the_graver_findings_are_kept() {
    let mut findings = Findings::default();
    for _ in 0..2 * MOST_FINDINGS {
        findings.add(Gravity::Warning, Place::default(), "small");
    }
    findings.add(Gravity::Fault, Place::default(), "large");
    assert_eq!((findings.iter().count(), findings.worst()), (MOST_FINDINGS, Some(Gravity::Fault)));
}

#[test]
fn what_is_essential_is_a_fault() {
    const RULE: SegmentRule =
        SegmentRule { tag: "ABC", elements: &[&[ComponentRule::digits("number", 3).mandatory().essential()]] };
    for (bytes, worst) in [
        (&b"ABC+1'"[..], None),
        (b"ABC'", Some(Gravity::Fault)),
        (b"ABC+x'", Some(Gravity::Fault)),
        (b"ABC+1+x'", Some(Gravity::Deviation)),
    ] {
        let mut reader = Reader::new(bytes, Limits::default()).unwrap();
        let mut findings = Findings::default();
        RULE.check(&reader.next_segment().unwrap().unwrap(), &mut findings);
        assert_eq!(findings.worst(), worst);
    }
}
