//! The fields that rules write, against what is on the create and edit screens.

use std::collections::BTreeSet;

use serde_json::Value;

use super::super::client::Client;
use super::{
    create_screens::{self, Screen},
    existing::Existing,
    permissions::{Denied, EDIT},
    report::{Certainty, Report},
    targets::{self, Target},
    told, values,
    writes::{Writes, Written, words_of_field},
};
use crate::sync::{fault::Fault, issue::Side, requirements::Requirements};

/// Set by transitions, and not by a create or edit screen.
const BY_TRANSITION: [&str; 2] = ["status", "resolution"];
/// Every new issue has them, whatever the screen shows; they are looked at by themselves.
const OF_EVERY_ISSUE: [&str; 2] = ["project", "issuetype"];
/// Jira fills it in by itself where it is demanded.
const FILLED_IN: &str = "reporter";

/// Checks the create screens: what rules set, what Jira demands, and the values.
pub(super) async fn creation(
    client: &Client,
    asked: &Requirements,
    writes: &Writes<'_>,
    targets: &[Target],
    denied: &Denied,
    report: &mut Report,
) -> Result<(), Fault> {
    // A combination of several may be one that never occurs.
    let only_one = targets.len() == 1;
    for target in targets {
        let Some(screen) = create_screens::fields(client, target).await? else { continue };
        let at = target.words();
        for written in writes.iter().filter(|written| written.rule.on_creation) {
            let id = written.field.id.as_str();
            match screen.get(id) {
                _ if BY_TRANSITION.contains(&id) || OF_EVERY_ISSUE.contains(&id) => {}
                Some(shown) => values::check(written, shown, &at, only_one, report),
                None if denied.hides(&target.project, id) => {}
                None => not_at_creation(written, &at, only_one, report),
            }
        }
        required(asked, writes, &screen, &at, only_one, report);
    }
    Ok(())
}

/// A value that is refused at creation is set afterwards where a rule may still do it then.
fn not_at_creation(written: &Written<'_>, at: &str, only_one: bool, report: &mut Report) {
    let never_set = report.side == Side::Remote && !written.rule.on_update;
    let message = format!("field {} is not on the create screen of {at} of the {}", written.words(), report.tracker);
    let hint = "an administrator of Jira puts it on that screen; or let no rule set it on new issues".to_owned();
    let certainty = Certainty::if_so(only_one && never_set);
    report.add(certainty, "preflight::screen", &written.rule.cause.place, message, hint);
}

fn required(asked: &Requirements, writes: &Writes<'_>, screen: &Screen, at: &str, only_one: bool, report: &mut Report) {
    let demanded = |field: &Value| field["required"] == true && field["hasDefaultValue"] != true;
    let is_set = |id: &str| {
        let by_rule = writes.of_field(id).any(|written| written.rule.on_creation);
        by_rule || id == FILLED_IN || OF_EVERY_ISSUE.contains(&id)
    };
    for (id, field) in screen.iter().filter(|(id, field)| demanded(field) && !is_set(id)) {
        let name = words_of_field(field["name"].as_str().unwrap_or(id), id);
        let message = format!("new issues of {at} of the {} need {name}, and no rule sets it", report.tracker);
        let hint = if id == "parent" {
            "it is a type of sub-tasks, which are not created; name another type".to_owned()
        } else {
            format!("add {} for it", report.rule_for_new_issues())
        };
        report.add(Certainty::if_so(only_one), "preflight::required", &asked.place, message, hint);
    }
}

/// Checks the edit screens of these issues, of each project and type once.
pub(super) async fn editing(
    client: &Client,
    writes: &Writes<'_>,
    issues: &[Existing],
    denied: &Denied,
    report: &mut Report,
) -> Result<(), Fault> {
    if !writes.iter().any(|written| written.rule.on_update) {
        return Ok(());
    }
    let mut seen = BTreeSet::new();
    for issue in issues.iter().filter(|issue| !denied.holds(&issue.project, EDIT)) {
        let of = (issue.project.id.as_str(), issue.issue_type.0.as_str());
        if seen.contains(&of) {
            continue;
        }
        let shown = told(client, &format!("rest/api/2/issue/{}/editmeta", issue.id), &[]).await?;
        let screen = shown.map(|shown| create_screens::by_id(&shown["fields"])).unwrap_or_default();
        // An issue in a status that lets nothing be edited tells nothing of the others.
        if !screen.is_empty() {
            seen.insert(of);
            edit_screen(writes, issue, &screen, denied, report);
        }
    }
    Ok(())
}

fn edit_screen(writes: &Writes<'_>, issue: &Existing, screen: &Screen, denied: &Denied, report: &mut Report) {
    let at = targets::words(&issue.issue_type.1, &issue.project);
    // What a transition asks for is sent with it, and so is what only its screen has.
    let by_transition = writes.of_field("status").next().is_some();
    for written in writes.iter().filter(|written| written.rule.on_update) {
        let id = written.field.id.as_str();
        let set_otherwise = id == "status" || id == "project" || id == "resolution" && by_transition;
        match screen.get(id) {
            _ if set_otherwise => {}
            Some(shown) => values::check(written, shown, &at, false, report),
            None if denied.hides(&issue.project, id) => {}
            None => {
                let certain = !by_transition && !written.rule.only_if_unset;
                let message = format!("field {} is not on the edit screen of {at} of the {}", written.words(), report.tracker);
                let hint = match id {
                    "resolution" => "a resolution is set together with a status; have a rule set `status`, too",
                    _ if by_transition => {
                        "an administrator of Jira puts it on that screen; on the screen of a transition, it is set with that only"
                    }
                    _ => "an administrator of Jira puts it on that screen; or let rules set it on new issues only",
                };
                let place = &written.rule.cause.place;
                report.add(Certainty::if_so(certain), "preflight::screen", place, message, hint.to_owned());
            }
        }
    }
}
