use super::*;
use crate::formats::archive::{
    code_page::{CodePage, spellings},
    name::{for_people, normalise},
};

#[test]
fn names_have_one_form() {
    for (text, expected) in [
        ("a", "a"),
        ("./a.xml", "a.xml"),
        ("a//b/./c", "a/b/c"),
        ("a\\b.txt", "a/b.txt"),
        (".\\a\\.\\b", "a/b"),
        ("..a/b..", "..a/b.."),
        ("...", "..."),
        (" a ", " a "),
        ("a/C:x", "a/C:x"),
        ("Note: x", "Note: x"),
    ] {
        assert_eq!(normalise(text).as_deref(), Ok(expected), "{text}");
    }
}

#[test]
fn what_leads_elsewhere_is_no_name() {
    for (text, expected) in [
        ("../a", NameFault::Upwards),
        ("a/../b", NameFault::Upwards),
        ("..\\a", NameFault::Upwards),
        ("a\\..\\..\\b", NameFault::Upwards),
        ("..", NameFault::Upwards),
        ("/etc/passwd", NameFault::Absolute),
        ("\\a", NameFault::Absolute),
        ("\\\\server\\share", NameFault::Absolute),
        ("//server/share", NameFault::Absolute),
        ("C:\\a", NameFault::Absolute),
        ("c:a", NameFault::Absolute),
        ("./C:/a", NameFault::Absolute),
        ("a\0.xml", NameFault::Control),
        ("a\n", NameFault::Control),
        ("a\u{1b}[2J", NameFault::Control),
        ("a\u{85}b", NameFault::Control),
        ("fdp\u{202E}exe.txt", NameFault::Control),
        ("", NameFault::Empty),
        ("./.", NameFault::Empty),
    ] {
        assert_eq!(normalise(text), Err(expected), "{text:?}");
    }
}

#[test]
fn double_encoding_is_undone_only_where_it_is_certain() {
    for name in ["Prüfbericht Größe", "Тест.xml", "ÄÖÜ 5 €", "Übergabe/Ärger"] {
        for page in CodePage::ALL {
            assert_eq!(for_people(&page.decode(name.as_bytes())), name, "{page:?}");
        }
    }
    // A word of Russian, and what `€` becomes: both may be meant as they are.
    for name in ["рак.txt", "5 тВм", "5 Γé¼", "Größe", "├ü und Ж", "│ allein", "plain"] {
        assert_eq!(for_people(name), name);
    }
    // A control character would come out.
    assert_eq!(for_people("a┬Аb"), "a┬Аb");
}

#[test]
fn code_pages_are_read_back_byte_by_byte() {
    let all: Vec<u8> = (0..=255).collect();
    for page in CodePage::ALL {
        assert_eq!(page.encode(&page.decode(&all)).unwrap(), all);
    }
    for byte in 128..=255 {
        let letter = CodePage::Russia.decode(&[byte]);
        assert!(CodePage::UnitedStates.encode(&letter).is_none_or(|bytes| bytes == [byte]), "{letter}");
    }
    assert_eq!(CodePage::Russia.decode(b"\x8F\xE0\xA8"), "При");
    assert_eq!(CodePage::UnitedStates.decode(b"Gr\x94\xE1e"), "Größe");
    assert_eq!(CodePage::UnitedStates.encode("При"), None);
    assert_eq!(spellings("plain").collect::<Vec<_>>(), ["plain"]);
}

#[test]
fn names_are_found_in_every_encoding() {
    let utf8 = "Größe.txt";
    let misread = |page: CodePage| page.decode(utf8.as_bytes()).into_bytes();
    for (stored, flags, wanted) in [
        (utf8.as_bytes().to_vec(), 1 << 11, utf8),
        (utf8.as_bytes().to_vec(), 0, utf8),
        (misread(CodePage::Russia), 1 << 11, utf8),
        (misread(CodePage::Russia), 0, utf8),
        (misread(CodePage::UnitedStates), 1 << 11, utf8),
        (b"Gr\x94\xE1e.txt".to_vec(), 0, utf8),
        (CodePage::Russia.encode("Отчёт.txt").unwrap(), 0, "Отчёт.txt"),
    ] {
        let archive = open(join(&[Raw { flags, ..Raw::new(&stored, b"x") }]));
        assert!(archive.find(&url(wanted)).is_some(), "{stored:x?}");
        assert!(archive.find(&url(&format!("./{wanted}"))).is_some(), "{stored:x?}");
    }
    // A second field may tell the name in UTF-8.
    let name = b"Gr__e.txt";
    let extra = [&[0x75, 0x70, 15, 0, 1][..], &Raw::new("", name).crc.to_le_bytes(), "Größe".as_bytes(), b"XYZ"].concat();
    let archive = open(join(&[Raw { extra, ..Raw::new(name, b"x") }]));
    assert_eq!(archive.entries()[0].name, "GrößeXYZ");
}

#[test]
fn a_percent_sign_may_be_an_escape_or_not() {
    let archive = open(join(&[Raw::new("100%25.txt", b"1"), Raw::new("5%.txt", b"2"), Raw::new("a b.txt", b"3")]));
    for (text, index) in [("100%25.txt", 0), ("5%.txt", 1), ("5%25.txt", 1), ("a%20b.txt", 2), ("a b.txt", 2)] {
        assert_eq!(archive.find(&url(text)).map(|entry| entry.index), Some(index), "{text}");
    }
    // What would be a control character is no escape.
    assert!(archive.find(&url("a%00b")).is_none());
    for text in ["%", "%2", "%zz", "a%"] {
        assert!(archive.find(&url(text)).is_none());
    }
}

#[test]
fn urls_that_lead_out_are_told_why() {
    let why = |text| EntryUrl::parse(text).unwrap_err().to_string();
    for (text, expected) in [
        ("file:///etc/passwd", "`file:` leads elsewhere, and only entries of the archive can be named"),
        ("http://example.com/a", "`http:` leads elsewhere, and only entries of the archive can be named"),
        ("file%3A///etc/passwd", "`file:` leads elsewhere, and only entries of the archive can be named"),
        ("../a", "it names no entry of the archive: the name leads upwards by `..`"),
        ("./a/%2e%2E/b", "it names no entry of the archive: the name leads upwards by `..`"),
        ("..%5Ca", "it names no entry of the archive: the name leads upwards by `..`"),
        ("%2Fetc/passwd", "it names no entry of the archive: the name is absolute: it begins at a root, a drive or a server"),
        ("C:\\a", "it names no entry of the archive: the name is absolute: it begins at a root, a drive or a server"),
        ("\\\\server\\a", "it names no entry of the archive: the name is absolute: it begins at a root, a drive or a server"),
        ("  ", "it names no entry of the archive: the name is empty"),
        ("a\u{1b}b", "it names no entry of the archive: the name has control characters"),
    ] {
        assert_eq!(why(text), expected, "{text:?}");
    }
    let long = "x".repeat(5000);
    assert!(why(&format!("{long}:a")).len() < 100);
}

#[test]
fn documents_are_those_at_the_root() {
    let names = ["./A.xml", "B.XML", "C.Xml", "d/E.xml", "xml", ".xml", "F.xml.txt", "ä.xml", "äxml"];
    let entries: Vec<Raw> = names.iter().map(|name| Raw::new(name, b"")).collect();
    let archive = open(join(&entries));
    assert_eq!(archive.documents().map(|entry| entry.index).collect::<Vec<_>>(), [0, 1, 2, 5, 7]);
}
