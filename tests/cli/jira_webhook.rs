//! `jira webhook`: what it leaves in Jira, and what it tells to whom.

use serde_json::{Value, json};
use trackersync::standin::jira::{self, JiraOptions, RunningJira};

use crate::program::{GOOD, Ran, VARIABLES, folder_with, run};

struct Site {
    jira: RunningJira,
    folder: tempfile::TempDir,
}

impl Site {
    async fn start(options: JiraOptions) -> Self {
        let jira = jira::start(options).await.unwrap();
        let folder = folder_with(&GOOD.replace("url = \"http://127.0.0.1:9\"", &format!("url = \"{}\"", jira.url())));
        Self { jira, folder }
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        let ran = tokio::task::block_in_place(|| run(self.folder.path(), arguments));
        for (_, secret) in VARIABLES {
            assert!(!ran.both().contains(secret), "{arguments:?}: {ran:?}");
        }
        ran
    }

    /// What Jira has, as an administrator sees it.
    async fn webhooks(&self) -> Vec<Value> {
        let url = format!("{}/rest/webhooks/1.0/webhook", self.jira.url().trim_end_matches('/'));
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let asked = client.get(url).basic_auth("sync@example.com", Some("sync-secret")).send().await.unwrap();
        asked.json().await.unwrap()
    }
}

const INSTALL: [&str; 6] = ["jira", "webhook", "install", "upstream", "--url", "https://sync.example.com"];

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_is_made_once_shown_mended_and_removed() {
    let site = Site::start(JiraOptions::default()).await;
    let first = site.run(&INSTALL);
    assert_eq!(first.code, Some(0), "{first:?}");
    assert!(first.out.starts_with("created: "), "{first:?}");
    let made = site.webhooks().await;
    assert_eq!(made.len(), 1);
    assert_eq!(made[0]["name"], "Tracker Sync: upstream");
    assert_eq!(made[0]["url"], "https://sync.example.com/webhooks/upstream");
    assert_eq!((&made[0]["isSigned"], &made[0]["excludeBody"]), (&json!(true), &json!(false)));
    let events = made[0]["events"].as_array().unwrap();
    assert!(events.len() == 8 && !events.contains(&json!("issue_property_set")), "{events:?}");

    let other = "https://other.example.com/here";
    let again = site.run(&["--json", "jira", "webhook", "install", "upstream", "--url", other]).json().remove(0);
    assert_eq!((&again["outcome"], &again["webhook"]["url"]), (&json!("updated"), &json!(other)));
    assert_eq!(again["webhook"]["differences"], json!([]));
    let now = site.webhooks().await;
    assert_eq!((now.len(), &now[0]["self"], &now[0]["url"]), (1, &made[0]["self"], &json!(other)));

    let shown = site.run(&["jira", "webhook", "show", "upstream", "--url", "https://sync.example.com"]);
    assert_eq!(shown.code, Some(0), "{shown:?}");
    assert!(shown.out.contains("the URL should be https://sync.example.com/webhooks/upstream"), "{shown:?}");
    let shown = site.run(&["jira", "webhook", "show", "upstream"]);
    assert!(shown.out.contains("as wanted"), "{shown:?}");

    let removed = site.run(&["jira", "webhook", "remove", "upstream"]);
    assert_eq!(removed.code, Some(0), "{removed:?}");
    assert_eq!(site.webhooks().await, Vec::<Value>::new());
    assert!(site.run(&["jira", "webhook", "show", "upstream"]).out.contains("has no webhook"));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_is_told_what_to_type_where() {
    let site = Site::start(JiraOptions { administrators: Vec::new(), ..JiraOptions::default() }).await;
    let ran = site.run(&INSTALL);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    for told in [
        "System, WebHooks",
        "Tracker Sync: upstream",
        "https://sync.example.com/webhooks/upstream",
        "[trackers.upstream]",
        "{ env = \"OFFICE_HOOK\" }",
        "Issue link: created, deleted",
    ] {
        assert!(ran.out.contains(told), "{told} is not told: {ran:?}");
    }
    assert!(ran.err.contains("403"), "{ran:?}");
    let json = site.run(&["--json", "jira", "webhook", "show", "upstream"]);
    assert_eq!((json.code, &json.json()[0]["outcome"]), (Some(1), &json!("not_permitted")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_tracker_or_address_is_an_error_of_usage() {
    let site = Site::start(JiraOptions::default()).await;
    for wrong in [
        &["jira", "webhook", "show", "office"][..],
        &["jira", "webhook", "show", "upstraem"],
        &["jira", "webhook", "install", "upstream", "--url", "ftp://sync.example.com"],
        &["jira", "webhook", "install", "upstream"],
    ] {
        assert_eq!(site.run(wrong).code, Some(2), "{wrong:?}");
    }
}
