//! Both sides were edited before a worker saw either: what `explain` says is what happens.

use serde_json::{Value, json};

use crate::support::{
    program::Program,
    site::{Pair, Site, Wanted},
};

const LOCAL: &str = "As the local people want it";
const REMOTE: &str = "As the remote people want it";

/// A site whose one issue was edited on both sides while only intake ran.
struct Conflict {
    site: Site,
    pair: Pair,
    explained: Value,
    _intake: Program,
}

async fn conflict(policy: &'static str) -> Conflict {
    let site = Site::start(Wanted { conflict: policy, ..Wanted::default() }).await;
    let intake = site.serve("intake").await;
    let worker = site.serve("worker").await;
    let pair = site.pair("As it was").await;
    site.settle(vec![worker]).await;
    site.roundup.edit(&["rest", &pair.local, LOCAL]).await;
    site.jira.set_summary(&pair.key, REMOTE).await;
    let before = everything(&site, &pair).await;
    let explained = site.explain(&pair).await;
    assert_eq!(everything(&site, &pair).await, before, "explain has written something");
    Conflict { site, pair, explained, _intake: intake }
}

/// Both issues in full, and what our account has written.
async fn everything(site: &Site, pair: &Pair) -> Value {
    json!({
        "local": site.roundup.issue(&pair.local).await,
        "messages": site.roundup.all_messages().await.len(),
        "remote": site.jira.whole(&pair.key).await,
        "writes": site.jira.writes().await,
    })
}

impl Conflict {
    /// The rule for title and summary, as it was explained.
    fn rule(&self) -> &Value {
        let rules = self.explained["plan"]["rules"].as_array().unwrap();
        rules.iter().find(|rule| rule["kind"] == "two_way").unwrap_or_else(|| panic!("{}", self.explained))
    }

    fn reason(&self) -> &str {
        self.rule()["reason"].as_str().unwrap()
    }

    /// What the worker makes of it.
    async fn after_the_worker(&self) -> (String, String) {
        let worker = self.site.serve("worker").await;
        self.site.settle(vec![worker]).await;
        (self.site.roundup.title(&self.pair.local).await, self.site.jira.summary(&self.pair.key).await)
    }
}

fn both(value: &str) -> (String, String) {
    (value.to_owned(), value.to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_remote_value_wins_unless_told_otherwise_and_explain_says_so() {
    let conflict = conflict("remote").await;
    let change = &conflict.explained["plan"]["local"]["fields"]["title"];
    assert_eq!((&change["old"], &change["new"]), (&json!(LOCAL), &json!(REMOTE)), "{}", conflict.explained);
    assert!(conflict.reason().contains("remote"), "{}", conflict.reason());
    assert_eq!(conflict.explained["plan"]["remote"]["fields"].as_object().map_or(0, serde_json::Map::len), 0);
    figure!("conflict = remote: {}", conflict.reason());
    assert_eq!(conflict.after_the_worker().await, both(REMOTE));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_local_value_wins_where_that_is_configured() {
    let conflict = conflict("local").await;
    let change = &conflict.explained["plan"]["remote"]["fields"]["summary"];
    assert_eq!((&change["old"], &change["new"]), (&json!(REMOTE), &json!(LOCAL)), "{}", conflict.explained);
    figure!("conflict = local: {}", conflict.reason());
    assert_eq!(conflict.after_the_worker().await, both(LOCAL));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_held_conflict_stays_until_one_side_gives_way() {
    let conflict = conflict("hold").await;
    assert_eq!(conflict.rule()["outcome"], "held", "{}", conflict.explained);
    figure!("conflict = hold: {}", conflict.reason());
    assert_eq!(conflict.after_the_worker().await, (LOCAL.to_owned(), REMOTE.to_owned()));
    let again = conflict.site.explain(&conflict.pair).await;
    assert!(again["plan"]["rules"].as_array().unwrap().iter().any(|rule| rule["outcome"] == "held"), "{again}");
    conflict.site.jira.set_summary(&conflict.pair.key, LOCAL).await;
    assert_eq!(conflict.after_the_worker().await, both(LOCAL));
    conflict.site.roundup.edit(&["rest", &conflict.pair.local, "Agreed"]).await;
    assert_eq!(conflict.after_the_worker().await, both("Agreed"));
}
