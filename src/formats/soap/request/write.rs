//! Writing XML: escaped, and with one prefix for each namespace, declared once at the envelope.

use std::fmt::Write;

use quick_xml::escape::{escape, partial_escape};

use super::super::{
    envelope::{SOAP, XSI},
    name::{Name, XML},
};

/// XML that is being written.
#[derive(Debug, Default)]
pub(super) struct Out {
    text: String,
    /// The namespaces used so far; the prefix is `n` and the place, from 1.
    namespaces: Vec<String>,
    has_nil: bool,
}

impl Out {
    /// Begins an element; its attributes may follow, then [`Out::inside`] or [`Out::empty`]. Returns the tag for [`Out::close`].
    pub fn open(&mut self, name: &Name) -> String {
        let tag = self.qualified(name);
        self.text.push('<');
        self.text.push_str(&tag);
        tag
    }

    /// An attribute of the element that was begun.
    pub fn attribute(&mut self, name: &Name, value: &str) {
        let name = self.qualified(name);
        self.raw_attribute(&name, value);
    }

    /// Says that the element that was begun has no value.
    pub fn nil(&mut self) {
        self.has_nil = true;
        self.raw_attribute("xsi:nil", "true");
    }

    fn raw_attribute(&mut self, name: &str, value: &str) {
        push_attribute(&mut self.text, name, value);
    }

    /// Ends the start tag.
    pub fn inside(&mut self) {
        self.text.push('>');
    }

    /// Ends the start tag of an element without content.
    pub fn empty(&mut self) {
        self.text.push_str("/>");
    }

    /// Text inside of an element.
    pub fn text(&mut self, text: &str) {
        self.text.push_str(&partial_escape(text));
    }

    /// Ends an element.
    pub fn close(&mut self, tag: &str) {
        self.text.push_str("</");
        self.text.push_str(tag);
        self.text.push('>');
    }

    /// What was written; the prefixes stay known.
    pub fn take(&mut self) -> String {
        std::mem::take(&mut self.text)
    }

    fn qualified(&mut self, name: &Name) -> String {
        match name.namespace.as_str() {
            "" => name.local.clone(),
            XML => format!("xml:{}", name.local),
            namespace => {
                let known = self.namespaces.iter().position(|known| known == namespace);
                let at = known.unwrap_or_else(|| {
                    self.namespaces.push(namespace.to_owned());
                    self.namespaces.len() - 1
                });
                format!("n{}:{}", at + 1, name.local)
            }
        }
    }

    /// The envelope around a head and a body that were written before.
    pub fn envelope(&self, head: &str, body: &str) -> String {
        let mut whole = String::with_capacity(head.len() + body.len() + 512);
        whole.push_str("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<soapenv:Envelope");
        push_attribute(&mut whole, "xmlns:soapenv", SOAP);
        if self.has_nil {
            push_attribute(&mut whole, "xmlns:xsi", XSI);
        }
        for (at, namespace) in self.namespaces.iter().enumerate() {
            push_attribute(&mut whole, &format!("xmlns:n{}", at + 1), namespace);
        }
        whole.push('>');
        if !head.is_empty() {
            // Writing to a string does not fail.
            let _ = write!(whole, "<soapenv:Header>{head}</soapenv:Header>");
        }
        let _ = write!(whole, "<soapenv:Body>{body}</soapenv:Body></soapenv:Envelope>");
        whole
    }
}

fn push_attribute(out: &mut String, name: &str, value: &str) {
    // A reader turns tabs and line ends in attributes into blanks, unless they are references.
    let value = escape(value).replace('\t', "&#9;").replace('\n', "&#10;");
    let _ = write!(out, " {name}=\"{value}\"");
}
