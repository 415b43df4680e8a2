//! What a Jira tells of itself is asked for once by all workers together, and again after Jira refused a value that it allowed.

use std::sync::Arc;

use serde_json::json;
use trackersync::{
    coordination::{Coordination, Embedded},
    ids::IssueId,
    standin::jira::{self, Dialect, JiraOptions, JiraState, RunningJira},
    sync::{
        fault::FaultKind,
        issue::{CopyKind, Side},
        ports::{FileContent, Tracker, WriteTerms},
    },
};

use crate::{
    adapter::jira_sharing,
    facing::new_issue,
    site::{attributes, everything, intent, paths},
};

/// A Jira with an issue, and two workers on it.
struct Site {
    jira: RunningJira,
    issue: IssueId,
    workers: [Arc<dyn Tracker>; 2],
}

impl Site {
    async fn start(options: JiraOptions) -> Self {
        let jira = jira::start(options).await.unwrap();
        let shared: Arc<dyn Coordination> = Arc::new(Embedded::default());
        let workers = [jira_sharing(jira.url(), &shared), jira_sharing(jira.url(), &shared)];
        let issue = new_issue(jira.state(), json!({ "summary": "x" }));
        Self { jira, issue, workers }
    }

    /// How often each of these was asked for.
    fn asked(&self) -> [usize; 3] {
        ["/rest/api/2/field", "/rest/api/2/serverInfo", "/rest/api/2/attachment/meta"]
            .map(|path| asked(self.jira.state(), path))
    }
}

fn asked(jira: &JiraState, path: &str) -> usize {
    jira.requests().iter().filter(|request| request.path.ends_with(path)).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_all_need_is_asked_for_once() {
    for dialect in [Dialect::Cloud, Dialect::DataCenter] {
        let site = Site::start(JiraOptions { dialect, ..JiraOptions::default() }).await;
        for worker in site.workers.iter().chain(&site.workers) {
            let needs = paths(&["summary", "External reference"]);
            let found = worker.read(&site.issue, &needs).await.unwrap().unwrap();
            assert_eq!(found.attributes["summary"], "x");
            worker.read(&site.issue, &everything()).await.unwrap().unwrap();
        }
        assert_eq!(site.asked(), [1, 1, 1], "{dialect:?}: fields, product and limit of attachments");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_refusal_that_names_a_field_the_fields_are_asked_for_anew() {
    for dialect in [Dialect::Cloud, Dialect::DataCenter] {
        let site = Site::start(JiraOptions { dialect, ..JiraOptions::default() }).await;
        let [one, other] = &site.workers;
        let set = async |worker: &Arc<dyn Tracker>, fields| {
            worker.set_fields(&site.issue, &attributes(fields), WriteTerms::default()).await
        };
        let fault = set(one, json!({ "priority": "Unheard of" })).await.unwrap_err();
        assert_eq!((fault.kind, fault.fields.as_slice()), (FaultKind::Refused, &["priority".to_owned()][..]), "{fault}");
        // What the other one had is gone, too; and nothing but the fields is.
        for worker in [other, one] {
            set(worker, json!({ "summary": "y" })).await.unwrap();
        }
        assert_eq!(site.asked(), [2, 1, 0], "{dialect:?}");

        site.jira.state().add_fault(
            serde_json::from_value(json!({
                "method": "PUT", "path_contains": "/issue/", "status": 400, "body": { "errorMessages": ["no"], "errors": {} },
            }))
            .unwrap(),
        );
        set(one, json!({ "summary": "z" })).await.unwrap_err();
        set(one, json!({ "summary": "z" })).await.unwrap();
        assert_eq!(site.asked(), [2, 1, 0], "{dialect:?}: a refusal that names no field says nothing of them");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_file_was_too_large_the_limit_is_asked_for_anew() {
    for dialect in [Dialect::Cloud, Dialect::DataCenter] {
        let site = Site::start(JiraOptions { dialect, ..JiraOptions::default() }).await;
        let token = intent(CopyKind::File, Side::Remote, "1", "x.txt", None).token;
        let add = async |worker: &Arc<dyn Tracker>| {
            let bytes = futures_util::stream::iter([Ok(bytes::Bytes::from_static(b"x"))]);
            let content = FileContent { size: Some(1), media_type: None, stream: Box::pin(bytes) };
            worker.add_file(&site.issue, "x.txt", content, &token).await
        };
        let [one, other] = &site.workers;
        add(one).await.unwrap();
        let status = if dialect == Dialect::Cloud { 413 } else { 404 };
        site.jira
            .state()
            .add_fault(serde_json::from_value(json!({ "path_contains": "/attachments", "status": status })).unwrap());
        add(one).await.unwrap_err();
        add(other).await.unwrap();
        assert_eq!(site.asked()[2], 2, "{dialect:?}");
    }
}
