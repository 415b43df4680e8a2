//! SOAP faults: what a service answers in place of a result, mostly with HTTP status 500.

use std::fmt;

use serde_json::{Map, Value};

use super::answer::{
    AnswerError,
    value::{Reader, add, join},
    xml::Token,
};

/// A SOAP fault (SOAP 1.1, section 4.4).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fault {
    /// `faultcode`, with the prefix that the service wrote.
    pub code: String,
    /// `faultstring`; some services leave it empty.
    pub message: String,
    /// `faultactor`.
    pub actor: Option<String>,
    /// `detail`: an object by the names of what it holds, read as the schema says where it knows them; `null` without any.
    pub detail: Value,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let message = if self.message.is_empty() { "no message" } else { &self.message };
        write!(f, "SOAP fault {}: {message}", self.code)
    }
}

impl std::error::Error for Fault {}

/// Reads a fault that was opened, to its end.
pub(super) fn read(reader: &mut Reader<'_, '_>) -> Result<Fault, AnswerError> {
    let mut fault = Fault::default();
    loop {
        match reader.pull.next()? {
            Token::Open(tag) if tag.name.local == "detail" => fault.detail = detail(reader)?,
            Token::Open(tag) => {
                let local = tag.name.local.clone();
                let Value::String(text) = reader.element(tag, None, &join("Fault", &local))? else { continue };
                match local.as_str() {
                    "faultcode" => fault.code = text,
                    "faultstring" => fault.message = text,
                    "faultactor" => fault.actor = Some(text),
                    _ => {}
                }
            }
            Token::Text(_) => {}
            Token::Close | Token::End => return Ok(fault),
        }
    }
}

fn detail(reader: &mut Reader<'_, '_>) -> Result<Value, AnswerError> {
    let mut object = Map::new();
    loop {
        match reader.pull.next()? {
            Token::Open(tag) => {
                let known = reader.schema.element(&tag.name.namespace, &tag.name.local).map(|element| element.type_id);
                let local = tag.name.local.clone();
                let value = reader.element(tag, known, &join("Fault/detail", &local))?;
                add(&mut object, local, value);
            }
            Token::Text(_) => {}
            Token::Close | Token::End => break,
        }
    }
    Ok(if object.is_empty() { Value::Null } else { Value::Object(object) })
}
