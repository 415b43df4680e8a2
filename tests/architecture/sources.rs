//! The sources of the library, without comments, texts and tests.

use std::path::{Path, PathBuf};

/// One file.
pub struct Source {
    /// Its path, for messages.
    pub name: String,
    /// The module that it is: `["sync", "rules", "check"]`.
    pub module: Vec<String>,
    /// Its code: comments and the contents of texts blanked out, tests cut off; lines keep their numbers.
    pub code: String,
    /// Lines of the whole file.
    pub lines: usize,
}

/// All files of `src/` that are no tests.
pub fn all() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    gather(&root, &mut files);
    files.sort();
    assert!(files.len() > 80, "only {} files below {}", files.len(), root.display());
    files.iter().map(|file| read(&root, file)).collect()
}

fn gather(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            gather(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") && !is_test(&path) {
            files.push(path);
        }
    }
}

/// Files and folders that hold nothing but tests.
fn is_test(path: &Path) -> bool {
    path.with_extension("").iter().any(|part| part == "tests" || part == "properties")
}

fn read(root: &Path, file: &Path) -> Source {
    let text = std::fs::read_to_string(file).unwrap();
    let relative = file.strip_prefix(root).unwrap().with_extension("");
    let mut module: Vec<String> = relative.iter().map(|part| part.to_str().unwrap().to_owned()).collect();
    if module.last().is_some_and(|last| last == "mod") {
        module.pop();
    }
    Source { name: file.display().to_string(), module, code: without_tests(&blanked(&text)), lines: text.lines().count() }
}

/// Test modules stand at the end of a file.
fn without_tests(code: &str) -> String {
    let end = code.find("#[cfg(test)]\nmod").or_else(|| code.find("#[cfg(test)]\npub(super) mod"));
    let end = end.into_iter().chain(code.find("#[cfg(test)]\npub(crate) mod work")).min();
    let end = end.or_else(|| code.find("#[cfg(test)]\npub(crate) mod"));
    code[..end.unwrap_or(code.len())].to_owned()
}

/// The text with comments and the contents of string literals replaced by blanks.
pub fn blanked(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    let keep_lines = |range: &[char]| range.iter().map(|c| if *c == '\n' { '\n' } else { ' ' }).collect::<String>();
    while at < chars.len() {
        let end = if chars[at..].starts_with(&['/', '/']) {
            chars[at..].iter().position(|c| *c == '\n').map_or(chars.len(), |length| at + length)
        } else if chars[at] == '"' {
            string_end(&chars, at + 1)
        } else if let Some(end) = raw_string_end(&chars, at) {
            end
        } else if chars[at] == '\'' && (chars.get(at + 2) == Some(&'\'') || chars.get(at + 1) == Some(&'\\')) {
            // A character, not a lifetime: it may be a quote.
            let closing = chars[at + 2..].iter().position(|c| *c == '\'').map_or(chars.len(), |length| at + 3 + length);
            closing.min(chars.len())
        } else {
            out.push(chars[at]);
            at += 1;
            continue;
        };
        out.push_str(&keep_lines(&chars[at..end]));
        at = end;
    }
    out
}

fn string_end(chars: &[char], mut at: usize) -> usize {
    while at < chars.len() && chars[at] != '"' {
        at += if chars[at] == '\\' { 2 } else { 1 };
    }
    (at + 1).min(chars.len())
}

/// The end of `r"…"` or `r#"…"#`, if one begins here.
fn raw_string_end(chars: &[char], at: usize) -> Option<usize> {
    let in_word = at > 0 && (chars[at - 1].is_alphanumeric() || chars[at - 1] == '_') && chars[at - 1] != 'b';
    if chars[at] != 'r' || in_word {
        return None;
    }
    let hashes = chars[at + 1..].iter().take_while(|c| **c == '#').count();
    if chars.get(at + 1 + hashes) != Some(&'"') {
        return None;
    }
    let closing: Vec<char> = std::iter::once('"').chain(std::iter::repeat_n('#', hashes)).collect();
    let body = at + 2 + hashes;
    let length = chars[body..].windows(closing.len()).position(|window| window == closing)?;
    Some(body + length + closing.len())
}

#[test]
fn what_is_no_code_is_not_read() {
    let shown = blanked("a(\"crate::x\\\"\"); // crate::y\nb(r#\"crate::\"z\"#); c('\"', crate::w);");
    assert_eq!(shown.matches("crate::").count(), 1, "{shown}");
    assert!(shown.contains("crate::w"), "{shown}");
    assert_eq!(without_tests("a\n#[cfg(test)]\nmod tests { crate::x }"), "a\n");
}
