//! SOAP 1.1, document/literal, driven by a WSDL at run time: a [`Contract`] is read from a file, turns values into requests and answers
//! into values. It does no I/O but reading that file and what it imports; who sends the request, and to whom, is the caller's affair.
//!
//! Values are JSON. Requests are checked against the schema before they are sent, with all findings at once. Answers are read leniently:
//! what the schema does not know is kept and reported, so that a new release of a service does not stop anything.
//!
//! ```
//! # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
//! use bytes::Bytes;
//! use serde_json::json;
//! use trackersync::formats::soap::{AnswerLimits, Contract, HeaderBlock};
//!
//! let contract = Contract::read("kpm.wsdl", include_bytes!("../../standin/kpm/kpm.wsdl"))?;
//! contract.require(&["AddNotice", "GetDocument"])?;
//! let operation = contract.operation("AddNotice")?;
//! assert!(contract.request_field(operation, "UserAuthentification/UserId")?.is_required);
//!
//! // The order is that of the schema, whatever it is here.
//! let value = json!({ "Notice": "seen", "ProblemNumber": 7, "UserAuthentification": { "UserId": "me" } });
//! let to = HeaderBlock::text("http://www.w3.org/2005/08/addressing", "To", "ws://example.org/");
//! let request = contract.request(operation, &value, &[to])?;
//! assert!(request.contains("<ProblemNumber>7</ProblemNumber><Notice>seen</Notice>"));
//!
//! // What comes back, in chunks as the connection delivers them.
//! let body = format!(
//!     r#"<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><n:AddNoticeResponse xmlns:n="{}">
//!        <AddNoticeResponseInternal><ProcessStepId>1</ProcessStepId></AddNoticeResponseInternal>
//!        </n:AddNoticeResponse></s:Body></s:Envelope>"#,
//!     operation.input().namespace
//! );
//! let chunks = futures_util::stream::iter([Ok::<_, std::io::Error>(Bytes::from(body))]);
//! let mut answer = contract.answer(operation, "text/xml", chunks, AnswerLimits::default()).await?;
//! let value = answer.outcome.as_ref().map_err(Clone::clone)?;
//! assert_eq!(value["AddNoticeResponseInternal"]["ProcessStepId"], "1");
//!
//! // Documents come in parts of their own, where the value says {"$cid": …}.
//! while let Some(part) = answer.next_part().await? {
//!     while let Some(bytes) = answer.chunk().await? {
//!         println!("{}: {} bytes more", part.cid, bytes.len());
//!     }
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(()) }).unwrap();
//! ```
//!
//! Not supported, and refused by name: rpc style and encoded messages, SOAP 1.2, `xsd:redefine`. Read without being checked: lists,
//! unions, bounds of dates, fixed values, and patterns that [`Contract::unchecked`] lists. Elements that stand in for others
//! (`substitutionGroup`) are unknown elements to this reader, and only answers may say `xsi:type`.

mod answer;
mod envelope;
mod fault;
mod limits;
mod multipart;
mod name;
mod request;
mod schema;
#[cfg(test)]
mod tests;
mod wsdl;

pub use self::{
    answer::{Answer, AnswerError, Binary, Deviation, DeviationKind, NotBinary, Part},
    fault::Fault,
    limits::{
        AnswerLimits, DEEPEST_MESSAGE, DEEPEST_SCHEMA, MOST_ATTRIBUTES, MOST_BOUNDARY_BYTES, MOST_ELEMENTS, MOST_FIELDS,
        MOST_FILE_BYTES, MOST_FILES, MOST_FINDINGS, MOST_HEADER_BYTES, MOST_NODES, MOST_PREAMBLE_BYTES, MOST_TEXT_BYTES,
    },
    name::Name,
    request::{Field, Finding, HeaderBlock, RequestRefused, UnknownField},
    wsdl::{Contract, MissingOperations, Operation, UnknownOperation, WsdlError},
};
