//! Reads the declarations of all schemas into drafts: each type by itself, with references to others. `resolve` joins them.
//!
//! A type that another names gets its number at once and is read later, so types may refer to each other as they like, and nesting
//! costs no stack.

use std::collections::{BTreeMap, HashMap, VecDeque};

use regex_lite::Regex;
use roxmltree::{Document, Node};

use super::{
    Attribute, Element, Particle, Schema, SimpleType, TypeId,
    builtin::builtin,
    facets::Facets,
    index::{Component, Index, Kind},
    pattern,
    resolve::resolve,
};
use crate::formats::soap::{
    limits::{MOST_FIELDS, MOST_FINDINGS},
    name::Name,
    wsdl::{Sources, WsdlError, XSD},
};

/// A type as it is written down.
pub(super) enum Draft<'a, 'i> {
    /// Not read yet.
    Waiting,
    /// `xsd:anyType`.
    Anything,
    /// A built-in type, a list or a union.
    Plain(SimpleType),
    /// A restriction of another type of text.
    Restricted { at: Node<'a, 'i>, base: TypeId, facets: Facets },
    /// Elements or attributes.
    Complex(Complex<'a, 'i>),
}

/// A complex type as it is written down.
pub(super) struct Complex<'a, 'i> {
    /// Where.
    pub at: Node<'a, 'i>,
    /// The type that it derives from, and how.
    pub base: Option<(TypeId, Derivation)>,
    /// Its own elements.
    pub particle: Option<Particle>,
    /// Its own attributes.
    pub attributes: Vec<Attribute>,
    /// Whether it says that text may stand between elements.
    pub is_mixed: bool,
    /// Whether it allows any attribute.
    pub has_open_attributes: bool,
}

/// How a complex type derives from another one.
pub(super) enum Derivation {
    /// It adds elements and attributes to the base.
    Extension,
    /// It says its elements anew, and keeps attributes.
    Restriction,
    /// It is text as the base is, restricted, with attributes.
    Text(Box<Facets>),
}

/// Reads all schemas of a WSDL.
///
/// # Errors
/// What a schema refers to and does not have, what is not supported, and schemas that are too large.
pub(in crate::formats::soap) fn read(sources: &Sources, documents: &[Document<'_>]) -> Result<Schema, WsdlError> {
    let index = Index::build(sources, documents)?;
    let mut reader = Reader::new(&index);
    let mut elements = BTreeMap::new();
    for (name, component) in index.all(Kind::Type) {
        reader.named_type(component, name)?;
    }
    for (name, component) in index.all(Kind::Element) {
        elements.insert(name.clone(), reader.element(component, name.clone())?);
    }
    reader.read_waiting()?;
    let types = resolve(&index, &reader.drafts)?;
    reader.unchecked.truncate(MOST_FINDINGS);
    Ok(Schema { elements, types, named: reader.named, unchecked: reader.unchecked })
}

/// What was read so far.
pub(super) struct Reader<'r, 'a, 'i> {
    /// The declarations.
    pub index: &'r Index<'a, 'i>,
    drafts: Vec<Draft<'a, 'i>>,
    named: HashMap<Name, TypeId>,
    waiting: VecDeque<(TypeId, Component<'a, 'i>)>,
    unchecked: Vec<String>,
    /// Particles read, to end groups that multiply.
    particles: usize,
}

impl<'r, 'a, 'i> Reader<'r, 'a, 'i> {
    fn new(index: &'r Index<'a, 'i>) -> Self {
        Self { index, drafts: Vec::new(), named: HashMap::new(), waiting: VecDeque::new(), unchecked: Vec::new(), particles: 0 }
    }

    fn read_waiting(&mut self) -> Result<(), WsdlError> {
        while let Some((id, component)) = self.waiting.pop_front() {
            let draft = match component.node.tag_name().name() {
                "simpleType" => self.simple_type(component)?,
                _ => Draft::Complex(self.complex_type(component)?),
            };
            if let Some(slot) = self.drafts.get_mut(id.0) {
                *slot = draft;
            }
        }
        Ok(())
    }

    fn reserve(&mut self, draft: Draft<'a, 'i>) -> TypeId {
        self.drafts.push(draft);
        TypeId(self.drafts.len() - 1)
    }

    /// Counts one more particle.
    pub fn count(&mut self, at: Node<'_, '_>) -> Result<(), WsdlError> {
        self.particles += 1;
        if self.particles > MOST_FIELDS {
            return Err(self.index.error(at, format!("this schema comes to more than {MOST_FIELDS} elements")));
        }
        Ok(())
    }

    /// The type of a name.
    fn named_type(&mut self, at: Component<'a, 'i>, name: &Name) -> Result<TypeId, WsdlError> {
        if let Some(known) = self.named.get(name) {
            return Ok(*known);
        }
        let id = if name.namespace != XSD {
            let component = self.index.find(Kind::Type, at, name)?;
            let id = self.reserve(Draft::Waiting);
            self.waiting.push_back((id, component));
            id
        } else if name.local == "anyType" {
            self.reserve(Draft::Anything)
        } else {
            let simple = builtin(&name.local);
            let simple = simple.ok_or_else(|| self.index.error(at.node, format!("XML Schema has no type {}", name.local)))?;
            self.reserve(Draft::Plain(simple))
        };
        self.named.insert(name.clone(), id);
        Ok(id)
    }

    /// The type that an element or attribute names in `type`, or holds without a name; anything, where it does neither.
    pub fn type_of(&mut self, at: Component<'a, 'i>) -> Result<TypeId, WsdlError> {
        if let Some(name) = at.node.attribute("type") {
            let name = self.index.name(at, name)?;
            return self.named_type(at, &name);
        }
        let inside = children(at.node).find(|node| matches!(node.tag_name().name(), "complexType" | "simpleType"));
        match inside {
            Some(node) => Ok(self.anonymous(Component { node, ..at })),
            None => self.named_type(at, &Name::new(XSD, "anyType")),
        }
    }

    fn anonymous(&mut self, component: Component<'a, 'i>) -> TypeId {
        let id = self.reserve(Draft::Waiting);
        self.waiting.push_back((id, component));
        id
    }

    /// The declaration of an element under the name that it has in a message.
    pub fn element(&mut self, at: Component<'a, 'i>, name: Name) -> Result<Element, WsdlError> {
        let is_nillable = at.node.attribute("nillable").is_some_and(is_true);
        Ok(Element { name, type_id: self.type_of(at)?, is_nillable })
    }

    fn simple_type(&mut self, at: Component<'a, 'i>) -> Result<Draft<'a, 'i>, WsdlError> {
        let Some(restriction) = child(at.node, "restriction") else {
            if child(at.node, "list").is_some() || child(at.node, "union").is_some() {
                return Ok(Draft::Plain(SimpleType::unchecked()));
            }
            return Err(self.index.error(at.node, "a simpleType needs a restriction, a list or a union"));
        };
        let at = Component { node: restriction, ..at };
        let base = match restriction.attribute("base") {
            Some(base) => {
                let base = self.index.name(at, base)?;
                self.named_type(at, &base)?
            }
            None => match child(restriction, "simpleType") {
                Some(node) => self.anonymous(Component { node, ..at }),
                None => return Err(self.index.error(restriction, "a restriction needs a base")),
            },
        };
        Ok(Draft::Restricted { at: restriction, base, facets: self.facets(restriction)? })
    }

    fn complex_type(&mut self, at: Component<'a, 'i>) -> Result<Complex<'a, 'i>, WsdlError> {
        let is_mixed = at.node.attribute("mixed").is_some_and(is_true);
        if let Some(content) = child(at.node, "complexContent") {
            let (body, base) = self.derivation(Component { node: content, ..at })?;
            let how = if body.tag_name().name() == "extension" { Derivation::Extension } else { Derivation::Restriction };
            let is_mixed = is_mixed || content.attribute("mixed").is_some_and(is_true);
            return self.complex_body(Component { node: body, ..at }, Some((base, how)), is_mixed);
        }
        if let Some(content) = child(at.node, "simpleContent") {
            let (body, base) = self.derivation(Component { node: content, ..at })?;
            let how = Derivation::Text(Box::new(self.facets(body)?));
            return self.complex_body(Component { node: body, ..at }, Some((base, how)), false);
        }
        self.complex_body(at, None, is_mixed)
    }

    fn derivation(&mut self, at: Component<'a, 'i>) -> Result<(Node<'a, 'i>, TypeId), WsdlError> {
        let body = child(at.node, "extension").or_else(|| child(at.node, "restriction"));
        let Some((body, base)) = body.and_then(|body| Some((body, body.attribute("base")?))) else {
            return Err(self.index.error(at.node, "this content needs an extension or a restriction with a base"));
        };
        let at = Component { node: body, ..at };
        let base = self.index.name(at, base)?;
        Ok((body, self.named_type(at, &base)?))
    }

    fn complex_body(
        &mut self,
        at: Component<'a, 'i>,
        base: Option<(TypeId, Derivation)>,
        is_mixed: bool,
    ) -> Result<Complex<'a, 'i>, WsdlError> {
        let particle = self.content(at)?;
        let (attributes, has_open_attributes) = self.attributes(at)?;
        Ok(Complex { at: at.node, base, particle, attributes, is_mixed, has_open_attributes })
    }

    fn facets(&mut self, restriction: Node<'a, 'i>) -> Result<Facets, WsdlError> {
        let mut facets = Facets::default();
        for node in children(restriction) {
            let Some(value) = node.attribute("value") else { continue };
            let count = || {
                value
                    .trim()
                    .parse::<usize>()
                    .map_err(|_| self.index.error(node, format!("{value} is not a number of something")))
            };
            match node.tag_name().name() {
                "enumeration" => facets.values.push(value.to_owned()),
                "length" => facets.length = Some(count()?),
                "minLength" => facets.min_length = Some(count()?),
                "maxLength" => facets.max_length = Some(count()?),
                "totalDigits" => facets.total_digits = Some(count()?),
                "fractionDigits" => facets.fraction_digits = Some(count()?),
                "minInclusive" => facets.min_inclusive = Some(value.to_owned()),
                "maxInclusive" => facets.max_inclusive = Some(value.to_owned()),
                "minExclusive" => facets.min_exclusive = Some(value.to_owned()),
                "maxExclusive" => facets.max_exclusive = Some(value.to_owned()),
                _ => {}
            }
        }
        facets.patterns = self.patterns(restriction);
        Ok(facets)
    }

    /// The patterns of a restriction. Any one of them is enough, so with one that cannot be checked here, none can be refused.
    fn patterns(&mut self, restriction: Node<'a, 'i>) -> Vec<(String, Regex)> {
        let mut patterns = Vec::new();
        let mut is_unchecked = false;
        for node in children(restriction).filter(|node| node.tag_name().name() == "pattern") {
            let Some(value) = node.attribute("value") else { continue };
            if let Some(regex) = pattern::compile(value) {
                patterns.push((value.to_owned(), regex));
            } else {
                is_unchecked = true;
                let message = format!("the pattern {value} cannot be checked here, so it is not");
                self.unchecked.push(self.index.error(node, message).to_string());
            }
        }
        if is_unchecked { Vec::new() } else { patterns }
    }
}

/// The elements of XML Schema in a node.
pub(super) fn children<'a, 'i>(node: Node<'a, 'i>) -> impl Iterator<Item = Node<'a, 'i>> {
    node.children().filter(|child| child.tag_name().namespace() == Some(XSD))
}

/// The first of them with a tag.
pub(super) fn child<'a, 'i>(node: Node<'a, 'i>, tag: &str) -> Option<Node<'a, 'i>> {
    children(node).find(|child| child.tag_name().name() == tag)
}

/// Whether an attribute says yes.
pub(super) fn is_true(value: &str) -> bool {
    matches!(value.trim(), "true" | "1")
}
