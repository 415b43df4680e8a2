use std::io;

use super::*;

#[test]
fn the_checksum_is_checked() {
    for good in [Raw::new("a.txt", b"the content"), deflated("a.txt", b"the content, and the content once more")] {
        let bad = Raw { crc: good.crc ^ 1, ..good };
        let mut archive = open(join(&[bad, Raw::new("b", b"b")]));
        let size = archive.entries()[0].size;
        assert_eq!(
            content(&mut archive, 0).unwrap_err(),
            format!("\"a.txt\" cannot be read beyond byte {size}: its bytes are damaged: Invalid checksum")
        );
        assert_eq!(content(&mut archive, 1).unwrap(), b"b");
    }
}

#[test]
fn no_header_makes_more_bytes_than_it_tells() {
    let zeros = vec![0; 1 << 20];
    let lie = Raw { size: 100, ..deflated("lie", &zeros) };
    let mut archive = open(join(&[lie]));
    let mut entry = archive.read(0).unwrap();
    let error = entry.read(&mut [0; 4096]).unwrap_err();
    let expected =
        "\"lie\" cannot be read beyond byte 0: its bytes are damaged: File is larger than its declared uncompressed size";
    assert_eq!(error.to_string(), expected);
    let inner = error.get_ref().and_then(|error| error.downcast_ref::<ArchiveError>());
    assert!(matches!(inner, Some(ArchiveError::Content { position: 0, problem: ContentProblem::Damaged(_), .. })));
}

#[test]
fn what_is_shorter_than_it_tells_is_an_error() {
    for short in [Raw { size: 12, ..Raw::new("a", b"the content") }, Raw { size: 12, ..deflated("a", b"the content") }] {
        let mut archive = open(join(&[short]));
        assert_eq!(
            content(&mut archive, 0).unwrap_err(),
            "\"a\" cannot be read beyond byte 11: it ends here, and 12 bytes were promised"
        );
    }
}

#[test]
fn damaged_bytes_are_an_error_and_never_content() {
    let text: Vec<u8> = (0..20_000_u32).flat_map(|number| (number * 7919 % 10_007).to_le_bytes()).collect();
    let good = deflated("a", &text);
    for at in (0..good.packed.len()).step_by(good.packed.len() / 50) {
        let mut bad = good.clone();
        bad.packed[at] ^= 0x55;
        let mut archive = open(join(&[bad]));
        let read = content(&mut archive, 0);
        assert!(read.as_ref().map_or(true, |read| *read == text), "byte {at}");
        assert!(at == 0 || read.is_err(), "byte {at}");
    }
    let cut = Raw { packed: good.packed[..100].to_vec(), packed_size: 100, ..good };
    let error = content(&mut open(join(&[cut])), 0).unwrap_err();
    assert!(error.starts_with("\"a\" cannot be read beyond byte "), "{error}");
}

#[test]
fn a_local_header_that_is_none_is_an_error() {
    let mut bytes = join(&[Raw::new("a", b"x")]);
    bytes[0] = b'Q';
    let error = content(&mut open(bytes), 0).unwrap_err();
    assert!(error.starts_with("\"a\" cannot be read beyond byte 0: its bytes are damaged: "), "{error}");
}

#[test]
fn all_that_is_unpacked_counts() {
    let limits = Limits { total_bytes: 25, ..Limits::default() };
    let mut archive = open_within(join(&[Raw::new("a", &[1; 10]), Raw::new("b", &[2; 10])]), &limits).unwrap();
    for index in [0, 1] {
        assert_eq!(content(&mut archive, index).unwrap().len(), 10);
    }
    let expected = "\"a\" cannot be read beyond byte 0: more than 25 bytes were unpacked from this archive, which is the limit";
    for _ in 0..2 {
        assert_eq!(content(&mut archive, 0).unwrap_err(), expected);
    }
}

#[test]
fn an_entry_that_is_not_there_is_told() {
    let mut archive = open(join(&[Raw::new("a", b"x")]));
    assert_eq!(content(&mut archive, 1).unwrap_err(), "it has no entry 1");
    assert_eq!(archive.read(0).unwrap().entry().name, "a");
}

/// A file that fails once so much was read.
#[derive(Debug)]
struct Failing {
    file: Cursor<Vec<u8>>,
    left: usize,
}

impl io::Read for Failing {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = buffer.len().min(self.left);
        if most == 0 {
            return Err(io::ErrorKind::TimedOut.into());
        }
        let read = self.file.read(&mut buffer[..most])?;
        self.left -= read;
        Ok(read)
    }
}

impl io::Seek for Failing {
    fn seek(&mut self, to: io::SeekFrom) -> io::Result<u64> {
        self.file.seek(to)
    }
}

#[test]
fn a_file_that_cannot_be_read_is_no_bad_archive() {
    let text: Vec<u8> = (0..20_000_u32).flat_map(|number| (number * 7919 % 10_007).to_le_bytes()).collect();
    let bytes = join(&[deflated("a", &text)]);
    let failing = |left| Failing { file: Cursor::new(bytes.clone()), left };
    let error = Archive::open(failing(0), &Limits::default()).unwrap_err();
    assert!(matches!(error, ArchiveError::Io(error) if error.kind() == io::ErrorKind::TimedOut));
    let mut archive = Archive::open(failing(20_000), &Limits::default()).unwrap();
    let error = io::copy(&mut archive.read(0).unwrap(), &mut io::sink()).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    assert!(error.to_string().ends_with(": the archive cannot be read: timed out"), "{error}");
}
