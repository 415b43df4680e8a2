//! What must be refused clearly.

use std::io::{BufReader, Cursor, Read, repeat};

use super::*;

/// How a document that cannot be read to its end was refused, and which issues came before.
fn refused(bytes: &[u8]) -> (String, String) {
    let (issues, end) = read(bytes);
    (numbers(&issues), end.unwrap_err().to_string())
}

fn refused_at_once(bytes: &[u8]) -> String {
    let (before, error) = refused(bytes);
    assert_eq!(before, "");
    error
}

#[test]
fn document_types_and_entities_are_refused_before_anything_is_expanded() {
    let bomb = "<!DOCTYPE MSR-ISSUE [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;&a;\"><!ENTITY c \"&b;&b;&b;&b;\">]>";
    let external = "<!DOCTYPE MSR-ISSUE [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>";
    for declaration in [
        bomb,
        external,
        "<!DOCTYPE MSR-ISSUE SYSTEM \"http://x/y.dtd\">",
        "<!DOCTYPE MSR-ISSUE>",
        "<!DOCTYPE>",
        "<!DOCTYPE x [",
    ] {
        let text =
            format!("<?xml version=\"1.0\"?>\n{declaration}{}", document(&issue("1", "<ISSUE-DESC>&c;&x;</ISSUE-DESC>")));
        assert_eq!(
            refused_at_once(text.as_bytes()),
            "line 2, column 1: a document type declaration (DTD) is not allowed",
            "{declaration}"
        );
    }
    let in_head = document("").replace("Dr. Ing.", "&x;");
    assert_eq!(
        refused_at_once(in_head.as_bytes()),
        "line 1, column 52: outside of the issues: the entity \"x\" is not one of the five that XML has of its own"
    );
}

#[test]
fn deep_nesting_is_refused() {
    for content in ["<P>".repeat(10_000), format!("{}{}", "<P>".repeat(10_000), "</P>".repeat(10_000))] {
        let text = document(&(issue("1", "") + &issue("2", &content)));
        let (before, error) = refused(text.as_bytes());
        assert_eq!(before, "1");
        assert!(error.ends_with(": more elements inside of each other than 64, which is the limit"), "{error}");
    }
    // What is allowed at most does not overflow a stack, wherever it is.
    let limits = Limits { depth: usize::MAX, ..Limits::default() };
    let options = ReadOptions { limits, ..ReadOptions::default() };
    let nested = |depth: usize| format!("{}{}", "<P>".repeat(depth), "</P>".repeat(depth));
    for (depth, is_read) in [(252, true), (253, false)] {
        let text = document(&issue("1", &format!("<ISSUE-DESC>{}</ISSUE-DESC>", nested(depth))));
        assert_eq!(read_with(text.as_bytes(), options.clone()).1.is_ok(), is_read, "{depth}");
    }
}

#[test]
fn other_roots_are_refused() {
    for (text, expected) in [
        ("<html/>", "line 1, column 1: the root element is html, and MSR-ISSUE is expected, without a prefix"),
        (
            "\n<x:MSR-ISSUE xmlns:x=\"urn:x\"/>",
            "line 2, column 1: the root element is x:MSR-ISSUE, and MSR-ISSUE is expected, without a prefix",
        ),
        ("<msr-issue/>", "line 1, column 1: the root element is msr-issue, and MSR-ISSUE is expected, without a prefix"),
        ("", "line 1, column 1: the document ends before its last element does: it was cut off"),
        ("<!-- -->\n", "line 2, column 1: the document ends before its last element does: it was cut off"),
        ("hello", "line 1, column 1: this is no well-formed XML: text stands outside of the root element"),
        ("<MSR-ISSUE/>\nx", "line 1, column 13: this is no well-formed XML: text stands outside of the root element"),
        ("<MSR-ISSUE/><MSR-ISSUE/>", "line 1, column 13: this is no well-formed XML: there is a second root element"),
        (
            " <?xml version=\"1.0\"?><MSR-ISSUE/>",
            "line 1, column 2: this is no well-formed XML: the XML declaration is not at the beginning",
        ),
    ] {
        assert_eq!(refused_at_once(text.as_bytes()), expected, "{text}");
    }
}

#[test]
fn a_namespace_of_the_root_is_noted() {
    let text = document(&issue("1", "")).replace("<MSR-ISSUE>", "<MSR-ISSUE xmlns=\"urn:x\">");
    let reader = Reader::new(text.as_bytes(), ReadOptions::default()).unwrap();
    let expected = "the document has a namespace, and none is expected: it is read as if it had none";
    assert_eq!(messages(&reader.head().notes), [expected]);
    assert_eq!(only(&text).number, "1");
}

#[test]
fn a_document_that_was_cut_off_gives_what_came_before() {
    let first = document(&issue("1", ""));
    let whole = document(&(issue("1", "") + &issue("2", "<ISSUE-DESC>Größe &amp; <![CDATA[x]]><!-- y --></ISSUE-DESC>")));
    let begin = first.find("</ISSUES>").unwrap();
    let end = whole.find("</MSR-ISSUE>").unwrap() + "</MSR-ISSUE>".len();
    for at in begin..end {
        let (issues, end) = read(&whole.as_bytes()[..at]);
        let expected =
            if whole.as_bytes()[..at].windows(8).filter(|part| part == b"</ISSUE>").count() == 2 { "1 2" } else { "1" };
        assert_eq!(numbers(&issues), expected, "{at}");
        let error = end.unwrap_err();
        assert!(
            matches!(
                error.problem,
                DocumentProblem::Truncated | DocumentProblem::NotWellFormed(_) | DocumentProblem::Malformed { .. }
            ),
            "{error}"
        );
        assert!(error.place.line <= 5, "{error}");
    }
    assert_eq!(read(whole.as_bytes()).1, Ok(()));
}

#[test]
fn what_is_not_well_formed_ends_the_document_there_and_for_good() {
    for (broken, expected) in [
        ("<A></B>", "line 5, column 12: this is no well-formed XML: "),
        ("<A x=1/>", "line 5, column 9: this is no well-formed XML: "),
        ("<A x=\"1\" x=\"2\"/>", "line 5, column 9: this is no well-formed XML: "),
        ("&x", "line 5, column 9: this is no well-formed XML: "),
        ("<!X>", "line 5, column 9: this is no well-formed XML: "),
    ] {
        let broken_issue = issue("2", "").replace("<LONG-NAME>Title 2", &format!("\n  Größe {broken}"));
        let text = document(&(issue("1", "") + &broken_issue + &issue("3", "")));
        let mut reader = Reader::new(text.as_bytes(), ReadOptions::default()).unwrap();
        assert_eq!(reader.next_issue().unwrap().unwrap().unwrap().number, "1");
        let error = reader.next_issue().unwrap_err();
        assert!(error.to_string().starts_with(expected), "{broken}: {error}");
        assert_eq!(reader.next_issue().unwrap_err(), error);
    }
}

#[test]
fn wrong_bytes_have_an_offset() {
    let text = document(&(issue("1", "") + &issue("2", "")));
    let at = text.find("Title 2").unwrap();
    for (wrong, name) in
        [(&b"\xFF"[..], "alone"), (b"\xC3(", "half"), (b"\xED\xA0\x80", "surrogate"), (b"\xC0\x80", "overlong")]
    {
        for (mark, decl) in [("", ""), ("\u{feff}", ""), ("", "<?xml version=\"1.0\" encoding=\"utf-8\"?>")] {
            let before = format!("{mark}{decl}{}", &text[..at]);
            let bytes = [before.as_bytes(), wrong, &text.as_bytes()[at..]].concat();
            let (issues, end) = read(&bytes);
            assert_eq!(numbers(&issues), "1");
            let error = end.unwrap_err();
            assert_eq!(error.problem, DocumentProblem::Malformed { encoding: "UTF-8", offset: before.len() as u64 }, "{name}");
            assert_eq!(error.place, Place { line: 4, column: 19 }, "{name}");
        }
    }
    let bytes = [b"<MSR-ISSUE>", &b"\xC3"[..]].concat();
    assert_eq!(
        refused_at_once(&bytes),
        "line 1, column 12: the byte at offset 11 is not UTF-8, which the document is said to be in"
    );
}

#[test]
fn other_encodings_are_refused_by_name() {
    let wide = |mark: &[u8], unit: fn(u16) -> [u8; 2]| {
        [mark, &"<MSR-ISSUE/>".encode_utf16().flat_map(unit).collect::<Vec<_>>()].concat()
    };
    for bytes in [
        wide(b"\xFF\xFE", u16::to_le_bytes),
        wide(b"\xFE\xFF", u16::to_be_bytes),
        wide(b"", u16::to_le_bytes),
        wide(b"", u16::to_be_bytes),
    ] {
        assert_eq!(
            refused_at_once(&bytes),
            "line 1, column 1: the encoding \"UTF-16\" is not read: UTF-8, ISO-8859-1 and windows-1252 are"
        );
    }
    for name in ["UTF-16", "UTF-7", "Shift_JIS", "ISO-8859-15"] {
        let text = format!("<?xml version=\"1.0\" encoding=\"{name}\"?><MSR-ISSUE/>");
        assert!(refused_at_once(text.as_bytes()).contains(&format!("the encoding {name:?} is not read")), "{name}");
    }
}

#[test]
fn characters_that_xml_does_not_allow_are_replaced_and_noted() {
    let text = document(&issue("1", "<ISSUE-DESC><P>a\u{1}b&#2;c&#xFFFE;d\u{85}</P></ISSUE-DESC>"));
    let issue = only(&text);
    assert_eq!(shown(&issue, "problem_description"), "a\u{fffd}b\u{fffd}c\u{fffd}d\u{85}");
    assert_eq!(messages(&issue.notes), ["a character that XML does not allow was replaced"]);
    for reference in ["&#0;", "&#xD800;", "&#x110000;", "&#;", "&#+1;"] {
        let text = document(&super::issue("1", &format!("<ISSUE-DESC>{reference}</ISSUE-DESC>")));
        let error = read(text.as_bytes()).0.remove(0).unwrap_err();
        assert!(matches!(error.problem, IssueProblem::Reference(_)), "{reference}: {error}");
    }
}

#[test]
fn a_number_that_begins_another_line_is_none() {
    let numbers_in = ["1&#10;2026-11-20 INFO all is well", "1\n2", "1\t2", "1\u{85}2", "1\u{202e}2", "1\u{2028}2"];
    for number in numbers_in {
        let (issues, end) = read(document(&(issue(number, "") + &issue("3", ""))).as_bytes());
        end.unwrap();
        assert_eq!(numbers(&issues), "! 3", "{number:?}");
        let error = issues[0].as_ref().unwrap_err().to_string();
        assert!(error.ends_with("its ISSUE-ID has control characters") && !error.contains('\n'), "{error:?}");
    }
    assert_eq!(numbers(&read(document(&issue("\n 1 \" ä/2\r\n", "")).as_bytes()).0), "1 \" ä/2");
}

#[test]
fn many_attributes_are_refused() {
    let attributes = |count: usize| (0..count).map(|at| format!(" a{at}=\"\"")).collect::<Vec<_>>().concat();
    let with = |count| document(&(issue("1", "") + &issue("2", &format!("<X{}/>", attributes(count)))));
    assert_eq!(read(with(64).as_bytes()).1, Ok(()));
    let (before, error) = refused(with(100_000).as_bytes());
    assert_eq!(before, "1");
    assert_eq!(error, "line 4, column 38: more attributes of one element than 64, which is the limit");
}

/// A reader that tells how much was taken.
struct Counted<R>(R, std::rc::Rc<std::cell::Cell<u64>>);

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let read = self.0.read(into)?;
        self.1.set(self.1.get() + read as u64);
        Ok(read)
    }
}

#[test]
fn a_huge_text_is_refused_early_and_costs_its_issue_only() {
    let whole = document(&(issue("1", "<ISSUE-DESC>§</ISSUE-DESC>") + &issue("2", "")));
    let (before, after) = whole.split_once('§').unwrap();
    let huge = |bytes: u64| {
        let parts = Cursor::new(before.to_owned()).chain(repeat(b'x').take(bytes)).chain(Cursor::new(after.to_owned()));
        let taken = std::rc::Rc::new(std::cell::Cell::new(0));
        (BufReader::new(Counted(parts, taken.clone())), taken)
    };
    let options = |document_bytes: u64| {
        let limits = Limits { document_bytes, text_bytes: 100_000, ..Limits::default() };
        ReadOptions { limits, ..ReadOptions::default() }
    };
    // The document may be that large: only the issue is refused.
    let (source, _) = huge(20_000_000);
    let mut reader = Reader::new(source, options(30_000_000)).unwrap();
    let error = reader.next_issue().unwrap().unwrap().unwrap_err();
    assert_eq!(error.problem, IssueProblem::TooLarge { what: "bytes in one text", limit: 100_000 });
    assert_eq!(reader.next_issue().unwrap().unwrap().unwrap().number, "2");
    assert!(reader.next_issue().unwrap().is_none());
    // It may not: the rest is not even looked at.
    let (source, taken) = huge(100_000_000);
    let mut reader = Reader::new(source, options(1_000_000)).unwrap();
    let error = reader.next_issue().unwrap_err();
    assert_eq!(error.problem, DocumentProblem::TooLarge { what: "bytes", limit: 1_000_000 });
    assert!(taken.get() < 1_100_000, "{} bytes were taken", taken.get());
}

#[test]
fn each_limit_holds() {
    let plain = document(&[issue("1", ""), issue("2", ""), issue("3", "")].concat());
    let limited = |text: &str, limits: Limits| {
        let (issues, end) = read_with(text.as_bytes(), ReadOptions { limits, ..ReadOptions::default() });
        let problems: Vec<String> =
            issues.iter().filter_map(|issue| issue.as_ref().err()).map(|error| error.problem.to_string()).collect();
        (numbers(&issues), problems.concat(), end.map_err(|error| error.problem.to_string()))
    };
    let most = Limits::default();
    let all = ("1 2 3".to_owned(), String::new(), Ok(()));

    let bytes = plain.len() as u64;
    assert_eq!(limited(&plain, Limits { document_bytes: bytes, ..most }), all);
    let one_less = limited(&plain, Limits { document_bytes: bytes - 1, ..most });
    assert_eq!(one_less.2, Err(format!("more bytes than {}, which is the limit", bytes - 1)));

    assert_eq!(limited(&plain, Limits { issues: 3, ..most }), all);
    let fewer = limited(&plain, Limits { issues: 2, ..most });
    assert_eq!(fewer, ("1 2".into(), String::new(), Err("more issues than 2, which is the limit".into())));

    // ISSUE, LONG-NAME, its text, COMPANY-ISSUE-INFOS, COMPANY-ISSUE-INFO, and two elements with text.
    assert_eq!(limited(&plain, Limits { issue_nodes: 17, ..most }), all);
    let larger = document(&[issue("1", ""), issue("2", &"<P>x</P>".repeat(6)), issue("3", "")].concat());
    let expected = "it has more elements and texts than 17, which is the limit";
    assert_eq!(limited(&larger, Limits { issue_nodes: 17, ..most }), ("1 ! 3".into(), expected.into(), Ok(())));

    let size = issue("1", "").trim_end().len() as u64;
    assert!(size > 150);
    let larger = document(&[issue("1", ""), issue("2", "<P>a</P>"), issue("3", "")].concat());
    let head_fits = Limits { issue_bytes: size.max(400), ..most };
    assert_eq!(limited(&larger, head_fits).0, "1 2 3");
    let larger = document(&[issue("1", ""), issue("2", &"<P>a</P>".repeat(60)), issue("3", "")].concat());
    assert_eq!(limited(&larger, head_fits), ("1 ! 3".into(), "it has more bytes than 400, which is the limit".into(), Ok(())));

    let mut texts = [issue("1", "<P>@</P>"), issue("2", "<P>@@</P>"), issue("3", "")].concat();
    texts = texts.replace('@', &format!("{}&amp;", "ü".repeat(50)));
    let expected = "it has more bytes in one text than 150, which is the limit";
    assert_eq!(limited(&document(&texts), Limits { text_bytes: 150, ..most }), ("1 ! 3".into(), expected.into(), Ok(())));
    let long_tag = document(&issue("1", &format!("<P x=\"{}\"/>", "x".repeat(200))));
    let expected = "more bytes in one tag or section than 150, which is the limit";
    assert_eq!(limited(&long_tag, Limits { text_bytes: 150, ..most }).2, Err(expected.into()));

    let head = limited(&plain, Limits { issue_nodes: 5, ..most });
    assert_eq!(head.2, Err("outside of the issues: it has more elements and texts than 5, which is the limit".into()));
}

#[test]
fn a_head_of_many_parts_is_as_limited_as_one_of_one_part() {
    let part = |number| {
        let name = format!("{number:0100}");
        format!(
            "<COMPANY-DATAS><COMPANY-DATA><LONG-NAME>{name}</LONG-NAME><SHORT-NAME>{name}</SHORT-NAME></COMPANY-DATA></COMPANY-DATAS>"
        )
    };
    let text =
        |parts| document(&issue("1", "")).replacen("<ISSUES>", &((0..parts).map(part).collect::<String>() + "<ISSUES>"), 1);
    let limits = Limits { issue_bytes: 10_000, ..Limits::default() };
    let read = |parts| read_with(text(parts).as_bytes(), ReadOptions { limits, ..ReadOptions::default() });
    let (issues, end) = read(20);
    end.unwrap();
    assert_eq!(numbers(&issues), "1");
    let (issues, end) = read(40);
    assert_eq!(issues, []);
    let error = end.unwrap_err().to_string();
    assert!(error.ends_with(": outside of the issues: it has more bytes than 10000, which is the limit"), "{error}");
}

#[test]
fn a_text_at_its_limit_is_not_cut() {
    for (characters, is_read) in [(50, true), (51, false)] {
        for after in ["", "<B/>", "&amp;"] {
            let text = format!("{}{after}", "é".repeat(characters));
            let limits = Limits { text_bytes: 101, ..Limits::default() };
            let options = ReadOptions { limits, ..ReadOptions::default() };
            let read = read_with(document(&issue("1", &format!("<X>{text}</X>"))).as_bytes(), options).0.remove(0);
            assert_eq!(read.is_ok(), is_read, "{characters} {after}");
        }
    }
}

#[test]
fn notes_are_limited() {
    let objects = "<ENGINEERING-OBJECT><CATEGORY>X</CATEGORY><SHORT-LABEL>x</SHORT-LABEL></ENGINEERING-OBJECT>".repeat(1000);
    let issue = only_with(&format!("<ISSUE-ENVIRONMENT>{objects}</ISSUE-ENVIRONMENT>"));
    assert_eq!(issue.notes.len(), MOST_NOTES);
    assert_eq!(issue.attributes["eo_x"].texts().len(), 1000);
}

#[test]
fn a_source_that_fails_is_told() {
    #[derive(Debug)]
    struct Failing;
    impl Read for Failing {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(std::io::Error::other("the disk is gone"))
        }
    }
    let text = document(&issue("1", ""));
    let until = text.find("</ISSUES>").unwrap();
    let source = BufReader::new(Cursor::new(text[..until].to_owned()).chain(Failing));
    let mut reader = Reader::new(source, ReadOptions::default()).unwrap();
    assert!(reader.next_issue().unwrap().unwrap().is_ok());
    assert_eq!(reader.next_issue().unwrap_err().to_string(), "line 4, column 1: the document cannot be read: the disk is gone");
    let error = Reader::new(BufReader::new(Failing), ReadOptions::default()).unwrap_err();
    assert_eq!(error.to_string(), "line 1, column 1: the document cannot be read: the disk is gone");
}
