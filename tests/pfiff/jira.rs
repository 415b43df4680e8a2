//! The stand-in of a Jira, with what the example names.

use trackersync::standin::jira::{
    CustomFieldKind, CustomFieldSpec, Dialect, JiraOptions, ProjectSpec, StatusCategory, StatusSpec, TransitionSpec, UserSpec,
};

/// A Jira with what the example names.
pub fn options() -> JiraOptions {
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let project = ProjectSpec {
        components: names(&["Kombiinstrument", "other"]),
        versions: names(&["unknown", "S0815", "2.0", "2.1"]),
        security_levels: names(&["Project members"]),
        ..ProjectSpec::new(10_000, "SPORT", "Sport")
    };
    let field = |number, name: &str, kind| CustomFieldSpec { number, name: name.to_owned(), kind };
    JiraOptions {
        dialect: Dialect::DataCenter,
        projects: vec![project],
        users: vec![UserSpec::new("pfiff-sync", "sync-secret", "PFIFF Sync"), UserSpec::new("jane", "jane-secret", "Jane Doe")],
        administrators: names(&["jane"]),
        issue_types: names(&["Defect"]),
        resolutions: names(&["Done", "Won't Fix", "Duplicate"]),
        priorities: names(&["Blocker", "Major", "Minor", "Trivial"]),
        custom_fields: vec![
            field(12_600, "External ticket", CustomFieldKind::Text),
            field(12_009, "Answer", CustomFieldKind::TextArea),
        ],
        statuses: statuses(),
        transitions: transitions(),
        attachment_limit: 64 << 20,
        ..JiraOptions::default()
    }
}

fn statuses() -> Vec<StatusSpec> {
    use StatusCategory::{Done, InProgress, ToDo};
    let of = |category, names: &[&str]| {
        names.iter().map(|name| StatusSpec { name: (*name).to_owned(), category }).collect::<Vec<_>>()
    };
    [of(ToDo, &["Open"]), of(InProgress, &["In Progress", "In Test"]), of(Done, &["Resolved", "Closed"])].concat()
}

/// From each step of the work to each other one.
fn transitions() -> Vec<TransitionSpec> {
    let names: Vec<String> = statuses().into_iter().map(|status| status.name).collect();
    let to = |(number, to): (u64, &String)| {
        let from: Vec<&str> = names.iter().filter(|name| *name != to).map(String::as_str).collect();
        TransitionSpec::new(number, &format!("To {to}"), &from, to)
    };
    (11..).zip(&names).map(to).collect()
}
