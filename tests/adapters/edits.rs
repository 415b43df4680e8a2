//! A comment that is edited or deleted after it was copied.

use serde_json::json;
use trackersync::{
    standin::jira::{Dialect, JiraOptions},
    sync::outcome::Outcome,
};

use crate::site::{Site, run};

async fn texts_after_two_edits(edits: &str) -> Vec<String> {
    let rules = include_str!("rules.toml").replace("kind = \"messages\"", &format!("kind = \"messages\"\nedits = \"{edits}\""));
    assert!(rules.contains("edits"), "the rules copy messages");
    let site = Site::with_rules(JiraOptions::default(), "sync-secret", &rules).await;
    let (engine, remote) = (site.engine().await, site.new_remote(json!({ "summary": "A" })));
    let comment = site.jira.state().add_comment("jane", remote.as_str(), "first").unwrap();
    run(&engine, &remote).await.unwrap();
    // Back to what it was is an edit, too.
    for text in ["second", "first"] {
        site.jira.state().edit_comment("jane", remote.as_str(), &comment, text).unwrap();
        assert!(matches!(run(&engine, &remote).await.unwrap(), Outcome::Synced(_)));
        let again = run(&engine, &remote).await.unwrap();
        assert!(matches!(again, Outcome::Unchanged(_)), "{}: {:?}", again.word(), again.report().map(|r| r.plan.in_words()));
    }
    let mut messages = site.roundup.acting_as("jane").messages("1").unwrap();
    messages.sort_by_key(|message| message.id.parse::<u64>().unwrap());
    messages.iter().map(|message| message.content.rsplit('\n').next().unwrap().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn becomes_a_new_message_each_time() {
    assert_eq!(texts_after_two_edits("new").await, ["first", "second", "first"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn or_changes_the_copy() {
    assert_eq!(texts_after_two_edits("update").await, ["first"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn edits_and_deletions_cross_both_ways() {
    let parameters = "kind = \"messages\"\nprefix = \"@\"\nedits = \"update\"\ndeletions = \"remove\"";
    let rules = include_str!("rules.toml").replace("kind = \"messages\"", parameters);
    for dialect in [Dialect::Cloud, Dialect::DataCenter] {
        let site = Site::with_rules(JiraOptions { dialect, ..JiraOptions::default() }, "sync-secret", &rules).await;
        let (engine, remote) = (site.engine().await, site.new_remote(json!({ "summary": "A" })));
        let comments = || -> Vec<String> {
            let issue = site.jira.state().issue(remote.as_str()).unwrap();
            issue.comments.into_iter().map(|comment| comment.body).collect()
        };
        let messages = || site.roundup.acting_as("jane").messages("1").unwrap().len();
        let there = site.jira.state().add_comment("jane", remote.as_str(), "from there").unwrap();
        run(&engine, &remote).await.unwrap();
        let here = site.roundup.acting_as("jane").add_message("1", "@ from here", &[]).unwrap();
        run(&engine, &remote).await.unwrap();
        assert_eq!((comments(), messages()), (vec!["from there".to_owned(), "from here".to_owned()], 2), "{dialect:?}");
        // Copies follow their originals.
        site.jira.state().delete_comment("jane", remote.as_str(), &there).unwrap();
        run(&engine, &remote).await.unwrap();
        assert_eq!((comments(), messages()), (vec!["from here".to_owned()], 1), "{dialect:?}");
        site.office.remove_message(&"1".into(), &here).await.unwrap();
        run(&engine, &remote).await.unwrap();
        assert_eq!((comments(), messages()), (Vec::new(), 0), "{dialect:?}");
        let again = run(&engine, &remote).await.unwrap();
        assert!(matches!(again, Outcome::Unchanged(_)), "{dialect:?}: {}", again.report().unwrap().plan.in_words());
    }
}
