//! Values that depend on the project: versions and components.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use tracing::debug;

use super::{
    client::Client,
    convert::{self, split},
};
use crate::sync::fault::Fault;

/// The attribute that tells where an issue belongs.
pub(super) const PLACE: &str = "project.key";
/// Types of fields whose values each project has for itself, and the resource that lists them.
const LISTED: [(&str, &str); 2] = [("version", "versions"), ("component", "components")];

/// The names that the fields of these paths may have in a project. A project that we are not shown tells none.
pub(super) async fn values(
    client: &Client,
    project: &str,
    paths: &BTreeSet<String>,
) -> Result<BTreeMap<String, BTreeSet<String>>, Fault> {
    let (fields, mut values) = (client.fields().await?, BTreeMap::new());
    for path in paths {
        let (field, rest) = split(path);
        let listed =
            convert::field_id(&fields, field).ok().and_then(resource).filter(|_| rest.is_none_or(|rest| rest == "name"));
        let Some(resource) = listed else { continue };
        match client.get(&format!("rest/api/2/project/{project}/{resource}"), &[]).await {
            Ok(Some(Value::Array(items))) => {
                values.insert(path.clone(), items.iter().filter_map(|item| item["name"].as_str()).map(str::to_owned).collect());
            }
            Ok(_) => {}
            Err(fault) if !fault.is_transient() => debug!(project, resource, %fault, "the project does not tell its values"),
            Err(fault) => return Err(fault),
        }
    }
    Ok(values)
}

/// What lists the values of a field.
fn resource(field: &Value) -> Option<&'static str> {
    let schema = &field["schema"];
    let kind = if schema["type"] == "array" { &schema["items"] } else { &schema["type"] };
    LISTED.iter().find(|(of, _)| kind == of).map(|(_, resource)| *resource)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn versions_and_components_are_those_of_a_project() {
        for (schema, expected) in [
            (json!({ "type": "array", "items": "version" }), Some("versions")),
            (json!({ "type": "version" }), Some("versions")),
            (json!({ "type": "array", "items": "component" }), Some("components")),
            (json!({ "type": "priority" }), None),
        ] {
            assert_eq!(resource(&json!({ "schema": schema })), expected, "{schema}");
        }
    }
}
