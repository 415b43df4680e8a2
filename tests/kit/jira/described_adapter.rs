//! Everything that our own client does with a Jira.

use std::sync::Arc;

use futures_util::TryStreamExt;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use trackersync::{
    app::connect,
    config::{environment::Environment, load, place::Source},
    ids::LinkId,
    rulebook,
    standin::jira::RunningJira,
    sync::{
        issue::{Attributes, CopyKind, Side},
        plan::{MessageEdit, NewMessage},
        ports::{FileContent, Intent, Query, Token, Tracker, WriteTerms},
        requirements::Requirements,
        rules::Needs,
    },
    telemetry::metrics::Metrics,
};

/// Our client of a Jira, and what a sync asks of it.
fn client(url: &str) -> (Arc<dyn Tracker>, Requirements) {
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let text = format!(
        "[trackers.upstream]\nkind = \"jira\"\nurl = \"{url}\"\nusername = \"sync\"\ntimeout = \"20s\"\n\
         password = {{ env = \"PASSWORD\" }}\ninsecure_no_signature = true\n\
         [trackers.office]\nkind = \"roundup\"\nurl = \"http://127.0.0.1:9/\"\nusername = \"sync\"\n\
         password = {{ env = \"PASSWORD\" }}\ninsecure_no_signature = true\n{}",
        include_str!("../../adapters/two_jiras.toml").replace("\"home\"", "\"office\"").replace("\"away\"", "\"upstream\"")
    );
    let source = Arc::new(Source { name: "test.toml".to_owned(), text });
    let loaded = load(&[source], &Environment::of_variables([("PASSWORD", "sync-secret")]), &[]);
    let config = loaded.config.unwrap_or_else(|| panic!("{:?}", loaded.diagnostics));
    let tracker = connect(&"upstream".into(), &config.trackers[&"upstream".into()], &Metrics::default()).unwrap();
    let (sync, rules) = (&config.syncs[0], rulebook::compile_all(&config).unwrap());
    (tracker, rules[&sync.name].requirements(sync, Side::Remote))
}

fn attributes(value: Value) -> Attributes {
    serde_json::from_value(value).unwrap()
}

fn content(text: &'static str) -> FileContent {
    let stream = futures_util::stream::iter([Ok(text.into())]);
    FileContent { size: Some(text.len() as u64), media_type: Some("text/plain".to_owned()), stream: Box::pin(stream) }
}

fn intent(kind: CopyKind, token: &Token, content: &str) -> Intent {
    Intent {
        token: token.clone(),
        link: LinkId::derive(&"up".into(), &"1".into()),
        kind,
        to: Side::Remote,
        source: "1".to_owned(),
        content: content.to_owned(),
        size: Some(content.len() as u64),
        since: Timestamp::now(),
        run: String::new(),
    }
}

/// Does everything once, and looks at the outcome, so that what is compared is what works.
pub async fn use_all(url: &str, jira: &RunningJira) {
    let (upstream, asked) = client(url);
    assert!(!upstream.who_am_i().await.unwrap().is_empty());
    upstream.schema().await.unwrap();
    let token = Token::stored("0123456789abcdef0123456789abcdef");
    let fields = attributes(json!({ "summary": "made", "project": "UP", "issuetype": "Bug", "labels": ["a"] }));
    let issue = upstream.create_marked(&fields, &token).await.unwrap().id;
    assert_eq!(
        upstream.find_marked(&intent(CopyKind::Issue, &token, ""), SignedDuration::ZERO).await.unwrap(),
        Some(issue.clone())
    );
    assert_eq!(upstream.creation_token(&issue).await.unwrap(), Some(token.clone()));
    assert!(upstream.matches(&issue, "project = UP").await.unwrap());
    assert!(
        upstream
            .list(&Query { filter: Some("project = UP".to_owned()), changed_since: None })
            .await
            .unwrap()
            .issues()
            .contains(&issue)
    );
    let edit = attributes(json!({ "summary": "edited", "status": "In Progress", "priority": "High" }));
    upstream.set_fields(&issue, &edit, WriteTerms::default()).await.unwrap();
    let message: NewMessage = serde_json::from_value(json!({ "text": "a remark", "source": "1", "rule": 0 })).unwrap();
    let comment = upstream.add_message(&issue, &message, &token).await.unwrap();
    let found = upstream.find_effect(&issue, &intent(CopyKind::Message, &token, "a remark"), &[]).await.unwrap();
    assert_eq!(found.as_ref(), Some(&comment));
    let better =
        MessageEdit { id: comment.clone(), text: "a better remark".to_owned(), author: None, source: "1".to_owned(), rule: 0 };
    upstream.edit_message(&issue, &better).await.unwrap();
    let file = upstream.add_file(&issue, "notes \u{10d}.txt", content("some bytes"), &token).await.unwrap();
    let read = upstream.open_file(&issue, &file).await.unwrap().stream.try_collect::<Vec<_>>().await.unwrap().concat();
    assert_eq!(read, b"some bytes");
    let paths = ["summary", "status", "priority", "assignee"].map(str::to_owned).into_iter().collect();
    let needs = Needs { messages: true, files: true, paths, ..Needs::default() };
    upstream.read(&issue, &needs).await.unwrap().unwrap();
    upstream.read(&issue, &Needs::default()).await.unwrap().unwrap();
    assert_eq!(upstream.read_several(std::slice::from_ref(&issue), &needs).await.unwrap().unwrap().len(), 1);
    assert_eq!(upstream.preflight(&asked).await.unwrap(), []);
    upstream.remove_message(&issue, &comment).await.unwrap();
    let now = jira.state().issue(issue.as_str()).unwrap();
    assert_eq!((now.summary.as_str(), now.status.as_str(), now.comments.len()), ("edited", "In Progress", 0));
    assert_eq!(now.attachments[0].content.to_vec(), b"some bytes");
}
