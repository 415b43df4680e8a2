//! What a client sent, form or JSON, as Roundup sees it: a list of named raw values.

use super::multipart;
use super::refusal::Refusal;
use bytes::Bytes;
use serde_json::Value as Json;

/// A value before it is read as the kind of its property.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Raw {
    Text(String),
    List(Vec<String>),
    /// A JSON list with something else than text in it, told by the name of Python's type.
    BadList(&'static str),
    /// A form part that came as a file.
    File(Bytes),
}

impl Raw {
    /// Roundup takes every empty value for "unset this".
    pub(super) fn is_empty(&self) -> bool {
        match self {
            Self::Text(text) => text.is_empty(),
            Self::List(list) => list.is_empty(),
            Self::BadList(_) => false,
            Self::File(bytes) => bytes.is_empty(),
        }
    }
}

/// The fields of a request, in their order.
#[derive(Clone, Debug, Default)]
pub(super) struct Fields(Vec<(String, Raw)>);

impl Fields {
    /// Fields from a query string or a form body.
    pub(super) fn from_urlencoded(text: &[u8]) -> Self {
        let pairs = url::form_urlencoded::parse(text);
        Self(pairs.map(|(name, value)| (name.into_owned(), Raw::Text(value.into_owned()))).collect())
    }

    /// Fields from a body; Roundup wants `application/json` spelled exactly so, or a form.
    pub(super) fn from_body(content_type: Option<&str>, body: &Bytes) -> Result<Self, Refusal> {
        let Some(content_type) = content_type else {
            return Ok(Self::default());
        };
        let lower = content_type.to_ascii_lowercase();
        if lower == "application/json" {
            return Self::from_json(body);
        }
        if lower.starts_with("application/x-www-form-urlencoded") {
            return Ok(Self::from_urlencoded(body));
        }
        if lower.starts_with("multipart/form-data") {
            let parts = multipart::parse(content_type, body).map_err(Refusal::usage)?;
            return Ok(Self::from_parts(parts));
        }
        Err(Refusal::new(415, format!("Unable to process input of type {content_type}")))
    }

    fn from_parts(parts: Vec<multipart::Part>) -> Self {
        let mut fields = Self::default();
        for part in parts {
            let raw = match part.filename {
                Some(_) => Raw::File(part.content),
                None => Raw::Text(String::from_utf8_lossy(&part.content).into_owned()),
            };
            match (fields.0.iter_mut().find(|(name, _)| *name == part.name), raw) {
                (Some((_, Raw::List(list))), Raw::Text(text)) => list.push(text),
                (Some((_, known)), Raw::Text(text)) if matches!(known, Raw::Text(_)) => {
                    let first = match known {
                        Raw::Text(first) => std::mem::take(first),
                        _ => String::new(),
                    };
                    *known = Raw::List(vec![first, text]);
                }
                (_, raw) => fields.0.push((part.name, raw)),
            }
        }
        fields
    }

    fn from_json(body: &Bytes) -> Result<Self, Refusal> {
        if body.is_empty() {
            return Ok(Self::default());
        }
        let text = String::from_utf8_lossy(body);
        match serde_json::from_str::<Json>(&text) {
            // A null is dropped: to unset a property clients send "".
            Ok(Json::Object(object)) => {
                Ok(Self(object.into_iter().filter(|(_, v)| !v.is_null()).map(|(n, v)| (n, raw(v))).collect()))
            }
            Ok(_) => Err(Refusal::new(500, "A server error occurred.  Please contact the administrator.")),
            Err(_) => Err(Refusal::usage(format!("Expecting value: line 1 column 1 (char 0). JSON is: {text}"))),
        }
    }

    /// Fields made in this process.
    pub(super) fn from_pairs(pairs: impl IntoIterator<Item = (String, Raw)>) -> Self {
        Self(pairs.into_iter().collect())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &Raw)> {
        self.0.iter().map(|(name, raw)| (name.as_str(), raw))
    }

    pub(super) fn get(&self, name: &str) -> Option<&Raw> {
        self.iter().find(|(known, _)| *known == name).map(|(_, raw)| raw)
    }

    pub(super) fn text(&self, name: &str) -> Option<&str> {
        match self.get(name) {
            Some(Raw::Text(text)) => Some(text),
            _ => None,
        }
    }
}

fn raw(value: Json) -> Raw {
    match value {
        Json::String(text) => Raw::Text(text),
        // Python's spelling, because Roundup makes text of whatever comes.
        Json::Bool(true) => Raw::Text("True".into()),
        Json::Bool(false) => Raw::Text("False".into()),
        Json::Array(list) => {
            let odd = list.iter().find(|entry| !entry.is_string()).map(python_name);
            let texts = list.into_iter().filter_map(|entry| match entry {
                Json::String(text) => Some(text),
                _ => None,
            });
            odd.map_or_else(|| Raw::List(texts.collect()), Raw::BadList)
        }
        other => Raw::Text(other.to_string()),
    }
}

fn python_name(value: &Json) -> &'static str {
    match value {
        Json::Null => "NoneType",
        Json::Bool(_) => "bool",
        Json::Number(number) if number.is_f64() => "float",
        Json::Number(_) => "int",
        Json::String(_) => "str",
        Json::Array(_) => "list",
        Json::Object(_) => "dict",
    }
}
