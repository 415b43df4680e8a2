//! The status of a Jira issue is changed by a transition, not by setting the field.

use reqwest::Method;
use serde_json::{Value, json};

use super::client::Client;
use crate::{
    ids::IssueId,
    sync::{
        fault::Fault,
        value::{same_text, to_text},
    },
};

/// Takes the transition that leads to a status of this name (or id).
pub(super) async fn go_to(client: &Client, id: &IssueId, status: &Value) -> Result<(), Fault> {
    let path = format!("rest/api/2/issue/{id}/transitions");
    let told = client.get(&path, &[]).await?.unwrap_or_default();
    let transitions = told["transitions"].as_array().cloned().unwrap_or_default();
    let wanted = to_text(status, ", ");
    let leads_there = |transition: &&Value| {
        let to = &transition["to"];
        to["name"].as_str().is_some_and(|name| same_text(name, &wanted)) || to["id"].as_str() == Some(wanted.as_str())
    };
    if let Some(transition) = transitions.iter().find(leads_there) {
        client.send(Method::POST, &path, &json!({ "transition": { "id": transition["id"] } })).await.map(|_| ())
    } else {
        let open: Vec<&str> = transitions.iter().filter_map(|transition| transition["to"]["name"].as_str()).collect();
        let fault = Fault::refused(format!("no transition leads to status \"{wanted}\" from here"));
        Err(Fault { fields: vec!["status".to_owned()], ..fault }.hint(format!("possible now: {}", open.join(", "))))
    }
}
