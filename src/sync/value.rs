//! Attribute values: what counts as unset, as equal, and how a value looks to people.

use std::borrow::Cow;

use serde_json::Value;

use super::instant;

/// Whether a value counts as unset: null, an empty text or one of blanks only, an empty list.
#[must_use]
pub fn is_unset(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(items) => items.is_empty(),
        _ => false,
    }
}

/// The value as text: a text itself, a number or flag written out, a list joined.
#[must_use]
pub fn to_text(value: &Value, separator: &str) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(|item| to_text(item, separator)).collect::<Vec<_>>().join(separator),
        other => other.to_string(),
    }
}

/// Whether two values are the same: line ends made alike, blanks at the ends ignored (Roundup and Jira both drop them),
/// numbers by value, points in time by the second in whatever notation, lists in any order, all unset values alike.
#[must_use]
pub fn equal(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (l, r) if is_unset(l) || is_unset(r) => is_unset(l) && is_unset(r),
        (Value::Array(l), Value::Array(r)) => sorted_texts(l) == sorted_texts(r),
        (Value::Array(one), single) | (single, Value::Array(one)) if one.len() == 1 => equal(&one[0], single),
        (Value::Array(list), single) | (single, Value::Array(list)) => {
            equal(&Value::String(to_text(&Value::Array(list.clone()), ", ")), single)
        }
        (Value::Number(l), Value::Number(r)) => l == r || l.as_f64() == r.as_f64(),
        (Value::Number(number), Value::String(text)) | (Value::String(text), Value::Number(number)) => {
            text.trim().parse::<f64>().ok().is_some_and(|value| number.as_f64() == Some(value))
        }
        (Value::String(l), Value::String(r)) => same_text(l, r) || instant::same(l, r),
        (l, r) => same_text(&to_text(l, ", "), &to_text(r, ", ")),
    }
}

/// How a tracker compares what it is given with what it has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Equality {
    /// As [`equal`] does.
    #[default]
    Plain,
    /// KPM drops blanks at the ends of lines and empty lines, and may turn a no-break space into a space.
    Kpm,
}

impl Equality {
    /// Whether the tracker takes two values for the same.
    #[must_use]
    pub fn equal(self, left: &Value, right: &Value) -> bool {
        match (self, left, right) {
            (Self::Kpm, Value::String(left), Value::String(right)) => as_kpm_keeps(left).eq(as_kpm_keeps(right)),
            _ => equal(left, right),
        }
    }
}

/// The lines that KPM keeps of a text, each as a sequence of characters.
fn as_kpm_keeps(text: &str) -> impl Iterator<Item = char> {
    let lines = text.split(['\r', '\n']).map(|line| line.trim_end_matches(is_blank)).filter(|line| !line.is_empty());
    lines.flat_map(|line| line.chars().map(|c| if c == NO_BREAK_SPACE { ' ' } else { c }).chain(['\n']))
}

const NO_BREAK_SPACE: char = '\u{a0}';

fn is_blank(c: char) -> bool {
    c.is_whitespace() || c == NO_BREAK_SPACE
}

/// Whether two texts are the same but for line ends and blanks at the ends.
#[must_use]
pub fn same_text(left: &str, right: &str) -> bool {
    plain(left) == plain(right)
}

fn plain(text: &str) -> Cow<'_, str> {
    #[cfg(test)]
    work::count(text.len());
    let text = text.trim();
    if text.contains('\r') { Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n")) } else { Cow::Borrowed(text) }
}

fn sorted_texts(items: &[Value]) -> Vec<String> {
    let mut texts: Vec<String> = items.iter().map(|item| plain(&to_text(item, ", ")).into_owned()).collect();
    texts.sort();
    texts
}

/// The value for a reason or a log line: quoted, shortened to one short line.
#[must_use]
pub fn shown(value: &Value) -> String {
    const LIMIT: usize = 60;
    if is_unset(value) {
        return "(unset)".to_owned();
    }
    let text = to_text(value, ", ");
    let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(LIMIT).collect();
    let rest = if text.chars().nth(LIMIT).is_some() { "…" } else { "" };
    format!("\"{line}{rest}\"")
}

/// How much text was compared and how many copies were looked at, for the test that evaluation does not look at everything again for
/// each thing.
#[cfg(test)]
pub(crate) mod work {
    use std::cell::Cell;

    thread_local!(static DONE: Cell<usize> = const { Cell::new(0) });

    /// Adds what was looked at.
    pub(crate) fn count(bytes: usize) {
        DONE.set(DONE.get() + bytes + 1);
    }

    /// The work done on this thread since this was last asked.
    pub(crate) fn done() -> usize {
        DONE.take()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn equality_looks_at_the_meaning() {
        let equal_pairs = [
            (json!("a\r\nb"), json!("a\nb")),
            (json!(" a "), json!("a")),
            (json!(null), json!("")),
            (json!([]), json!(null)),
            (json!(5), json!(5.0)),
            (json!("5"), json!(5)),
            (json!("5.0"), json!(5)),
            (json!("2025-07-25T21:06:34.639+0200"), json!("2025-07-25.19:06:34")),
            (json!(["b", "a"]), json!(["a", "b"])),
            (json!(["a"]), json!("a")),
        ];
        for (left, right) in equal_pairs {
            assert!(equal(&left, &right), "{left} {right}");
        }
        for (left, right) in
            [(json!("a"), json!("b")), (json!(null), json!("x")), (json!(0), json!(null)), (json!(false), json!(""))]
        {
            assert!(!equal(&left, &right), "{left} {right}");
        }
    }

    #[test]
    fn kpm_keeps_less_of_a_text() {
        let same = |left: &str, right: &str| Equality::Kpm.equal(&json!(left), &json!(right));
        assert!(same("a \r\n\r\nb\u{a0}c\n", "a\nb c"));
        assert!(!same("a\nb", "ab") && !same(" a", "a"));
        assert!(Equality::Kpm.equal(&json!(5), &json!("5")) && Equality::Kpm.equal(&json!(""), &json!(null)));
    }

    #[test]
    fn shown_is_one_short_line() {
        assert_eq!(shown(&json!("a\nb")), "\"a b\"");
        assert!(shown(&json!("ä".repeat(100))).ends_with("…\""));
    }

    fn any_value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i32>().prop_map(Value::from),
            "[ a-b\r\n]{0,4}".prop_map(Value::from),
        ];
        leaf.prop_recursive(1, 4, 3, |inner| prop::collection::vec(inner, 0..3).prop_map(Value::Array))
    }

    proptest! {
        #[test]
        fn equality_is_reflexive_and_symmetric(left in any_value(), right in any_value()) {
            prop_assert!(equal(&left, &left));
            prop_assert_eq!(equal(&left, &right), equal(&right, &left));
        }
    }
}
