//! Engineering objects: what an issue is about, by category.

use std::collections::HashMap;

use super::{
    element::Element,
    error::clipped,
    fields::{CONTROL_UNIT, FIELDS, Origin, UNKNOWN_CATEGORY},
    note::Notes,
    value::{Attributes, add},
};

/// The longest category that becomes the name of an attribute, in characters.
const LONGEST_CATEGORY: usize = 64;

/// The labels of parts that were seen, with their numbers.
type Parts = HashMap<String, usize>;

/// Adds the engineering objects of an issue to its attributes.
pub(super) fn read_engineering_objects(issue: &Element, attributes: &mut Attributes, notes: &mut Notes) {
    let mut parts = Parts::new();
    for environment in issue.children("ISSUE-ENVIRONMENT") {
        for element in environment.descendants("ENGINEERING-OBJECT") {
            Object::of(element).read(&mut parts, attributes, notes);
        }
    }
}

/// One of them.
struct Object<'e> {
    element: &'e Element,
    category: String,
    label: Option<String>,
    revision: Option<String>,
}

impl<'e> Object<'e> {
    fn of(element: &'e Element) -> Self {
        Self {
            element,
            category: element.child_text("CATEGORY").unwrap_or_default(),
            label: element.child_text("SHORT-LABEL"),
            revision: element.child_text("REVISION-LABEL"),
        }
    }

    fn read(self, parts: &mut Parts, attributes: &mut Attributes, notes: &mut Notes) {
        if self.label.is_none() && self.revision.is_none() {
            // An empty object says nothing, and exports have them.
            return;
        }
        if self.category.is_empty() {
            notes.add(self.element.place, "an ENGINEERING-OBJECT has no CATEGORY and is left out");
            return;
        }
        let is_revision = |origin| matches!(origin, Origin::PartRevision(category) if category == self.category);
        let has_category =
            |origin| matches!(origin, Origin::Objects(categories) if categories.contains(&self.category.as_str()));
        if let Some(field) = FIELDS.iter().find(|field| is_revision(field.origin)) {
            self.read_revision(field.name, parts, attributes, notes);
        } else if let Some(field) = FIELDS.iter().find(|field| has_category(field.origin)) {
            self.read_label(field.name, attributes, notes);
        } else {
            self.keep_unknown(attributes, notes);
        }
    }

    fn read_label(self, name: &str, attributes: &mut Attributes, notes: &mut Notes) {
        match self.label {
            Some(label) => add(attributes, name, label),
            None => notes.add(self.element.place, format!("{} has no SHORT-LABEL and is left out", self.category)),
        }
    }

    /// Hardware, software and part numbers: of the control unit, or of another part.
    fn read_revision(self, part_field: &str, parts: &mut Parts, attributes: &mut Attributes, notes: &mut Notes) {
        let Some(label) = &self.label else {
            notes.add(self.element.place, format!("{} has no SHORT-LABEL and is left out", self.category));
            return;
        };
        if self.revision.is_none() {
            notes.add(self.element.place, format!("{} of {:?} has no REVISION-LABEL", self.category, clipped(label)));
        }
        if label == CONTROL_UNIT {
            let is_its = |origin| matches!(origin, Origin::ControlUnit(category) if category == self.category);
            match FIELDS.iter().find(|field| is_its(field.origin)) {
                Some(field) => add(attributes, field.name, self.revision.unwrap_or_default()),
                None => self.keep_unknown(attributes, notes),
            }
            return;
        }
        let next = parts.len() + 1;
        let number = *parts.entry(label.clone()).or_insert(next);
        let part_name = FIELDS.iter().find(|field| field.origin == Origin::PartName).map_or("", |field| field.name);
        let part_name = format!("{part_name}_{number}");
        if !attributes.contains_key(&part_name) {
            add(attributes, &part_name, label.clone());
        }
        add(attributes, &format!("{part_field}_{number}"), self.revision.unwrap_or_default());
    }

    /// Keeps what no field is there for. The control unit has no field for a part number: there the revision is what is told.
    fn keep_unknown(self, attributes: &mut Attributes, notes: &mut Notes) {
        if self.category.chars().count() > LONGEST_CATEGORY {
            notes.add(self.element.place, format!("the category {:?} is too long and is left out", clipped(&self.category)));
            return;
        }
        let name = |c: char| if c.is_alphanumeric() || matches!(c, '_' | '-') { c } else { '_' };
        let category: String = self.category.to_lowercase().chars().map(name).collect();
        let attribute = format!("{UNKNOWN_CATEGORY}{category}");
        let what =
            if self.label.as_deref() == Some(CONTROL_UNIT) { "of the control unit has no field" } else { "is not known" };
        notes.add(self.element.place, format!("the category {:?} {what}: kept as {attribute}", clipped(&self.category)));
        let label = self.label.filter(|label| label != CONTROL_UNIT || self.revision.is_none());
        add(attributes, &attribute, label.or(self.revision).unwrap_or_default());
    }
}
