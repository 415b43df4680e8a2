//! Attribute paths through what the service answers, and texts on their way in both directions.

use jiff::tz::TimeZone;
use serde_json::{Map, Value, json};

use super::times;

/// The value of a path: `ForemostTestPart.PartNumber.Index`. Through a list it is the list of all values; what has no text is unset.
pub(super) fn attribute(problem: &Value, path: &str, zone: &TimeZone) -> Value {
    let mut found = Vec::new();
    let through_list = gather(problem, &mut path.split('.').peekable(), &mut found);
    let is_time = times::is_named_so(path);
    let values: Vec<Value> = found.into_iter().filter_map(text).map(|text| as_seen(&text, is_time.then_some(zone))).collect();
    match (through_list, values.as_slice()) {
        (_, []) => Value::Null,
        (false, [value]) => value.clone(),
        _ => Value::Array(values),
    }
}

/// Gathers what a path leads to; whether it leads through a list.
fn gather<'v, 'p>(value: &'v Value, path: &mut (impl Iterator<Item = &'p str> + Clone), found: &mut Vec<&'v Value>) -> bool {
    if let Value::Array(items) = value {
        for item in items {
            gather(item, &mut path.clone(), found);
        }
        return true;
    }
    match path.next() {
        None => {
            found.push(value);
            false
        }
        Some(step) => {
            let next = value.get(step).or_else(|| value.get(format!("@{step}")));
            next.is_some_and(|next| gather(next, path, found))
        }
    }
}

/// The text of an element that has one. Padding to a fixed width is no part of it.
fn text(value: &Value) -> Option<String> {
    let text = value.get("#text").unwrap_or(value).as_str()?;
    let kept = without_control_characters(text);
    let trimmed = if kept.trim().contains('\n') { kept.trim_end() } else { kept.trim() };
    (!trimmed.is_empty()).then(|| trimmed.to_owned())
}

fn as_seen(text: &str, time_in: Option<&TimeZone>) -> Value {
    let time = time_in.and_then(|zone| times::value(text, zone));
    Value::String(time.unwrap_or_else(|| text.to_owned()))
}

/// A field's text; empty where it has none.
pub(super) fn field(value: &Value, name: &str) -> String {
    text(&value[name]).unwrap_or_default()
}

/// The elements of a name: one, several or none.
pub(super) fn elements<'v>(value: &'v Value, name: &str) -> &'v [Value] {
    match &value[name] {
        Value::Array(items) => items,
        Value::Null => &[],
        one => std::slice::from_ref(one),
    }
}

/// A text that XML can hold, with the line ends that are usual there.
pub(super) fn without_control_characters(text: &str) -> String {
    let unwanted = |c: char| c < ' ' && !matches!(c, '\t' | '\r' | '\n') || matches!(c, '\u{fffe}' | '\u{ffff}' | '\u{7f}');
    text.replace("\r\n", "\n").chars().filter(|c| !unwanted(*c)).collect()
}

/// Puts the value of a path into a structure for a request; what is unset is left out.
pub(super) fn put(into: &mut Map<String, Value>, path: &str, value: Value) {
    match path.split_once('.') {
        None => {
            into.insert(path.to_owned(), value);
        }
        Some((first, rest)) => {
            let inner = into.entry(first).or_insert_with(|| json!({}));
            if !inner.is_object() {
                // A value stands where others are to be: what is written in the group wins, and the WSDL judges it.
                *inner = json!({});
            }
            if let Value::Object(inner) = inner {
                put(inner, rest, value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(path: &str) -> Value {
        let problem = json!({
            "Rating": " 2",
            "ShortText": "",
            "Description": "  first\r\nsecond  \n\n",
            "ProblemDate": "2022-07-06",
            "LastChangeTimestamp": "2022-07-06 14:16:25.181",
            "Keyword": "2022-07-06 14:16:25.181",
            "ForemostTestPart": { "PartNumber": { "PreNumber": " 85F", "Index": "  " } },
            "AdditionalCriteriaList": { "AdditionalCriteria": [
                { "@description": "Colour", "#text": "red" }, { "@description": "Size", "#text": "" },
            ] },
            "ModuleRelevant": { "ModuleRelevant": ["a", "b"] },
            "Odd": "a\u{1}b\u{b}",
        });
        attribute(&problem, path, &TimeZone::get("Europe/Berlin").unwrap())
    }

    #[test]
    fn paths_lead_through_groups_and_lists() {
        assert_eq!(at("Rating"), "2");
        assert_eq!(at("ShortText"), Value::Null);
        assert_eq!(at("Description"), "  first\nsecond");
        assert_eq!(at("ProblemDate"), "2022-07-06");
        assert_eq!(at("LastChangeTimestamp"), "2022-07-06T12:16:25Z");
        assert_eq!(at("Keyword"), "2022-07-06 14:16:25.181", "it is no time by its name");
        assert_eq!(at("ForemostTestPart.PartNumber.PreNumber"), "85F");
        assert_eq!(at("ForemostTestPart.PartNumber.Index"), Value::Null);
        assert_eq!(at("ForemostTestPart.PartNumber"), Value::Null, "a group has no text");
        assert_eq!(at("AdditionalCriteriaList.AdditionalCriteria"), json!(["red"]));
        assert_eq!(at("AdditionalCriteriaList.AdditionalCriteria.description"), json!(["Colour", "Size"]));
        assert_eq!(at("ModuleRelevant.ModuleRelevant"), json!(["a", "b"]));
        assert_eq!(at("Nothing.At.All"), Value::Null);
        assert_eq!(at("Odd"), "ab");
    }

    proptest! {
        #[test]
        fn what_is_put_somewhere_is_read_there(
            paths in prop::collection::btree_set("[AB](\\.[CD]){0,2}", 1..6),
        ) {
            let leaves: Vec<&String> = paths.iter().filter(|path| {
                !paths.iter().any(|other| other != *path && other.starts_with(&format!("{path}.")))
            }).collect();
            let mut built = Map::new();
            for path in &leaves {
                put(&mut built, path, json!(format!("at {path}")));
            }
            for path in &leaves {
                prop_assert_eq!(attribute(&Value::Object(built.clone()), path, &TimeZone::UTC), json!(format!("at {path}")));
            }
        }
    }
}
