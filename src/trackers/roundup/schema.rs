//! Roundup's schema: classes and properties from XML-RPC `schema()`, which is the only place that tells them; keys and
//! vocabularies of the classes that issues link to from REST.

use std::collections::{BTreeMap, BTreeSet};

use dxr::Value;
use tracing::debug;

use super::{client::Client, xmlrpc};
use crate::{
    ids::TrackerName,
    sync::{
        fault::Fault,
        schema::{Class, Field, Kind, Schema},
    },
};

const ISSUE: &str = "issue";
/// A class of more items has no vocabulary; it grows by the day.
const MOST_VALUES: usize = 500;
/// What Roundup keeps for each item and does not list.
const PROTECTED: [&str; 5] = ["id", "creation", "activity", "creator", "actor"];

/// Asks for all of it, one request after the other.
pub(super) async fn read(client: &Client, tracker: &TrackerName) -> Result<Schema, Fault> {
    let mut schema = read_classes(client, tracker).await?;
    for name in linked(&schema) {
        let Some(class) = schema.classes.get_mut(&name) else { continue };
        match vocabulary(client, &name, class).await {
            Err(fault) if !fault.is_transient() => debug!(%tracker, class = name, %fault, "no vocabulary"),
            outcome => outcome?,
        }
    }
    Ok(schema)
}

/// Asks for classes and properties only, in one request.
pub(super) async fn read_classes(client: &Client, tracker: &TrackerName) -> Result<Schema, Fault> {
    let told = xmlrpc::call(client, "schema").await?;
    let Some(classes) = classes(&told) else {
        return Err(Fault::permanent(format!("{tracker} tells its schema in a form that we do not know")));
    };
    if !classes.contains_key(ISSUE) {
        return Err(Fault::permanent(format!("{tracker} has no class `{ISSUE}`")));
    }
    Ok(Schema { classes, ..Schema::new(tracker.clone(), ISSUE) })
}

/// The classes of an answer: `{class: [[property, '<roundup.hyperdb.Link to "msg">'], …], …}`.
fn classes(told: &Value) -> Option<BTreeMap<String, Class>> {
    let Value::Struct(told) = told else { return None };
    told.iter().map(|(name, properties)| Some((name.clone(), class(properties)?))).collect()
}

fn class(properties: &Value) -> Option<Class> {
    let Value::Array(properties) = properties else { return None };
    let mut fields = BTreeMap::new();
    for property in properties {
        let Value::Array(pair) = property else { return None };
        let [Value::String(name), Value::String(kind)] = pair.as_slice() else { return None };
        fields.insert(name.clone(), field(kind));
    }
    for name in PROTECTED {
        let kind = match name {
            "id" => Kind::Text,
            "creator" | "actor" => Kind::Link("user".to_owned()),
            _ => Kind::Date,
        };
        fields.insert(name.to_owned(), Field::new(kind).read_only());
    }
    Some(Class { fields, ..Class::default() })
}

/// A property's kind, as Python prints it.
fn field(printed: &str) -> Field {
    let printed = printed.trim_start_matches("<roundup.hyperdb.").trim_end_matches('>');
    if let Some((kind, target)) = printed.split_once(" to ") {
        let link = Field::new(Kind::Link(target.trim_matches('"').to_owned()));
        return Field { list: kind == "Multilink", ..link };
    }
    Field::new(match printed {
        "String" => Kind::Text,
        "Number" | "Integer" => Kind::Number,
        "Boolean" => Kind::Flag,
        "Date" => Kind::Date,
        "Password" => Kind::Secret,
        _ => Kind::Unknown,
    })
}

/// The classes that issues link to and whose items are words to choose from, not content.
fn linked(schema: &Schema) -> BTreeSet<String> {
    let of_issue = schema.classes.get(ISSUE).into_iter();
    let with_issue = schema.classes.values().filter(|class| class.fields.contains_key(ISSUE));
    let fields = of_issue.chain(with_issue).flat_map(|class| class.fields.values());
    let targets = fields.filter_map(|field| match &field.kind {
        Kind::Link(class) if class != ISSUE => Some(class),
        _ => None,
    });
    let is_content = |class: &&String| schema.classes.get(*class).is_none_or(|class| class.fields.contains_key("content"));
    targets.filter(|class| !is_content(class)).cloned().collect()
}

/// Fills in by which property a link to the class is set, and which values there are.
async fn vocabulary(client: &Client, name: &str, class: &mut Class) -> Result<(), Fault> {
    let words = client.ask_for_no_item(name).await?;
    let key = words.as_deref().and_then(key_of).filter(|key| class.fields.contains_key(*key));
    // Each link can be set by the item's id as well.
    class.keys = Some(key.into_iter().chain(["id"]).map(str::to_owned).collect());
    let Some(key) = key else { return Ok(()) };
    class.label = Some(key.to_owned());
    let (items, in_all) = client.first_page(name, key, MOST_VALUES).await?;
    let values: Vec<String> = items.iter().filter_map(|item| item[key].as_str().map(str::to_owned)).collect();
    // Fewer than there are: too many, or some that our account may not see. Either way the list is not the vocabulary.
    if u64::try_from(values.len()).is_ok_and(|listed| listed == in_all)
        && let Some(field) = class.fields.get_mut(key)
    {
        field.vocabulary = Some(values);
    }
    Ok(())
}

/// The key property, out of `'No key (name) value "x" for "status"'`. A class without a key is answered "not found".
fn key_of(words: &str) -> Option<&str> {
    words.split_once("No key (")?.1.split_once(')').map(|(key, _)| key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn properties_are_known_by_how_python_prints_them() {
        let text = |text: &str| Value::String(text.to_owned());
        let pair = |name: &str, kind: &str| Value::Array(vec![text(name), text(&format!("<roundup.hyperdb.{kind}>"))]);
        let told = Value::Array(vec![
            pair("title", "String"),
            pair("nosy", "Multilink to \"user\""),
            pair("status", "Link to \"status\""),
            pair("due", "Date"),
            pair("for", "Interval"),
        ]);
        let class = class(&told).unwrap();
        let words = |name: &str| class.fields[name].words();
        assert_eq!((words("title"), words("nosy")), ("text".to_owned(), "links to user".to_owned()));
        assert_eq!((words("status"), words("due")), ("link to status".to_owned(), "date".to_owned()));
        assert_eq!((words("for"), words("creator")), ("not described".to_owned(), "link to user".to_owned()));
        assert!(class.fields["title"].writable && !class.fields["activity"].writable);
        for odd in [text("x"), Value::Array(vec![text("x")]), Value::Array(vec![Value::Array(vec![text("x")])])] {
            assert_eq!(super::class(&odd), None);
        }
    }

    #[test]
    fn the_key_is_taken_out_of_the_refusal() {
        assert_eq!(key_of("'No key (username) value \"x\" for \"user\"'"), Some("username"));
        assert_eq!(key_of("Item 'x' not found"), None);
        assert_eq!(key_of("'No key ("), None);
    }
}
