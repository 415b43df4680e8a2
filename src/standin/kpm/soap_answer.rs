//! Writing answers and faults as the service does, its header included.

use std::fmt::Write;

use bytes::Bytes;
use uuid::Uuid;

use super::{
    addressing::{ADDRESSING, action},
    contract::{Contract, NAMESPACE},
    element::{Content, Element},
    failure::Failure,
    operations::Done,
    soap_request::{Request, SOAP},
    xml::{escaped, push_text},
};

const WSSE: &str = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";
const WSU: &str = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd";
const SAML: &str = "urn:oasis:names:tc:SAML:2.0:assertion";
const XOP: &str = "http://www.w3.org/2004/08/xop/include";
const ANONYMOUS: &str = "http://www.w3.org/2005/08/addressing/anonymous";
/// The version that every answer tells.
const VERSION: (&str, &str) = ("3.13.0", "2022-05-02");

/// The `ResponseMessage` of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Message {
    pub(super) id: String,
    kind: &'static str,
    text: String,
}

impl Message {
    pub(super) fn success() -> Self {
        Self { id: "INFO_001".to_owned(), kind: "MT_INFO", text: "Method completed successfully".to_owned() }
    }

    pub(super) fn warning(code: &str) -> Self {
        Self { id: code.to_owned(), kind: "MT_WARNING", text: "Method completed with warnings".to_owned() }
    }

    pub(super) fn refusal(code: &str, text: &str) -> Self {
        Self { id: code.to_owned(), kind: "MT_FAULT", text: text.to_owned() }
    }

    fn element(&self) -> Element {
        let fields = [
            ("MessageId", self.id.as_str()),
            ("MessageType", self.kind),
            ("MessageText", &self.text),
            ("VersionId", VERSION.0),
            ("VersionDate", VERSION.1),
        ];
        Element::group("ResponseMessage", fields.map(|(name, text)| Element::text(name, text)).to_vec())
    }
}

impl From<&Done> for Message {
    fn from(done: &Done) -> Self {
        done.warning.map_or_else(Self::success, Self::warning)
    }
}

/// An envelope, and the bytes that it refers to.
#[derive(Debug)]
pub(super) struct Envelope {
    pub(super) xml: String,
    /// Content id and bytes.
    pub(super) attached: Vec<(String, Bytes)>,
}

/// The answer to a request. Its inner element is named as the contract has it, with or without `Internal`.
pub(super) fn answer(contract: &Contract, request: &Request, message: &Message, payload: &[Element]) -> Envelope {
    let operation = &request.operation;
    let inner = contract.answer(operation).map(|field| field.name.as_str()).unwrap_or_default();
    let mut envelope = Envelope { xml: String::new(), attached: Vec::new() };
    let _ = write!(envelope.xml, "<soap:Envelope xmlns:soap=\"{SOAP}\"><soap:Header>{}</soap:Header>", header(request));
    let _ = write!(envelope.xml, "<soap:Body><n:{operation}Response xmlns:n=\"{NAMESPACE}\"><{inner}>");
    envelope.push(&message.element());
    for element in payload {
        envelope.push(element);
    }
    let _ = write!(envelope.xml, "</{inner}></n:{operation}Response></soap:Body></soap:Envelope>");
    envelope
}

/// A security header that says who vouches for the answer, though nobody needs it here, and addressing.
fn header(request: &Request) -> String {
    let now = jiff::Timestamp::now();
    let expires = now.saturating_add(jiff::SignedDuration::from_mins(5)).unwrap_or(now);
    let time = |at: jiff::Timestamp| at.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string();
    let (created, expires) = (time(now), time(expires));
    let mut header = format!(
        "<wsse:Security xmlns:wsse=\"{WSSE}\" xmlns:wsu=\"{WSU}\">\
         <wsu:Timestamp wsu:Id=\"TS-1\"><wsu:Created>{created}</wsu:Created><wsu:Expires>{expires}</wsu:Expires></wsu:Timestamp>\
         <saml:Assertion xmlns:saml=\"{SAML}\" ID=\"_{}\" IssueInstant=\"{created}\" Version=\"2.0\">\
         <saml:Issuer>standin</saml:Issuer></saml:Assertion></wsse:Security>",
        Uuid::new_v4().simple(),
    );
    let action = action(&request.operation, "Response");
    let _ = write!(header, "<To xmlns=\"{ADDRESSING}\">{ANONYMOUS}</To><Action xmlns=\"{ADDRESSING}\">{action}</Action>");
    let _ = write!(header, "<MessageID xmlns=\"{ADDRESSING}\">urn:uuid:{}</MessageID>", Uuid::new_v4());
    if let Some(id) = &request.addressing.message_id {
        let _ = write!(header, "<RelatesTo xmlns=\"{ADDRESSING}\">{}</RelatesTo>", escaped(id));
    }
    header
}

impl Envelope {
    fn push(&mut self, element: &Element) {
        let _ = write!(self.xml, "<{}", element.name);
        for (name, value) in &element.attributes {
            let _ = write!(self.xml, " {name}=\"{}\"", escaped(value));
        }
        self.xml.push('>');
        match &element.content {
            Content::Text(text) => self.xml.push_str(&escaped(text)),
            Content::Elements(elements) => elements.iter().for_each(|element| self.push(element)),
            Content::Binary(bytes) => {
                let id = format!("{}-{}@cxf.apache.org", Uuid::new_v4(), self.attached.len() + 1);
                let _ = write!(self.xml, "<xop:Include xmlns:xop=\"{XOP}\" href=\"cid:{id}\"/>");
                self.attached.push((id, bytes.clone()));
            }
        }
        let _ = write!(self.xml, "</{}>", element.name);
    }
}

/// The fault for a failure; `None` for one that is told in an answer like any other.
pub(super) fn fault(failure: &Failure) -> Option<String> {
    let (side, said, detail) = match failure {
        Failure::Client(said) => ("Client", said.as_str(), String::new()),
        Failure::Internal => ("Server", "Internal Error", String::new()),
        Failure::Kpm { code, message } => ("Server", "", kpm_fault(code, message)),
        Failure::Refused { .. } => return None,
    };
    let mut xml = format!("<soap:Envelope xmlns:soap=\"{SOAP}\"><soap:Body><soap:Fault><faultcode>soap:{side}</faultcode>");
    push_text(&mut xml, "faultstring", said);
    xml.push_str(&detail);
    xml.push_str("</soap:Fault></soap:Body></soap:Envelope>");
    Some(xml)
}

fn kpm_fault(code: &str, message: &str) -> String {
    let mut xml = format!("<detail><n:KpmFault xmlns:n=\"{NAMESPACE}\">");
    push_text(&mut xml, "errorCode", code);
    push_text(&mut xml, "message", message);
    xml.push_str("</n:KpmFault></detail>");
    xml
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_refusals_are_no_faults() {
        assert_eq!(fault(&Failure::not_readable()), None);
        let missing = fault(&Failure::not_found("Problem")).unwrap();
        assert!(missing.contains("<faultstring></faultstring><detail><n:KpmFault"), "{missing}");
        assert!(missing.contains("<errorCode>FC_501</errorCode><message>Problem not found</message>"), "{missing}");
        assert!(fault(&Failure::Internal).unwrap().contains("<faultstring>Internal Error</faultstring></soap:Fault>"));
        assert!(fault(&Failure::Client("a < b".to_owned())).unwrap().contains("soap:Client</faultcode><faultstring>a &lt; b<"));
    }
}
