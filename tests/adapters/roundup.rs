//! Roundup: sessions, edits in between, messages and their ids; and that a second run writes nothing.

use serde_json::json;
use trackersync::sync::{
    issue::{CopyKind, Side},
    outcome::Outcome,
    ports::WriteTerms,
};

use crate::site::{Site, attributes, everything, intent, is_transient, message, paths, run};

fn as_read(revision: Option<&str>) -> WriteTerms<'_> {
    WriteTerms { revision, ..WriteTerms::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn somebodys_edit_in_between_is_not_overwritten() {
    let site = Site::start().await;
    let local = site.new_local("As it began");
    let read = site.office.read(&local, &paths(&["title"])).await.unwrap().unwrap();
    let revision = read.revision.expect("Roundup names each state of an issue");
    site.roundup.acting_as("jane").set(local.as_str(), "title", "By Jane").unwrap();
    let fields = attributes(json!({ "title": "By us" }));
    let fault = site.office.set_fields(&local, &fields, as_read(Some(&revision))).await.unwrap_err();
    assert!(is_transient(&fault), "the issue is looked at anew: {fault:?}");
    assert_eq!(site.roundup.acting_as("jane").issue(local.as_str()).unwrap()["title"], "By Jane");
    let now = site.office.read(&local, &paths(&["title"])).await.unwrap().unwrap();
    site.office.set_fields(&local, &fields, as_read(now.revision.as_deref())).await.unwrap();
    assert_eq!(site.roundup.acting_as("jane").issue(local.as_str()).unwrap()["title"], "By us");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_login_serves_all_requests_until_it_ends() {
    let site = Site::start().await;
    let local = site.new_local("x");
    let logins = async || {
        let requests = site.roundup_requests().await;
        requests.iter().filter(|(method, path, _)| method == "POST" && path == "/tracker/").count()
    };
    for _ in 0..5 {
        site.office.read(&local, &paths(&["title"])).await.unwrap().unwrap();
    }
    assert_eq!(logins().await, 1);
    // What Roundup answers to a session that it does not know any more.
    site.roundup_fails(
        json!({ "path_contains": "/rest/data/issue", "status": 403, "body": "{\"error\":{\"msg\":\"Forbidden\"}}" }),
    )
    .await;
    site.office.read(&local, &paths(&["title"])).await.unwrap().unwrap();
    assert_eq!(logins().await, 2);
    site.roundup_fails(json!({ "path_contains": "/rest/data/issue", "status": 403, "count": 2 })).await;
    site.office.read(&local, &paths(&["title"])).await.unwrap_err();
    assert_eq!(logins().await, 3, "it is renewed once, and not for ever");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_is_found_again_by_its_messageid() {
    let site = Site::start().await;
    let local = site.new_local("x");
    let first = intent(CopyKind::Message, Side::Local, "1", "same", None);
    let second = intent(CopyKind::Message, Side::Local, "2", "same", None);
    assert_eq!(site.office.find_effect(&local, &first, &[]).await.unwrap(), None);
    let made = site.office.add_message(&local, &message("same"), &first.token).await.unwrap();
    assert_eq!(site.office.find_effect(&local, &first, &[]).await.unwrap(), Some(made.clone()));
    assert_eq!(site.office.find_effect(&local, &second, &[]).await.unwrap(), None);
    assert_eq!(site.office.add_message(&local, &message("same"), &first.token).await.unwrap(), made, "added twice, it is one");
    assert_eq!(site.roundup.acting_as("jane").messages(local.as_str()).unwrap().len(), 1);
    // Made, and not linked before the connection broke: it is linked when it is found.
    site.roundup_fails(json!({ "method": "PATCH", "path_contains": "/data/issue/" })).await;
    site.office.add_message(&local, &message("same"), &second.token).await.unwrap_err();
    assert!(site.office.find_effect(&local, &second, &[]).await.unwrap().is_some());
    assert_eq!(site.roundup.acting_as("jane").messages(local.as_str()).unwrap().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_run_writes_nothing_on_either_side() {
    let site = Site::start().await;
    let remote = site.new_remote(json!({ "summary": "Engine stalls" }));
    site.jira.state().add_comment("jane", remote.as_str(), "seen it").unwrap();
    site.jira.state().add_attachment("jane", remote.as_str(), "log Ü.txt", "text/plain", b"lines".to_vec()).unwrap();
    let engine = site.engine().await;
    assert!(matches!(run(&engine, &remote).await.unwrap(), Outcome::Synced(_)));
    let copied = site.office.read(&"1".into(), &everything()).await.unwrap().unwrap();
    assert_eq!((copied.messages.len(), copied.files.len()), (1, 1));
    let (before, jira_before) = (site.roundup_requests().await.len(), site.jira.state().requests().len());
    for _ in 0..2 {
        let again = run(&engine, &remote).await.unwrap();
        assert!(matches!(again, Outcome::Unchanged(_)), "{}", again.word());
    }
    let later = site.roundup_requests().await.split_off(before);
    assert!(later.iter().all(|(method, ..)| method == "GET") && !later.is_empty(), "{later:?}");
    let later = site.jira.state().requests().split_off(jira_before);
    assert!(later.iter().all(|request| request.method == "GET") && !later.is_empty(), "{later:?}");
}
