//! Packages that arrive become issues, and are answered. The tables in `arriving/` are written by hand.

use std::{collections::BTreeMap, fmt::Write as _};

use serde_json::Value;
use similar::TextDiff;
use trackersync::standin::jira::IssueSnapshot;

use crate::{
    outgoing::{Answer, Sent, check_with_the_command},
    package::sample,
    site::{Site, until},
    steps::{AT_ONCE, pfiff},
};

/// One line: what is unset is `-`, a line end is ` / `, two are ` // `.
fn line(text: &str) -> String {
    if text.is_empty() { "-".to_owned() } else { text.replace("\n\n", " // ").replace('\n', " / ") }
}

/// The issues, by their numbers there.
fn table_of_jira(site: &Site) -> String {
    let mut issues = site.jira().issues();
    issues.sort_by_key(|issue| custom(issue, 12_600));
    let mut table = String::new();
    for mut issue in issues {
        issue.labels.sort();
        issue.attachments.sort_by(|one, other| one.file_name.cmp(&other.file_name));
        let security = issue.security.clone().unwrap_or_default();
        let head = [custom(&issue, 12_600), issue.priority.clone(), issue.status.clone(), issue.issue_type.clone(), security];
        writeln!(table, "{} | {}", head.join(" | "), line(&issue.summary)).unwrap();
        let lists = [&issue.versions, &issue.components].map(|list| line(&list.join(", "))).join(" | ");
        writeln!(table, "  found in {lists} | {} | {}", custom(&issue, 12_009), line(&issue.labels.join(", "))).unwrap();
        writeln!(table, "  description: {}", line(issue.description.as_deref().unwrap_or_default())).unwrap();
        for comment in &issue.comments {
            writeln!(table, "  comment of {}: {}", comment.author, line(&comment.body)).unwrap();
        }
        for file in &issue.attachments {
            writeln!(table, "  file {} of {}: {}", file.file_name, file.author, file.sha256).unwrap();
        }
    }
    table
}

fn custom(issue: &IssueSnapshot, number: u32) -> String {
    let value = issue.custom.get(&format!("customfield_{number}"));
    line(value.and_then(Value::as_str).unwrap_or_default())
}

/// The answers of a package, by their numbers there.
fn table_of_answers(sent: &Sent, site: &Site) -> String {
    let mut answers = sent.answers.clone();
    answers.sort_by(|one, other| one.number.cmp(&other.number));
    let mut table = String::new();
    for Answer { number, key, state, transaction, comments, milestones, annotations, attachments, echo, objects } in answers {
        let issue = site.issue(number.parse().unwrap()).unwrap();
        assert_eq!(key, issue.key);
        let transaction = transaction.replace(&sent.reference, "REFERENCE").replace(&key, "KEY");
        let told = [line(&milestones.join(", ")), line(&comments.unwrap_or_default())].join(" | ");
        writeln!(table, "{number} | KEY | {state} | {transaction} | {told}").unwrap();
        let echoed = ["CATEGORY", "ISSUE-PRIORITY", "REPRODUCIBILITY", "LONG-NAME", "ISSUE-DESC"].map(|name| line(&echo[name]));
        writeln!(table, "  {}", echoed.join(" | ")).unwrap();
        writeln!(table, "  {}", line(&objects.join(", "))).unwrap();
        for annotation in annotations {
            writeln!(table, "  annotation {}", line(&annotation)).unwrap();
        }
        for name in attachments.keys() {
            writeln!(table, "  file {name}").unwrap();
        }
    }
    table
}

fn assert_table(found: &str, expected: &str) {
    let written = |line: &&str| !line.starts_with('#') && !line.is_empty();
    let [found, expected] = [found, expected].map(|table| table.lines().filter(written).collect::<Vec<_>>().join("\n"));
    let diff = TextDiff::from_lines(expected.as_str(), found.as_str());
    assert!(found == expected, "- is expected, + was found\n{}", diff.unified_diff().context_radius(2));
}

#[tokio::test(flavor = "multi_thread")]
async fn both_samples_become_issues_and_are_answered_in_one_package() {
    let site = Site::with(&AT_ONCE).await;
    site.receive_files(&sample("1-good"));
    site.receive_files(&sample("2-two-zips"));
    assert_eq!(site.turn().await.len(), 1);
    assert_table(&table_of_jira(&site), include_str!("arriving/jira.txt"));
    let [sent] = site.sent().try_into().unwrap();
    assert_table(&table_of_answers(&sent, &site), include_str!("arriving/answers.txt"));
    assert_eq!(check_with_the_command(&site.folder("outbox")), 1);

    // A second look changes nothing.
    let before = site.jira().issues();
    site.jira().forget_requests();
    assert_eq!(site.turn().await, [""; 0]);
    let writes =
        site.jira().requests().into_iter().filter(|request| request.method != "GET" && !request.path.contains("search"));
    assert_eq!(writes.count(), 0);
    assert_eq!(format!("{:?}", site.jira().issues()), format!("{before:?}"));
    assert_eq!(site.names_in("outbox").len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn so_they_do_with_all_roles_at_work() {
    let site = Site::start().await;
    let working = site.work();
    site.receive_files(&sample("1-good"));
    site.receive_files(&sample("2-two-zips"));
    until("four issues are there", async || site.jira().issues().len() == 4).await;
    until("no event waits", async || site.waiting("live").await + site.waiting("bulk").await == 0).await;
    working.end().await;
    // What Jira tells of its new issues, as it would by itself: only then is there a key to answer with.
    site.settle_all().await;
    let working = site.work();
    until("all are answered", async || site.times_told().len() == 4).await;
    working.end().await;
    assert_eq!(site.waiting("dead").await, 0);
    until("nothing is left to be said", async || {
        site.send().await;
        site.records().unanswered(&pfiff(), 10).await.unwrap().is_empty()
    })
    .await;
    assert_table(&table_of_jira(&site), include_str!("arriving/jira.txt"));
    let last: BTreeMap<String, Option<String>> =
        site.answers().into_iter().map(|answer| (answer.number, answer.comments)).collect();
    assert_eq!(last.len(), 4);
    assert!(last.values().all(|comments| comments.as_deref() == Some("Under investigation")), "{last:?}");
}
