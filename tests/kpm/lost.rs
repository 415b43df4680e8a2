//! Answers that are lost after the work was done: nothing is done twice, also where KPM does not show at once what was done.

use std::time::Duration;

use serde_json::json;
use trackersync::standin::kpm::{FalseAnswer, StepKind};

use crate::site::Site;

/// Each way in which an answer is lost.
fn ways() -> [FalseAnswer; 4] {
    [FalseAnswer::HangUp, FalseAnswer::Empty, FalseAnswer::CutShort, FalseAnswer::HttpStatus(503)]
}

#[tokio::test(flavor = "multi_thread")]
async fn what_we_say_is_said_once_though_the_answers_are_lost() {
    for (number, way) in ways().into_iter().enumerate() {
        let site = Site::start().await;
        let title = format!("Lost {number}");
        let (problem, issue) = site.settled(&title).await;
        site.state().set_read_back_delay(Duration::from_millis(400));
        let jira = site.jira.state();
        jira.add_comment("jane", &issue.id, "TO KPM: A notice").unwrap();
        jira.add_comment("jane", &issue.id, "ASK KPM: A question").unwrap();
        jira.add_attachment("jane", &issue.id, "KPM-a.txt", "text/plain", b"content".to_vec()).unwrap();
        jira.edit_fields("jane", &issue.id, json!({ "customfield_10054": "A statement" })).unwrap();
        for operation in ["AddSupplierResponse", "AddNotice", "AddSupplierQuestion", "AddDocument"] {
            site.lose(operation, way.clone());
        }
        site.persist(problem).await;
        assert!(site.state().faults().is_empty(), "{way:?}: {:?}", site.state().faults());
        site.settle(problem).await;
        let count = |kind| site.steps(problem, kind).len();
        assert_eq!(count(StepKind::SupplierResponse), 2, "{way:?}: one for the key, and the one that was lost");
        assert_eq!((count(StepKind::Notice), count(StepKind::SupplierQuestion)), (1, 1), "{way:?}");
        assert_eq!(site.snapshot(problem).documents.len(), 1, "{way:?}");
        assert_eq!(site.issue(&title).attachments.len(), 1, "{way:?}");
    }
}
