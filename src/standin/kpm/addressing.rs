//! The header of a request: where it goes, what it asks for, and which stage it is meant for.

use roxmltree::Node;

use super::{contract::NAMESPACE, soap_request::SOAP};

/// WS-Addressing.
pub(super) const ADDRESSING: &str = "http://www.w3.org/2005/08/addressing";
/// What the owner adds to it.
const TECHNICAL: &str = "http://xmldefs.volkswagenag.com/Technical/Addressing/V1";
const TO: &str = "ws://volkswagenag.com/PP/QM/GroupProblemManagementService/V3";
const STAGES: [&str; 3] = ["Production", "QualityAssurance", "Test"];
const BRANDS: [&str; 2] = ["V", "AU"];

/// What a header said.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Addressing {
    pub(super) to: Option<String>,
    pub(super) action: Option<String>,
    pub(super) message_id: Option<String>,
}

impl Addressing {
    /// What is missing of that which a request needs.
    pub(super) fn missing(&self) -> Option<&'static str> {
        let parts = [("To", &self.to), ("Action", &self.action), ("MessageID", &self.message_id)];
        parts.iter().find(|(_, value)| value.is_none()).map(|(name, _)| *name)
    }
}

/// Reads a header. Parts of other namespaces are skipped, unless they must be understood.
pub(super) fn read(header: Node, operation: &str) -> Result<Addressing, String> {
    let mut addressing = Addressing::default();
    for part in header.children().filter(Node::is_element) {
        let (name, value) = (part.tag_name().name(), part.text().unwrap_or_default().trim());
        match (part.tag_name().namespace(), name) {
            (Some(ADDRESSING), "To") => addressing.to = Some(only(value, &[TO], name)?),
            (Some(ADDRESSING), "Action") => addressing.action = Some(only(value, &[&action(operation, "Request")], name)?),
            (Some(ADDRESSING), "MessageID") => addressing.message_id = Some(message_id(value)?),
            (Some(TECHNICAL), "Stage") => _ = only(value, &STAGES, name)?,
            (Some(TECHNICAL), "Brand") => _ = only(value, &BRANDS, name)?,
            _ if part.attribute((SOAP, "mustUnderstand")) == Some("1") => {
                return Err(format!("{name} in the header must be understood, and is not"));
            }
            _ => {}
        }
    }
    Ok(addressing)
}

/// The action of a request or of an answer.
pub(super) fn action(operation: &str, suffix: &str) -> String {
    format!("{NAMESPACE}/KpmService/{operation}{suffix}")
}

fn only(value: &str, allowed: &[&str], name: &str) -> Result<String, String> {
    if allowed.contains(&value) {
        return Ok(value.to_owned());
    }
    Err(format!("{name} in the header is '{value}' instead of {}", allowed.join(" or ")))
}

fn message_id(value: &str) -> Result<String, String> {
    let id = value.strip_prefix("urn:uuid:").and_then(|id| uuid::Uuid::parse_str(id).ok());
    id.map(|_| value.to_owned()).ok_or_else(|| format!("MessageID in the header is '{value}' instead of urn:uuid: and a UUID"))
}
