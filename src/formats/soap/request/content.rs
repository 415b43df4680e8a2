//! From value to element, steered by the schema.
//!
//! The values of an object wait by name, each with its place. The content model is walked in its order, and each element takes what waits
//! for it. What is still waiting at the end is too much, or unknown.

use std::{
    borrow::Cow,
    cmp::Reverse,
    collections::{BTreeMap, VecDeque},
};

use serde_json::{Map, Value};

use super::{Findings, write::Out};
use crate::formats::soap::{
    limits::DEEPEST_MESSAGE,
    name::{is_xml_char, nearest, suggestion},
    schema::{ComplexType, Element, Particle, Schema, SimpleType, Term, Type},
};

/// Writes elements.
pub(super) struct Builder<'s> {
    pub schema: &'s Schema,
    pub out: Out,
    pub findings: Findings,
}

/// What one object holds for its elements and was not taken yet, each with its path.
struct Waiting<'v> {
    fields: BTreeMap<&'v str, VecDeque<(String, &'v Value)>>,
}

impl<'v> Waiting<'v> {
    fn of(object: &'v Map<String, Value>, path: &str) -> Self {
        let mut fields = BTreeMap::new();
        for (name, value) in object.iter().filter(|(name, _)| !is_attribute_or_text(name)) {
            let here = join(path, name);
            let list = match value {
                Value::Array(items) => {
                    items.iter().enumerate().map(|(at, item)| (format!("{here}[{}]", at + 1), item)).collect()
                }
                value => VecDeque::from([(here, value)]),
            };
            fields.insert(name.as_str(), list);
        }
        Self { fields }
    }

    fn has(&self, name: &str) -> bool {
        self.fields.get(name).is_some_and(|list| !list.is_empty())
    }

    fn take(&mut self, name: &str) -> Option<(String, &'v Value)> {
        self.fields.get_mut(name)?.pop_front()
    }
}

fn is_attribute_or_text(name: &str) -> bool {
    name.starts_with('@') || name == "#text"
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}/{name}") }
}

impl<'s> Builder<'s> {
    /// Writes one element.
    pub fn element(&mut self, element: &'s Element, value: &Value, path: &str, depth: usize) {
        if depth >= DEEPEST_MESSAGE {
            return self.findings.add(path, format!("is nested more than {DEEPEST_MESSAGE} deep"));
        }
        let tag = self.out.open(&element.name);
        if value.is_null() {
            if !element.is_nillable {
                self.findings.add(path, "is null, and the schema does not allow that");
            }
            self.out.nil();
            return self.out.empty();
        }
        match self.schema.type_of(element.type_id) {
            Type::Simple(simple) => self.text(simple, value, path),
            Type::Complex(complex) => self.complex(complex, value, path, depth),
            Type::Anything => self.anything(value, path),
        }
        self.out.close(&tag);
    }

    fn text(&mut self, simple: &SimpleType, value: &Value, path: &str) {
        self.out.inside();
        if let Some(text) = self.checked_text(simple, value, path) {
            self.out.text(&text);
        }
    }

    fn anything(&mut self, value: &Value, path: &str) {
        self.out.inside();
        match plain(value) {
            Some(text) => {
                check_characters(&text, path, &mut self.findings);
                self.out.text(&text);
            }
            None => self.findings.add(path, "has to be text: the schema does not say which elements belong there"),
        }
    }

    fn checked_text<'v>(&mut self, simple: &SimpleType, value: &'v Value, path: &str) -> Option<Cow<'v, str>> {
        let Some(text) = plain(value) else {
            self.findings.add(path, format!("has to be text and is {}", kind(value)));
            return None;
        };
        check_characters(&text, path, &mut self.findings);
        if let Err(message) = simple.check(&text) {
            self.findings.add(path, message);
        }
        Some(text)
    }

    fn complex(&mut self, complex: &'s ComplexType, value: &Value, path: &str, depth: usize) {
        let empty = Map::new();
        let object = match (value, &complex.text) {
            (Value::Object(object), _) => object,
            (value, Some(text)) => {
                self.attributes(complex, &empty, path);
                return self.text(text, value, path);
            }
            (value, None) => {
                self.out.inside();
                return self.findings.add(path, format!("has to be an object and is {}", kind(value)));
            }
        };
        self.attributes(complex, object, path);
        self.out.inside();
        match (&complex.text, object.get("#text")) {
            (Some(simple), text) => {
                if let Some(text) = self.checked_text(simple, text.unwrap_or(&Value::String(String::new())), path) {
                    self.out.text(&text);
                }
            }
            (None, Some(_)) => self.findings.add(&join(path, "#text"), "is not allowed: this element holds no text of its own"),
            (None, None) => {}
        }
        let mut waiting = Waiting::of(object, path);
        for particle in &complex.content {
            self.particle(particle, &mut waiting, path, depth);
        }
        self.refuse_rest(complex, &waiting, path);
    }

    fn attributes(&mut self, complex: &'s ComplexType, object: &Map<String, Value>, path: &str) {
        for attribute in &complex.attributes {
            let here = join(path, &format!("@{}", attribute.name.local));
            match object.get(&format!("@{}", attribute.name.local)) {
                Some(value) => {
                    let text = match self.schema.text_of(attribute.type_id) {
                        Some(simple) => self.checked_text(simple, value, &here),
                        None => self.checked_text(&SimpleType::unchecked(), value, &here),
                    };
                    self.out.attribute(&attribute.name, &text.unwrap_or_default());
                }
                None if attribute.is_required => self.findings.add(&here, "is missing"),
                None => {}
            }
        }
        let known = || complex.attributes.iter().map(|attribute| attribute.name.local.as_str());
        for name in object.keys().filter_map(|name| name.strip_prefix('@')) {
            if known().all(|known| known != name) {
                let near = suggestion(nearest(name, known()));
                self.findings.add(&join(path, &format!("@{name}")), format!("is not known to the schema{near}"));
            }
        }
    }

    /// Writes what a part of the content model takes, so often as it may.
    fn particle(&mut self, particle: &'s Particle, waiting: &mut Waiting<'_>, path: &str, depth: usize) {
        let mut times = 0;
        while particle.max.is_none_or(|max| times < max) {
            if !particle.takes_any(&|name| waiting.has(name)) {
                if times < particle.min && !particle.is_emptiable() {
                    self.missing(particle, waiting, path);
                }
                return;
            }
            self.once(particle, waiting, path, depth);
            times += 1;
        }
    }

    fn once(&mut self, particle: &'s Particle, waiting: &mut Waiting<'_>, path: &str, depth: usize) {
        match &particle.term {
            Term::Element(element) => {
                if let Some((path, value)) = waiting.take(&element.name.local) {
                    self.element(element, value, &path, depth + 1);
                }
            }
            Term::Sequence(parts) => parts.iter().for_each(|part| self.particle(part, waiting, path, depth)),
            Term::Choice(parts) => {
                let has = |name: &str| waiting.has(name);
                // The first of those that take the most, and of these lack the least.
                let best = parts.iter().rev().max_by_key(|part| (part.weight(&has), Reverse(part.lack(&has))));
                if let Some(best) = best {
                    self.particle(best, waiting, path, depth);
                }
            }
            Term::Any => {}
        }
    }

    /// Reports what a part of the content model misses, of which nothing is there.
    fn missing(&mut self, particle: &Particle, waiting: &Waiting<'_>, path: &str) {
        match &particle.term {
            // Taken before, in this turn or another: the first one may still be too few.
            Term::Element(element) if waiting.fields.contains_key(element.name.local.as_str()) && particle.min > 1 => {
                self.findings.add(&join(path, &element.name.local), format!("is needed at least {} times", particle.min));
            }
            Term::Element(element) => self.findings.add(&join(path, &element.name.local), "is missing"),
            Term::Sequence(parts) => {
                for part in parts.iter().filter(|part| !part.is_emptiable()) {
                    self.missing(part, waiting, path);
                }
            }
            Term::Choice(parts) => {
                let names: Vec<&str> = parts.iter().filter_map(first_name).collect();
                self.findings.add(path, format!("one of {} is missing", names.join(", ")));
            }
            Term::Any => {}
        }
    }

    fn refuse_rest(&mut self, complex: &ComplexType, waiting: &Waiting<'_>, path: &str) {
        for (name, list) in waiting.fields.iter().filter(|(_, list)| !list.is_empty()) {
            let known = complex.fields.get(*name);
            let near = suggestion(nearest(name, complex.fields.keys().map(String::as_str)));
            for (here, _) in list {
                match known {
                    Some(field) if field.is_many => {
                        self.findings.add(here, "is repeated too often, or beside what excludes it");
                    }
                    Some(_) if here.ends_with(']') => self.findings.add(here, "is repeated, and the schema allows it once"),
                    Some(_) => self.findings.add(here, "may not stand beside the others: the schema allows one of several"),
                    None => self.findings.add(here, format!("is not known to the schema{near}")),
                }
            }
        }
        // An empty list writes nothing, so only here can a wrong name be seen.
        for name in waiting.fields.iter().filter(|(_, list)| list.is_empty()).map(|(name, _)| name) {
            if !complex.fields.contains_key(*name) {
                self.findings.add(&join(path, name), "is not known to the schema");
            }
        }
    }
}

fn first_name(particle: &Particle) -> Option<&str> {
    match &particle.term {
        Term::Element(element) => Some(&element.name.local),
        Term::Sequence(parts) | Term::Choice(parts) => parts.iter().find_map(first_name),
        Term::Any => None,
    }
}

/// Reports the first character that XML cannot hold.
pub(super) fn check_characters(text: &str, path: &str, findings: &mut Findings) {
    if let Some((at, c)) = text.chars().enumerate().find(|(_, c)| !is_xml_char(*c)) {
        findings.add(path, format!("holds U+{:04X} as character {}, which XML cannot hold", u32::from(c), at + 1));
    }
}

/// The text that a value without parts is written as.
fn plain(value: &Value) -> Option<Cow<'_, str>> {
    match value {
        Value::String(text) => Some(Cow::Borrowed(text)),
        Value::Number(number) => Some(Cow::Owned(number.to_string())),
        Value::Bool(flag) => Some(Cow::Borrowed(if *flag { "true" } else { "false" })),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}
