//! The contract, read from the WSDL: which fields a request and an answer have, in which order, how often and of which kind.
//!
//! Only what our own WSDL needs is understood; anything else is an error at the start, never a rule that silently does not hold.

use std::collections::BTreeMap;

use roxmltree::{Document, Node};

/// The contract of our own. The address in it is replaced by that of the running stand-in.
pub const WSDL: &str = include_str!("kpm.wsdl");
/// The namespace of the service: of the operations' elements, and of nothing inside them.
pub(super) const NAMESPACE: &str = "http://xmldefs.volkswagenag.com/PP/QM/GroupProblemManagementService/V3";
const WSDL_ADDRESS: &str = "http://127.0.0.1:18500/services";
const XSD: &str = "http://www.w3.org/2001/XMLSchema";

/// What the value of a field is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    /// `xsd:int` and `xsd:long`.
    Whole,
    Boolean,
    Base64,
    /// A type of the contract.
    Named(String),
}

/// A field in a sequence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Field {
    pub(super) name: String,
    pub(super) kind: Kind,
    pub(super) at_least: usize,
    /// `None` is without end.
    pub(super) at_most: Option<usize>,
}

/// A type: a sequence of fields, or a text with attributes.
#[derive(Debug, Default)]
pub(super) struct Shape {
    pub(super) fields: Vec<Field>,
    /// The attributes of a text; such a type has no fields.
    pub(super) attributes: Vec<String>,
}

/// The whole contract.
#[derive(Debug)]
pub(super) struct Contract {
    /// The elements: operations and their answers.
    elements: BTreeMap<String, Vec<Field>>,
    types: BTreeMap<String, Shape>,
}

impl Contract {
    /// Reads a WSDL.
    pub(super) fn read(wsdl: &str) -> Result<Self, String> {
        let document = Document::parse(wsdl).map_err(|error| format!("the WSDL is no XML: {error}"))?;
        let schema = document.descendants().find(|node| node.has_tag_name((XSD, "schema")));
        let schema = schema.ok_or("the WSDL holds no schema")?;
        let mut contract = Self { elements: BTreeMap::new(), types: BTreeMap::new() };
        for node in schema.children().filter(Node::is_element) {
            let name = node.attribute("name").ok_or("something in the schema has no name")?.to_owned();
            match (node.tag_name().name(), child(node, "complexType")) {
                ("complexType", _) => {
                    let shape = contract.shape(node)?;
                    contract.types.insert(name, shape);
                }
                ("element", Some(inner)) => {
                    let fields = contract.shape(inner)?.fields;
                    contract.elements.insert(name, fields);
                }
                // Elements of a named type are those of faults.
                ("element", None) => {}
                (other, _) => return Err(format!("<{other}> in a schema is not understood")),
            }
        }
        Ok(contract)
    }

    /// A type whose base, if it has one, was read before.
    fn shape(&self, node: Node) -> Result<Shape, String> {
        if let Some(content) = child(node, "simpleContent") {
            let named = |node: Node| node.attribute("name").map(str::to_owned);
            let attributes = content.descendants().filter(|node| node.has_tag_name((XSD, "attribute"))).filter_map(named);
            return Ok(Shape { fields: Vec::new(), attributes: attributes.collect() });
        }
        let Some(extension) = child(node, "complexContent").and_then(|content| child(content, "extension")) else {
            return Ok(Shape { fields: sequence(node)?, attributes: Vec::new() });
        };
        let base = extension.attribute("base").map(local).unwrap_or_default();
        let base = self.types.get(base).ok_or_else(|| format!("the base {base} of a type does not stand before it"))?;
        let mut fields = base.fields.clone();
        fields.extend(sequence(extension)?);
        Ok(Shape { fields, attributes: Vec::new() })
    }

    /// The fields of an operation's request; `None` if there is no such operation.
    pub(super) fn request(&self, operation: &str) -> Option<&[Field]> {
        // Only what has an answer is an operation.
        self.answer(operation)?;
        self.elements.get(operation).map(Vec::as_slice)
    }

    /// The one element inside an operation's answer: its name goes with or without `Internal`.
    pub(super) fn answer(&self, operation: &str) -> Option<&Field> {
        self.elements.get(&format!("{operation}Response"))?.first()
    }

    /// A type by its name.
    pub(super) fn named(&self, name: &str) -> Option<&Shape> {
        self.types.get(name)
    }

    /// The fields of a type; none of one that is not there.
    pub(super) fn fields(&self, name: &str) -> &[Field] {
        self.named(name).map(|shape| shape.fields.as_slice()).unwrap_or_default()
    }
}

fn child<'a, 'i>(node: Node<'a, 'i>, name: &str) -> Option<Node<'a, 'i>> {
    node.children().find(|child| child.has_tag_name((XSD, name)))
}

fn local(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name)
}

fn sequence(node: Node) -> Result<Vec<Field>, String> {
    let sequence = child(node, "sequence").ok_or("a type has no sequence")?;
    sequence.children().filter(Node::is_element).map(field).collect()
}

fn field(node: Node) -> Result<Field, String> {
    let (Some(name), Some(kind)) = (node.attribute("name"), node.attribute("type")) else {
        return Err("a field has no name or no type".to_owned());
    };
    let kind = match kind {
        "xsd:string" => Kind::Text,
        "xsd:int" | "xsd:long" => Kind::Whole,
        "xsd:boolean" => Kind::Boolean,
        "xsd:base64Binary" => Kind::Base64,
        other if other.starts_with("k:") => Kind::Named(local(other).to_owned()),
        other => return Err(format!("the type {other} of {name} is not understood")),
    };
    let at_least = usize::from(node.attribute("minOccurs") != Some("0"));
    let at_most = if node.attribute("maxOccurs") == Some("unbounded") { None } else { Some(1) };
    Ok(Field { name: name.to_owned(), kind, at_least, at_most })
}

/// The WSDL with the address where the service is to be had.
pub(super) fn wsdl_at(address: &str) -> String {
    WSDL.replace(WSDL_ADDRESS, &super::xml::escaped(address))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_fourteen_operations_are_known() {
        let contract = Contract::read(WSDL).unwrap();
        let operations: Vec<&str> =
            contract.elements.keys().map(String::as_str).filter(|name| contract.request(name).is_some()).collect();
        assert_eq!(operations.len(), 14, "{operations:?}");
        assert_eq!(contract.answer("GetProcessStep").unwrap().name, "GetProcessStepResponse");
        assert_eq!(contract.answer("GetProcessSteps").unwrap().name, "GetProcessStepsResponseInternal");
        assert_eq!(contract.request("GetServiceInfoResponse"), None);
    }

    #[test]
    fn a_type_begins_with_the_fields_of_its_base() {
        let contract = Contract::read(WSDL).unwrap();
        let fields = contract.fields("DevelopmentProblem");
        assert_eq!((fields[0].name.as_str(), fields.last().unwrap().name.as_str()), ("ProblemNumber", "ProblemType"));
        let mandatory: Vec<&str> = fields.iter().filter(|field| field.at_least == 1).map(|field| field.name.as_str()).collect();
        assert_eq!(mandatory, ["Rating", "Description", "ShortText"]);
        assert_eq!(contract.named("AdditionalCriteria").unwrap().attributes, ["description"]);
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        let schema = |inner: &str| format!("<s:schema xmlns:s='{XSD}'>{inner}</s:schema>");
        for (wsdl, said) in [
            ("<a/>".to_owned(), "no schema"),
            ("<a>".to_owned(), "no XML"),
            (schema("<s:simpleType name='a'/>"), "simpleType"),
            (schema("<s:complexType name='a'><s:choice/></s:complexType>"), "no sequence"),
            (schema("<s:complexType name='a'><s:sequence><s:any/></s:sequence></s:complexType>"), "no name"),
        ] {
            let error = Contract::read(&wsdl).unwrap_err();
            assert!(error.contains(said), "{error}");
        }
    }

    #[test]
    fn the_wsdl_tells_where_the_service_is() {
        let wsdl = wsdl_at("https://kpm.example/a?b&c");
        assert!(wsdl.contains("<soap:address location=\"https://kpm.example/a?b&amp;c\"/>"));
        assert!(!wsdl.contains(WSDL_ADDRESS));
    }
}
