//! What a Jira tells of itself, shared over Redis: a Redis that forgets it costs a request, and one that is away costs no more.

use std::sync::Arc;

use serde_json::json;
use trackersync::{
    coordination::{Coordination, Redis},
    ids::IssueId,
    standin::jira::{self, JiraOptions, RunningJira},
    sync::{ports::Tracker, rules::Needs},
};

use crate::{adapter::jira_sharing, support::own_redis::OwnRedis};

/// A worker of a process of its own.
fn worker(jira: &RunningJira, redis: &OwnRedis) -> Arc<dyn Tracker> {
    let shared: Arc<dyn Coordination> = Arc::new(Redis::new(&redis.url, "it").unwrap());
    jira_sharing(jira.url(), &shared)
}

async fn read(worker: &Arc<dyn Tracker>, issue: &IssueId) {
    let needs = Needs { paths: ["summary".to_owned()].into(), ..Needs::default() };
    let found = worker.read(issue, &needs).await.unwrap().unwrap();
    assert_eq!(found.attributes["summary"], "x");
}

fn asked(jira: &RunningJira) -> usize {
    jira.state().requests().iter().filter(|request| request.path.ends_with("/rest/api/2/field")).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redis_that_forgets_or_is_away_costs_a_request_and_no_failure() {
    let folder = tempfile::tempdir().unwrap();
    let redis = OwnRedis::start(folder.path()).await;
    let jira = jira::start(JiraOptions::default()).await.unwrap();
    let key = jira.state().create_issue("jane", json!({ "summary": "x" })).unwrap();
    let issue = IssueId::new(jira.state().issue(&key).unwrap().id);
    let workers = [worker(&jira, &redis), worker(&jira, &redis)];
    for expected in [1, 2] {
        for worker in workers.iter().chain(&workers) {
            read(worker, &issue).await;
        }
        assert_eq!(asked(&jira), expected, "by both workers together");
        redis.flush_all().await;
    }
    let late = worker(&jira, &redis);
    drop(redis);
    for worker in &workers {
        read(worker, &issue).await;
    }
    assert_eq!(asked(&jira), 2, "who knows it goes on with that");
    for _ in 0..2 {
        read(&late, &issue).await;
    }
    assert_eq!(asked(&jira), 3, "who does not asks for itself");
}
