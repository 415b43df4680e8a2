//! Jira: transitions, comments and their tokens, attachments, pages.

use serde_json::json;
use trackersync::{
    standin::jira::{Dialect, JiraOptions},
    sync::{
        fault::FaultKind,
        issue::{CopyKind, Side},
        ports::{Query, WriteTerms},
    },
};

use crate::site::{Site, attributes, everything, intent, message};

async fn of(dialect: Dialect) -> Site {
    Site::with(JiraOptions { dialect, ..JiraOptions::default() }, "sync-secret").await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_status_is_reached_by_its_name() {
    for dialect in [Dialect::Cloud, Dialect::DataCenter] {
        let site = of(dialect).await;
        let remote = site.new_remote(json!({ "summary": "x" }));
        let fields = attributes(json!({ "status": "In Progress", "summary": "y" }));
        site.upstream.set_fields(&remote, &fields, WriteTerms::default()).await.unwrap();
        let issue = site.jira.state().issue(remote.as_str()).unwrap();
        assert_eq!((issue.status.as_str(), issue.summary.as_str()), ("In Progress", "y"));
        let fault = site
            .upstream
            .set_fields(&remote, &attributes(json!({ "status": "Frozen" })), WriteTerms::default())
            .await
            .unwrap_err();
        assert_eq!((fault.kind, fault.fields.as_slice()), (FaultKind::Refused, &["status".to_owned()][..]));
        assert!(fault.to_string().contains("Frozen") && fault.to_string().contains("Done"), "{fault}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_comment_is_found_again_by_its_token() {
    for dialect in [Dialect::Cloud, Dialect::DataCenter] {
        let site = of(dialect).await;
        let remote = site.new_remote(json!({ "summary": "x" }));
        let (first, second) = (
            intent(CopyKind::Message, Side::Remote, "1", "same", None),
            intent(CopyKind::Message, Side::Remote, "2", "same", None),
        );
        assert_eq!(site.upstream.find_effect(&remote, &first, &[]).await.unwrap(), None);
        let made = site.upstream.add_message(&remote, &message("same"), &first.token).await.unwrap();
        site.jira.state().add_comment("jane", remote.as_str(), "same").unwrap();
        assert_eq!(site.upstream.find_effect(&remote, &first, &[]).await.unwrap(), Some(made));
        assert_eq!(
            site.upstream.find_effect(&remote, &second, &[]).await.unwrap(),
            None,
            "the same text is not the same comment"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_comment_whose_answer_was_lost_is_found_again() {
    let site = Site::start().await;
    let remote = site.new_remote(json!({ "summary": "x" }));
    site.upstream.who_am_i().await.unwrap();
    site.jira_fails(json!({ "method": "POST", "path_contains": "/comment", "after": true }));
    let lost = intent(CopyKind::Message, Side::Remote, "1", "once", None);
    let fault = site.upstream.add_message(&remote, &message("once"), &lost.token).await.unwrap_err();
    assert!(crate::site::is_transient(&fault), "{fault}");
    let found = site.upstream.find_effect(&remote, &lost, &[]).await.unwrap();
    assert_eq!(found, Some(site.jira.state().issue(remote.as_str()).unwrap().comments[0].id.clone()));
}

#[tokio::test(flavor = "multi_thread")]
async fn comments_are_read_to_the_last_page() {
    for dialect in [Dialect::Cloud, Dialect::DataCenter] {
        let site = of(dialect).await;
        let remote = site.new_remote(json!({ "summary": "x" }));
        for number in 0..230 {
            site.jira.state().add_comment("jane", remote.as_str(), &format!("comment {number}")).unwrap();
        }
        let issue = site.upstream.read(&remote, &everything()).await.unwrap().unwrap();
        let texts: Vec<String> = issue.messages.iter().map(|message| message.text.clone()).collect();
        let expected: Vec<String> = (0..230).map(|number| format!("comment {number}")).collect();
        assert_eq!(texts, expected);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_listing_has_all_pages_or_fails() {
    for dialect in [Dialect::Cloud, Dialect::DataCenter] {
        let site = of(dialect).await;
        let made: Vec<_> = (0..120).map(|number| site.new_remote(json!({ "summary": format!("{number}") }))).collect();
        let query = Query { filter: Some("project = UP ORDER BY created".to_owned()), changed_since: None };
        let mut listed = site.upstream.list(&query).await.unwrap().issues().to_vec();
        listed.sort_by_key(|id| id.as_str().parse::<u64>().unwrap());
        assert_eq!(listed, made);
        site.jira_fails(json!({ "path_contains": "/search", "status": 500 }));
        site.upstream.list(&query).await.unwrap_err();
    }
}
