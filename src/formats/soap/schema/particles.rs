//! Content models and attributes: what a complex type consists of, in what order and how often.

use roxmltree::Node;

use super::{
    Attribute, Particle, Term,
    index::{Component, Kind},
    read::{Reader, child, children},
};
use crate::formats::soap::{
    limits::DEEPEST_SCHEMA,
    name::{Name, XML},
    wsdl::WsdlError,
};

impl<'a, 'i> Reader<'_, 'a, 'i> {
    /// The content model of a type, or of an extension or restriction.
    pub fn content(&mut self, at: Component<'a, 'i>) -> Result<Option<Particle>, WsdlError> {
        let group = children(at.node).find(|node| matches!(node.tag_name().name(), "sequence" | "choice" | "all" | "group"));
        group.map(|node| self.particle(Component { node, ..at }, 0)).transpose()
    }

    fn particle(&mut self, at: Component<'a, 'i>, depth: usize) -> Result<Particle, WsdlError> {
        if depth > DEEPEST_SCHEMA {
            return Err(self.index.error(at.node, format!("groups are nested more than {DEEPEST_SCHEMA} deep here")));
        }
        self.count(at.node)?;
        let (min, max) = self.occurs(at.node)?;
        let term = match at.node.tag_name().name() {
            "element" => Term::Element(self.local_element(at)?),
            "choice" => Term::Choice(self.parts(at, depth)?),
            "group" => return self.group(at, depth, (min, max)),
            "any" => Term::Any,
            _ => Term::Sequence(self.parts(at, depth)?),
        };
        Ok(Particle { min, max, term })
    }

    fn parts(&mut self, at: Component<'a, 'i>, depth: usize) -> Result<Vec<Particle>, WsdlError> {
        let is_part =
            |node: &Node<'_, '_>| matches!(node.tag_name().name(), "element" | "sequence" | "choice" | "all" | "group" | "any");
        children(at.node).filter(is_part).map(|node| self.particle(Component { node, ..at }, depth + 1)).collect()
    }

    fn group(&mut self, at: Component<'a, 'i>, depth: usize, (min, max): (u32, Option<u32>)) -> Result<Particle, WsdlError> {
        let Some(reference) = at.node.attribute("ref") else {
            return Err(self.index.error(at.node, "a group inside of a type needs a ref"));
        };
        let name = self.index.name(at, reference)?;
        let group = self.index.find(Kind::Group, at, &name)?;
        let Some(node) = children(group.node).find(|node| matches!(node.tag_name().name(), "sequence" | "choice" | "all"))
        else {
            return Ok(Particle { min, max, term: Term::Sequence(Vec::new()) });
        };
        let inside = self.particle(Component { node, ..group }, depth + 1)?;
        Ok(Particle { min, max, term: Term::Sequence(vec![inside]) })
    }

    fn local_element(&mut self, at: Component<'a, 'i>) -> Result<super::Element, WsdlError> {
        if let Some(reference) = at.node.attribute("ref") {
            let name = self.index.name(at, reference)?;
            let declared = self.index.find(Kind::Element, at, &name)?;
            return self.element(declared, name);
        }
        let name = self.local_name(at, "elementFormDefault")?;
        self.element(at, name)
    }

    /// The name of an element or attribute inside of a type: qualified if it says so itself, else if its schema says so.
    fn local_name(&self, at: Component<'a, 'i>, default: &str) -> Result<Name, WsdlError> {
        let Some(name) = at.node.attribute("name") else {
            return Err(self.index.error(at.node, "this needs a name or a ref"));
        };
        let Some(scope) = self.index.scopes.get(at.scope) else { return Ok(Name::new("", name)) };
        let form = at.node.attribute("form").or_else(|| scope.node.attribute(default));
        let namespace = if form == Some("qualified") { scope.target.as_str() } else { "" };
        Ok(Name::new(namespace, name))
    }

    fn occurs(&self, node: Node<'_, '_>) -> Result<(u32, Option<u32>), WsdlError> {
        let number = |attribute: &str| match node.attribute(attribute).map(str::trim) {
            None => Ok(1),
            Some(text) => {
                text.parse::<u32>().map_err(|_| self.index.error(node, format!("{attribute} is not a number: {text}")))
            }
        };
        let min = number("minOccurs")?;
        if node.attribute("maxOccurs").map(str::trim) == Some("unbounded") {
            return Ok((min, None));
        }
        let max = number("maxOccurs")?;
        if max < min {
            return Err(self.index.error(node, format!("minOccurs {min} is more than maxOccurs {max}")));
        }
        Ok((min, Some(max)))
    }

    /// The attributes of a type, and whether any others are allowed.
    pub fn attributes(&mut self, at: Component<'a, 'i>) -> Result<(Vec<Attribute>, bool), WsdlError> {
        let mut attributes = Vec::new();
        let is_open = self.gather_attributes(at, 0, &mut attributes)?;
        Ok((attributes, is_open))
    }

    fn gather_attributes(&mut self, at: Component<'a, 'i>, depth: usize, into: &mut Vec<Attribute>) -> Result<bool, WsdlError> {
        if depth > DEEPEST_SCHEMA {
            return Err(self.index.error(at.node, format!("groups are nested more than {DEEPEST_SCHEMA} deep here")));
        }
        let mut is_open = child(at.node, "anyAttribute").is_some();
        for node in children(at.node) {
            let here = Component { node, ..at };
            match node.tag_name().name() {
                "attribute" => {
                    self.count(node)?;
                    into.push(self.attribute(here)?);
                }
                "attributeGroup" => {
                    self.count(node)?;
                    let Some(reference) = node.attribute("ref") else { continue };
                    let name = self.index.name(here, reference)?;
                    let group = self.index.find(Kind::AttributeGroup, here, &name)?;
                    is_open |= self.gather_attributes(group, depth + 1, into)?;
                }
                _ => {}
            }
        }
        Ok(is_open)
    }

    fn attribute(&mut self, at: Component<'a, 'i>) -> Result<Attribute, WsdlError> {
        let usage = at.node.attribute("use");
        let (name, declared) = match at.node.attribute("ref") {
            Some(reference) => {
                let name = self.index.name(at, reference)?;
                // No schema need declare those of XML itself.
                let is_of_xml = name.namespace == XML;
                let declared = if is_of_xml { at } else { self.index.find(Kind::Attribute, at, &name)? };
                (name, declared)
            }
            None => (self.local_name(at, "attributeFormDefault")?, at),
        };
        Ok(Attribute {
            name,
            type_id: self.type_of(declared)?,
            is_required: usage == Some("required"),
            is_prohibited: usage == Some("prohibited"),
        })
    }
}
