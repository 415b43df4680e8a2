//! An issue with all that an issue can have, between two Jiras: after changes on both sides, the end is the same on both. Its status
//! is several transitions away, its files and comments are hostile.

use serde_json::{Value, json};
use trackersync::{
    standin::jira::{Dialect, IssueSnapshot, JiraOptions, JiraState, StatusCategory, StatusSpec, TransitionSpec},
    sync::file_name::as_kept,
};

use crate::{
    facing::Jiras,
    types::{on_both_sides, options, sync, values},
};

/// The way from the first status to the last: three transitions, and no shorter one, there and back.
const WAY: [&str; 4] = ["Open", "Analysis", "Work", "Done"];

const RULES: &str = r#"
[[sync.rule]]
kind = "two_way"
local_name = "status.name"
remote_name = "status.name"

[[sync.rule]]
kind = "messages"
prefix = ""

[[sync.rule]]
kind = "files"
prefix = ""
"#;

/// The Jira of the types of fields, with a workflow that goes step by step.
fn step_by_step(dialect: Dialect, project: &str) -> JiraOptions {
    let categories = [StatusCategory::ToDo, StatusCategory::InProgress, StatusCategory::InProgress, StatusCategory::Done];
    let statuses = WAY.iter().zip(categories).map(|(name, category)| StatusSpec { name: (*name).to_owned(), category });
    let step = |id, from: &str, to: &str| TransitionSpec::new(id, &format!("to {to}"), &[from], to);
    let steps = (0_u64..).zip(WAY.windows(2));
    let transitions = steps.flat_map(|(at, pair)| [step(11 + at, pair[0], pair[1]), step(21 + at, pair[1], pair[0])]);
    JiraOptions { statuses: statuses.collect(), transitions: transitions.collect(), ..options(dialect, project) }
}

/// A person takes an issue all the way, forwards or backwards.
fn walk<'w>(jira: &JiraState, issue: &str, way: impl Iterator<Item = &'w &'w str>) {
    for status in way.skip(1) {
        jira.move_to_status("jane", issue, status).unwrap();
    }
}

/// Names and contents of files. Two are of one name, and those of either side have the names of those of the other.
fn files(from: &str) -> Vec<(String, Vec<u8>)> {
    let long = |c: &str, times: usize| format!("{}.txt", c.repeat(times));
    let names = [
        "empty.txt".to_owned(),
        "one byte.bin".to_owned(),
        "twice.log".to_owned(),
        "twice.log".to_owned(),
        "Prüfbericht 日本 😀.pdf".to_owned(),
        "../../etc/passwd".to_owned(),
        "..".to_owned(),
        "say \"hi\" 'there'.txt".to_owned(),
        "back\\slash/and?more*.txt".to_owned(),
        "line\r\nX-Injected: yes.txt".to_owned(),
        "bell\u{7}null\u{0}escape\u{1b}[31m.txt".to_owned(),
        "photo\u{202e}gpj.exe".to_owned(),
        long("x", 251),
        long("ü", 251),
    ];
    let content = |at: usize| match at {
        0 => Vec::new(),
        1 => b"x".to_vec(),
        _ => format!("{from} {at}").into_bytes(),
    };
    names.into_iter().enumerate().map(|(at, name)| (name, content(at))).collect()
}

fn comments(from: &str) -> Vec<String> {
    [
        "plain".to_owned(),
        "Grüße 日本 😀 e\u{301}".to_owned(),
        "<script>alert(1)</script> &amp; ]]> <!--".to_owned(),
        "{code}\nfn main() {}\n{code}\n{noformat}*{noformat} [~jane] [link|https://example.com/?a=b&c] !image.png! h1. no"
            .to_owned(),
        "Jane Doe:\n\nnot what Jane wrote".to_owned(),
        "lines\n\n\nand\ttabs\n * and\n ** lists".to_owned(),
        "turned \u{202e}txet and \u{200b}nothing".to_owned(),
        "bell\u{7} escape\u{1b}[31m".to_owned(),
        "{\"json\": \"\\\"quoted\\\"\"} %s %00 ${jndi:x} '; DROP TABLE issues; --".to_owned(),
        "long ".repeat(5_000),
    ]
    .into_iter()
    .map(|text| format!("{from}: {text}"))
    .collect()
}

fn attach_and_comment(jira: &JiraState, issue: &str, from: &str) {
    for (name, content) in files(from) {
        jira.add_attachment("jane", issue, &name, "application/octet-stream", content).unwrap();
    }
    for text in comments(from) {
        jira.add_comment("jane", issue, &text).unwrap();
    }
}

/// One thing that is compared: what it is, and how it is here and there.
type Row = (String, String, String);

/// Files in one order, by the names under which any Jira keeps them.
fn file_rows(home: &IssueSnapshot, away: &IssueSnapshot) -> Vec<Row> {
    let sorted = |issue: &IssueSnapshot| {
        let mut files: Vec<(String, String)> = issue
            .attachments
            .iter()
            .map(|file| (as_kept(&file.file_name), format!("{} bytes, {}", file.content.to_vec().len(), &file.sha256[..16])))
            .collect();
        files.sort();
        files
    };
    let (home, away) = (sorted(home), sorted(away));
    let of = |files: &[(String, String)], at: usize| files.get(at).cloned().unwrap_or_default();
    let row = |at| {
        let ((name, here), (other, there)) = (of(&home, at), of(&away, at));
        (format!("file {}", if name == other { name } else { format!("{name} / {other}") }), here, there)
    };
    (0..home.len().max(away.len())).map(row).collect()
}

/// A copy has its author above it; what was written is all that follows.
fn comment_rows(home: &IssueSnapshot, away: &IssueSnapshot, written: &[String]) -> Vec<Row> {
    let text = |issue: &IssueSnapshot, at: usize| {
        let body = issue.comments.get(at).map_or("", |comment| comment.body.as_str());
        body.strip_prefix("Jane Doe:\n\n").unwrap_or(body).to_owned()
    };
    let count = home.comments.len().max(away.comments.len()).max(written.len());
    let row = |at: usize| {
        let wanted = written.get(at).cloned().unwrap_or_default();
        let same = |text: String| if text == wanted { "as written".to_owned() } else { format!("{text:?}") };
        (format!("comment {at} {:?}", wanted.chars().take(24).collect::<String>()), same(text(home, at)), same(text(away, at)))
    };
    (0..count).map(row).collect()
}

/// All that the mapping keeps equal, as a table of one row for each. `from` are the sides that files and comments came from until now.
async fn compare(site: &Jiras, ours: &str, theirs: &str, from: &[&str]) {
    let written: Vec<String> = from.iter().flat_map(|from| comments(from)).collect();
    let attached = from.iter().map(|from| files(from).len()).sum::<usize>();
    let (home, away) = (site.home.state().issue(ours).unwrap(), site.away.state().issue(theirs).unwrap());
    let mut rows: Vec<Row> = vec![
        ("summary".to_owned(), home.summary.clone(), away.summary.clone()),
        ("status".to_owned(), home.status.clone(), away.status.clone()),
    ];
    let fields = on_both_sides(site, ours, theirs).await;
    rows.extend(fields.into_iter().map(|(path, here, there)| (path.to_owned(), here, there)));
    rows.extend(file_rows(&home, &away));
    rows.extend(comment_rows(&home, &away, &written));
    let short = |text: &str| text.chars().take(45).collect::<String>();
    for (what, here, there) in &rows {
        let verdict = if here == there { "same" } else { "DIFFERENT" };
        println!("{verdict:9} {:60} {:45} {}", what.chars().take(60).collect::<String>(), short(here), short(there));
    }
    let different: Vec<&Row> = rows.iter().filter(|(_, here, there)| here != there).collect();
    assert!(different.is_empty(), "{different:#?}");
    let not_kept: Vec<&Row> =
        rows.iter().filter(|(what, here, _)| what.starts_with("comment") && here != "as written").collect();
    assert!(not_kept.is_empty(), "{not_kept:#?}");
    assert_eq!((home.attachments.len(), home.comments.len()), (attached, written.len()), "nothing is doubled");
}

/// How many transitions were taken over REST, which is what we do it by.
fn transitions(jira: &JiraState) -> usize {
    jira.requests().iter().filter(|request| request.method == "POST" && request.path.ends_with("/transitions")).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_an_issue_has_is_the_same_on_both_sides_in_the_end() {
    for (home, away) in [(Dialect::DataCenter, Dialect::Cloud), (Dialect::Cloud, Dialect::DataCenter)] {
        let rules = sync(home) + RULES;
        let site = Jiras::start_via(&WAY, step_by_step(home, "HOME"), step_by_step(away, "UP"), &rules).await;
        let mut fields = json!({ "project": { "key": "UP" }, "issuetype": { "name": "Bug" }, "summary": "Everything" });
        for (path, first, _) in values(away) {
            fields[path] = first;
        }
        let theirs = site.theirs(fields);
        attach_and_comment(site.away.state(), theirs.as_str(), "theirs");
        walk(site.away.state(), theirs.as_str(), WAY.iter());
        site.settle(&theirs).await;
        let ours = site.ours("Everything").id;
        println!("--- from {away:?} to {home:?}");
        compare(&site, &ours, theirs.as_str(), &["theirs"]).await;
        let last = site.home.state().issue(&ours).unwrap().status;
        assert_eq!((last.as_str(), transitions(site.home.state())), ("Done", 3));

        let second = values(home).into_iter().map(|(path, _, second)| (path.to_owned(), second)).collect();
        site.home.state().edit_fields("jane", &ours, Value::Object(second)).unwrap();
        attach_and_comment(site.home.state(), &ours, "ours");
        walk(site.home.state(), &ours, WAY.iter().rev());
        site.settle(&theirs).await;
        println!("--- and back");
        compare(&site, &ours, theirs.as_str(), &["theirs", "ours"]).await;
        let first = site.away.state().issue(theirs.as_str()).unwrap().status;
        assert_eq!((first.as_str(), transitions(site.away.state())), ("Open", 3));
    }
}
