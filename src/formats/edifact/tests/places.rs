use super::*;

#[test]
fn each_error_tells_its_place() {
    for (bytes, expected) in [
        (
            &b"ABC+1'D+2'"[..],
            "byte 6, segment 2: a segment begins with a tag of three capital letters or digits, and this is none",
        ),
        (b"ABCD+1'", "byte 0, segment 1: a segment begins with a tag of three capital letters or digits, and this is none"),
        (b"abc+1'", "byte 0, segment 1: a segment begins with a tag of three capital letters or digits, and this is none"),
        (
            b"\nUNA",
            "byte 1, segment 1: the service string advice (UNA) is no segment: it stands at the very beginning or nowhere",
        ),
        (
            b"UNA:+.? 'ABC'UNA:+.? '",
            "byte 13, segment 2: the service string advice (UNA) is no segment: it stands at the very beginning or nowhere",
        ),
        (b"AB", "byte 0, segment 1: a segment begins with a tag of three capital letters or digits, and this is none"),
        (
            b"ABC'DEF+1+2:3\x07'",
            "byte 13, segment 2 (DEF), element 2, component 2: the control character 0x07 is not allowed in a segment",
        ),
        (
            b"ABC+1\n'",
            "byte 5, segment 1 (ABC), element 1, component 1: the control character 0x0a is not allowed in a segment",
        ),
        (
            b"ABC+1?\n'",
            "byte 6, segment 1 (ABC), element 1, component 1: the control character 0x0a is not allowed in a segment",
        ),
        (
            b"ABC+1:?",
            "byte 7, segment 1 (ABC), element 1, component 2: the file ends after a release character: it was cut off",
        ),
    ] {
        assert_eq!(wrong(bytes), expected);
    }
}

#[test]
fn each_limit_holds() {
    let limits = Limits { bytes: 30, segments: 2, segment_bytes: 16, components: 4, component_bytes: 8 };
    let read = |bytes: &[u8]| -> Result<usize, String> {
        let mut reader = Reader::new(bytes, limits).map_err(|error| error.to_string())?;
        let mut segments = 0;
        while reader.next_segment().map_err(|error| error.to_string())?.is_some() {
            segments += 1;
        }
        Ok(segments)
    };
    for (at_the_limit, beyond, expected) in [
        (
            "ABC+12345678'ABC+12345678'\r\n\r\n",
            "ABC+12345678'ABC+12345678'\r\n\r\n\n",
            "byte 30: more bytes than 30, which is the limit",
        ),
        ("ABC'ABC'\n", "ABC'ABC'\nABC'", "byte 9, segment 3: more segments than 2, which is the limit"),
        (
            "ABC+12345678+123'",
            "ABC+12345678+1234'",
            "byte 16, segment 1 (ABC), element 2, component 1: more bytes in a segment than 16, which is the limit",
        ),
        (
            "ABC+1:2+3'",
            "ABC+1:2+3+4'",
            "byte 10, segment 1 (ABC), element 3, component 1: more components in a segment than 4, which is the limit",
        ),
        (
            "ABC+1:123456?''",
            "ABC+1:1234567?''",
            "byte 6, segment 1 (ABC), element 1, component 2: more bytes in a component than 8, which is the limit",
        ),
    ] {
        assert!(read(at_the_limit.as_bytes()).is_ok(), "{at_the_limit}");
        assert_eq!(read(beyond.as_bytes()).unwrap_err(), expected, "{beyond}");
    }
}

#[test]
fn line_breaks_between_segments_are_passed_over_and_told() {
    let mut reader = Reader::new(b"UNA:+.? '\r\nABC'\nDEF'\r\n", Limits::default()).unwrap();
    let mut tags = Vec::new();
    while let Some(segment) = reader.next_segment().unwrap() {
        tags.push((segment.tag().to_string(), segment.place().offset, segment.is_terminated()));
    }
    assert_eq!(tags, [("ABC".to_owned(), 11, true), ("DEF".to_owned(), 16, true)]);
    assert_eq!(reader.line_break(), Some(9));
    let mut reader = Reader::new(b"ABC'DEF'", Limits::default()).unwrap();
    while reader.next_segment().unwrap().is_some() {}
    assert_eq!((reader.line_break(), reader.offset()), (None, 8));
}

#[test]
fn a_last_segment_without_terminator_is_read_and_told() {
    let mut reader = Reader::new(b"ABC'DEF+1:", Limits::default()).unwrap();
    assert!(reader.next_segment().unwrap().unwrap().is_terminated());
    let last = reader.next_segment().unwrap().unwrap();
    assert_eq!((last.is_terminated(), last.raw(), last.components(1)), (false, &b"DEF+1:"[..], 2));
    assert!(reader.next_segment().unwrap().is_none());
}

#[test]
fn nothing_is_read_after_an_error() {
    let mut reader = Reader::new(b"ABC'x'DEF'", Limits::default()).unwrap();
    assert!(reader.next_segment().is_ok());
    assert!(reader.next_segment().is_err());
    assert!(reader.next_segment().unwrap().is_none());
}

#[test]
fn what_is_not_there_is_empty_and_has_a_place() {
    let mut reader = Reader::new(b"ABC+1:2++3'", Limits::default()).unwrap();
    let segment = reader.next_segment().unwrap().unwrap();
    for (element, component, offset) in [(1, 3, 7), (1, 0, 7), (2, 1, 8), (2, 2, 8), (4, 1, 10), (9, 9, 10)] {
        let absent = segment.component(element, component);
        assert!(absent.is_empty() && absent.text().value.is_empty());
        assert_eq!(absent.place.offset, offset, "{element} {component}");
    }
    assert_eq!((segment.elements(), segment.components(1), segment.components(2), segment.components(4)), (3, 2, 1, 0));
}

#[test]
fn the_charset_of_a_text_is_told() {
    for (bytes, text, charset) in [
        (&b"plain"[..], "plain", Charset::Latin1),
        (b"Gr\xF6\xDFe", "Größe", Charset::Latin1),
        ("Größe".as_bytes(), "Größe", Charset::Utf8),
        (b"?+Gr\xF6\xDFe", "+Größe", Charset::Latin1),
        ("?+Größe".as_bytes(), "+Größe", Charset::Utf8),
        (b"\x80 5", "\u{FFFD} 5", Charset::Neither),
    ] {
        let bytes = [b"ABC+", bytes, b"'"].concat();
        let mut reader = Reader::new(&bytes, Limits::default()).unwrap();
        let read = reader.next_segment().unwrap().unwrap().component(1, 1).text();
        assert_eq!((read.value.as_ref(), read.charset), (text, charset));
    }
}
