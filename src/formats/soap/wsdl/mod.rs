//! WSDL 1.1: the operations of a service, where it is, and what its messages look like. Read at run time, so a new release of a service
//! needs a new file and no new program.

mod error;
mod read;
mod sources;

use std::{collections::BTreeMap, path::Path};

pub use self::error::WsdlError;
pub(super) use self::sources::{Source, Sources};
use super::{
    name::{Name, nearest, suggestion},
    schema::{self, Element, Schema},
};

/// The namespace of WSDL 1.1.
pub(super) const WSDL: &str = "http://schemas.xmlsoap.org/wsdl/";
/// The namespace of WSDL's binding to SOAP 1.1.
pub(super) const WSDL_SOAP: &str = "http://schemas.xmlsoap.org/wsdl/soap/";
/// The namespace of WSDL's binding to SOAP 1.2, which is not supported.
const WSDL_SOAP12: &str = "http://schemas.xmlsoap.org/wsdl/soap12/";
/// The namespace of XML Schema.
pub(super) const XSD: &str = "http://www.w3.org/2001/XMLSchema";

/// What a WSDL says about a service.
#[derive(Debug)]
pub struct Contract {
    file: String,
    address: String,
    operations: BTreeMap<String, Operation>,
    pub(super) schema: Schema,
}

/// One call that a service offers.
#[derive(Clone, Debug)]
pub struct Operation {
    name: String,
    soap_action: String,
    pub(super) input: Element,
    pub(super) output: Option<Element>,
    faults: Vec<Name>,
}

/// A service does not offer an operation.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file} has no operation {name}{}", suggestion(near.as_deref()))]
pub struct UnknownOperation {
    /// The WSDL.
    pub file: String,
    /// What was asked for.
    pub name: String,
    /// What was probably meant.
    pub near: Option<String>,
}

/// A service lacks operations that are needed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file} lacks the operations {}: ask the owner of the service for the WSDL of a release that has them", missing.join(", "))]
pub struct MissingOperations {
    /// The WSDL.
    pub file: String,
    /// What it lacks.
    pub missing: Vec<String>,
}

impl Contract {
    /// Reads a WSDL and the files that it imports, which have to lie in its folder or below.
    ///
    /// # Errors
    /// Files that cannot be read or are too large, what is no WSDL 1.1 with a SOAP 1.1 port, any style but document/literal, and
    /// references to what is not there.
    pub fn open(path: &Path) -> Result<Self, WsdlError> {
        Self::of(&Sources::of_file(path)?)
    }

    /// Reads a WSDL that imports no file. `name` is its name in messages.
    ///
    /// # Errors
    /// As for [`Contract::open`].
    pub fn read(name: &str, bytes: &[u8]) -> Result<Self, WsdlError> {
        Self::of(&Sources::of_text(name, bytes)?)
    }

    fn of(sources: &Sources) -> Result<Self, WsdlError> {
        let documents = sources.documents()?;
        let schema = schema::read(sources, &documents)?;
        let read::Service { address, operations } = read::service(sources, &documents, &schema)?;
        let file = sources.files.first().map(|file| file.name.clone()).unwrap_or_default();
        Ok(Self { file, address, operations, schema })
    }

    /// Where the service is: the address of the first SOAP 1.1 port.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    /// All operations, in order of name.
    pub fn operations(&self) -> impl Iterator<Item = &Operation> {
        self.operations.values()
    }

    /// What the schema demands and is not checked before sending, each with its place: patterns that only a full engine for XML Schema's
    /// expressions can do.
    #[must_use]
    pub fn unchecked(&self) -> &[String] {
        &self.schema.unchecked
    }

    /// An operation by name.
    ///
    /// # Errors
    /// There is none; the error names the nearest one.
    pub fn operation(&self, name: &str) -> Result<&Operation, UnknownOperation> {
        self.operations.get(name).ok_or_else(|| UnknownOperation {
            file: self.file.clone(),
            name: name.to_owned(),
            near: nearest(name, self.operations.keys().map(String::as_str)).map(str::to_owned),
        })
    }

    /// Checks that a service offers all operations that are needed.
    ///
    /// # Errors
    /// Those that it lacks.
    pub fn require(&self, names: &[&str]) -> Result<(), MissingOperations> {
        let lacks = |name: &&&str| !self.operations.contains_key(**name);
        let missing: Vec<String> = names.iter().filter(lacks).map(|name| (*name).to_owned()).collect();
        if missing.is_empty() { Ok(()) } else { Err(MissingOperations { file: self.file.clone(), missing }) }
    }
}

impl Operation {
    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What the header `SOAPAction` has to hold, without the quotes around it; often empty.
    #[must_use]
    pub fn soap_action(&self) -> &str {
        &self.soap_action
    }

    /// The element that a request consists of.
    #[must_use]
    pub fn input(&self) -> &Name {
        &self.input.name
    }

    /// The element that an answer consists of; `None` where none comes.
    #[must_use]
    pub fn output(&self) -> Option<&Name> {
        self.output.as_ref().map(|output| &output.name)
    }

    /// The elements that may stand in the detail of a fault.
    pub fn faults(&self) -> impl Iterator<Item = &Name> {
        self.faults.iter()
    }
}
