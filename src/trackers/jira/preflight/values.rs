//! The values that a field takes on a screen, against those that the configuration gives.

use serde_json::Value;

use super::super::{kinds::Kind, reading::CASCADE};
use super::{
    report::{Certainty, Report},
    writes::Written,
};
use crate::{config::section::nearest, sync::requirements::Constant};

/// How many values a hint names at most.
const MOST_NAMED: usize = 12;

/// Tells the constants of a rule that are not among the values that a field takes. `at` is issue type and project, for people.
pub(super) fn check(written: &Written<'_>, shown: &Value, at: &str, certain: bool, report: &mut Report) {
    let Some(allowed) = shown["allowedValues"].as_array() else { return };
    let Some(known) = names(written, allowed) else { return };
    for constant in written.rule.constants.iter().filter(|constant| !is_known(constant, &known)) {
        let text = constant.text.trim();
        let message = format!("`{}` cannot be \"{text}\" for {at} of the {}", written.rule.path, report.tracker);
        let in_other_case = known.iter().any(|name| name.to_lowercase() == text.to_lowercase());
        let certainty = Certainty::if_so(certain && !in_other_case);
        report.add(certainty, "preflight::value", &constant.place, message, hint(text, &known));
    }
}

/// The values by the member that the rule's path leads to; `None` where they cannot be told by a text.
fn names(written: &Written<'_>, allowed: &[Value]) -> Option<Vec<String>> {
    let text = |value: &Value| ["name", "value"].into_iter().find_map(|key| value[key].as_str()).map(str::to_owned);
    let below = |value: &Value| value["children"].as_array().into_iter().flatten().filter_map(text).collect::<Vec<_>>();
    let names = match (written.field.kind, written.rest) {
        (Kind::Named, None | Some("name")) | (Kind::Choice, None | Some("value")) | (Kind::Cascade, Some("value")) => {
            allowed.iter().filter_map(text).collect()
        }
        (Kind::Cascade, Some("child" | "child.value")) => allowed.iter().flat_map(below).collect(),
        (Kind::Cascade, None) => allowed
            .iter()
            .filter_map(|value| Some((text(value)?, below(value))))
            .flat_map(|(parent, below)| {
                let both: Vec<String> = below.iter().map(|child| format!("{parent}{CASCADE}{child}")).collect();
                [parent].into_iter().chain(both)
            })
            .collect(),
        _ => return None,
    };
    Some(names)
}

/// An id is as good as a name.
fn is_known(constant: &Constant, known: &[String]) -> bool {
    let text = constant.text.trim();
    let is_id = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    is_id || known.iter().any(|name| name.trim() == text)
}

fn hint(text: &str, known: &[String]) -> String {
    let told = nearest(text, known.iter().map(String::as_str));
    if known.is_empty() {
        "it takes no value at all there".to_owned()
    } else if known.len() <= MOST_NAMED || told.starts_with("did you mean") {
        told
    } else {
        let first = nearest(text, known.iter().take(MOST_NAMED).map(String::as_str));
        format!("{first} and {} more", known.len() - MOST_NAMED)
    }
}
