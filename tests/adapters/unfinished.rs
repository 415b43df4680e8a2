//! What could not be written is open, and takes nothing else with it.

use std::time::{Duration, Instant};

use serde_json::json;
use trackersync::{
    standin::jira::JiraOptions,
    sync::{
        engine::Engine,
        issue::{CopyKind, Side},
        outcome::Outcome,
        ports::{Intent, Opened, Token},
    },
};

use crate::site::{Site, everything, intent, paths, run};

/// Runs until nothing is left to be done; what is not known yet is known within the deadline of a run.
async fn settle(engine: &Engine, remote: &trackersync::ids::IssueId) {
    let give_up = Instant::now() + Duration::from_secs(20);
    loop {
        if let Ok(Outcome::Unchanged(report)) = run(engine, remote).await
            && report.failures.is_empty()
        {
            return;
        }
        assert!(Instant::now() < give_up, "the issue does not come to rest");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_value_is_not_written_back_over_the_side_it_came_from() {
    let site = Site::start().await;
    let remote = site.new_remote(json!({ "summary": "A" }));
    let engine = site.engine().await;
    run(&engine, &remote).await.unwrap();
    site.jira.state().edit_fields("jane", remote.as_str(), json!({ "summary": "B" })).unwrap();
    site.roundup_fails(json!({ "method": "PUT", "path_contains": "/data/issue/1", "status": 409 })).await;
    let partly = run(&engine, &remote).await.unwrap();
    assert_eq!(partly.word(), "partly");
    settle(&engine, &remote).await;
    let local = site.office.read(&"1".into(), &paths(&["title"])).await.unwrap().unwrap();
    assert_eq!(local.attributes["title"], "B");
    assert_eq!(site.jira.state().issue(remote.as_str()).unwrap().summary, "B");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_cannot_be_had_stops_neither_fields_nor_other_files() {
    let site = Site::start().await;
    let remote = site.new_remote(json!({ "summary": "A" }));
    let engine = site.engine().await;
    run(&engine, &remote).await.unwrap();
    let state = site.jira.state();
    let lost = state.add_attachment("jane", remote.as_str(), "lost.bin", "application/octet-stream", b"gone".to_vec()).unwrap();
    state.add_attachment("jane", remote.as_str(), "kept.bin", "application/octet-stream", b"here".to_vec()).unwrap();
    state.edit_fields("jane", remote.as_str(), json!({ "summary": "B" })).unwrap();
    site.jira_fails(json!({ "path_contains": format!("/attachment/content/{lost}"), "status": 404, "count": 100 }));
    let partly = run(&engine, &remote).await.unwrap();
    assert_eq!(partly.word(), "partly");
    assert!(partly.report().unwrap().failures[0].contains("lost.bin"), "{:?}", partly.report().unwrap().failures);
    site.roundup.acting_as("jane").set("1", "title", "C").unwrap();
    run(&engine, &remote).await.unwrap();
    assert_eq!(site.jira.state().issue(remote.as_str()).unwrap().summary, "C", "our user's edit wins: nobody else made one");
    let local = site.office.read(&"1".into(), &everything()).await.unwrap().unwrap();
    assert_eq!(local.files.iter().map(|file| file.name.as_str()).collect::<Vec<_>>(), ["kept.bin"]);
    site.jira.state().clear_faults();
    settle(&engine, &remote).await;
    assert_eq!(site.office.read(&"1".into(), &everything()).await.unwrap().unwrap().files.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_file_of_the_same_name_is_not_taken_for_the_first() {
    let site = Site::start().await;
    let remote = site.new_remote(json!({ "summary": "A" }));
    let engine = site.engine().await;
    let attach = |bytes: &[u8]| {
        site.jira.state().add_attachment("jane", remote.as_str(), "image.png", "image/png", bytes.to_vec()).unwrap();
    };
    attach(b"first");
    run(&engine, &remote).await.unwrap();
    attach(b"second");
    site.roundup_fails(json!({ "method": "POST", "path_contains": "/data/file" })).await;
    run(&engine, &remote).await.unwrap_err();
    settle(&engine, &remote).await;
    let files = site.roundup.acting_as("jane").files("1").unwrap();
    let mut contents: Vec<&[u8]> = files.iter().map(|file| file.bytes.as_ref()).collect();
    contents.sort_unstable();
    assert_eq!(contents, [b"first".as_slice(), b"second"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn while_a_copy_is_in_doubt_fields_go_on_and_nothing_is_doubled() {
    let site = Site::start().await;
    let remote = site.new_remote(json!({ "summary": "A" }));
    let engine = site.engine().await;
    run(&engine, &remote).await.unwrap();
    site.jira.state().add_comment("jane", remote.as_str(), "only once").unwrap();
    site.roundup_fails(json!({ "method": "POST", "path_contains": "/data/msg", "after": true })).await;
    run(&engine, &remote).await.unwrap_err();
    site.jira.state().edit_fields("jane", remote.as_str(), json!({ "summary": "B" })).unwrap();
    let waits = run(&engine, &remote).await.unwrap_err();
    assert!(waits.is_transient(), "{waits}");
    let local = site.office.read(&"1".into(), &paths(&["title"])).await.unwrap().unwrap();
    assert_eq!(local.attributes["title"], "B");
    settle(&engine, &remote).await;
    assert_eq!(site.roundup.acting_as("jane").messages("1").unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_that_another_run_makes_while_this_one_reads_is_nothing_new() {
    let site = Site::start().await;
    let remote = site.new_remote(json!({ "summary": "A" }));
    let engine = site.engine().await;
    run(&engine, &remote).await.unwrap();
    let link = engine.records.link_of_remote(&engine.name, &remote).await.unwrap().unwrap().id;

    site.jira_fails(json!({ "method": "GET", "path_contains": format!("/issue/{remote}"), "delay_ms": 1_000 }));
    let this = tokio::spawn({
        let (engine, remote) = (engine.clone(), remote.clone());
        async move { run(&engine, &remote).await }
    });
    site.until_jira_has_failed().await;
    // The other run: it has lost its lease, and does not know.
    let token = Token::of_copy(&link, CopyKind::Message, Side::Remote, "msg1");
    let of_the_other =
        Intent { token, link, run: "another".to_owned(), ..intent(CopyKind::Message, Side::Remote, "msg1", "once", None) };
    assert_eq!(engine.records.open_intent(&of_the_other).await.unwrap(), Opened::Ours);
    let copy = site.jira.state().add_comment("sync", remote.as_str(), "once").unwrap();

    let waits = this.await.unwrap().unwrap_err();
    assert!(waits.is_transient(), "{waits}");
    engine.records.close_intent(&of_the_other.token, &copy).await.unwrap();
    settle(&engine, &remote).await;
    assert_eq!(
        site.roundup.acting_as("jane").messages("1").unwrap().len(),
        0,
        "the copy came back as if somebody had written it"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_of_what_this_run_has_not_seen_is_no_orphan() {
    const RULES: &str = "[[sync]]\nname = \"up\"\nlocal = \"office\"\nremote = \"upstream\"\nremote_filter = \"project = UP\"\n\
        [[sync.rule]]\nkind = \"two_way\"\nlocal_name = \"title\"\nremote_name = \"summary\"\n\
        [[sync.rule]]\nkind = \"messages\"\ndeletions = \"remove\"\n";
    let site = Site::with_rules(JiraOptions::default(), "sync-secret", RULES).await;
    let remote = site.new_remote(json!({ "summary": "A" }));
    let engine = site.engine().await;
    run(&engine, &remote).await.unwrap();
    let link = engine.records.link_of_remote(&engine.name, &remote).await.unwrap().unwrap().id;

    site.roundup_fails(json!({ "method": "GET", "path_contains": "/data/issue/1", "delay_ms": 1_000 })).await;
    site.jira.state().forget_requests();
    let this = tokio::spawn({
        let (engine, remote) = (engine.clone(), remote.clone());
        async move { run(&engine, &remote).await }
    });
    site.until_roundup_has_failed().await;
    site.until_jira_has_answered(&format!("/issue/{remote}")).await;
    // Now somebody comments, and the other run, which has lost its lease, carries that over while this one waits for Roundup.
    let comment = site.jira.state().add_comment("jane", remote.as_str(), "kept").unwrap();
    let token = Token::of_copy(&link, CopyKind::Message, Side::Local, &comment);
    let of_the_other =
        Intent { token, link, run: "another".to_owned(), ..intent(CopyKind::Message, Side::Local, &comment, "kept", None) };
    assert_eq!(engine.records.open_intent(&of_the_other).await.unwrap(), Opened::Ours);
    let copy = site.roundup.acting_as("sync").add_message("1", "kept", &[]).unwrap();
    engine.records.close_intent(&of_the_other.token, &copy).await.unwrap();

    let waits = this.await.unwrap().unwrap_err();
    assert!(waits.is_transient(), "{waits}");
    settle(&engine, &remote).await;
    assert_eq!(site.roundup.acting_as("jane").messages("1").unwrap().len(), 1, "taken away, and never to come again");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_value_does_not_keep_a_new_issue_from_being_made() {
    let site = Site::start().await;
    let remote = site.new_remote(json!({ "summary": "A" }));
    let engine = site.engine().await;
    site.roundup_fails(json!({ "method": "POST", "path_contains": "/data/issue", "status": 400 })).await;
    run(&engine, &remote).await.unwrap();
    settle(&engine, &remote).await;
    let local = site.office.read(&"1".into(), &paths(&["title"])).await.unwrap().unwrap();
    assert_eq!(local.attributes["title"], "A");
    assert_eq!(site.roundup.acting_as("jane").issues().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_404_that_is_not_roundups_own_is_no_verdict_on_the_issue() {
    let site = Site::start().await;
    let local = site.new_local("x");
    let page = json!({ "path_contains": "/rest/data/issue", "status": 404, "body": "<html>nginx</html>" });
    site.roundup_fails(page).await;
    let fault = site.office.read(&local, &paths(&["title"])).await.unwrap_err();
    assert!(fault.is_transient() && fault.to_string().contains("nginx"), "{fault}");
    assert!(site.office.read(&"99".into(), &paths(&["title"])).await.unwrap().is_none());
}
