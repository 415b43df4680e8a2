//! What deliveries of Jira say: of which issue, what happened, who did it. Cut-down ones always; recorded ones where they are at
//! hand.

use std::collections::BTreeMap;

use serde::Deserialize;
use trackersync::intake::decode::{Decoded, jira};

use crate::recordings::recordings;

#[derive(Deserialize)]
struct Deliveries {
    delivery: Vec<Delivery>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Delivery {
    shape: String,
    #[serde(default)]
    query: String,
    body: String,
    issues: Vec<String>,
    #[serde(default)]
    cause: String,
    #[serde(default)]
    actor: String,
    #[serde(default)]
    deleted: bool,
    #[serde(default)]
    nameless: String,
}

#[derive(Deserialize)]
struct Recorded {
    recorded: BTreeMap<String, Expected>,
}

#[derive(Debug, PartialEq, Deserialize)]
struct Expected {
    issue: String,
    cause: String,
    actor: String,
}

#[test]
fn each_shape_says_what_it_says() {
    let deliveries: Deliveries = toml::from_str(include_str!("../data/jira/deliveries.toml")).unwrap();
    for wanted in deliveries.delivery {
        let shape = &wanted.shape;
        match jira::decode(wanted.body.as_bytes(), &wanted.query).unwrap() {
            Decoded::Nothing(reason) => {
                assert_eq!((reason.word(), &[] as &[String]), (wanted.nameless.as_str(), &*wanted.issues), "{shape}");
            }
            Decoded::Changes(changes) => {
                let issues: Vec<&str> = changes.iter().map(|change| change.issue.as_str()).collect();
                assert_eq!(
                    (issues, wanted.nameless.as_str()),
                    (wanted.issues.iter().map(String::as_str).collect(), ""),
                    "{shape}"
                );
                for change in changes {
                    let told = (change.cause.word(), change.actor.as_deref().unwrap_or(""), change.deleted);
                    assert_eq!(told, (wanted.cause.as_str(), wanted.actor.as_str(), wanted.deleted), "{shape}");
                }
            }
        }
    }
}

#[test]
fn each_recorded_delivery_says_what_it_says() {
    let wanted: Recorded = toml::from_str(include_str!("../data/jira/webhooks.toml")).unwrap();
    let Some(folder) = recordings("jira/webhooks") else { return };
    let mut told = BTreeMap::new();
    for entry in std::fs::read_dir(folder.join("mattermost")).unwrap() {
        let path = entry.unwrap().path();
        let name = format!("mattermost/{}", path.file_name().unwrap().to_str().unwrap());
        let Decoded::Changes(changes) = jira::decode(&std::fs::read(&path).unwrap(), "").unwrap() else {
            panic!("{name} names no issue");
        };
        assert_eq!(changes.len(), 1, "{name}");
        let change = &changes[0];
        let issue = change.issue.to_string();
        let (cause, actor) = (change.cause.word().to_owned(), change.actor.clone().unwrap_or_default());
        assert_eq!(change.deleted, cause == "issue_deleted", "{name}");
        told.insert(name, Expected { issue, cause, actor });
    }
    let missing: Vec<&String> = wanted.recorded.keys().filter(|name| !told.contains_key(*name)).collect();
    assert!(missing.is_empty(), "expected, and not recorded: {missing:?}");
    for (name, told) in told {
        assert_eq!(Some(&told), wanted.recorded.get(&name), "{name}");
    }
}
