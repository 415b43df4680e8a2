//! From element to value, steered by the schema, and lenient: what the schema does not know is kept, and reported.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::{
    AnswerError, Deviation, DeviationKind,
    xml::{Pull, Tag, Token},
};
use crate::formats::soap::{
    limits::MOST_FINDINGS,
    schema::{ComplexType, Schema, Type, TypeId},
};

/// The namespace of XOP.
const XOP: &str = "http://www.w3.org/2004/08/xop/include";

/// Reads elements.
pub(in crate::formats::soap) struct Reader<'s, 'x> {
    pub schema: &'s Schema,
    pub pull: Pull<'x>,
    /// What the schema does not know.
    pub deviations: BTreeSet<Deviation>,
    /// The parts that the envelope refers to.
    pub cids: BTreeSet<String>,
}

impl<'s, 'x> Reader<'s, 'x> {
    /// A reader at the beginning of an envelope.
    pub fn new(schema: &'s Schema, text: &'x str) -> Self {
        Self { schema, pull: Pull::new(text), deviations: BTreeSet::new(), cids: BTreeSet::new() }
    }

    /// Reads an element that was opened, to its end. Without a type it is read as it comes.
    pub fn element(&mut self, tag: Tag, type_id: Option<TypeId>, path: &str) -> Result<Value, AnswerError> {
        if self.pull.has_illegal_character {
            self.report_illegal(path);
        }
        if tag.is_nil {
            self.pull.skip()?;
            return Ok(Value::Null);
        }
        let schema = self.schema;
        let said = tag.type_name.as_ref().and_then(|name| schema.named_type(name));
        let value = match said.or(type_id).map(|id| schema.type_of(id)) {
            Some(Type::Simple(_)) => {
                self.report_attributes(&tag, path);
                let (text, cid) = self.text(path)?;
                cid.unwrap_or(Value::String(text))
            }
            Some(Type::Complex(complex)) if complex.text.is_some() => self.text_and_attributes(complex, tag, path)?,
            Some(Type::Complex(complex)) => self.complex(complex, tag, path)?,
            Some(Type::Anything) | None => self.anything(tag, path)?,
        };
        if self.pull.has_illegal_character {
            self.report_illegal(path);
        }
        Ok(value)
    }

    /// The text of an element, or the reference that stands for it.
    fn text(&mut self, path: &str) -> Result<(String, Option<Value>), AnswerError> {
        let mut whole = String::new();
        let mut cid = None;
        loop {
            match self.pull.next()? {
                Token::Text(text) => whole.push_str(&text),
                Token::Open(tag) if is_include(&tag) => cid = Some(self.include(&tag)?),
                Token::Open(tag) => {
                    self.report(DeviationKind::Element, &join(path, &tag.name.local));
                    self.pull.skip()?;
                }
                Token::Close | Token::End => return Ok((whole, cid)),
            }
        }
    }

    fn text_and_attributes(&mut self, complex: &ComplexType, tag: Tag, path: &str) -> Result<Value, AnswerError> {
        if complex.attributes.is_empty() && !complex.has_open_attributes {
            self.report_attributes(&tag, path);
            let (text, cid) = self.text(path)?;
            return Ok(cid.unwrap_or(Value::String(text)));
        }
        let mut object = self.attributes(Some(complex), tag, path);
        match self.text(path)? {
            (_, Some(Value::Object(cid))) => object.extend(cid),
            (text, _) => {
                object.insert("#text".to_owned(), Value::String(text));
            }
        }
        Ok(Value::Object(object))
    }

    fn complex(&mut self, complex: &ComplexType, tag: Tag, path: &str) -> Result<Value, AnswerError> {
        let mut object = self.attributes(Some(complex), tag, path);
        let mut whole = String::new();
        loop {
            match self.pull.next()? {
                Token::Text(text) => whole.push_str(&text),
                Token::Open(tag) => self.child(complex, tag, &mut object, path)?,
                Token::Close | Token::End => break,
            }
        }
        if !is_blank(&whole) {
            if !complex.is_mixed {
                self.report(DeviationKind::Text, path);
            }
            object.insert("#text".to_owned(), Value::String(whole));
        }
        Ok(Value::Object(object))
    }

    fn child(
        &mut self,
        complex: &ComplexType,
        tag: Tag,
        object: &mut Map<String, Value>,
        path: &str,
    ) -> Result<(), AnswerError> {
        let local = tag.name.local.clone();
        let here = join(path, &local);
        let Some(field) = complex.fields.get(&local) else {
            if !complex.is_open {
                self.report(DeviationKind::Element, &here);
            }
            let value = self.element(tag, None, &here)?;
            add(object, local, value);
            return Ok(());
        };
        let value = self.element(tag, Some(field.element.type_id), &here)?;
        if !field.is_many {
            if object.contains_key(&local) {
                self.report(DeviationKind::Repetition, &here);
            }
            add(object, local, value);
        } else if let Value::Array(items) = object.entry(local).or_insert_with(|| Value::Array(Vec::new())) {
            items.push(value);
        }
        Ok(())
    }

    /// An element of which nothing is known: text, or an object of what it holds.
    fn anything(&mut self, tag: Tag, path: &str) -> Result<Value, AnswerError> {
        if is_include(&tag) {
            return self.include(&tag);
        }
        let mut object = self.attributes(None, tag, path);
        let mut whole = String::new();
        loop {
            match self.pull.next()? {
                Token::Text(text) => whole.push_str(&text),
                Token::Open(tag) if is_include(&tag) => {
                    if let Value::Object(cid) = self.include(&tag)? {
                        object.extend(cid);
                    }
                }
                Token::Open(tag) => {
                    let local = tag.name.local.clone();
                    let value = self.element(tag, None, &join(path, &local))?;
                    add(&mut object, local, value);
                }
                Token::Close | Token::End => break,
            }
        }
        if object.is_empty() {
            return Ok(Value::String(whole));
        }
        if !is_blank(&whole) {
            object.insert("#text".to_owned(), Value::String(whole));
        }
        Ok(Value::Object(object))
    }

    fn attributes(&mut self, complex: Option<&ComplexType>, tag: Tag, path: &str) -> Map<String, Value> {
        let mut object = Map::new();
        for (name, value) in tag.attributes {
            let key = format!("@{}", name.local);
            if let Some(complex) = complex {
                let is_known = complex.attributes.iter().any(|attribute| attribute.name.local == name.local);
                if !is_known && !complex.has_open_attributes {
                    self.report(DeviationKind::Attribute, &join(path, &key));
                }
            }
            object.insert(key, Value::String(value));
        }
        object
    }

    /// An `xop:Include`, to its end: `{"$cid": …}`.
    fn include(&mut self, tag: &Tag) -> Result<Value, AnswerError> {
        let href = tag.attributes.iter().find(|(name, _)| name.local == "href").map(|(_, href)| href.as_str());
        let cid = href.and_then(|href| href.trim().strip_prefix("cid:")).and_then(percent_decoded);
        let Some(cid) = cid else { return Err(self.pull.error("an xop:Include has no href with a cid:")) };
        self.pull.skip()?;
        self.cids.insert(cid.clone());
        Ok(Value::Object(Map::from_iter([("$cid".to_owned(), Value::String(cid))])))
    }

    /// Attributes that have no place in a text are dropped, so that a text stays a text.
    fn report_attributes(&mut self, tag: &Tag, path: &str) {
        for (name, _) in &tag.attributes {
            self.report(DeviationKind::Attribute, &join(path, &format!("@{}", name.local)));
        }
    }

    fn report_illegal(&mut self, path: &str) {
        self.pull.has_illegal_character = false;
        self.report(DeviationKind::Character, path);
    }

    pub(in crate::formats::soap) fn report(&mut self, kind: DeviationKind, path: &str) {
        if self.deviations.len() < MOST_FINDINGS {
            self.deviations.insert(Deviation { path: path.to_owned(), kind });
        }
    }
}

fn is_include(tag: &Tag) -> bool {
    tag.name.local == "Include" && tag.name.namespace == XOP
}

fn is_blank(text: &str) -> bool {
    text.chars().all(|c| matches!(c, ' ' | '\t' | '\n' | '\r'))
}

/// A path, one step longer.
pub(in crate::formats::soap) fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}/{name}") }
}

/// Adds a value of a name that the schema allows once, or does not know: a second one makes it a list.
pub(in crate::formats::soap) fn add(object: &mut Map<String, Value>, name: String, value: Value) {
    match object.get_mut(&name) {
        None => {
            object.insert(name, value);
        }
        Some(Value::Array(items)) => items.push(value),
        Some(first) => *first = Value::Array(vec![first.take(), value]),
    }
}

/// A URI's `%40` for `@`.
fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digits = [rest.next()?, rest.next()?];
            let digits = std::str::from_utf8(&digits).ok().filter(|digits| !digits.contains(['+', '-']))?;
            bytes.push(u8::from_str_radix(digits, 16).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percent_signs_are_decoded_and_wrong_ones_refused() {
        assert_eq!(percent_decoded("a%40b%2Bc").as_deref(), Some("a@b+c"));
        assert!(["%", "%4", "%+1", "%zz", "%ff"].into_iter().all(|text| percent_decoded(text).is_none()));
    }
}
