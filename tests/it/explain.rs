//! What `explain` says is what a sync then does: compared with the requests that reached both trackers, and with what is written
//! down about the run.

use serde_json::{Value, json};
use trackersync::{
    clock,
    store::{Pool, Store},
};

use crate::support::{
    flood::noise,
    site::{Pair, Site, Wanted},
};

#[tokio::test(flavor = "multi_thread")]
async fn what_is_explained_is_what_is_done_and_written_down() {
    let site = Site::start(Wanted { embedded: true, ..Wanted::default() }).await;
    let program = site.serve("intake,worker").await;
    let pair = site.pair("As it was").await;
    site.settle(vec![program]).await;
    edit_everything(&site, &pair).await;
    let before = (site.roundup.writes().len(), site.jira.requests_that_write().await.len());

    let explained = site.explain(&pair).await["plan"].clone();
    assert_eq!((site.roundup.writes().len(), site.jira.requests_that_write().await.len()), before, "explain writes nothing");
    let synced = site.sync(&pair).await;
    assert_eq!(synced["plan"], explained, "the Plan of the sync is another one");

    assert_eq!(requests_to_roundup(&site, &pair, before.0), expected_in_roundup(&explained));
    assert_eq!(requests_to_jira(&site, before.1).await, expected_in_jira(&explained));
    let (plan, effects) = written_down(&site, &pair).await;
    assert_eq!(plan, explained);
    let effects = effects.as_array().unwrap();
    assert_eq!(effects.len(), 6, "{effects:?}");
    assert!(effects.iter().all(|effect| effect["outcome"] == "done"), "{effects:?}");
}

/// One of each kind on each side.
async fn edit_everything(site: &Site, pair: &Pair) {
    site.roundup.set_title(&pair.local, "As we call it").await;
    site.roundup.add_message(&pair.local, "For the customer", Some("customer")).await;
    site.roundup.add_message(&pair.local, "For us only", None).await;
    site.roundup.add_file(&pair.local, "ours.bin", &noise(2_000)).await;
    site.jira.transition(&pair.key, "11").await;
    site.jira.comment(&pair.key, "For you").await;
    site.jira.attach(&pair.key, "theirs.bin", &noise(3_000)).await;
}

/// What reached Roundup: changes of the issue, texts and files; without the mirror that shows people the remote attributes, and
/// without the linking of what was made.
fn requests_to_roundup(site: &Site, pair: &Pair, after: usize) -> Vec<String> {
    let issue = format!("/tracker/rest/data/issue/{}", pair.local);
    let mut told = Vec::new();
    for request in site.roundup.writes().split_off(after) {
        let (method, path, body) = (request["method"].as_str().unwrap(), request["path"].as_str().unwrap(), &request["body"]);
        let content = body["content"].as_str().unwrap_or_default();
        match (method, path) {
            ("PUT", path) if path == issue => told.extend(body.as_object().unwrap().iter().map(|(key, value)| set(key, value))),
            ("PATCH", path) if path == issue => {}
            ("PUT", path) if path.starts_with("/tracker/rest/data/msg/") && content.contains("\"summary\"") => {}
            ("POST", "/tracker/rest/data/msg") => told.push(format!("message {}", content.rsplit('\n').next().unwrap())),
            ("POST", "/tracker/rest/data/file") => told.push("file".to_owned()),
            _ => panic!("nothing explains {request}"),
        }
    }
    told.sort();
    told
}

async fn requests_to_jira(site: &Site, after: usize) -> Vec<String> {
    let mut told = Vec::new();
    for request in site.jira.requests_that_write().await.split_off(after) {
        let (method, path, body) = (request["method"].as_str().unwrap(), request["path"].as_str().unwrap(), &request["body"]);
        match (method, path.rsplit('/').next().unwrap()) {
            ("PUT", _) => told.extend(body["fields"].as_object().unwrap().iter().map(|(key, value)| set(key, value))),
            ("POST", "comment") => told.push(format!("message {}", body["body"].as_str().unwrap())),
            ("POST", "attachments") => told.push("file".to_owned()),
            _ => panic!("nothing explains {request}"),
        }
    }
    told.sort();
    told
}

fn expected_in_roundup(plan: &Value) -> Vec<String> {
    expected(&plan["local"])
}

fn expected_in_jira(plan: &Value) -> Vec<String> {
    expected(&plan["remote"])
}

fn expected(changes: &Value) -> Vec<String> {
    let fields = changes["fields"].as_object().unwrap().iter().map(|(path, change)| set(path, &change["new"]));
    let messages =
        changes["messages"].as_array().unwrap().iter().map(|message| format!("message {}", message["text"].as_str().unwrap()));
    let files = changes["files"].as_array().unwrap().iter().map(|_| "file".to_owned());
    let mut told: Vec<String> = fields.chain(messages).chain(files).collect();
    told.sort();
    told
}

fn set(key: &str, value: &Value) -> String {
    format!("set {key} {value}")
}

/// The newest entry of the audit trail: the Plan and what became of each effect.
async fn written_down(site: &Site, pair: &Pair) -> (Value, Value) {
    let pool = Pool::sqlite(&site.folder().join("data/store.db")).await.unwrap();
    let store = Store::open(pool, clock::system()).await.unwrap();
    let entry = store.audit_of(&"up".into(), &pair.remote.as_str().into(), 1).await.unwrap().remove(0);
    assert_eq!(entry.outcome, "synced");
    (entry.plan, entry.effects)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rule_is_told_with_its_place_what_it_found_and_what_it_sets() {
    let site = Site::start(Wanted { embedded: true, ..Wanted::default() }).await;
    let program = site.serve("intake,worker").await;
    let pair = site.pair("As it was").await;
    site.settle(vec![program]).await;
    site.roundup.set_title(&pair.local, "As we call it").await;
    let explained = site.explain(&pair).await;
    let rule = &explained["plan"]["rules"][0];
    assert_eq!(rule["writes"], json!([{ "side": "remote", "path": "summary", "old": "As it was", "new": "As we call it" }]));
    assert!(rule["reason"].as_str().unwrap().contains("local changed since last sync"), "{rule}");
    let line = std::fs::read_to_string(site.folder().join("trackersync.toml")).unwrap();
    let line = line.lines().position(|line| line == "[[sync.rule]]").unwrap() + 1;
    assert_eq!(rule["place"], json!(format!("trackersync.toml:{line}")));
}
