//! The SOAP envelope of an answer: its head is passed over, its body read.

use serde_json::Value;

use super::{
    answer::{
        AnswerError, DeviationKind,
        value::Reader,
        xml::{Tag, Token},
    },
    fault::{self, Fault},
    schema::Element,
};

/// The namespace of SOAP 1.1.
pub(super) const SOAP: &str = "http://schemas.xmlsoap.org/soap/envelope/";
/// The namespace of SOAP 1.2, which is not supported.
const SOAP12: &str = "http://www.w3.org/2003/05/soap-envelope";
/// The namespace of `xsi:nil` and `xsi:type`.
pub(super) const XSI: &str = "http://www.w3.org/2001/XMLSchema-instance";

/// Reads an envelope: what the body holds, which is what the schema says, or a fault.
pub(super) fn read(reader: &mut Reader<'_, '_>, expected: Option<&Element>) -> Result<Result<Value, Fault>, AnswerError> {
    let Token::Open(root) = reader.pull.next()? else { return Err(reader.pull.error("there is no envelope")) };
    if root.name.namespace == SOAP12 {
        return Err(reader.pull.error("this is SOAP 1.2, and SOAP 1.1 is what is supported"));
    }
    if root.name.local != "Envelope" || root.name.namespace != SOAP {
        return Err(reader.pull.error(format!("the root element is {} and not the Envelope of SOAP 1.1", root.name)));
    }
    let mut body = None;
    loop {
        match reader.pull.next()? {
            Token::Open(tag) if tag.name.local == "Body" && body.is_none() => body = Some(read_body(reader, expected)?),
            Token::Open(_) => reader.pull.skip()?,
            Token::Text(_) | Token::Close => {}
            Token::End => break,
        }
    }
    body.ok_or_else(|| reader.pull.error("the envelope has no body"))
}

fn read_body(reader: &mut Reader<'_, '_>, expected: Option<&Element>) -> Result<Result<Value, Fault>, AnswerError> {
    let mut read = None;
    loop {
        match reader.pull.next()? {
            Token::Open(tag) if read.is_none() => read = Some(content(reader, tag, expected)?),
            Token::Open(tag) => {
                reader.report(DeviationKind::Element, &tag.name.local);
                reader.pull.skip()?;
            }
            Token::Text(_) => {}
            Token::Close | Token::End => break,
        }
    }
    match (read, expected) {
        (Some(read), _) => Ok(read),
        (None, None) => Ok(Ok(Value::Null)),
        (None, Some(expected)) => {
            Err(AnswerError::UnexpectedElement { expected: expected.name.to_string(), found: "nothing".to_owned() })
        }
    }
}

fn content(reader: &mut Reader<'_, '_>, tag: Tag, expected: Option<&Element>) -> Result<Result<Value, Fault>, AnswerError> {
    if tag.name.local == "Fault" && matches!(tag.name.namespace.as_str(), SOAP | "") {
        return fault::read(reader).map(Err);
    }
    match expected {
        // By its local name: some services qualify it and some do not.
        Some(expected) if expected.name.local == tag.name.local => reader.element(tag, Some(expected.type_id), "").map(Ok),
        _ => Err(AnswerError::UnexpectedElement {
            expected: expected.map_or_else(|| "nothing".to_owned(), |expected| expected.name.to_string()),
            found: tag.name.to_string(),
        }),
    }
}
