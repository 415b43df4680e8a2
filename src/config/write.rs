//! Writes the tree of a configuration as TOML, in its order, with comments. No literal secret is written: in its place stands where a
//! secret is best taken from.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

use super::{
    masking::SECRET_KEYS,
    node::{Entry, Node, NodeValue, Table},
    place::Place,
};

/// The width that a line should not exceed.
const WIDTH: usize = 110;

/// The tree as TOML. The comments are those of the file that the tree was read from, by line; each is kept that stands directly before
/// a setting or a rule.
#[must_use]
pub fn to_toml(table: &Table, comments: &BTreeMap<usize, String>) -> String {
    let mut writing = Writing { text: String::new(), comments, told: BTreeSet::new() };
    writing.table(table, &mut Vec::new());
    writing.text
}

struct Writing<'w> {
    text: String,
    comments: &'w BTreeMap<usize, String>,
    /// Lines whose comments were written already, or are not to be.
    told: BTreeSet<usize>,
}

impl Writing<'_> {
    /// The entries of a table: first those that take a line or some, then those that need a header.
    fn table(&mut self, table: &Table, path: &mut Vec<String>) {
        for entry in table.entries.iter().filter(|entry| !needs_header(path, &entry.key, &entry.value)) {
            self.comments_before(&entry.place);
            self.entry(&entry.key, &entry.value, path);
        }
        for entry in table.entries.iter().filter(|entry| needs_header(path, &entry.key, &entry.value)).collect::<Vec<_>>() {
            path.push(key_text(&entry.key));
            match &entry.value.value {
                NodeValue::Table(inner) => self.section(inner, path),
                NodeValue::Array(items) => self.sections(items, path),
                _ => {}
            }
            path.pop();
        }
    }

    fn section(&mut self, table: &Table, path: &mut Vec<String>) {
        let headed = |entry: &Entry| needs_header(path, &entry.key, &entry.value);
        let bare = !table.entries.is_empty() && table.entries.iter().all(headed);
        if !bare {
            self.blank_line();
            self.comments_before(&table.place);
            let _ = writeln!(self.text, "[{}]", path.join("."));
        }
        self.table(table, path);
    }

    fn sections(&mut self, items: &[Node], path: &mut Vec<String>) {
        for item in items {
            if let NodeValue::Table(table) = &item.value {
                self.blank_line();
                self.comments_before(&table.place);
                let _ = writeln!(self.text, "[[{}]]", path.join("."));
                self.table(table, path);
            }
        }
    }

    fn entry(&mut self, key: &str, value: &Node, path: &[String]) {
        if SECRET_KEYS.contains(&key) && matches!(value.value, NodeValue::String(_)) {
            let _ = writeln!(
                self.text,
                "# The secret itself is not repeated here: set this variable, or write {{ file = \"PATH\" }}."
            );
            let _ = writeln!(self.text, "{} = {{ env = {} }}", key_text(key), string_text(&variable_of(path, key)));
            return;
        }
        let key = key_text(key);
        match &value.value {
            NodeValue::Array(items) if key.chars().count() + 3 + inline(value).chars().count() > WIDTH => {
                let _ = writeln!(self.text, "{key} = [");
                for item in items {
                    let _ = writeln!(self.text, "    {},", inline(item));
                }
                self.text.push_str("]\n");
            }
            _ => {
                let _ = writeln!(self.text, "{key} = {}", inline(value));
            }
        }
    }

    fn blank_line(&mut self) {
        if !self.text.is_empty() {
            self.text.push('\n');
        }
    }

    /// The comments in the lines directly before a place, once.
    fn comments_before(&mut self, place: &Place) {
        let Some((line, _)) = place.line_and_column() else { return };
        if !self.told.insert(line) {
            return;
        }
        let mut first = line;
        while first > 1 && self.comments.contains_key(&(first - 1)) && self.told.insert(first - 1) {
            first -= 1;
        }
        for comment in (first..line).filter_map(|line| self.comments.get(&line)) {
            // Python lets control characters stand in a comment, TOML does not.
            let words = comment.replace(|c: char| c.is_control() && c != '\t', " ");
            let words = words.trim_start_matches('#').trim();
            let _ = writeln!(self.text, "{}", format!("# {words}").trim_end());
        }
    }
}

/// Whether a value is written under a header of its own: the sections, and tables of rules that a line cannot hold.
fn needs_header(path: &[String], key: &str, value: &Node) -> bool {
    match (&value.value, path) {
        (NodeValue::Table(_), []) => true,
        // Where a secret is to be found is told in its line.
        (NodeValue::Table(_), [outer, ..]) if outer == "trackers" => !SECRET_KEYS.contains(&key),
        (NodeValue::Table(table), _) => key_text(key).chars().count() + 3 + inline_table(table).chars().count() > WIDTH,
        (NodeValue::Array(_), []) => key == "sync",
        (NodeValue::Array(_), [outer]) => outer == "sync" && key == "rule",
        _ => false,
    }
}

/// A name for the variable of a secret: that of the tracker, and the key.
fn variable_of(path: &[String], key: &str) -> String {
    let owner: Vec<String> = path.iter().skip(1).map(|part| part.to_uppercase()).collect();
    let name = [owner.join("_"), key.to_uppercase()].join("_");
    name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect::<String>().trim_matches('_').to_owned()
}

fn inline(node: &Node) -> String {
    match &node.value {
        NodeValue::String(text) => string_text(text),
        NodeValue::Integer(number) => number.to_string(),
        NodeValue::Float(number) => float_text(*number),
        NodeValue::Boolean(flag) => flag.to_string(),
        NodeValue::Array(items) => format!("[{}]", items.iter().map(inline).collect::<Vec<_>>().join(", ")),
        NodeValue::Table(table) => inline_table(table),
    }
}

fn inline_table(table: &Table) -> String {
    if table.entries.is_empty() {
        return "{}".to_owned();
    }
    let entries = table.entries.iter().map(|entry| format!("{} = {}", key_text(&entry.key), inline(&entry.value)));
    format!("{{ {} }}", entries.collect::<Vec<_>>().join(", "))
}

fn float_text(number: f64) -> String {
    if number.is_nan() {
        return "nan".to_owned();
    }
    if number.is_infinite() {
        return if number < 0.0 { "-inf" } else { "inf" }.to_owned();
    }
    format!("{number:?}")
}

fn key_text(key: &str) -> String {
    let bare = !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
    if bare { key.to_owned() } else { string_text(key) }
}

/// A basic string.
fn string_text(text: &str) -> String {
    let mut written = String::with_capacity(text.len() + 2);
    written.push('"');
    for c in text.chars() {
        match c {
            '"' => written.push_str("\\\""),
            '\\' => written.push_str("\\\\"),
            '\n' => written.push_str("\\n"),
            '\r' => written.push_str("\\r"),
            '\t' => written.push_str("\\t"),
            c if c.is_control() => {
                let _ = write!(written, "\\u{:04X}", u32::from(c));
            }
            c => written.push(c),
        }
    }
    written.push('"');
    written
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;

    use super::*;
    use crate::config::{node::from_toml, place::Source};

    fn node(value: NodeValue) -> Node {
        Node { value, place: Place::Default }
    }

    fn table(entries: Vec<(String, Node)>) -> NodeValue {
        let entries = entries.into_iter().map(|(key, value)| Entry { key, place: Place::Default, value }).collect();
        NodeValue::Table(Table { entries, place: Place::Default })
    }

    /// A value without its places, tables in the order of their keys.
    fn plain(value: &NodeValue) -> String {
        match value {
            NodeValue::Array(items) => format!("{:?}", items.iter().map(|item| plain(&item.value)).collect::<Vec<_>>()),
            NodeValue::Table(table) => {
                let entries: BTreeMap<&str, String> =
                    table.entries.iter().map(|entry| (entry.key.as_str(), plain(&entry.value.value))).collect();
                format!("{entries:?}")
            }
            other => format!("{other:?}"),
        }
    }

    fn read(text: &str) -> NodeValue {
        let source = Arc::new(Source { name: "t.toml".to_owned(), text: text.to_owned() });
        NodeValue::Table(from_toml(&source).unwrap_or_else(|findings| panic!("{findings:?}\n{text}")))
    }

    #[test]
    fn a_literal_secret_is_not_written() {
        let secret = node(NodeValue::String("Kiefer".to_owned()));
        let office = node(table(vec![("password".to_owned(), secret)]));
        let NodeValue::Table(tree) = table(vec![("trackers".to_owned(), node(table(vec![("my office".to_owned(), office)])))])
        else {
            panic!()
        };
        let text = to_toml(&tree, &BTreeMap::new());
        assert!(text.contains("[trackers.\"my office\"]"), "{text}");
        assert!(text.contains("password = { env = \"MY_OFFICE__PASSWORD\" }") && !text.contains("Kiefer"), "{text}");
    }

    #[test]
    fn a_comment_with_control_characters_is_still_a_comment() {
        let NodeValue::Table(mut inner) = table(vec![("log_level".to_owned(), node(NodeValue::String("info".to_owned())))])
        else {
            panic!()
        };
        let source = Arc::new(Source { name: "a.py".to_owned(), text: "# a\u{12}b\nx".to_owned() });
        inner.entries[0].place = Place::File { source, span: 6..7 };
        let NodeValue::Table(tree) = table(vec![("telemetry".to_owned(), node(NodeValue::Table(inner)))]) else { panic!() };
        let text = to_toml(&tree, &BTreeMap::from([(1, "# a\u{12}b\u{7f}".to_owned())]));
        assert!(text.contains("# a b"), "{text:?}");
        read(&text);
    }

    fn any_value() -> impl Strategy<Value = Node> {
        let leaf = prop_oneof![
            any::<String>().prop_map(NodeValue::String),
            any::<i64>().prop_map(NodeValue::Integer),
            any::<bool>().prop_map(NodeValue::Boolean),
            (-1e18..1e18_f64).prop_map(NodeValue::Float),
        ];
        let leaf = leaf.prop_map(node);
        leaf.prop_recursive(2, 12, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(|items| node(NodeValue::Array(items))),
                prop::collection::btree_map(any::<String>(), inner, 0..4)
                    .prop_map(|entries| node(table(entries.into_iter().collect()))),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_the_same(rule in prop::collection::btree_map("[a-z_]{1,8}", any_value(), 0..5)) {
            prop_assume!(!rule.keys().any(|key| SECRET_KEYS.contains(&key.as_str())));
            let rules = NodeValue::Array(vec![node(table(rule.into_iter().collect()))]);
            let sync = node(table(vec![("rule".to_owned(), node(rules))]));
            let tree = table(vec![("sync".to_owned(), node(NodeValue::Array(vec![sync])))]);
            let NodeValue::Table(root) = &tree else { panic!() };
            let text = to_toml(root, &BTreeMap::new());
            prop_assert_eq!(plain(&read(&text)), plain(&tree), "{}", text);
        }
    }
}
