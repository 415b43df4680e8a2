//! Asking what a request can hold, before there is one: for the check of a configuration.

use crate::formats::soap::{
    name::{nearest, suggestion},
    schema::{ComplexType, Type, TypeId},
    wsdl::{Contract, Operation},
};

/// What the schema says about a field of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// Whether it may occur more than once, by itself or because an element around it may.
    pub is_many: bool,
    /// Whether it has to be there, given the element around it.
    pub is_required: bool,
    /// Whether it holds text: the path leads to a value, not to a group of them.
    pub is_text: bool,
    /// The values allowed; empty where they are not listed.
    pub values: Vec<String>,
}

/// The schema of an operation has no such field.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the request {operation} has no field {path}: {step} is not known to the WSDL{}", suggestion(near.as_deref()))]
pub struct UnknownField {
    /// The operation.
    pub operation: String,
    /// The path that was asked for.
    pub path: String,
    /// The first step that leads nowhere.
    pub step: String,
    /// What was probably meant in its place.
    pub near: Option<String>,
}

impl Contract {
    /// What the schema says about a field of a request, by its path from the element of the operation:
    /// `DevelopmentProblem/Origin/Phase`, with `@` before the name of an attribute.
    ///
    /// # Errors
    /// The first step of the path that the schema does not know.
    pub fn request_field(&self, operation: &Operation, path: &str) -> Result<Field, UnknownField> {
        let mut type_id = operation.input.type_id;
        let mut field = Field { is_many: false, is_required: true, is_text: false, values: Vec::new() };
        for step in path.split('/') {
            let found = self.step(type_id, step);
            let (next, is_many, is_required) = found.map_err(|near| UnknownField {
                operation: operation.name().to_owned(),
                path: path.to_owned(),
                step: step.to_owned(),
                near,
            })?;
            field.is_many |= is_many;
            field.is_required = is_required;
            type_id = next;
        }
        if let Some(text) = self.schema.text_of(type_id) {
            field.is_text = true;
            field.values = text.values().to_vec();
        }
        Ok(field)
    }

    fn step(&self, type_id: TypeId, step: &str) -> Result<(TypeId, bool, bool), Option<String>> {
        let Type::Complex(complex) = self.schema.type_of(type_id) else { return Err(None) };
        if let Some(name) = step.strip_prefix('@') {
            let attribute = complex.attributes.iter().find(|attribute| attribute.name.local == name);
            return attribute.map(|found| (found.type_id, false, found.is_required)).ok_or_else(|| near(complex, step));
        }
        let field = complex.fields.get(step);
        field.map(|field| (field.element.type_id, field.is_many, field.is_required)).ok_or_else(|| near(complex, step))
    }
}

fn near(complex: &ComplexType, step: &str) -> Option<String> {
    match step.strip_prefix('@') {
        Some(name) => {
            let names = complex.attributes.iter().map(|attribute| attribute.name.local.as_str());
            nearest(name, names).map(|near| format!("@{near}"))
        }
        None => nearest(step, complex.fields.keys().map(String::as_str)).map(str::to_owned),
    }
}
