//! Links between issues, people, and attachments that are too large for the memory.

use futures_util::StreamExt;
use reqwest::Method;
use serde_json::{Value, json};
use trackersync::standin::jira::{Dialect, JiraOptions, UserSpec};

use crate::kit::{Site, receiver::Receiver};

const DIALECTS: [Dialect; 2] = [Dialect::Cloud, Dialect::DataCenter];

#[tokio::test]
async fn linked_issues_show_each_other() {
    for dialect in DIALECTS {
        let receiver = Receiver::start(&[]);
        let site = Site::start(dialect).await;
        let (one, two) = (site.issue("one").await, site.issue("two").await);
        let _ = site.jira.state().add_webhook(&receiver.url, None);
        let body = json!({"type": {"name": "Blocks"}, "inwardIssue": {"key": one}, "outwardIssue": {"key": two}});
        let made = site.send(Method::POST, "/rest/api/2/issueLink", &body).await;
        assert_eq!(made.status(), 201);
        let fields = |issue: Value| issue["fields"]["issuelinks"][0].clone();
        let of_one = fields(site.expect(200, Method::GET, &format!("/rest/api/2/issue/{one}"), None).await);
        let of_two = fields(site.expect(200, Method::GET, &format!("/rest/api/2/issue/{two}"), None).await);
        assert_eq!((&of_one["outwardIssue"]["key"], &of_one["type"]["outward"]), (&json!(two), &json!("blocks")));
        assert_eq!((&of_two["inwardIssue"]["key"], &of_two["id"]), (&json!(one), &of_one["id"]));
        let path = format!("/rest/api/2/issueLink/{}", of_one["id"].as_str().unwrap());
        assert_eq!(site.expect(200, Method::GET, &path, None).await["outwardIssue"]["key"], two);
        let types = site.expect(200, Method::GET, "/rest/api/2/issueLinkType", None).await;
        assert_eq!(types["issueLinkTypes"].as_array().unwrap().len(), 3);
        site.expect(404, Method::POST, "/rest/api/2/issueLink", Some(&json!({"type": {"name": "Eats"}}))).await;
        site.expect(204, Method::DELETE, &path, None).await;
        site.expect(404, Method::GET, &path, None).await;
        let told = receiver.wait_for(2).await;
        let ids = |at: usize| told[at].body["issueLink"]["sourceIssueId"].clone();
        assert_eq!(told[0].body["webhookEvent"], "issuelink_created");
        assert_eq!(told[1].body["webhookEvent"], "issuelink_deleted");
        assert!(ids(0).is_u64() && ids(0) == ids(1) && told[0].body["issue"].is_null());
        // Links come with a creation and with an edit, too.
        let add = |field: &str| json!({"issuelinks": [{"add": {"type": {"name": "Relates"}, field: {"key": one}}}]});
        let fields = json!({"project": {"key": "UP"}, "issuetype": {"name": "Bug"}, "summary": "three"});
        let body = json!({"fields": fields, "update": add("outwardIssue")});
        let three = site.expect(201, Method::POST, "/rest/api/2/issue", Some(&body)).await;
        let path = format!("/rest/api/2/issue/{}", three["key"].as_str().unwrap());
        site.expect(204, Method::PUT, &path, Some(&json!({"update": add("inwardIssue")}))).await;
        let links = site.expect(200, Method::GET, &path, None).await["fields"]["issuelinks"].clone();
        assert_eq!((&links[0]["outwardIssue"]["key"], &links[1]["inwardIssue"]["key"]), (&json!(one), &json!(one)));
        let nowhere =
            json!({"update": {"issuelinks": [{"add": {"type": {"name": "Relates"}, "outwardIssue": {"key": "UP-99"}}}]}});
        site.expect(404, Method::PUT, &path, Some(&nowhere)).await;
        site.expect(204, Method::DELETE, &path, None).await;
        // A link ends with one of its issues.
        site.jira.state().link_issues("jane", "Relates", &one, &two).unwrap();
        site.jira.state().delete_issue("jane", &two).unwrap();
        let left = site.expect(200, Method::GET, &format!("/rest/api/2/issue/{one}"), None).await;
        assert_eq!(left["fields"]["issuelinks"], json!([]));
    }
}

#[tokio::test]
async fn people_are_found_by_what_the_product_calls_them() {
    for dialect in DIALECTS {
        let mut options = JiraOptions { dialect, ..JiraOptions::default() };
        options.users.push(UserSpec::new("gone", "gone-secret", "Gone Away").inactive());
        let site = Site::with(options).await;
        let key = site.issue("x").await;
        let names = match dialect {
            Dialect::Cloud => vec!["accountId=712020:standin-gone"],
            Dialect::DataCenter => vec!["username=gone", "key=gone"],
        };
        for name in names {
            let user = site.expect(200, Method::GET, &format!("/rest/api/2/user?{name}"), None).await;
            assert_eq!((&user["displayName"], &user["active"]), (&json!("Gone Away"), &json!(false)));
            site.expect(404, Method::GET, &format!("/rest/api/2/user?{name}x"), None).await;
        }
        let assignable = "/rest/api/2/user/assignable/search";
        for place in ["project=UP".to_owned(), format!("issueKey={key}")] {
            let found = site.expect(200, Method::GET, &format!("{assignable}?{place}"), None).await;
            assert_eq!(found.as_array().unwrap().len(), 2, "{place}");
        }
        site.expect(400, Method::GET, assignable, None).await;
        site.expect(404, Method::GET, &format!("{assignable}?project=NO"), None).await;
        let signed = site.anonymous(Method::GET, "/rest/api/2/myself").basic_auth("gone", Some("gone-secret"));
        assert_eq!(signed.send().await.unwrap().status(), 401);
    }
}

const PIECE: usize = 1 << 20;

/// Megabytes that are never all there.
fn large_file(pieces: u8) -> impl futures_util::Stream<Item = std::io::Result<Vec<u8>>> {
    futures_util::stream::iter((0..pieces).map(|number| Ok(vec![number; PIECE])))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_megabytes_go_through_both_ways() {
    for (dialect, pieces) in [(Dialect::Cloud, 100), (Dialect::DataCenter, 20)] {
        let size = usize::from(pieces) * PIECE;
        let options = JiraOptions { dialect, attachment_limit: size as u64, ..JiraOptions::default() };
        let site = Site::with(options).await;
        let key = site.issue("x").await;
        let meta = site.expect(200, Method::GET, "/rest/api/2/attachment/meta", None).await;
        assert_eq!(meta, json!({"enabled": true, "uploadLimit": size}));
        let upload = |pieces: u8| {
            let part = reqwest::multipart::Part::stream(reqwest::Body::wrap_stream(large_file(pieces))).file_name("large.bin");
            let form = reqwest::multipart::Form::new().part("file", part);
            let request = site.request(Method::POST, &format!("/rest/api/2/issue/{key}/attachments"));
            request.header("X-Atlassian-Token", "no-check").multipart(form).send()
        };
        let answer = upload(pieces).await.unwrap();
        assert_eq!(answer.status(), 200);
        let made: Value = answer.json().await.unwrap();
        assert_eq!(made[0]["size"], size);
        let path = made[0]["content"].as_str().unwrap().strip_prefix(site.jira.url()).unwrap().to_owned();
        let answer = site.get(&path).await;
        assert_eq!(answer.content_length(), Some(size as u64));
        let (mut seen, mut pieces_read) = (0, answer.bytes_stream());
        while let Some(piece) = pieces_read.next().await {
            for byte in piece.unwrap() {
                assert!(usize::from(byte) == seen / PIECE, "{byte} at {seen}");
                seen += 1;
            }
        }
        assert_eq!(seen, size);
        let refused = upload(pieces + 1).await.unwrap().status().as_u16();
        assert_eq!(refused, if dialect == Dialect::Cloud { 413 } else { 404 });
    }
}
