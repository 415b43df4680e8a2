//! What a Jira that shows us less than before is taken for: never for one whose issues are deleted.

use serde_json::json;
use trackersync::{
    ids::IssueId,
    standin::jira::{Dialect, JiraOptions, JiraState, ProjectSpec},
    sync::outcome::Outcome,
};

use crate::{facing::Jiras, site::run};

const SYNC: &str = include_str!("types.toml");
/// Events that come in the meantime.
const EVENTS: usize = 20;

async fn start(away: Dialect) -> Jiras {
    let options = |dialect, key: &str| JiraOptions {
        dialect,
        projects: vec![ProjectSpec::new(10_000, key, key), ProjectSpec::new(10_001, "OTHER", "Other")],
        ..JiraOptions::default()
    };
    Jiras::start(options(Dialect::DataCenter, "HOME"), options(away, "UP"), SYNC).await
}

/// A linked pair; the remote issue's id.
async fn pair(site: &Jiras) -> IssueId {
    let fields = json!({ "project": { "key": "UP" }, "issuetype": { "name": "Bug" }, "summary": "Trusted" });
    let theirs = site.theirs(fields);
    site.settle(&theirs).await;
    theirs
}

async fn is_untouched(site: &Jiras) {
    assert_eq!(site.home.state().issues().len(), 1);
    assert_eq!(site.ours("Trusted").summary, "Trusted");
    let links = site.engine.records.links(&site.engine.name).await.unwrap();
    assert!(links.len() == 1 && links[0].local.is_some(), "{links:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn credentials_that_are_refused_in_the_midst_cost_few_requests_and_no_link() {
    let expired: fn(&JiraState) = |jira| jira.expire_secret("sync", true);
    let locked: fn(&JiraState) = |jira| jira.lock_account("sync", true);
    for (what, dialect, refuse) in [
        ("expired", Dialect::Cloud, expired),
        ("expired", Dialect::DataCenter, expired),
        ("locked", Dialect::DataCenter, locked),
    ] {
        let site = start(dialect).await;
        let theirs = pair(&site).await;
        refuse(site.away.state());
        let before = site.away.state().requests().len();
        for _ in 0..EVENTS {
            let fault = run(&site.engine, &theirs).await.unwrap_err();
            assert_eq!(fault.word(), "credentials", "{what}, {dialect:?}: {fault}");
        }
        let asked = site.away.state().requests().len() - before;
        println!("figure: {what}, {dialect:?}, {EVENTS} events: {asked} requests");
        assert!(asked <= 3, "{what}, {dialect:?}: {asked} requests");
        is_untouched(&site).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_permission_that_is_taken_away_or_a_project_that_is_deleted_unlinks_nothing() {
    for dialect in [Dialect::Cloud, Dialect::DataCenter] {
        for deleted in [false, true] {
            let site = start(dialect).await;
            let theirs = pair(&site).await;
            let away = site.away.state();
            if deleted {
                assert!(away.delete_project("UP"));
            } else {
                away.deny("sync", "BROWSE_PROJECTS", Some("UP"));
            }
            let before = away.requests().len();
            for _ in 0..EVENTS {
                let outcome = run(&site.engine, &theirs).await.unwrap();
                let Outcome::Ignored(reason) = outcome else { panic!("{}", outcome.word()) };
                assert!(reason.contains("gone, or our account may not see it"), "{reason}");
            }
            let asked = away.requests().len() - before;
            println!("figure: {dialect:?}, deleted: {deleted}, {EVENTS} events: {asked} requests");
            assert!(asked <= EVENTS + 2, "{asked} requests");
            is_untouched(&site).await;
            if !deleted {
                away.allow("sync", "BROWSE_PROJECTS", Some("UP"));
                away.edit_fields("jane", theirs.as_str(), json!({ "summary": "Seen again" })).unwrap();
                site.settle(&theirs).await;
                assert_eq!(site.ours("Seen again").summary, "Seen again");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_permission_to_write_that_is_missing_fails_its_rule_and_loses_no_value() {
    for dialect in [Dialect::Cloud, Dialect::DataCenter] {
        let site = start(dialect).await;
        let theirs = pair(&site).await;
        let ours = site.ours("Trusted").id;
        site.away.state().deny("sync", "EDIT_ISSUES", Some("UP"));
        site.home.state().edit_fields("jane", &ours, json!({ "summary": "Said here" })).unwrap();
        let outcome = run(&site.engine, &theirs).await.unwrap();
        let failures = &outcome.report().unwrap().failures;
        assert!(failures.len() == 1 && failures[0].contains("summary"), "{dialect:?}: {failures:?}");
        site.away.state().allow("sync", "EDIT_ISSUES", Some("UP"));
        run(&site.engine, &theirs).await.unwrap();
        assert_eq!(site.away.state().issue(theirs.as_str()).unwrap().summary, "Said here", "{dialect:?}");
        assert_eq!(site.ours("Said here").summary, "Said here");
    }
}
