//! What is in a tracker, as a table that people can read.

use std::fmt::Write as _;

use serde_json::Value;
use trackersync::standin::{
    jira::{IssueSnapshot, JiraState},
    kpm::{KpmState, ProblemSnapshot, StepKind, StepSnapshot},
};

/// One line: what is unset is `-`, a line end is ` / `, two are ` // `.
fn line(text: &str) -> String {
    if text.is_empty() { "-".to_owned() } else { text.replace("\n\n", " // ").replace('\n', " / ").replace("  ", " ") }
}

fn list(values: &[String]) -> String {
    line(&values.join(", "))
}

/// The text of a field, or of the option that it holds.
fn told(field: &Value) -> String {
    line(field["value"].as_str().or(field.as_str()).unwrap_or_default())
}

/// All issues: a head line for each, then what hangs on it.
pub fn of_jira(jira: &JiraState) -> String {
    let mut table = String::new();
    for issue in jira.issues() {
        issue_into(&mut table, &issue);
    }
    table
}

fn issue_into(table: &mut String, issue: &IssueSnapshot) {
    let field = |number: u32| told(issue.custom.get(&format!("customfield_{number}")).unwrap_or(&Value::Null));
    let mut labels = issue.labels.clone();
    labels.sort();
    let head = [issue.key.clone(), field(12_600), issue.status.clone(), issue.priority.clone(), field(16_400)];
    writeln!(table, "{} | {}", head.join(" | "), line(&issue.summary)).unwrap();
    let kind = [issue.issue_type.clone(), line(issue.security.as_deref().unwrap_or_default()), field(12_601)];
    let versions = format!("found in {}, fixed in {}", list(&issue.versions), list(&issue.fix_versions));
    let due = line(issue.due.as_deref().unwrap_or_default());
    writeln!(table, "  {} | {versions} | due {due} | note {} | answer {}", kind.join(" | "), field(12_009), field(12_010))
        .unwrap();
    writeln!(table, "  labels: {}", list(&labels)).unwrap();
    writeln!(table, "  description: {}", line(issue.description.as_deref().unwrap_or_default())).unwrap();
    for comment in &issue.comments {
        writeln!(table, "  comment of {}: {}", comment.author, line(&comment.body)).unwrap();
    }
    for file in &issue.attachments {
        writeln!(table, "  file of {}: {}, {} bytes", file.author, file.file_name, file.content.len()).unwrap();
    }
    table.push('\n');
}

/// All problems: a head line for each, then what hangs on it.
pub fn of_kpm(kpm: &KpmState) -> String {
    let mut table = String::new();
    for number in kpm.problems() {
        problem_into(&mut table, &kpm.problem(number).unwrap());
    }
    table
}

fn problem_into(table: &mut String, problem: &ProblemSnapshot) {
    let fields = &problem.fields;
    let field = |path: &str| told(path.split('.').fold(fields, |value, name| &value[name])).trim().to_owned();
    let place = problem.mailbox.as_ref().map_or_else(|| "in no mailbox of ours".to_owned(), ToString::to_string);
    let open = if problem.closed { "solved" } else { "open" };
    let states = format!("engineering {} | supplier {} | {open}", field("EngineeringStatus"), field("SupplierStatus"));
    writeln!(table, "{} | {place} | {states} | rating {} | {}", problem.number, field("Rating"), field("ShortText")).unwrap();
    if let Some(key) = fields["ExternalProblemNumber"].as_str() {
        writeln!(table, "  created for {key}: {}", field("Description")).unwrap();
        let plain = ["Frequency", "Repeatable", "Workflow", "Visibility"].map(|name| format!("{name} {}", field(name)));
        let of = |group: &str, one: &str, other: &str| (field(&format!("{group}.{one}")), field(&format!("{group}.{other}")));
        let (phase, process) = of("Origin", "Phase", "SubProcess");
        let (part, software) = of("ForemostTestPart", "PartName", "Software");
        let (brand, project) = of("ForemostGroupProject", "Brand", "Project");
        let address = |contractor: &str| {
            let (unit, plant) = of(&format!("{contractor}Address"), "OrganisationalUnit", "Plant");
            format!("{unit} {plant}")
        };
        let (creator, coordinator) = (address("Creator."), address("Coordinator.Contractor."));
        writeln!(
            table,
            "  {}, Origin {phase} and {process}, part {part}, software {software}, project {brand} {project}, \
             creator {creator}, coordinator {coordinator}",
            plain.join(", ")
        )
        .unwrap();
    }
    for step in &problem.steps {
        step_into(table, step);
    }
    for document in &problem.documents {
        writeln!(table, "  document {}.{}, {} bytes", document.name, document.suffix, document.size).unwrap();
    }
    table.push('\n');
}

/// A step that says something, or that opens a problem again.
fn step_into(table: &mut String, step: &StepSnapshot) {
    if step.kind == StepKind::Recorded {
        return;
    }
    let (_, kind) = step.kind.type_and_description();
    write!(table, "  {kind} of {}: {}", step.user, line(&step.text)).unwrap();
    if let Some(said) = &step.statement {
        let [key, version, due] =
            [&said.error_number, &said.version_ok, &said.due_date].map(|value| line(value.as_deref().unwrap_or_default()));
        write!(table, " | status {}, key {key}, good version {version}, due {due}", said.status).unwrap();
    }
    table.push('\n');
}
