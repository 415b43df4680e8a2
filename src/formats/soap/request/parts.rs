//! Asking what an element consists of, for a list of all that there is.

use super::field::Field;
use crate::formats::soap::{
    schema::{Type, TypeId},
    wsdl::{Contract, Operation},
};

impl Contract {
    /// What an element of a request consists of, by its path as for [`Contract::request_field`]; the empty path is the element of the
    /// operation. Attributes have `@` before their names. Nothing for what has no parts, or is not known.
    #[must_use]
    pub fn request_parts(&self, operation: &Operation, path: &str) -> Vec<(String, Field)> {
        self.parts(operation.input.type_id, path)
    }

    /// The same of an answer.
    #[must_use]
    pub fn answer_parts(&self, operation: &Operation, path: &str) -> Vec<(String, Field)> {
        operation.output.as_ref().map(|output| self.parts(output.type_id, path)).unwrap_or_default()
    }

    fn parts(&self, of: TypeId, path: &str) -> Vec<(String, Field)> {
        let mut type_id = of;
        for step in path.split('/').filter(|step| !step.is_empty()) {
            match self.schema.type_of(type_id) {
                Type::Complex(complex) if complex.fields.contains_key(step) => type_id = complex.fields[step].element.type_id,
                _ => return Vec::new(),
            }
        }
        let Type::Complex(complex) = self.schema.type_of(type_id) else { return Vec::new() };
        let elements = complex
            .fields
            .iter()
            .map(|(name, field)| (name.clone(), self.described(field.element.type_id, field.is_many, field.is_required)));
        let attributes = complex.attributes.iter().map(|attribute| {
            (format!("@{}", attribute.name.local), self.described(attribute.type_id, false, attribute.is_required))
        });
        elements.chain(attributes).collect()
    }

    fn described(&self, type_id: TypeId, is_many: bool, is_required: bool) -> Field {
        let text = self.schema.text_of(type_id);
        Field {
            is_many,
            is_required,
            is_text: text.is_some(),
            values: text.map(|text| text.values().to_vec()).unwrap_or_default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_listed_with_what_they_hold() {
        let contract = Contract::read("kpm.wsdl", include_bytes!("../../../standin/kpm/kpm.wsdl")).unwrap();
        let create = contract.operation("CreateDevelopmentProblem").unwrap();
        let names = |parts: Vec<(String, Field)>| parts.into_iter().map(|(name, _)| name).collect::<Vec<_>>();
        assert_eq!(names(contract.request_parts(create, "")), ["Analysis", "DevelopmentProblem", "UserAuthentification"]);
        let problem = contract.request_parts(create, "DevelopmentProblem");
        let rating = &problem.iter().find(|(name, _)| name == "Rating").unwrap().1;
        assert!(rating.is_required && rating.is_text && !rating.is_many);
        assert_eq!(
            names(contract.request_parts(create, "DevelopmentProblem/AdditionalCriteriaList/AdditionalCriteria")),
            ["@description"]
        );
        assert!(contract.request_parts(create, "DevelopmentProblem/Rating").is_empty());
        assert!(contract.request_parts(create, "Nothing/There").is_empty());
        let answer = contract.operation("GetDevelopmentProblemData").unwrap();
        assert_eq!(names(contract.answer_parts(answer, "")), ["GetDevelopmentProblemDataResponseInternal"]);
    }
}
