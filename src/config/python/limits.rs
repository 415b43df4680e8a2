//! What is refused before a parser sees it, and what is refused after: a syntax tree of 20,000 levels overflows the stack when it is
//! dropped, and one of a million takes gigabytes to be made.
//!
//! The look before is cheap and knows of Python only what strings, comments and brackets are. It counts brackets, and the signs and
//! words that can nest without any (`- - - x`, `a.b.c`, `lambda: lambda: 1`). What it cannot follow, f-strings, is bounded by its length.
//! The look after is exact, and a tree that is too deep is then forgotten instead of dropped.

use std::{ops::Range, sync::Arc};

use ruff_python_ast::{
    AnyNodeRef, ModModule,
    visitor::source_order::{SourceOrderVisitor, TraversalSignal},
};

use crate::config::{
    diagnostic::Diagnostic,
    place::{Place, Source},
};

/// The longest file; a configuration of a hundred rules has some 30 KiB.
pub const MOST_BYTES: usize = 1 << 20;
/// How deep brackets may stand in each other.
pub const DEEPEST: usize = 64;
/// Signs between two commas, brackets of the same level, or line ends outside of brackets.
const MOST_SIGNS: usize = 2_000;
/// Blanks before a statement: blocks nest no deeper than that.
const MOST_INDENT: usize = 100;
/// `lambda` nests across commas.
const MOST_LAMBDAS: usize = 64;
/// Bytes from the first f-string to the end of the file.
const MOST_BEHIND_F_STRING: usize = 32 << 10;
/// Levels of the syntax tree: each bracket is up to three (a list, a call, its arguments).
const DEEPEST_TREE: usize = 4 * DEEPEST;

/// Looks at a text before it is parsed.
pub(super) fn check(source: &Arc<Source>) -> Result<(), Diagnostic> {
    let text = source.text.as_bytes();
    let error = |code, message: String, span: Range<usize>| {
        let place = Place::File { source: Arc::clone(source), span };
        Err(Diagnostic::error(code, message, place).hint("a configuration is a text of settings and rules, and flat"))
    };
    if text.len() > MOST_BYTES {
        return Err(super::too_long(source.name.clone(), text.len()));
    }
    if let Some(at) = text.iter().position(|byte| *byte == 0) {
        return error("config::encoding", format!("there is a NUL byte at offset {at}"), at..at + 1);
    }
    match (Scan { text, at: 0, open: vec![0], lambdas: 0 }).run() {
        None => Ok(()),
        Some((at, what)) => error("python::too_deep", what, at..at + 1),
    }
}

struct Scan<'t> {
    text: &'t [u8],
    at: usize,
    /// For each open bracket, and for the file itself: the signs since the last comma.
    open: Vec<usize>,
    lambdas: usize,
}

impl Scan<'_> {
    /// The first place that is too much, and why.
    fn run(mut self) -> Option<(usize, String)> {
        if self.indent_at(0) > MOST_INDENT {
            return Some((0, too_indented()));
        }
        while let Some(byte) = self.text.get(self.at).copied() {
            let here = self.at;
            match byte {
                b'#' => self.skip_comment(),
                b'"' | b'\'' => self.skip_string(),
                b'(' | b'[' | b'{' => {
                    self.open.push(0);
                    self.at += 1;
                    if self.open.len() > DEEPEST + 1 {
                        return Some((here, format!("brackets are nested more than {DEEPEST} deep")));
                    }
                }
                b')' | b']' | b'}' => {
                    if self.open.len() > 1 {
                        self.open.pop();
                    }
                    self.at += 1;
                    self.count();
                }
                b',' => {
                    self.at += 1;
                    self.forget();
                }
                b'\n' | b'\r' => {
                    self.at += 1;
                    if self.open.len() == 1 {
                        self.forget();
                        if self.indent_at(self.at) > MOST_INDENT {
                            return Some((self.at, too_indented()));
                        }
                    }
                }
                b'\\' => self.at += 2,
                byte if byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80 => {
                    if let Some(what) = self.word() {
                        return Some((here, what));
                    }
                }
                byte => {
                    self.at += 1;
                    if !byte.is_ascii_whitespace() {
                        self.count();
                    }
                }
            }
            if self.open.last().is_some_and(|signs| *signs > MOST_SIGNS) {
                return Some((here, format!("this expression has more than {MOST_SIGNS} parts")));
            }
        }
        None
    }

    fn count(&mut self) {
        if let Some(signs) = self.open.last_mut() {
            *signs += 1;
        }
    }

    fn forget(&mut self) {
        if let Some(signs) = self.open.last_mut() {
            *signs = 0;
        }
    }

    /// A name, keyword or number; it may be the prefix of a string.
    fn word(&mut self) -> Option<String> {
        let start = self.at;
        let part = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_' || *byte >= 0x80;
        self.at += self.text[start..].iter().take_while(|byte| part(byte)).count();
        self.count();
        let word = &self.text[start..self.at];
        self.lambdas += usize::from(word == b"lambda");
        if self.lambdas > MOST_LAMBDAS {
            return Some(format!("there are more than {MOST_LAMBDAS} of `lambda`, which is not allowed at all"));
        }
        let quoted = matches!(self.text.get(self.at), Some(b'"' | b'\''));
        let formatted = quoted && word.len() <= 2 && word.iter().any(|byte| matches!(byte.to_ascii_lowercase(), b'f' | b't'));
        let rest = self.text.len() - start;
        (formatted && rest > MOST_BEHIND_F_STRING).then(|| "f-strings are not allowed".to_owned())
    }

    fn skip_comment(&mut self) {
        self.at += self.text[self.at..].iter().take_while(|byte| !matches!(byte, b'\n' | b'\r')).count();
    }

    /// To the end of a string; one that is not closed ends with its line, or with the file.
    fn skip_string(&mut self) {
        let quote = self.text[self.at];
        let long = self.text[self.at..].starts_with(&[quote; 3]);
        let width = if long { 3 } else { 1 };
        self.at += width;
        while let Some(byte) = self.text.get(self.at).copied() {
            if self.text[self.at..].starts_with(&[quote; 3][..width]) {
                self.at += width;
                return;
            }
            if !long && matches!(byte, b'\n' | b'\r') {
                return;
            }
            // Raw strings too: there a backslash keeps the quote behind it from ending them.
            self.at += if byte == b'\\' { 2 } else { 1 };
        }
    }

    fn indent_at(&self, at: usize) -> usize {
        let rest = self.text.get(at..).unwrap_or_default();
        let indent = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | 0x0c)).count();
        // Blank lines and comments have no depth.
        if matches!(rest.get(indent), None | Some(b'#' | b'\n' | b'\r')) { 0 } else { indent }
    }
}

fn too_indented() -> String {
    format!("this line is indented by more than {MOST_INDENT} blanks")
}

/// Whether a syntax tree is deeper than may be walked or dropped.
pub(super) fn first_too_deep(module: &ModModule) -> Option<Range<usize>> {
    let mut depth = Depth { now: 0, too_deep: None };
    let node = AnyNodeRef::from(module);
    depth.enter_node(node);
    for statement in &module.body {
        depth.visit_stmt(statement);
    }
    depth.too_deep
}

struct Depth {
    now: usize,
    too_deep: Option<Range<usize>>,
}

impl<'a> SourceOrderVisitor<'a> for Depth {
    fn enter_node(&mut self, node: AnyNodeRef<'a>) -> TraversalSignal {
        use ruff_text_size::Ranged;
        self.now += 1;
        if self.now <= DEEPEST_TREE {
            return TraversalSignal::Traverse;
        }
        self.too_deep.get_or_insert_with(|| node.range().to_std_range());
        TraversalSignal::Skip
    }

    fn leave_node(&mut self, _node: AnyNodeRef<'a>) {
        self.now = self.now.saturating_sub(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: impl Into<String>) -> Option<Diagnostic> {
        check(&Arc::new(Source { name: "t.py".to_owned(), text: text.into() })).err()
    }

    #[test]
    fn nesting_is_counted_outside_of_strings_and_comments() {
        assert_eq!(refused(format!("a = {}1{}", "(".repeat(64), ")".repeat(64))), None);
        assert!(refused(format!("a = {}", "[".repeat(65))).unwrap().message.contains("64 deep"));
        for hidden in ["'''\n((('\"((\n'''", "\"(\\\"((\"", "r'((\\'(('", "1 # ((("] {
            assert_eq!(refused(format!("a = {hidden}\n").repeat(100)), None, "{hidden}");
        }
        // A string that is not closed hides no more than its line.
        assert!(refused(format!("a = 'open\nb = {}", "(".repeat(65))).is_some());
    }

    #[test]
    fn what_nests_without_brackets_is_bounded_too() {
        for long in [
            format!("a = {}1", "-".repeat(3_000)),
            format!("a = {}1", "not ".repeat(3_000)),
            format!("a = b{}", ".b".repeat(3_000)),
            format!("a = b{}", "[0]".repeat(3_000)),
            format!("a = b{}", " + b".repeat(3_000)),
            format!("a = {}", "lambda a, b: ".repeat(100)),
            (0..200).map(|depth| " ".repeat(depth) + "if a:\n").collect::<String>(),
        ] {
            assert_eq!(refused(long.clone()).unwrap().code, "python::too_deep", "{}", &long[..20]);
        }
        assert_eq!(refused(format!("a = ({})", "'x', -1, b.c,\n".repeat(9_000))), None);
    }
}
