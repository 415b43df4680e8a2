//! Permissions: those that the rules need, in the projects that the sync has to do with.
//!
//! The keys are those of `rest/api/2/permissions`, which all versions since 7.0 have; before, `mypermissions` told older ones.

use std::collections::{BTreeMap, BTreeSet};

use super::super::client::{Client, Dialect};
use super::{
    projects::Project,
    report::{Certainty, Report},
    told,
    writes::Writes,
};
use crate::sync::{
    fault::Fault,
    requirements::{Cause, ContentWrite, Requirements},
};

/// A permission: its key, its key before Jira 7.0, what people see.
type Permission = (&'static str, &'static str, &'static str);

const BROWSE: Permission = ("BROWSE_PROJECTS", "BROWSE", "Browse Projects");
const CREATE: Permission = ("CREATE_ISSUES", "CREATE_ISSUE", "Create Issues");
pub(super) const EDIT: Permission = ("EDIT_ISSUES", "EDIT_ISSUE", "Edit Issues");
const TRANSITION: Permission = ("TRANSITION_ISSUES", "TRANSITION_ISSUE", "Transition Issues");
const COMMENT: Permission = ("ADD_COMMENTS", "COMMENT_ISSUE", "Add Comments");
const EDIT_COMMENTS: Permission = ("EDIT_OWN_COMMENTS", "COMMENT_EDIT_OWN", "Edit Own Comments");
const DELETE_COMMENTS: Permission = ("DELETE_OWN_COMMENTS", "COMMENT_DELETE_OWN", "Delete Own Comments");
const ATTACH: Permission = ("CREATE_ATTACHMENTS", "CREATE_ATTACHMENT", "Create Attachments");

/// Fields that take a permission of their own; without it they are on no screen.
const OF_FIELDS: [(&str, Permission); 3] = [
    ("assignee", ("ASSIGN_ISSUES", "ASSIGN_ISSUE", "Assign Issues")),
    ("reporter", ("MODIFY_REPORTER", "MODIFY_REPORTER", "Modify Reporter")),
    ("security", ("SET_ISSUE_SECURITY", "SET_ISSUE_SECURITY", "Set Issue Security")),
];

/// What our account lacks: ids of projects and keys of permissions.
pub(super) struct Denied(BTreeSet<(String, &'static str)>);

impl Denied {
    pub(super) fn holds(&self, project: &Project, permission: Permission) -> bool {
        self.0.contains(&(project.id.clone(), permission.0))
    }

    /// Whether a field is on no screen for want of a permission.
    pub(super) fn hides(&self, project: &Project, field: &str) -> bool {
        OF_FIELDS.iter().any(|(of, permission)| *of == field && self.holds(project, *permission))
    }
}

/// A permission that is needed.
struct Need {
    permission: Permission,
    /// The rules that need it; none: the sync does.
    causes: Vec<Cause>,
    /// Only where issues are created.
    for_creation: bool,
}

/// Asks for the permissions in all of these projects, the second ones being those where issues are created.
pub(super) async fn ask(
    client: &Client,
    asked: &Requirements,
    writes: &Writes<'_>,
    (all, created): (&BTreeMap<String, Project>, &[Project]),
    report: &mut Report,
) -> Result<Denied, Fault> {
    let needs = needs(asked, writes);
    let mut denied = Denied(BTreeSet::new());
    for project in all.values() {
        let needed = needs.iter().filter(|need| !need.for_creation || created.contains(project));
        let needed: Vec<&Need> = needed.collect();
        let lacking = lacking(client, project, &needed).await?;
        for need in needed.into_iter().filter(|need| lacking.contains(need.permission.0)) {
            denied.0.insert((project.id.clone(), need.permission.0));
            tell(need, project, asked, report);
        }
    }
    Ok(denied)
}

/// Which of these our account lacks, as far as Jira tells.
async fn lacking(client: &Client, project: &Project, needed: &[&Need]) -> Result<BTreeSet<&'static str>, Fault> {
    let keys = needed.iter().map(|need| need.permission.0).collect::<Vec<_>>().join(",");
    let mut query = vec![("projectKey", project.key.as_str())];
    // Cloud demands to be told which ones, and Data Center tells all.
    if client.dialect().await? == Dialect::Cloud {
        query.push(("permissions", keys.as_str()));
    }
    let Some(told) = told(client, "rest/api/2/mypermissions", &query).await? else { return Ok(BTreeSet::new()) };
    let has = |(key, older, _): Permission| {
        let told = [key, older].into_iter().find_map(|key| told["permissions"][key]["havePermission"].as_bool());
        told.unwrap_or(true)
    };
    Ok(needed.iter().filter(|need| !has(need.permission)).map(|need| need.permission.0).collect())
}

fn tell(need: &Need, project: &Project, asked: &Requirements, report: &mut Report) {
    let (key, _, name) = need.permission;
    let needed_by = match need.causes.as_slice() {
        [] if need.for_creation => "the sync creates issues there".to_owned(),
        [] => "the sync reads issues there".to_owned(),
        [only] => format!("the rule {} needs it", only.rule),
        [first, others @ ..] => format!("the rule {} needs it, and {} more", first.rule, others.len()),
    };
    let lacks =
        format!("our account lacks the permission {name} ({key}) in project `{}` of the {}", project.key, report.tracker);
    let place = need.causes.first().map_or(&asked.place, |cause| &cause.place);
    let hint = format!("an administrator of the project grants it: Project settings, Permissions, {name}");
    report.add(Certainty::Certain, "preflight::permission", place, format!("{lacks}; {needed_by}"), hint);
}

/// The permissions that the rules need.
fn needs(asked: &Requirements, writes: &Writes<'_>) -> Vec<Need> {
    let mut needs = vec![Need { permission: BROWSE, causes: Vec::new(), for_creation: false }];
    if asked.creates {
        needs.push(Need { permission: CREATE, causes: Vec::new(), for_creation: true });
    }
    let mut of_rules = |permission: Permission, causes: Vec<Cause>, for_creation: bool| {
        if !causes.is_empty() {
            needs.push(Need { permission, causes, for_creation });
        }
    };
    let by_transition = |id: &str| matches!(id, "status" | "resolution");
    let cause = |causes: &mut dyn Iterator<Item = &Cause>| causes.cloned().collect::<Vec<Cause>>();
    let edits = writes.iter().filter(|written| written.rule.on_update && !by_transition(&written.field.id));
    of_rules(EDIT, cause(&mut edits.map(|written| &written.rule.cause)), false);
    of_rules(TRANSITION, cause(&mut writes.of_field("status").map(|written| &written.rule.cause)), false);
    for (field, permission) in OF_FIELDS {
        let for_creation = writes.of_field(field).all(|written| !written.rule.on_update);
        of_rules(permission, cause(&mut writes.of_field(field).map(|written| &written.rule.cause)), for_creation);
    }
    for (content, permission) in [
        (ContentWrite::AddMessage, COMMENT),
        (ContentWrite::EditMessage, EDIT_COMMENTS),
        (ContentWrite::RemoveMessage, DELETE_COMMENTS),
        (ContentWrite::AddFile, ATTACH),
    ] {
        let rules = asked.contents.iter().filter(|(written, _)| *written == content);
        of_rules(permission, cause(&mut rules.map(|(_, cause)| cause)), false);
    }
    needs
}
