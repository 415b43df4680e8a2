use super::*;

#[test]
fn each_character_of_the_service_string_advice_is_heeded() {
    let expected = texts(b"ABC+1:2+3?+4'DEF'").unwrap();
    for same in [
        "UNA:+.? 'ABC+1:2+3?+4'DEF'",
        "UNA;|,!*~ABC|1;2|3+4~DEF~",
        "UNA+:.? 'ABC:1+2:3?+4'DEF'",
        "UNA:*.# \nABC*1:2*3+4\nDEF\n",
    ] {
        assert_eq!(texts(same.as_bytes()).unwrap(), expected, "{same}");
        assert_eq!(copied(same.as_bytes(), None).unwrap(), same.as_bytes(), "{same}");
    }
    // Control characters, as level B of syntax version 1 has them.
    assert_eq!(texts(b"UNA\x1F\x1D.? \x1CABC\x1D1\x1F2\x1D3+4\x1CDEF\x1C").unwrap(), expected);
}

#[test]
fn separators_that_are_text_are_released() {
    let bytes = b"ABC+??:?'?+?:+a??'";
    let segments = texts(bytes).unwrap();
    assert_eq!(segments[0].1, [vec!["?", "'+:"], vec!["a?"]]);
    assert_eq!(copied(bytes, None).unwrap(), bytes);
    // Others need it not, and lose nothing by it.
    assert_eq!(texts(b"ABC+?a?b'").unwrap()[0].1, [["ab"]]);
}

#[test]
fn other_separators_say_the_same() {
    let other = Separators::new(*b";|,! ~").unwrap();
    let bytes = copied(b"UNA:+.? 'ABC+1:2+3?+4+!;|'", Some(other)).unwrap();
    assert_eq!(bytes, b"UNA;|,! ~ABC|1;2|3+4|!!!;!|~");
    assert_eq!(texts(&bytes).unwrap(), texts(b"ABC+1:2+3?+4+!;|'").unwrap());
}

#[test]
fn without_release_character_none_is_read_and_no_separator_written() {
    let none = Separators::new(*b":+.  '").unwrap();
    assert_eq!(none.release(), None);
    assert_eq!(texts(b"UNA:+.  'ABC+1?+2'").unwrap()[0].1, [["1?"], ["2"]]);
    let mut writer = Writer::new(none);
    let error = writer.segment("ABC", &[&["1"], &["2", "it's"]]).unwrap_err();
    assert_eq!(error.to_string(), "ABC, element 2, component 2: '\\'' separates, and the separators have no release character");
    assert!(writer.is_empty());
}

#[test]
fn what_others_cannot_say_is_not_copied() {
    for (bytes, separators, expected) in [
        (
            &b"ABC+1:a?'b'"[..],
            *b":+.  '",
            "ABC, element 1, component 2: '\\'' separates, and the separators have no release character",
        ),
        (
            b"UNA:\x1D.? 'ABC\x1D?\x1D'",
            *b":+.? '",
            "ABC, element 1, component 1: the control character U+001D cannot be written",
        ),
    ] {
        let mut reader = Reader::new(bytes, Limits::default()).unwrap();
        let mut writer = Writer::new(Separators::new(separators).unwrap());
        let error = writer.copy(&reader.next_segment().unwrap().unwrap()).unwrap_err();
        assert_eq!((error.to_string().as_str(), writer.len()), (expected, 0));
    }
}

#[test]
fn a_wrong_service_string_advice_is_refused() {
    for (bytes, expected) in [
        (&b"UNA:+.?"[..], "byte 7: the service string advice (UNA) is cut off: it has six characters"),
        (
            b"UNA:A.? '",
            "byte 4: 0x41 in the service string advice (UNA) cannot be the separator of elements: letters, digits, spaces and other than ASCII are text",
        ),
        (
            b"UNA +.? '",
            "byte 3: 0x20 in the service string advice (UNA) cannot be the separator of components: letters, digits, spaces and other than ASCII are text",
        ),
        (b"UNA:+.+ '", "byte 6: the service string advice (UNA) names 0x2b for two purposes"),
        (b"UNA:+.? :", "byte 8: the service string advice (UNA) names 0x3a for two purposes"),
    ] {
        assert_eq!(wrong(bytes), expected);
    }
}

#[test]
fn texts_are_written_in_iso_8859_1_and_others_refused() {
    let mut writer = Writer::with_una(Separators::default());
    writer.segment("ABC", &[&["ÄÖÜ", "", ""], &["", ""], &["a:b"], &[]]).unwrap();
    let before = writer.len();
    for (text, expected) in [
        ("5 €", "DEF, element 1, component 2: '€' (U+20AC) is not in ISO 8859-1"),
        ("a\nb", "DEF, element 1, component 2: the control character U+000A cannot be written"),
        ("\u{85}", "DEF, element 1, component 2: the control character U+0085 cannot be written"),
    ] {
        assert_eq!(writer.segment("DEF", &[&["x", text]]).unwrap_err().to_string(), expected);
        assert_eq!(writer.len(), before, "nothing is left of it");
    }
    let error = writer.segment("unb", &[]).unwrap_err();
    assert_eq!(error.to_string(), "unb, element 0, component 1: a tag is three capital letters or digits");
    assert_eq!(writer.into_bytes(), b"UNA:+.? 'ABC+\xC4\xD6\xDC++a?:b'");
}
