//! The values that set Jira's fields. Whatever Jira would refuse together with all other values of the request, or keep in another
//! form than it was given, is refused here, by itself.

use serde_json::{Value, json};
use url::Url;

use super::{
    client::Dialect,
    kinds::{Field, Kind},
    reading::CASCADE,
};
use crate::sync::{
    fault::Fault,
    instant,
    value::{is_unset, to_text},
};

/// Jira's limit for texts of one line.
const LINE: usize = 255;

/// What sets a field to a value.
pub(super) fn write(field: &Field, rest: Option<&str>, value: &Value, dialect: Dialect) -> Result<Value, Fault> {
    if field.is_read_only() {
        return Err(Fault::refused("this field can be read and not be set").hint("use a rule that only reads it"));
    }
    if field.list {
        let items = match value {
            Value::Array(items) => items.clone(),
            unset if is_unset(unset) => Vec::new(),
            one => vec![one.clone()],
        };
        return items.iter().map(|item| item_of(field.kind, rest, item, dialect)).collect();
    }
    match value {
        // A part that is unset is left out of its whole.
        unset if is_unset(unset) && field.kind == Kind::Cascade && rest.is_some_and(|rest| rest.starts_with("child")) => {
            Ok(json!({}))
        }
        unset if is_unset(unset) => Ok(Value::Null),
        Value::Array(items) => match items.as_slice() {
            [one] => item_of(field.kind, rest, one, dialect),
            _ => item_of(field.kind, rest, value, dialect),
        },
        one => item_of(field.kind, rest, one, dialect),
    }
}

fn item_of(kind: Kind, rest: Option<&str>, value: &Value, dialect: Dialect) -> Result<Value, Fault> {
    let text = to_text(value, ", ");
    let keys: &[&str] = match kind {
        Kind::Line => return line(rest, &text).map(Value::from),
        Kind::Text => return no_path(rest).map(|()| Value::from(text)),
        Kind::Label => return label(rest, &text).map(Value::from),
        Kind::Url => return url(rest, &text).map(Value::from),
        Kind::Number => return no_path(rest).and_then(|()| number(value, &text)),
        Kind::Date => return no_path(rest).and_then(|()| date(&text)).map(Value::from),
        Kind::Instant => return no_path(rest).and_then(|()| date_time(&text)).map(Value::from),
        Kind::Cascade => return cascade(rest, &text),
        Kind::Unknown => return unknown(rest, value),
        Kind::User if dialect == Dialect::Cloud => &["accountId"],
        Kind::User => &["name", "key"],
        Kind::Named => &["name", "id"],
        Kind::Choice => &["value", "id"],
        Kind::Project => &["key", "id"],
        Kind::Issue | Kind::Link | Kind::Kept => &[],
    };
    let key = rest.or(keys.first().copied()).unwrap_or_default();
    if keys.contains(&key) {
        return Ok(json!({ key: text }));
    }
    let by = keys.iter().map(|key| format!("`.{key}`")).collect::<Vec<_>>().join(" or ");
    Err(Fault::refused(format!("`.{key}` can be read and not be set")).hint(format!("it is set by {by}")))
}

fn no_path(rest: Option<&str>) -> Result<(), Fault> {
    match rest {
        None => Ok(()),
        Some(rest) => Err(Fault::refused(format!("`.{rest}` leads into a value that has no parts"))),
    }
}

fn line(rest: Option<&str>, text: &str) -> Result<String, Fault> {
    no_path(rest)?;
    let text = text.trim();
    if text.contains(['\n', '\r']) {
        let fault = Fault::refused("the value has several lines, and this field takes one");
        return Err(fault.hint("Jira would refuse all other values with it; shorten it where it is written"));
    }
    within_limit(text)?;
    Ok(text.to_owned())
}

fn within_limit(text: &str) -> Result<(), Fault> {
    let length = text.chars().count();
    if length <= LINE {
        return Ok(());
    }
    let fault = Fault::refused(format!("the value has {length} characters, and this field takes {LINE}"));
    Err(fault.hint("shorten it where it is written"))
}

fn label(rest: Option<&str>, text: &str) -> Result<String, Fault> {
    let text = line(rest, text)?;
    if text.contains(char::is_whitespace) {
        return Err(Fault::refused(format!("\"{text}\" cannot be a label: it has a space")).hint("map it to one that has none"));
    }
    Ok(text)
}

fn url(rest: Option<&str>, text: &str) -> Result<String, Fault> {
    let text = line(rest, text)?;
    match Url::parse(&text) {
        Ok(_) => Ok(text),
        Err(_) => Err(Fault::refused(format!("\"{text}\" is no URL")).hint("write it with its beginning, https://")),
    }
}

fn number(value: &Value, text: &str) -> Result<Value, Fault> {
    if value.is_number() {
        return Ok(value.clone());
    }
    let text = text.trim();
    let whole = text.parse::<i64>().ok().map(Value::from);
    let number = whole.or_else(|| text.parse::<f64>().ok().filter(|number| number.is_finite()).map(Value::from));
    number.ok_or_else(|| Fault::refused(format!("\"{text}\" is no number")))
}

fn date(text: &str) -> Result<String, Fault> {
    let text = text.trim();
    let canonical = instant::parse(text).map(instant::canonical);
    match canonical.as_deref().and_then(|at| at.split_once('T')) {
        Some((day, "00:00:00Z")) => Ok(day.to_owned()),
        Some(_) => {
            Err(Fault::refused(format!("\"{text}\" has a time, and this field takes a day")).hint("write it as 2025-07-31"))
        }
        None => Err(Fault::refused(format!("\"{text}\" is no date")).hint("write it as 2025-07-31")),
    }
}

/// With offset and without its colon, which is the form that both dialects take.
fn date_time(text: &str) -> Result<String, Fault> {
    match instant::parse(text) {
        Some(at) => Ok(at.strftime("%Y-%m-%dT%H:%M:%S.000+0000").to_string()),
        None => {
            Err(Fault::refused(format!("\"{}\" is no date with a time", text.trim())).hint("write it as 2025-07-31T14:30:00Z"))
        }
    }
}

/// Both choices from one text, or one of them from the path to it.
fn cascade(rest: Option<&str>, text: &str) -> Result<Value, Fault> {
    match rest {
        None => Ok(match text.split_once(CASCADE) {
            Some((parent, child)) => json!({ "value": parent.trim(), "child": { "value": child.trim() } }),
            None => json!({ "value": text.trim() }),
        }),
        Some(key @ ("value" | "id")) => Ok(json!({ key: text })),
        Some("child") => Ok(json!({ "child": { "value": text } })),
        Some(path) => {
            if let Some(("child", key @ ("value" | "id"))) = path.split_once('.') {
                return Ok(json!({ "child": { key: text } }));
            }
            let fault = Fault::refused(format!("`.{path}` can be read and not be set"));
            Err(fault.hint("a cascade is set by `.value` and `.child.value`, or `.id` and `.child.id`"))
        }
    }
}

fn unknown(rest: Option<&str>, value: &Value) -> Result<Value, Fault> {
    match rest {
        None => Ok(value.clone()),
        Some(path) if path.contains('.') => Err(Fault::refused(format!("`.{path}` leads too deep to be set"))),
        Some(key) => Ok(json!({ key: value })),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::needless_pass_by_value, reason = "values are written in place")]

    use proptest::prelude::*;

    use super::{super::reading::read, *};
    use crate::sync::value::equal;

    fn field(schema: Value) -> Field {
        Field::of(&json!({ "id": "customfield_1", "name": "F", "schema": schema }))
    }

    fn of(kind: &str) -> Field {
        field(json!({ "type": kind }))
    }

    fn set(kind: &str, rest: Option<&str>, value: Value) -> Result<Value, String> {
        write(&of(kind), rest, &value, Dialect::Cloud).map_err(|fault| fault.to_string())
    }

    #[test]
    fn values_take_the_shape_of_their_field() {
        assert_eq!(set("priority", None, json!("High")), Ok(json!({ "name": "High" })));
        assert_eq!(set("priority", Some("id"), json!("3")), Ok(json!({ "id": "3" })));
        assert_eq!(set("option", None, json!("Red")), Ok(json!({ "value": "Red" })));
        assert_eq!(set("user", None, json!("712020:1")), Ok(json!({ "accountId": "712020:1" })));
        assert_eq!(set("project", None, json!("UP")), Ok(json!({ "key": "UP" })));
        assert_eq!(set("option-with-child", None, json!("EU / AT")), Ok(json!({ "value": "EU", "child": { "value": "AT" } })));
        assert_eq!(set("option-with-child", Some("child.id"), json!("7")), Ok(json!({ "child": { "id": "7" } })));
        assert_eq!(set("number", None, json!("4.5")), Ok(json!(4.5)));
        assert_eq!(set("number", None, json!(" 3 ")), Ok(json!(3)));
        assert_eq!(set("date", None, json!("2025-07-25.00:00:00")), Ok(json!("2025-07-25")));
        assert_eq!(set("datetime", None, json!("2025-07-26T00:36:34+0530")), Ok(json!("2025-07-25T19:06:34.000+0000")));
        assert_eq!(set("string", None, json!(" one line\n")), Ok(json!("one line")));
        for kind in ["priority", "option", "user", "number", "date", "datetime", "string", "option-with-child"] {
            assert_eq!(set(kind, None, json!("")), Ok(Value::Null), "{kind}");
        }
        let several = |items: &str| field(json!({ "type": "array", "items": items }));
        let list = |items: &str, value: Value| write(&several(items), None, &value, Dialect::DataCenter).unwrap();
        assert_eq!(list("version", json!(["1", "2"])), json!([{ "name": "1" }, { "name": "2" }]));
        assert_eq!(list("user", json!("jane")), json!([{ "name": "jane" }]));
        assert_eq!(list("string", Value::Null), json!([]));
    }

    #[test]
    fn what_jira_would_refuse_or_change_is_refused_first() {
        for (kind, rest, value, told) in [
            ("string", None, json!("a\nb"), "several lines"),
            ("string", None, json!("a".repeat(256)), "256 characters"),
            ("string", Some("x"), json!("a"), "no parts"),
            ("number", None, json!("many"), "is no number"),
            ("number", None, json!("inf"), "is no number"),
            ("date", None, json!("tomorrow"), "is no date"),
            ("date", None, json!("2025-07-25T10:00:00Z"), "has a time"),
            ("datetime", None, json!("2025-07-25T10:00:00"), "is no date with a time"),
            ("priority", Some("description"), json!("x"), "it is set by `.name` or `.id`"),
            ("user", Some("name"), json!("jane"), "it is set by `.accountId`"),
            ("issuelink", Some("key"), json!("UP-1"), "can be read"),
            ("option-with-child", Some("child.self"), json!("x"), "can be read"),
        ] {
            let fault = set(kind, rest, value).unwrap_err();
            assert!(fault.contains(told), "{kind}: {fault}");
        }
        let url = field(json!({ "type": "string", "custom": "com.atlassian.jira.plugin.system.customfieldtypes:url" }));
        assert!(write(&url, None, &json!("nowhere"), Dialect::Cloud).is_err());
        assert!(write(&url, None, &json!("https://example.com/?a=b#c"), Dialect::Cloud).is_ok());
        let created = Field::of(&json!({ "id": "created", "schema": { "type": "datetime" } }));
        assert!(write(&created, None, &json!("2025-07-25T10:00:00Z"), Dialect::Cloud).is_err());
        let labels = field(json!({ "type": "array", "items": "string" }));
        assert!(write(&labels, None, &json!(["two words"]), Dialect::Cloud).is_err());
    }

    /// Kinds that Jira shows just as they were set.
    fn echoed() -> impl Strategy<Value = (&'static str, Value)> {
        prop_oneof![
            ("[ -~äß€😀]{0,40}").prop_map(|text| ("string", Value::from(text))),
            any::<i32>().prop_map(|number| ("number", json!(number))),
            (-1e6..1e6f64).prop_map(|number| ("number", json!(number))),
            any::<i32>().prop_map(|number| ("number", json!(number.to_string()))),
            (0i64..4_000_000_000).prop_map(|second| {
                let at = jiff::Timestamp::from_second(second).unwrap();
                ("datetime", json!(at.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()))
            }),
            (0i64..40_000).prop_map(|day| {
                let at = jiff::Timestamp::from_second(day * 86_400).unwrap();
                ("date", json!(at.strftime("%Y-%m-%d").to_string()))
            }),
            ("[a-z]{1,8}( / [a-z]{1,8})?").prop_map(|text| ("option-with-child", Value::from(text))),
            ("[a-z0-9:]{1,12}").prop_map(|text| ("user", Value::from(text))),
            ("[A-Z]{1,12}").prop_map(|text| ("project", Value::from(text))),
            ("[a-z ]{1,12}").prop_map(|text| ("version", Value::from(text))),
            ("[a-z ]{1,12}").prop_map(|text| ("option", Value::from(text))),
        ]
    }

    proptest! {
        #[test]
        fn what_is_set_is_read_back_equal((kind, value) in echoed()) {
            for dialect in [Dialect::Cloud, Dialect::DataCenter] {
                let field = of(kind);
                let kept = write(&field, None, &value, dialect).unwrap();
                let back = read(&field, None, &kept, dialect);
                prop_assert!(equal(&value, &back), "{kind}: {value} -> {kept} -> {back}");
                let again = write(&field, None, &back, dialect).unwrap();
                prop_assert!(again == kept || equal(&read(&field, None, &again, dialect), &back));
            }
        }
    }
}
