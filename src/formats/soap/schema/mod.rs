//! What a schema says, resolved: elements, their types, and what these may hold. Nothing in it refers to a file any more.

mod builtin;
mod decimal;
mod facets;
mod index;
mod particles;
mod pattern;
mod read;
mod resolve;

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

#[cfg(test)]
pub(super) use self::builtin::Builtin;
pub(super) use self::{builtin::decode_base64, facets::SimpleType, read::read};
use super::name::Name;

/// All elements and types of a WSDL.
#[derive(Debug, Default)]
pub(super) struct Schema {
    /// The elements that stand by themselves.
    pub elements: BTreeMap<Name, Element>,
    /// All types, named or not.
    types: Vec<Type>,
    /// Where the named ones are.
    named: HashMap<Name, TypeId>,
    /// What is not checked, each with its place.
    pub unchecked: Vec<String>,
}

/// A type of a [`Schema`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct TypeId(usize);

/// What an element of a type may hold.
#[derive(Clone, Debug)]
pub(super) enum Type {
    /// Text.
    Simple(SimpleType),
    /// Elements or attributes.
    Complex(ComplexType),
    /// Anything: `xsd:anyType`, or no type given.
    Anything,
}

/// Elements or attributes.
#[derive(Clone, Debug, Default)]
pub(super) struct ComplexType {
    /// Text, for a type with simple content.
    pub text: Option<SimpleType>,
    /// The content, from the base type to the derived one.
    pub content: Vec<Arc<Particle>>,
    /// Attributes.
    pub attributes: Vec<Attribute>,
    /// Whether text may stand between the elements.
    pub is_mixed: bool,
    /// Whether elements may stand in it that the schema does not name.
    pub is_open: bool,
    /// Whether attributes may stand in it that the schema does not name.
    pub has_open_attributes: bool,
    /// The elements of `content` by local name.
    pub fields: BTreeMap<String, Field>,
}

/// An element as a part of a type.
#[derive(Clone, Debug)]
pub(super) struct Field {
    /// The element.
    pub element: Element,
    /// Whether it may occur more than once.
    pub is_many: bool,
    /// Whether it has to occur.
    pub is_required: bool,
}

/// The declaration of an element.
#[derive(Clone, Debug)]
pub(super) struct Element {
    /// Its name as it stands in a message.
    pub name: Name,
    /// What it holds.
    pub type_id: TypeId,
    /// Whether `xsi:nil` may stand for its value.
    pub is_nillable: bool,
}

/// The declaration of an attribute.
#[derive(Clone, Debug)]
pub(super) struct Attribute {
    /// Its name as it stands in a message.
    pub name: Name,
    /// What it holds.
    pub type_id: TypeId,
    /// Whether it has to be there.
    pub is_required: bool,
    /// Whether a derived type takes it away again.
    is_prohibited: bool,
}

/// A part of a content model, and how often it may occur.
#[derive(Clone, Debug)]
pub(super) struct Particle {
    /// At least so often.
    pub min: u32,
    /// At most so often; `None` is unbounded.
    pub max: Option<u32>,
    /// What.
    pub term: Term,
}

/// What may occur.
#[derive(Clone, Debug)]
pub(super) enum Term {
    /// One element.
    Element(Element),
    /// All of these, one after the other. `xsd:all` is read as this too: any order is allowed, so ours is.
    Sequence(Vec<Particle>),
    /// One of these.
    Choice(Vec<Particle>),
    /// What the schema does not name.
    Any,
}

impl Schema {
    /// A type.
    pub fn type_of(&self, id: TypeId) -> &Type {
        self.types.get(id.0).unwrap_or(&Type::Anything)
    }

    /// A named type, for `xsi:type`.
    pub fn named_type(&self, name: &Name) -> Option<TypeId> {
        self.named.get(name).copied()
    }

    /// An element that stands by itself: in its namespace, else, as services differ in that, in any.
    pub fn element(&self, namespace: &str, local: &str) -> Option<&Element> {
        self.elements.get(&Name::new(namespace, local)).or_else(|| self.element_named(local))
    }

    fn element_named(&self, local: &str) -> Option<&Element> {
        self.elements.values().find(|element| element.name.local == local)
    }

    /// The text that an element or attribute of a type holds; `None` where it holds elements.
    pub fn text_of(&self, id: TypeId) -> Option<&SimpleType> {
        match self.type_of(id) {
            Type::Simple(simple) => Some(simple),
            Type::Complex(complex) => complex.text.as_ref(),
            Type::Anything => None,
        }
    }
}

impl Particle {
    /// Whether nothing at all satisfies it.
    pub fn is_emptiable(&self) -> bool {
        self.min == 0
            || match &self.term {
                Term::Element(_) => false,
                Term::Sequence(parts) => parts.iter().all(Self::is_emptiable),
                Term::Choice(parts) => parts.is_empty() || parts.iter().any(Self::is_emptiable),
                Term::Any => true,
            }
    }

    /// Whether it can take an element of one of the names that `is_there` says are left.
    pub fn takes_any(&self, is_there: &dyn Fn(&str) -> bool) -> bool {
        self.weight(is_there) > 0
    }

    /// How many of its elements are among those that are left.
    pub fn weight(&self, is_there: &dyn Fn(&str) -> bool) -> usize {
        if self.max == Some(0) {
            return 0;
        }
        match &self.term {
            Term::Element(element) => usize::from(is_there(&element.name.local)),
            Term::Sequence(parts) => parts.iter().map(|part| part.weight(is_there)).sum(),
            Term::Choice(parts) => parts.iter().map(|part| part.weight(is_there)).max().unwrap_or(0),
            Term::Any => 0,
        }
    }

    /// How many elements that it cannot do without are not among those that are left.
    pub fn lack(&self, is_there: &dyn Fn(&str) -> bool) -> usize {
        if self.min == 0 && !self.takes_any(is_there) {
            return 0;
        }
        match &self.term {
            Term::Element(element) => usize::from(!is_there(&element.name.local)),
            Term::Sequence(parts) => parts.iter().map(|part| part.lack(is_there)).sum(),
            Term::Choice(parts) => parts.iter().map(|part| part.lack(is_there)).min().unwrap_or(0),
            Term::Any => 0,
        }
    }
}
