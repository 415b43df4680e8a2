//! What goes wrong at a tracker, and what it means for the event.

use serde_json::json;
use trackersync::{
    standin::jira::JiraOptions,
    sync::{fault::FaultKind, outcome::Outcome, ports::WriteTerms},
};

use crate::site::{Site, attributes, is_transient, paths, run};

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_value_fails_its_rule_and_no_other() {
    let site = Site::start().await;
    let remote = site.new_remote(json!({ "summary": "As it began" }));
    let engine = site.engine().await;
    run(&engine, &remote).await.unwrap();
    let jane = site.roundup.acting_as("jane");
    // `critical` is no priority of this Jira, and Jira says so by the field's name.
    jane.set("1", "ext_status", "critical").unwrap();
    jane.set("1", "title", "Changed here").unwrap();
    let Outcome::Synced(report) = run(&engine, &remote).await.unwrap() else { panic!("nothing was synced") };
    assert_eq!(report.failures.len(), 1, "{:?}", report.failures);
    for told in ["to_remote ext_status <-> priority", "test.toml:", "priority"] {
        assert!(report.failures[0].contains(told), "{told}: {:?}", report.failures);
    }
    let issue = site.jira.state().issue(remote.as_str()).unwrap();
    assert_eq!((issue.summary.as_str(), issue.priority.as_str()), ("Changed here", "Medium"));
}

#[tokio::test(flavor = "multi_thread")]
async fn each_answer_is_the_right_kind_of_fault_in_the_trackers_words() {
    let site = Site::start().await;
    let remote = site.new_remote(json!({ "summary": "x" }));
    let local = site.new_local("x");
    // So that what is asked once is not what fails.
    site.upstream.read(&remote, &paths(&["summary"])).await.unwrap().unwrap();
    site.office.read(&local, &paths(&["title"])).await.unwrap().unwrap();
    let jira =
        |status: u16, body: serde_json::Value| json!({ "path_contains": "/rest/api/2/issue/", "status": status, "body": body });
    for (status, body, word, words) in [
        (403, json!({ "errorMessages": ["no permission to see it"] }), "permanent", "no permission to see it"),
        (400, json!({ "errorMessages": ["a strange request"] }), "refused", "a strange request"),
        (500, json!("<html><body>Oops, <b>a stack</b></body></html>"), "transient", "Oops, a stack"),
        (503, json!({ "message": "in maintenance" }), "transient", "in maintenance"),
        (200, json!("<html><title>Please log in</title></html>"), "transient", "Please log in"),
    ] {
        site.jira_fails(jira(status, body));
        let fault = site.upstream.read(&remote, &paths(&["summary"])).await.unwrap_err();
        assert_eq!(fault.word(), word, "{status}: {fault}");
        assert!(fault.to_string().contains(words), "{status}: {fault}");
    }
    site.jira_fails(
        json!({ "path_contains": "/issue/", "status": 302, "headers": { "Location": "https://login.example.com/" } }),
    );
    let fault = site.upstream.read(&remote, &paths(&["summary"])).await.unwrap_err();
    assert_eq!(fault.kind, FaultKind::Permanent, "a redirect is not followed: {fault}");
    site.jira_fails(json!({ "path_contains": "/issue/", "status": 429, "headers": { "Retry-After": "7" } }));
    let fault = site.upstream.read(&remote, &paths(&["summary"])).await.unwrap_err();
    assert_eq!(fault.kind, FaultKind::Transient { retry_after: Some(std::time::Duration::from_secs(7)) });
    for (status, body, word, words) in [
        (400, r#"{"error": {"status": 400, "msg": "Invalid value"}}"#, "refused", "Invalid value"),
        (409, r#"{"error": {"status": 409, "msg": "not this one"}}"#, "refused", "not this one"),
        (500, "<html>a traceback</html>", "transient", "a traceback"),
        (200, "<html>a login page</html>", "transient", "a login page"),
    ] {
        site.roundup_fails(json!({ "path_contains": "/rest/data/issue", "status": status, "body": body })).await;
        let fault = site.office.read(&local, &paths(&["title"])).await.unwrap_err();
        assert_eq!(fault.word(), word, "{status}: {fault}");
        assert!(fault.to_string().contains(words), "{status}: {fault}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_answer_in_time_and_a_dropped_connection_may_pass() {
    let site = Site::start().await;
    let (remote, local) = (site.new_remote(json!({ "summary": "x" })), site.new_local("x"));
    site.jira_fails(json!({ "path_contains": "/issue/", "delay_ms": 60_000 }));
    let fault =
        site.upstream.set_fields(&remote, &attributes(json!({ "summary": "y" })), WriteTerms::default()).await.unwrap_err();
    assert!(is_transient(&fault) && fault.lingering, "Jira may still be at work on it: {fault:?}");
    site.office.read(&local, &paths(&["title"])).await.unwrap();
    site.roundup_fails(json!({ "path_contains": "/rest/data/issue" })).await;
    let fault = site.office.read(&local, &paths(&["title"])).await.unwrap_err();
    assert!(is_transient(&fault) && fault.lingering, "the request may have arrived: {fault:?}");
    let Site { jira, upstream, .. } = site;
    jira.stop().await;
    let fault = upstream.read(&remote, &paths(&["summary"])).await.unwrap_err();
    assert!(is_transient(&fault) && fault.to_string().contains("upstream"), "{fault:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn not_there_is_not_believed_without_good_credentials() {
    let good = Site::start().await;
    assert_eq!(good.upstream.read(&"99999".into(), &paths(&[])).await.unwrap(), None, "gone is gone");
    assert_eq!(good.office.read(&"99999".into(), &paths(&[])).await.unwrap(), None);
    let bad = Site::with(JiraOptions::default(), "wrong-password").await;
    let remote = bad.new_remote(json!({ "summary": "x" }));
    let local = bad.new_local("x");
    for id in [&remote, &"99999".into()] {
        let read = bad.upstream.read(id, &paths(&["summary"])).await;
        assert!(read.as_ref().is_err_and(|fault| matches!(fault.kind, FaultKind::Credentials { .. })), "{id}: {read:?}");
        let matched = bad.upstream.matches(id, "project = UP").await;
        assert!(matched.is_err(), "an empty search is no absence: {matched:?}");
    }
    for id in [&local, &"99999".into()] {
        let read = bad.office.read(id, &paths(&["title"])).await;
        assert!(read.as_ref().is_err_and(|fault| matches!(fault.kind, FaultKind::Credentials { .. })), "{id}: {read:?}");
    }
    for tracker in [&bad.upstream, &bad.office] {
        let fault = tracker.who_am_i().await.unwrap_err();
        assert!(!fault.to_string().contains("wrong-password"), "{fault}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_credential_that_was_refused_is_not_used_again_and_again() {
    for (status, headers, words) in [
        (401, json!({}), "Client must be authenticated"),
        (403, json!({ "X-Authentication-Denied-Reason": "CAPTCHA_CHALLENGE" }), "CAPTCHA"),
        (404, json!({ "X-Seraph-LoginReason": "AUTHENTICATED_FAILED" }), "as to a stranger"),
        (200, json!({ "X-AUSERNAME": "anonymous" }), "as to a stranger"),
    ] {
        let site = Site::start().await;
        let remote = site.new_remote(json!({ "summary": "x" }));
        site.upstream.read(&remote, &paths(&["summary"])).await.unwrap().unwrap();
        let before = site.jira.state().requests().len();
        let body = json!({ "message": "Client must be authenticated" });
        site.jira_fails(json!({ "path_contains": "/issue/", "status": status, "headers": headers, "body": body }));
        for attempt in 0..20 {
            let fault = site.upstream.read(&remote, &paths(&["summary"])).await.unwrap_err();
            assert_eq!(fault.word(), "credentials", "{status}, {attempt}: {fault}");
            assert!(attempt > 0 || fault.to_string().contains(words), "{status}: {fault}");
            assert!(fault.to_string().contains("upstream does not accept our credentials"), "{status}: {fault}");
        }
        assert_eq!(site.jira.state().requests().len() - before, 1, "{status}: all but the first are not sent");
        site.upstream.who_am_i().await.unwrap();
        site.upstream.read(&remote, &paths(&["summary"])).await.unwrap().unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tracker_that_asks_for_a_pause_is_left_alone() {
    for (status, reason) in [(429, "429"), (503, "503")] {
        let site = Site::start().await;
        let remote = site.new_remote(json!({ "summary": "x" }));
        site.upstream.read(&remote, &paths(&["summary"])).await.unwrap().unwrap();
        let before = site.jira.state().requests().len();
        site.jira_fails(json!({ "path_contains": "/issue/", "status": status, "headers": { "Retry-After": "70" } }));
        for attempt in 0..20 {
            let fault = site.upstream.read(&remote, &paths(&["summary"])).await.unwrap_err();
            let FaultKind::Transient { retry_after: Some(wait) } = fault.kind else { panic!("{attempt}: {fault:?}") };
            assert!(wait.as_secs() > 30 && wait.as_secs() <= 70, "{attempt}: {fault:?}");
            assert!(fault.to_string().contains(reason), "{fault}");
        }
        assert_eq!(site.jira.state().requests().len() - before, 1, "{status}: all but the first are not sent");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn not_there_is_believed_for_a_minute_once_we_are_known() {
    let site = Site::start().await;
    for id in 99_000..99_020 {
        assert_eq!(site.upstream.read(&id.to_string().as_str().into(), &paths(&[])).await.unwrap(), None);
    }
    let asked = |path: &str| site.jira.state().requests().iter().filter(|request| request.path.contains(path)).count();
    assert_eq!((asked("/issue/"), asked("/myself")), (20, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_limit_of_writes_per_issue_is_kept_before_it_is_hit() {
    let site = Site::with(JiraOptions { limit_issue_writes: true, ..JiraOptions::default() }, "sync-secret").await;
    let remote = site.new_remote(json!({ "summary": "x" }));
    for number in 0..40 {
        let fields = attributes(json!({ "summary": format!("x {number}") }));
        site.upstream.set_fields(&remote, &fields, WriteTerms::default()).await.unwrap();
    }
    assert!(site.jira.state().requests().iter().all(|request| request.status != 429));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_budget_that_is_told_is_not_overspent() {
    for dialect in [trackersync::standin::jira::Dialect::Cloud, trackersync::standin::jira::Dialect::DataCenter] {
        let options = JiraOptions { requests_per_second: Some(30), dialect, ..JiraOptions::default() };
        let site = Site::with(options, "sync-secret").await;
        let remote = site.new_remote(json!({ "summary": "x" }));
        site.upstream.read(&remote, &paths(&["summary"])).await.unwrap().unwrap();
        let needs = paths(&["summary"]);
        for _ in 0..10 {
            let reads = (0..8).map(|_| site.upstream.read(&remote, &needs));
            for read in futures_util::future::join_all(reads).await {
                read.unwrap().unwrap();
            }
        }
        assert!(site.jira.state().requests().iter().all(|request| request.status != 429), "{dialect:?}");
    }
}
