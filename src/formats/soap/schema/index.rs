//! Which schemas a WSDL has, and what is declared in them at the top, by name.

use std::collections::HashMap;

use roxmltree::{Document, Node};

use super::super::{
    name::{Name, XML},
    wsdl::{Source, Sources, WSDL, WsdlError, XSD},
};

/// One `<xsd:schema>`, as one namespace sees it.
pub(super) struct Scope<'a, 'i> {
    /// The schema.
    pub node: Node<'a, 'i>,
    /// The namespace of what it declares.
    pub target: String,
    /// Whether it has no namespace of its own, and took that of the schema that includes it.
    is_adopted: bool,
}

/// A declaration, and the scope that it stands in.
#[derive(Clone, Copy)]
pub(super) struct Component<'a, 'i> {
    /// The declaration.
    pub node: Node<'a, 'i>,
    /// The place of its scope in [`Index::scopes`].
    pub scope: usize,
}

/// All declarations at the top of all schemas.
pub(super) struct Index<'a, 'i> {
    files: &'i [Source],
    /// The schemas.
    pub scopes: Vec<Scope<'a, 'i>>,
    /// Declarations by the kind that their tag names, and by name.
    declared: HashMap<(Kind, Name), Component<'a, 'i>>,
}

/// What is declared at the top of a schema. Each has its own names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    /// `element`.
    Element,
    /// `complexType` or `simpleType`.
    Type,
    /// `attribute`.
    Attribute,
    /// `group`.
    Group,
    /// `attributeGroup`.
    AttributeGroup,
}

impl Kind {
    fn of(tag: &str) -> Option<Self> {
        match tag {
            "element" => Some(Self::Element),
            "complexType" | "simpleType" => Some(Self::Type),
            "attribute" => Some(Self::Attribute),
            "group" => Some(Self::Group),
            "attributeGroup" => Some(Self::AttributeGroup),
            _ => None,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Element => "element",
            Self::Type => "type",
            Self::Attribute => "attribute",
            Self::Group => "group",
            Self::AttributeGroup => "attributeGroup",
        }
    }
}

impl<'a, 'i> Index<'a, 'i> {
    /// Finds all schemas, those that are embedded and those that these import or include, and what they declare.
    pub fn build(sources: &'i Sources, documents: &'a [Document<'i>]) -> Result<Self, WsdlError> {
        let mut index = Self { files: &sources.files, scopes: Vec::new(), declared: HashMap::new() };
        for document in documents.iter().filter(|document| document.root_element().has_tag_name((WSDL, "definitions"))) {
            let types = document.root_element().children().filter(|node| node.has_tag_name((WSDL, "types")));
            for schema in types.flat_map(|types| types.children()).filter(|node| node.has_tag_name((XSD, "schema"))) {
                index.add_scope(schema, None);
            }
        }
        let mut next = 0;
        while next < index.scopes.len() {
            index.follow(next, sources, documents)?;
            index.declare(next)?;
            next += 1;
        }
        Ok(index)
    }

    /// Takes a schema in, unless the same namespace has it already: cycles end here.
    fn add_scope(&mut self, node: Node<'a, 'i>, including: Option<&str>) {
        let own = node.attribute("targetNamespace");
        let target = own.or(including).unwrap_or_default().to_owned();
        if !self.scopes.iter().any(|scope| scope.node == node && scope.target == target) {
            self.scopes.push(Scope { node, is_adopted: own.is_none() && including.is_some(), target });
        }
    }

    fn follow(&mut self, scope: usize, sources: &'i Sources, documents: &'a [Document<'i>]) -> Result<(), WsdlError> {
        let Some(Scope { node: schema, target, .. }) = self.scopes.get(scope) else { return Ok(()) };
        let (schema, target) = (*schema, target.clone());
        let from = documents.iter().position(|document| std::ptr::eq(document, schema.document())).unwrap_or_default();
        for node in schema.children().filter(Node::is_element) {
            let tag = node.tag_name().name();
            if tag == "redefine" {
                return Err(self.error(node, "xsd:redefine is not supported: write the redefined types out"));
            }
            let Some(location) = node.attribute("schemaLocation").filter(|_| matches!(tag, "import" | "include")) else {
                continue;
            };
            let document = sources.linked(from, location).and_then(|at| documents.get(at));
            let Some(root) = document.map(Document::root_element).filter(|root| root.has_tag_name((XSD, "schema"))) else {
                return Err(self.error(node, format!("{location} is not a schema")));
            };
            let wanted = if tag == "include" { target.as_str() } else { node.attribute("namespace").unwrap_or_default() };
            let found = root.attribute("targetNamespace");
            if found.is_some_and(|found| found != wanted) || tag == "import" && found.is_none() && !wanted.is_empty() {
                let found = found.unwrap_or_default();
                return Err(self.error(node, format!("{location} is of the namespace \"{found}\", not of \"{wanted}\"")));
            }
            self.add_scope(root, (tag == "include").then_some(target.as_str()));
        }
        Ok(())
    }

    fn declare(&mut self, scope: usize) -> Result<(), WsdlError> {
        let Some(Scope { node: schema, target, .. }) = self.scopes.get(scope) else { return Ok(()) };
        let (schema, target) = (*schema, target.clone());
        for node in schema.children().filter(|node| node.tag_name().namespace() == Some(XSD)) {
            let Some(kind) = Kind::of(node.tag_name().name()) else { continue };
            let Some(name) = node.attribute("name") else {
                return Err(self.error(node, "a declaration at the top of a schema needs a name"));
            };
            let name = Name::new(target.as_str(), name);
            if self.declared.insert((kind, name.clone()), Component { node, scope }).is_some() {
                return Err(self.error(node, format!("the {} {name} is declared twice", kind.word())));
            }
        }
        Ok(())
    }

    /// All declarations of a kind, in the order in which they are written down.
    pub fn all(&self, kind: Kind) -> Vec<(&Name, Component<'a, 'i>)> {
        let of_kind = self.declared.iter().filter(|((of, _), _)| *of == kind);
        let mut all: Vec<_> = of_kind.map(|((_, name), component)| (name, *component)).collect();
        all.sort_by_key(|(_, component)| (component.scope, component.node.range().start));
        all
    }

    /// The declaration that an attribute of a node refers to.
    pub fn find(&self, kind: Kind, at: Component<'a, 'i>, name: &Name) -> Result<Component<'a, 'i>, WsdlError> {
        self.declared.get(&(kind, name.clone())).copied().ok_or_else(|| {
            self.error(at.node, format!("there is no {} {name} in this WSDL, nor in what it imports", kind.word()))
        })
    }

    /// The name that a text such as `k:Address` stands for.
    pub fn name(&self, at: Component<'a, 'i>, text: &str) -> Result<Name, WsdlError> {
        let (prefix, local) = text.trim().split_once(':').map_or((None, text.trim()), |(prefix, local)| (Some(prefix), local));
        match (at.node.lookup_namespace_uri(prefix), prefix) {
            (None, Some("xml")) => Ok(Name::new(XML, local)),
            (Some(namespace), _) => Ok(Name::new(namespace, local)),
            (None, Some(prefix)) => Err(self.error(at.node, format!("the prefix {prefix} is not declared"))),
            (None, None) => {
                let adopted = self.scopes.get(at.scope).filter(|scope| scope.is_adopted);
                Ok(Name::new(adopted.map_or("", |scope| scope.target.as_str()), local))
            }
        }
    }

    /// An error at a node.
    pub fn error(&self, node: Node<'_, '_>, message: impl Into<String>) -> WsdlError {
        WsdlError::at(self.files, node, message)
    }
}
