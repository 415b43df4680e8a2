//! SOAP headers, as the caller knows them: a WSDL seldom describes them.

use super::{Findings, content::check_characters, write::Out};
use crate::formats::soap::{
    limits::DEEPEST_MESSAGE,
    name::{Name, is_ncname},
};

/// An element of the SOAP header, or a part of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeaderBlock {
    name: Name,
    content: Content,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Content {
    Text(String),
    Blocks(Vec<HeaderBlock>),
}

impl HeaderBlock {
    /// One that holds text. An empty namespace is none.
    #[must_use]
    pub fn text(namespace: impl Into<String>, name: impl Into<String>, text: impl Into<String>) -> Self {
        Self { name: Name::new(namespace, name), content: Content::Text(text.into()) }
    }

    /// One that holds others.
    #[must_use]
    pub fn blocks(namespace: impl Into<String>, name: impl Into<String>, blocks: Vec<Self>) -> Self {
        Self { name: Name::new(namespace, name), content: Content::Blocks(blocks) }
    }

    pub(super) fn write(&self, out: &mut Out, path: &str, depth: usize, findings: &mut Findings) {
        let path = format!("{path}/{}", self.name.local);
        if !is_ncname(&self.name.local) {
            return findings.add(&path, "is not a name that XML can hold");
        }
        if depth >= DEEPEST_MESSAGE {
            return findings.add(&path, format!("is nested more than {DEEPEST_MESSAGE} deep"));
        }
        check_characters(&self.name.namespace, &path, findings);
        let tag = out.open(&self.name);
        out.inside();
        match &self.content {
            Content::Text(text) => {
                check_characters(text, &path, findings);
                out.text(text);
            }
            Content::Blocks(blocks) => blocks.iter().for_each(|block| block.write(out, &path, depth + 1, findings)),
        }
        out.close(&tag);
    }
}
