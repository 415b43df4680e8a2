//! Problems that come to us, and what both sides do with them.

use serde_json::json;
use trackersync::{
    standin::kpm::{DocumentSpec, Right, StepKind, StepSpec, SupplierStatement},
    sync::outcome::Outcome,
};

use crate::site::{Site, mailbox};

#[tokio::test(flavor = "multi_thread")]
async fn a_problem_becomes_an_issue_with_all_that_it_has_and_stays_in_line() {
    let site = Site::start().await;
    let problem = site.problem(json!({
        "ShortText": "Bremse quietscht", "Description": "It squeaks.\nAlways.", "Rating": "2",
        "ModuleRelevant": { "ModuleRelevant": ["a", "b"] },
    }));
    let say = |kind, text: &str| site.state().add_step(problem, StepSpec::new(kind, "ex1", text)).unwrap();
    say(StepKind::Notice, "Since <b>Monday</b>");
    say(StepKind::AnalysisClosed, "A screw is loose");
    say(StepKind::AnswerToSupplier, "Yes");
    let report = DocumentSpec::new("Prüfbericht", "pdf", vec![7_u8; 100_000]);
    site.state().add_document(problem, report).unwrap();
    let secret = DocumentSpec { access_right: "1".to_owned(), ..DocumentSpec::new("secret", "txt", "s") };
    site.state().add_document(problem, secret).unwrap();

    let calls = site.calls(async { assert!(matches!(site.run(problem).await, Ok(Outcome::Synced(_)))) }).await;
    let expected = json!({
        "GetProblemActions": 1, "GetDevelopmentProblemData": 1, "GetProcessSteps": 1, "GetDocumentList": 1,
        "GetDocument": 1, "GetMultipleProblemData": 1,
    });
    assert_eq!(json!(calls), expected, "one look at the mailbox, for who it is assigned to");
    let issue = site.issue("Bremse quietscht");
    assert_eq!(issue.description.as_deref(), Some("It squeaks.\nAlways."));
    assert_eq!(issue.custom["customfield_10052"], format!("KPM-{problem}"));
    assert_eq!(issue.custom["customfield_10053"], "yes");
    let mut labels = issue.labels.clone();
    labels.sort();
    assert_eq!(labels, ["Module-a", "Module-b", "Rating-2"]);
    let comments = site.comments("Bremse quietscht").join("\n");
    for text in ["Notice: Since <b>Monday</b>", "Analysis in KPM:\nA screw is loose", "Answer: Yes"] {
        assert!(comments.contains(text), "{text}: {comments}");
    }
    let [file] = issue.attachments.as_slice() else { panic!("{:?}", issue.attachments) };
    assert_eq!((file.file_name.as_str(), &file.sha256), ("Prüfbericht.pdf", &site.snapshot(problem).documents[0].sha256));

    assert_eq!(site.settle(problem).await, Vec::<String>::new());
    let stated = site.steps(problem, StepKind::SupplierResponse);
    let [only] = stated.as_slice() else { panic!("{stated:?}") };
    let statement = only.statement.clone().unwrap();
    assert_eq!((statement.status.as_str(), statement.error_number.as_deref()), ("0", Some(issue.key.as_str())));
    let calls = site.calls(async { assert!(matches!(site.run(problem).await, Ok(Outcome::Unchanged(_)))) }).await;
    let again = json!({ "GetProblemActions": 1, "GetDevelopmentProblemData": 1, "GetProcessSteps": 1, "GetDocumentList": 1 });
    assert_eq!(json!(calls), again, "nothing is written, and what is known is not fetched again");
    assert_eq!(site.issue("Bremse quietscht").comments.len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_there_are_taken_over() {
    let site = Site::start().await;
    let (problem, issue) = site.settled("Before").await;
    site.state().change(problem, &json!({ "ShortText": "After", "Rating": "10" })).unwrap();
    site.state().add_step(problem, StepSpec::new(StepKind::AnalysisClosed, "ex1", "First")).unwrap();
    site.settle(problem).await;
    site.state().add_step(problem, StepSpec::new(StepKind::AnalysisClosed, "ex1", "Second")).unwrap();
    site.settle(problem).await;
    let after = site.issue("After");
    assert_eq!((after.key, after.labels), (issue.key, vec!["Rating-10".to_owned()]));
    let texts = site.comments("After");
    assert!(texts.len() == 2 && texts[0].contains("First") && texts[1].contains("Second"), "{texts:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_we_say_goes_there_once() {
    let site = Site::start().await;
    let (problem, issue) = site.settled("Said").await;
    let jira = site.jira.state();
    jira.add_comment("jane", &issue.id, "between ourselves").unwrap();
    jira.add_comment("jane", &issue.id, "TO KPM: It is loose.\n\n\nWe tighten it. \n").unwrap();
    jira.add_comment("jane", &issue.id, "ASK KPM: Which car?").unwrap();
    jira.add_attachment("jane", &issue.id, "KPM-photo.jpeg", "image/jpeg", vec![9_u8; 70_001]).unwrap();
    jira.add_attachment("jane", &issue.id, "own.txt", "text/plain", b"ours".to_vec()).unwrap();
    jira.edit_fields(
        "jane",
        &issue.id,
        json!({ "customfield_10054": "Tightened", "customfield_10055": "1.1", "duedate": "2030-01-02" }),
    )
    .unwrap();
    jira.move_to_status("jane", &issue.id, "In Progress").unwrap();
    assert_eq!(site.settle(problem).await, Vec::<String>::new());

    let texts = |kind| site.steps(problem, kind).into_iter().map(|step| step.text).collect::<Vec<_>>();
    assert_eq!(texts(StepKind::Notice), ["It is loose.\nWe tighten it."]);
    assert_eq!(texts(StepKind::SupplierQuestion), ["Which car?"]);
    let documents = site.snapshot(problem).documents;
    let [photo] = documents.as_slice() else { panic!("{documents:?}") };
    assert_eq!((photo.name.as_str(), photo.suffix.as_str(), photo.size), ("KPM-photo", "jpeg", 70_001));
    let stated = site.steps(problem, StepKind::SupplierResponse);
    let last = stated.last().unwrap();
    assert_eq!((stated.len(), last.text.as_str()), (2, "Tightened"), "one for the key, and one for all of this");
    let said = SupplierStatement {
        status: "1".to_owned(),
        error_number: Some(issue.key.clone()),
        version_ok: Some("1.1".to_owned()),
        due_date: Some("2030-01-02+02:00".to_owned()),
    };
    assert_eq!(last.statement.as_ref(), Some(&said));
    assert_eq!(site.comments("Said").len(), 3, "our own steps do not come back");

    // A change of the status alone says all the rest again, or it would be lost there.
    jira.move_to_status("jane", &issue.id, "Open").unwrap();
    site.settle(problem).await;
    let last = site.steps(problem, StepKind::SupplierResponse).pop().unwrap();
    assert_eq!((last.text.as_str(), last.statement), ("Tightened", Some(SupplierStatement { status: "0".to_owned(), ..said })));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_problem_that_is_opened_again_is_in_work() {
    let site = Site::start().await;
    let (problem, issue) = site.settled("Opened").await;
    let jira = site.jira.state();
    jira.move_to_status("jane", &issue.id, "Done").unwrap();
    assert_eq!(site.settle(problem).await, Vec::<String>::new());
    assert!(site.snapshot(problem).closed);

    // Nothing can be said of it now: that is told, and does no harm to the rest.
    jira.add_comment("jane", &issue.id, "TO KPM: Once more").unwrap();
    site.state().change(problem, &json!({ "ShortText": "Opened and closed" })).unwrap();
    let report = site.run(problem).await.unwrap();
    let failures = &report.report().unwrap().failures;
    assert!(failures.len() == 1 && failures[0].contains("ADD_NOTICE"), "{failures:?}");
    site.issue("Opened and closed");

    site.state().reopen(problem).unwrap();
    assert_eq!(site.settle(problem).await, Vec::<String>::new());
    assert_eq!(site.issue("Opened and closed").status, "Open");
    assert_eq!(site.steps(problem, StepKind::Notice).len(), 1);
    jira.edit_fields("jane", &issue.id, json!({ "customfield_10055": "2.0" })).unwrap();
    site.settle(problem).await;
    let last = site.steps(problem, StepKind::SupplierResponse).pop().unwrap().statement.unwrap();
    assert_eq!((last.status.as_str(), last.version_ok.as_deref()), ("1", Some("2.0")), "`-` is never sent");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_left_our_mailbox_is_read_and_not_answered() {
    let site = Site::start().await;
    let (problem, issue) = site.settled("Left").await;
    site.state().remove_from_mailbox(problem).unwrap();
    site.state().change(problem, &json!({ "ShortText": "Left and changed" })).unwrap();
    site.jira.state().move_to_status("jane", &issue.id, "In Progress").unwrap();
    assert_eq!(site.settle(problem).await, Vec::<String>::new());
    site.issue("Left and changed");
    assert_eq!(site.steps(problem, StepKind::SupplierResponse).len(), 1, "only_assigned");
    site.state().assign(problem, &mailbox()).unwrap();
    site.settle(problem).await;
    let last = site.steps(problem, StepKind::SupplierResponse).pop().unwrap().statement.unwrap();
    assert_eq!(last.status, "1", "it is ours again");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_problem_that_we_may_not_read_only_that_is_synced() {
    let site = Site::start().await;
    let (problem, issue) = site.settled("Hidden").await;
    site.state().set_rights(problem, Some(&[])).unwrap();
    site.settle(problem).await;
    let hidden = site.issue("Hidden");
    assert_eq!(hidden.custom["customfield_10053"], "no");
    assert_eq!((hidden.labels, hidden.description), (issue.labels, issue.description));
    let new = site.problem(json!({ "ShortText": "Never seen" }));
    site.state().set_rights(new, Some(&[])).unwrap();
    site.run(new).await.unwrap();
    assert_eq!(site.jira.state().issues().len(), 1, "no issue is made of it");
    site.state().set_rights(problem, None).unwrap();
    site.state().set_rights(new, None).unwrap();
    site.settle(problem).await;
    assert_eq!(site.issue("Hidden").custom["customfield_10053"], "yes");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_right_that_is_missing_is_told_and_takes_nothing_away() {
    let site = Site::start().await;
    let (problem, issue) = site.settled("Limited").await;
    site.state().set_rights(problem, Some(&Right::READ)).unwrap();
    let jira = site.jira.state();
    jira.edit_fields("jane", &issue.id, json!({ "customfield_10054": "An answer" })).unwrap();
    let outcome = site.run(problem).await.unwrap();
    let failures = outcome.report().unwrap().failures.clone();
    assert!(failures.len() == 1 && failures[0].contains("ADD_SUPPLIER_RESPONSE"), "{failures:?}");
    // Without the steps, what they tell does not look emptied.
    site.state().set_rights(problem, Some(&[Right::GetDevelopmentProblemData])).unwrap();
    site.state().change(problem, &json!({ "ShortText": "More limited" })).unwrap();
    site.run(problem).await.unwrap();
    let limited = site.issue("More limited");
    assert_eq!(limited.custom["customfield_10054"], "An answer");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_kpm_does_not_take_is_told() {
    let site = Site::start().await;
    let (problem, issue) = site.settled("Files").await;
    let jira = site.jira.state();
    jira.add_attachment("jane", &issue.id, "KPM-page.xhtml", "text/html", b"<p/>".to_vec()).unwrap();
    jira.add_attachment("jane", &issue.id, "KPM-large.bin", "application/octet-stream", vec![0_u8; 1024 * 1024 + 1]).unwrap();
    let outcome = site.run(problem).await.unwrap();
    let report = outcome.report().unwrap();
    assert!(report.failures.len() == 1 && report.failures[0].contains("KPM-page.xhtml"), "{:?}", report.failures);
    assert!(report.plan.in_words().contains("KPM-large.bin"), "{}", report.plan.in_words());
    assert!(site.snapshot(problem).documents.is_empty());
}
