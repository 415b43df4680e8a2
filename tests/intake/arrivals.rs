//! `POST /events/oftp/{tracker}`: the word of an OFTP server that files arrived.

use std::path::Path;

use serde_json::json;

use crate::{
    CONFIGURATION, OFFICE_SECRET, UPSTREAM_SECRET, intake_with,
    sender::{jira, send, standard},
    service::{Service, queued},
};

const PFIFF: &str = r#"
[trackers.porsche]
kind = "pfiff"
company = "Supplier"
company_short = "SUP"
webhook_secret = { env = "NEXT" }

[trackers.unsigned]
kind = "pfiff"
company = "Supplier"
company_short = "SUP"

[[sync]]
name = "sport"
local = "office"
remote = "porsche"

[[sync.rule]]
kind = "to_local"
local_name = "title"
remote_name = "problem_synopsis"
"#;
const SECRET: &str = "next-hook-secret";

async fn service(folder: &Path) -> Service {
    intake_with(folder, &format!("{CONFIGURATION}{PFIFF}"), &[]).await
}

fn route(service: &Service, tracker: &str) -> String {
    format!("{}/events/oftp/{tracker}", service.url)
}

#[tokio::test]
async fn each_package_becomes_one_event_of_the_sync_that_takes_it_in() {
    let folder = tempfile::tempdir().unwrap();
    let service = service(folder.path()).await;
    let url = route(&service, "porsche");
    let word = json!({ "files": [
        "ENG26112010000000PAG002001", "/spool/in/ENG26112010000000PAG002002_0001", "ENG26112011000001PAG003001",
    ] })
    .to_string();
    let answer = send(standard(&service.client, &url, SECRET, "arrival-1", word.clone())).await;
    assert_eq!((answer.status, answer.json()), (202, json!({ "event_id": "arrival-1" })));
    let again = send(standard(&service.client, &url, SECRET, "arrival-1", word)).await;
    assert_eq!((again.status, again.json()), (200, json!({ "duplicate": true })));
    service.kill();
    let told: Vec<_> = queued(folder.path())
        .await
        .into_iter()
        .map(|(queue, event)| (queue, event["type"].clone(), event["data"]["issue"].clone(), event["data"]["cause"].clone()))
        .collect();
    let of = |reference: &str| {
        let kind = json!("dev.trackersync.package.arrived");
        ("sport.live".to_owned(), kind, json!(reference), json!("arrival"))
    };
    assert_eq!(told, [of("26112010000000PAG"), of("26112011000001PAG")]);
}

#[tokio::test]
async fn what_is_not_signed_or_not_understood_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let service = service(folder.path()).await;
    let url = route(&service, "porsche");
    let good = || json!({ "files": ["ENG26112010000000PAG002001"] }).to_string();
    send(service.client.post(&url).body(good())).await.is_problem(401);
    send(standard(&service.client, &url, OFFICE_SECRET, "a", good())).await.is_problem(401);
    // Without a secret nothing proves anything.
    send(standard(&service.client, &route(&service, "unsigned"), "", "b", good())).await.is_problem(401);
    let foreign = send(standard(&service.client, &url, SECRET, "c", json!({ "files": ["README"] }).to_string())).await;
    foreign.is_problem(400);
    assert!(foreign.text.contains("README"), "{foreign:?}");
    send(standard(&service.client, &url, SECRET, "d", "{".to_owned())).await.is_problem(400);
    let nothing = send(standard(&service.client, &url, SECRET, "e", json!({ "files": [] }).to_string())).await;
    assert_eq!(nothing.status, 204);
    service.kill();
    assert_eq!(queued(folder.path()).await, []);
}

#[tokio::test]
async fn each_route_is_for_trackers_of_its_kind() {
    let folder = tempfile::tempdir().unwrap();
    let service = service(folder.path()).await;
    let word = json!({ "files": ["ENG26112010000000PAG002001"] }).to_string();
    let (office, porsche) = (route(&service, "office"), service.webhook("porsche"));
    send(standard(&service.client, &office, OFFICE_SECRET, "a", word.clone())).await.is_problem(404);
    send(standard(&service.client, &porsche, SECRET, "b", word.clone())).await.is_problem(404);
    send(jira(&service.client, &route(&service, "upstream"), UPSTREAM_SECRET, word)).await.is_problem(404);
}
