//! Small cases; whole deliveries are in the tests of intake.

use proptest::prelude::*;

use super::*;

fn changes(body: &str) -> Vec<Change> {
    match decode(body.as_bytes(), "").unwrap() {
        Decoded::Changes(changes) => changes,
        Decoded::Nothing(reason) => panic!("{reason}"),
    }
}

#[test]
fn each_shape_names_its_issues() {
    let ids = |body: &str| changes(body).into_iter().map(|change| change.issue.to_string()).collect::<Vec<_>>();
    assert_eq!(ids(r#"{"webhookEvent":"jira:issue_updated","issue":{"id":"10040","key":"TES-41"}}"#), ["10040"]);
    assert_eq!(ids(r#"{"issue":{"id":10040}}"#), ["10040"]);
    assert_eq!(ids(r#"{"comment":{"self":"http://j/rest/api/2/issue/10013/comment/10082"}}"#), ["10013"]);
    assert_eq!(ids(r#"{"worklog":{"issueId":"7"}}"#), ["7"]);
    assert_eq!(ids(r#"{"issueLink":{"sourceIssueId":1,"destinationIssueId":2}}"#), ["1", "2"]);
    assert!(changes(r#"{"webhookEvent":"jira:issue_deleted","issue":{"id":"1"}}"#)[0].deleted);
    assert_eq!(changes(r#"{"issue":{"id":"1"},"user":{"accountId":"a"}}"#)[0].actor.as_deref(), Some("a"));
}

#[test]
fn ignored_is_not_malformed() {
    for body in ["", "{}", r#"{"webhookEvent":"attachment_created","attachment":{"id":"1"}}"#, r#"{"issue":null}"#] {
        assert!(matches!(decode(body.as_bytes(), "").unwrap(), Decoded::Nothing(_)), "{body}");
    }
    for body in ["{", "[]", "17", "\"x\"", r#"{"issue":{"id":"../1"}}"#, &"[".repeat(100_000)] {
        assert!(decode(body.as_bytes(), "").is_err());
    }
}

proptest! {
    #[test]
    fn any_bytes_are_answered(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = decode(&bytes, "");
    }

    #[test]
    fn any_query_is_answered(query in "\\PC{0,60}") {
        let _ = decode(b"", &query);
    }

    #[test]
    fn any_self_is_answered(url in "\\PC{0,60}") {
        let _ = decode(serde_json::json!({ "comment": { "self": url } }).to_string().as_bytes(), "");
    }
}
