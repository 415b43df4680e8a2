//! The files of a configuration: which ones are meant, and their texts.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{
    diagnostic::Diagnostic,
    place::{Place, Source},
    python,
};

/// Reads the files that `-c` names (a folder stands for all `.toml` and `.py` files in it, in order of name).
///
/// # Errors
/// A file that cannot be read, as a finding.
pub fn read_sources(paths: &[PathBuf]) -> Result<Vec<Arc<Source>>, Diagnostic> {
    let mut sources = Vec::new();
    for path in paths {
        for file in expand(path)? {
            let bytes = std::fs::read(&file).map_err(|error| unreadable(&file, &error))?;
            sources.push(Arc::new(decode(file.display().to_string(), &bytes)?));
        }
    }
    Ok(sources)
}

/// The text of a file, which has to be UTF-8; a byte order mark before it is dropped.
///
/// # Errors
/// Bytes that are no UTF-8, with their place; more than any Python file may have.
pub fn decode(name: String, bytes: &[u8]) -> Result<Source, Diagnostic> {
    if python::is_python(&name) && bytes.len() > python::MOST_BYTES {
        return Err(python::too_long(name, bytes.len()));
    }
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(Source { name, text: text.to_owned() }),
        Err(error) => Err(not_utf8(name, bytes, error.valid_up_to())),
    }
}

fn not_utf8(name: String, bytes: &[u8], at: usize) -> Diagnostic {
    let line = bytes.iter().take(at).filter(|byte| **byte == b'\n').count() + 1;
    let byte = bytes.get(at).copied().unwrap_or_default();
    let message = format!("this file is not UTF-8: byte 0x{byte:02X} at offset {at}, in line {line}");
    // Up to the first wrong byte, both texts have the same offsets.
    let source = Arc::new(Source { name, text: String::from_utf8_lossy(bytes).into_owned() });
    let span = at..at + char::REPLACEMENT_CHARACTER.len_utf8();
    Diagnostic::error("config::encoding", message, Place::File { source, span })
        .hint("save it as UTF-8; from Latin-1: iconv -f LATIN1 -t UTF-8 FILE")
}

fn expand(path: &Path) -> Result<Vec<PathBuf>, Diagnostic> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let entries = std::fs::read_dir(path).map_err(|error| unreadable(path, &error))?;
    let mut files: Vec<PathBuf> = entries
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|file| file.extension().is_some_and(|extension| extension == "toml" || extension == "py"))
        .collect();
    files.sort();
    if files.is_empty() {
        let message = format!("the folder {} holds no .toml or .py file", path.display());
        return Err(Diagnostic::error("config::file", message, Place::Default));
    }
    Ok(files)
}

fn unreadable(path: &Path, error: &std::io::Error) -> Diagnostic {
    let message = format!("cannot read the configuration {}: {error}", path.display());
    Diagnostic::error("config::file", message, Place::Default)
        .hint("name it with -c FILE, or start with config-example/roundup-jira.toml")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_byte_order_mark_is_dropped_and_other_encodings_are_told_with_their_place() {
        assert_eq!(decode("a.toml".to_owned(), b"\xEF\xBB\xBFa = 1").unwrap().text, "a = 1");
        for name in ["a.toml", "a.py"] {
            let refused = decode(name.to_owned(), b"a = 1\nb = 'gr\xFC\xDFe'").unwrap_err();
            assert_eq!(refused.code, "config::encoding");
            assert_eq!(refused.place.line_and_column(), Some((2, 8)));
            assert!(refused.message.contains("0xFC at offset 13, in line 2"), "{}", refused.message);
            assert!(refused.render(false).contains(name));
        }
    }
}
