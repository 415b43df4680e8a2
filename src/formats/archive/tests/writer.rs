use std::io;

use jiff::civil::date;

use super::*;

fn writer() -> ArchiveWriter<Cursor<Vec<u8>>> {
    ArchiveWriter::new(Cursor::new(Vec::new()), date(2026, 11, 20).at(10, 0, 1, 0)).unwrap()
}

fn written(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = writer();
    for (name, content) in entries {
        assert_eq!(writer.add(name, &mut &content[..]).unwrap(), u64::try_from(content.len()).unwrap());
    }
    writer.finish().unwrap().into_inner()
}

#[test]
fn what_is_written_is_the_same_each_time_and_tells_nothing_of_the_machine() {
    let entries: [(&str, &[u8]); 3] = [("./A.xml", b"<MSR-ISSUE/>"), ("./4711001/Größe.txt", &[b'x'; 10_000]), ("empty", b"")];
    let bytes = written(&entries);
    assert_eq!(bytes, written(&entries));
    let mut archive = open(bytes.clone());
    assert_eq!(told(&archive), ["A.xml", "4711001/Größe.txt", "empty"].map(|name| (name, None)));
    for (index, (_, expected)) in entries.iter().enumerate() {
        assert_eq!(content(&mut archive, index).unwrap(), *expected);
    }
    let mut reader = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    for (index, (name, _)) in entries.iter().enumerate() {
        let entry = reader.by_index(index).unwrap();
        assert_eq!(entry.name_raw(), name.as_bytes());
        assert_eq!(entry.flags().as_u16(), if name.is_ascii() { 0 } else { 1 << 11 });
        assert_eq!(entry.last_modified().unwrap().to_string(), "2026-11-20 10:00:00");
        assert_eq!((entry.unix_mode(), entry.extra_data()), (Some(0o100_644), None));
        assert_eq!(entry.compression(), zip::CompressionMethod::Deflated);
    }
    assert_eq!(told(&open(written(&[]))), []);
}

#[test]
fn names_that_a_reader_would_refuse_or_change_are_not_written() {
    let mut writer = writer();
    writer.add("Größe", &mut io::empty()).unwrap();
    for (name, expected) in [
        ("../a", "\"../a\" cannot be the name of an entry: the name leads upwards by `..`"),
        ("a\nb", "\"a\\nb\" cannot be the name of an entry: the name has control characters"),
        ("", "\"\" cannot be the name of an entry: the name is empty"),
        ("a\\b", "\"a\\\\b\" cannot be the name of an entry: readers take it for \"a/b\""),
        ("a//b", "\"a//b\" cannot be the name of an entry: readers take it for \"a/b\""),
        ("a/", "\"a/\" cannot be the name of an entry: readers take it for \"a\""),
        ("Gr├╢├Яe", "\"Gr├╢├Яe\" cannot be the name of an entry: readers take it for \"Größe\""),
        ("./Größe", "there is an entry \"Größe\" already"),
    ] {
        assert_eq!(writer.add(name, &mut io::empty()).unwrap_err().to_string(), expected);
    }
    assert!(matches!(
        writer.add(&"x".repeat(1025), &mut io::empty()),
        Err(WriteError::Name { fault: NameFault::TooLong { .. }, .. })
    ));
    assert_eq!(told(&open(writer.finish().unwrap().into_inner())), [("Größe", None)]);
}

#[test]
fn an_entry_whose_content_fails_is_left_out() {
    let mut writer = writer();
    writer.add("a", &mut &b"first"[..]).unwrap();
    let mut broken = [7; 10_000].chain(Broken);
    assert_eq!(writer.add("b", &mut broken).unwrap_err().to_string(), "\"b\" cannot be added: timed out");
    writer.add("b", &mut &b"second"[..]).unwrap();
    let mut archive = open(writer.finish().unwrap().into_inner());
    assert_eq!(told(&archive), [("a", None), ("b", None)]);
    assert_eq!(content(&mut archive, 0).unwrap(), b"first");
    assert_eq!(content(&mut archive, 1).unwrap(), b"second");
}

/// Content that cannot be read.
struct Broken;

impl io::Read for Broken {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(io::ErrorKind::TimedOut.into())
    }
}

#[test]
fn a_time_that_an_archive_cannot_tell_is_refused() {
    for year in [1979, 2108] {
        let error = ArchiveWriter::new(Cursor::new(Vec::new()), date(year, 1, 1).at(0, 0, 0, 0)).unwrap_err();
        assert_eq!(error.to_string(), format!("{year}-01-01T00:00:00 cannot be the time of an archive: only 1980 to 2107 can"));
    }
}
