//! Reading a request, strictly: what the contract does not say is refused, in words that tell what is wrong.

use std::{collections::HashMap, iter::Peekable};

use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use roxmltree::{Document, Node, ParsingOptions};

use super::{
    addressing::{self, Addressing},
    contract::{Contract, Field, Kind, NAMESPACE, WSDL},
    element::{self, Content, Element},
    failure::Failure,
};

/// The namespace of SOAP 1.1.
pub(super) const SOAP: &str = "http://schemas.xmlsoap.org/soap/envelope/";
const XSI: &str = "http://www.w3.org/2001/XMLSchema-instance";
/// Most nodes of a request: elements, texts, comments. The largest call, a new problem with all its fields, has some 400.
const MOST_NODES: u32 = 20_000;
/// How deep elements may lie in each other. The contract needs 8.
const DEEPEST: usize = 32;

/// A request that keeps the contract.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Request {
    pub(super) operation: String,
    /// The fields, `UserAuthentification` included.
    pub(super) fields: Vec<Element>,
    pub(super) addressing: Addressing,
}

impl Request {
    /// The field's text.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        element::text(&self.fields, name)
    }

    /// The elements inside the field.
    pub(super) fn group(&self, name: &str) -> &[Element] {
        element::find(&self.fields, name).map(Element::elements).unwrap_or_default()
    }

    pub(super) fn flag(&self, name: &str) -> bool {
        matches!(self.text(name), Some("true" | "1"))
    }

    pub(super) fn user(&self) -> &str {
        element::text(self.group("UserAuthentification"), "UserId").unwrap_or_default()
    }

    pub(super) fn problem(&self) -> Option<i64> {
        self.text("ProblemNumber")?.parse().ok()
    }
}

/// Reads requests without carrying them out, for those who want to know whether one keeps the contract.
#[derive(Debug)]
pub struct RequestReader(Contract);

impl RequestReader {
    /// A reader of requests by the contract of the stand-in.
    ///
    /// # Errors
    /// When the contract cannot be read, in words.
    pub fn new() -> Result<Self, String> {
        Contract::read(WSDL).map(Self)
    }

    /// The operation that a request asks for.
    ///
    /// # Errors
    /// What breaks the contract, in words.
    pub fn operation(&self, body: &[u8]) -> Result<String, String> {
        read(&self.0, body).map(|request| request.operation).map_err(|failure| match failure {
            Failure::Client(said) => said,
            other => other.code().to_owned(),
        })
    }
}

/// Reads a request.
pub(super) fn read(contract: &Contract, body: &[u8]) -> Result<Request, Failure> {
    let refuse = |said: String| Failure::Client(said);
    let text = std::str::from_utf8(body).map_err(|_| refuse("the request is not UTF-8".to_owned()))?;
    let options = ParsingOptions { nodes_limit: MOST_NODES, ..ParsingOptions::default() };
    let document =
        Document::parse_with_options(text, options).map_err(|error| refuse(format!("the request is no XML: {error}")))?;
    let reader = Reader { contract, document: &document };
    reader.check_depth().and_then(|()| reader.envelope()).map_err(refuse)
}

struct Reader<'a, 'i> {
    contract: &'a Contract,
    document: &'a Document<'i>,
}

impl<'a, 'i> Reader<'a, 'i> {
    fn check_depth(&self) -> Result<(), String> {
        let mut depths = HashMap::new();
        for node in self.document.descendants() {
            let above = node.parent().and_then(|parent| depths.get(&parent.id()).copied()).unwrap_or(0);
            if above == DEEPEST {
                return Err(format!("elements lie deeper than {DEEPEST} in each other{}", self.place(node)));
            }
            depths.insert(node.id(), above + 1);
        }
        Ok(())
    }

    fn envelope(&self) -> Result<Request, String> {
        let envelope = self.document.root_element();
        if !envelope.has_tag_name((SOAP, "Envelope")) {
            return Err(format!("the request is no envelope of SOAP 1.1, but {}", shown(envelope)));
        }
        let parts = self.children(envelope)?;
        let (header, body) = match parts.as_slice() {
            [body] => (None, *body),
            [header, body] if header.has_tag_name((SOAP, "Header")) => (Some(*header), *body),
            _ => return Err("an envelope holds a Header, which may be absent, and a Body".to_owned()),
        };
        if !body.has_tag_name((SOAP, "Body")) {
            return Err(format!("where the Body has to be there is {}{}", shown(body), self.place(body)));
        }
        let call = self.children(body)?;
        let [call] = call.as_slice() else {
            return Err(format!("the Body holds {} elements instead of one", call.len()));
        };
        let operation = call.tag_name().name();
        let fields = self.contract.request(operation).filter(|_| call.tag_name().namespace() == Some(NAMESPACE));
        let fields = fields.ok_or_else(|| format!("{} is no operation of the service{}", shown(*call), self.place(*call)))?;
        let addressing = header.map(|header| addressing::read(header, operation)).transpose()?.unwrap_or_default();
        Ok(Request { operation: operation.to_owned(), fields: self.group(*call, fields)?, addressing })
    }

    /// The elements inside a node, which holds no text beside them.
    fn children(&self, node: Node<'a, 'i>) -> Result<Vec<Node<'a, 'i>>, String> {
        if let Some(text) =
            node.children().find(|child| child.text().is_some_and(|text| !text.trim().is_empty()) && child.is_text())
        {
            return Err(format!("there is text in {}, which holds elements only{}", shown(node), self.place(text)));
        }
        Ok(node.children().filter(Node::is_element).collect())
    }

    /// The fields inside an element, in their order.
    fn group(&self, node: Node<'a, 'i>, fields: &[Field]) -> Result<Vec<Element>, String> {
        let children = self.children(node)?;
        if let Some(qualified) = children.iter().find(|child| child.tag_name().namespace().is_some()) {
            let (name, place) = (qualified.tag_name().name(), self.place(*qualified));
            return Err(format!("{name} must be unqualified, it is in a namespace{place}"));
        }
        let mut children = children.into_iter().peekable();
        let mut read = Vec::new();
        for field in fields {
            let before = read.len();
            while let Some(child) = next_of(&mut children, field, read.len() - before) {
                read.push(self.element(child, field)?);
            }
            if read.len() - before < field.at_least {
                let found = children.peek().map_or_else(|| "nothing more".to_owned(), |next| shown(*next));
                let place = self.place(children.peek().copied().unwrap_or(node));
                return Err(format!("the mandatory {} is missing in {}: found {found}{place}", field.name, shown(node)));
            }
        }
        match children.next() {
            None => Ok(read),
            Some(left) => Err(self.not_wanted(node, left, fields)),
        }
    }

    fn not_wanted(&self, node: Node, left: Node<'a, 'i>, fields: &[Field]) -> String {
        let order = fields.iter().map(|field| field.name.as_str()).collect::<Vec<_>>().join(", ");
        let known = fields.iter().any(|field| field.name == left.tag_name().name());
        let what = if known { "stands at the wrong place or too often" } else { "is unknown" };
        format!("{} {what} in {}, whose fields are {order}{}", shown(left), shown(node), self.place(left))
    }

    fn element(&self, node: Node<'a, 'i>, field: &Field) -> Result<Element, String> {
        let shape = match &field.kind {
            Kind::Named(name) => self.contract.named(name),
            _ => None,
        };
        let allowed = shape.map(|shape| shape.attributes.as_slice()).unwrap_or_default();
        let attributes = self.attributes(node, allowed)?;
        let content = match shape {
            Some(shape) if !shape.fields.is_empty() => Content::Elements(self.group(node, &shape.fields)?),
            _ => self.value(node, &field.kind)?,
        };
        Ok(Element { name: field.name.clone(), attributes, content })
    }

    fn attributes(&self, node: Node<'a, 'i>, allowed: &[String]) -> Result<Vec<(String, String)>, String> {
        let mut read = Vec::new();
        for attribute in node.attributes().filter(|attribute| attribute.namespace() != Some(XSI)) {
            let name = attribute.name();
            if attribute.namespace().is_some() || !allowed.iter().any(|known| known == name) {
                return Err(format!("{} has no attribute {name}{}", shown(node), self.place(node)));
            }
            read.push((name.to_owned(), attribute.value().to_owned()));
        }
        Ok(read)
    }

    fn value(&self, node: Node<'a, 'i>, kind: &Kind) -> Result<Content, String> {
        if let Some(child) = node.children().find(Node::is_element) {
            return Err(format!("{} holds a text, and here {}{}", shown(node), shown(child), self.place(child)));
        }
        let text: String = node.children().filter(Node::is_text).filter_map(|part| part.text()).collect();
        let wrong = |what: &str| format!("{} is no {what}{}", shown(node), self.place(node));
        match kind {
            Kind::Text | Kind::Named(_) => Ok(Content::Text(text)),
            Kind::Whole => match text.trim().parse::<i64>() {
                Ok(number) => Ok(Content::Text(number.to_string())),
                Err(_) => Err(wrong("whole number")),
            },
            Kind::Boolean => match text.trim() {
                "true" | "1" => Ok(Content::Text("true".to_owned())),
                "false" | "0" => Ok(Content::Text("false".to_owned())),
                _ => Err(wrong("boolean")),
            },
            Kind::Base64 => {
                let compact: Vec<u8> = text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
                BASE64.decode(compact).map(|bytes| Content::Binary(bytes.into())).map_err(|_| wrong("base64"))
            }
        }
    }

    /// Where something stands, for the end of a sentence.
    fn place(&self, node: Node) -> String {
        let place = self.document.text_pos_at(node.range().start);
        format!(" (line {}, column {})", place.row, place.col)
    }
}

fn next_of<'a, 'i>(
    children: &mut Peekable<std::vec::IntoIter<Node<'a, 'i>>>,
    field: &Field,
    had: usize,
) -> Option<Node<'a, 'i>> {
    children.next_if(|child| child.tag_name().name() == field.name && field.at_most.is_none_or(|most| had < most))
}

/// `<{namespace}name>` for a message.
fn shown(node: Node) -> String {
    match node.tag_name().namespace() {
        Some(namespace) => format!("<{{{namespace}}}{}>", node.tag_name().name()),
        None => format!("<{}>", node.tag_name().name()),
    }
}

#[cfg(test)]
mod tests;
