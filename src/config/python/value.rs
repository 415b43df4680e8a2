//! What an expression of the predecessor's syntax is worth, and how that looks in the tree of the configuration.
//!
//! The tree has no null and its tables have texts as keys. A key that is `None` becomes the empty text, which means "unset" in maps;
//! numbers become their decimal text, and flags `true` and `false`. A value that is `None` within a map or list becomes the empty text as
//! well (in `name_map`: no heading). A parameter that is `None` is as good as absent and is dropped.

use crate::config::{
    node::{Entry, Node, NodeValue, Table},
    place::Place,
};

/// A value and where it was written.
#[derive(Clone, Debug)]
pub(super) struct Value {
    pub data: Data,
    pub place: Place,
    /// Levels of lists, tuples and dicts in it.
    pub depth: usize,
    /// How many values it consists of.
    pub size: usize,
}

#[derive(Clone, Debug)]
pub(super) enum Data {
    None,
    Flag(bool),
    Integer(i64),
    Float(f64),
    Text(String),
    /// A tuple or a list: the difference means nothing in a configuration.
    List(Vec<Value>),
    Dict(Vec<(Value, Value)>),
    /// A call of one of the predecessor's classes.
    Rule(Table),
}

impl Value {
    pub fn simple(data: Data, place: Place) -> Self {
        let size = match &data {
            Data::Text(text) => 1 + text.len() / 64,
            _ => 1,
        };
        Self { data, place, depth: 0, size }
    }

    pub fn list(items: Vec<Value>, place: Place) -> Self {
        let depth = 1 + items.iter().map(|item| item.depth).max().unwrap_or(0);
        let size = 1 + items.iter().map(|item| item.size).sum::<usize>();
        Self { data: Data::List(items), place, depth, size }
    }

    pub fn dict(items: Vec<(Value, Value)>, place: Place) -> Self {
        let depth = 1 + items.iter().map(|(_, value)| value.depth).max().unwrap_or(0);
        let size = 1 + items.iter().map(|(key, value)| key.size + value.size).sum::<usize>();
        Self { data: Data::Dict(items), place, depth, size }
    }

    /// The kind of value, in the words of an error message.
    pub fn kind(&self) -> &'static str {
        match self.data {
            Data::None => "None",
            Data::Flag(_) => "True or False",
            Data::Integer(_) => "an integer",
            Data::Float(_) => "a float",
            Data::Text(_) => "a string",
            Data::List(_) => "a tuple or list",
            Data::Dict(_) => "a dict",
            Data::Rule(_) => "a rule",
        }
    }

    /// The text that stands for this value as the key of a map; `None` where it cannot be one.
    pub fn as_key(&self) -> Option<String> {
        match &self.data {
            Data::None => Some(String::new()),
            Data::Flag(flag) => Some(flag.to_string()),
            Data::Integer(number) => Some(number.to_string()),
            Data::Float(number) => Some(number.to_string()),
            Data::Text(text) => Some(text.clone()),
            Data::List(_) | Data::Dict(_) | Data::Rule(_) => None,
        }
    }

    /// The value in the tree. A dict's keys are texts by then.
    pub fn into_node(self) -> Node {
        let place = self.place;
        let value = match self.data {
            Data::None => NodeValue::String(String::new()),
            Data::Flag(flag) => NodeValue::Boolean(flag),
            Data::Integer(number) => NodeValue::Integer(number),
            Data::Float(number) => NodeValue::Float(number),
            Data::Text(text) => NodeValue::String(text),
            Data::List(items) => NodeValue::Array(items.into_iter().map(Value::into_node).collect()),
            Data::Dict(items) => NodeValue::Table(Table {
                entries: items
                    .into_iter()
                    .map(|(key, value)| Entry {
                        key: key.as_key().unwrap_or_default(),
                        place: key.place,
                        value: value.into_node(),
                    })
                    .collect(),
                place: place.clone(),
            }),
            Data::Rule(table) => NodeValue::Table(table),
        };
        Node { value, place }
    }
}
