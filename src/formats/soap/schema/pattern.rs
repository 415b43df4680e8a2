//! Patterns of a schema, as far as a small engine for regular expressions can do them.

use regex_lite::{Regex, RegexBuilder};

/// The most memory that one compiled pattern may take, in bytes.
const MOST_PATTERN_BYTES: usize = 256 * 1024;

/// Translates a pattern of XML Schema, which always means the whole text. `None` for one that cannot be checked here: character
/// classes by Unicode property or of XML names (`\p`, `\i`, `\c`, `\w` and their opposites), and classes taken from classes.
pub(super) fn compile(pattern: &str) -> Option<Regex> {
    let translated = translate(pattern)?;
    RegexBuilder::new(&format!("^(?:{translated})$")).size_limit(MOST_PATTERN_BYTES).build().ok()
}

fn translate(pattern: &str) -> Option<String> {
    let mut out = String::with_capacity(pattern.len());
    let mut in_class = false;
    let mut chars = pattern.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' => {
                let escaped = chars.next()?;
                if !matches!(escaped, 'd' | 's' | 'S' | 'n' | 'r' | 't') && escaped.is_alphanumeric() {
                    return None;
                }
                out.extend(['\\', escaped]);
            }
            '[' if in_class => return None,
            '[' => {
                in_class = true;
                out.push('[');
                if chars.next_if_eq(&'^').is_some() {
                    out.push('^');
                }
            }
            ']' => {
                in_class = false;
                out.push(']');
            }
            // Means itself in a schema, and something else in the engine.
            '&' | '~' if in_class => out.extend(['\\', c]),
            '^' | '$' => out.extend(['\\', c]),
            '(' if chars.peek() == Some(&'?') => return None,
            '.' if !in_class => out.push_str("[^\\n\\r]"),
            c => out.push(c),
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, text: &str) -> Option<bool> {
        compile(pattern).map(|regex| regex.is_match(text))
    }

    #[test]
    fn a_pattern_means_the_whole_text() {
        assert_eq!(matches("[A-Z]{2}", "AB"), Some(true));
        assert_eq!(matches("[A-Z]{2}", "ABC"), Some(false));
        assert_eq!(matches("a|b", "ab"), Some(false));
        assert_eq!(matches(r"\d+(\.\d{1,2})?", "12.34"), Some(true));
    }

    #[test]
    fn what_means_itself_in_a_schema_does() {
        assert_eq!(matches("^a$", "^a$"), Some(true));
        assert_eq!(matches("[a&~]+", "&~a"), Some(true));
        assert_eq!(matches("[^a]", "b"), Some(true));
        assert_eq!(matches("a.b", "a\nb"), Some(false));
    }

    #[test]
    fn what_cannot_be_checked_is_not_checked_wrongly() {
        for pattern in [r"\p{L}+", r"\i\c*", r"\w+", "[a-z-[aeiou]]", "(?i)a", "(a", r"a\", "a{1000}{1000}{1000}"] {
            assert_eq!(matches(pattern, "a"), None, "{pattern}");
        }
    }
}
