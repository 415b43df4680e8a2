//! Where new issues go: the projects and issue types that rules give them.

use super::super::client::Client;
use super::{
    create_screens,
    projects::{self, Project},
    report::{Certainty, Report},
    writes::Writes,
};
use crate::{
    config::section::nearest,
    sync::{
        fault::Fault,
        requirements::{Constant, Requirements},
    },
};

/// How many combinations of project and type are looked at.
const MOST_TARGETS: usize = 20;

/// A project and one of its issue types.
#[derive(Clone, Debug)]
pub(super) struct Target {
    pub(super) project: Project,
    pub(super) issue_type: IssueType,
}

/// An issue type of a project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct IssueType {
    pub(super) id: String,
    pub(super) name: String,
}

impl Target {
    /// The target for people.
    pub(super) fn words(&self) -> String {
        words(&self.issue_type.name, &self.project)
    }
}

/// Issue type and project for people.
pub(super) fn words(issue_type: &str, project: &Project) -> String {
    format!("issue type `{issue_type}` in project `{}`", project.key)
}

/// The projects that new issues go to.
pub(super) async fn projects(
    client: &Client,
    asked: &Requirements,
    writes: &Writes<'_>,
    report: &mut Report,
) -> Result<Vec<Project>, Fault> {
    needs_a_rule(asked, writes, ("project", "project"), report);
    let mut found: Vec<Project> = Vec::new();
    for constant in writes.constants_of_new_issues("project") {
        match projects::find(client, constant.text.trim()).await? {
            Some(project) if found.contains(&project) => {}
            Some(project) => found.push(project),
            None => {
                let (message, hint) = projects::missing(report, constant.text.trim(), &projects::visible(client).await?);
                report.add(Certainty::Certain, "preflight::project", &constant.place, message, hint);
            }
        }
    }
    Ok(found)
}

/// Each combination of project and issue type that new issues may have. A type that a map names for one project only is no finding.
pub(super) async fn find(
    client: &Client,
    asked: &Requirements,
    writes: &Writes<'_>,
    projects: &[Project],
    report: &mut Report,
) -> Result<Vec<Target>, Fault> {
    if asked.creates {
        needs_a_rule(asked, writes, ("issuetype", "issue type"), report);
    }
    let wanted = writes.constants_of_new_issues("issuetype");
    let (mut targets, mut lists) = (Vec::new(), Vec::new());
    for project in projects {
        // Nothing is told to who may create nothing.
        let Some(types) = create_screens::issue_types(client, project).await? else { continue };
        let of_wanted = types.iter().filter(|known| wanted.iter().any(|constant| known.is(&constant.text)));
        targets.extend(of_wanted.map(|known| Target { project: project.clone(), issue_type: known.clone() }));
        lists.push((project, types));
    }
    // Of a project that tells nothing it is not known what it lacks.
    if lists.len() == projects.len() && !lists.is_empty() {
        for constant in
            wanted.iter().filter(|constant| lists.iter().all(|(_, types)| types.iter().all(|t| !t.is(&constant.text))))
        {
            tell_missing(constant, &lists, report);
        }
    }
    targets.truncate(MOST_TARGETS);
    Ok(targets)
}

impl IssueType {
    fn is(&self, called: &str) -> bool {
        self.name == called.trim() || self.id == called.trim()
    }
}

fn tell_missing(constant: &Constant, lists: &[(&Project, Vec<IssueType>)], report: &mut Report) {
    let keys = lists.iter().map(|(project, _)| format!("`{}`", project.key)).collect::<Vec<_>>().join(", ");
    let word = if lists.len() == 1 { "project" } else { "projects" };
    let called = constant.text.trim();
    let message = format!("there is no issue type `{called}` in {word} {keys} of the {}", report.tracker);
    let mut names: Vec<&str> = lists.iter().flat_map(|(_, types)| types).map(|known| known.name.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    report.add(Certainty::Certain, "preflight::issue_type", &constant.place, message, nearest(called, names.iter().copied()));
}

/// Jira makes no issue without a project and a type.
fn needs_a_rule(asked: &Requirements, writes: &Writes<'_>, (field, name): (&str, &str), report: &mut Report) {
    if writes.of_field(field).any(|written| written.rule.on_creation) {
        return;
    }
    let message = format!("the sync creates issues in the {}, and no rule gives them their {name}", report.tracker);
    let hint = format!("add {} for `{field}`", report.rule_for_new_issues());
    report.add(Certainty::Certain, "preflight::required", &asked.place, message, hint);
}
