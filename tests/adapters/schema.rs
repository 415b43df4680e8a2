//! What the adapters make of what trackers tell about themselves.

use serde_json::json;
use trackersync::sync::{
    fault::FaultKind,
    schema::{Lookup, Schema},
};

use crate::site::Site;

fn vocabulary(schema: &Schema, path: &str) -> Option<Vec<String>> {
    match schema.lookup(path) {
        Lookup::Found(attribute) => attribute.vocabulary.map(<[String]>::to_vec),
        other => panic!("{path}: {other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn roundup_tells_classes_by_xml_rpc_and_vocabularies_by_rest() {
    let site = Site::start().await;
    let schema = site.office.schema().await.unwrap();
    assert_eq!(vocabulary(&schema, "priority").unwrap(), ["critical", "urgent", "bug", "feature", "wish"]);
    assert_eq!(vocabulary(&schema, "title"), None);
    assert_eq!(vocabulary(&schema, "keyword.name").unwrap(), Vec::<String>::new(), "there are none yet");
    assert!(matches!(schema.lookup("assignedto.realname"), Lookup::Found(found) if found.read_only.is_some()));
    assert!(matches!(schema.lookup("messages.author.username"), Lookup::Found(found) if found.list));
    assert!(matches!(schema.lookup("titel"), Lookup::Missing { candidates, .. } if candidates.contains(&"title".to_owned())));
}

#[tokio::test(flavor = "multi_thread")]
async fn without_xml_rpc_it_is_said_how_to_get_it() {
    let site = Site::start().await;
    site.roundup_fails(json!({ "path_contains": "xmlrpc", "status": 404, "body": "Not found" })).await;
    let fault = site.office.schema().await.unwrap_err();
    assert_eq!(fault.kind, FaultKind::Permanent);
    assert!(fault.hint.unwrap().contains("enable_xmlrpc"));
    site.roundup_fails(json!({ "path_contains": "xmlrpc", "status": 503 })).await;
    assert!(site.office.schema().await.unwrap_err().is_transient());
    // What our account may not list is left open.
    site.roundup_fails(json!({ "path_contains": "data/status", "status": 403, "count": 9 })).await;
    let schema = site.office.schema().await.unwrap();
    assert_eq!(vocabulary(&schema, "status"), None);
    assert!(vocabulary(&schema, "priority").is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn jira_tells_fields_and_the_names_of_the_site() {
    let site = Site::start().await;
    site.jira_fails(json!({ "path_contains": "/rest/api/2/resolution", "status": 403 }));
    let schema = site.upstream.schema().await.unwrap();
    assert_eq!(vocabulary(&schema, "priority.name").unwrap(), ["Highest", "High", "Medium", "Low", "Lowest"]);
    assert_eq!(vocabulary(&schema, "Status").unwrap(), ["Open", "In Progress", "Done"]);
    assert_eq!(vocabulary(&schema, "resolution"), None, "what is not told is open");
    assert_eq!(vocabulary(&schema, "fixVersions"), None);
    assert!(matches!(schema.lookup("External reference"), Lookup::Found(found) if found.read_only.is_none()));
    assert!(matches!(schema.lookup("updated"), Lookup::Found(found) if found.read_only.is_some()));
    assert!(matches!(schema.lookup("sumary"), Lookup::Missing { .. }));
}
