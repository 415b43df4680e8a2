//! The configuration as a tree of values that know where they stand. Every syntax (TOML, variables, `--set`) becomes this tree,
//! and the typed model is read from it, so that an error can always show the line it is about.

use std::sync::Arc;

use super::{
    diagnostic::Diagnostic,
    masking::SECRET_KEYS,
    place::{Place, Source},
};

/// A value and its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// What is written there.
    pub value: NodeValue,
    /// Where.
    pub place: Place,
}

/// What a node holds.
#[derive(Clone, Debug, PartialEq)]
pub enum NodeValue {
    /// Text.
    String(String),
    /// A whole number.
    Integer(i64),
    /// Another number.
    Float(f64),
    /// true or false.
    Boolean(bool),
    /// A list.
    Array(Vec<Node>),
    /// Keys and values.
    Table(Table),
}

impl NodeValue {
    /// The kind of value, in the words of an error message.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::String(_) => "a string",
            Self::Integer(_) => "an integer",
            Self::Float(_) => "a float",
            Self::Boolean(_) => "a boolean",
            Self::Array(_) => "an array",
            Self::Table(_) => "a table",
        }
    }
}

/// Keys and values in the order in which they were read.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// The entries: key, place of the key, value.
    pub entries: Vec<Entry>,
    /// Where the table stands: its header, or its opening brace.
    pub place: Place,
}

/// One entry of a table.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The key.
    pub key: String,
    /// Where the key stands.
    pub place: Place,
    /// The value.
    pub value: Node,
}

impl Table {
    /// A table without entries.
    #[must_use]
    pub fn empty(place: Place) -> Self {
        Self { entries: Vec::new(), place }
    }

    /// The value of a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entries.iter().find(|entry| entry.key == key).map(|entry| &entry.value)
    }

    /// Lays another table over this one: tables are merged, arrays of tables appended, everything else replaced.
    pub fn overlay(&mut self, upper: Table) {
        for entry in upper.entries {
            match self.entries.iter_mut().find(|mine| mine.key == entry.key) {
                None => self.entries.push(entry),
                Some(mine) => match (&mut mine.value.value, entry.value.value) {
                    (NodeValue::Table(lower), NodeValue::Table(upper)) => lower.overlay(upper),
                    (NodeValue::Array(lower), NodeValue::Array(upper)) if holds_tables(lower) && holds_tables(&upper) => {
                        lower.extend(upper);
                    }
                    (lower, upper) => {
                        *lower = upper;
                        mine.value.place = entry.value.place;
                        mine.place = entry.place;
                    }
                },
            }
        }
    }

    /// Sets the value at a path of keys, making the tables on the way. What stands in the way and is no table is replaced.
    pub fn set_path(&mut self, path: &[&str], node: Node) {
        let Some((first, rest)) = path.split_first() else { return };
        let place = node.place.clone();
        let at = if let Some(at) = self.entries.iter().position(|entry| entry.key == *first) {
            at
        } else {
            let value = Node { value: NodeValue::Table(Table::empty(place.clone())), place: place.clone() };
            self.entries.push(Entry { key: (*first).to_owned(), place: place.clone(), value });
            self.entries.len() - 1
        };
        let slot = &mut self.entries[at].value;
        if rest.is_empty() {
            *slot = node;
            return;
        }
        if !matches!(slot.value, NodeValue::Table(_)) {
            *slot = Node { value: NodeValue::Table(Table::empty(place.clone())), place };
        }
        if let NodeValue::Table(table) = &mut slot.value {
            table.set_path(rest, node);
        }
    }
}

fn holds_tables(array: &[Node]) -> bool {
    array.iter().all(|node| matches!(node.value, NodeValue::Table(_)))
}

/// Reads TOML.
///
/// # Errors
/// Every syntax error, with its place.
pub fn from_toml(source: &Arc<Source>) -> Result<Table, Vec<Diagnostic>> {
    let (table, errors) = toml::de::DeTable::parse_recoverable(&source.text);
    if errors.is_empty() {
        return Ok(convert_table(source, table.get_ref(), table.span()));
    }
    Err(errors
        .iter()
        .map(|error| {
            let place = Place::File { source: source.clone(), span: error.span().unwrap_or(0..0) };
            Diagnostic::error("config::syntax", format!("this is not TOML: {}", error.message()), place)
        })
        .collect())
}

/// Reads one value as TOML would write it; what is no TOML value is taken as text. For variables and `--set`.
#[must_use]
pub fn from_argument(text: &str, place: Place) -> Node {
    let value = match text.trim().parse::<toml::Value>() {
        Ok(value) => convert_plain(value, &place),
        Err(_) => NodeValue::String(text.to_owned()),
    };
    Node { value, place }
}

/// Reads the value of a variable. A secret is taken as it stands, unless it says where to find it: `12345` is a password too.
#[must_use]
pub fn from_variable(keys: &[&str], text: &str, place: Place) -> Node {
    let secret = keys.last().is_some_and(|key| SECRET_KEYS.contains(key));
    if secret && !text.starts_with(['{', '[']) {
        return Node { value: NodeValue::String(text.to_owned()), place };
    }
    from_argument(text, place)
}

fn convert_table(source: &Arc<Source>, table: &toml::de::DeTable<'_>, span: std::ops::Range<usize>) -> Table {
    let place = |span| Place::File { source: source.clone(), span };
    let mut entries: Vec<Entry> = table
        .iter()
        .map(|(key, value)| Entry {
            key: key.get_ref().to_string(),
            place: place(key.span()),
            value: convert(source, value.get_ref(), value.span()),
        })
        .collect();
    entries.sort_by_key(|entry| match &entry.place {
        Place::File { span, .. } => span.start,
        _ => 0,
    });
    Table { entries, place: place(span) }
}

fn convert(source: &Arc<Source>, value: &toml::de::DeValue<'_>, span: std::ops::Range<usize>) -> Node {
    use toml::de::DeValue;
    let value = match value {
        DeValue::String(text) => NodeValue::String(text.to_string()),
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
            .map_or_else(|_| NodeValue::String(number.as_str().to_owned()), NodeValue::Integer),
        DeValue::Float(number) => {
            number.as_str().parse().map_or_else(|_| NodeValue::String(number.as_str().to_owned()), NodeValue::Float)
        }
        DeValue::Boolean(flag) => NodeValue::Boolean(*flag),
        DeValue::Datetime(time) => NodeValue::String(time.to_string()),
        DeValue::Array(items) => {
            NodeValue::Array(items.iter().map(|item| convert(source, item.get_ref(), item.span())).collect())
        }
        DeValue::Table(table) => NodeValue::Table(convert_table(source, table, span.clone())),
    };
    Node { value, place: Place::File { source: source.clone(), span } }
}

fn convert_plain(value: toml::Value, place: &Place) -> NodeValue {
    let node = |value| Node { value: convert_plain(value, place), place: place.clone() };
    match value {
        toml::Value::String(text) => NodeValue::String(text),
        toml::Value::Integer(number) => NodeValue::Integer(number),
        toml::Value::Float(number) => NodeValue::Float(number),
        toml::Value::Boolean(flag) => NodeValue::Boolean(flag),
        toml::Value::Datetime(time) => NodeValue::String(time.to_string()),
        toml::Value::Array(items) => NodeValue::Array(items.into_iter().map(node).collect()),
        toml::Value::Table(table) => {
            let entries =
                table.into_iter().map(|(key, value)| Entry { key, place: place.clone(), value: node(value) }).collect();
            NodeValue::Table(Table { entries, place: place.clone() })
        }
    }
}
