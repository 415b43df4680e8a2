//! Reads typed values out of a table, and finds every key that nobody asked for.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeSet,
    time::Duration,
};

use super::{
    diagnostic::Diagnostic,
    environment::Environment,
    node::{Node, NodeValue, Table},
    place::Place,
    secret::{self, Secret},
};

/// Gathers findings while a configuration is read, so that all are told and not just the first.
#[derive(Default)]
pub struct Findings(RefCell<Vec<Diagnostic>>);

impl Findings {
    /// Adds one.
    pub fn add(&self, diagnostic: Diagnostic) {
        self.0.borrow_mut().push(diagnostic);
    }

    /// All of them, in the order in which they were found.
    #[must_use]
    pub fn into_vec(self) -> Vec<Diagnostic> {
        self.0.into_inner()
    }
}

/// A value that was read, with its place, for errors that are found later.
#[derive(Clone, Debug, PartialEq)]
pub struct Located<T> {
    /// The value.
    pub value: T,
    /// Where it stands.
    pub place: Place,
}

/// One table while it is being read. Every getter marks its key as known; [`Section::finish`] reports the others.
pub struct Section<'a> {
    title: String,
    table: &'a Table,
    known: RefCell<BTreeSet<&'static str>>,
    finished: Cell<bool>,
    /// Where findings go.
    pub findings: &'a Findings,
}

impl<'a> Section<'a> {
    /// Starts to read a table; the title is used in messages, as in `[server]`.
    #[must_use]
    pub fn new(title: impl Into<String>, table: &'a Table, findings: &'a Findings) -> Self {
        Self { title: title.into(), table, known: RefCell::default(), finished: Cell::new(false), findings }
    }

    /// Where the section stands.
    #[must_use]
    pub fn place(&self) -> &'a Place {
        &self.table.place
    }

    /// The table itself.
    #[must_use]
    pub fn table(&self) -> &'a Table {
        self.table
    }

    /// The raw value of a key.
    pub fn node(&self, key: &'static str) -> Option<&'a Node> {
        self.known.borrow_mut().insert(key);
        self.table.get(key)
    }

    /// A text.
    pub fn text(&self, key: &'static str) -> Option<Located<String>> {
        let node = self.node(key)?;
        match &node.value {
            NodeValue::String(text) => Some(Located { value: text.clone(), place: node.place.clone() }),
            _ => self.wrong_type(key, node, "a string"),
        }
    }

    /// A text that must be there.
    pub fn required_text(&self, key: &'static str) -> Option<Located<String>> {
        if self.node(key).is_none() {
            self.missing(key);
        }
        self.text(key)
    }

    /// true or false.
    pub fn flag(&self, key: &'static str, default: bool) -> bool {
        let Some(node) = self.node(key) else { return default };
        match &node.value {
            NodeValue::Boolean(flag) => *flag,
            _ => self.wrong_type(key, node, "true or false").unwrap_or(default),
        }
    }

    /// A whole number within bounds.
    pub fn number(&self, key: &'static str, default: u64, bounds: std::ops::RangeInclusive<u64>) -> u64 {
        let Some(node) = self.node(key) else { return default };
        let wanted = format!("a whole number from {} to {}", bounds.start(), bounds.end());
        match &node.value {
            NodeValue::Integer(number) => match u64::try_from(*number) {
                Ok(number) if bounds.contains(&number) => number,
                _ => self.wrong(key, node, &format!("must be {wanted}, not {number}")).unwrap_or(default),
            },
            _ => self.wrong_type(key, node, &wanted).unwrap_or(default),
        }
    }

    /// A length of time such as `10m`, `1d` or `1h 30m`.
    pub fn duration(&self, key: &'static str) -> Option<Duration> {
        let text = self.text(key)?;
        if let Some(duration) = parse_duration(&text.value) {
            Some(duration)
        } else {
            let message = format!("`{key}` is no length of time: `{}`", text.value);
            self.findings.add(
                Diagnostic::error("config::duration", message, text.place)
                    .hint("write a number and a unit: `500ms`, `30s`, `10m`, `2h`, `1d`"),
            );
            None
        }
    }

    /// A number of bytes: an integer, or text such as `10 MiB`.
    pub fn byte_size(&self, key: &'static str, default: u64) -> u64 {
        let Some(node) = self.node(key) else { return default };
        let parsed = match &node.value {
            NodeValue::Integer(number) => u64::try_from(*number).ok(),
            NodeValue::String(text) => parse_byte_size(text),
            _ => None,
        };
        parsed.unwrap_or_else(|| {
            self.wrong(key, node, "must be a number of bytes, such as 1048576 or \"10 MiB\"").unwrap_or(default)
        })
    }

    /// A list of texts; one text counts as a list of one.
    pub fn texts(&self, key: &'static str) -> Option<Vec<Located<String>>> {
        let node = self.node(key)?;
        let items = match &node.value {
            NodeValue::Array(items) => items.as_slice(),
            _ => std::slice::from_ref(node),
        };
        let mut texts = Vec::with_capacity(items.len());
        for item in items {
            match &item.value {
                NodeValue::String(text) => texts.push(Located { value: text.clone(), place: item.place.clone() }),
                _ => return self.wrong_type(key, item, "a string or a list of strings"),
            }
        }
        Some(texts)
    }

    /// A secret: `{ env = "NAME" }`, `{ file = "PATH" }`, or, with a warning, the text itself.
    pub fn secret(&self, key: &'static str, environment: &Environment) -> Option<Secret> {
        let node = self.node(key)?;
        secret::read(key, node, environment, self.findings)
    }

    /// Several secrets; one alone counts as a list of one.
    pub fn secrets(&self, key: &'static str, environment: &Environment) -> Vec<Secret> {
        let Some(node) = self.node(key) else { return Vec::new() };
        let items = match &node.value {
            NodeValue::Array(items) => items.as_slice(),
            _ => std::slice::from_ref(node),
        };
        items.iter().filter_map(|item| secret::read(key, item, environment, self.findings)).collect()
    }

    /// A table within this one.
    pub fn section(&self, key: &'static str) -> Option<Section<'a>> {
        let node = self.node(key)?;
        match &node.value {
            NodeValue::Table(table) => Some(Section::new(format!("{}.{key}", self.title), table, self.findings)),
            _ => self.wrong_type(key, node, "a table"),
        }
    }

    /// The tables of `[[key]]`.
    pub fn tables(&self, key: &'static str) -> Vec<&'a Table> {
        let Some(node) = self.node(key) else { return Vec::new() };
        let NodeValue::Array(items) = &node.value else {
            self.wrong_type::<()>(key, node, &format!("a list of tables, written [[{key}]]"));
            return Vec::new();
        };
        items
            .iter()
            .filter_map(|item| match &item.value {
                NodeValue::Table(table) => Some(table),
                _ => self.wrong_type(key, item, "a table"),
            })
            .collect()
    }

    /// The keys that were asked for until now.
    #[must_use]
    pub fn known(&self) -> BTreeSet<&'static str> {
        self.known.borrow().clone()
    }

    /// Reports a key that has to be there and is not.
    pub fn missing(&self, key: &str) {
        let message = format!("`{key}` is missing in {}", self.title);
        self.findings.add(Diagnostic::error("config::missing_key", message, self.table.place.clone()));
    }

    /// Reports a value that cannot be.
    pub fn wrong<T>(&self, key: &str, node: &Node, what: &str) -> Option<T> {
        let message = format!("`{key}` in {} {what}", self.title);
        self.findings.add(Diagnostic::error("config::value", message, node.place.clone()));
        None
    }

    /// Ends the reading: each key that nobody asked for is an error with the nearest known key as a hint.
    pub fn finish(self) {
        self.finished.set(true);
        let known = self.known.borrow();
        for entry in &self.table.entries {
            if !known.contains(entry.key.as_str()) {
                let message = format!("unknown key `{}` in {}", entry.key, self.title);
                let diagnostic = Diagnostic::error("config::unknown_key", message, entry.place.clone());
                self.findings.add(diagnostic.hint(nearest(&entry.key, known.iter().copied())));
            }
        }
    }

    fn wrong_type<T>(&self, key: &str, node: &Node, wanted: &str) -> Option<T> {
        self.wrong(key, node, &format!("must be {wanted}, not {}", node.value.kind()))
    }
}

/// A hint that names the nearest of the known words, or all of them when none is near.
pub fn nearest<'w>(word: &str, known: impl Iterator<Item = &'w str> + Clone) -> String {
    let best = known
        .clone()
        .map(|candidate| (strsim::damerau_levenshtein(word, candidate), candidate))
        .min()
        .filter(|(distance, candidate)| *distance <= candidate.len().max(word.len()) / 3 + 1);
    match best {
        Some((_, candidate)) => format!("did you mean `{candidate}`?"),
        None => format!("known here: {}", known.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")),
    }
}

/// Reads a length of time; days have 24 hours.
#[must_use]
pub fn parse_duration(text: &str) -> Option<Duration> {
    let span: jiff::Span = text.trim().parse().ok()?;
    let duration = span.to_duration(jiff::SpanRelativeTo::days_are_24_hours()).ok()?;
    Duration::try_from(duration).ok()
}

fn parse_byte_size(text: &str) -> Option<u64> {
    let text = text.trim();
    let split = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let number: u64 = text[..split].parse().ok()?;
    let factor: u64 = match text[split..].trim() {
        "" | "B" => 1,
        "kB" | "KB" => 1_000,
        "KiB" => 1 << 10,
        "MB" => 1_000_000,
        "MiB" => 1 << 20,
        "GB" => 1_000_000_000,
        "GiB" => 1 << 30,
        _ => return None,
    };
    number.checked_mul(factor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_durations_are_read_with_their_units() {
        assert_eq!(parse_byte_size("10 MiB"), Some(10 << 20));
        assert_eq!(parse_byte_size("7"), Some(7));
        assert_eq!(parse_byte_size("7 miles"), None);
        assert_eq!(parse_byte_size("99999999999 GiB"), None);
        assert_eq!(parse_duration("1d"), Some(Duration::from_hours(24)));
        assert_eq!(parse_duration("500ms"), Some(Duration::from_millis(500)));
        assert_eq!(parse_duration("-5s"), None);
        assert_eq!(parse_duration("soon"), None);
    }

    #[test]
    fn a_hint_names_the_near_word_or_all_of_them() {
        assert_eq!(nearest("lisen", ["listen", "data_dir"].into_iter()), "did you mean `listen`?");
        assert_eq!(nearest("zzzzzz", ["url", "max"].into_iter()), "known here: `url`, `max`");
    }
}
