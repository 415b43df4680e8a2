use super::*;

#[test]
fn names_that_lead_elsewhere_refuse_their_entry_and_no_other() {
    let bad = ["../a.xml", "/etc/passwd", "..\\a", "C:\\a", "\\\\server\\a", "a/../../b", "a\0.xml", "\x1b[2Ja", "", "."];
    let mut entries = vec![Raw::new("A.xml", b"first")];
    entries.extend(bad.iter().map(|name| Raw::new(name, b"evil")));
    entries.push(Raw::new("folder\\b.txt", b"last"));
    let mut archive = open(join(&entries));
    let told: Vec<(String, bool)> =
        archive.entries().iter().map(|entry| (entry.name.clone(), entry.refusal.is_some())).collect();
    let names = ["A.xml", "../a.xml", "/etc/passwd", "../a", "C:/a", "//server/a", "a/../../b", "a\u{FFFD}.xml"];
    let names = names.into_iter().chain(["\u{FFFD}[2Ja", "", ".", "folder/b.txt"]);
    assert_eq!(told, names.enumerate().map(|(at, name)| (name.to_owned(), at % 11 != 0)).collect::<Vec<_>>());
    assert_eq!(content(&mut archive, 0).unwrap(), b"first");
    assert_eq!(content(&mut archive, 11).unwrap(), b"last");
    assert_eq!(content(&mut archive, 1).unwrap_err(), "\"../a.xml\" is refused: the name leads upwards by `..`");
    // It may be missed by nobody that one of them would have been a document.
    assert_eq!(archive.documents().map(|entry| entry.index).collect::<Vec<_>>(), [0, 7]);
}

#[test]
fn only_files_are_read() {
    let entries = [
        Raw::new("link", b"/etc/passwd").with_mode(0o120_777),
        Raw::new("device", b"").with_mode(0o020_666),
        Raw::new("pipe", b"").with_mode(0o010_666),
        Raw::new("socket", b"").with_mode(0o140_666),
        Raw::new("block", b"").with_mode(0o060_666),
        Raw::new("set-uid", b"x").with_mode(0o104_755),
        Raw::new("no kind", b"x").with_mode(0o644),
        Raw::new("folder with content", b"x").with_mode(0o040_755),
        Raw { attributes: 0, ..Raw::new("no mode", b"x") },
        Raw { system: 0, attributes: 0x20, ..Raw::new("dos", b"x") },
        // Folders are left out.
        Raw::new("folder", b"").with_mode(0o040_755),
        Raw::new("a/", b""),
        Raw::new("b\\", b""),
        Raw::new("../c/", b""),
    ];
    let archive = open(join(&entries));
    let device = Some("it is not a file but a device, a pipe or a socket".to_owned());
    assert_eq!(
        told(&archive),
        [
            ("link", Some("it is not a file but a symbolic link".to_owned())),
            ("device", device.clone()),
            ("pipe", device.clone()),
            ("socket", device.clone()),
            ("block", device),
            ("set-uid", None),
            ("no kind", None),
            ("folder with content", Some("it is not a file but a folder".to_owned())),
            ("no mode", None),
            ("dos", None),
        ]
    );
}

#[test]
fn the_first_of_a_name_counts() {
    let misread = "Gr├╢├Яe";
    let names = ["A.xml", "./A.xml", "d\\x", "d/x", "Größe", misread, "a.XML", "d/X"];
    let entries: Vec<Raw> = names.iter().enumerate().map(|(at, name)| Raw::new(name, &[b'0'; 9][..at])).collect();
    let mut archive = open(join(&entries));
    let duplicate = Some("an earlier entry has the same name".to_owned());
    assert_eq!(
        told(&archive),
        [
            ("A.xml", None),
            ("A.xml", duplicate.clone()),
            ("d/x", None),
            ("d/x", duplicate.clone()),
            ("Größe", None),
            ("Größe", duplicate),
            ("a.XML", None),
            ("d/X", None),
        ]
    );
    let same_but_case: Vec<_> = archive.entries().iter().map(|entry| entry.same_but_case).collect();
    assert_eq!(same_but_case, [None, None, None, None, None, None, Some(0), Some(2)]);
    assert_eq!(archive.find(&url("A.xml")).unwrap().index, 0);
    assert_eq!(content(&mut archive, 2).unwrap(), b"00");
    assert!(content(&mut archive, 3).is_err());
}

#[test]
fn bombs_are_refused_before_they_are_unpacked() {
    let bomb = deflated("zeros", &vec![0; 32 << 20]);
    assert!(bomb.packed.len() < 40_000, "{}", bomb.packed.len());
    let archive = open(join(&[bomb, deflated("small", &vec![0; 1 << 20]), Raw::new("c", b"c")]));
    let expected = "it unpacks to 1029 times its size, and at most 250 times are taken";
    assert_eq!(told(&archive), [("zeros", Some(expected.to_owned())), ("small", None), ("c", None)]);
}

#[test]
fn sizes_have_bounds() {
    let limits = Limits { entry_bytes: 10, total_bytes: 25, name_bytes: 20, depth: 2, ..Limits::default() };
    let entries = [
        Raw::new("ten", &[0; 10]),
        Raw::new("eleven", &[0; 11]),
        Raw::new("a/b/c", &[0; 10]),
        Raw::new("a/b/c/d", &[0; 10]),
        Raw::new("x".repeat(21), &[0; 10]),
    ];
    let archive = open_within(join(&entries), &limits).unwrap();
    let refused: Vec<_> = told(&archive).into_iter().filter_map(|(_, refusal)| refusal).collect();
    assert_eq!(
        refused,
        [
            "it has 11 bytes unpacked, and at most 10 are taken",
            "the name has 3 folders within each other, and at most 2 are taken",
            "the name has 21 bytes, and at most 20 are taken",
        ]
    );
    // What is refused is not counted; what is not, is.
    let mut more = entries.to_vec();
    more.push(Raw::new("six", &[0; 6]));
    let error = open_within(join(&more), &limits).unwrap_err();
    assert_eq!(error.to_string(), "it unpacks to 26 bytes, and at most 25 are taken");
    let longest = open(join(&[Raw::new("x".repeat(65_535), b"")]));
    assert_eq!(longest.entries()[0].name, format!("{}…", "x".repeat(200)));
}

#[test]
fn sizes_of_64_bits_are_believed_no_more_than_others() {
    let huge = |size: u64, packed: u64| {
        let extra = [&[1, 0, 16, 0][..], &size.to_le_bytes(), &packed.to_le_bytes()].concat();
        Raw { size: u32::MAX, packed_size: u32::MAX, extra, ..Raw::new(size.to_string(), b"x") }
    };
    let mut archive = open(join(&[huge(1 << 40, 1), huge(u64::MAX, u64::MAX), huge(5, u64::MAX), huge(1, 1)]));
    let refusals: Vec<_> = told(&archive).into_iter().map(|(_, refusal)| refusal.unwrap_or_default()).collect();
    assert_eq!(
        refusals,
        [
            "it has 1099511627776 bytes unpacked, and at most 1073741824 are taken",
            "it has 18446744073709551615 bytes unpacked, and at most 1073741824 are taken",
            "its bytes are not where they are said to be: the archive is damaged",
            "",
        ]
    );
    assert_eq!(content(&mut archive, 3).unwrap(), b"x");
}

#[test]
fn too_many_entries_refuse_the_archive_before_they_are_read() {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for number in 0..70_000 {
        writer.start_file(number.to_string(), zip::write::SimpleFileOptions::default()).unwrap();
    }
    let bytes = writer.finish().unwrap().into_inner();
    let error = open_within(bytes.clone(), &Limits::default()).unwrap_err();
    assert_eq!(error.to_string(), "it has 70000 entries, and at most 20000 are taken");
    let limits = Limits { entries: 70_000, ..Limits::default() };
    assert_eq!(open_within(bytes.clone(), &limits).unwrap().entries().len(), 70_000);
    let limits = Limits { directory_bytes: 1000, ..limits };
    let error = open_within(bytes, &limits).unwrap_err();
    assert_eq!(error.to_string(), "its directory has more than 1000 bytes, which is the limit");
}

#[test]
fn entries_that_share_their_bytes_are_refused_but_for_one() {
    let all = Raw::new("all", b"the quick brown fox jumps over the lazy dog");
    let inner = Raw { start: Some(10), ..Raw::new("inner", b"fox") };
    let same = Raw { start: Some(0), ..Raw::new("same", b"the") };
    let beyond = Raw { packed_size: 5000, ..Raw::new("beyond", b"the") };
    let nowhere = Raw { start: Some(u32::MAX - 9), ..Raw::new("nowhere", b"the") };
    let mut archive = open(join(&[all, inner, same, nowhere, Raw::new("free", b"free"), beyond]));
    let overlap = Some("its bytes are those of another entry, too".to_owned());
    let outside = Some("its bytes are not where they are said to be: the archive is damaged".to_owned());
    assert_eq!(
        told(&archive),
        [
            ("all", None),
            ("inner", overlap.clone()),
            ("same", overlap),
            ("nowhere", outside.clone()),
            ("free", None),
            ("beyond", outside),
        ]
    );
    assert_eq!(content(&mut archive, 4).unwrap(), b"free");
}

#[test]
fn what_cannot_be_unpacked_is_refused() {
    let entries = [
        Raw { flags: 1, ..Raw::new("secret", &[0; 20]) },
        Raw { method: 12, ..Raw::new("bzip2", b"x") },
        Raw { method: 99, flags: 1, ..Raw::new("aes", b"x") },
        Raw { method: 1, ..Raw::new("shrunk", b"x") },
        Raw::new("inner.zip", &join(&[Raw::new("../x", b"x")])),
        Raw::new("empty", b""),
    ];
    let mut archive = open(join(&entries));
    let method = |number| Some(format!("it is packed by the method {number}, and only 0 (stored) and 8 (deflate) are known"));
    let encrypted = Some("it is encrypted".to_owned());
    assert_eq!(
        told(&archive),
        [
            ("secret", encrypted.clone()),
            ("bzip2", method(12)),
            ("aes", encrypted),
            ("shrunk", method(1)),
            ("inner.zip", None),
            ("empty", None),
        ]
    );
    assert!(content(&mut archive, 4).unwrap().starts_with(b"PK\x03\x04"));
    assert_eq!(content(&mut archive, 5).unwrap(), b"");
}

#[test]
fn what_is_no_archive_is_told() {
    let good = join(&[Raw::new("A.xml", b"first"), deflated("b", &[7; 5000])]);
    for bytes in [&b""[..], b"no zip at all", b"PK\x03\x04", b"PK\x05\x06", &[0; 10_000], &good[..good.len() - 23]] {
        let error = open_within(bytes.to_vec(), &Limits::default()).unwrap_err().to_string();
        assert!(error.starts_with("it is no zip archive, or a damaged one: its directory cannot be read: "), "{error}");
    }
    for end in 0..good.len() {
        assert!(open_within(good[..end].to_vec(), &Limits::default()).is_err(), "cut off after {end} bytes");
    }
    // More entries are told than there are.
    let mut lie = good.clone();
    let count = lie.len() - 12;
    lie[count] = 200;
    lie[count - 2] = 200;
    assert!(matches!(open_within(lie, &Limits::default()), Err(ArchiveError::Directory(_))));
    assert_eq!(open(join(&[])).entries(), []);
}

#[test]
fn what_stands_before_and_after_an_archive_is_passed_over() {
    let good = join(&[Raw::new("A.xml", b"first")]);
    let older = join(&[Raw::new("B.xml", b"older")]);
    for bytes in
        [[b"#!/bin/sh\n".as_slice(), &good].concat(), [&good[..], b"and something more"].concat(), [older, good].concat()]
    {
        let mut archive = open(bytes);
        assert_eq!(told(&archive), [("A.xml", None)]);
        assert_eq!(content(&mut archive, 0).unwrap(), b"first");
    }
}
