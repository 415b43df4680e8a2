//! Names in XML, and which characters XML can hold at all.

use std::fmt;

/// The namespace of `xml:lang` and `xml:space`, whose prefix needs no declaration.
pub(super) const XML: &str = "http://www.w3.org/XML/1998/namespace";

/// The name of an element or a type: a namespace and a local part.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Name {
    /// The namespace; empty where there is none.
    pub namespace: String,
    /// The local part.
    pub local: String,
}

impl Name {
    /// A name in a namespace.
    pub(super) fn new(namespace: impl Into<String>, local: impl Into<String>) -> Self {
        Self { namespace: namespace.into(), local: local.into() }
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.namespace.as_str() {
            "" => f.write_str(&self.local),
            namespace => write!(f, "{{{namespace}}}{}", self.local),
        }
    }
}

/// The candidate that was probably meant; `None` when none is near.
pub(super) fn nearest<'a>(word: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let nearest = candidates.map(|candidate| (strsim::damerau_levenshtein(word, candidate), candidate)).min()?;
    (nearest.0 <= (word.chars().count() / 3).max(1)).then_some(nearest.1)
}

/// `; did you mean X?`, or nothing.
pub(super) fn suggestion(near: Option<&str>) -> String {
    near.map(|near| format!("; did you mean {near}?")).unwrap_or_default()
}

/// Whether a character may stand in an XML 1.0 document (section 2.2, `Char`).
pub(super) fn is_xml_char(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..)
}

/// Whether a text is a name without colon (Namespaces in XML 1.0, `NCName`), leaving out the rarer letters of XML's table.
pub(super) fn is_ncname(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next().is_some_and(|c| c.is_alphabetic() || c == '_')
        && chars.all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '\u{B7}'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_near_name_is_suggested_and_a_far_one_is_not() {
        let names = ["AddNotice", "AddDocument"];
        assert_eq!(nearest("AddNotise", names.into_iter()), Some("AddNotice"));
        assert_eq!(nearest("Delete", names.into_iter()), None);
    }

    #[test]
    fn xml_holds_tabs_and_line_ends_and_no_other_control_character() {
        assert!(['\t', '\n', '\r', ' ', 'ä', '\u{1F600}'].into_iter().all(is_xml_char));
        assert!(!['\0', '\u{1}', '\u{1F}', '\u{FFFE}', '\u{FFFF}'].into_iter().any(is_xml_char));
    }

    #[test]
    fn names_begin_with_a_letter() {
        assert!(["a", "_x", "Größe", "a-b.c1"].into_iter().all(is_ncname));
        assert!(!["", "1a", "-a", "a:b", "a b", "<a"].into_iter().any(is_ncname));
    }
}
