//! From port to binding to port type to messages: what is behind each operation.

use std::collections::{BTreeMap, HashMap};

use roxmltree::{Document, Node};

use super::{
    Operation, WSDL, WSDL_SOAP, WSDL_SOAP12,
    error::WsdlError,
    sources::{Source, Sources},
};
use crate::formats::soap::{
    name::Name,
    schema::{Element, Schema},
};

/// A service as its first SOAP 1.1 port offers it.
pub(super) struct Service {
    pub address: String,
    pub operations: BTreeMap<String, Operation>,
}

/// Finds the service of a WSDL.
pub(super) fn service(sources: &Sources, documents: &[Document<'_>], schema: &Schema) -> Result<Service, WsdlError> {
    let reader = Reader::build(&sources.files, documents, schema)?;
    let (port, address) = reader.port()?;
    let binding = reader.referred(port, "binding", "binding")?;
    let style = soap(binding, "binding").and_then(|node| node.attribute("style")).unwrap_or("document");
    let port_type = reader.referred(binding, "type", "portType")?;
    let mut operations = BTreeMap::new();
    for bound in wsdl_children(binding, "operation") {
        let operation = reader.operation(bound, style, port_type)?;
        let name = operation.name.clone();
        if operations.insert(name.clone(), operation).is_some() {
            return Err(
                reader.error(bound, format!("the operation {name} is there twice, and only its name tells calls apart"))
            );
        }
    }
    if operations.is_empty() {
        return Err(reader.error(binding, "this binding has no operation"));
    }
    Ok(Service { address, operations })
}

struct Reader<'r, 'a, 'i> {
    files: &'i [Source],
    schema: &'r Schema,
    root: Node<'a, 'i>,
    /// Messages, port types and bindings by tag and name.
    declared: HashMap<(&'a str, Name), Node<'a, 'i>>,
    services: Vec<Node<'a, 'i>>,
}

impl<'r, 'a, 'i> Reader<'r, 'a, 'i> {
    fn build(files: &'i [Source], documents: &'a [Document<'i>], schema: &'r Schema) -> Result<Self, WsdlError> {
        let Some(root) = documents.first().map(Document::root_element) else {
            return Err(WsdlError::of_file("", "there is no WSDL"));
        };
        if !root.has_tag_name((WSDL, "definitions")) {
            let message = format!("this is not WSDL 1.1: the root element has to be definitions of the namespace {WSDL}");
            return Err(WsdlError::at(files, root, message));
        }
        let mut reader = Self { files, schema, root, declared: HashMap::new(), services: Vec::new() };
        for document in documents {
            let root = document.root_element();
            let target = root.attribute("targetNamespace").unwrap_or_default();
            for node in root.children().filter(|node| node.tag_name().namespace() == Some(WSDL)) {
                let tag = node.tag_name().name();
                if tag == "service" {
                    reader.services.push(node);
                } else if let (true, Some(name)) = (matches!(tag, "message" | "portType" | "binding"), node.attribute("name")) {
                    reader.declared.insert((tag, Name::new(target, name)), node);
                }
            }
        }
        Ok(reader)
    }

    fn error(&self, node: Node<'_, '_>, message: impl Into<String>) -> WsdlError {
        WsdlError::at(self.files, node, message)
    }

    /// The first port with an address of SOAP 1.1.
    fn port(&self) -> Result<(Node<'a, 'i>, String), WsdlError> {
        let ports = || self.services.iter().flat_map(|service| wsdl_children(*service, "port"));
        for port in ports() {
            let Some(address) = soap(port, "address") else { continue };
            let location = address.attribute("location").map(str::trim).filter(|location| !location.is_empty());
            let location = location.ok_or_else(|| self.error(address, "the address has no location"))?;
            return Ok((port, location.to_owned()));
        }
        let is_soap12 = |port: Node<'_, '_>| port.children().any(|node| node.tag_name().namespace() == Some(WSDL_SOAP12));
        Err(match ports().find(|port| is_soap12(*port)) {
            Some(port) => self.error(port, "this service speaks SOAP 1.2 only, and SOAP 1.1 is what is supported"),
            None => self.error(self.root, "there is no service with a SOAP 1.1 port"),
        })
    }

    /// The declaration that an attribute refers to.
    fn referred(&self, node: Node<'a, 'i>, attribute: &str, tag: &'static str) -> Result<Node<'a, 'i>, WsdlError> {
        let Some(text) = node.attribute(attribute) else {
            return Err(self.error(node, format!("the attribute {attribute} is missing")));
        };
        let name = self.name(node, text)?;
        self.declared.get(&(tag, name.clone())).copied().ok_or_else(|| self.error(node, format!("there is no {tag} {name}")))
    }

    fn name(&self, node: Node<'_, '_>, text: &str) -> Result<Name, WsdlError> {
        let (prefix, local) = text.trim().split_once(':').map_or((None, text.trim()), |(prefix, local)| (Some(prefix), local));
        match (node.lookup_namespace_uri(prefix), prefix) {
            (None, Some(prefix)) => Err(self.error(node, format!("the prefix {prefix} is not declared"))),
            (namespace, _) => Ok(Name::new(namespace.unwrap_or_default(), local)),
        }
    }

    fn operation(&self, bound: Node<'a, 'i>, style: &str, port_type: Node<'a, 'i>) -> Result<Operation, WsdlError> {
        let name = bound.attribute("name").unwrap_or_default();
        let how = soap(bound, "operation");
        let style = how.and_then(|node| node.attribute("style")).unwrap_or(style);
        if style != "document" {
            return Err(
                self.error(bound, format!("the operation {name} is {style}, and document/literal is what is supported"))
            );
        }
        let declared = wsdl_children(port_type, "operation").find(|node| node.attribute("name") == Some(name));
        let Some(declared) = declared else {
            return Err(self.error(bound, format!("the operation {name} is not in the port type of this binding")));
        };
        let Some(input) = self.message(name, bound, declared, "input")? else {
            return Err(self.error(declared, format!("the operation {name} has no input")));
        };
        let output = self.message(name, bound, declared, "output")?;
        Ok(Operation {
            name: name.to_owned(),
            soap_action: how.and_then(|node| node.attribute("soapAction")).unwrap_or_default().to_owned(),
            input,
            output,
            faults: self.faults(name, bound, declared)?,
        })
    }

    /// The element of an input or output message.
    fn message(
        &self,
        operation: &str,
        bound: Node<'a, 'i>,
        declared: Node<'a, 'i>,
        direction: &str,
    ) -> Result<Option<Element>, WsdlError> {
        let Some(declared) = wsdl_children(declared, direction).next() else { return Ok(None) };
        let message = self.referred(declared, "message", "message")?;
        let bound = wsdl_children(bound, direction).next();
        // It may stand in a mime:part, where answers can have attachments.
        let body = bound.and_then(|node| node.descendants().find(|inside| inside.has_tag_name((WSDL_SOAP, "body"))));
        if let Some(body) = body {
            self.check_literal(operation, body)?;
        }
        let headers: Vec<&str> = bound
            .into_iter()
            .flat_map(|node| node.descendants().filter(|inside| inside.has_tag_name((WSDL_SOAP, "header"))))
            .filter_map(|header| header.attribute("part"))
            .collect();
        let listed: Option<Vec<&str>> =
            body.and_then(|body| body.attribute("parts")).map(|parts| parts.split_ascii_whitespace().collect());
        let is_in_body = |part: &Node<'_, '_>| {
            let name = part.attribute("name").unwrap_or_default();
            listed.as_ref().map_or(!headers.contains(&name), |listed| listed.contains(&name))
        };
        let parts: Vec<Node<'_, '_>> = wsdl_children(message, "part").filter(is_in_body).collect();
        let [part] = parts.as_slice() else {
            let count = parts.len();
            let text = format!("the {direction} of the operation {operation} has {count} parts, and a body is one element");
            return Err(self.error(message, text));
        };
        self.element(operation, *part).map(Some)
    }

    fn check_literal(&self, operation: &str, body: Node<'_, '_>) -> Result<(), WsdlError> {
        match body.attribute("use") {
            None | Some("literal") => Ok(()),
            Some(other) => Err(self.error(
                body,
                format!("the operation {operation} is document/{other}, and document/literal is what is supported"),
            )),
        }
    }

    fn element(&self, operation: &str, part: Node<'_, '_>) -> Result<Element, WsdlError> {
        let Some(name) = part.attribute("element") else {
            let message =
                format!("the message of the operation {operation} names a type, and document/literal wants an element");
            return Err(self.error(part, message));
        };
        let name = self.name(part, name)?;
        self.schema.elements.get(&name).cloned().ok_or_else(|| self.error(part, format!("there is no element {name}")))
    }

    fn faults(&self, operation: &str, bound: Node<'_, '_>, declared: Node<'a, 'i>) -> Result<Vec<Name>, WsdlError> {
        for fault in bound.descendants().filter(|node| node.has_tag_name((WSDL_SOAP, "fault"))) {
            self.check_literal(operation, fault)?;
        }
        let mut faults = Vec::new();
        for fault in wsdl_children(declared, "fault") {
            let message = self.referred(fault, "message", "message")?;
            for part in wsdl_children(message, "part") {
                faults.push(self.element(operation, part)?.name);
            }
        }
        Ok(faults)
    }
}

fn wsdl_children<'a, 'i>(node: Node<'a, 'i>, tag: &str) -> impl Iterator<Item = Node<'a, 'i>> {
    node.children().filter(move |child| child.has_tag_name((WSDL, tag)))
}

fn soap<'a, 'i>(node: Node<'a, 'i>, tag: &str) -> Option<Node<'a, 'i>> {
    node.children().find(|child| child.has_tag_name((WSDL_SOAP, tag)))
}
