//! Rich text as plain text: a line for each paragraph.

use super::element::{Element, Node};

/// What stands on lines of its own, even without a paragraph in it.
const BLOCKS: [&str; 14] = [
    "LIST",
    "ITEM",
    "UL",
    "OL",
    "LI",
    "DEF-LIST",
    "DEF-ITEM",
    "LABELED-LIST",
    "LABELED-ITEM",
    "TABLE",
    "ROW",
    "ENTRY",
    "VERBATIM",
    "NOTE",
];
/// What is no text, wherever it stands.
const NO_TEXT: [&str; 1] = ["XDOC"];

/// The text of an element. Each `P` is a line, in which blanks and line ends come to one blank, and an empty `P` is an empty line. Lists
/// and tables are lines, too, `BR` ends one, and all other markup is dropped. Without any `P` the text is as it is, without blanks around.
pub(super) fn rich_text(element: &Element) -> String {
    rich_text_without(element, &[])
}

/// The same without some of the elements directly in it.
pub(super) fn rich_text_without(element: &Element, left_out: &[&str]) -> String {
    let nodes = || {
        element.nodes.iter().filter(|node| match node {
            Node::Element(inner) => !left_out.contains(&inner.name.as_str()),
            Node::Text(_) => true,
        })
    };
    if nodes().any(|node| matches!(node, Node::Element(inner) if has_paragraph(inner))) {
        let mut lines = Lines::default();
        nodes().for_each(|node| lines.node(node));
        lines.end_begun();
        return lines.done.join("\n");
    }
    let mut text = String::new();
    nodes().for_each(|node| push_as_is(node, &mut text));
    text.trim().to_owned()
}

fn has_paragraph(element: &Element) -> bool {
    element.name == "P" || element.elements().any(has_paragraph)
}

fn push_as_is(node: &Node, text: &mut String) {
    match node {
        Node::Text(piece) => text.push_str(piece),
        Node::Element(element) if element.name == "BR" => text.push('\n'),
        Node::Element(element) if NO_TEXT.contains(&element.name.as_str()) => {}
        Node::Element(element) => element.nodes.iter().for_each(|node| push_as_is(node, text)),
    }
}

/// Lines that are being put together.
#[derive(Default)]
struct Lines {
    done: Vec<String>,
    /// The line that was begun.
    begun: String,
    /// Whether a blank follows, if anything else does.
    has_blank: bool,
}

impl Lines {
    fn node(&mut self, node: &Node) {
        match node {
            Node::Text(text) => self.text(text),
            Node::Element(element) => match element.name.as_str() {
                "P" => self.paragraph(element),
                "BR" => self.end(),
                name if NO_TEXT.contains(&name) => {}
                name if BLOCKS.contains(&name) => {
                    self.end_begun();
                    self.inside(element);
                    self.end_begun();
                }
                _ => self.inside(element),
            },
        }
    }

    fn inside(&mut self, element: &Element) {
        element.nodes.iter().for_each(|node| self.node(node));
    }

    fn paragraph(&mut self, element: &Element) {
        self.end_begun();
        let before = self.done.len();
        self.inside(element);
        if self.done.len() == before { self.end() } else { self.end_begun() }
    }

    fn text(&mut self, text: &str) {
        for c in text.chars() {
            // A no-break space is none of them.
            if matches!(c, ' ' | '\t' | '\n' | '\r') {
                self.has_blank = !self.begun.is_empty();
            } else {
                if std::mem::take(&mut self.has_blank) {
                    self.begun.push(' ');
                }
                self.begun.push(c);
            }
        }
    }

    fn end(&mut self) {
        self.done.push(std::mem::take(&mut self.begun));
        self.has_blank = false;
    }

    fn end_begun(&mut self) {
        if !self.begun.is_empty() {
            self.end();
        }
    }
}
