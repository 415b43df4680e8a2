//! Building a request: a value becomes the body that the schema of an operation wants, or is refused with all that is wrong with it.

mod content;
mod field;
mod header;
mod parts;
mod write;

use std::fmt;

use serde_json::Value;

use self::{content::Builder, write::Out};
pub use self::{
    field::{Field, UnknownField},
    header::HeaderBlock,
};
use super::{
    limits::MOST_FINDINGS,
    wsdl::{Contract, Operation},
};

/// One thing that is wrong with a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Where, from the element of the operation: `Document/Data`, `ProcessStepId[2]`; empty for that element itself.
    pub path: String,
    /// What.
    pub message: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.path.as_str() {
            "" => f.write_str(&self.message),
            path => write!(f, "{path}: {}", self.message),
        }
    }
}

/// A request that the schema does not allow. Nothing in it tells the values that were refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestRefused {
    /// The operation.
    pub operation: String,
    /// What is wrong, up to [`MOST_FINDINGS`].
    pub findings: Vec<Finding>,
    /// How much more is wrong.
    pub more: usize,
}

impl fmt::Display for RequestRefused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the request {} does not fit the WSDL", self.operation)?;
        for (at, finding) in self.findings.iter().enumerate() {
            f.write_str(if at == 0 { ": " } else { "; " })?;
            finding.fmt(f)?;
        }
        if self.more > 0 { write!(f, "; and {} more", self.more) } else { Ok(()) }
    }
}

impl std::error::Error for RequestRefused {}

/// What is wrong so far.
#[derive(Debug, Default)]
struct Findings {
    list: Vec<Finding>,
    more: usize,
}

impl Findings {
    fn add(&mut self, path: &str, message: impl Into<String>) {
        if self.list.len() < MOST_FINDINGS {
            self.list.push(Finding { path: path.to_owned(), message: message.into() });
        } else {
            self.more += 1;
        }
    }
}

impl Contract {
    /// The envelope of a request, in UTF-8, with its XML declaration.
    ///
    /// `value` holds what is inside of the element of the operation: an object per element that has elements or attributes; an array
    /// where an element is repeated; an attribute as `@name`; text beside attributes as `#text`; else a text, a number, `true` or
    /// `false`, and `null` for an element that is nillable. The order in an object means nothing: the elements come in that of the
    /// schema.
    ///
    /// # Errors
    /// What is missing, unknown, repeated too often or out of range, and characters that XML cannot hold, all at once.
    pub fn request(&self, operation: &Operation, value: &Value, headers: &[HeaderBlock]) -> Result<String, RequestRefused> {
        let mut findings = Findings::default();
        let mut out = Out::default();
        for header in headers {
            header.write(&mut out, "header", 0, &mut findings);
        }
        let head = out.take();
        let mut builder = Builder { schema: &self.schema, out, findings };
        builder.element(&operation.input, value, "", 0);
        let Builder { mut out, findings, .. } = builder;
        if findings.list.is_empty() {
            let body = out.take();
            return Ok(out.envelope(&head, &body));
        }
        Err(RequestRefused { operation: operation.name().to_owned(), findings: findings.list, more: findings.more })
    }
}
