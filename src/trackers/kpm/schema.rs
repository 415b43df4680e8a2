//! The schema of a KPM: the fields of a problem, as the WSDL describes its answers, and what its process steps tell.

use super::{
    Kpm, creation,
    statement::SETTABLE,
    steps::{ANALYSIS_HISTORY, ANALYSIS_TEXT, DUE_DATE, ERROR_NUMBER, RESPONSE_TEXT, STATUS, VERSION_OK},
    times,
};
use crate::{
    formats::soap::{self, Operation},
    sync::{
        fault::Fault,
        issue::READABLE,
        schema::{Class, Field, Kind, Schema},
    },
};

/// The class of problems.
const PROBLEM: &str = "problem";
/// The deepest groups that are looked at; a type may hold itself.
const DEEPEST: usize = 8;

/// All that the WSDL says of problems, and the attributes beside it.
pub(super) fn read(kpm: &Kpm) -> Result<Schema, Fault> {
    let contract = kpm.client.contract();
    let operation = contract.operation("GetDevelopmentProblemData").map_err(|error| Fault::permanent(error.to_string()))?;
    let inner = contract.answer_parts(operation, "").into_iter().find(|(name, _)| !name.starts_with('@'));
    let root = format!("{}/DevelopmentProblem", inner.map(|(name, _)| name).unwrap_or_default());
    let mut schema = Schema::new(kpm.name.clone(), PROBLEM);
    describe(kpm, operation, (&root, ""), &mut schema, 0);
    let problem = schema.classes.entry(PROBLEM.to_owned()).or_default();
    if problem.fields.is_empty() {
        return Err(Fault::permanent(
            "the WSDL does not say what a problem holds: GetDevelopmentProblemData answers no DevelopmentProblem",
        ));
    }
    for name in [STATUS, RESPONSE_TEXT, ERROR_NUMBER, VERSION_OK] {
        problem.fields.entry(name.to_owned()).or_insert_with(|| Field::new(Kind::Text)).writable = true;
    }
    for (name, field) in [
        (DUE_DATE, Field::new(Kind::Date)),
        (ANALYSIS_TEXT, Field::new(Kind::Text)),
        (ANALYSIS_HISTORY, Field::new(Kind::Text).read_only()),
        (READABLE, Field::new(Kind::Flag).read_only()),
    ] {
        problem.fields.insert(name.to_owned(), field);
    }
    Ok(schema)
}

/// Describes a group. `at`: its place in the WSDL, and its path as rules name it.
fn describe(kpm: &Kpm, operation: &Operation, at: (&str, &str), schema: &mut Schema, depth: usize) {
    let (place, path) = at;
    let mut class = Class { group: depth > 0, ..Class::default() };
    for (name, part) in kpm.client.contract().answer_parts(operation, place) {
        let plain = name.trim_start_matches('@');
        let inner_path = if path.is_empty() { plain.to_owned() } else { format!("{path}.{plain}") };
        let inner_place = format!("{place}/{name}");
        let kind = kind(kpm, operation, &part, (&inner_place, &inner_path), depth);
        if matches!(kind, Kind::Link(_)) {
            describe(kpm, operation, (&inner_place, &inner_path), schema, depth + 1);
        }
        let writable =
            matches!(kind, Kind::Link(_)) || SETTABLE.contains(&inner_path.as_str()) || creation::takes(kpm, &inner_path);
        let vocabulary = (!part.values.is_empty()).then(|| part.values.clone());
        class.fields.insert(plain.to_owned(), Field { title: None, kind, list: part.is_many, writable, vocabulary });
    }
    schema.classes.insert(class_name(path), class);
}

fn kind(kpm: &Kpm, operation: &Operation, part: &soap::Field, (place, path): (&str, &str), depth: usize) -> Kind {
    let has_parts = !kpm.client.contract().answer_parts(operation, place).is_empty();
    match (part.is_text, has_parts) {
        (true, false) if times::is_named_so(path) => Kind::Date,
        (true, false) => Kind::Text,
        (false, true) if depth < DEEPEST => Kind::Link(class_name(path)),
        // Text with attributes, anything at all, or a group within itself.
        _ => Kind::Unknown,
    }
}

fn class_name(path: &str) -> String {
    if path.is_empty() { PROBLEM.to_owned() } else { format!("{PROBLEM}.{path}") }
}
