//! What is wrong with a WSDL, and where.

use std::fmt;

use roxmltree::{Node, TextPos};

use super::sources::Source;

/// Why a WSDL cannot be used: the file, the place in it, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WsdlError {
    /// The file, as it was named or found.
    pub file: String,
    /// Line and column, both from 1; `None` where the whole file is meant.
    pub position: Option<(u32, u32)>,
    /// The element meant, from the root: `definitions/types/schema/element[AddNotice]`; empty where the whole file is meant.
    pub path: String,
    /// What is wrong.
    pub message: String,
}

impl WsdlError {
    pub(in crate::formats::soap) fn of_file(file: &str, message: impl Into<String>) -> Self {
        Self { file: file.to_owned(), position: None, path: String::new(), message: message.into() }
    }

    pub(super) fn of_text(file: &str, at: TextPos, message: impl Into<String>) -> Self {
        Self { position: Some((at.row, at.col)), ..Self::of_file(file, message) }
    }

    /// An error at an element. The file is found by the document that the element belongs to.
    pub(in crate::formats::soap) fn at(files: &[Source], node: Node<'_, '_>, message: impl Into<String>) -> Self {
        let text = node.document().input_text();
        let file = files.iter().find(|file| std::ptr::eq(file.text.as_str(), text)).map_or("", |file| &file.name);
        let position = node.document().text_pos_at(node.range().start);
        Self { path: path_of(node), ..Self::of_text(file, position, message) }
    }
}

fn path_of(node: Node<'_, '_>) -> String {
    let mut steps: Vec<String> = node.ancestors().filter(Node::is_element).map(step).collect();
    steps.reverse();
    steps.join("/")
}

fn step(node: Node<'_, '_>) -> String {
    let tag = node.tag_name().name();
    node.attribute("name").map_or_else(|| tag.to_owned(), |name| format!("{tag}[{name}]"))
}

impl fmt::Display for WsdlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some((line, column)) = self.position {
            write!(f, ":{line}:{column}")?;
        }
        write!(f, ": {}", self.message)?;
        if self.path.is_empty() { Ok(()) } else { write!(f, " (at {})", self.path) }
    }
}

impl std::error::Error for WsdlError {}
