//! Which encoding a document is in, by its first bytes.

use std::io::{self, BufRead};

use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};

/// The declaration has to end within this many bytes, or it is none.
const LONGEST_DECLARATION: usize = 512;
const DECLARATION: &[u8] = b"<?xml";
/// So many bytes are enough to know whether there is a mark, and of what.
const LONGEST_MARK: usize = 4;
const UTF_8_MARK: &[u8] = b"\xEF\xBB\xBF";
/// Beginnings of documents in encodings whose declaration cannot be read byte by byte.
const WIDE: [(&[u8], &str); 8] = [
    (b"\0\0\xFE\xFF", "UTF-32"),
    (b"\xFF\xFE\0\0", "UTF-32"),
    (b"\0\0\0<", "UTF-32"),
    (b"<\0\0\0", "UTF-32"),
    (b"\xFE\xFF", "UTF-16"),
    (b"\xFF\xFE", "UTF-16"),
    (b"\0<", "UTF-16"),
    (b"<\0", "UTF-16"),
];

/// The encoding, and the bytes of the document that were taken to find it out, without a byte order mark.
#[derive(Debug)]
pub(super) struct Detected {
    /// The encoding.
    pub encoding: &'static Encoding,
    /// Bytes at the beginning that are not read.
    pub mark_bytes: usize,
    /// The bytes after them that were taken from the source.
    pub head: Vec<u8>,
}

/// Why there is no encoding.
#[derive(Debug)]
pub(super) enum Undetected {
    /// It is not read.
    Unknown(String),
    /// The source failed.
    Source(io::Error),
}

/// Finds the encoding. A byte order mark is believed more than the declaration.
pub(super) fn detect(source: &mut impl BufRead) -> Result<Detected, Undetected> {
    let mut head = take_head(source).map_err(Undetected::Source)?;
    if let Some((_, name)) = WIDE.iter().find(|(beginning, _)| head.starts_with(beginning)) {
        return Err(Undetected::Unknown((*name).to_owned()));
    }
    if head.starts_with(UTF_8_MARK) {
        head.drain(..UTF_8_MARK.len());
        return Ok(Detected { encoding: UTF_8, mark_bytes: UTF_8_MARK.len(), head });
    }
    let encoding = match declared(&head) {
        None => UTF_8,
        Some(name) => by_name(&name).ok_or(Undetected::Unknown(name))?,
    };
    Ok(Detected { encoding, mark_bytes: 0, head })
}

/// The first bytes, to the end of the declaration at least.
fn take_head(source: &mut impl BufRead) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    while !is_head(&head) {
        let more = match source.fill_buf() {
            Ok(more) => more,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        let taken = more.len().min(LONGEST_DECLARATION);
        if taken == 0 {
            break;
        }
        head.extend(more.iter().take(taken));
        source.consume(taken);
    }
    Ok(head)
}

/// Whether the encoding can be known from these first bytes.
fn is_head(head: &[u8]) -> bool {
    let can_be_declared = DECLARATION.starts_with(head) || head.starts_with(DECLARATION);
    let is_whole = head.len() >= LONGEST_DECLARATION || head.windows(2).any(|pair| pair == b"?>");
    head.len() >= LONGEST_MARK && (is_whole || !can_be_declared)
}

/// The encoding in the declaration.
fn declared(head: &[u8]) -> Option<String> {
    let head = head.strip_prefix(DECLARATION)?;
    let end = head.windows(2).position(|pair| pair == b"?>")?;
    let declaration: String = head.iter().take(end).copied().map(char::from).collect();
    let (_, value) = declaration.split_once("encoding")?;
    let value = value.trim_start().strip_prefix('=')?.trim_start();
    let quote = value.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
    value.split(quote).nth(1).map(|name| name.chars().take(40).collect())
}

fn by_name(name: &str) -> Option<&'static Encoding> {
    let is = |names: &[&str]| names.iter().any(|known| known.eq_ignore_ascii_case(name));
    if is(&["utf-8", "utf8", "us-ascii"]) {
        Some(UTF_8)
    } else if is(&["iso-8859-1", "iso_8859-1", "latin1", "windows-1252", "cp1252"]) {
        // They differ in what is no character at all in ISO-8859-1, and there windows-1252 is what was meant.
        Some(WINDOWS_1252)
    } else {
        None
    }
}
