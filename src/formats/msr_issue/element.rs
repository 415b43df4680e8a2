//! One element with all that is in it: an issue, or a part of the head.

use std::io::BufRead;

use super::{
    error::{DocumentError, IssueProblem, Place},
    limits::Limits,
    pull::{Pull, Tag, Token},
};

/// An element. It is nested no deeper than the limits allow, so that it may be walked by recursion.
#[derive(Debug)]
pub(super) struct Element {
    /// Where it begins.
    pub place: Place,
    /// Its name, with its prefix.
    pub name: String,
    /// The attribute `ID`.
    pub id: Option<String>,
    /// The attribute `ID-REF`.
    pub id_ref: Option<String>,
    /// What is in it.
    pub nodes: Vec<Node>,
}

/// What is in an element.
#[derive(Debug)]
pub(super) enum Node {
    /// An element.
    Element(Element),
    /// A text; no two of them follow each other.
    Text(String),
}

/// An element that was read.
#[derive(Debug)]
pub(super) struct Grown {
    /// The element; only what was read up to the flaw, if there is one.
    pub element: Element,
    /// Why it is of no use, and where.
    pub flaw: Option<(Place, IssueProblem)>,
    /// Where a character stands that XML does not allow: it was replaced.
    pub illegal_character: Option<Place>,
}

impl Element {
    fn new(tag: Tag) -> Self {
        Self { place: tag.place, name: tag.name, id: tag.id, id_ref: tag.id_ref, nodes: Vec::new() }
    }

    /// Reads an element whose start tag was read.
    pub fn grow<R: BufRead>(pull: &mut Pull<R>, tag: Tag, limits: &Limits) -> Result<Grown, DocumentError> {
        let begins_at = pull.consumed();
        let depth_outside = pull.depth().saturating_sub(1);
        let mut tree = Tree { stack: Vec::new(), open: Self::new(tag), nodes: 1, illegal_character: None };
        loop {
            let flaw = match pull.next()? {
                Token::Open(tag) => tree.begin(tag, limits),
                Token::Text(text) => tree.text(&text, pull.place(), limits),
                Token::Flaw(flaw) => Some(flaw),
                Token::Close if tree.stack.is_empty() => return Ok(tree.into_grown(None)),
                Token::Close => {
                    tree.end();
                    None
                }
                Token::End => return Ok(tree.into_grown(None)),
            };
            let is_too_large = pull.consumed() - begins_at > limits.issue_bytes;
            let too_large = || IssueProblem::TooLarge { what: "bytes", limit: limits.issue_bytes };
            if let Some(flaw) = flaw.or_else(|| is_too_large.then(too_large)) {
                let place = pull.place();
                pull.skip_to(depth_outside)?;
                return Ok(tree.into_grown(Some((place, flaw))));
            }
        }
    }

    /// The elements directly in it.
    pub fn elements(&self) -> impl Iterator<Item = &Self> {
        self.nodes.iter().filter_map(|node| match node {
            Node::Element(element) => Some(element),
            Node::Text(_) => None,
        })
    }

    /// The elements of this name directly in it.
    pub fn children<'e>(&'e self, name: &'e str) -> impl Iterator<Item = &'e Self> {
        self.elements().filter(move |element| element.name == name)
    }

    /// The first element of this name directly in it.
    pub fn child(&self, name: &str) -> Option<&Self> {
        self.elements().find(|element| element.name == name)
    }

    /// The elements of this name in it, however deep.
    pub fn descendants<'e>(&'e self, name: &str) -> Vec<&'e Self> {
        let mut found = Vec::new();
        self.find(name, &mut found);
        found
    }

    fn find<'e>(&'e self, name: &str, found: &mut Vec<&'e Self>) {
        for element in self.elements() {
            if element.name == name {
                found.push(element);
            }
            element.find(name, found);
        }
    }

    /// All text in it, without blanks around it.
    pub fn text(&self) -> String {
        let mut text = String::new();
        self.push_text(&mut text);
        text.trim().to_owned()
    }

    fn push_text(&self, text: &mut String) {
        for node in &self.nodes {
            match node {
                Node::Element(element) => element.push_text(text),
                Node::Text(piece) => text.push_str(piece),
            }
        }
    }

    /// The text of an element directly in it; `None` if it is empty or missing.
    pub fn child_text(&self, name: &str) -> Option<String> {
        self.child(name).map(Self::text).filter(|text| !text.is_empty())
    }

    /// The same as one line: what a writer breaks to indent it was one before.
    pub fn child_line(&self, name: &str) -> Option<String> {
        self.child_text(name).map(|text| text.split_whitespace().collect::<Vec<_>>().join(" "))
    }
}

/// A tree that grows.
struct Tree {
    /// The open elements, without the innermost.
    stack: Vec<Element>,
    /// The innermost open element.
    open: Element,
    nodes: usize,
    illegal_character: Option<Place>,
}

impl Tree {
    fn begin(&mut self, tag: Tag, limits: &Limits) -> Option<IssueProblem> {
        self.stack.push(std::mem::replace(&mut self.open, Element::new(tag)));
        self.count(limits)
    }

    fn end(&mut self) {
        if let Some(outer) = self.stack.pop() {
            let inner = std::mem::replace(&mut self.open, outer);
            self.open.nodes.push(Node::Element(inner));
        }
    }

    fn text(&mut self, text: &str, place: Place, limits: &Limits) -> Option<IssueProblem> {
        let is_legal = text.chars().all(is_xml_char);
        if !is_legal && self.illegal_character.is_none() {
            self.illegal_character = Some(place);
        }
        let legal = text.chars().map(|c| if is_xml_char(c) { c } else { char::REPLACEMENT_CHARACTER });
        if let Some(Node::Text(before)) = self.open.nodes.last_mut() {
            if is_legal {
                before.push_str(text);
            } else {
                before.extend(legal);
            }
            let is_too_long = before.len() > limits.text_bytes;
            return is_too_long
                .then_some(IssueProblem::TooLarge { what: "bytes in one text", limit: limits.text_bytes as u64 });
        }
        self.open.nodes.push(Node::Text(if is_legal { text.to_owned() } else { legal.collect() }));
        self.count(limits)
    }

    fn count(&mut self, limits: &Limits) -> Option<IssueProblem> {
        self.nodes += 1;
        let is_too_many = self.nodes > limits.issue_nodes;
        is_too_many.then_some(IssueProblem::TooLarge { what: "elements and texts", limit: limits.issue_nodes as u64 })
    }

    /// The whole, even if some elements are still open.
    fn into_grown(mut self, flaw: Option<(Place, IssueProblem)>) -> Grown {
        while !self.stack.is_empty() {
            self.end();
        }
        Grown { element: self.open, flaw, illegal_character: self.illegal_character }
    }
}

/// Whether XML 1.0 can hold a character.
pub(super) fn is_xml_char(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..)
}
