//! Writing XML: escaped, and without the characters that XML cannot hold.

use quick_xml::escape::{escape, partial_escape};

use super::element::is_xml_char;

/// XML that is being written.
#[derive(Debug)]
pub(super) struct XmlOut {
    text: String,
    notes: Vec<String>,
}

impl XmlOut {
    /// Begins a document.
    pub fn new() -> Self {
        Self { text: "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n".to_owned(), notes: Vec::new() }
    }

    /// An element with what `inside` writes.
    pub fn element(&mut self, name: &str, inside: impl FnOnce(&mut Self)) {
        self.element_with(name, &[], inside);
    }

    /// The same with attributes.
    pub fn element_with(&mut self, name: &str, attributes: &[(&str, &str)], inside: impl FnOnce(&mut Self)) {
        self.begin_tag(name, attributes);
        self.text.push('>');
        inside(self);
        self.text.push_str("</");
        self.text.push_str(name);
        self.text.push('>');
    }

    /// An element without content.
    pub fn empty(&mut self, name: &str, attributes: &[(&str, &str)]) {
        self.begin_tag(name, attributes);
        self.text.push_str("/>");
    }

    /// An element with text of one line: line ends become blanks.
    pub fn line(&mut self, name: &str, text: &str) {
        let line = text.replace("\r\n", " ").replace(['\r', '\n'], " ");
        self.text_element(name, &line);
    }

    /// An element with a `P` for each line of a text.
    pub fn paragraphs(&mut self, name: &str, text: &str) {
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        self.element(name, |out| {
            if !text.is_empty() {
                text.split('\n').for_each(|line| out.text_element("P", line));
            }
        });
    }

    /// What was written, and what had to be left out.
    pub fn finish(self) -> (Vec<u8>, Vec<String>) {
        (self.text.into_bytes(), self.notes)
    }

    fn begin_tag(&mut self, name: &str, attributes: &[(&str, &str)]) {
        self.text.push('<');
        self.text.push_str(name);
        for (name, value) in attributes {
            self.text.push(' ');
            self.text.push_str(name);
            self.text.push_str("=\"");
            self.text.push_str(&escape(*value));
            self.text.push('"');
        }
    }

    fn text_element(&mut self, name: &str, text: &str) {
        let legal: String = text.chars().filter(|c| is_xml_char(*c)).collect();
        if legal.len() < text.len() {
            self.notes.push(format!("characters that XML cannot hold are left out of a {name}"));
        }
        self.element(name, |out| out.text.push_str(&partial_escape(&legal)));
    }
}
